/* SPDX-License-Identifier: MIT */
#include "graph/print.h"
#include "tests/check_main.h"
#include "tests/graph/tiny.h"

static char text[4096];

static FILE *open_text(void)
{
    memset(text, 0, sizeof text);
    FILE *ret = fmemopen(text, sizeof text - 1, "w");
    ck_assert_ptr_nonnull(ret);
    return ret;
}

START_TEST(a_graph_is_readable)
{
    struct lar_error err = {0};
    struct lar_flat flat;
    size_t size;
    void *block = tiny_block(tiny_draft(&err), "", &size, &err);
    ck_assert_msg(block && lar_flat_open(&flat, block, size, &tiny_operators, &err), "%s",
                  err.text);
    FILE *out = open_text();
    lar_print_flat(&flat, out);
    fclose(out);
    lar_flat_finish(&flat);
    free(block);
    ck_assert_str_eq(text, "inputs\n"
                           "  X %0: float64[rows,3], columns string[3]{\"alpha\", "
                           "\"b\xC3\xAAta\", \"gamma\"}\n"
                           "  note: unread\n"
                           "  Z %2: float64[rows,3]\n"
                           "nodes\n"
                           "  %4: float64[rows,3] = Add-14(%0, %0)\n"
                           "  %8: sparse float64[rows,3] = test.Scale-2(%4; "
                           "factor=float64[3]{0.5, -1, 2}, words=string[3]{\"yes\", NaN, \"no\"}, "
                           "matrix=sparse float64[2,3]{2 stored}, sparse=bool[]{true})\n"
                           "  %9: float64[rows,3], %10: float64[rows,3], %11: float64[rows,3]"
                           " = test.Copy-1(%2, -)\n"
                           "  %12: float64[rows,3] = Add-7(%4, %11)\n"
                           "methods\n"
                           "  transform: X, note\n"
                           "    transform %8: sparse float64[rows,3]\n"
                           "  predict (default): X, note, Z\n"
                           "    predict %12: float64[rows,3], labels int64[3]{10, 20, 30}\n"
                           "    predict_copy %9: float64[rows,3]\n"
                           "    predict_input %0: float64[rows,3]\n");
}
END_TEST

static const char *print_numbers(enum lar_type type, const void *data, int64_t n)
{
    FILE *out = open_text();
    lar_print_tensor(&(struct lar_tensor){.type = type,
                                          .layout = LAR_LAYOUT_DENSE,
                                          .shape = LAR_SHAPE(n),
                                          .data = (void *)(uintptr_t)data},
                     out);
    fclose(out);
    return text;
}

START_TEST(numbers_of_each_type)
{
    const uint64_t all[] = {UINT64_MAX, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    ck_assert_str_eq(print_numbers(LAR_TYPE_U64, all, 1), "uint64[1]{18446744073709551615}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_I64, all, 1), "int64[1]{-1}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_U32, all, 1), "uint32[1]{4294967295}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_I32, all, 1), "int32[1]{-1}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_U16, all, 1), "uint16[1]{65535}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_I16, all, 1), "int16[1]{-1}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_U8, all, 1), "uint8[1]{255}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_I8, all, 1), "int8[1]{-1}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_BOOL, all + 1, 1), "bool[1]{false}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_I64, all + 1, 9),
                     "int64[9]{0, 1, 2, 3, 4, 5, 6, 7, ...}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_I64, all, 0), "int64[0]{}");
    ck_assert_str_eq(print_numbers(LAR_TYPE_F32, (const float[]){0.1f, -2}, 2),
                     "float32[2]{0.100000001, -2}");
    ck_assert_str_eq(
        print_numbers(LAR_TYPE_F16, (const uint16_t[]){0x3C00, 0xC000, 0x0001, 0x7C00, 0xFC00}, 5),
        "float16[5]{1, -2, 5.9605e-08, inf, -inf}");
    ck_assert_ptr_nonnull(
        strstr(print_numbers(LAR_TYPE_F16, (const uint16_t[]){0x7E00}, 1), "nan"));
    ck_assert_str_eq(print_numbers(LAR_TYPE_BF16, (const uint16_t[]){0x3F80, 0xC040}, 2),
                     "bfloat16[2]{1, -3}");
}
END_TEST

static const char *print_string(const char *string)
{
    uint64_t offsets[] = {0, strlen(string)};
    uint8_t kind = LAR_STRING_TEXT;
    FILE *out = open_text();
    lar_print_tensor(&(struct lar_tensor){.type = LAR_TYPE_STRING,
                                          .layout = LAR_LAYOUT_DENSE,
                                          .data = (void *)(uintptr_t)string,
                                          .offsets = offsets,
                                          .kinds = &kind},
                     out);
    fclose(out);
    return text;
}

START_TEST(strings_cannot_disturb_a_terminal)
{
    ck_assert_str_eq(print_string("a\"\\\n\x1B[2J\x7F"),
                     "string[]{\"a\\\"\\\\\\x0a\\x1b[2J\\x7f\"}");
    ck_assert_str_eq(print_string("\xED\xA0\x80\xED\xBF\xBF"), "string[]{\"\\ud800\\udfff\"}");
    ck_assert_str_eq(print_string("\xC2\x9B\xC2\xA0\xED\x9F\xBF"),
                     "string[]{\"\\u009b\xC2\xA0\xED\x9F\xBF\"}");
    ck_assert_str_eq(print_string("1234567890123456789012345678901234567890"),
                     "string[]{\"1234567890123456789012345678901234567890\"}");
    ck_assert_str_eq(print_string("123456789012345678901234567890123456789\xC3\xA9"),
                     "string[]{\"123456789012345678901234567890123456789\"...}");
}
END_TEST

START_TEST(odd_names_are_quoted)
{
    struct lar_error err = {0};
    struct lar_flat flat;
    size_t size;
    struct lar_draft *d = tiny_plain_draft(&err);
    lar_draft_unread_input(d, "sepal length\n");
    lar_draft_unread_input(d, "");
    void *block = tiny_block(d, "", &size, &err);
    ck_assert(block && lar_flat_open(&flat, block, size, &tiny_operators, &err));
    FILE *out = open_text();
    lar_print_flat(&flat, out);
    fclose(out);
    lar_flat_finish(&flat);
    free(block);
    ck_assert_ptr_nonnull(strstr(text, "  \"sepal length\\x0a\": unread\n  \"\": unread\n"));
}
END_TEST

START_TEST(constants_stand_where_they_are_used)
{
    struct lar_error err = {0};
    struct lar_flat flat;
    size_t size;
    struct lar_draft *d = lar_draft_new(&tiny_operators, 1 << 20, &err);
    lar_value c = lar_draft_scalar_i64(d, 7);
    lar_value sum = lar_draft_apply(d, "Add", 2, c, c);
    uint32_t predict = lar_draft_method(d, "predict");
    lar_draft_output(d, predict, "sum", sum, LAR_NO_VALUE);
    lar_draft_output(d, predict, "seven", c, LAR_NO_VALUE);
    void *block = tiny_block(d, "", &size, &err);
    ck_assert(block && lar_flat_open(&flat, block, size, &tiny_operators, &err));
    FILE *out = open_text();
    lar_print_flat(&flat, out);
    fclose(out);
    lar_flat_finish(&flat);
    free(block);
    ck_assert_str_eq(text,
                     "inputs\nnodes\n  %1: int64[] = Add-14(int64[]{7}, int64[]{7})\nmethods\n"
                     "  predict (default):\n    sum %1: int64[]\n    seven int64[]{7}\n");
}
END_TEST

int main(void)
{
    return check_main("print",
                      (const TTest *[]){a_graph_is_readable, numbers_of_each_type,
                                        strings_cannot_disturb_a_terminal, odd_names_are_quoted,
                                        constants_stand_where_they_are_used, NULL});
}

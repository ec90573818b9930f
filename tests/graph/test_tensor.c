/* SPDX-License-Identifier: MIT */
#include "graph/tensor.h"
#include "tests/check_main.h"

START_TEST(types_have_names_and_sizes)
{
    ck_assert_uint_eq(lar_type_size(LAR_TYPE_BOOL), 1);
    ck_assert_uint_eq(lar_type_size(LAR_TYPE_BF16), 2);
    ck_assert_uint_eq(lar_type_size(LAR_TYPE_F64), 8);
    ck_assert_uint_eq(lar_type_size(LAR_TYPE_STRING), 0);
    ck_assert_uint_eq(lar_type_size(LAR_TYPE_END), 0);
    ck_assert_uint_eq(lar_type_size((enum lar_type)0), 0);
    ck_assert_str_eq(lar_type_name(LAR_TYPE_I32), "int32");
    ck_assert_str_eq(lar_type_name(LAR_TYPE_STRING), "string");
    ck_assert_str_eq(lar_type_name((enum lar_type)0), "?");
    ck_assert_str_eq(lar_type_name(LAR_TYPE_END), "?");
    for (int i = 1; i < LAR_TYPE_END; i++)
        ck_assert_str_ne(lar_type_name((enum lar_type)i), "?");
}
END_TEST

START_TEST(shapes_compare_and_print)
{
    char text[64], small[4];
    struct lar_shape a = LAR_SHAPE(LAR_DIM_ROWS, 4), b = LAR_SHAPE(LAR_DIM_ROWS, 4, 1);
    ck_assert(lar_shape_equal(&a, &a));
    ck_assert(!lar_shape_equal(&a, &b));
    ck_assert(!lar_shape_equal(&a, &LAR_SHAPE(LAR_DIM_ROWS, 5)));
    ck_assert(lar_shape_equal(&LAR_SCALAR, &LAR_SCALAR));
    ck_assert_str_eq(lar_shape_print(&a, text, sizeof text), "[rows,4]");
    ck_assert_str_eq(lar_shape_print(&LAR_SCALAR, text, sizeof text), "[]");
    b = LAR_SHAPE(LAR_DIM_SYMBOL(12), LAR_DIM_UNKNOWN, 0);
    ck_assert_str_eq(lar_shape_print(&b, text, sizeof text), "[d12,?,0]");
    ck_assert_str_eq(lar_shape_print(&a, small, sizeof small), "[ro");
}
END_TEST

START_TEST(shapes_are_valid_in_their_ranges)
{
    ck_assert(lar_shape_valid(&LAR_SCALAR));
    ck_assert(lar_shape_valid(&LAR_SHAPE(0, LAR_DIM_MAX, LAR_DIM_ROWS, LAR_DIM_UNKNOWN)));
    ck_assert(lar_shape_valid(&LAR_SHAPE(1, 2, 3, 4, 5, 6, 7, LAR_DIM_SYMBOL(65535))));
    ck_assert(!lar_shape_valid(&LAR_SHAPE(LAR_DIM_MAX + 1)));
    ck_assert(!lar_shape_valid(&LAR_SHAPE(LAR_DIM_SYMBOL(65536))));
    ck_assert(!lar_shape_valid(&LAR_SHAPE(INT64_MIN + 1)));
    ck_assert(!lar_shape_valid(&(struct lar_shape){.rank = 9}));
    ck_assert(!lar_shape_valid(&(struct lar_shape){.rank = 1, .dims = {1, 1}}));
}
END_TEST

START_TEST(elements_are_counted)
{
    uint64_t n;
    const int64_t big = INT64_C(1) << 31;
    ck_assert(lar_shape_count(&LAR_SCALAR, &n) && n == 1);
    ck_assert(lar_shape_count(&LAR_SHAPE(3, 5), &n) && n == 15);
    ck_assert(lar_shape_count(&LAR_SHAPE(big, big), &n) && n == UINT64_C(1) << 62);
    ck_assert(!lar_shape_count(&LAR_SHAPE(big, big, 2), &n));
    ck_assert(!lar_shape_count(&LAR_SHAPE(big, big, big), &n));
    ck_assert(lar_shape_count(&LAR_SHAPE(big, big, big, 0), &n) && n == 0);
    ck_assert(!lar_shape_count(&LAR_SHAPE(LAR_DIM_ROWS, 0), &n));
}
END_TEST

static const char *bool_fault(uint8_t a, uint8_t b)
{
    uint8_t data[] = {1, a, 0, b};
    return lar_tensor_fault(&(struct lar_tensor){.type = LAR_TYPE_BOOL,
                                                 .layout = LAR_LAYOUT_DENSE,
                                                 .shape = LAR_SHAPE(2, 2),
                                                 .data = data},
                            0);
}

START_TEST(bools_are_0_or_1)
{
    ck_assert_ptr_null(bool_fault(0, 1));
    ck_assert_ptr_nonnull(bool_fault(2, 0));
    ck_assert_ptr_nonnull(bool_fault(0, 255));
}
END_TEST

static const char *string_fault(uint64_t from, uint64_t middle, uint64_t to, uint8_t kind)
{
    char texts[] = "ab\xC3\xA9";
    uint64_t offsets[] = {from, middle, to};
    uint8_t kinds[] = {LAR_STRING_TEXT, kind};
    return lar_tensor_fault(&(struct lar_tensor){.type = LAR_TYPE_STRING,
                                                 .layout = LAR_LAYOUT_DENSE,
                                                 .shape = LAR_SHAPE(2),
                                                 .data = texts,
                                                 .offsets = offsets,
                                                 .kinds = kinds},
                            4);
}

START_TEST(strings_have_sound_offsets)
{
    ck_assert_ptr_null(string_fault(0, 2, 4, LAR_STRING_TEXT));
    ck_assert_ptr_null(string_fault(0, 4, 4, LAR_STRING_NONE));
    ck_assert_ptr_nonnull(string_fault(1, 2, 4, LAR_STRING_TEXT));
    ck_assert_ptr_nonnull(string_fault(0, 2, 3, LAR_STRING_TEXT));
    ck_assert_ptr_nonnull(string_fault(0, 5, 4, LAR_STRING_TEXT));
    ck_assert_ptr_nonnull(string_fault(0, UINT64_MAX, 4, LAR_STRING_TEXT));
    ck_assert_ptr_nonnull(string_fault(0, 2, 4, LAR_STRING_NAN));
    ck_assert_ptr_nonnull(string_fault(0, 4, 4, LAR_STRING_NONE + 1));
    ck_assert_ptr_nonnull(string_fault(0, 3, 4, LAR_STRING_TEXT)); /* cuts a character */
    ck_assert_ptr_null(lar_tensor_fault(&(struct lar_tensor){.type = LAR_TYPE_STRING,
                                                             .layout = LAR_LAYOUT_DENSE,
                                                             .shape = LAR_SHAPE(0),
                                                             .offsets = (uint64_t[]){0}},
                                        0));
}
END_TEST

static const char *csr_fault(uint64_t p0, uint64_t p1, uint64_t p2, uint32_t a, uint32_t b)
{
    uint64_t indptr[] = {p0, p1, p2};
    uint32_t indices[] = {a, b, 1};
    double values[3] = {0};
    return lar_tensor_fault(&(struct lar_tensor){.type = LAR_TYPE_F64,
                                                 .layout = LAR_LAYOUT_CSR,
                                                 .shape = LAR_SHAPE(2, 4),
                                                 .data = values,
                                                 .indptr = indptr,
                                                 .indices = indices},
                            3);
}

START_TEST(sparse_rows_ascend)
{
    ck_assert_ptr_null(csr_fault(0, 2, 3, 0, 3));
    ck_assert_ptr_nonnull(csr_fault(0, 2, 3, 0, UINT32_MAX));
    ck_assert_ptr_nonnull(csr_fault(0, 2, 3, 3, 3));
    ck_assert_ptr_nonnull(csr_fault(0, 2, 3, 3, 0));
    ck_assert_ptr_nonnull(csr_fault(0, 2, 3, 0, 4));
    ck_assert_ptr_nonnull(csr_fault(1, 2, 3, 0, 3));
    ck_assert_ptr_nonnull(csr_fault(0, 2, 4, 0, 3));
    ck_assert_ptr_nonnull(csr_fault(0, 2, 2, 0, 3));
    ck_assert_ptr_nonnull(csr_fault(0, 4, 3, 0, 3));
    ck_assert_ptr_null(csr_fault(0, 1, 3, 2, 0)); /* each row begins anew */
}
END_TEST

START_TEST(numbers_are_not_looked_at)
{
    ck_assert_ptr_null(lar_tensor_fault(&(struct lar_tensor){.type = LAR_TYPE_F64,
                                                             .layout = LAR_LAYOUT_DENSE,
                                                             .shape = LAR_SHAPE(1 << 30)},
                                        0));
}
END_TEST

int main(void)
{
    return check_main("tensor",
                      (const TTest *[]){types_have_names_and_sizes, shapes_compare_and_print,
                                        shapes_are_valid_in_their_ranges, elements_are_counted,
                                        bools_are_0_or_1, strings_have_sound_offsets,
                                        sparse_rows_ascend, numbers_are_not_looked_at, NULL});
}

/* SPDX-License-Identifier: MIT */
#include "dialects/half.h"
#include "dialects/json_tensor.h"
#include "tests/check_main.h"

#include <math.h>
#include <stdio.h>

/* Reads TEXT as an array of RANK and DIMS (a dimension of -1 is learnt) and writes it back. The
 * text is a heap block of its own, so that ASan sees a read past its end. */
struct reading {
    enum lar_type type, wire;
    uint32_t rank;
    int64_t dims[LAR_MAX_RANK];
    const char *text;
    const char *result; /* JSON with tokens, or the error's text */
};

static void read_back(const struct reading *r, struct lar_text *out)
{
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 24, &err);
    size_t n = strlen(r->text);
    char *copy = malloc(n + !n);
    ck_assert(scratch && copy);
    memcpy(copy, r->text, n);
    struct lar_json js;
    struct lar_cells cells;
    struct lar_tensor t;
    struct lar_shape shape = {.rank = r->rank};
    memcpy(shape.dims, r->dims, sizeof shape.dims);
    lar_json_init(&js, copy, n, scratch);
    ck_assert_ptr_null(lar_cells_init(&cells, r->type, r->wire));
    if (lar_cells_read_nested(&cells, &js, shape.rank, shape.dims, &err) &&
        lar_json_end(&js, &err) && lar_cells_tensor(&cells, &js, &shape, &t, &err)) {
        ck_assert_uint_eq(lar_tensor_count(&t), cells.count);
        ck_assert_ptr_null(lar_tensor_fault(&t, cells.bytes));
        lar_json_write(out, &t, (struct lar_json_style){.floats = LAR_JSON_TOKENS});
    } else {
        lar_text_puts(out, err.text);
    }
    ck_assert(lar_text_ok(out, &err) || err.code != LAR_ERR_NONE);
    lar_text_char(out, '\0');
    free(copy);
    lar_scratch_free(scratch);
}

static void check_readings(const struct reading *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct lar_text out;
        lar_text_init(&out, NULL, 0, 1 << 20);
        read_back(&rows[i], &out);
        ck_assert_msg(strcmp(out.data, rows[i].result) == 0, "%s\n  gave %s\n  not  %s",
                      rows[i].text, out.data, rows[i].result);
        lar_text_finish(&out);
    }
}

#define CHECK(rows) check_readings(rows, sizeof(rows) / sizeof *(rows))
#define F64 LAR_TYPE_F64, LAR_TYPE_F64
#define TEXT LAR_TYPE_STRING, LAR_TYPE_STRING

START_TEST(floats)
{
    static const struct reading rows[] = {
        {F64, 0, {0}, " 1.5 ", "1.5"},
        {F64, 0, {0}, "-1e-400", "-0.0"},
        {F64, 1, {-1}, "[]", "[]"},
        {F64, 1, {-1}, "[1, 2 ,3]", "[1.0,2.0,3.0]"},
        {F64, 1, {3}, "[NaN,Infinity,-Infinity]", "[NaN,Infinity,-Infinity]"},
        {F64, 1, {1}, "[null]", "[NaN]"},
        {F64, 2, {-1, 2}, "[[1,2],[3,4],\n[5,6]]", "[[1.0,2.0],[3.0,4.0],[5.0,6.0]]"},
        {F64, 2, {-1, -1}, "[[],[]]", "[[],[]]"},
        {F64, 2, {-1, 1}, "[1,[2],3]", "[[1.0],[2.0],[3.0]]"},
        {F64, 3, {-1, -1, -1}, "[[[1],[2]],[[3],[4]]]", "[[[1.0],[2.0]],[[3.0],[4.0]]]"},
        {LAR_TYPE_F32, LAR_TYPE_F64, 1, {-1}, "[0.1,16777217]", "[0.1,16777216.0]"},
        {LAR_TYPE_F64, LAR_TYPE_F32, 1, {-1}, "[0.1]", "[0.1]"},
        {LAR_TYPE_F16,
         LAR_TYPE_F16,
         1,
         {-1},
         "[1.5,65504,-6e-8,NaN]",
         "[1.5,65504.0,-5.9604645e-08,NaN]"},
        {LAR_TYPE_BF16, LAR_TYPE_F64, 1, {-1}, "[1.5,3.0078125]", "[1.5,3.0]"},
        {LAR_TYPE_F64, LAR_TYPE_BOOL, 1, {-1}, "[true,false]", "[1.0,0.0]"},
        {LAR_TYPE_F64, LAR_TYPE_I64, 1, {-1}, "[-3,9007199254740993]", "[-3.0,9007199254740992.0]"},
        {LAR_TYPE_F32, LAR_TYPE_U64, 1, {-1}, "[18446744073709551615]", "[1.8446744e+19]"},
    };
    CHECK(rows);
}
END_TEST

START_TEST(integers_and_bools)
{
    static const struct reading rows[] = {
        {LAR_TYPE_I64,
         LAR_TYPE_I64,
         1,
         {-1},
         "[9223372036854775807,-9223372036854775808]",
         "[9223372036854775807,-9223372036854775808]"},
        {LAR_TYPE_U64,
         LAR_TYPE_U64,
         1,
         {-1},
         "[18446744073709551615,-0]",
         "[18446744073709551615,0]"},
        {LAR_TYPE_I8, LAR_TYPE_I64, 1, {-1}, "[-128,127]", "[-128,127]"},
        {LAR_TYPE_U16, LAR_TYPE_U8, 1, {-1}, "[255]", "[255]"},
        {LAR_TYPE_I32, LAR_TYPE_I32, 1, {-1}, "[-2147483648]", "[-2147483648]"},
        {LAR_TYPE_BOOL, LAR_TYPE_BOOL, 1, {-1}, "[true,false]", "[true,false]"},
        {LAR_TYPE_I32, LAR_TYPE_BOOL, 1, {-1}, "[true,false]", "[1,0]"},
        {LAR_TYPE_I8,
         LAR_TYPE_I64,
         1,
         {-1},
         "[1,128]",
         "[1]: number beyond the range of int8 (byte 3)"},
        {LAR_TYPE_I64,
         LAR_TYPE_U8,
         1,
         {-1},
         "[-1]",
         "[0]: number beyond the range of uint8 (byte 1)"},
        {LAR_TYPE_I64,
         LAR_TYPE_I64,
         1,
         {-1},
         "[9223372036854775808]",
         "[0]: number beyond the range of int64 (byte 1)"},
        {LAR_TYPE_I64,
         LAR_TYPE_I64,
         1,
         {-1},
         "[1.0]",
         "[0]: expected an integer, found a number with fraction or exponent (byte 1)"},
        {LAR_TYPE_I64,
         LAR_TYPE_I64,
         1,
         {-1},
         "[NaN]",
         "[0]: expected an integer, found NaN or Infinity (byte 1)"},
        {LAR_TYPE_I64,
         LAR_TYPE_I64,
         1,
         {-1},
         "[null]",
         "[0]: expected an integer, found null (byte 1)"},
        {LAR_TYPE_BOOL,
         LAR_TYPE_BOOL,
         1,
         {-1},
         "[1]",
         "[0]: expected true or false, found a number (byte 1)"},
        {LAR_TYPE_F16,
         LAR_TYPE_I32,
         1,
         {-1},
         "[65505]",
         "[0]: number beyond the range of float16 (byte 1)"},
    };
    CHECK(rows);
}
END_TEST

START_TEST(strings)
{
    static const struct reading rows[] = {
        {TEXT, 1, {-1}, "[\"a\",\"\",\"\xC3\xA9\"]", "[\"a\",\"\",\"\xC3\xA9\"]"},
        {TEXT, 1, {-1}, "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"},
        {TEXT,
         1,
         {-1},
         "[\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"]",
         "[\"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"]"},
        {TEXT, 1, {-1}, "[\"\\u0000\\u001f\"]", "[\"\\u0000\\u001f\"]"},
        {TEXT,
         1,
         {-1},
         "[\"\\ud800\",\"x\\udfffy\",\"\\ud800\\ud800\\udc00\"]",
         "[\"\\ud800\",\"x\\udfffy\",\"\\ud800\xF0\x90\x80\x80\"]"},
        {TEXT, 1, {-1}, "[null,\"n\"]", "[null,\"n\"]"},
        {TEXT,
         1,
         {-1},
         "[{\"b64\":\"aGVsbG8=\"},{\"b64\" : \"YQ\"},{\"b64\":\"\"}]",
         "[\"hello\",\"a\",\"\"]"},
        {TEXT, 1, {-1}, "[{\"b64\":\"Pz8\\/\"}]", "[\"?\?\?\"]"},
        {TEXT, 1, {-1}, "[{\"b64\":\"a\"}]", "[0]: b64: not base64 (byte 1)"},
        {TEXT, 1, {-1}, "[{\"b64\":\"YQ=\"}]", "[0]: b64: not base64 (byte 1)"},
        {TEXT, 1, {-1}, "[{\"b64\":\"Y Q=\"}]", "[0]: b64: not base64 (byte 1)"},
        {TEXT, 1, {-1}, "[{\"b64\":\"/w==\"}]", "[0]: b64: its bytes are not UTF-8 text (byte 1)"},
        {TEXT,
         1,
         {-1},
         "[{\"b64\":\"\",\"c\":1}]",
         "[0]: expected '}' after the only member b64, found ',' (byte 10)"},
        {TEXT,
         1,
         {-1},
         "[{\"c\":1}]",
         "[0]: expected a string or {\"b64\": \"...\"}, found an object (byte 1)"},
        {TEXT, 1, {-1}, "[1]", "[0]: expected a string, found a number (byte 1)"},
        {TEXT, 1, {-1}, "[\"a\nb\"]", "[0]: control character in a string (byte 3)"},
        {TEXT, 1, {-1}, "[\"\\x\"]", "[0]: not an escape of JSON (byte 2)"},
        {TEXT, 1, {-1}, "[\"\\u12g4\"]", "[0]: not an escape of JSON (byte 2)"},
        {TEXT, 1, {-1}, "[\"\xED\xA0\x80\"]", "[0]: not UTF-8 (byte 2)"},
        {TEXT, 1, {-1}, "[\"\xC0\x80\"]", "[0]: not UTF-8 (byte 2)"},
        {TEXT, 1, {-1}, "[\"\xF4\x90\x80\x80\"]", "[0]: not UTF-8 (byte 2)"},
        {TEXT, 1, {-1}, "[\"\xE2\x82", "[0]: not UTF-8 (byte 2)"},
        {TEXT, 1, {-1}, "[\"abc", "[0]: expected '\"', found the end of the text (byte 5)"},
        {TEXT, 1, {-1}, "[\"abc\\", "[0]: not an escape of JSON (byte 5)"},
    };
    CHECK(rows);
}
END_TEST

START_TEST(faults_are_placed)
{
    static const struct reading rows[] = {
        {F64,
         2,
         {-1, 2},
         "[[1,2],[3,\"x\"]]",
         "[1][1]: expected a number, found a string (byte 10)"},
        {F64, 2, {-1, 2}, "[[1,2],[3]]", "[1]: expected 2 elements, found 1 (byte 10)"},
        {F64,
         2,
         {-1, 2},
         "[[1,2],[3,4,5]]",
         "[1]: expected 2 elements, found at least 3 (byte 12)"},
        {F64, 2, {-1, -1}, "[[1,2,3],[3,4,5],[1]]", "[2]: expected 3 elements, found 1 (byte 20)"},
        {F64,
         3,
         {-1, -1, -1},
         "[[[1],[2]],[[3],[4],[5]]]",
         "[1]: expected 2 elements, found at least 3 (byte 20)"},
        {F64, 1, {1}, "[[1]]", "[0]: expected a number, found an array (byte 1)"},
        {F64, 2, {-1, 2}, "[1,2]", "[0]: expected an array, found a number (byte 1)"},
        {F64, 1, {-1}, "{}", "expected an array, found an object (byte 0)"},
        {F64, 1, {-1}, "[1,]", "[1]: expected a number, found ']' (byte 3)"},
        {F64, 1, {-1}, "[1 2]", "expected ',' or ']', found a number (byte 3)"},
        {F64, 1, {-1}, "[01]", "[0]: not a number as JSON writes it (byte 1)"},
        {F64, 1, {-1}, "[1", "expected ',' or ']', found the end of the text (byte 2)"},
        {F64, 1, {-1}, "[", "[0]: expected a number, found the end of the text (byte 1)"},
        {F64, 1, {-1}, "", "expected an array, found the end of the text (byte 0)"},
        {F64, 1, {-1}, "[1]x", "expected the end of the text, found 'x' (byte 3)"},
        {F64, 1, {-1}, "[1e400]", "[0]: number beyond the range of float64 (byte 1)"},
        {F64,
         1,
         {-1},
         "[true]",
         "[0]: expected a number (1 for true, 0 for false), found true (byte 1)"},
        {F64, 1, {-1}, "[Inf]", "[0]: expected a number, found 'Inf' (byte 1)"},
        {LAR_TYPE_F64,
         LAR_TYPE_F32,
         1,
         {-1},
         "[1e39]",
         "[0]: number beyond the range of float32 (byte 1)"},
        {LAR_TYPE_F32,
         LAR_TYPE_F64,
         1,
         {-1},
         "[1e39]",
         "[0]: number beyond the range of float32 (byte 1)"},
    };
    CHECK(rows);
}
END_TEST

START_TEST(flat_or_nested)
{
    static const struct {
        const char *text, *result;
    } rows[] = {
        {"[1,2,3,4,5,6]", "[1.0,2.0,3.0,4.0,5.0,6.0]"},
        {"[[1,2,3],[4,5,6]]", "[1.0,2.0,3.0,4.0,5.0,6.0]"},
        {"[1,2,3,4,5]", "expected 6 elements, found 5 (byte 11)"},
        {"[1,2,3,4,5,6,7]", "expected 6 elements, found at least 7 (byte 13)"},
        {"[[1,2],[3,4],[5,6]]", "[0]: expected 3 elements, found 2 (byte 6)"},
        {"[[1,2,3],4,5,6]", "[1]: expected an array, found a number (byte 9)"},
        {"7", "expected an array, found a number (byte 0)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lar_error err = {0};
        struct lar_scratch *scratch = lar_scratch_new(0, 1 << 20, &err);
        struct lar_json js;
        struct lar_cells cells;
        struct lar_tensor t;
        struct lar_shape shape = LAR_SHAPE(2, 3);
        char memory[256];
        struct lar_text out;
        lar_text_init(&out, memory, sizeof memory, sizeof memory);
        lar_json_init(&js, rows[i].text, strlen(rows[i].text), scratch);
        lar_cells_init(&cells, F64);
        if (lar_cells_read_flat(&cells, &js, &shape, &err) &&
            lar_cells_tensor(&cells, &js, &shape, &t, &err))
            lar_json_write_flat(&out, &t, (struct lar_json_style){0});
        else
            lar_text_puts(&out, err.text);
        lar_text_char(&out, '\0');
        ck_assert(!out.heap);
        ck_assert_str_eq(out.data, rows[i].result);
        lar_scratch_free(scratch);
    }
}
END_TEST

START_TEST(types_that_do_not_fit)
{
    struct lar_cells cells;
    ck_assert_ptr_nonnull(lar_cells_init(&cells, LAR_TYPE_STRING, LAR_TYPE_F64));
    ck_assert_ptr_nonnull(lar_cells_init(&cells, LAR_TYPE_F64, LAR_TYPE_STRING));
    ck_assert_ptr_nonnull(lar_cells_init(&cells, LAR_TYPE_I64, LAR_TYPE_F32));
    ck_assert_ptr_nonnull(lar_cells_init(&cells, LAR_TYPE_BOOL, LAR_TYPE_I8));
    ck_assert_ptr_null(lar_cells_init(&cells, LAR_TYPE_F64, LAR_TYPE_U8));
}
END_TEST

START_TEST(skipping_checks)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"{}", true},
        {"[]", true},
        {" { \"a\" : [ 1 , {\"b\":[]} , \"\\u00e9\" ] , \"c\":null,\"d\":true, \"e\":false } ",
         true},
        {"[[[]],{},[{}]]", true},
        {"[NaN,Infinity,-Infinity,-1.5e3]", true},
        {"\"x\"", true},
        {"", false},
        {"[", false},
        {"{", false},
        {"]", false},
        {"[}", false},
        {"{]", false},
        {"[1,]", false},
        {"[,1]", false},
        {"{,}", false},
        {"{\"a\"}", false},
        {"{\"a\":}", false},
        {"{\"a\":1,}", false},
        {"{\"a\" 1}", false},
        {"{1:2}", false},
        {"[1 2]", false},
        {"[[],]", false},
        {"[[]]]", false},
        {"nul", false},
        {"tru", false},
        {"[01]", false},
        {"[1.]", false},
        {"[+1]", false},
        {"[-]", false},
        {"[1e400]", false},
        {"['a']", false},
        {"[\"\x01\"]", false},
        {"[\"\xFF\"]", false},
        {"[\"\\ud83d\"]", true},
        {"\xEF\xBB\xBF[]", true},
        {"[\xEF\xBB\xBF]", false},
        {"\xEF\xBB\xBF\xEF\xBB\xBF[]", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lar_error err = {0};
        struct lar_json js;
        lar_json_init(&js, rows[i].text, strlen(rows[i].text), NULL);
        bool good = lar_json_skip(&js, &err) && lar_json_end(&js, &err);
        ck_assert_msg(good == rows[i].good, "%s: %s", rows[i].text, err.text);
        ck_assert_int_eq(err.code, good ? LAR_ERR_NONE : LAR_ERR_INVALID);
    }
}
END_TEST

START_TEST(depth_is_bounded)
{
    char text[2 * (LAR_JSON_DEPTH + 1)];
    for (size_t depth = LAR_JSON_DEPTH; depth <= LAR_JSON_DEPTH + 1; depth++) {
        struct lar_error err = {0};
        struct lar_json js;
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        lar_json_init(&js, text, 2 * depth, NULL);
        ck_assert(lar_json_skip(&js, &err) == (depth == LAR_JSON_DEPTH));
    }
}
END_TEST

/* More elements than the first room, in every kind of array that grows. */
START_TEST(long_arrays_grow)
{
    enum { N = 5000 };
    static const enum lar_type types[] = {LAR_TYPE_F64, LAR_TYPE_I32, LAR_TYPE_STRING};
    char *text = malloc(N * 16), *p;
    for (size_t k = 0; k < 3; k++) {
        struct lar_error err = {0};
        struct lar_scratch *scratch = lar_scratch_new(0, 1 << 24, &err);
        struct lar_json js;
        struct lar_cells cells;
        int64_t dims[1] = {-1};
        p = text;
        for (int i = 0; i < N; i++) /* short ones first: the estimate must not be final */
            p += snprintf(p, 16, types[k] == LAR_TYPE_STRING ? "%c\"%d\"" : "%c%d", i ? ',' : '[',
                          N - 1 - i < N / 2 ? 7 : 10000000 + i);
        *p++ = ']';
        lar_json_init(&js, text, (size_t)(p - text), scratch);
        lar_cells_init(&cells, types[k], types[k]);
        ck_assert(lar_cells_read_nested(&cells, &js, 1, dims, &err));
        ck_assert_uint_eq(cells.count, N);
        ck_assert_int_eq(dims[0], N);
        if (types[k] == LAR_TYPE_F64)
            ck_assert(((double *)cells.data)[17] == 10000017.0);
        else if (types[k] == LAR_TYPE_I32)
            ck_assert_int_eq(((int32_t *)cells.data)[17], 10000017);
        else
            ck_assert(memcmp((char *)cells.data + cells.offsets[17], "10000017", 8) == 0);
        lar_scratch_free(scratch);
    }
    free(text);
}
END_TEST

START_TEST(the_scratch_limit_is_kept)
{
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(0, 200, &err);
    struct lar_json js;
    struct lar_cells cells;
    int64_t dims[1] = {-1};
    lar_json_init(&js, "[1]", 3, scratch);
    lar_cells_init(&cells, F64);
    ck_assert(!lar_cells_read_nested(&cells, &js, 1, dims, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    lar_scratch_free(scratch);
}
END_TEST

static void write_text(const struct lar_tensor *t, struct lar_json_style style, const char *want)
{
    struct lar_text out;
    struct lar_error err = {0};
    lar_text_init(&out, NULL, 0, 4096);
    lar_json_write(&out, t, style);
    ck_assert(lar_text_ok(&out, &err));
    lar_text_char(&out, '\0');
    ck_assert_str_eq(out.data, want);
    lar_text_finish(&out);
}

START_TEST(writing)
{
    const struct lar_json_style tokens = {.floats = LAR_JSON_TOKENS}, nulls = {0},
                                b64 = {.b64 = true};
    double d[] = {1, NAN, INFINITY, -INFINITY};
    struct lar_tensor t = {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 2), .data = d};
    write_text(&t, tokens, "[[1.0,NaN],[Infinity,-Infinity]]");
    write_text(&t, nulls, "[[1.0,null],[null,null]]");
    t.shape = LAR_SHAPE(0, 2);
    write_text(&t, nulls, "[]");
    t.shape = LAR_SCALAR;
    write_text(&t, nulls, "1.0");

    float f[] = {0.1f, NAN};
    t = (struct lar_tensor){LAR_TYPE_F32, LAR_LAYOUT_DENSE, LAR_SHAPE(2), .data = f};
    write_text(&t, nulls, "[0.1,null]");

    char bytes[] = "a\"\xED\xA0\x80\xFFM";
    uint64_t offsets[] = {0, 2, 2, 6, 6, 7};
    uint8_t kinds[] = {LAR_STRING_TEXT, LAR_STRING_NAN, LAR_STRING_TEXT, LAR_STRING_NONE,
                       LAR_STRING_TEXT};
    t = (struct lar_tensor){
        LAR_TYPE_STRING, LAR_LAYOUT_DENSE, LAR_SHAPE(5), bytes, offsets, kinds, NULL, NULL};
    write_text(&t, nulls, "[\"a\\\"\",null,\"\\ud800\\ufffd\",null,\"M\"]");
    write_text(&t, b64,
               "[{\"b64\": \"YSI=\"},null,{\"b64\": \"7aCA/w==\"},null,{\"b64\": \"TQ==\"}]");

    uint64_t indptr[] = {0, 1, 1, 3};
    uint32_t indices[] = {1, 0, 2};
    double stored[] = {5, -1, 0.5};
    t = (struct lar_tensor){LAR_TYPE_F64, LAR_LAYOUT_CSR, LAR_SHAPE(3, 3), stored,
                            NULL,         NULL,           indptr,          indices};
    write_text(&t, nulls, "[[0.0,5.0,0.0],[0.0,0.0,0.0],[-1.0,0.0,0.5]]");
    char memory[128];
    struct lar_text out;
    lar_text_init(&out, memory, sizeof memory, sizeof memory);
    lar_json_write_row(&out, &t, 2, nulls);
    ck_assert(out.size == 14 && memcmp(memory, "[-1.0,0.0,0.5]", 14) == 0);
    lar_text_clear(&out);
    lar_json_write_flat(&out, &t, nulls);
    ck_assert(out.size == 38 && memcmp(memory, "[0.0,5.0,0.0,0.0,0.0,0.0,-1.0,0.0,0.5]", 38) == 0);
}
END_TEST

START_TEST(a_sparse_answer_has_a_limit)
{
    uint64_t indptr[2] = {0, 0};
    struct lar_tensor t = {LAR_TYPE_F64, LAR_LAYOUT_CSR, LAR_SHAPE(1, INT64_C(1) << 39),
                           .indptr = indptr};
    struct lar_text out;
    struct lar_error err = {0};
    lar_text_init(&out, NULL, 0, 1 << 20);
    lar_json_write(&out, &t, (struct lar_json_style){0});
    ck_assert(!lar_text_ok(&out, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    ck_assert_str_eq(err.text, "the answer needs more than the limit of 1048576 bytes");
    ck_assert(!out.heap);
    lar_text_finish(&out);
}
END_TEST

START_TEST(every_half_comes_back)
{
    for (unsigned h = 0; h < 65536; h++) {
        float f = lar_f16_to_f32((uint16_t)h), b = lar_bf16_to_f32((uint16_t)h);
        if (isnan(f) ? (lar_f16_from_f64((double)f) & 0x7FFF) != 0x7E00
                     : lar_f16_from_f64((double)f) != h)
            ck_abort_msg("binary16 %04x", h);
        if (isnan(b) ? (lar_bf16_from_f64((double)b) & 0x7FFF) != 0x7FC0
                     : lar_bf16_from_f64((double)b) != h)
            ck_abort_msg("bfloat16 %04x", h);
    }
    ck_assert_uint_eq(lar_f16_from_f64(1 + 0x1p-11), 0x3C00);           /* a tie goes to even */
    ck_assert_uint_eq(lar_f16_from_f64(1 + 0x1p-11 + 0x1p-40), 0x3C01); /* and this is none */
    ck_assert_uint_eq(lar_f16_from_f64(2047.5), 0x6800);                /* carries */
    ck_assert_uint_eq(lar_bf16_from_f64(1 + 0x1p-8), 0x3F80);
    ck_assert_uint_eq(lar_bf16_from_f64(1 + 0x1p-8 + 0x1p-40), 0x3F81);
    ck_assert_uint_eq(lar_bf16_from_f64(1 + 0x3p-8 - 0x1p-40), 0x3F81);
}
END_TEST

int main(void)
{
    return check_main("json_tensor",
                      (const TTest *[]){floats, integers_and_bools, strings, faults_are_placed,
                                        flat_or_nested, types_that_do_not_fit, skipping_checks,
                                        depth_is_bounded, long_arrays_grow,
                                        the_scratch_limit_is_kept, writing,
                                        a_sparse_answer_has_a_limit, every_half_comes_back, NULL});
}

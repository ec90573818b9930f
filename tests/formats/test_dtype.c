/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/dtype.h"
#include "tests/formats/parse_literal.h"

#include <stdio.h>
#include <string.h>

static bool code(const char *text, char kind, size_t itemsize, bool swapped)
{
    struct np_dtype t;
    return np_dtype_code(&t, text, strlen(text)) && t.kind == kind && t.itemsize == itemsize &&
           t.swapped == swapped;
}

static bool is_code(const char *text)
{
    struct np_dtype t;
    return np_dtype_code(&t, text, strlen(text));
}

START_TEST(codes)
{
    ck_assert(code("f8", 'f', 8, false));
    ck_assert(code(">f8", 'f', 8, true));
    ck_assert(code(">i1", 'i', 1, false));
    ck_assert(code("b1", 'b', 1, false));
    ck_assert(code("?", 'b', 1, false));
    ck_assert(code("b", 'i', 1, false));
    ck_assert(code("<U5", 'U', 20, false));
    ck_assert(code("|S3", 'S', 3, false));
    ck_assert(code("S", 'S', 0, false));
    ck_assert(code("O4", 'O', 8, false));
    ck_assert(code("|V10", 'V', 10, false));
    ck_assert(code("M8[ns]", 'M', 8, false));
    ck_assert(code("e", 'f', 2, false));
    ck_assert(code("q", 'i', 8, false));
    ck_assert(code("c16", 'c', 16, false));
    ck_assert(!is_code("") && !is_code("<") && !is_code("f3") && !is_code("i16"));
    ck_assert(!is_code("x8") && !is_code("f8x") && !is_code("f8[ns]") && !is_code("U99999999999"));
}
END_TEST

static const struct np_dtype *parse_type(const struct pk_node *node)
{
    const struct np_dtype *t = NULL;
    lar_error_clear(&err);
    return np_dtype_parse(&t, node, &arena, &err) ? t : NULL;
}

#define RECORD(size, names, fields)                                                                \
    "cnumpy\ndtype\n(S'V" size "'\nI00\nI01\ntR(K\3S'|'\nN" names fields "K\x0aK\1K\0tb"

START_TEST(records)
{
    const struct np_dtype *t = parse_type(
        PARSE(RECORD("10", "(S'a'\nS'b'\nt",
                     "}(S'b'\n(" DTYPE("f8", ">") "K\2tS'a'\n(" DTYPE("u1", "|") "K\0tu")));
    ck_assert_msg(t, "%s", err.text);
    ck_assert(t->kind == 'V' && t->itemsize == 10 && t->n_fields == 2);
    ck_assert(t->fields[0].dtype->kind == 'u' && t->fields[0].offset == 0);
    ck_assert(t->fields[1].dtype->swapped && t->fields[1].offset == 2);
    t = parse_type(PARSE(RECORD("10", "(S'a'\nt", "}S'a'\n(" DTYPE("f8", "<") "K\3ts")));
    ck_assert(!t && err.code == LAR_ERR_FORMAT); /* beyond the record */
    t = parse_type(PARSE(RECORD("10", "(S'a'\nt", "}S'x'\n(" DTYPE("f8", "<") "K\0ts")));
    ck_assert(!t && err.code == LAR_ERR_FORMAT); /* no such field */
    t = parse_type(PARSE(RECORD("10", "(S'a'\nt", "}S'a'\n(" DTYPE("f8", "<") M1 "ts")));
    ck_assert(!t && err.code == LAR_ERR_FORMAT);
}
END_TEST

START_TEST(states_that_lie)
{
    ck_assert(!parse_type(PARSE("cnumpy\ndtype\n(S'f8'\nI00\nI01\ntR(K\3S'<'\nNNNK\4K\1K\0tb")));
    ck_assert(!parse_type(PARSE("cnumpy\ndtype\n(S'U1'\nI00\nI01\ntR(K\3S'<'\nNNNK\5K\4K\0tb")));
    ck_assert(!parse_type(PARSE("cnumpy\ndtype\n(S'f8'\nI00\nI01\ntR)b")));
    ck_assert(!parse_type(PARSE("cnumpy\ndtype\n)R")));
    ck_assert(!parse_type(PARSE("cnumpy\nndarray\n)R")));
    ck_assert(!parse_type(PARSE("K\1")));
    ck_assert(!parse_type(NULL));
    ck_assert(parse_type(PARSE("cnumpy\nfloat32\n"))->itemsize == 4);
}
END_TEST

START_TEST(a_type_inside_itself_is_refused)
{
    static const char text[] = "cnumpy\ndtype\n(S'V8'\nI00\nI01\ntRq\1(K\3S'|'\nN(S'a'\nt}S'a'\n"
                               "(h\1K\0tsK\x08K\1K\0tb.";
    ck_assert(!parse_type(parse_literal(text, sizeof text - 1)));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
}
END_TEST

/* Twelve levels, each with eight fields of the type below: 8^12 types, in a kilobyte. */
START_TEST(types_that_multiply_are_refused)
{
    static char text[16384];
    size_t n = (size_t)sprintf(text, "cnumpy\ndtype\n(S'V8'\nI00\nI01\ntR");
    for (int level = 0; level < 12; level++) {
        n += (size_t)sprintf(text + n,
                             "p%d\n0cnumpy\ndtype\n(S'V8'\nI00\nI01\ntR(I3\nS'|'\nN("
                             "S'a'\nS'b'\nS'c'\nS'd'\nS'e'\nS'f'\nS'g'\nS'h'\nt}(",
                             level);
        for (char name = 'a'; name <= 'h'; name++)
            n += (size_t)sprintf(text + n, "S'%c'\n(g%d\nI0\nt", name, level);
        n += (size_t)sprintf(text + n, "uI8\nI1\nI0\ntb");
    }
    text[n++] = '.';
    ck_assert(!parse_type(parse_literal(text, n)));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
}
END_TEST

int main(void)
{
    int ret = check_main("dtype", (const TTest *[]){codes, records, states_that_lie,
                                                    a_type_inside_itself_is_refused,
                                                    types_that_multiply_are_refused, NULL});
    lar_arena_finish(&arena);
    return ret;
}

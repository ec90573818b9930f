/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/numpy.h"
#include "tests/formats/parse_literal.h"

#include <math.h>
#include <string.h>

static struct np_array array;

#define READ(literal)                                                                              \
    do {                                                                                           \
        bool ok = np_array(&array, PARSE(literal), &arena, &err);                                  \
        ck_assert_msg(ok, "%s", err.text);                                                         \
    } while (0)

#define REFUSED(literal, why)                                                                      \
    do {                                                                                           \
        const struct pk_node *node = PARSE(literal);                                               \
        ck_assert(!np_array(&array, node, &arena, &err));                                          \
        ck_assert_msg(err.code == why, "%s", err.text);                                            \
    } while (0)

#define BYTE DTYPE("u1", "|")

START_TEST(c_and_fortran_order)
{
    READ(ARRAY("(K\2K\3t", BYTE, "I00\n", "C\6\0\1\2\3\4\5"));
    ck_assert_uint_eq(array.shape.rank, 2);
    ck_assert_int_eq(array.strides[0], 3);
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[4], 4);
    READ(ARRAY("(K\2K\3t", BYTE, "I01\n", "C\6\0\1\2\3\4\5"));
    ck_assert_int_eq(array.strides[1], 2);
    const int64_t *values = np_to_i64(&array, &arena, &err);
    ck_assert_int_eq(values[1], 2);
    ck_assert_int_eq(values[3], 1);
    /* version 0 of the state lacks the 1 */
    READ(RECONSTRUCT "((K\1t" BYTE "I00\nC\1\7tb");
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[0], 7);
}
END_TEST

#define BUFFER(data, shape, order, more)                                                           \
    "cnumpy._core.numeric\n_frombuffer\n(C" data BYTE shape "S'" order "'\n" more "tR"

START_TEST(protocol_5_keeps_the_order_of_axes)
{
    READ(BUFFER("\6\0\1\2\3\4\5", "(K\2K\3t", "F", ""));
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[1], 2);
    READ(BUFFER("\6\0\1\2\3\4\5", "(K\1K\2K\3t", "K", "(K\2K\0K\1t"));
    ck_assert_int_eq(array.shape.dims[0], 3);
    ck_assert_int_eq(array.shape.dims[1], 1);
    ck_assert_int_eq(array.shape.dims[2], 2);
    const int64_t *values = np_to_i64(&array, &arena, &err);
    ck_assert_int_eq(values[0], 0);
    ck_assert_int_eq(values[1], 3);
    ck_assert_int_eq(values[2], 1);
    REFUSED(BUFFER("\1\0", "(K\1K\1t", "K", "(K\0K\0t"), LAR_ERR_FORMAT);
    REFUSED(BUFFER("\1\0", "(K\1K\1t", "K", "(K\0K\2t"), LAR_ERR_FORMAT);
    REFUSED(BUFFER("\1\0", "(K\1K\1t", "K", "(K\0t"), LAR_ERR_FORMAT);
    REFUSED(BUFFER("\1\0", "(K\1t", "X", ""), LAR_ERR_FORMAT);
}
END_TEST

#define HUGE "\x8a\x08\0\0\0\0\0\0\0\x40"

START_TEST(shapes_that_lie_are_refused)
{
    REFUSED(ARRAY("(K\2t", BYTE, "I00\n", "C\1\0"), LAR_ERR_FORMAT);
    REFUSED(ARRAY("(K\2t", BYTE, "I00\n", "C\3\0\0\0"), LAR_ERR_FORMAT);
    REFUSED(ARRAY("(" M1 "t", BYTE, "I00\n", "C\0"), LAR_ERR_FORMAT);
    REFUSED(ARRAY("(" HUGE HUGE "t", BYTE, "I00\n", "C\0"), LAR_ERR_FORMAT);
    REFUSED(ARRAY("(K\0" HUGE HUGE "t", BYTE, "I00\n", "C\0"), LAR_ERR_FORMAT);
    REFUSED(ARRAY("(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", BYTE, "I00\n", "C\1\0"), LAR_ERR_UNSUPPORTED);
    REFUSED(ARRAY("K\1", BYTE, "I00\n", "C\1\0"), LAR_ERR_FORMAT);
    REFUSED(ARRAY("(K\1t", BYTE, "I00\n", "K\1"), LAR_ERR_FORMAT);
    REFUSED(ARRAY("(K\2t", DTYPE("O8", "|"), "I00\n", "]N\x61"), LAR_ERR_FORMAT);
    REFUSED(RECONSTRUCT, LAR_ERR_FORMAT);
    REFUSED("K\1", LAR_ERR_FORMAT);
    READ(ARRAY("(K\0K\3t", BYTE, "I00\n", "C\0"));
    READ(ARRAY(")", DTYPE("f8", "<"), "I00\n", "C\x8\0\0\0\0\0\0\xf8?"));
    ck_assert_double_eq(np_to_f64(&array, &arena, &err)[0], 1.5);
}
END_TEST

START_TEST(python2_payloads)
{
    /* Latin-1 that is UTF-8 by chance is taken as it is; text of the right length is decoded */
    READ(ARRAY("(K\2t", BYTE, "I00\n", "U\2\xc3\xa9"));
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[0], 0xC3);
    READ(ARRAY("(K\1t", BYTE, "I00\n", "X\2\0\0\0\xc3\xa9"));
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[0], 0xE9);
}
END_TEST

START_TEST(every_number_becomes_a_double)
{
    READ(ARRAY("(K\2t", DTYPE("f2", "<"), "I00\n", "C\4\0\x3c\1\0"));
    const double *v = np_to_f64(&array, &arena, &err);
    ck_assert_double_eq(v[0], 1);
    ck_assert_double_eq(v[1], ldexp(1, -24));
    READ(ARRAY("(K\1t", DTYPE("i2", ">"), "I00\n", "C\2\xff\xfe"));
    ck_assert_double_eq(np_to_f64(&array, &arena, &err)[0], -2);
    READ(ARRAY("(K\1t", DTYPE("u8", "<"), "I00\n", "C\x8\xff\xff\xff\xff\xff\xff\xff\xff"));
    ck_assert_double_eq(np_to_f64(&array, &arena, &err)[0], 18446744073709551616.0);
    ck_assert_ptr_null(np_to_i64(&array, &arena, &err));
    READ(ARRAY("(K\1t", DTYPE("c8", "<"), "I00\n", "C\x8\0\0\0\0\0\0\0\0"));
    ck_assert_ptr_null(np_to_f64(&array, &arena, &err));
    ck_assert_int_eq(err.code, LAR_ERR_UNSUPPORTED);
    READ(ARRAY("(K\3t", DTYPE("O8", "|"), "I00\n",
               "](K\1\x88G?\xf8\0\0\0\0\0\0"
               "e"));
    ck_assert_double_eq(np_to_f64(&array, &arena, &err)[2], 1.5);
    READ(ARRAY("(K\1t", DTYPE("O8", "|"), "I00\n", "]N\x61"));
    ck_assert_ptr_null(np_to_f64(&array, &arena, &err));
}
END_TEST

static const char *text_at(const struct lar_tensor *t, size_t i)
{
    static char text[64];
    size_t n = t->offsets[i + 1] - t->offsets[i];
    memcpy(text, (char *)t->data + t->offsets[i], n);
    text[n] = '\0';
    return text;
}

#define FIXED(code, order, size)                                                                   \
    "cnumpy\ndtype\n(S'" code "'\nI00\nI01\ntR(K\3S'" order "'\nNNNK" size "K\1K\0tb"

START_TEST(texts_become_strings)
{
    struct lar_tensor t;
    READ(ARRAY("(K\2t", FIXED("U2", ">", "\x08"), "I00\n",
               "C\x10\0\0\x20\xac\0\1\xf6\0\0\0\0a\0\0\0\0"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err));
    ck_assert_int_eq(t.type, LAR_TYPE_STRING);
    ck_assert_str_eq(text_at(&t, 0), "\xe2\x82\xac\xf0\x9f\x98\x80");
    ck_assert_str_eq(text_at(&t, 1), "a");
    READ(ARRAY("(K\1t", FIXED("U1", "<", "\x04"), "I00\n", "C\4\0\0\x11\0"));
    ck_assert(!np_to_tensor(&t, &array, &arena, &err));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    READ(ARRAY("(K\2t", FIXED("S2", "|", "\2"), "I00\n", "C\4aba\0"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err));
    ck_assert_str_eq(text_at(&t, 1), "a");
    READ(ARRAY("(K\1t", FIXED("S2", "|", "\2"), "I00\n", "C\2a\xff"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err));
    ck_assert_str_eq(text_at(&t, 0), "a\xc3\xbf"); /* no UTF-8, so Latin-1 */
    READ(ARRAY("(K\2t", DTYPE("O8", "|"), "I00\n",
               "](U\2\xc3\xa9U\1\xe9"
               "e"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err));
    ck_assert_str_eq(text_at(&t, 0), "\xc3\xa9");
    ck_assert_str_eq(text_at(&t, 1), "\xc3\xa9");
    READ(ARRAY("(K\4t", DTYPE("O8", "|"), "I00\n",
               "](X\2\0\0\0hiNFnan\n" SCALAR(FIXED("U1", "<", "\4"), "C\4z\0\0\0") "e"));
    ck_assert_msg(np_to_tensor(&t, &array, &arena, &err), "%s", err.text);
    ck_assert_str_eq(text_at(&t, 0), "hi");
    ck_assert_int_eq(t.kinds[1], LAR_STRING_NONE);
    ck_assert_int_eq(t.kinds[2], LAR_STRING_NAN);
    ck_assert_str_eq(text_at(&t, 3), "z");
}
END_TEST

START_TEST(tensors_keep_their_type)
{
    struct lar_tensor t;
    READ(ARRAY("(K\2t", DTYPE("i4", ">"), "I00\n", "C\x8\0\0\0\1\xff\xff\xff\xff"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err));
    ck_assert_int_eq(t.type, LAR_TYPE_I32);
    ck_assert_int_eq(((int32_t *)t.data)[1], -1);
    ck_assert_uint_eq((uintptr_t)t.data % 64, 0);
    READ(ARRAY("(K\2t", DTYPE("b1", "|"), "I00\n", "C\2\0\7"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err));
    ck_assert_int_eq(((uint8_t *)t.data)[1], 1);
    READ(ARRAY("(K\2t", DTYPE("O8", "|"), "I00\n", "](K\1K\2e"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err) && t.type == LAR_TYPE_I64);
    READ(ARRAY("(K\2t", DTYPE("O8", "|"), "I00\n",
               "](\x88\x89"
               "e"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err) && t.type == LAR_TYPE_BOOL);
    ck_assert_int_eq(((uint8_t *)t.data)[0], 1);
    READ(ARRAY("(K\2t", DTYPE("O8", "|"), "I00\n", "](F1.5\nFnan\ne"));
    ck_assert(np_to_tensor(&t, &array, &arena, &err) && t.type == LAR_TYPE_F64);
    READ(ARRAY("(K\2t", DTYPE("O8", "|"), "I00\n", "](K\1X\1\0\0\0ae"));
    ck_assert(!np_to_tensor(&t, &array, &arena, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "str at 1"));
    READ(ARRAY("(K\1t", DTYPE("M8", "<"), "I00\n", "C\x8\0\0\0\0\0\0\0\0"));
    ck_assert(!np_to_tensor(&t, &array, &arena, &err));
    ck_assert_int_eq(err.code, LAR_ERR_UNSUPPORTED);
}
END_TEST

#define TWO_FIELDS                                                                                 \
    "cnumpy\ndtype\n(S'V5'\nI00\nI01\ntR(K\3S'|'\nN(S'a'\nS'b'\nt}(S'a'\n(" BYTE "K\0tS'b'\n("     \
    "cnumpy\ndtype\n(S'V4'\nI00\nI01\ntR(K\3S'|'\n(" DTYPE("i2", ">") "K\2tNNK\4K\1K\0tb"          \
                                                                      "K\1tuK\5K\1K\0tb"

START_TEST(fields_are_arrays)
{
    struct np_array field;
    READ(ARRAY("(K\2t", TWO_FIELDS, "I00\n", "C\x0a\1\0\2\0\3\4\0\5\0\6"));
    ck_assert(np_field_of(&field, &array, "a"));
    ck_assert_int_eq(np_to_i64(&field, &arena, &err)[1], 4);
    ck_assert(np_field_of(&field, &array, "b"));
    ck_assert_uint_eq(field.shape.rank, 2);
    const int64_t *v = np_to_i64(&field, &arena, &err);
    ck_assert_int_eq(v[0], 2);
    ck_assert_int_eq(v[1], 3);
    ck_assert_int_eq(v[3], 6);
    ck_assert(!np_field_of(&field, &array, "c"));
    ck_assert_int_eq(err.code, LAR_ERR_NONE);
}
END_TEST

START_TEST(other_things_are_no_arrays)
{
    ck_assert(!np_is_array(NULL));
    ck_assert(!np_is_array(PARSE("K\1")));
    ck_assert(!np_is_array(PARSE("cnumpy.core.multiarray\n_reconstruct\n(cm\nMine\n(K\0tC\1btR")));
    ck_assert(np_is_array(PARSE("cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nmatrix\ntR")));
    REFUSED("cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81", LAR_ERR_UNSUPPORTED);
    struct np_array scalar;
    ck_assert(!np_scalar(&scalar, PARSE(SCALAR(DTYPE("i4", "<"), "C\1\0")), &arena));
    ck_assert(np_scalar(&scalar, PARSE(SCALAR(DTYPE("i4", "<"), "C\4\7\0\0\0")), &arena));
    ck_assert_int_eq(np_to_i64(&scalar, &arena, &err)[0], 7);
    ck_assert(np_scalar(&scalar, PARSE(SCALAR(DTYPE("O8", "|"), "K\5")), &arena));
    ck_assert_int_eq(scalar.objects[0]->integer, 5);
}
END_TEST

int main(void)
{
    int ret = check_main("numpy",
                         (const TTest *[]){c_and_fortran_order, protocol_5_keeps_the_order_of_axes,
                                           shapes_that_lie_are_refused, python2_payloads,
                                           every_number_becomes_a_double, texts_become_strings,
                                           tensors_keep_their_type, fields_are_arrays,
                                           other_things_are_no_arrays, NULL});
    lar_arena_finish(&arena);
    return ret;
}

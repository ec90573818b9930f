/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/npy.h"
#include "tests/check_main.h"

#include <string.h>

static struct lar_arena arena;
static struct lar_error err;
static struct np_array array;

/* A file of version 1 with HEADER and DATA. */
static bool read_file(const char *header, const char *data, size_t size)
{
    static uint8_t file[4096];
    size_t n = strlen(header);
    lar_error_clear(&err);
    lar_arena_finish(&arena);
    lar_arena_init(&arena, 1 << 20);
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = (uint8_t)n;
    file[9] = (uint8_t)(n >> 8);
    memcpy(file + 10, header, n);
    memcpy(file + 10 + n, data, size);
    return np_read_npy(&array, file, 10 + n + size, &arena, &err);
}

#define READ(header, data) ck_assert_msg(read_file(header, data, sizeof(data) - 1), "%s", err.text)
#define REFUSED(header, data, why)                                                                 \
    do {                                                                                           \
        ck_assert(!read_file(header, data, sizeof(data) - 1));                                     \
        ck_assert_msg(err.code == why, "%s", err.text);                                            \
    } while (0)

START_TEST(plain_arrays)
{
    READ("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }    \n",
         "\0\0\1\0\2\0\3\0\4\0\5\0");
    const int64_t *v = np_to_i64(&array, &arena, &err);
    ck_assert_int_eq(v[1], 2);
    ck_assert_int_eq(v[3], 1);
    READ("{'shape': (), 'descr': '>f4', 'fortran_order': False}", "?\xc0\0\0trailing");
    ck_assert_double_eq(np_to_f64(&array, &arena, &err)[0], 1.5);
    READ("{'descr': '|u1', 'fortran_order': False, 'shape': (2L,)}", "\1\2");
    READ("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 5)}", "");
}
END_TEST

START_TEST(records)
{
    struct np_array part;
    READ("{'descr': [('a', '|u1'), ('', '|V1'), (('title', 'b'), '>i2', (2,)), "
         "('c', [('d', '|b1')])], 'fortran_order': False, 'shape': (1,)}",
         "\1\0\0\2\0\3\1");
    ck_assert_uint_eq(array.dtype->itemsize, 7);
    ck_assert_uint_eq(array.dtype->n_fields, 3);
    ck_assert(np_field_of(&part, &array, "b"));
    ck_assert_int_eq(np_to_i64(&part, &arena, &err)[1], 3);
    ck_assert(np_field_of(&part, &array, "c") && np_field_of(&part, &part, "d"));
    ck_assert_int_eq(np_to_i64(&part, &arena, &err)[0], 1);
}
END_TEST

START_TEST(objects_are_a_pickle)
{
    READ("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
         "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tC\1btR(K\1(K\1tcnumpy\n"
         "dtype\n(S'O8'\nI00\nI01\ntR(K\3S'|'\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftbI00\n"
         "]K\5atb.");
    ck_assert_int_eq(array.objects[0]->integer, 5);
    REFUSED("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "cos\nsystem\n)R.",
            LAR_ERR_FORMAT);
    REFUSED("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}", "N.",
            LAR_ERR_UNSUPPORTED);
}
END_TEST

START_TEST(what_is_no_header)
{
    REFUSED("", "", LAR_ERR_FORMAT);
    REFUSED("{}", "", LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'fortran_order': False}", "", LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': ()}", "12345678",
            LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'fortran_order': 0, 'shape': ()}", "12345678", LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'fortran_order': False, 'shape': (1}", "12345678", LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "12345678", LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'fortran_order': False, 'shape': ()} + 1", "12345678",
            LAR_ERR_FORMAT);
    REFUSED("{'descr': '\\x3cf8', 'fortran_order': False, 'shape': ()}", "12345678",
            LAR_ERR_FORMAT);
    REFUSED("{'descr': 'x8', 'fortran_order': False, 'shape': ()}", "12345678",
            LAR_ERR_UNSUPPORTED);
    REFUSED("{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}", "12345678",
            LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", "12345678",
            LAR_ERR_TRUNCATED);
    REFUSED("{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000000000, 1000)}", "",
            LAR_ERR_FORMAT);
    REFUSED("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "12345678",
            LAR_ERR_UNSUPPORTED);
    REFUSED("{'descr': [[[[", "", LAR_ERR_FORMAT);
    REFUSED("{'descr': ((((((((((((((((((((((((", "", LAR_ERR_LIMIT);
}
END_TEST

START_TEST(every_length_is_refused)
{
    static const char file[] = "\x93NUMPY\2\0\x37\0\0\0"
                               "{'descr': '<i2', 'fortran_order': False, 'shape': (1,)"
                               "}\7\0";
    lar_arena_init(&arena, 1 << 20);
    for (size_t n = 0; n < sizeof file - 1; n++) {
        lar_error_clear(&err);
        ck_assert(!np_read_npy(&array, file, n, &arena, &err));
        ck_assert_int_eq(err.code, LAR_ERR_TRUNCATED);
    }
    lar_error_clear(&err);
    ck_assert_msg(np_read_npy(&array, file, sizeof file - 1, &arena, &err), "%s", err.text);
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[0], 7);
}
END_TEST

int main(void)
{
    int ret =
        check_main("npy", (const TTest *[]){plain_arrays, records, objects_are_a_pickle,
                                            what_is_no_header, every_length_is_refused, NULL});
    lar_arena_finish(&arena);
    return ret;
}

/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#define CAST(to_, ...)                                                                             \
    {                                                                                              \
        .op = "Cast", .inputs = {__VA_ARGS__}, .n_inputs = 1, .params = {                          \
            {"to", SCALAR_I64(to_)}                                                                \
        }                                                                                          \
    }

START_TEST(floats)
{
    struct one o = CAST(LAR_TYPE_F32, F64(S(3), 0.1, 1e300, -2));
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(3), 0.1f, INFINITY, -2);
    o = (struct one)CAST(LAR_TYPE_F64, F32(S(2), 0.1f, NAN));
    EXPECT_F64(&o, S(2), (double)0.1f, NAN);
    o = (struct one)CAST(LAR_TYPE_F64, BOOLS(S(2), 1, 0));
    EXPECT_F64(&o, S(2), 1, 0);
    o = (struct one)CAST(LAR_TYPE_F64, I64(S(2), INT64_MAX, -1));
    EXPECT_F64(&o, S(2), 0x1p63, -1);
    o = (struct one)CAST(LAR_TYPE_F32, I32(S(2), 16777217, -1));
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(2), 16777216, -1);
    o = (struct one)CAST(LAR_TYPE_F64, TENSOR(LAR_TYPE_U64, uint64_t, S(1), UINT64_MAX));
    EXPECT_F64(&o, S(1), 0x1p64);
}
END_TEST

START_TEST(integers)
{
    struct one o = CAST(LAR_TYPE_I64, F64(S(7), 1.9, -1.9, NAN, 1e30, -0x1p63, -INFINITY, 0x1p62));
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(7), 1, -1, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN,
                 INT64_C(1) << 62);
    o = (struct one)CAST(LAR_TYPE_I32, F64(S(4), 2147483647.5, -2147483648.5, 2147483648, 7));
    EXPECT_BYTES(&o, LAR_TYPE_I32, int32_t, S(4), INT32_MAX, INT32_MIN, INT32_MIN, 7);
    o = (struct one)CAST(LAR_TYPE_U8, F64(S(4), 255.5, -0.5, -1, 256));
    EXPECT_BYTES(&o, LAR_TYPE_U8, uint8_t, S(4), 255, 0, 0, 0);
    o = (struct one)CAST(LAR_TYPE_I32, I64(S(2), (INT64_C(1) << 32) + 5, -5));
    EXPECT_BYTES(&o, LAR_TYPE_I32, int32_t, S(2), 5, -5);
    o = (struct one)CAST(LAR_TYPE_I64, TENSOR(LAR_TYPE_I8, int8_t, S(2), -1, 127));
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(2), -1, 127);
    o = (struct one)CAST(LAR_TYPE_U16, TENSOR(LAR_TYPE_U32, uint32_t, S(2), 65536, 65535));
    EXPECT_BYTES(&o, LAR_TYPE_U16, uint16_t, S(2), 0, 65535);
    o = (struct one)CAST(LAR_TYPE_BOOL, F64(S(4), 0, -0.0, NAN, 0.1));
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(4), 0, 0, 1, 1);
    o = (struct one)CAST(LAR_TYPE_BOOL, I64(S(2), 0, 256));
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(2), 0, 1);
}
END_TEST

START_TEST(long_tensors_are_cast_in_blocks)
{
    static double x[1000];
    static int64_t y[1000];
    for (int i = 0; i < 1000; i++)
        x[i] = (double)(y[i] = i - 500);
    struct one o = CAST(LAR_TYPE_I64, ARRAY(LAR_TYPE_F64, x, 1000));
    ck_assert(one_run(&o));
    assert_bytes(&o.out, LAR_TYPE_I64, S(1000), y);
    one_finish(&o);
}
END_TEST

START_TEST(sparse_values)
{
    struct one o = CAST(LAR_TYPE_F32, {.type = LAR_TYPE_F64,
                                       .layout = LAR_LAYOUT_CSR,
                                       .shape = S(2, 3),
                                       .data = (double[]){0.1, 2},
                                       .indptr = (uint64_t[]){0, 0, 2},
                                       .indices = (uint32_t[]){0, 2}});
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_int_eq(o.out.type, LAR_TYPE_F32);
    ck_assert_ptr_null(lar_tensor_fault(&o.out, 2));
    ck_assert(((float *)o.out.data)[0] == 0.1f);
    one_finish(&o);
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(LAR_TYPE_I64);
    EXPECT_REFUSED(&o, "a sparse matrix to int64");
}
END_TEST

START_TEST(refused)
{
    struct one o = CAST(LAR_TYPE_STRING, F64(S(1), 1));
    EXPECT_REFUSED(&o, "to a type that is not among the numbers");
    o = (struct one)CAST(99, F64(S(1), 1));
    EXPECT_REFUSED(&o, "to a type");
    o = (struct one)CAST(-1, F64(S(1), 1));
    EXPECT_REFUSED(&o, "to a type");
}
END_TEST

int main(void)
{
    return check_main("cast", (const TTest *[]){floats, integers, long_tensors_are_cast_in_blocks,
                                                sparse_values, refused, NULL});
}

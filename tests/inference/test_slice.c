/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#define SLICE(x, starts, ends, axes, steps)                                                        \
    {                                                                                              \
        .op = "Slice",                                                                             \
        .inputs = {x, I64(S(1), starts), I64(S(1), ends), I64(S(1), axes), I64(S(1), steps)},      \
        .n_inputs = 5, .constants = 30                                                             \
    }
#define FIVE F64(S(5), 0, 1, 2, 3, 4)
#define M34 F64(S(3, 4), 0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23)

START_TEST(one_axis)
{
    struct one o = SLICE(FIVE, 1, 3, 0, 1);
    EXPECT_F64(&o, S(2), 1, 2);
    o = (struct one)SLICE(FIVE, -2, INT64_MAX, 0, 1);
    EXPECT_F64(&o, S(2), 3, 4);
    o = (struct one)SLICE(FIVE, 0, 5, 0, 2);
    EXPECT_F64(&o, S(3), 0, 2, 4);
    o = (struct one)SLICE(FIVE, INT64_MAX, INT64_MIN, 0, -1);
    EXPECT_F64(&o, S(5), 4, 3, 2, 1, 0);
    o = (struct one)SLICE(FIVE, 3, 0, 0, -2);
    EXPECT_F64(&o, S(2), 3, 1);
    o = (struct one)SLICE(FIVE, 3, 2, 0, 1);
    EXPECT_F64(&o, S(0), 0);
    o = (struct one)SLICE(FIVE, 4, -6, 0, INT64_MIN);
    EXPECT_F64(&o, S(1), 4);
    o = (struct one)SLICE(FIVE, INT64_MIN, INT64_MAX, 0, INT64_MAX);
    EXPECT_F64(&o, S(1), 0);
    o = (struct one)SLICE(F64(S(0), 0), -1, -9, 0, -1);
    EXPECT_F64(&o, S(0), 0);
}
END_TEST

START_TEST(matrices)
{
    struct one o = SLICE(M34, 1, 3, 1, 1);
    o.rows = 1;
    EXPECT_F64(&o, S(3, 2), 1, 2, 11, 12, 21, 22);
    ck_assert_int_eq(o.result.shape.dims[0], LAR_DIM_ROWS);
    o = (struct one)SLICE(M34, 1, 3, 0, 1); /* rows of a batch: how many is not known */
    o.rows = 1;
    EXPECT_F64(&o, S(2, 4), 10, 11, 12, 13, 20, 21, 22, 23);
    ck_assert_int_eq(o.result.shape.dims[0], LAR_DIM_UNKNOWN);
    o = (struct one)SLICE(M34, 0, INT64_MAX, 0, 1);
    o.rows = 1;
    ck_assert(one_infer(&o));
    ck_assert_int_eq(o.result.shape.dims[0], LAR_DIM_ROWS);
    o = (struct one){
        .op = "Slice",
        .inputs = {M34, I64(S(2), 0, 3), I64(S(2), 2, 0), I64(S(2), 0, 1), I64(S(2), 1, -2)},
        .n_inputs = 5,
        .constants = 30};
    EXPECT_F64(&o, S(2, 2), 3, 1, 13, 11);
    o.n_inputs = 3; /* axes 0 and 1, steps 1 */
    o.inputs[2] = (struct lar_tensor)I64(S(2), 1, 4);
    EXPECT_F64(&o, S(1, 1), 3);
    o = (struct one)SLICE(BOOLS(S(3), 1, 0, 1), 1, 3, 0, 1);
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(2), 0, 1);
}
END_TEST

START_TEST(refused)
{
    struct one o = SLICE(FIVE, 1, 3, 0, 0);
    EXPECT_REFUSED(&o, "a step of 0");
    o = (struct one)SLICE(FIVE, 1, 3, 1, 1);
    EXPECT_REFUSED(&o, "axes out of range");
    o = (struct one)SLICE(FIVE, 1, 3, 0, 1);
    o.constants = 0;
    EXPECT_REFUSED(&o, "a constant list");
    o = (struct one)SLICE(FIVE, 1, 3, 0, 1);
    o.inputs[2].shape = S(0);
    EXPECT_REFUSED(&o, "different lengths");
}
END_TEST

START_TEST(transpose)
{
    struct one o = {.op = "Transpose", .inputs = {M34}, .n_inputs = 1, .rows = 1};
    EXPECT_F64(&o, S(4, 3), 0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23);
    ck_assert_int_eq(o.result.shape.dims[1], LAR_DIM_ROWS);
    o = (struct one){.op = "Transpose",
                     .inputs = {I64(S(2, 1, 3), 1, 2, 3, 4, 5, 6)},
                     .n_inputs = 1,
                     .params = {{"perm", I64(S(3), 1, 2, 0)}}};
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(1, 3, 2), 1, 4, 2, 5, 3, 6);
    o.params[0].tensor = (struct lar_tensor)I64(S(3), 1, 1, 0);
    EXPECT_REFUSED(&o, "perm is no permutation");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 1, 0);
    EXPECT_REFUSED(&o, "perm is no permutation");
    o = (struct one){.op = "Transpose", .inputs = {F64(S(0, 4), 0)}, .n_inputs = 1};
    EXPECT_F64(&o, S(4, 0), 0);
}
END_TEST

int main(void)
{
    return check_main("slice", (const TTest *[]){one_axis, matrices, refused, transpose, NULL});
}

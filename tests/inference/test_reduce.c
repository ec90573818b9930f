/* SPDX-License-Identifier: MIT */
#include "inference/sums.h"
#include "tests/inference/one_operator.h"

/* Over axis 1 of a matrix unless other axes are given. */
#define REDUCE(op_, x, keep, ...)                                                                  \
    {                                                                                              \
        .op = op_, .inputs = {x, __VA_ARGS__}, .n_inputs = 2, .constants = 2, .params = {          \
            {"keepdims", SCALAR_I64(keep)}                                                         \
        }                                                                                          \
    }
#define M23 F64(S(2, 3), 1, 5, 3, -1, -7, -2)

START_TEST(sums)
{
    struct one o = REDUCE("ReduceSum", M23, 1, I64(S(1), 1));
    EXPECT_F64(&o, S(2, 1), 9, -10);
    o = (struct one)REDUCE("ReduceSum", M23, 0, I64(S(1), -1));
    EXPECT_F64(&o, S(2), 9, -10);
    o = (struct one)REDUCE("ReduceSum", M23, 0, I64(S(1), 0));
    EXPECT_F64(&o, S(3), 0, -2, 1);
    o = (struct one)REDUCE("ReduceSum", M23, 0, I64(S(2), 0, 1));
    EXPECT_F64(&o, LAR_SCALAR, -1);
    o.n_inputs = 1; /* no axes: all */
    EXPECT_F64(&o, LAR_SCALAR, -1);
    o.params[1].name = "noop_with_empty_axes";
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(1);
    EXPECT_F64(&o, S(2, 3), 1, 5, 3, -1, -7, -2);
    o = (struct one)REDUCE("ReduceSum", F64(S(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8), 0, I64(S(1), 1));
    EXPECT_F64(&o, S(2, 2), 4, 6, 12, 14);
    o = (struct one)REDUCE("ReduceSum", F64(S(2, 0), 0), 0, I64(S(1), 1));
    EXPECT_F64(&o, S(2), 0, 0);
    o = (struct one)REDUCE("ReduceSum", F64(S(0, 2), 0), 0, I64(S(1), 1));
    EXPECT_F64(&o, S(0), 0);
    o = (struct one)REDUCE("ReduceSum", F32(S(1, 3), 1, 2, 3), 0, I64(S(1), 1));
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(1), 6);
}
END_TEST

START_TEST(extremes)
{
    struct one o = REDUCE("ReduceMax", M23, 1, I64(S(1), 1));
    EXPECT_F64(&o, S(2, 1), 5, -1);
    o.op = "ReduceMin";
    EXPECT_F64(&o, S(2, 1), 1, -7);
    o = (struct one)REDUCE("ReduceMax", F64(S(3, 2), 1, NAN, NAN, 1, 2, 2), 0, I64(S(1), 1));
    EXPECT_F64(&o, S(3), NAN, NAN, 2);
    o = (struct one)REDUCE("ReduceMax", F64(S(2, 0), 0), 0, I64(S(1), 1));
    ck_assert(!one_run(&o));
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    one_finish(&o);
}
END_TEST

START_TEST(axes_are_checked)
{
    struct one o = REDUCE("ReduceSum", M23, 0, I64(S(1), 2));
    EXPECT_REFUSED(&o, "axes that are out of range");
    o.inputs[1] = (struct lar_tensor)I64(S(2), 1, -1);
    EXPECT_REFUSED(&o, "axes that are out of range");
    o.constants = 0;
    EXPECT_REFUSED(&o, "a constant list");
    o = (struct one)REDUCE("ReduceSum", F64(S(1, 1, 1), 0), 0, I64(S(2), 0, 2));
    EXPECT_REFUSED(&o, "not neighbours");
}
END_TEST

#define ARGMAX(x, axis_, keep)                                                                     \
    {                                                                                              \
        .op = "ArgMax", .inputs = {x}, .n_inputs = 1, .params = {                                  \
            {"axis", SCALAR_I64(axis_)},                                                           \
            {"keepdims", SCALAR_I64(keep)}                                                         \
        }                                                                                          \
    }
#define EXPECT_I64(o, shape_, ...) EXPECT_BYTES(o, LAR_TYPE_I64, int64_t, shape_, __VA_ARGS__)

START_TEST(argmax_takes_the_first)
{
    struct one o = ARGMAX(M23, 1, 0);
    EXPECT_I64(&o, S(2), 1, 0);
    o = (struct one)ARGMAX(M23, 0, 1);
    EXPECT_I64(&o, S(1, 3), 0, 0, 0);
    o = (struct one)ARGMAX(F64(S(4, 3), 1, 2, 2, NAN, 1, 2, 3, NAN, NAN, -INFINITY, -INFINITY, -1),
                           -1, 0);
    EXPECT_I64(&o, S(4), 1, 0, 1, 2);
    o = (struct one)ARGMAX(F32(S(1, 2), 0.5f, 0.75f), 1, 0);
    EXPECT_I64(&o, S(1), 1);
    o = (struct one)ARGMAX(F64(S(0, 2), 0), 1, 0);
    EXPECT_I64(&o, S(0), 0);
    o = (struct one)ARGMAX(F64(S(2, 0), 0), 1, 0);
    EXPECT_REFUSED(&o, "nothing to choose from");
    o = (struct one)ARGMAX(M23, 2, 0);
    EXPECT_REFUSED(&o, "axis out of range");
}
END_TEST

START_TEST(argmax_takes_the_last)
{
    struct one o = ARGMAX(
        F64(S(4, 3), 2, 2, 1, NAN, 1, NAN, -0.0, 0, -1, -INFINITY, -INFINITY, -INFINITY), 1, 0);
    o.params[2].name = "select_last_index";
    o.params[2].tensor = (struct lar_tensor)SCALAR_I64(1);
    EXPECT_I64(&o, S(4), 1, 0, 1, 2);
}
END_TEST

START_TEST(sums_have_numpys_order)
{
    /* np.sum of these, NumPy 1.26: 1e16 and ones, in lengths around the order's steps */
    static double x[300];
    for (int i = 0; i < 300; i++)
        x[i] = i % 3 == 0 ? 1e16 : i % 3 == 1 ? 1 : -1e16;
    const struct {
        uint64_t n;
        double sum;
    } rows[] = {{0, 0.0},
                {1, 1e+16},
                {2, 1e+16},
                {7, 1e+16},
                {8, 1e+16},
                {9, 0.0},
                {15, 0.0},
                {16, 1e+16},
                {17, 1e+16},
                {127, 1.0000000000000004e+16},
                {128, 1e+16},
                {129, 0.0},
                {136, 1.0000000000000002e+16},
                {137, 1.0000000000000004e+16},
                {255, 3.0},
                {256, 1e+16},
                {257, 1e+16},
                {300, 9.0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(lar_sum_f64(x, rows[i].n) == rows[i].sum, "%d: %.17g, not %.17g",
                      (int)rows[i].n, lar_sum_f64(x, rows[i].n), rows[i].sum);
}
END_TEST

int main(void)
{
    return check_main("reduce",
                      (const TTest *[]){sums, extremes, axes_are_checked, argmax_takes_the_first,
                                        argmax_takes_the_last, sums_have_numpys_order, NULL});
}

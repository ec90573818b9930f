/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#define UNARY(op_, ...)                                                                            \
    {                                                                                              \
        .op = op_, .inputs = {__VA_ARGS__}, .n_inputs = 1, .rows = 1                               \
    }

START_TEST(exact_functions)
{
    struct one o = UNARY("Neg", F64(S(4), 1, -2, 0, NAN));
    EXPECT_F64(&o, S(4), -1, 2, -0.0, NAN);
    o = (struct one)UNARY("Abs", F64(S(4), 1, -2, -0.0, -INFINITY));
    EXPECT_F64(&o, S(4), 1, 2, 0, INFINITY);
    o = (struct one)UNARY("Sqrt", F64(S(2, 2), 4, 2, -1, 0));
    EXPECT_F64(&o, S(2, 2), 2, 1.4142135623730951, NAN, 0);
    o = (struct one)UNARY("Neg", F32(S(2), 1, -2));
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(2), -1, 2);
    o = (struct one)UNARY("Abs", F64(S(0, 3), 0));
    EXPECT_F64(&o, S(0, 3), 0);
}
END_TEST

START_TEST(exp_and_log)
{
    struct one o = UNARY("Exp", F64(S(4), 0, 1, -INFINITY, 1000));
    EXPECT_F64(&o, S(4), 1, 2.718281828459045, 0, INFINITY);
    o = (struct one)UNARY("Log", F64(S(4), 1, 0, -1, 10));
    EXPECT_F64(&o, S(4), 0, -INFINITY, NAN, 2.302585092994046);
    o = (struct one)UNARY("Cos", F64(S(3), 0, 1, INFINITY));
    EXPECT_F64(&o, S(3), 1, cos(1), NAN);
    o = (struct one)UNARY("Exp", F32(S(1), 1));
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(1), 2.7182817f);
}
END_TEST

START_TEST(functions_of_one_number)
{
    struct one o = UNARY("Reciprocal", F64(S(3), 4, -0.0, NAN));
    EXPECT_F64(&o, S(3), 0.25, -INFINITY, NAN);
    o = (struct one)UNARY("larder.Cbrt", F64(S(2), -8, 1));
    EXPECT_F64(&o, S(2), -2, 1);
    o = (struct one)UNARY("larder.Exp2", F64(S(2), 3, -1));
    EXPECT_F64(&o, S(2), 8, 0.5);
    o = (struct one)UNARY("larder.Log2", F64(S(2), 8, 0));
    EXPECT_F64(&o, S(2), 3, -INFINITY);
    o = (struct one)UNARY("larder.Log10", F64(S(1), 1000));
    EXPECT_F64(&o, S(1), 3);
    o = (struct one)UNARY("larder.Log1p", F64(S(3), 1e-20, -1, 0));
    EXPECT_F64(&o, S(3), 1e-20, -INFINITY, 0);
    o = (struct one)UNARY("larder.Expm1", F64(S(3), 1e-20, -INFINITY, 1000));
    EXPECT_F64(&o, S(3), 1e-20, -1, INFINITY);
    static const char *const odd[] = {"Sin", "Sinh", "Asinh", "Atanh"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        o = (struct one)UNARY(odd[i], F64(S(2), 0, 1e-20));
        EXPECT_F64(&o, S(2), 0, 1e-20);
    }
    o = (struct one)UNARY("larder.Log1p", I64(S(1), 1));
    EXPECT_REFUSED(&o, "larder.Log1p");
}
END_TEST

START_TEST(sigmoid_is_scipys_expit)
{
    /* from scipy.special.expit 1.10 */
    struct one o = UNARY("Sigmoid", F64(S(8), 0, 1, -1, 40, -40, 800, -800, NAN));
    EXPECT_F64(&o, S(8), 0.5, 0.7310585786300049, 0.2689414213699951, 1.0, 4.248354255291589e-18,
               1.0, 0, NAN);
}
END_TEST

START_TEST(relu_keeps_nan)
{
    struct one o = UNARY("Relu", F64(S(5), -1, 0, 2, NAN, INFINITY));
    EXPECT_F64(&o, S(5), 0, 0, 2, NAN, INFINITY);
    o = (struct one)UNARY("Relu", F32(S(2), -1, 2));
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(2), 0, 2);
}
END_TEST

/* Against tanh() in long double: at most 3 ulp off, whatever the size. */
START_TEST(tanh_is_near)
{
    enum { N = 4000 };
    static double x[N];
    for (int i = 0; i < N; i++)
        x[i] = (i % 2 ? 1 : -1) * ldexp(1 + (i * 37 % 101) / 101.0, i % 40 - 33);
    struct one o = {.op = "Tanh", .inputs = {ARRAY(LAR_TYPE_F64, x, N)}, .n_inputs = 1};
    ck_assert(one_run(&o));
    for (int i = 0; i < N; i++) {
        double y = ((double *)o.out.data)[i];
        long double want = tanhl((long double)x[i]);
        ck_assert_msg(fabsl((long double)y - want) <= 7e-16L * fabsl(want), "tanh(%.17g) = %.17g",
                      x[i], y);
    }
    one_finish(&o);
    o = (struct one)UNARY("Tanh", F64(S(5), 0, NAN, INFINITY, -INFINITY, -1000));
    EXPECT_F64(&o, S(5), 0, NAN, 1, -1, -1);
}
END_TEST

START_TEST(clip_keeps_nan)
{
    struct one o = {
        .op = "Clip",
        .inputs = {F64(S(5), -5, 0.5, 5, NAN, INFINITY), F64(LAR_SCALAR, 0), F64(LAR_SCALAR, 1)},
        .n_inputs = 3};
    EXPECT_F64(&o, S(5), 0, 0.5, 1, NAN, 1);
    o.left_out = 2; /* no minimum */
    EXPECT_F64(&o, S(5), -5, 0.5, 1, NAN, 1);
    o.left_out = 0;
    o.n_inputs = 2; /* no maximum */
    EXPECT_F64(&o, S(5), 0, 0.5, 5, NAN, INFINITY);
    o.inputs[1] = (struct lar_tensor)F64(S(1), 0);
    EXPECT_REFUSED(&o, "not of rank 0");
    o.inputs[1] = (struct lar_tensor)F32(LAR_SCALAR, 0);
    EXPECT_REFUSED(&o, "float32");
}
END_TEST

START_TEST(other_types_are_refused)
{
    struct one o = UNARY("Exp", I64(S(1), 1));
    EXPECT_REFUSED(&o, "Exp: input 0 is dense int64 [rows]");
}
END_TEST

int main(void)
{
    return check_main("unary",
                      (const TTest *[]){exact_functions, exp_and_log, functions_of_one_number, sigmoid_is_scipys_expit,
                                        relu_keeps_nan, tanh_is_near, clip_keeps_nan,
                                        other_types_are_refused, NULL});
}

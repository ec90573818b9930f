/* AdditiveChi2, CountSketch.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

static void expect_failure(struct one *o, enum lar_error_code code, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_int_eq(o->err.code, code);
    ck_assert_str_eq(o->err.text, text);
    one_finish(o);
}

START_TEST(additive_chi2)
{
    struct one o = {.op = "larder.AdditiveChi2",
                    .inputs = {F64(S(2, 2), 2, 0, 0.5, 1)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"steps", SCALAR_I64(2)}, {"interval", F64(LAR_SCALAR, 0.5)}}};
    double two = sqrt(2 / cosh(M_PI * 0.5)), half = sqrt(0.5 / cosh(M_PI * 0.5));
    double one = sqrt(1 / cosh(M_PI * 0.5)), angle = 0.5 * log(2);
    EXPECT_F64(&o, S(2, 6), 1, 0, two * cos(angle), 0, two * sin(angle), 0, 0.5, sqrt(0.5),
               half * cos(-angle), one, half * sin(-angle), 0);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 0, -1);
    expect_failure(&o, LAR_ERR_INVALID,
                   "row 0, column 1: AdditiveChi2Sampler takes no number below 0");
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(1);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 0, 2);
    EXPECT_F64(&o, S(1, 2), 0, 1);
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(0);
    EXPECT_REFUSED(&o, "0 steps");
}
END_TEST

/* Two rows as polynomials modulo z^3 - 1. */
START_TEST(count_sketch)
{
    struct one o = {.op = "larder.CountSketch",
                    .inputs = {F64(S(2, 2), 2, 3, -1, 4)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"places", I64(S(3, 2), 0, 1, 2, 2, 1, 0)},
                               {"signs", F64(S(3, 2), 1, -1, 1, 1, 1, 1)},
                               {"columns", SCALAR_I64(3)}}};
    /* (2 - 3 z) 5 z^2 (2 z + 3), (-1 - 4 z) 3 z^2 (-z + 4) */
    EXPECT_F64(&o, S(2, 3), -25, -30, 30, -45, 12, -12);
    o.params[2].tensor = (struct lar_tensor)SCALAR_I64(2);
    expect_failure(&o, LAR_ERR_FORMAT, "places: there is no place 2 of 2");
    o.params[0].tensor = (struct lar_tensor)I64(S(3, 2), 0, 1, -1, 1, 1, 0);
    expect_failure(&o, LAR_ERR_FORMAT, "places: there is no place -1 of 2");
    o.params[1].tensor = (struct lar_tensor)F64(S(2, 2), 1, 1, 1, 1);
    EXPECT_REFUSED(&o, "not as many signs");
    o.params[2].tensor = (struct lar_tensor)SCALAR_I64(0);
    EXPECT_REFUSED(&o, "0 columns of degree 3");
}
END_TEST

int main(void)
{
    return check_main("feature maps", (const TTest *[]){additive_chi2, count_sketch, NULL});
}

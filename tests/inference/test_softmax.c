/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

START_TEST(rows_sum_to_one)
{
    struct one o = {.op = "Softmax",
                    .inputs = {F64(S(4, 3), 1, 2, 3, 1000, 1001, 999, -INFINITY, 0, 0, NAN, 1, 2)},
                    .n_inputs = 1,
                    .rows = 1};
    /* from sklearn.utils.extmath.softmax; exp may differ in the last bits */
    const double should[] = {0.09003057317038046,
                             0.24472847105479764,
                             0.6652409557748218,
                             0.24472847105479764,
                             0.6652409557748218,
                             0.09003057317038046,
                             0,
                             0.5,
                             0.5};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_shape(&o.out.shape, S(4, 3));
    const double *y = o.out.data;
    for (int i = 0; i < 9; i++)
        ck_assert_double_eq_tol(y[i], should[i], 2e-16);
    for (int i = 9; i < 12; i++)
        ck_assert(isnan(y[i]));
    one_finish(&o);
    o.inputs[0] = (struct lar_tensor)F64(S(2, 1), 5, -5);
    EXPECT_F64(&o, S(2, 1), 1, 1);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 3), 0);
    EXPECT_F64(&o, S(0, 3), 0);
    o.inputs[0] = (struct lar_tensor)F64(S(3, 0), 0);
    EXPECT_F64(&o, S(3, 0), 0);
    o.inputs[0] = (struct lar_tensor)F32(S(1, 2), 3, 3);
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(1, 2), 0.5f, 0.5f);
}
END_TEST

START_TEST(axis)
{
    struct one o = {.op = "Softmax",
                    .inputs = {F64(S(1, 2), 1, 1)},
                    .n_inputs = 1,
                    .params = {{"axis", SCALAR_I64(1)}}};
    EXPECT_F64(&o, S(1, 2), 0.5, 0.5);
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(0);
    EXPECT_REFUSED(&o, "an axis other than the last");
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(2);
    EXPECT_REFUSED(&o, "axis out of range");
    o.inputs[0] = (struct lar_tensor)F64(LAR_SCALAR, 1);
    EXPECT_REFUSED(&o, "axis out of range");
}
END_TEST

int main(void)
{
    return check_main("softmax", (const TTest *[]){rows_sum_to_one, axis, NULL});
}

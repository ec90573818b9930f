/* ReduceLogSumExp, ScaledDistances, CategorySums.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

static void expect_failure(struct one *o, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

/* Expected from scipy.special.logsumexp 1.10. */
START_TEST(log_sum_exp)
{
    struct one o = {.op = "ReduceLogSumExp",
                    .inputs = {F64(S(3, 2), 1, 2, -1000, -1000, 1000, -INFINITY), I64(S(1), 1)},
                    .n_inputs = 2,
                    .constants = 2,
                    .rows = 1};
    EXPECT_F64(&o, S(3, 1), 2.313261687518223, -999.3068528194401, 1000);
    o.params[0].name = "keepdims";
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(0);
    EXPECT_F64(&o, S(3), 2.313261687518223, -999.3068528194401, 1000);
}
END_TEST

START_TEST(log_sum_exp_of_nothing_finite)
{
    struct one o = {
        .op = "ReduceLogSumExp",
        .inputs = {F64(S(3, 2), -INFINITY, -INFINITY, INFINITY, 0, NAN, 0), I64(S(1), -1)},
        .n_inputs = 2,
        .constants = 2};
    EXPECT_F64(&o, S(3, 1), -INFINITY, INFINITY, NAN);
    o.inputs[0] = (struct lar_tensor)F64(S(2, 0), 0);
    EXPECT_F64(&o, S(2, 1), -INFINITY, -INFINITY);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 2), 0);
    EXPECT_F64(&o, S(0, 1), 0);
}
END_TEST

START_TEST(log_sum_exp_refuses)
{
    struct one o = {.op = "ReduceLogSumExp",
                    .inputs = {F64(S(2, 2), 1, 2, 3, 4), I64(S(1), 0)},
                    .n_inputs = 2,
                    .constants = 2};
    EXPECT_REFUSED(&o, "axes other than the last");
    o.inputs[1] = (struct lar_tensor)I64(S(2), 0, 1);
    EXPECT_REFUSED(&o, "axes other than the last");
    o.inputs[0] = (struct lar_tensor)F64(LAR_SCALAR, 1);
    EXPECT_REFUSED(&o, "axes other than the last");
}
END_TEST

START_TEST(distances)
{
    struct one o = {.op = "larder.ScaledDistances",
                    .inputs = {F64(S(2, 2), 1, 2, -1, 0.5)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"centers", F64(S(3, 2), 0, 0, 1, 2, 3, -1)},
                               {"scales", F64(S(3, 2), 1, 2, 1, 1, 4, 0.5)}}};
    EXPECT_F64(&o, S(2, 3), 3, 0, 19, 1.125, 6.25, 8.5);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 2), 0);
    EXPECT_F64(&o, S(0, 3), 0);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 3), 0, 0, 0);
    EXPECT_REFUSED(&o, "columns do not fit");
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 0, 0);
    o.params[1].tensor = (struct lar_tensor)F64(S(2, 2), 1, 1, 1, 1);
    EXPECT_REFUSED(&o, "differ in shape");
    o.params[1].name = NULL; /* all are 1 */
    o.inputs[0] = (struct lar_tensor)F64(S(2, 2), 1, 2, -1, 0.5);
    EXPECT_F64(&o, S(2, 3), 5, 0, 13, 1.25, 6.25, 18.25);
}
END_TEST

#define CATEGORIES                                                                                 \
    {                                                                                              \
        .op = "larder.CategorySums", .inputs = {F64(S(3, 2), 0, 0, 1.9, 2, -0.5, 1)},              \
        .n_inputs = 1, .rows = 1, .params = {                                                      \
            {"table", F64(S(5, 2), 1, 10, 2, 20, 3, 30, 4, 40, 5, 50)},                            \
            {"ends", I64(S(2), 2, 5)}                                                              \
        }                                                                                          \
    }

START_TEST(sums_of_categories)
{
    struct one o = CATEGORIES;
    EXPECT_F64(&o, S(3, 2), 4, 40, 7, 70, 5, 50);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 2), 0);
    EXPECT_F64(&o, S(0, 2), 0);
}
END_TEST

START_TEST(unknown_categories)
{
    static const double odd[] = {2, -1, 1e300, -1e300, INFINITY, NAN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct one o = CATEGORIES;
        o.inputs[0] = (struct lar_tensor)F64(S(1, 2), odd[i], 0);
        expect_failure(&o, "row 0, column 0: there is no category");
    }
    struct one o = CATEGORIES;
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 1, 3);
    expect_failure(&o, "row 0, column 1: there is no category 3, they are 0 to 2");
}
END_TEST

START_TEST(tables_are_verified)
{
    struct one o = CATEGORIES;
    o.params[1].tensor = (struct lar_tensor)I64(S(2), 2, 6);
    expect_failure(&o, "column 1 ends at 6 of 5");
    o.params[1].tensor = (struct lar_tensor)I64(S(2), 2, 1);
    expect_failure(&o, "column 1 ends at 1 of 5");
    o.params[1].tensor = (struct lar_tensor)I64(S(2), -1, 5);
    expect_failure(&o, "column 0 ends at -1 of 5");
    o.params[1].tensor = (struct lar_tensor)I64(S(3), 1, 2, 5);
    EXPECT_REFUSED(&o, "columns do not fit");
}
END_TEST

int main(void)
{
    return check_main("densities",
                      (const TTest *[]){log_sum_exp, log_sum_exp_of_nothing_finite,
                                        log_sum_exp_refuses, distances, sums_of_categories,
                                        unknown_categories, tables_are_verified, NULL});
}

/* larder.WeightedMedian.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

static struct one of(struct lar_tensor x, struct lar_tensor weights)
{
    return (struct one){.op = "larder.WeightedMedian",
                        .inputs = {x},
                        .n_inputs = 1,
                        .rows = 1,
                        .params = {{"weights", weights}}};
}

START_TEST(the_middle_by_weight)
{
    static double w[] = {1, 1, 1}, heavy[] = {1, 1, 5}, two[] = {1, 1};
    const struct lar_tensor x = F64(S(3, 3), 3, 1, 2, 9, 8, 7, -1, 0, -2);
    struct one o = of(x, (struct lar_tensor)ARRAY(LAR_TYPE_F64, w, 3));
    EXPECT_F64(&o, S(3), 2, 8, -1);
    o = of(x, (struct lar_tensor)ARRAY(LAR_TYPE_F64, heavy, 3));
    EXPECT_F64(&o, S(3), 2, 7, -2);
    const struct lar_tensor pair = F64(S(2, 2), 5, 4, -0.0, 0.0);
    o = of(pair, (struct lar_tensor)ARRAY(LAR_TYPE_F64, two, 2)); /* half is enough */
    EXPECT_F64(&o, S(2), 4, -0.0);
    o = of((struct lar_tensor)F64(S(0, 2), 0), (struct lar_tensor)ARRAY(LAR_TYPE_F64, two, 2));
    EXPECT_F64(&o, S(0), 0);
}
END_TEST

START_TEST(nan_is_the_greatest)
{
    static double w[] = {1, 1, 1}, none[] = {NAN, 1, 1};
    const struct lar_tensor x = F64(S(2, 3), NAN, 1, 2, NAN, NAN, 7);
    struct one o = of(x, (struct lar_tensor)ARRAY(LAR_TYPE_F64, w, 3));
    EXPECT_F64(&o, S(2), 2, NAN);
    o = of(x, (struct lar_tensor)ARRAY(LAR_TYPE_F64, none, 3)); /* nothing reaches half */
    EXPECT_F64(&o, S(2), 1, 7);
}
END_TEST

/* Against taking the least that is left again and again. */
START_TEST(many_agree)
{
    enum { N = 77 };
    static double x[N], w[N];
    uint64_t state = 1;
    for (int round = 0; round < 50; round++) {
        double all = 0, sum = 0, should = NAN, last = -INFINITY;
        for (int i = 0; i < N; i++) {
            state = state * UINT64_C(6364136223846793005) + 1;
            x[i] = (double)(state >> 40) + i / 128.0; /* no two are equal */
            w[i] = (double)(state >> 20 & 7);
            all += w[i];
        }
        while (sum < 0.5 * all) {
            int least = -1;
            for (int i = 0; i < N; i++)
                if (x[i] > last && (least < 0 || x[i] < x[least]))
                    least = i;
            sum += w[least];
            should = last = x[least];
        }
        struct one o = of((struct lar_tensor)ARRAY(LAR_TYPE_F64, x, 1, N),
                          (struct lar_tensor)ARRAY(LAR_TYPE_F64, w, N));
        EXPECT_F64(&o, S(1), should);
    }
}
END_TEST

START_TEST(other_widths_are_refused)
{
    static double w[] = {1, 1, 1};
    struct one o =
        of((struct lar_tensor)F64(S(1, 2), 0, 1), (struct lar_tensor)ARRAY(LAR_TYPE_F64, w, 3));
    EXPECT_REFUSED(&o, "3 weights for another number of columns");
}
END_TEST

int main(void)
{
    return check_main("weighted_median",
                      (const TTest *[]){the_middle_by_weight, nan_is_the_greatest, many_agree,
                                        other_widths_are_refused, NULL});
}

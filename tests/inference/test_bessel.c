/* Modified Bessel functions of the second kind: mpmath's values, SciPy's limits.
 * SPDX-License-Identifier: MIT */
#include "inference/bessel.h"
#include "tests/check_main.h"

#include <math.h>

static double k_of(double order, double x)
{
    struct lar_bessel_k k;
    lar_bessel_k_prepare(&k, order);
    return lar_bessel_k(&k, x);
}

/* 7 is the most that 100,000 random places showed. */
START_TEST(within_units_in_the_last_place)
{
    static const struct {
        double order, x, value;
    } cases[] = {
#include "tests/inference/bessel_values.inc"
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = k_of(cases[i].order, cases[i].x), should = cases[i].value;
        double unit = nextafter(should, INFINITY) - should;
        ck_assert_msg(fabs(value - should) <= 8 * unit, "K_%g(%g): %a, not %a: %g units",
                      cases[i].order, cases[i].x, value, should, (value - should) / unit);
    }
}
END_TEST

/* Orders with an end in n + 1/2 have closed forms. */
START_TEST(half_orders)
{
    for (double x = 0x1p-40; x < 600; x *= 1.37) {
        double half = sqrt(M_PI / 2 / x) * exp(-x);
        ck_assert_double_le(fabs(k_of(0.5, x) / half - 1), 2e-15);
        ck_assert_double_le(fabs(k_of(1.5, x) / (half * (1 + 1 / x)) - 1), 2e-15);
        ck_assert_double_le(fabs(k_of(2.5, x) / (half * (1 + 3 / x + 3 / x / x)) - 1), 2e-15);
    }
}
END_TEST

/* The last places where scipy.special.kv is neither inf nor 0. */
START_TEST(limits)
{
    static const struct {
        double order, least, greatest;
    } cases[] = {
        {0.7, 2.2250738585072014e-305, 697.8737377774572},
        {1.7, 1.7314190963625332e-179, 697.8754548203231},
        {2.0, 1.2525537515082668e-152, 697.8762489493188},
        {2.5, 3.1775224200354745e-122, 697.8778586637953},
        {20.0, 8.86017188287927e-15, 698.1594255706659},
        {85.9, 0.018071656847675366, 703.1067469936053},
        {86.0, 0.018265176609151983, 703.1190045967217},
        {100.0, 0.06647690526576028, 704.9444791787156},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double order = cases[i].order, least = cases[i].least, greatest = cases[i].greatest;
        ck_assert_msg(isfinite(k_of(order, least * (1 + 1e-5))), "%g", order);
        ck_assert_msg(isinf(k_of(order, least * (1 - 1e-5))), "%g", order);
        ck_assert(!lar_bessel_k_overflows(order, least * (1 + 1e-5)));
        ck_assert(lar_bessel_k_overflows(order, least * (1 - 1e-5)));
        ck_assert_msg(k_of(order, greatest * (1 - 1e-12)) > 1e-305, "%g", order);
        ck_assert_msg(k_of(order, greatest * (1 + 1e-12)) == 0, "%g", order);
    }
    ck_assert(isinf(k_of(0.3, 0)) && isinf(k_of(0.01, 1e-310)));
    ck_assert(k_of(0.3, INFINITY) == 0 && k_of(200, 1e300) == 0);
    ck_assert(isnan(k_of(0.3, NAN)) && isnan(k_of(0.3, -1)));
    ck_assert(lar_bessel_k_overflows(1e5, 3) && !lar_bessel_k_overflows(1e5, 1e5));
}
END_TEST

int main(void)
{
    return check_main("bessel",
                      (const TTest *[]){within_units_in_the_last_place, half_orders, limits, NULL});
}

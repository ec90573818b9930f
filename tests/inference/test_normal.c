/* Quantiles of the normal distribution: scipy.special.ndtri's bits.
 * SPDX-License-Identifier: MIT */
#include "inference/normal.h"
#include "tests/check_main.h"

#include <math.h>

START_TEST(bits_are_those_of_scipy)
{
    static const struct {
        double p, quantile;
    } cases[] = {
        {0.5, 0},
        {0.25, -0x1.5956b87528a49p-1},
        {0.75, 0x1.5956b87528a49p-1},
        {0.3, -0x1.0c7e39582c5fcp-1},
        {0.6180339887, 0x1.338772ffe8f9dp-2},
        {0.14, -0x1.148fceee0958fp+0}, /* on both sides of exp(-2) */
        {0.13, -0x1.205b2b45b9e5fp+0},
        {0.86, 0x1.148fceee0958fp+0},
        {0.87, 0x1.205b2b45b9e5fp+0},
        {0.999999, 0x1.30381a97985efp+2},
        {1e-7, -0x1.4cc1f26b18706p+2},
        {1e-13, -0x1.d652ace3a0131p+2}, /* on both sides of exp(-32) */
        {1e-20, -0x1.2865170b43a4dp+3},
        {1e-300, -0x1.286074064c26ep+5},
        {5e-324, -0x1.33bd3f27fcd03p+5},
        {0, -INFINITY},
        {1, INFINITY},
        {-1, -INFINITY},
        {2, INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(lar_normal_quantile(cases[i].p) == cases[i].quantile, "%g: %a", cases[i].p,
                      lar_normal_quantile(cases[i].p));
    ck_assert(isnan(lar_normal_quantile(NAN)));
}
END_TEST

int main(void)
{
    return check_main("normal", (const TTest *[]){bits_are_those_of_scipy, NULL});
}

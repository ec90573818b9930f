/* Functions of one number that several operators compute.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_FUNCTIONS_H
#define INFERENCE_FUNCTIONS_H

#include <math.h>

/* As scipy.special.expit computes it. */
static inline double lar_logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* Within 3 ulp of tanh(), which is slower: below 1/2 Lambert's continued fraction, cut where it is
 * exact; beyond, by exp(). */
static inline double lar_tanh(double x)
{
    double z = x * x;
    if (z < 0.25)
        return x * (2027025 + z * (270270 + z * (6930 + z * 36))) /
               (2027025 + z * (945945 + z * (51975 + z * (630 + z))));
    return copysign(1 - 2 / (exp(2 * fabs(x)) + 1), x);
}

#endif

/* Modified Bessel functions of the second kind.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_BESSEL_H
#define INFERENCE_BESSEL_H

#include <stdbool.h>

/* The order of K, and what depends on it only. */
enum { LAR_BESSEL_STEPS = 51 };
struct lar_bessel_k {
    double order;
    double mu; /* order = mu + n, |mu| at most 1/2 */
    unsigned n;
    double reflect;       /* mu pi / sin(mu pi) */
    double gamma[2];      /* (1 / Gamma(1 - mu) -+ 1 / Gamma(1 + mu)) / 2, the first over mu too */
    double half_gamma[2]; /* Gamma(1 + mu) / 2, Gamma(1 - mu) / 2 */
    double fall[LAR_BESSEL_STEPS];    /* cosh(t) - 1, t the step times i */
    double wave[2][LAR_BESSEL_STEPS]; /* cosh(mu t), cosh((mu + 1) t), times the step */
};

/* The orders that are taken: above 0, at most this. */
#define LAR_BESSEL_ORDER 200.0

void lar_bessel_k_prepare(struct lar_bessel_k *ret, double order);

/* K of X: within 8 units in the last place for orders from 0.01 to 100 (tests/fixtures/bessel), and
 * 0 and inf exactly where scipy.special.kv has them, which is a little before K leaves the range of
 * a double. NaN below 0. */
double lar_bessel_k(const struct lar_bessel_k *k, double x);

/* Whether scipy.special.kv has inf for ORDER, any above 0, and X above 0. */
bool lar_bessel_k_overflows(double order, double x);

#endif

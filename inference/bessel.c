/* Modified Bessel functions of the second kind; see bessel.h.
 *
 * K of the orders mu and mu + 1, |mu| <= 1/2: for small x by the power series of N. M. Temme, "On
 * the numerical evaluation of the modified Bessel function of the third kind", J. Comput. Phys. 19
 * (1975); then from the integral of DLMF 10.32.9, whose trapezoidal sums are good to the last place
 * with few terms, all of them positive; for large x by the asymptotic series. From there K grows
 * with its order, and the recurrence K_{v+1} = K_{v-1} + 2 v / x K_v (DLMF 10.29.1) adds what is
 * positive. Its roundings are those of long double.
 *
 * scipy.special.kv is AMOS (D. E. Amos, ACM TOMS algorithm 644), which gives 0 and inf beyond
 * exp(-+LIMIT): in the middle of its range of orders by a first guess, the leading term of the
 * expansion for great orders (DLMF 10.41.4).
 * SPDX-License-Identifier: MIT */
#include "inference/bessel.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* The last x of the series, whose terms have one sign until there; of sums with every second step,
 * whose error is about exp(x - pi^2 / step); of sums. */
#define SERIES_END 0.75
#define COARSE_END 6.0
#define SUM_END 50.0
#define STEP 0.1

/* AMOS's numbers: log of what is too large or small; below the least x K of any order is inf; the
 * last order up to 2 is tested by its leading power below the x of TINY; from GREAT on the
 * expansion for great orders is all there is. */
#define LIMIT 700.92179369444591
#define LEAST (1e3 * DBL_MIN)
#define TINY DBL_EPSILON
#define GREAT 85.921358647162123

/* 1 / Gamma(1 + z) = sum a_k z^k (DLMF 5.7.1). */
static const double reciprocal_gamma[] = {
    1.0,
    0.57721566490153286061,
    -0.65587807152025388108,
    -0.042002635034095235529,
    0.1665386113822914895,
    -0.042197734555544336748,
    -0.0096219715278769735621,
    0.0072189432466630995424,
    -0.0011651675918590651121,
    -0.00021524167411495097282,
    0.00012805028238811618615,
    -0.000020134854780788238656,
    -1.2504934821426706573e-6,
    1.1330272319816958824e-6,
    -2.0563384169776071035e-7,
    6.1160951044814158179e-9,
    5.0020076444692229301e-9,
    -1.1812745704870201446e-9,
    1.0434267116911005105e-10,
    7.782263439905071254e-12,
    -3.6968056186422057082e-12,
    5.100370287454475979e-13,
};
enum { COEFFICIENTS = sizeof reciprocal_gamma / sizeof *reciprocal_gamma };

void lar_bessel_k_prepare(struct lar_bessel_k *ret, double order)
{
    double n = floor(order + 0.5), mu = order - n, odd = 0, even = 0;
    for (int k = COEFFICIENTS - 2; k >= 0; k -= 2) {
        even = even * mu * mu + reciprocal_gamma[k];
        odd = odd * mu * mu + reciprocal_gamma[k + 1];
    }
    *ret = (struct lar_bessel_k){.order = order,
                                 .mu = mu,
                                 .n = (unsigned)n,
                                 .reflect = mu == 0 ? 1 : mu * M_PI / sin(mu * M_PI),
                                 .gamma = {-odd, even},
                                 .half_gamma = {0.5 / (even + mu * odd), 0.5 / (even - mu * odd)}};
    for (unsigned i = 0; i < LAR_BESSEL_STEPS; i++) {
        double t = i * STEP, half = i ? STEP : STEP / 2;
        ret->fall[i] = 2 * sinh(t / 2) * sinh(t / 2);
        ret->wave[0][i] = half * cosh(mu * t);
        ret->wave[1][i] = half * cosh((mu + 1) * t);
    }
}

/* K of orders mu and mu + 1 for x <= SERIES_END. */
static void series(const struct lar_bessel_k *k, double x, double ret[2])
{
    double mu = k->mu, up = pow(x / 2, -mu), down = 1 / up, log_x = -log(x / 2);
    double sigma = mu * log_x, sinch = log_x; /* sinh(sigma) / mu */
    if (fabs(sigma) > 1)
        sinch = (up - down) / 2 / mu;
    else if (sigma != 0)
        sinch *= sinh(sigma) / sigma;
    double f = k->reflect * ((up + down) / 2 * k->gamma[0] + sinch * k->gamma[1]);
    double p = up * k->half_gamma[0], q = down * k->half_gamma[1];
    double c = 1, first = f, second = p, before = 0;
    for (double i = 1; first != before; i++) {
        before = first;
        f = (i * f + p + q) / (i * i - mu * mu);
        p /= i - mu;
        q /= i + mu;
        c *= x * x / 4 / i;
        first += c * f;
        second += c * (p - i * f);
    }
    ret[0] = first;
    ret[1] = second / x * 2;
}

/* The same, times exp(x), for x to SUM_END: the integral of cosh(mu t) exp(x - x cosh t) over all
 * t above 0 as a sum of equal steps. */
static void trapezoids(const struct lar_bessel_k *k, double x, double ret[2])
{
    unsigned stride = x > COARSE_END ? 1 : 2;
    ret[0] = ret[1] = 0;
    for (unsigned i = 0; i < LAR_BESSEL_STEPS && x * k->fall[i] < 48; i += stride) {
        double y = exp(-x * k->fall[i]);
        ret[0] += k->wave[0][i] * y;
        ret[1] += k->wave[1][i] * y;
    }
    ret[0] *= stride;
    ret[1] *= stride;
}

/* Times exp(x), of one order, for x beyond: DLMF 10.40.2. */
static double far(double order, double x)
{
    double term = 1, sum = 1, before = 0, square = 4 * order * order;
    for (double i = 1; sum != before; i++) {
        before = sum;
        term *= (square - (2 * i - 1) * (2 * i - 1)) / (8 * i * x);
        sum += term;
    }
    return sqrt(M_PI / 2 / x) * sum;
}

/* The exponent of the expansion for great orders, and the logarithm of the factor before it. */
static double great_order(double order, double x, double *ret_factor)
{
    double t = x / order, s = sqrt(1 + t * t);
    *ret_factor = 0.5 * log(M_PI / 2 / (order * s));
    return order * (log((1 + s) / t) - s);
}

bool lar_bessel_k_overflows(double order, double x)
{
    double factor;
    if (x < LEAST)
        return true;
    if (order <= 2)
        return order > 1 && x <= TINY && -order * log(x / 2) > LIMIT;
    return great_order(order, x, &factor) > LIMIT;
}

/* Y is K, which for orders of 2 and below and beyond GREAT is compared in one way only. */
static bool underflows(double order, double x, double y)
{
    double factor, exponent = great_order(order, x, &factor);
    if (order > 2 && exponent + factor < -LIMIT)
        return true;
    return order <= GREAT && log(y) < -LIMIT;
}

/* From the orders mu and mu + 1 up to mu + n. */
static double ascend(const struct lar_bessel_k *k, double x, const double y[2])
{
    long double last = y[0], now = y[1];
    for (unsigned i = 1; i < k->n; i++) {
        long double next = last + 2 * ((long double)k->mu + i) / (long double)x * now;
        last = now;
        now = next;
    }
    return (double)now;
}

double lar_bessel_k(const struct lar_bessel_k *k, double x)
{
    double y[2];
    if (!(x >= 0))
        return NAN;
    if (x < LEAST)
        return INFINITY;
    if (x > 710 * (1 + k->order))
        return 0;
    if (x <= SERIES_END)
        series(k, x, y);
    else if (x <= SUM_END)
        trapezoids(k, x, y);
    else
        y[0] = far(k->mu, x), y[1] = far(k->mu + 1, x);
    double ret = k->n ? ascend(k, x, y) : y[0];
    if (x > SERIES_END)
        ret = ret * exp(-x / 2) * exp(-x / 2); /* exp(-x) alone may be too small */
    if (ret > 1e300 && lar_bessel_k_overflows(k->order, x))
        return INFINITY;
    return ret < 1e-300 && underflows(k->order, x, ret) ? 0 : ret;
}

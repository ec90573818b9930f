/* Powers in gcc's vector extensions, compiled once for each CPU level and once for the plain form,
 * with -ffp-contract=off: the same operations give the same bits everywhere.
 *
 * v^e = exp(e log v). The logarithm is k log 2 + log m with m from the root of 1/2 to that of 2,
 * the latter 2 artanh((m - 1) / (m + 1)) by its series. Its sum, and its product with e (Dekker,
 * 1971), are kept in two doubles: what they lack would be in the result as many times as e log v is
 * large. The exponential is 2^j times the series of what is left, below log(2) / 2.
 * SPDX-License-Identifier: MIT */
#include "inference/kernels.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { WIDTH = 8, SOME = 8 /* vectors at a time */ };

typedef double vec __attribute__((vector_size(WIDTH * 8), may_alias));
typedef uint64_t bits __attribute__((vector_size(WIDTH * 8), may_alias));
typedef int64_t truths __attribute__((vector_size(WIDTH * 8), may_alias));

#define INLINE static inline __attribute__((always_inline))

#define LOG2_HIGH 0x1.62e42feep-1 /* times a whole number of eleven bits: exact */
#define LOG2_LOW 0x1.a39ef35793c76p-33
#define ROOT_HALF UINT64_C(0x3FE6A09E667F3BCD)
#define BIAS UINT64_C(1023)

/* The logarithm of V and what its sum lacks. */
INLINE vec logarithm(vec v, vec *ret_low)
{
    bits exponent = ((bits)v - ROOT_HALF + (BIAS << 52)) >> 52;
    vec k = (vec)(exponent | UINT64_C(0x4330000000000000)) - (0x1p52 + (double)BIAS);
    vec m = (vec)((bits)v - ((exponent - BIAS) << 52));
    vec s = (m - 1) / (m + 1), z = s * s, series = z * (1.0 / 23) + 1.0 / 21;
    for (int n = 19; n >= 3; n -= 2)
        series = series * z + 1.0 / n;
    vec small = 2 * s + 2 * s * z * series, large = k * LOG2_HIGH, sum = large + small;
    *ret_low = large - sum + small + k * LOG2_LOW;
    return sum;
}

INLINE vec head(vec v)
{
    vec c = v * 0x1.0000002p27; /* 2^27 + 1 */
    return c - (c - v);
}

/* exp(Y + LOW) */
INLINE vec exponential(vec y, vec low)
{
    static const double inverse_factorials[] = {1.0 / 6227020800,
                                                1.0 / 479001600,
                                                1.0 / 39916800,
                                                1.0 / 3628800,
                                                1.0 / 362880,
                                                1.0 / 40320,
                                                1.0 / 5040,
                                                1.0 / 720,
                                                1.0 / 120,
                                                1.0 / 24,
                                                1.0 / 6,
                                                0.5,
                                                1,
                                                1};
    enum { TERMS = sizeof inverse_factorials / sizeof *inverse_factorials };
    vec t = y * 0x1.71547652b82fep+0 + 0x1.8p52, j = t - 0x1.8p52; /* whole: y / log 2 */
    vec f = y - j * LOG2_HIGH - j * LOG2_LOW + low, series = (vec){0} + inverse_factorials[0];
#pragma GCC unroll 16
    for (int n = 1; n < TERMS; n++)
        series = series * f + inverse_factorials[n];
    return (vec)((bits)series + ((bits)t << 52));
}

/* V to the power of E; where RET_TRUE is not set, what was computed is nothing. */
INLINE vec power(vec v, double e, truths *ret_true)
{
    vec low, log = logarithm(v, &low), factor = (vec){0} + e, y = factor * log;
    vec a = head(factor), b = head(log), c = factor - a, d = log - b;
    low = a * b - y + a * d + c * b + c * d + factor * low;
    *ret_true = (v >= 0x1p-1000) & (v <= 0x1p1000) & (y >= -700) & (y <= 700);
    return exponential(y, low);
}

#define POWERS_OF(level) lar_powers_f64_##level
#define POWERS(level) POWERS_OF(level)

void POWERS(LEVEL)(double *to, const double *v, size_t n, double e);
void POWERS(LEVEL)(double *to, const double *v, size_t n, double e)
{
    for (size_t i = 0; i < n; i += SOME * WIDTH) {
        size_t m = n - i < SOME * WIDTH ? n - i : SOME * WIDTH;
        vec in[SOME], out[SOME] = {{0}};
        truths all = (truths){0} - 1, known;
        for (size_t b = m / WIDTH; b < SOME; b++)
            in[b] = (vec){0} + 1;
        memcpy(in, v + i, m * sizeof *v);
        for (size_t b = 0; b * WIDTH < m; b++) {
            out[b] = power(in[b], e, &known);
            all &= known;
        }
        memcpy(to + i, out, m * sizeof *to);
        bool usual = true;
        for (int q = 0; q < WIDTH; q++)
            usual &= all[q] != 0;
        for (size_t b = 0; !usual && b * WIDTH < m; b++) {
            (void)power(in[b], e, &known);
            for (size_t q = 0; q < WIDTH && b * WIDTH + q < m; q++)
                if (!known[q])
                    to[i + b * WIDTH + q] = pow(in[b][q], e);
        }
    }
}

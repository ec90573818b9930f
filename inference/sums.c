/* Sums in NumPy's order; see sums.h. The halving ends after at most 57 levels.
 * SPDX-License-Identifier: MIT */
#include "inference/sums.h"

#define SUM(function, type)                                                                        \
    type function(const type *x, uint64_t n)                                                       \
    {                                                                                              \
        if (n > 128) {                                                                             \
            uint64_t half = n / 2 - n / 2 % 8;                                                     \
            return function(x, half) + function(x + half, n - half);                               \
        }                                                                                          \
        type sum = 0;                                                                              \
        uint64_t i = 0;                                                                            \
        if (n >= 8) {                                                                              \
            type s[8];                                                                             \
            for (int q = 0; q < 8; q++)                                                            \
                s[q] = x[q];                                                                       \
            for (i = 8; i < n - n % 8; i += 8)                                                     \
                for (int q = 0; q < 8; q++)                                                        \
                    s[q] += x[i + (uint64_t)q];                                                    \
            sum = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));               \
        }                                                                                          \
        for (; i < n; i++)                                                                         \
            sum += x[i];                                                                           \
        return sum;                                                                                \
    }

SUM(lar_sum_f64, double)
SUM(lar_sum_f32, float)

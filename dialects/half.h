/* The two 16-bit floats as bit patterns: binary16 (IEEE 754) and bfloat16, the upper half of a
 * binary32.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_HALF_H
#define DIALECTS_HALF_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LAR_F16_MAX 65504.0
#define LAR_BF16_MAX 3.3895313892515355e38

/* V, at most LAR_F16_MAX in size or no number, rounded to nearest, ties to even. */
static inline uint16_t lar_f16_from_f64(double v)
{
    uint16_t sign = signbit(v) ? 0x8000 : 0;
    double size = fabs(v);
    int exponent;
    if (isnan(v))
        return 0x7E00;
    if (isinf(v))
        return (uint16_t)(sign | 0x7C00);
    if (size < 0x1p-14) /* subnormal: a multiple of 2^-24; 1024 of them are the first normal */
        return (uint16_t)(sign | (uint16_t)rint(size * 0x1p24));
    frexp(size, &exponent);                               /* size = [0.5, 1) * 2^exponent */
    int mantissa = (int)rint(ldexp(size, 11 - exponent)); /* [1024, 2048], a carry is right too */
    return (uint16_t)(sign | (((exponent + 13) << 10) + mantissa));
}

static inline float lar_f16_to_f32(uint16_t h)
{
    int exponent = h >> 10 & 31, mantissa = h & 1023;
    float size = exponent == 31  ? (mantissa ? NAN : INFINITY)
                 : exponent == 0 ? ldexpf((float)mantissa, -24)
                                 : ldexpf((float)(mantissa + 1024), exponent - 25);
    return h & 0x8000 ? -size : size;
}

/* V, at most LAR_BF16_MAX in size or no number, rounded to nearest, ties to even. */
static inline uint16_t lar_bf16_from_f64(double v)
{
    float f = (float)v;
    uint32_t bits;
    if (isnan(v))
        return 0x7FC0;
    /* Rounding twice must not make a tie of what is none: the inexact float is made odd. */
    if (isfinite(v) && (double)f != v) {
        memcpy(&bits, &f, sizeof bits);
        if (fabs((double)f) > fabs(v))
            bits--; /* towards zero */
        bits |= 1;
    } else {
        memcpy(&bits, &f, sizeof bits);
    }
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

static inline float lar_bf16_to_f32(uint16_t h)
{
    uint32_t bits = (uint32_t)h << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

#endif

/* Single elements; see element.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/element.h"

#include "persistence/formats/pickle/dtype.h"

#include <math.h>
#include <string.h>

double np_half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    double value = exponent == 31  ? (mantissa ? (double)NAN : (double)INFINITY)
                   : exponent == 0 ? ldexp(mantissa, -24)
                                   : ldexp(mantissa + 1024, exponent - 25);
    return bits & 0x8000 ? -value : value;
}

/* The element's bits in the low bytes; false if it is longer than 8. */
static bool bits_of(const struct np_dtype *dtype, const uint8_t *data, uint64_t *ret)
{
    size_t n = dtype->itemsize;
    *ret = 0;
    if (n == 0 || n > sizeof *ret)
        return false;
    memcpy(ret, data, n);
    if (dtype->swapped)
        *ret = __builtin_bswap64(*ret) >> (64 - 8 * n);
    return true;
}

bool np_element_i64(const struct np_dtype *dtype, const uint8_t *data, int64_t *ret)
{
    uint64_t bits;
    if (!np_kind_is(dtype, "biu") || !bits_of(dtype, data, &bits))
        return false;
    unsigned unused = 64 - 8 * (unsigned)dtype->itemsize;
    if (dtype->kind == 'i')
        *ret = (int64_t)(bits << unused) >> unused;
    else
        *ret = dtype->kind == 'b' ? bits != 0 : (int64_t)bits;
    return dtype->kind != 'u' || bits <= INT64_MAX;
}

bool np_element_f64(const struct np_dtype *dtype, const uint8_t *data, double *ret)
{
    uint64_t bits;
    int64_t integer;
    if (!bits_of(dtype, data, &bits))
        return false;
    if (dtype->kind == 'u') {
        *ret = (double)bits;
        return true;
    }
    if (dtype->kind != 'f') {
        bool ok = np_element_i64(dtype, data, &integer);
        *ret = ok ? (double)integer : 0;
        return ok;
    }
    float single;
    memcpy(&single, &bits, sizeof single);
    memcpy(ret, &bits, sizeof *ret);
    if (dtype->itemsize == 4)
        *ret = (double)single;
    else if (dtype->itemsize == 2)
        *ret = np_half((uint16_t)bits);
    return true;
}

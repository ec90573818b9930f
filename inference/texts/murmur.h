/* MurmurHash3 for 32 bits (Austin Appleby, public domain), as scikit-learn hashes features.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_TEXTS_MURMUR_H
#define INFERENCE_TEXTS_MURMUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The hash with seed 0, as the signed number that it is there. */
int32_t lar_murmur(const uint8_t *bytes, size_t length);

/* The column of a feature among N (below 2^31), in the low bit whether it counts as -1. */
static inline uint32_t lar_hashed_key(const uint8_t *bytes, size_t length, uint32_t n)
{
    int32_t h = lar_murmur(bytes, length);
    uint32_t column = h == INT32_MIN ? (INT32_MAX - (n - 1)) % n : (uint32_t)(h < 0 ? -h : h) % n;
    return column << 1 | (h < 0);
}

#endif

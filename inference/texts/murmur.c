/* MurmurHash3; see murmur.h.
 * SPDX-License-Identifier: MIT */
#include "inference/texts/murmur.h"

#include <string.h>

static inline uint32_t turn(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

static inline uint32_t scramble(uint32_t block)
{
    return turn(block * 0xCC9E2D51u, 15) * 0x1B873593u;
}

int32_t lar_murmur(const uint8_t *bytes, size_t length)
{
    uint32_t hash = 0, block, tail = 0;
    size_t i = 0;
    for (; i + 4 <= length; i += 4) {
        memcpy(&block, bytes + i, 4);
        hash = turn(hash ^ scramble(block), 13) * 5 + 0xE6546B64u;
    }
    for (size_t k = length; k > i; k--)
        tail = tail << 8 | bytes[k - 1];
    if (i < length)
        hash ^= scramble(tail);
    hash ^= (uint32_t)length;
    hash = (hash ^ hash >> 16) * 0x85EBCA6Bu;
    hash = (hash ^ hash >> 13) * 0xC2B2AE35u;
    hash ^= hash >> 16;
    return (int32_t)hash;
}

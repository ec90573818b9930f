/* Strings in operators: hashing, and showing foreign text in messages.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_TEXT_H
#define INFERENCE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits, finished so that the low bits depend on all. For tables that a model fills and
 * requests only read. */
static inline uint64_t lar_text_hash(const char *text, size_t length)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++)
        h = (h ^ (uint8_t)text[i]) * UINT64_C(0x100000001B3);
    return h ^ h >> 32;
}

/* How many bytes of TEXT to show where MAX fit: never half a character. */
static inline int lar_text_shown(const char *text, size_t length, size_t max)
{
    if (length <= max)
        return (int)length;
    while (max && ((uint8_t)text[max] & 0xC0) == 0x80)
        max--;
    return (int)max;
}

#endif

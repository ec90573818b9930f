/* UTF-8, one character at a time.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_UTF8_H
#define DIALECTS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The bytes of a byte order mark before TEXT[SIZE], 3 or 0: editors, spreadsheets and libraries put
 * one before UTF-8. */
static inline size_t lar_utf8_mark(const void *text, size_t size)
{
    return size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* The length (1 to 4) of the well-formed character at P, or 0: cut short, overlong, a surrogate,
 * beyond U+10FFFF, or no first byte. P is before END. (The Unicode Standard, table 3-7.) */
static inline size_t lar_utf8_length(const char *p, const char *end)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t left = (size_t)(end - p);
    unsigned low = 0x80, high = 0xBF;
    size_t n;
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    n = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (s[0] == 0xE0)
        low = 0xA0;
    else if (s[0] == 0xED)
        high = 0x9F;
    else if (s[0] == 0xF0)
        low = 0x90;
    else if (s[0] == 0xF4)
        high = 0x8F;
    if (n > left || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

/* Whether a surrogate in three-byte form lies at P: how strings keep a lone one. */
static inline bool lar_utf8_surrogate(const char *p, const char *end)
{
    const unsigned char *s = (const unsigned char *)p;
    return end - p >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && (s[2] & 0xC0) == 0x80;
}

/* Writes CODE, up to U+10FFFF and surrogates too, to TO; returns the length (1 to 4). */
static inline size_t lar_utf8_encode(char *to, unsigned code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xE0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3F));
        to[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3F));
    to[2] = (char)(0x80 | (code >> 6 & 0x3F));
    to[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

#endif

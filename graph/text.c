/* Whether bytes are text; see text.h. The ranges are those of the Unicode standard's table 3-7.
 * SPDX-License-Identifier: MIT */
#include "graph/text.h"

#include <stdint.h>
#include <string.h>

static bool is_tail(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The length of the character at P that is no ASCII, or 0 if it is malformed. */
static size_t character(const uint8_t *p, size_t left, bool surrogates)
{
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    size_t length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (length > left)
        return 0;
    uint8_t low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    uint8_t high = p[0] == 0xF4 ? 0x8F : p[0] == 0xED && !surrogates ? 0x9F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_tail(p[i]))
            return 0;
    return length;
}

bool lar_text_valid(const void *text, size_t size, bool surrogates)
{
    const uint8_t *p = text;
    for (size_t i = 0; i < size;) {
        uint64_t eight;
        if (size - i >= sizeof eight) {
            memcpy(&eight, p + i, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof eight;
                continue;
            }
        }
        size_t length = p[i] < 0x80 ? 1 : character(p + i, size - i, surrogates);
        if (!length)
            return false;
        i += length;
    }
    return true;
}

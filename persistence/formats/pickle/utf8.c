/* UTF-8 with surrogates; see utf8.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/utf8.h"

#include <string.h>

static size_t ascii_prefix(const uint8_t *data, size_t size)
{
    size_t i = 0;
    for (uint64_t word; size - i >= sizeof word; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        if (word & 0x8080808080808080)
            break;
    }
    while (i < size && data[i] < 0x80)
        i++;
    return i;
}

/* The length of the character at DATA, 0 if it is malformed. */
static size_t character(const uint8_t *data, size_t left)
{
    uint8_t a = data[0];
    if (a < 0x80)
        return 1;
    size_t n = a >= 0xF0 ? 4 : a >= 0xE0 ? 3 : 2;
    if (a < 0xC2 || a > 0xF4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((data[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (a == 0xE0 && data[1] < 0xA0) || (a == 0xF0 && data[1] < 0x90);
    bool beyond = a == 0xF4 && data[1] > 0x8F;
    return overlong || beyond ? 0 : n;
}

bool pk_utf8_valid(const uint8_t *data, size_t size, size_t *ret_ascii)
{
    size_t i = ascii_prefix(data, size);
    if (ret_ascii)
        *ret_ascii = i;
    while (i < size) {
        size_t n = character(data + i, size - i);
        if (n == 0)
            return false;
        i += n;
        if (n == 1)
            i += ascii_prefix(data + i, size - i);
    }
    return true;
}

size_t pk_utf8_put(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xC0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xE0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}

bool pk_latin1_size(const uint8_t *data, size_t size, size_t *ret)
{
    size_t two = 0;
    uint8_t highest = 0;
    for (size_t i = 0; i < size; i++) {
        two += data[i] >= 0xC0;
        highest = data[i] > highest ? data[i] : highest;
    }
    *ret = size - two;
    return highest <= 0xC3;
}

void pk_latin1_decode(uint8_t *out, const uint8_t *data, size_t size)
{
    for (const uint8_t *end = data + size; data < end; data++) {
        if (*data < 0x80) {
            *out++ = *data;
            continue;
        }
        *out++ = (uint8_t)(data[0] << 6 | (data[1] & 0x3F));
        data++;
    }
}

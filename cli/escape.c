/* Foreign text; see escape.h.
 * SPDX-License-Identifier: MIT */
#include "cli/escape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The character at P, before END, and its length; 0: no well-formed UTF-8 (The Unicode Standard,
 * table 3-7). */
static size_t decode(const char *p, const char *end, uint32_t *ret)
{
    const unsigned char *s = (const unsigned char *)p;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xC0 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (n == 0 || s[0] > 0xF4 || n > (size_t)(end - p))
        return 0;
    uint32_t c = n == 1 ? s[0] : s[0] & (0x7FU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3F);
    }
    *ret = c;
    return c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0 : n;
}

static bool is_plain(uint32_t c)
{
    static const uint32_t hidden[][2] = {
        {0, 0x1F},        {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x200B, 0x200F},
        {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (c >= hidden[i][0] && c <= hidden[i][1])
            return false;
    return true;
}

void lar_escape(FILE *to, const char *bytes, size_t n, bool lines)
{
    const char *end = bytes + n, *begun = bytes;
    for (const char *p = bytes; p < end;) {
        uint32_t c;
        size_t length = decode(p, end, &c);
        if ((length && is_plain(c)) || (lines && (*p == '\n' || *p == '\t'))) {
            p += length;
            continue;
        }
        fwrite(begun, 1, (size_t)(p - begun), to);
        if (length > 1)
            fprintf(to, c > 0xFFFF ? "\\U%08x" : "\\u%04x", c);
        else
            fprintf(to, "\\x%02x", (unsigned char)*p);
        p += length ? length : 1;
        begun = p;
    }
    fwrite(begun, 1, (size_t)(end - begun), to);
}

char *lar_escaped(const char *text)
{
    char *ret = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&ret, &n);
    if (!to)
        return NULL;
    lar_escape(to, text, strlen(text), false);
    if (fclose(to) == 0)
        return ret;
    free(ret);
    return NULL;
}

size_t lar_columns(const char *text, size_t limit, size_t *ret_bytes)
{
    const char *p = text, *end = text + strlen(text);
    size_t columns = 0;
    while (p < end) {
        uint32_t c = '?';
        size_t length = decode(p, end, &c);
        int width = wcwidth((wchar_t)c); /* -1 where the locale does not know it */
        size_t step = width < 0 ? 1 : (size_t)width;
        if (columns + step > limit)
            break;
        columns += step;
        p += length ? length : 1;
    }
    if (ret_bytes)
        *ret_bytes = (size_t)(p - text);
    return columns;
}

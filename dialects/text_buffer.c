/* Text that grows at its end; see text_buffer.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/text_buffer.h"

#include "base/number.h"
#include "dialects/utf8.h"

#include <stdlib.h>

void lar_text_init(struct lar_text *text, void *memory, size_t capacity, size_t limit)
{
    *text = (struct lar_text){
        .data = memory,
        .capacity = capacity < limit ? capacity : limit,
        .limit = limit,
    };
}

void lar_text_finish(struct lar_text *text)
{
    if (text->heap)
        free(text->data);
    *text = (struct lar_text){0};
}

void lar_text_clear(struct lar_text *text)
{
    text->size = 0;
    text->failure = LAR_ERR_NONE;
}

bool lar_text_ok(const struct lar_text *text, struct lar_error *err)
{
    if (text->failure == LAR_ERR_LIMIT)
        return lar_fail(err, LAR_ERR_LIMIT, "the answer needs more than the limit of %zu bytes",
                        text->limit);
    if (text->failure != LAR_ERR_NONE)
        return lar_fail(err, text->failure, "out of memory for the answer");
    return true;
}

bool lar_text_reserve_slow(struct lar_text *text, size_t n)
{
    if (text->failure != LAR_ERR_NONE)
        return false;
    text->failure = LAR_ERR_LIMIT;
    if (n > text->limit - text->size)
        return false;
    size_t need = text->size + n;
    size_t capacity = need > text->limit / 2 ? text->limit : need * 2;
    char *data = realloc(text->heap ? text->data : NULL, capacity);
    text->failure = data ? LAR_ERR_NONE : LAR_ERR_NOMEM;
    if (!data)
        return false;
    if (!text->heap && text->data)
        memcpy(data, text->data, text->size);
    text->data = data;
    text->capacity = capacity;
    text->heap = true;
    return true;
}

void lar_text_u64(struct lar_text *text, uint64_t v)
{
    char *to = lar_text_room(text, LAR_NUMBER_SIZE);
    if (to)
        text->size += lar_number_write_u64(to, v);
}

void lar_text_i64(struct lar_text *text, int64_t v)
{
    char *to = lar_text_room(text, LAR_NUMBER_SIZE);
    if (to)
        text->size += lar_number_write_i64(to, v);
}

/* \uXXXX */
static void escape_code(struct lar_text *text, unsigned code)
{
    static const char hex[] = "0123456789abcdef";
    char e[6] = {'\\',          'u', hex[code >> 12], hex[code >> 8 & 15], hex[code >> 4 & 15],
                 hex[code & 15]};
    lar_text_add(text, e, sizeof e);
}

static void escape_ascii(struct lar_text *text, char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *known = c ? strchr(plain, c) : NULL;
    if (known)
        lar_text_add(text, (char[]){'\\', letters[known - plain]}, 2);
    else
        escape_code(text, (unsigned char)c);
}

static bool is_plain(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 0x20 && u < 0x80 && u != '"' && u != '\\';
}

void lar_text_string(struct lar_text *text, const char *bytes, size_t n)
{
    const char *p = bytes, *end = bytes + n, *from = bytes;
    lar_text_char(text, '"');
    while (p < end) {
        if (is_plain(*p)) {
            p++;
            continue;
        }
        size_t length = (unsigned char)*p < 0x80 ? 0 : lar_utf8_length(p, end);
        if (length) {
            p += length;
            continue;
        }
        lar_text_add(text, from, (size_t)(p - from));
        if ((unsigned char)*p < 0x80) {
            escape_ascii(text, *p++);
        } else if (lar_utf8_surrogate(p, end)) {
            escape_code(text, 0xD000u | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu));
            p += 3;
        } else {
            escape_code(text, 0xFFFD);
            p++;
        }
        from = p;
    }
    lar_text_add(text, from, (size_t)(end - from));
    lar_text_char(text, '"');
}

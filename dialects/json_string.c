/* Strings of JSON text: checked, measured, decoded; see json_scan.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/json_scan.h"
#include "dialects/utf8.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code of the four digits at P, or -1. */
static int hex_code(const char *p)
{
    int code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

static bool bad_string(struct lar_json *js, const char *at, struct lar_error *err, const char *what)
{
    js->at = at;
    return lar_fail(err, LAR_ERR_INVALID, "%s (byte %zu)", what, (size_t)(at - js->begin));
}

/* The length of the escape at P (its backslash), or 0. */
static size_t escape_length(const char *p, const char *end)
{
    if (end - p < 2)
        return 0;
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return 2;
    case 'u': return end - p >= 6 && hex_code(p + 2) >= 0 ? 6 : 0;
    default: return 0;
    }
}

/* The first byte from P on that is no plain ASCII character of a string: a quote, a backslash, a
 * control character, a byte of a longer character. Eight at a time; what a lower byte borrows or
 * carries reaches higher ones only, so that the lowest mark is right. */
static const char *behind_plain(const char *p, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    for (; end - p >= 8; p += 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
        uint64_t marks = (word - ones * 0x20) | word | ((quote - ones) & ~quote) |
                         ((backslash - ones) & ~backslash);
        if (marks & high)
            return p + __builtin_ctzll(marks & high) / 8;
    }
    while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' &&
           *p != '\\')
        p++;
    return p;
}

bool lar_json_string_skip(struct lar_json *js, size_t *ret_size, bool *ret_escaped,
                          struct lar_error *err)
{
    if (lar_json_peek(js) != '"')
        return lar_json_fail(js, err, "a string");
    const char *p = js->at + 1, *end = js->end;
    *ret_escaped = false;
    while ((p = behind_plain(p, end)) < end && *p != '"') {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20) {
            return bad_string(js, p, err, "control character in a string");
        } else if (c == '\\') {
            size_t n = escape_length(p, end);
            if (n == 0)
                return bad_string(js, p, err, "not an escape of JSON");
            *ret_escaped = true;
            p += n;
        } else {
            size_t n = lar_utf8_length(p, end);
            if (n == 0)
                return bad_string(js, p, err, "not UTF-8");
            p += n;
        }
    }
    if (p == end)
        return bad_string(js, p, err, "expected '\"', found the end of the text");
    *ret_size = (size_t)(p - js->at) - 1;
    js->at = p + 1;
    return true;
}

/* Decodes the \u escape at P, with the one after it if they are a pair; returns what was read. */
static size_t decode_code(const char *p, char *to, size_t *ret_size)
{
    unsigned code = (unsigned)hex_code(p + 2);
    size_t length = 6;
    if (code >= 0xD800 && code < 0xDC00 && p[6] == '\\' && p[7] == 'u') {
        unsigned low = (unsigned)hex_code(p + 8);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            length = 12;
        }
    }
    *ret_size = lar_utf8_encode(to, code);
    return length;
}

size_t lar_json_string_decode(const char *from, char *to)
{
    const char *p = from + 1;
    char *out = to;
    while (*p != '"') {
        if (*p != '\\') {
            *out++ = *p++;
        } else if (p[1] == 'u') {
            size_t n;
            p += decode_code(p, out, &n);
            out += n;
        } else {
            switch (p[1]) {
            case 'b': *out++ = '\b'; break;
            case 'f': *out++ = '\f'; break;
            case 'n': *out++ = '\n'; break;
            case 'r': *out++ = '\r'; break;
            case 't': *out++ = '\t'; break;
            default: *out++ = p[1];
            }
            p += 2;
        }
    }
    return (size_t)(out - to);
}

bool lar_json_text(struct lar_json *js, struct lar_json_string *ret, struct lar_error *err)
{
    bool escaped = false;
    const char *from, *behind;
    if (lar_json_peek(js) == '"') {
        from = js->at + 1;
        behind = behind_plain(from, js->end);
        if (behind < js->end && *behind == '"') { /* nearly every one */
            *ret = (struct lar_json_string){from, (size_t)(behind - from)};
            js->at = behind + 1;
            return true;
        }
    }
    from = js->at;
    if (!lar_json_string_skip(js, &ret->size, &escaped, err))
        return false;
    ret->text = from + 1;
    if (!escaped)
        return true;
    if (ret->size > js->decoded_size) {
        size_t size = ret->size < 128 ? 256 : ret->size * 2;
        if (!lar_json_grow(js, &js->decoded, 0, size, err))
            return false;
        js->decoded_size = size;
    }
    ret->size = lar_json_string_decode(from, js->decoded);
    ret->text = js->decoded;
    return true;
}

bool lar_json_keep_text(struct lar_json *js, struct lar_json_string *ret, struct lar_error *err)
{
    char *copy = NULL;
    if (!lar_json_text(js, ret, err))
        return false;
    if (ret->text != js->decoded)
        return true;
    if (!lar_json_grow(js, &copy, 0, ret->size + 1, err))
        return false;
    memcpy(copy, ret->text, ret->size);
    ret->text = copy;
    return true;
}

/* A reader that walks over JSON text; see json_scan.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/json_scan.h"

#include "base/number.h"
#include "dialects/utf8.h"

#include <stdio.h>
#include <string.h>

void lar_json_init(struct lar_json *js, const void *text, size_t size, struct lar_scratch *scratch)
{
    *js = (struct lar_json){.begin = text, .at = text, .scratch = scratch};
    js->end = js->begin + size;
    js->at += lar_utf8_mark(text, size);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The word that comes next: the token that it is, or itself, which is none. */
static const char *what_word(const struct lar_json *js, char *buffer, size_t size)
{
    static const char *const tokens[] = {"true", "false", "null"};
    size_t n = 0;
    while (js->at + n < js->end && n + sizeof "''" < size && is_letter(js->at[n]))
        n++;
    snprintf(buffer, size, "'%.*s'", (int)n, js->at);
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        if (strlen(tokens[i]) == n && memcmp(tokens[i], js->at, n) == 0)
            return tokens[i];
    bool number =
        (n == 3 && memcmp(js->at, "NaN", 3) == 0) || (n == 8 && memcmp(js->at, "Infinity", 8) == 0);
    return number ? "NaN or Infinity" : buffer;
}

/* What a value or a mark that starts with the next byte is called. */
static const char *what_comes(struct lar_json *js, char *buffer, size_t size)
{
    char c = lar_json_peek(js);
    if (js->at == js->end)
        return "the end of the text";
    if (is_letter(c))
        return what_word(js, buffer, size);
    switch (c) {
    case '"': return "a string";
    case '{': return "an object";
    case '[': return "an array";
    default: break;
    }
    if ((c >= '0' && c <= '9') || c == '-')
        return "a number";
    if (c > ' ' && c < 0x7F)
        snprintf(buffer, size, "'%c'", c);
    else
        snprintf(buffer, size, "byte 0x%02x", (unsigned char)c);
    return buffer;
}

bool lar_json_fail(struct lar_json *js, struct lar_error *err, const char *expected)
{
    char buffer[24];
    const char *found = what_comes(js, buffer, sizeof buffer);
    return lar_fail(err, LAR_ERR_INVALID, "expected %s, found %s (byte %zu)", expected, found,
                    (size_t)(js->at - js->begin));
}

bool lar_json_fail_number(struct lar_json *js, struct lar_error *err, const char *expected)
{
    char c = lar_json_peek(js);
    if (c != '-' && (c < '0' || c > '9'))
        return lar_json_fail(js, err, expected);
    return lar_fail(err, LAR_ERR_INVALID, "not a number as JSON writes it (byte %zu)",
                    (size_t)(js->at - js->begin));
}

/* Passes the letters of TOKEN over if they come next. */
static bool token(struct lar_json *js, const char *text, size_t size)
{
    if ((size_t)(js->end - js->at) < size || memcmp(js->at, text, size) != 0)
        return false;
    js->at += size;
    return true;
}

bool lar_json_null(struct lar_json *js)
{
    return lar_json_peek(js) == 'n' && token(js, "null", 4);
}

bool lar_json_bool(struct lar_json *js, bool *ret, struct lar_error *err)
{
    char c = lar_json_peek(js);
    *ret = c == 't';
    if ((c == 't' && token(js, "true", 4)) || (c == 'f' && token(js, "false", 5)))
        return true;
    return lar_json_fail(js, err, "true or false");
}

/* Passes a number or one of the tokens that stand for one over. */
static bool skip_number(struct lar_json *js, struct lar_error *err)
{
    double v;
    switch (lar_number_read_f64(&js->at, js->end, &v)) {
    case LAR_NUMBER_OK: return true;
    case LAR_NUMBER_OVERFLOW:
        return lar_fail(err, LAR_ERR_INVALID, "number beyond the range of float64 (byte %zu)",
                        (size_t)(js->at - js->begin));
    default: break;
    }
    if (token(js, "NaN", 3) || token(js, "Infinity", 8) || token(js, "-Infinity", 9))
        return true;
    return lar_json_fail_number(js, err, "a value");
}

static bool skip_scalar(struct lar_json *js, struct lar_error *err)
{
    size_t size;
    bool flag;
    char c = lar_json_peek(js);
    switch (c) {
    case '"': return lar_json_string_skip(js, &size, &flag, err);
    case 't':
    case 'f': return lar_json_bool(js, &flag, err);
    case 'n': return lar_json_null(js) || lar_json_fail(js, err, "null");
    default: break;
    }
    if ((c >= '0' && c <= '9') || c == '-' || c == 'N' || c == 'I')
        return skip_number(js, err);
    return lar_json_fail(js, err, "a value");
}

/* A key and its colon. */
static bool skip_key(struct lar_json *js, struct lar_error *err)
{
    size_t size;
    bool escaped;
    if (lar_json_peek(js) != '"')
        return lar_json_fail(js, err, "a member's name");
    if (!lar_json_string_skip(js, &size, &escaped, err))
        return false;
    if (lar_json_peek(js) != ':')
        return lar_json_fail(js, err, "':'");
    js->at++;
    return true;
}

bool lar_json_skip(struct lar_json *js, struct lar_error *err)
{
    uint64_t objects = 0; /* bit d: whether level d is an object */
    unsigned depth = 0;
    for (;;) {
        char c = lar_json_peek(js);
        bool opens = c == '[' || c == '{';
        if (opens) {
            if (depth == LAR_JSON_DEPTH)
                return lar_fail(err, LAR_ERR_INVALID, "nested deeper than %d (byte %zu)",
                                LAR_JSON_DEPTH, (size_t)(js->at - js->begin));
            uint64_t bit = UINT64_C(1) << depth++;
            objects = c == '{' ? objects | bit : objects & ~bit;
            js->at++;
            char closing = c == '{' ? '}' : ']';
            if (lar_json_peek(js) != closing) {
                if (c == '{' && !skip_key(js, err))
                    return false;
                continue;
            }
        } else if (!skip_scalar(js, err)) {
            return false;
        }
        /* A value (or an opening bracket whose closing one comes at once) is behind us. */
        for (; depth > 0; depth--) {
            bool object = objects >> (depth - 1) & 1;
            c = lar_json_peek(js);
            if (c == ',' && !opens)
                break;
            if (c != (object ? '}' : ']'))
                return lar_json_fail(js, err, object ? "',' or '}'" : "',' or ']'");
            js->at++;
            opens = false;
        }
        if (depth == 0)
            return true;
        js->at++; /* the comma */
        if ((objects >> (depth - 1) & 1) && !skip_key(js, err))
            return false;
    }
}

bool lar_json_open(struct lar_json *js, char bracket, struct lar_error *err)
{
    if (lar_json_peek(js) != bracket)
        return lar_json_fail(js, err, bracket == '[' ? "an array" : "an object");
    js->at++;
    return true;
}

enum lar_json_step lar_json_element(struct lar_json *js, bool first, struct lar_error *err)
{
    char c = lar_json_peek(js);
    if (c == ']') {
        js->at++;
        return LAR_JSON_CLOSED;
    }
    if (first)
        return LAR_JSON_MORE;
    if (c != ',') {
        lar_json_fail(js, err, "',' or ']'");
        return LAR_JSON_FAILED;
    }
    js->at++;
    if (lar_json_peek(js) != ']')
        return LAR_JSON_MORE;
    lar_json_fail(js, err, "a value");
    return LAR_JSON_FAILED;
}

enum lar_json_step lar_json_member(struct lar_json *js, bool first, struct lar_json_string *ret_key,
                                   struct lar_error *err)
{
    char c = lar_json_peek(js);
    if (c == '}') {
        js->at++;
        return LAR_JSON_CLOSED;
    }
    if (!first && c != ',') {
        lar_json_fail(js, err, "',' or '}'");
        return LAR_JSON_FAILED;
    }
    if (!first)
        js->at++;
    if (lar_json_peek(js) != '"') {
        lar_json_fail(js, err, "a member's name");
        return LAR_JSON_FAILED;
    }
    if (!lar_json_text(js, ret_key, err))
        return LAR_JSON_FAILED;
    if (lar_json_peek(js) != ':') {
        lar_json_fail(js, err, "':'");
        return LAR_JSON_FAILED;
    }
    js->at++;
    return LAR_JSON_MORE;
}

bool lar_json_object(struct lar_json *js, lar_json_member_reader *read, void *context,
                     struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (!read(context, &key, err))
            return false;
    return step == LAR_JSON_CLOSED;
}

bool lar_json_end(struct lar_json *js, struct lar_error *err)
{
    (void)lar_json_peek(js);
    return js->at == js->end || lar_json_fail(js, err, "the end of the text");
}

bool lar_json_grow(struct lar_json *js, void *p, size_t old_size, size_t new_size,
                   struct lar_error *err)
{
    void *old, *grown;
    memcpy(&old, p, sizeof old);
    if (old_size && old == js->newest) {
        grown = lar_scratch_grow(js->scratch, old, old_size, new_size);
    } else {
        grown = lar_scratch_take(js->scratch, new_size, 1);
        if (grown && old_size)
            memcpy(grown, old, old_size);
    }
    if (!grown)
        return lar_scratch_fail(js->scratch, err, "the request's values");
    js->newest = grown;
    memcpy(p, &grown, sizeof grown);
    return true;
}

/* Puts PLACE in front: what follows is joined at once if it is a place itself. */
static bool put_in_front(struct lar_error *err, const char *place, size_t size)
{
    char inner[sizeof err->text];
    size_t n = strlen(err->text);
    const char *joint = *err->text == '[' || *err->text == '.' ? "" : ": ";
    memcpy(inner, err->text, n + 1);
    snprintf(err->text, sizeof err->text, "%.*s%s%.*s", (int)size, place, joint,
             (int)(sizeof err->text - size - 4), inner);
    return false;
}

bool lar_json_at_index(struct lar_error *err, uint64_t index)
{
    char place[24];
    int n = snprintf(place, sizeof place, "[%llu]", (unsigned long long)index);
    return put_in_front(err, place, (size_t)n);
}

/* A name that came with the request, cut to a length that leaves room for the rest. */
enum { NAME_SHOWN = 80 };

static size_t shown(const char *name, size_t size)
{
    size_t n = 0, length;
    while (n < size && (length = lar_utf8_length(name + n, name + size)) > 0 &&
           n + length <= NAME_SHOWN)
        n += length;
    return n;
}

bool lar_json_at_member(struct lar_error *err, const char *name, size_t size)
{
    char place[NAME_SHOWN + 1] = ".";
    size = shown(name, size);
    memcpy(place + 1, name, size);
    return put_in_front(err, place, size + 1);
}

bool lar_json_at_name(struct lar_error *err, const char *name)
{
    return put_in_front(err, name, shown(name, strlen(name)));
}

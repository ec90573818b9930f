/* Characters and classes of them in Python's regular expressions; see text_pattern_private.h.
 *
 * Every one is spelled out: Python's \s and \w are not PCRE2's, nor are its pairs of letters where
 * case does not count. SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/text_pattern_private.h"

#include <stdio.h>
#include <string.h>

#define SPACES                                                                                     \
    "\\x09-\\x0d\\x1c-\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"      \
    "\\x{205f}\\x{3000}"

/* What the letters mean inside of brackets, for Unicode and for (?a). */
static const char *const word_class[] = {"\\p{L}\\p{N}_", "A-Za-z0-9_"};
static const char *const space_class[] = {SPACES, "\\x09-\\x0d\\x20"};
static const char *const digit_class[] = {"\\p{Nd}", "0-9"};

bool sk_pattern_refuse(const struct pattern *p, const char *what)
{
    return sk_fail(p->sk, LAR_ERR_UNSUPPORTED, "token_pattern: %s is not supported", what);
}

void sk_pattern_put(struct pattern *p, const char *text)
{
    size_t n = strlen(text);
    memcpy(p->out + p->used, text, n);
    p->used += n;
}

uint32_t sk_pattern_take(struct pattern *p)
{
    uint32_t c = *p->at++;
    unsigned more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    if (more)
        c &= 0x3Fu >> more;
    for (; more; more--)
        c = c << 6 | (*p->at++ & 0x3Fu);
    return c;
}

bool sk_pattern_next_is(struct pattern *p, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, text, n) != 0)
        return false;
    p->at += n;
    return true;
}

static bool is_alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool put_literal(struct pattern *p, uint32_t c)
{
    char text[16];
    (void)snprintf(text, sizeof text, is_alnum(c) ? "%c" : "\\x{%x}", (unsigned)c);
    sk_pattern_put(p, text);
    return (c < 0xD800 || c > 0xDFFF) || sk_pattern_refuse(p, "a lone surrogate");
}

static bool is_letter(uint32_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* What else the letter C stands for in brackets where case does not count, as every Python from 3.6
 * to 3.13 has it (tried on all code points): the other case, and what Unicode pairs with it. */
static void put_cases(struct pattern *p, uint32_t c)
{
    const char text[] = {(char)(c ^ 0x20), 0};
    sk_pattern_put(p, text);
    if (!p->ascii)
        sk_pattern_put(p, (c | 0x20) == 'i'   ? "\\x{130}\\x{131}"
                          : (c | 0x20) == 's' ? "\\x{17f}"
                          : (c | 0x20) == 'k' ? "\\x{212a}"
                                              : "");
}

/* The cases of all letters from FROM to TO, which brackets have. */
static bool put_range_cases(struct pattern *p, uint32_t from, uint32_t to)
{
    if (p->any_case && to > 0x7F)
        return sk_pattern_refuse(p, "(?i) with letters beyond ASCII");
    for (uint32_t c = from; p->any_case && c <= to; c++)
        if (is_letter(c))
            put_cases(p, c);
    return true;
}

bool sk_pattern_literal(struct pattern *p, uint32_t c)
{
    bool cases = p->any_case && is_letter(c);
    if (p->any_case && c > 0x7F)
        return sk_pattern_refuse(p, "(?i) with letters beyond ASCII");
    if (cases)
        sk_pattern_put(p, "[");
    if (!put_literal(p, c))
        return false;
    if (cases) {
        put_cases(p, c);
        sk_pattern_put(p, "]");
    }
    return true;
}

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* N hexadecimal digits. */
static bool take_hex(struct pattern *p, int n, uint32_t *ret)
{
    *ret = 0;
    for (int i = 0; i < n; i++) {
        if (p->at == p->end || hex(*p->at) < 0)
            return sk_pattern_refuse(p, "an escape with too few digits");
        *ret = *ret << 4 | (uint32_t)hex(*p->at++);
    }
    return *ret <= 0x10FFFF || sk_pattern_refuse(p, "an escape beyond Unicode");
}

/* An escape that is one character, C behind the backslash. */
static bool escaped_literal(struct pattern *p, uint32_t c, uint32_t *ret)
{
    static const char letters[] = "afnrtv", values[] = "\a\f\n\r\t\v";
    char what[64];
    const char *letter = c && c < 0x80 ? strchr(letters, (int)c) : NULL;
    *ret = letter ? (uint8_t)values[letter - letters] : c;
    if (letter || !is_alnum(c))
        return true;
    if (c == 'x' || c == 'u' || c == 'U')
        return take_hex(p, c == 'x' ? 2 : c == 'u' ? 4 : 8, ret);
    bool octal = c <= '7' && c >= '0' && p->end - p->at >= 2 && p->at[0] >= '0' &&
                 p->at[0] <= '7' && p->at[1] >= '0' && p->at[1] <= '7';
    if (c == '0' || octal) {
        *ret = c - '0';
        for (int i = 0; i < 2 && p->at < p->end && *p->at >= '0' && *p->at <= '7'; i++)
            *ret = *ret << 3 | (uint32_t)(*p->at++ - '0');
        return *ret <= 255 || sk_pattern_refuse(p, "an octal escape above 255");
    }
    (void)snprintf(what, sizeof what, "the escape \\%c%s", (int)c,
                   c >= '1' && c <= '9' ? " (a reference to a group)" : "");
    return sk_pattern_refuse(p, what);
}

/* A class of characters by its letter; NULL for none. Capitals are the others. */
static const char *class_of(const struct pattern *p, uint32_t c)
{
    return c == 'w' || c == 'W'   ? word_class[p->ascii]
           : c == 's' || c == 'S' ? space_class[p->ascii]
           : c == 'd' || c == 'D' ? digit_class[p->ascii]
                                  : NULL;
}

static void put_boundary(struct pattern *p)
{
    const char *w = word_class[p->ascii];
    const char *const parts[] = {"(?:(?<=[", w, "])(?![", w, "])|(?<![", w, "])(?=[", w, "]))"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sk_pattern_put(p, parts[i]);
}

bool sk_pattern_escape(struct pattern *p)
{
    uint32_t escaped;
    if (p->at == p->end)
        return sk_pattern_refuse(p, "a backslash at the end");
    uint32_t c = sk_pattern_take(p);
    const char *class = class_of(p, c);
    if (class) {
        sk_pattern_put(p, c < 'a' ? "[^" : "[");
        sk_pattern_put(p, class);
        sk_pattern_put(p, "]");
        return true;
    }
    if (c == 'b')
        put_boundary(p);
    else if (c == 'A' || c == 'Z')
        sk_pattern_put(p, c == 'A' ? "\\A" : "\\z");
    else if (c == 'B')
        return sk_pattern_refuse(p, "\\B, which Python's releases read differently,");
    else
        return escaped_literal(p, c, &escaped) && sk_pattern_literal(p, escaped);
    return true;
}

/* One member of brackets: a class (true in *IS_CLASS: written, or noted in NONE_OF), or a
 * character.
 */
static bool member(struct pattern *p, bool *is_class, const char *none_of[3], uint32_t *ret)
{
    uint32_t c = sk_pattern_take(p);
    *is_class = false;
    *ret = c;
    if (c != '\\')
        return true;
    if (p->at == p->end)
        return sk_pattern_refuse(p, "a backslash at the end");
    c = sk_pattern_take(p);
    const char *class = class_of(p, c);
    if (class && c < 'a')
        none_of[c == 'W' ? 0 : c == 'S' ? 1 : 2] = class;
    else if (class)
        sk_pattern_put(p, class);
    *is_class = class != NULL;
    if (class)
        return true;
    *ret = '\b';
    return c == 'b' || escaped_literal(p, c, ret);
}

/* The members of brackets, up to the closing one, which is taken. */
static bool members(struct pattern *p, const char *none_of[3])
{
    bool first = true, is_class;
    uint32_t from, to;
    for (;; first = false) {
        if (p->at == p->end)
            return sk_pattern_refuse(p, "[ without ]");
        if (!first && sk_pattern_next_is(p, "]"))
            return true;
        if (!member(p, &is_class, none_of, &from))
            return false;
        if (is_class)
            continue;
        if (!put_literal(p, from))
            return false;
        if (p->end - p->at < 2 || p->at[0] != '-' || p->at[1] == ']') {
            if (!put_range_cases(p, from, from))
                return false;
            continue;
        }
        p->at++;
        if (!member(p, &is_class, none_of, &to))
            return false;
        if (is_class)
            return sk_pattern_refuse(p, "a range that ends in a class");
        sk_pattern_put(p, "-");
        if (!put_literal(p, to) || !put_range_cases(p, from, to))
            return false;
    }
}

/* Behind "[". Of [..\W..], which PCRE2 could not say in brackets of its own, the parts become
 * alternatives; of [^..\W..], what must not be ahead. */
bool sk_pattern_brackets(struct pattern *p)
{
    const char *none_of[3] = {NULL, NULL, NULL};
    bool negated = sk_pattern_next_is(p, "^"), any = false;
    size_t start = p->used;
    if (!members(p, none_of))
        return false;
    size_t n = p->used - start;
    char *text = sk_alloc(p->sk, n + 1, 1);
    if (!text)
        return false;
    memcpy(text, p->out + start, n);
    p->used = start;
    sk_pattern_put(p, negated ? "(?:(?!" : "(?:");
    for (size_t i = 0; i < 3; i++) {
        if (!none_of[i])
            continue;
        sk_pattern_put(p, any ? "|[^" : "[^");
        sk_pattern_put(p, none_of[i]);
        sk_pattern_put(p, "]");
        any = true;
    }
    if (!any)
        p->used = start;
    else if (negated)
        sk_pattern_put(p, ")");
    else if (n)
        sk_pattern_put(p, "|");
    if (n) {
        sk_pattern_put(p, negated ? "[^" : "[");
        sk_pattern_put(p, text);
        sk_pattern_put(p, "]");
    } else if (negated) {
        sk_pattern_put(p, "(?s:.)");
    }
    if (any)
        sk_pattern_put(p, ")");
    return true;
}

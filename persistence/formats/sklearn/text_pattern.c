/* From Python's regular expressions to PCRE2's; see sk_translate_pattern().
 *
 * Every piece is written anew: classes spelled out (Python's \s and \w are not PCRE2's), literals
 * as code points, so that nothing can be read in two ways. SPDX-License-Identifier: MIT */
#include "graph/text.h"
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/text_options.h"

#include <stdio.h>
#include <string.h>

enum {
    LONGEST = 2000, /* bytes of a pattern */
    WIDEST = 256,   /* bytes that one of them becomes at most */
    DEPTH = 64,     /* groups inside one another */
};

#define SPACES                                                                                     \
    "\\x09-\\x0d\\x1c-\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"      \
    "\\x{205f}\\x{3000}"

/* What the letters mean inside of brackets, for Unicode and for (?a). */
static const char *const word_class[] = {"\\p{L}\\p{N}_", "A-Za-z0-9_"};
static const char *const space_class[] = {SPACES, "\\x09-\\x0d\\x20"};
static const char *const digit_class[] = {"\\p{Nd}", "0-9"};

struct group {
    bool captures; /* it, or one inside it */
};

struct pattern {
    struct sk_context *sk;
    const uint8_t *at, *end;
    char *out;
    size_t used, groups, depth;
    struct group open[DEPTH], last; /* LAST: the item that a quantifier would repeat */
    bool ascii;
};

static bool refuse(const struct pattern *p, const char *what)
{
    return sk_fail(p->sk, LAR_ERR_UNSUPPORTED, "token_pattern: %s is not supported", what);
}

static void put(struct pattern *p, const char *text)
{
    size_t n = strlen(text);
    memcpy(p->out + p->used, text, n);
    p->used += n;
}

/* The next character; well-formed UTF-8. */
static uint32_t take(struct pattern *p)
{
    uint32_t c = *p->at++;
    unsigned more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    if (more)
        c &= 0x3Fu >> more;
    for (; more; more--)
        c = c << 6 | (*p->at++ & 0x3Fu);
    return c;
}

static bool next_is(struct pattern *p, const char *text)
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
    put(p, text);
    return (c < 0xD800 || c > 0xDFFF) || refuse(p, "a lone surrogate");
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
            return refuse(p, "an escape with too few digits");
        *ret = *ret << 4 | (uint32_t)hex(*p->at++);
    }
    return *ret <= 0x10FFFF || refuse(p, "an escape beyond Unicode");
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
        return *ret <= 255 || refuse(p, "an octal escape above 255");
    }
    (void)snprintf(what, sizeof what, "the escape \\%c%s", (int)c,
                   c >= '1' && c <= '9' ? " (a reference to a group)" : "");
    return refuse(p, what);
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
        put(p, parts[i]);
}

/* Behind a backslash, outside of brackets. */
static bool escape(struct pattern *p)
{
    uint32_t literal;
    if (p->at == p->end)
        return refuse(p, "a backslash at the end");
    uint32_t c = take(p);
    const char *class = class_of(p, c);
    if (class) {
        put(p, c < 'a' ? "[^" : "[");
        put(p, class);
        put(p, "]");
        return true;
    }
    if (c == 'b')
        put_boundary(p);
    else if (c == 'A' || c == 'Z')
        put(p, c == 'A' ? "\\A" : "\\z");
    else if (c == 'B')
        return refuse(p, "\\B, which Python's releases read differently,");
    else
        return escaped_literal(p, c, &literal) && put_literal(p, literal);
    return true;
}

/* One member of brackets: a class (true in *IS_CLASS: written, or noted in NONE_OF), or a
 * character.
 */
static bool member(struct pattern *p, bool *is_class, const char *none_of[3], uint32_t *ret)
{
    uint32_t c = take(p);
    *is_class = false;
    *ret = c;
    if (c != '\\')
        return true;
    if (p->at == p->end)
        return refuse(p, "a backslash at the end");
    c = take(p);
    const char *class = class_of(p, c);
    if (class && c < 'a')
        none_of[c == 'W' ? 0 : c == 'S' ? 1 : 2] = class;
    else if (class)
        put(p, class);
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
            return refuse(p, "[ without ]");
        if (!first && next_is(p, "]"))
            return true;
        if (!member(p, &is_class, none_of, &from))
            return false;
        if (is_class)
            continue;
        if (!put_literal(p, from))
            return false;
        if (p->end - p->at < 2 || p->at[0] != '-' || p->at[1] == ']')
            continue;
        p->at++;
        if (!member(p, &is_class, none_of, &to))
            return false;
        if (is_class)
            return refuse(p, "a range that ends in a class");
        put(p, "-");
        if (!put_literal(p, to))
            return false;
    }
}

/* Behind "[". Of [..\W..], which PCRE2 could not say in brackets of its own, the parts become
 * alternatives; of [^..\W..], what must not be ahead. */
static bool brackets(struct pattern *p)
{
    const char *none_of[3] = {NULL, NULL, NULL};
    bool negated = next_is(p, "^"), any = false;
    size_t start = p->used;
    if (!members(p, none_of))
        return false;
    size_t n = p->used - start;
    char *text = sk_alloc(p->sk, n + 1, 1);
    if (!text)
        return false;
    memcpy(text, p->out + start, n);
    p->used = start;
    put(p, negated ? "(?:(?!" : "(?:");
    for (size_t i = 0; i < 3; i++) {
        if (!none_of[i])
            continue;
        put(p, any ? "|[^" : "[^");
        put(p, none_of[i]);
        put(p, "]");
        any = true;
    }
    if (!any)
        p->used = start;
    else if (negated)
        put(p, ")");
    else if (n)
        put(p, "|");
    if (n) {
        put(p, negated ? "[^" : "[");
        put(p, text);
        put(p, "]");
    } else if (negated) {
        put(p, "(?s:.)");
    }
    if (any)
        put(p, ")");
    return true;
}

/* Behind "(". */
static bool open_group(struct pattern *p)
{
    static const char *const plain[] = {"?:", "?=", "?!", "?<=", "?<!"};
    bool captures = true;
    if (p->depth == DEPTH)
        return refuse(p, "a pattern of so many groups inside one another");
    put(p, "(");
    for (size_t i = 0; i < sizeof plain / sizeof *plain && captures; i++)
        if (next_is(p, plain[i])) {
            put(p, plain[i]);
            captures = false;
        }
    if (captures && next_is(p, "?P<")) {
        while (p->at < p->end && *p->at != '>')
            p->at++;
        if (!next_is(p, ">"))
            return refuse(p, "a group's name without its end");
    } else if (captures && p->at < p->end && (*p->at == '?' || *p->at == '*')) {
        char what[32];
        (void)snprintf(what, sizeof what, "(%.3s", (const char *)p->at);
        return refuse(p, what);
    }
    if (captures && ++p->groups > 1)
        return refuse(p, "more than one capturing group");
    p->open[p->depth++] = (struct group){captures};
    return true;
}

static bool close_group(struct pattern *p)
{
    if (p->depth == 0)
        return refuse(p, ") without (");
    p->last = p->open[--p->depth];
    if (p->depth)
        p->open[p->depth - 1].captures |= p->last.captures;
    put(p, ")");
    return true;
}

/* A number of at most five digits; none: FALLBACK. */
static bool take_count(struct pattern *p, long fallback, long *ret)
{
    const uint8_t *start = p->at;
    *ret = 0;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9' && p->at - start < 6)
        *ret = *ret * 10 + (*p->at++ - '0');
    if (p->at == start)
        *ret = fallback;
    return *ret <= 65535;
}

/* Behind "{": a quantifier, or, where it is none, the character itself. */
static bool braces(struct pattern *p)
{
    char text[40];
    const uint8_t *start = p->at;
    long least, most;
    bool literal = p->at < p->end && *p->at == '}';
    if (!take_count(p, 0, &least))
        return refuse(p, "a repetition of more than 65535");
    literal |= p->at == start && (p->at == p->end || *p->at != ',');
    most = least;
    if (!literal && next_is(p, ",") && !take_count(p, -1, &most))
        return refuse(p, "a repetition of more than 65535");
    if (literal || !next_is(p, "}")) {
        p->at = start;
        p->last.captures = false;
        return put_literal(p, '{');
    }
    if (p->last.captures)
        return refuse(p, "a group that is repeated");
    if (most < 0)
        (void)snprintf(text, sizeof text, "{%ld,}", least);
    else
        (void)snprintf(text, sizeof text, "{%ld,%ld}", least, most);
    put(p, text);
    if (next_is(p, "?"))
        put(p, "?");
    return !(p->at < p->end && *p->at == '+') || refuse(p, "a possessive repetition");
}

static bool repeat(struct pattern *p, uint32_t c)
{
    const char text[] = {(char)c, 0};
    if (p->last.captures)
        return refuse(p, "a group that is repeated");
    put(p, text);
    if (next_is(p, "?"))
        put(p, "?");
    return !(p->at < p->end && *p->at == '+') || refuse(p, "a possessive repetition");
}

static bool one_item(struct pattern *p)
{
    uint32_t c = take(p);
    if (c == '*' || c == '+' || c == '?')
        return repeat(p, c);
    if (c == '{')
        return braces(p);
    if (c == ')')
        return close_group(p);
    p->last.captures = false;
    const char text[] = {(char)c, 0};
    switch (c) {
    case '\\': return escape(p);
    case '[': return brackets(p);
    case '(': return open_group(p);
    case '.':
    case '^':
    case '$':
    case '|': put(p, text); return true;
    default: return put_literal(p, c);
    }
}

/* Flags for the whole pattern, at its start: u says nothing, a changes what classes are, s and m
 * are handed on. */
static bool flags(struct pattern *p)
{
    while (p->end - p->at > 3 && p->at[0] == '(' && p->at[1] == '?' &&
           strchr("aimsuxL", p->at[2])) {
        for (p->at += 2; p->at < p->end && *p->at != ')'; p->at++) {
            if (*p->at == 's' || *p->at == 'm')
                put(p, *p->at == 's' ? "(?s)" : "(?m)");
            else if (*p->at == 'a')
                p->ascii = true;
            else if (*p->at == 'i')
                return refuse(p, "(?i), by which Python and PCRE2 pair other letters,");
            else if (*p->at != 'u')
                return refuse(p, "a flag other than (?a), (?m), (?s) and (?u)");
        }
        if (!next_is(p, ")"))
            return refuse(p, "( without )");
    }
    return true;
}

/* Patterns that mean runs of \w of at least 1 or 2. */
static bool is_run(struct pk_bytes text, size_t *shortest)
{
    static const struct {
        const char *pattern;
        size_t shortest;
    } runs[] = {{"\\b\\w\\w+\\b", 2}, {"\\b\\w+\\b", 1}, {"\\w+", 1}, {"\\w\\w+", 2}};
    static const char unicode[] = "(?u)";
    if (text.size > 4 && memcmp(text.data, unicode, 4) == 0)
        text = (struct pk_bytes){text.data + 4, text.size - 4};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        if (strlen(runs[i].pattern) == text.size &&
            memcmp(runs[i].pattern, text.data, text.size) == 0) {
            *shortest = runs[i].shortest;
            return true;
        }
    return false;
}

bool sk_translate_pattern(struct sk_context *sk, const struct pk_node *pattern, const char **ret,
                          size_t *ret_length, size_t *shortest)
{
    *ret = NULL;
    if (!pattern || pattern->kind != PK_TEXT)
        return sk_refuse_attribute(sk, pattern, "token_pattern", "must be a text");
    struct pk_bytes text = pattern->bytes;
    if (is_run(text, shortest))
        return true;
    struct pattern p = {.sk = sk, .at = text.data, .end = text.data + text.size};
    if (text.size > LONGEST || !lar_text_valid(text.data, text.size, false))
        return refuse(&p, text.size > LONGEST ? "one of more than 2000 bytes" : "a lone surrogate");
    if (!(p.out = sk_alloc(sk, (text.size + 1) * WIDEST, 1)) || !flags(&p))
        return false;
    while (p.at < p.end)
        if (!one_item(&p))
            return false;
    if (p.depth)
        return refuse(&p, "( without )");
    *ret = p.out;
    *ret_length = p.used;
    return true;
}

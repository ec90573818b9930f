/* From Python's regular expressions to PCRE2's; see sk_translate_pattern().
 *
 * Every piece is written anew: classes spelled out, literals as code points
 * (text_pattern_letters.c), so that nothing can be read in two ways.
 * SPDX-License-Identifier: MIT */
#include "graph/text.h"
#include "persistence/formats/sklearn/text_pattern_private.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 2000 }; /* bytes of a pattern */

/* Behind "(". */
static bool open_group(struct pattern *p)
{
    static const char *const plain[] = {"?:", "?=", "?!", "?<=", "?<!"};
    bool captures = true;
    if (p->depth == SK_PATTERN_DEPTH)
        return sk_pattern_refuse(p, "a pattern of so many groups inside one another");
    sk_pattern_put(p, "(");
    for (size_t i = 0; i < sizeof plain / sizeof *plain && captures; i++)
        if (sk_pattern_next_is(p, plain[i])) {
            sk_pattern_put(p, plain[i]);
            captures = false;
        }
    if (captures && sk_pattern_next_is(p, "?P<")) {
        while (p->at < p->end && *p->at != '>')
            p->at++;
        if (!sk_pattern_next_is(p, ">"))
            return sk_pattern_refuse(p, "a group's name without its end");
    } else if (captures && p->at < p->end && (*p->at == '?' || *p->at == '*')) {
        char what[32];
        (void)snprintf(what, sizeof what, "(%.3s", (const char *)p->at);
        return sk_pattern_refuse(p, what);
    }
    if (captures && ++p->groups > 1)
        return sk_pattern_refuse(p, "more than one capturing group");
    p->open[p->depth++] = (struct group){captures};
    return true;
}

static bool close_group(struct pattern *p)
{
    if (p->depth == 0)
        return sk_pattern_refuse(p, ") without (");
    p->last = p->open[--p->depth];
    if (p->depth)
        p->open[p->depth - 1].captures |= p->last.captures;
    sk_pattern_put(p, ")");
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
        return sk_pattern_refuse(p, "a repetition of more than 65535");
    literal |= p->at == start && (p->at == p->end || *p->at != ',');
    most = least;
    if (!literal && sk_pattern_next_is(p, ",") && !take_count(p, -1, &most))
        return sk_pattern_refuse(p, "a repetition of more than 65535");
    if (literal || !sk_pattern_next_is(p, "}")) {
        p->at = start;
        p->last.captures = false;
        return sk_pattern_literal(p, '{');
    }
    if (p->last.captures)
        return sk_pattern_refuse(p, "a group that is repeated");
    if (most < 0)
        (void)snprintf(text, sizeof text, "{%ld,}", least);
    else
        (void)snprintf(text, sizeof text, "{%ld,%ld}", least, most);
    sk_pattern_put(p, text);
    if (sk_pattern_next_is(p, "?"))
        sk_pattern_put(p, "?");
    return !(p->at < p->end && *p->at == '+') || sk_pattern_refuse(p, "a possessive repetition");
}

static bool repeat(struct pattern *p, uint32_t c)
{
    const char text[] = {(char)c, 0};
    if (p->last.captures)
        return sk_pattern_refuse(p, "a group that is repeated");
    sk_pattern_put(p, text);
    if (sk_pattern_next_is(p, "?"))
        sk_pattern_put(p, "?");
    return !(p->at < p->end && *p->at == '+') || sk_pattern_refuse(p, "a possessive repetition");
}

static bool one_item(struct pattern *p)
{
    uint32_t c = sk_pattern_take(p);
    if (c == '*' || c == '+' || c == '?')
        return repeat(p, c);
    if (c == '{')
        return braces(p);
    if (c == ')')
        return close_group(p);
    p->last.captures = false;
    const char text[] = {(char)c, 0};
    switch (c) {
    case '\\': return sk_pattern_escape(p);
    case '[': return sk_pattern_brackets(p);
    case '(': return open_group(p);
    case '.':
    case '^':
    case '$':
    case '|': sk_pattern_put(p, text); return true;
    default: return sk_pattern_literal(p, c);
    }
}

/* Flags for the whole pattern, at its start: u says nothing, a changes what classes are, i makes
 * classes of letters, s and m are handed on. */
static bool flags(struct pattern *p)
{
    while (p->end - p->at > 3 && p->at[0] == '(' && p->at[1] == '?' &&
           strchr("aimsuxL", p->at[2])) {
        for (p->at += 2; p->at < p->end && *p->at != ')'; p->at++) {
            if (*p->at == 's' || *p->at == 'm')
                sk_pattern_put(p, *p->at == 's' ? "(?s)" : "(?m)");
            else if (*p->at == 'a')
                p->ascii = true;
            else if (*p->at == 'i')
                p->any_case = true;
            else if (*p->at != 'u')
                return sk_pattern_refuse(p, "a flag other than (?a), (?i), (?m), (?s) and (?u)");
        }
        if (!sk_pattern_next_is(p, ")"))
            return sk_pattern_refuse(p, "( without )");
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
        return sk_pattern_refuse(&p, text.size > LONGEST ? "one of more than 2000 bytes"
                                                         : "a lone surrogate");
    if (!(p.out = sk_alloc(sk, (text.size + 1) * SK_PATTERN_WIDEST, 1)) || !flags(&p))
        return false;
    while (p.at < p.end)
        if (!one_item(&p))
            return false;
    if (p.depth)
        return sk_pattern_refuse(&p, "( without )");
    *ret = p.out;
    *ret_length = p.used;
    return true;
}

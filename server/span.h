/* A piece of text that lies in someone else's memory.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_SPAN_H
#define SERVER_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct lar_span {
    const char *at; /* NULL: not there */
    size_t size;
};

static inline struct lar_span lar_span_of(const char *text)
{
    return (struct lar_span){text, text ? strlen(text) : 0};
}

static inline bool lar_span_is(struct lar_span span, const char *text)
{
    return span.at && strlen(text) == span.size && memcmp(span.at, text, span.size) == 0;
}

static inline unsigned char lar_lower(char c)
{
    return (unsigned char)(c + ((unsigned char)(c - 'A') < 26) * ('a' - 'A'));
}

/* The same whatever the case of ASCII letters. All of it is compared, for then it is done many at a
 * time. */
static inline bool lar_span_like(struct lar_span span, const char *text)
{
    unsigned char differs = 0;
    size_t n = strlen(text);
    if (!span.at || span.size != n)
        return false;
    for (size_t i = 0; i < n; i++)
        differs |= lar_lower(span.at[i]) ^ lar_lower(text[i]);
    return !differs;
}

#endif

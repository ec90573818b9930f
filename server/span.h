/* A piece of text that lies in someone else's memory.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_SPAN_H
#define SERVER_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

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

/* The same whatever the case of ASCII letters. */
static inline bool lar_span_like(struct lar_span span, const char *text)
{
    return span.at && strlen(text) == span.size && strncasecmp(span.at, text, span.size) == 0;
}

#endif

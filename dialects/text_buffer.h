/* Text that grows at its end: an answer's body.
 *
 * It begins in memory of the caller's (a slab, so that a small answer allocates nothing) and moves
 * to the heap when it no longer fits; the finished text is handed to the HTTP library as it lies.
 * Appending never fails one by one: a failure is remembered, later appends do nothing, and
 * lar_text_ok() tells at the end. Not thread-safe.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_TEXT_BUFFER_H
#define DIALECTS_TEXT_BUFFER_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct lar_text {
    char *data;
    size_t size, capacity, limit;
    bool heap;                   /* data is malloc's: whoever takes it over frees it */
    enum lar_error_code failure; /* LAR_ERR_NONE, LAR_ERR_NOMEM or LAR_ERR_LIMIT */
};

/* Starts in MEMORY of CAPACITY bytes, borrowed (NULL and 0: on the heap at once). The text never
 * gets longer than LIMIT. */
void lar_text_init(struct lar_text *text, void *memory, size_t capacity, size_t limit);

/* Frees what is on the heap; accepts a zeroed text. Not called by who took the data over. */
void lar_text_finish(struct lar_text *text);

/* Makes the text empty again, its memory stays. Forgets a failure. */
void lar_text_clear(struct lar_text *text);

/* False and ERR if an append failed since the start. */
bool lar_text_ok(const struct lar_text *text, struct lar_error *err);

bool lar_text_reserve_slow(struct lar_text *text, size_t n);

/* Where N more bytes may be written, or NULL. After writing, add to text->size. */
static inline char *lar_text_room(struct lar_text *text, size_t n)
{
    if ((!text->data || n > text->capacity - text->size) && !lar_text_reserve_slow(text, n))
        return NULL;
    return text->data + text->size;
}

static inline void lar_text_add(struct lar_text *text, const char *bytes, size_t n)
{
    char *to = lar_text_room(text, n);
    if (!to || !n)
        return;
    memcpy(to, bytes, n);
    text->size += n;
}

static inline void lar_text_char(struct lar_text *text, char c)
{
    lar_text_add(text, &c, 1);
}

static inline void lar_text_puts(struct lar_text *text, const char *s)
{
    lar_text_add(text, s, strlen(s));
}

void lar_text_u64(struct lar_text *text, uint64_t v);
void lar_text_i64(struct lar_text *text, int64_t v);

/* BYTES as a JSON string, with its quotes. Text is UTF-8; a lone surrogate in its three-byte form
 * becomes \udxxx; a byte that belongs to no character becomes \ufffd: what is written is always
 * valid JSON. */
void lar_text_string(struct lar_text *text, const char *bytes, size_t n);

/* The same of a NUL-terminated string. */
static inline void lar_text_cstring(struct lar_text *text, const char *s)
{
    lar_text_string(text, s, strlen(s));
}

#endif

/* A bounded reader over bytes in memory.
 *
 * Reads never fail one by one: a read past the end gives zero (or NULL), moves to the end and sets
 * `bad`, which the caller checks once at the end of a section. Nothing is copied.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct lar_cursor {
    const uint8_t *begin, *at, *end;
    bool bad;
};

static inline struct lar_cursor lar_cursor_over(const void *data, size_t size)
{
    const uint8_t *p = data;
    return (struct lar_cursor){.begin = p, .at = p, .end = p + size};
}

static inline size_t lar_cursor_left(const struct lar_cursor *c)
{
    return (size_t)(c->end - c->at);
}

static inline size_t lar_cursor_offset(const struct lar_cursor *c)
{
    return (size_t)(c->at - c->begin);
}

/* The next N bytes, or NULL. */
static inline const uint8_t *lar_cursor_bytes(struct lar_cursor *c, uint64_t n)
{
    if (n > lar_cursor_left(c)) {
        c->bad = true;
        c->at = c->end;
        return NULL;
    }
    const uint8_t *ret = c->at;
    c->at += n;
    return ret;
}

static inline uint8_t lar_cursor_u8(struct lar_cursor *c)
{
    const uint8_t *p = lar_cursor_bytes(c, 1);
    return p ? *p : 0;
}

/* Little-endian, as the host is (meson refuses others). */
static inline uint16_t lar_cursor_u16(struct lar_cursor *c)
{
    uint16_t v = 0;
    const uint8_t *p = lar_cursor_bytes(c, sizeof v);
    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t lar_cursor_u32(struct lar_cursor *c)
{
    uint32_t v = 0;
    const uint8_t *p = lar_cursor_bytes(c, sizeof v);
    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t lar_cursor_u64(struct lar_cursor *c)
{
    uint64_t v = 0;
    const uint8_t *p = lar_cursor_bytes(c, sizeof v);
    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

/* The bytes before the next '\n', which is passed over; NULL and bad if there is none. */
static inline const char *lar_cursor_line(struct lar_cursor *c, size_t *ret_length)
{
    const uint8_t *start = c->at;
    const uint8_t *nl = start < c->end ? memchr(start, '\n', lar_cursor_left(c)) : NULL;
    *ret_length = 0;
    if (!nl) {
        c->bad = true;
        c->at = c->end;
        return NULL;
    }
    *ret_length = (size_t)(nl - start);
    c->at = nl + 1;
    return (const char *)start;
}

#endif

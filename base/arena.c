/* Memory that is freed all at once; see arena.h.
 * SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/checked.h"
#include "base/gentle.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Chunks double: a small arena costs little, a large one few allocations. */
enum { FIRST_CHUNK = 4 << 10, LARGEST_CHUNK = 64 << 10 };

struct lar_arena_chunk {
    struct lar_arena_chunk *next;
    size_t size, used; /* of bytes[] */
    _Alignas(16) unsigned char bytes[];
};

void lar_arena_init(struct lar_arena *arena, size_t limit)
{
    *arena = (struct lar_arena){.limit = limit};
}

void lar_arena_finish(struct lar_arena *arena)
{
    struct lar_arena_chunk *next;
    for (struct lar_arena_chunk *c = arena->chunk; c; c = next) {
        next = c->next;
        lar_gentle_free(c, sizeof *c + c->size);
    }
    *arena = (struct lar_arena){.limit = arena->limit};
}

/* Bytes to skip in CHUNK so that the next one is aligned. */
static size_t gap(const struct lar_arena_chunk *chunk, size_t align)
{
    uintptr_t at = (uintptr_t)(chunk->bytes + chunk->used);
    return (size_t)(-at & (align - 1));
}

void *lar_arena_alloc_aligned(struct lar_arena *arena, size_t n, size_t size, size_t align)
{
    size_t bytes, room;
    arena->over_limit = true;
    if (!lar_mul_size(n, size, &bytes) || bytes > arena->limit - arena->used)
        return NULL;
    arena->over_limit = false;
    struct lar_arena_chunk *c = arena->chunk;
    if (!c || !lar_add_size(bytes, gap(c, align), &room) || room > c->size - c->used) {
        if (!lar_add_size(bytes, align + sizeof *c, &room))
            return NULL;
        size_t usual = c ? 2 * (c->size + sizeof *c) : FIRST_CHUNK;
        usual = usual < LARGEST_CHUNK ? usual : LARGEST_CHUNK;
        room = room > usual ? room : usual;
        c = malloc(room); /* cleared piece by piece, so that unused pages stay untouched */
        if (!c)
            return NULL;
        c->size = room - sizeof *c;
        c->used = 0;
        c->next = arena->chunk;
        arena->chunk = c;
    }
    c->used += gap(c, align);
    void *ret = memset(c->bytes + c->used, 0, bytes);
    c->used += bytes;
    arena->used += bytes;
    return ret;
}

void *lar_arena_alloc(struct lar_arena *arena, size_t n, size_t size)
{
    return lar_arena_alloc_aligned(arena, n, size, 16);
}

char *lar_arena_strndup(struct lar_arena *arena, const char *text, size_t length)
{
    char *ret = length < SIZE_MAX ? lar_arena_alloc_aligned(arena, length + 1, 1, 1) : NULL;
    if (ret && length)
        memcpy(ret, text, length);
    return ret;
}

char *lar_arena_printf(struct lar_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *ret = n < 0 ? NULL : lar_arena_alloc_aligned(arena, (size_t)n + 1, 1, 1);
    if (ret)
        (void)vsnprintf(ret, (size_t)n + 1, format, again);
    va_end(again);
    return ret;
}

bool(lar_arena_fail)(const struct lar_arena *arena, struct lar_error *err, const char *what)
{
    if (arena->over_limit)
        return lar_fail(err, LAR_ERR_LIMIT, "%s needs more than the limit of %zu bytes", what,
                        arena->limit);
    return lar_fail(err, LAR_ERR_NOMEM, "out of memory for %s", what);
}

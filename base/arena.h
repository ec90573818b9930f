/* Memory that is freed all at once.
 *
 * Whoever builds a structure of many small parts (a parser, a draft) takes them from one arena and
 * frees nothing on its way out. An arena has a limit in bytes, because what fills it is often told
 * by a file. Not thread-safe: one owner.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/error.h"

#include <stddef.h>

struct lar_arena {
    struct lar_arena_chunk *chunk; /* newest first */
    size_t used, limit;
    bool over_limit; /* why the last allocation failed */
};

void lar_arena_init(struct lar_arena *arena, size_t limit);
void lar_arena_finish(struct lar_arena *arena); /* accepts a zeroed arena */

/* N * SIZE zeroed bytes aligned to 16, or NULL: the product overflows, the limit is passed, or the
 * process has no memory. */
void *lar_arena_alloc(struct lar_arena *arena, size_t n, size_t size);

/* The same aligned to ALIGN, a power of two up to 4096. */
void *lar_arena_alloc_aligned(struct lar_arena *arena, size_t n, size_t size, size_t align);

/* A copy with a NUL after it. */
char *lar_arena_strndup(struct lar_arena *arena, const char *text, size_t length);

__attribute__((format(printf, 2, 3))) char *lar_arena_printf(struct lar_arena *arena,
                                                             const char *format, ...);

/* The error for an allocation that just returned NULL: LAR_ERR_LIMIT or LAR_ERR_NOMEM. WHAT says
 * what the memory was for. Always returns false. */
bool lar_arena_fail(const struct lar_arena *arena, struct lar_error *err, const char *what);
#ifdef __clang_analyzer__
#define lar_arena_fail(...) (lar_arena_fail(__VA_ARGS__), false)
#endif

#endif

/* Arithmetic on sizes that come from files: false instead of a wrap.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

static inline bool lar_add_size(size_t a, size_t b, size_t *ret)
{
    return !__builtin_add_overflow(a, b, ret);
}

static inline bool lar_mul_size(size_t a, size_t b, size_t *ret)
{
    return !__builtin_mul_overflow(a, b, ret);
}

/* Rounds up to a multiple of ALIGN, a power of two. */
static inline bool lar_align_size(size_t n, size_t align, size_t *ret)
{
    if (!lar_add_size(n, align - 1, ret))
        return false;
    *ret &= ~(align - 1);
    return true;
}

/* Whether [offset, offset + length) lies inside [0, size). */
static inline bool lar_within(size_t offset, size_t length, size_t size)
{
    return offset <= size && length <= size - offset;
}

#endif

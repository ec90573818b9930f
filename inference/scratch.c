/* Working memory of one thread; see scratch.h.
 *
 * The reservation is PROT_NONE, which costs nothing under any overcommit policy; it is opened from
 * the bottom as it is used. Under AddressSanitizer what is not taken is poisoned, and every
 * allocation is followed by a gap, so that a kernel that reads too far is caught.
 * SPDX-License-Identifier: MIT */
#include "inference/scratch.h"

#include "base/checked.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define POISONING 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(POISONING)
#include <sanitizer/asan_interface.h>
enum { GAP = 64 };
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

enum { ALIGN = 64, STEP = 256 << 10 }; /* memory is opened in multiples of STEP */

struct lar_scratch {
    unsigned char *base;
    size_t used, open; /* bytes taken; bytes that may be touched */
    size_t peak;       /* most bytes taken since memory was last given back */
    size_t keep, limit, reserved;
    bool over_limit; /* why the last allocation failed */
};

struct lar_scratch *lar_scratch_new(size_t keep, size_t limit, struct lar_error *err)
{
    struct lar_scratch *s = calloc(1, sizeof *s);
    size_t reserved;
    if (!s || !lar_align_size(limit, STEP, &reserved) || reserved == 0) {
        free(s);
        lar_fail(err, LAR_ERR_NOMEM, "no scratch of %zu bytes", limit);
        return NULL;
    }
    void *p = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        free(s);
        lar_fail(err, LAR_ERR_NOMEM, "no address space for a scratch of %zu bytes", limit);
        return NULL;
    }
    s->base = p;
    s->keep = keep;
    s->limit = limit;
    s->reserved = reserved;
    return s;
}

void lar_scratch_free(struct lar_scratch *s)
{
    if (!s)
        return;
    ASAN_UNPOISON_MEMORY_REGION(s->base, s->open);
    munmap(s->base, s->reserved);
    free(s);
}

void lar_scratch_reset(struct lar_scratch *s)
{
    size_t keep;
    s->used = 0;
    ASAN_POISON_MEMORY_REGION(s->base, s->open);
    if (s->peak <= s->keep || !lar_align_size(s->keep, 4096, &keep) || keep >= s->open)
        return;
    madvise(s->base + keep, s->open - keep, MADV_DONTNEED);
    s->peak = 0;
}

/* Makes the first END bytes usable. */
static bool open_to(struct lar_scratch *s, size_t end)
{
    if (end <= s->open)
        return true;
    size_t open;
    if (!lar_align_size(end, STEP, &open) || open > s->reserved ||
        mprotect(s->base + s->open, open - s->open, PROT_READ | PROT_WRITE) != 0)
        return false;
    ASAN_POISON_MEMORY_REGION(s->base + s->open, open - s->open);
    s->open = open;
    return true;
}

/* Takes BYTES from offset START, which is at or above every live allocation. */
static void *take_at(struct lar_scratch *s, size_t start, size_t bytes)
{
    size_t end;
    s->over_limit = true;
    if (!lar_add_size(start, bytes, &end) || end > s->limit)
        return NULL;
    s->over_limit = false;
    if (!open_to(s, end))
        return NULL;
    ASAN_UNPOISON_MEMORY_REGION(s->base + start, bytes);
    s->used = end;
    if (s->peak < end)
        s->peak = end;
    return s->base + start;
}

void *lar_scratch_take(struct lar_scratch *s, size_t n, size_t size)
{
    size_t bytes, start;
    s->over_limit = true;
    if (!lar_mul_size(n, size, &bytes) ||
        !lar_align_size(s->used + (s->used ? GAP : 0), ALIGN, &start))
        return NULL;
    return take_at(s, start, bytes);
}

void *lar_scratch_grow(struct lar_scratch *s, void *p, size_t old_size, size_t new_size)
{
    size_t start = (size_t)((unsigned char *)p - s->base);
    if (start + old_size == s->used)
        return take_at(s, start, new_size);
    void *ret = lar_scratch_take(s, 1, new_size);
    if (ret)
        memcpy(ret, p, old_size);
    return ret;
}

size_t lar_scratch_mark(const struct lar_scratch *s)
{
    return s->used;
}

void lar_scratch_release(struct lar_scratch *s, size_t mark)
{
    ASAN_POISON_MEMORY_REGION(s->base + mark, s->used - mark);
    s->used = mark;
}

bool lar_scratch_fail(const struct lar_scratch *s, struct lar_error *err, const char *what)
{
    if (s->over_limit)
        return lar_fail(err, LAR_ERR_LIMIT, "%s needs more than the limit of %zu bytes a request",
                        what, s->limit);
    return lar_fail(err, LAR_ERR_NOMEM, "out of memory for %s", what);
}

/* A scratch whose every allocation is a heap block of its own, so that ASan sees a step beyond any
 * of them. Takes the place of inference/scratch.c in the program it is linked into.
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/scratch.h"

#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    _Alignas(64) unsigned char bytes[];
};

struct lar_scratch {
    struct block *newest;
    size_t used, limit;
};

struct lar_scratch *lar_scratch_new(size_t keep, size_t limit, struct lar_error *err)
{
    struct lar_scratch *scratch = calloc(1, sizeof *scratch);
    (void)keep;
    if (scratch)
        scratch->limit = limit;
    else
        lar_fail(err, LAR_ERR_NOMEM, "scratch");
    return scratch;
}

void lar_scratch_reset(struct lar_scratch *scratch)
{
    struct block *next;
    for (struct block *b = scratch->newest; b; b = next) {
        next = b->next;
        free(b);
    }
    scratch->newest = NULL;
    scratch->used = 0;
}

void lar_scratch_free(struct lar_scratch *scratch)
{
    if (!scratch)
        return;
    lar_scratch_reset(scratch);
    free(scratch);
}

void *lar_scratch_take(struct lar_scratch *scratch, size_t n, size_t size)
{
    size_t bytes;
    if (!lar_mul_size(n, size, &bytes) || bytes > scratch->limit - scratch->used)
        return NULL;
    void *p;
    if (posix_memalign(&p, 64, sizeof(struct block) + bytes))
        return NULL;
    struct block *b = p;
    b->next = scratch->newest;
    scratch->newest = b;
    scratch->used += bytes;
    memset(b->bytes, 0xA5, bytes);
    return b->bytes;
}

void *lar_scratch_grow(struct lar_scratch *scratch, void *p, size_t old_size, size_t new_size)
{
    if (!scratch->newest || p != scratch->newest->bytes)
        abort(); /* only the newest grows */
    void *grown = lar_scratch_take(scratch, new_size, 1);
    if (grown)
        memcpy(grown, p, old_size < new_size ? old_size : new_size);
    return grown;
}

bool lar_scratch_fail(const struct lar_scratch *scratch, struct lar_error *err, const char *what)
{
    return lar_fail(err, LAR_ERR_LIMIT, "%s: over the limit of %zu bytes", what, scratch->limit);
}

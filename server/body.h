/* Where the bytes of a request lie, and the memory that all of them share.
 *
 * A body that fits a slab is copied into one of the thread's free list; a longer one into one
 * buffer of Content-Length, or, where the length is not told, one that doubles up to the limit. All
 * memory is counted against one budget.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_BODY_H
#define SERVER_BODY_H

#include "base/error.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { LAR_SLAB_BYTES = 8 * 1024 };

/* Bytes that bodies may take together; shared by threads. */
struct lar_budget {
    _Atomic int64_t left;
};
bool lar_budget_take(struct lar_budget *budget, size_t n);
void lar_budget_give(struct lar_budget *budget, size_t n);

/* Slabs of one thread. */
struct lar_slabs {
    struct lar_slab *free;
    unsigned n_free;
    struct lar_budget *budget;
};
void *lar_slab_take(struct lar_slabs *slabs); /* NULL: the budget is spent, or no memory */
void lar_slab_give(struct lar_slabs *slabs, void *slab); /* accepts NULL */
void lar_slabs_finish(struct lar_slabs *slabs);

struct lar_slab;

struct lar_body {
    char *data;
    size_t size, capacity, limit;
    bool slab;
    enum lar_error_code failure; /* LAR_ERR_LIMIT: longer than the limit; LAR_ERR_BUSY: budget */
};

/* LENGTH is Content-Length, or -1. False: the memory is spent. */
bool lar_body_begin(struct lar_body *body, struct lar_slabs *slabs, int64_t length, size_t limit,
                    struct lar_error *err);
/* Appends; a failure is remembered and later bytes are dropped. */
void lar_body_add(struct lar_body *body, struct lar_slabs *slabs, const void *bytes, size_t n);
void lar_body_finish(struct lar_body *body, struct lar_slabs *slabs); /* accepts a zeroed body */

#endif

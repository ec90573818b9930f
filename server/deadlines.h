/* Moments by which something must have happened, earliest first: a heap that one thread owns.
 *
 * Moving a deadline to later costs nothing: the entry keeps its place, and is put where it belongs
 * when its old moment comes.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_DEADLINES_H
#define SERVER_DEADLINES_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Lives in what it watches. */
struct lar_deadline {
    int64_t at;   /* milliseconds of the monotonic clock */
    int64_t key;  /* where it lies in the heap: never later than at */
    size_t place; /* in the heap, from 1; 0: not there */
};

struct lar_deadlines {
    struct lar_deadline **heap;
    size_t n, capacity;
};

void lar_deadlines_finish(struct lar_deadlines *d); /* accepts a zeroed one */

/* Room for N entries, so that adding cannot fail. */
bool lar_deadlines_reserve(struct lar_deadlines *d, size_t n, struct lar_error *err);

/* Adds or moves ENTRY. */
void lar_deadlines_set(struct lar_deadlines *d, struct lar_deadline *entry, int64_t at);
void lar_deadlines_remove(struct lar_deadlines *d, struct lar_deadline *entry);

/* An entry whose moment has come, taken out; NULL: none. */
struct lar_deadline *lar_deadlines_expired(struct lar_deadlines *d, int64_t now);

/* Milliseconds until the first entry needs a look; -1: there is none. */
int64_t lar_deadlines_wait(const struct lar_deadlines *d, int64_t now);

#endif

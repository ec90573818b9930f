/* A heap of deadlines; see deadlines.h.
 * SPDX-License-Identifier: MIT */
#include "server/deadlines.h"

#include <stdlib.h>

void lar_deadlines_finish(struct lar_deadlines *d)
{
    free(d->heap);
    *d = (struct lar_deadlines){0};
}

bool lar_deadlines_reserve(struct lar_deadlines *d, size_t n, struct lar_error *err)
{
    if (n < d->capacity)
        return true;
    size_t capacity = d->capacity ? d->capacity * 2 : 64;
    while (capacity <= n)
        capacity *= 2;
    struct lar_deadline **heap = realloc(d->heap, capacity * sizeof(struct lar_deadline *));
    if (!heap)
        return lar_fail(err, LAR_ERR_NOMEM, "deadlines");
    d->heap = heap;
    d->capacity = capacity;
    return true;
}

static void put(struct lar_deadlines *d, size_t place, struct lar_deadline *entry)
{
    d->heap[place] = entry;
    entry->place = place;
}

/* Places count from 1, so that the children of P are 2P and 2P + 1. */
static void sift_up(struct lar_deadlines *d, struct lar_deadline *entry)
{
    size_t p = entry->place;
    for (; p > 1 && d->heap[p / 2]->key > entry->key; p /= 2)
        put(d, p, d->heap[p / 2]);
    put(d, p, entry);
}

static void sift_down(struct lar_deadlines *d, struct lar_deadline *entry)
{
    size_t p = entry->place;
    for (size_t child = 2 * p; child <= d->n; child = 2 * p) {
        if (child < d->n && d->heap[child + 1]->key < d->heap[child]->key)
            child++;
        if (d->heap[child]->key >= entry->key)
            break;
        put(d, p, d->heap[child]);
        p = child;
    }
    put(d, p, entry);
}

void lar_deadlines_set(struct lar_deadlines *d, struct lar_deadline *entry, int64_t at)
{
    entry->at = at;
    if (entry->place && at >= entry->key)
        return;
    entry->key = at;
    if (!entry->place)
        put(d, ++d->n, entry);
    sift_up(d, entry);
}

void lar_deadlines_remove(struct lar_deadlines *d, struct lar_deadline *entry)
{
    if (!entry->place)
        return;
    struct lar_deadline *last = d->heap[d->n--];
    if (last != entry) {
        put(d, entry->place, last);
        sift_up(d, last);
        sift_down(d, last);
    }
    entry->place = 0;
}

struct lar_deadline *lar_deadlines_expired(struct lar_deadlines *d, int64_t now)
{
    while (d->n && d->heap[1]->key <= now) {
        struct lar_deadline *first = d->heap[1];
        if (first->at <= now) {
            lar_deadlines_remove(d, first);
            return first;
        }
        first->key = first->at;
        sift_down(d, first);
    }
    return NULL;
}

int64_t lar_deadlines_wait(const struct lar_deadlines *d, int64_t now)
{
    if (!d->n)
        return -1;
    return d->heap[1]->key > now ? d->heap[1]->key - now : 0;
}

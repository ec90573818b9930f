/* Request bodies in memory; see body.h.
 * SPDX-License-Identifier: MIT */
#include "server/body.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_SLABS = 64 };

struct lar_slab {
    struct lar_slab *next;
};

bool lar_budget_take(struct lar_budget *budget, size_t n)
{
    int64_t left = atomic_fetch_sub_explicit(&budget->left, (int64_t)n, memory_order_relaxed);
    if (left >= (int64_t)n)
        return true;
    lar_budget_give(budget, n);
    return false;
}

void lar_budget_give(struct lar_budget *budget, size_t n)
{
    atomic_fetch_add_explicit(&budget->left, (int64_t)n, memory_order_relaxed);
}

void *lar_slab_take(struct lar_slabs *slabs)
{
    struct lar_slab *slab = slabs->free;
    if (slab) {
        slabs->free = slab->next;
        slabs->n_free--;
        return slab;
    }
    if (!lar_budget_take(slabs->budget, LAR_SLAB_BYTES))
        return NULL;
    slab = malloc(LAR_SLAB_BYTES);
    if (!slab)
        lar_budget_give(slabs->budget, LAR_SLAB_BYTES);
    return slab;
}

void lar_slab_give(struct lar_slabs *slabs, void *memory)
{
    struct lar_slab *slab = memory;
    if (!slab)
        return;
    if (slabs->n_free >= KEPT_SLABS) {
        free(slab);
        lar_budget_give(slabs->budget, LAR_SLAB_BYTES);
        return;
    }
    slab->next = slabs->free;
    slabs->free = slab;
    slabs->n_free++;
}

void lar_slabs_finish(struct lar_slabs *slabs)
{
    while (slabs->free) {
        struct lar_slab *next = slabs->free->next;
        free(slabs->free);
        lar_budget_give(slabs->budget, LAR_SLAB_BYTES);
        slabs->free = next;
    }
    slabs->n_free = 0;
}

/* A buffer of CAPACITY bytes that begins with what is there. */
static bool grow(struct lar_body *body, struct lar_slabs *slabs, size_t capacity)
{
    size_t held = body->slab ? 0 : body->capacity;
    if (!lar_budget_take(slabs->budget, capacity - held))
        return false;
    char *data = body->slab ? malloc(capacity) : realloc(body->data, capacity);
    if (!data) {
        lar_budget_give(slabs->budget, capacity - held);
        return false;
    }
    if (body->slab) {
        memcpy(data, body->data, body->size);
        lar_slab_give(slabs, body->data);
    }
    body->data = data;
    body->capacity = capacity;
    body->slab = false;
    return true;
}

bool lar_body_begin(struct lar_body *body, struct lar_slabs *slabs, int64_t length, size_t limit,
                    struct lar_error *err)
{
    *body = (struct lar_body){.limit = limit};
    if (length == 0)
        return true;
    bool ok = true;
    if (length > LAR_SLAB_BYTES) {
        ok = grow(body, slabs, (size_t)length);
    } else {
        body->data = lar_slab_take(slabs);
        body->capacity = body->data ? LAR_SLAB_BYTES : 0;
        body->slab = body->data != NULL;
        ok = body->slab;
    }
    return ok || lar_fail(err, LAR_ERR_BUSY, "memory for request bodies is spent");
}

void lar_body_add(struct lar_body *body, struct lar_slabs *slabs, const void *bytes, size_t n)
{
    if (body->failure)
        return;
    if (n > body->limit - body->size) {
        body->failure = LAR_ERR_LIMIT;
        return;
    }
    if (n > body->capacity - body->size) {
        size_t capacity = body->capacity ? body->capacity * 2 : LAR_SLAB_BYTES;
        while (capacity < body->size + n)
            capacity *= 2;
        if (!grow(body, slabs, capacity < body->limit ? capacity : body->limit)) {
            body->failure = LAR_ERR_BUSY;
            return;
        }
    }
    memcpy(body->data + body->size, bytes, n);
    body->size += n;
}

void lar_body_finish(struct lar_body *body, struct lar_slabs *slabs)
{
    if (body->slab) {
        lar_slab_give(slabs, body->data);
    } else if (body->data) {
        free(body->data);
        lar_budget_give(slabs->budget, body->capacity);
    }
    *body = (struct lar_body){0};
}

/* Counters of versions; see statistics.h.
 * SPDX-License-Identifier: MIT */
#include "server/statistics.h"

#include <time.h>

const unsigned lar_statistics_codes[LAR_CODES] = {200, 400, 500, 503};
const uint64_t lar_statistics_bounds[LAR_BUCKETS - 1] = {
    50, 100, 250, 500, 1000, 2500, 5000, 10000, 50000, 100000, 500000, 2000000,
};

static void count(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* The entry for ROWS; NULL: all are in use for others. */
static struct lar_batch_statistics *find_batch(struct lar_statistics *s, uint64_t rows)
{
    for (unsigned i = 0; i < LAR_BATCHES; i++) {
        struct lar_batch_statistics *batch = &s->batches[(rows + i) % LAR_BATCHES];
        uint64_t there = 0;
        if (atomic_load_explicit(&batch->rows, memory_order_relaxed) == rows ||
            atomic_compare_exchange_strong(&batch->rows, &there, rows) || there == rows)
            return batch;
    }
    return NULL;
}

static void add_success(struct lar_statistics *s, const struct lar_spent *spent, uint64_t rows)
{
    struct timespec now;
    struct lar_batch_statistics *batch = rows ? find_batch(s, rows) : NULL;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    atomic_store_explicit(&s->last_ms,
                          (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000,
                          memory_order_relaxed);
    count(&s->rows, rows);
    count(&s->succeeded_ns, spent->all);
    count(&s->queue_ns, spent->queue);
    count(&s->input_ns, spent->input);
    count(&s->infer_ns, spent->infer);
    count(&s->output_ns, spent->output);
    if (!batch)
        return;
    count(&batch->calls, 1);
    count(&batch->input_ns, spent->input);
    count(&batch->infer_ns, spent->infer);
    count(&batch->output_ns, spent->output);
}

void lar_statistics_add(struct lar_statistics *s, unsigned status, const struct lar_spent *spent,
                        uint64_t rows)
{
    unsigned code = status < 400    ? LAR_CODE_200
                    : status < 500  ? LAR_CODE_400
                    : status == 503 ? LAR_CODE_503
                                    : LAR_CODE_500;
    unsigned bucket = 0;
    uint64_t us = spent->all / 1000;
    while (bucket < LAR_BUCKETS - 1 && us > lar_statistics_bounds[bucket])
        bucket++;
    count(&s->answers[code], 1);
    count(&s->buckets[bucket], 1);
    count(&s->microseconds, us);
    if (code == LAR_CODE_200)
        add_success(s, spent, rows);
    else
        count(&s->failed_ns, spent->all);
}

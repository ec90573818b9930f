/* Counters of versions; see statistics.h.
 * SPDX-License-Identifier: MIT */
#include "server/statistics.h"

#include <time.h>

const char *const lar_protocol_names[LAR_PROTOCOLS] = {
    [LAR_PROTOCOL_TFS] = "tfs",
    [LAR_PROTOCOL_OIP] = "oip",
    [LAR_PROTOCOL_MLFLOW] = "mlflow",
};

const unsigned lar_statistics_codes[LAR_CODES] = {200, 400, 404, 413, 415, 500, 501, 503, 507};
const uint64_t lar_statistics_bounds[LAR_BUCKETS - 1] = {
    50,    100,    250,    500,    1000,    2500,    5000,    10000,    25000,
    50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000,
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

/* The place of STATUS among the codes. */
static unsigned code_of(unsigned status)
{
    unsigned first = 0;
    if (status < 400)
        return 0;
    for (unsigned i = 1; i < LAR_CODES; i++) {
        if (lar_statistics_codes[i] == status)
            return i;
        if (!first && lar_statistics_codes[i] / 100 == status / 100)
            first = i;
    }
    return first;
}

static void add_success(struct lar_statistics *s, const struct lar_counted *call)
{
    struct timespec now;
    const struct lar_spent *spent = &call->spent;
    struct lar_batch_statistics *batch = call->rows ? find_batch(s, call->rows) : NULL;
    if (!batch) {
        batch = &s->others;
        count(&batch->rows, call->rows);
    }
    count(&batch->calls, 1);
    count(&batch->input_ns, spent->input);
    count(&batch->infer_ns, spent->infer);
    count(&batch->output_ns, spent->output);
    count(&s->succeeded_ns, spent->all);
    if (spent->queue)
        count(&s->queue_ns, spent->queue);
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    atomic_store_explicit(&s->last_ms,
                          (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000,
                          memory_order_relaxed);
}

void lar_statistics_add(struct lar_statistics *s, const struct lar_counted *call)
{
    unsigned bucket = 0;
    while (bucket < LAR_BUCKETS - 1 && call->spent.all > lar_statistics_bounds[bucket] * 1000)
        bucket++;
    count(&s->answers[call->protocol][code_of(call->status)], 1);
    count(&s->buckets[bucket], 1);
    count(&s->request_bytes, call->request_bytes);
    count(&s->answer_bytes, call->answer_bytes);
    if (call->status < 400)
        add_success(s, call);
    else
        count(&s->failed_ns, call->spent.all);
}

uint64_t lar_statistics_calls(const struct lar_statistics *s, bool succeeded)
{
    uint64_t n = 0;
    for (unsigned p = 0; p < LAR_PROTOCOLS; p++)
        for (unsigned c = 0; c < LAR_CODES; c++)
            if ((lar_statistics_codes[c] < 400) == succeeded)
                n += lar_statistics_value(&s->answers[p][c]);
    return n;
}

struct lar_successes lar_statistics_successes(const struct lar_statistics *s)
{
    struct lar_successes all = {.rows = lar_statistics_value(&s->others.rows)};
    for (unsigned i = 0; i <= LAR_BATCHES; i++) {
        const struct lar_batch_statistics *batch = i < LAR_BATCHES ? &s->batches[i] : &s->others;
        if (i < LAR_BATCHES)
            all.rows += lar_statistics_value(&batch->rows) * lar_statistics_value(&batch->calls);
        all.input_ns += lar_statistics_value(&batch->input_ns);
        all.infer_ns += lar_statistics_value(&batch->infer_ns);
        all.output_ns += lar_statistics_value(&batch->output_ns);
    }
    return all;
}

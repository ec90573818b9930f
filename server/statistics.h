/* What is counted of one loaded version. Any thread counts; nobody locks.
 *
 * A version that is loaded anew, also under the same number, begins at zero: for Prometheus a
 * counter that was reset.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_STATISTICS_H
#define SERVER_STATISTICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who asks: TensorFlow Serving's calls (KServe's v1 is the same, byte for byte), the Open Inference
 * Protocol's, MLflow's. */
enum lar_protocol { LAR_PROTOCOL_TFS, LAR_PROTOCOL_OIP, LAR_PROTOCOL_MLFLOW, LAR_PROTOCOLS };
extern const char *const lar_protocol_names[LAR_PROTOCOLS];

/* The statuses that are counted each for itself; others count as the first of their hundred. */
enum { LAR_CODES = 9 };
extern const unsigned lar_statistics_codes[LAR_CODES];

enum { LAR_BUCKETS = 18 };
/* Upper bounds in microseconds; the last bucket has none. */
extern const uint64_t lar_statistics_bounds[LAR_BUCKETS - 1];

/* Where a predict call's nanoseconds went. */
struct lar_spent {
    uint64_t all, queue, input, infer, output;
};

/* One predict call that was answered. */
struct lar_counted {
    enum lar_protocol protocol;
    unsigned status;
    uint64_t rows;                        /* what it predicted; 0 where it failed */
    uint64_t request_bytes, answer_bytes; /* of the bodies, not packed */
    struct lar_spent spent;
};

/* Successful calls of one number of rows; see also lar_statistics.others. */
enum { LAR_BATCHES = 16 };
struct lar_batch_statistics {
    _Atomic uint64_t rows; /* 0: not in use */
    _Atomic uint64_t calls, input_ns, infer_ns, output_ns;
};

/* All successful calls. */
struct lar_successes {
    uint64_t rows, input_ns, infer_ns, output_ns;
};

struct lar_statistics { /* all zero at the start */
    _Atomic uint64_t answers[LAR_PROTOCOLS][LAR_CODES];
    _Atomic uint64_t buckets[LAR_BUCKETS]; /* requests by duration, not cumulative */
    _Atomic uint64_t request_bytes, answer_bytes;
    _Atomic uint64_t succeeded_ns, failed_ns;
    _Atomic uint64_t queue_ns;                        /* of those that succeeded */
    _Atomic uint64_t last_ms;                         /* Unix time of the last that succeeded */
    struct lar_batch_statistics batches[LAR_BATCHES]; /* the numbers of rows that came first */
    struct lar_batch_statistics others;               /* all later ones; rows is their sum */
};

void lar_statistics_add(struct lar_statistics *s, const struct lar_counted *call);

/* How many calls were answered with a status below 400 (SUCCEEDED), or from there on. */
uint64_t lar_statistics_calls(const struct lar_statistics *s, bool succeeded);

struct lar_successes lar_statistics_successes(const struct lar_statistics *s);

static inline uint64_t lar_statistics_value(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif

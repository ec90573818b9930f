/* What is counted of one loaded version. Any thread counts; nobody locks.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_STATISTICS_H
#define SERVER_STATISTICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum lar_statistics_code { LAR_CODE_200, LAR_CODE_400, LAR_CODE_500, LAR_CODE_503, LAR_CODES };
extern const unsigned lar_statistics_codes[LAR_CODES];

enum { LAR_BUCKETS = 13 };
/* Upper bounds in microseconds; the last bucket has none. */
extern const uint64_t lar_statistics_bounds[LAR_BUCKETS - 1];

/* Where a predict call's nanoseconds went. */
struct lar_spent {
    uint64_t all, queue, input, infer, output;
};

/* Successful calls of one number of rows. */
enum { LAR_BATCHES = 16 };
struct lar_batch_statistics {
    _Atomic uint64_t rows; /* 0: not in use */
    _Atomic uint64_t calls, input_ns, infer_ns, output_ns;
};

struct lar_statistics { /* all zero at the start */
    _Atomic uint64_t answers[LAR_CODES];
    _Atomic uint64_t buckets[LAR_BUCKETS]; /* requests by duration, not cumulative */
    _Atomic uint64_t microseconds;         /* of all of them */
    _Atomic uint64_t rows;                 /* of those that succeeded */
    _Atomic uint64_t succeeded_ns, failed_ns;
    _Atomic uint64_t queue_ns, input_ns, infer_ns, output_ns; /* of those that succeeded */
    _Atomic uint64_t last_ms;                         /* Unix time of the last that succeeded */
    struct lar_batch_statistics batches[LAR_BATCHES]; /* the numbers of rows that came first */
};

/* One predict call that was answered with STATUS. ROWS: what it predicted, 0 where it failed. */
void lar_statistics_add(struct lar_statistics *s, unsigned status, const struct lar_spent *spent,
                        uint64_t rows);

#endif

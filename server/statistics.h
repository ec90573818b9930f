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

struct lar_statistics { /* all zero at the start */
    _Atomic uint64_t answers[LAR_CODES];
    _Atomic uint64_t buckets[LAR_BUCKETS]; /* requests by duration, not cumulative */
    _Atomic uint64_t microseconds;         /* of all of them */
    _Atomic uint64_t rows;
};

/* One predict call that was answered with STATUS after US microseconds. */
void lar_statistics_add(struct lar_statistics *s, unsigned status, uint64_t us, uint64_t rows);

#endif

/* Counters of versions; see statistics.h.
 * SPDX-License-Identifier: MIT */
#include "server/statistics.h"

const unsigned lar_statistics_codes[LAR_CODES] = {200, 400, 500, 503};
const uint64_t lar_statistics_bounds[LAR_BUCKETS - 1] = {
    50, 100, 250, 500, 1000, 2500, 5000, 10000, 50000, 100000, 500000, 2000000,
};

static void count(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void lar_statistics_add(struct lar_statistics *s, unsigned status, uint64_t us, uint64_t rows)
{
    unsigned code = status < 400    ? LAR_CODE_200
                    : status < 500  ? LAR_CODE_400
                    : status == 503 ? LAR_CODE_503
                                    : LAR_CODE_500;
    unsigned bucket = 0;
    while (bucket < LAR_BUCKETS - 1 && us > lar_statistics_bounds[bucket])
        bucket++;
    count(&s->answers[code], 1);
    count(&s->buckets[bucket], 1);
    count(&s->microseconds, us);
    count(&s->rows, rows);
}

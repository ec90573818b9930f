/* How large bodies were: a histogram that one thread writes and any thread reads.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_SIZES_H
#define SERVER_SIZES_H

#include <stdatomic.h>
#include <stdint.h>

enum { LAR_SIZE_BUCKETS = 10 };
/* Upper bounds in bytes; the last bucket has none. */
extern const uint64_t lar_size_bounds[LAR_SIZE_BUCKETS - 1];

struct lar_sizes {                              /* all zero at the start */
    _Atomic uint64_t buckets[LAR_SIZE_BUCKETS]; /* not cumulative */
    _Atomic uint64_t bytes;                     /* of all of them */
};

/* By the one thread that writes. */
void lar_sizes_add(struct lar_sizes *sizes, uint64_t bytes);

struct lar_sizes_read {
    uint64_t buckets[LAR_SIZE_BUCKETS], bytes;
};
/* Adds what SIZES holds to *RET. */
void lar_sizes_read(const struct lar_sizes *sizes, struct lar_sizes_read *ret);

/* Adds N to what only the calling thread writes. */
static inline void lar_count_own(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

#endif

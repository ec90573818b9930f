/* SPDX-License-Identifier: MIT */
#include "server/sizes.h"

const uint64_t lar_size_bounds[LAR_SIZE_BUCKETS - 1] = {
    256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 16 << 20, 128 << 20,
};

void lar_sizes_add(struct lar_sizes *sizes, uint64_t bytes)
{
    unsigned i = 0;
    while (i < LAR_SIZE_BUCKETS - 1 && bytes > lar_size_bounds[i])
        i++;
    lar_count_own(&sizes->buckets[i], 1);
    lar_count_own(&sizes->bytes, bytes);
}

void lar_sizes_read(const struct lar_sizes *sizes, struct lar_sizes_read *ret)
{
    for (unsigned i = 0; i < LAR_SIZE_BUCKETS; i++)
        ret->buckets[i] += atomic_load_explicit(&sizes->buckets[i], memory_order_relaxed);
    ret->bytes += atomic_load_explicit(&sizes->bytes, memory_order_relaxed);
}

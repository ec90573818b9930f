/* The order in which SciPy brings the entries of a row: that of std::sort() in GNU's C++ library,
 * which leaves equal keys neither as they were nor anyhow. Sums of equal columns depend on it.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_PAIR_SORT_H
#define INFERENCE_PAIR_SORT_H

#include <stddef.h>
#include <stdint.h>

struct lar_pair {
    uint64_t key;
    double value;
};

/* Ascending by KEY, N log N steps. What ascends already stays as it is. */
void lar_pair_sort(struct lar_pair *pairs, size_t n);

#endif

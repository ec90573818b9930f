/* Walking over tensors that are broadcast to one shape.
 *
 * Dimensions are merged as far as they can, so that the inner loop is as long as possible; in it
 * every operand stands still (step 0) or advances by one element (step 1).
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_BROADCAST_H
#define INFERENCE_BROADCAST_H

#include "graph/tensor.h"

enum { LAR_BROADCAST_OPERANDS = 3 };

struct lar_broadcast {
    uint64_t n, at[LAR_BROADCAST_OPERANDS]; /* the present run: elements, offsets of operands */
    uint64_t out;                           /* and the offset in the result */
    uint64_t step[LAR_BROADCAST_OPERANDS];
    uint32_t n_operands, rank; /* rank of the outer dimensions */
    uint64_t dims[LAR_MAX_RANK], index[LAR_MAX_RANK];
    uint64_t strides[LAR_BROADCAST_OPERANDS][LAR_MAX_RANK];
};

/* Begins the walk over SHAPE, to which all operands can be broadcast. False: no elements. */
bool lar_broadcast_begin(struct lar_broadcast *walk, const struct lar_shape *shape,
                         const struct lar_tensor *const *operands, uint32_t n_operands);

/* Goes on to the next run; false at the end. */
bool lar_broadcast_next(struct lar_broadcast *walk);

#endif

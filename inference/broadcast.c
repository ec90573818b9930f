/* Walking over broadcast tensors; see broadcast.h.
 * SPDX-License-Identifier: MIT */
#include "inference/broadcast.h"

/* Elements between neighbours of T along dimension D of SHAPE; 0 where T is repeated. */
static uint64_t stride_of(const struct lar_tensor *t, const struct lar_shape *shape, uint32_t d)
{
    uint32_t missing = shape->rank - t->shape.rank;
    if (d < missing || t->shape.dims[d - missing] == 1)
        return 0;
    uint64_t stride = 1;
    for (uint32_t i = d - missing + 1; i < t->shape.rank; i++)
        stride *= (uint64_t)t->shape.dims[i];
    return stride;
}

/* Whether dimension D continues the walk's last dimension for every operand. */
static bool merges(const struct lar_broadcast *w, const uint64_t *strides, uint64_t dim)
{
    for (uint32_t k = 0; k < w->n_operands; k++)
        if (w->strides[k][w->rank - 1] != strides[k] * dim)
            return false;
    return w->rank > 0;
}

bool lar_broadcast_begin(struct lar_broadcast *w, const struct lar_shape *shape,
                         const struct lar_tensor *const *operands, uint32_t n_operands)
{
    *w = (struct lar_broadcast){.n_operands = n_operands};
    for (uint32_t d = 0; d < shape->rank; d++) {
        uint64_t dim = (uint64_t)shape->dims[d], strides[LAR_BROADCAST_OPERANDS] = {0};
        if (dim == 0)
            return false;
        if (dim == 1)
            continue;
        for (uint32_t k = 0; k < n_operands; k++)
            strides[k] = stride_of(operands[k], shape, d);
        if (w->rank > 0 && merges(w, strides, dim))
            w->dims[w->rank - 1] *= dim;
        else
            w->dims[w->rank++] = dim;
        for (uint32_t k = 0; k < n_operands; k++)
            w->strides[k][w->rank - 1] = strides[k];
    }
    w->n = 1;
    if (w->rank > 0) { /* the last dimension is the run */
        w->n = w->dims[--w->rank];
        for (uint32_t k = 0; k < n_operands; k++)
            w->step[k] = w->strides[k][w->rank];
    }
    return true;
}

bool lar_broadcast_next(struct lar_broadcast *w)
{
    w->out += w->n;
    for (uint32_t d = w->rank; d-- > 0;) {
        for (uint32_t k = 0; k < w->n_operands; k++)
            w->at[k] += w->strides[k][d];
        if (++w->index[d] < w->dims[d])
            return true;
        for (uint32_t k = 0; k < w->n_operands; k++)
            w->at[k] -= w->strides[k][d] * w->dims[d];
        w->index[d] = 0;
    }
    return false;
}

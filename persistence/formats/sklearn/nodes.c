/* Nodes that many readers add; see nodes.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/nodes.h"

bool sk_is_sparse(const struct sk_context *sk, lar_value value)
{
    return lar_draft_info(sk->draft, value)->layout == LAR_LAYOUT_CSR;
}

lar_value sk_to_dense(struct sk_context *sk, lar_value value)
{
    return sk_is_sparse(sk, value) ? lar_draft_apply(sk->draft, "larder.ToDense", 1, value) : value;
}

lar_value sk_cast(struct sk_context *sk, lar_value value, enum lar_type type)
{
    if (lar_draft_info(sk->draft, value)->type == type)
        return value;
    return lar_draft_node(sk->draft, &(struct lar_node_args){
                                         .op = "Cast",
                                         .inputs = &value,
                                         .n_inputs = 1,
                                         .params = {{"to", lar_draft_scalar_i64(sk->draft, type)}},
                                     });
}

lar_value sk_gather(struct sk_context *sk, lar_value data, lar_value indices, int64_t axis)
{
    return lar_draft_node(sk->draft,
                          &(struct lar_node_args){
                              .op = "Gather",
                              .inputs = (lar_value[]){data, indices},
                              .n_inputs = 2,
                              .params = {{"axis", lar_draft_scalar_i64(sk->draft, axis)}},
                          });
}

static const int64_t second_axis[] = {1};

lar_value sk_as_column(struct sk_context *sk, lar_value value)
{
    lar_value axes = lar_draft_i64(sk->draft, second_axis, LAR_SHAPE(1));
    return lar_draft_info(sk->draft, value)->shape.rank == 2
               ? value
               : lar_draft_apply(sk->draft, "Unsqueeze", 2, value, axes);
}

lar_value sk_as_vector(struct sk_context *sk, lar_value value)
{
    lar_value axes = lar_draft_i64(sk->draft, second_axis, LAR_SHAPE(1));
    return lar_draft_info(sk->draft, value)->shape.rank == 1
               ? value
               : lar_draft_apply(sk->draft, "Squeeze", 2, value, axes);
}

lar_value sk_side_by_side(struct sk_context *sk, const lar_value *values, size_t n)
{
    if (n == 1)
        return sk_as_column(sk, values[0]);
    lar_value *columns = sk_alloc(sk, n, sizeof *columns);
    for (size_t i = 0; columns && i < n; i++)
        columns[i] = sk_as_column(sk, values[i]);
    if (!columns)
        return LAR_NO_VALUE;
    return lar_draft_node(sk->draft, &(struct lar_node_args){
                                         .op = "Concat",
                                         .inputs = columns,
                                         .n_inputs = (uint32_t)n,
                                         .params = {{"axis", lar_draft_scalar_i64(sk->draft, 1)}},
                                     });
}

lar_value sk_columns(struct sk_context *sk, lar_value matrix, size_t first, size_t n)
{
    int64_t *bounds = sk_alloc(sk, 2, sizeof *bounds);
    if (!bounds)
        return LAR_NO_VALUE;
    bounds[0] = (int64_t)first;
    bounds[1] = (int64_t)(first + n);
    return lar_draft_apply(sk->draft, "Slice", 4, matrix,
                           lar_draft_i64(sk->draft, bounds, LAR_SHAPE(1)),
                           lar_draft_i64(sk->draft, bounds + 1, LAR_SHAPE(1)),
                           lar_draft_i64(sk->draft, second_axis, LAR_SHAPE(1)));
}

lar_value sk_share(struct sk_context *sk, lar_value value, size_t n, bool uniform)
{
    struct lar_draft *d = sk->draft;
    lar_value axes = lar_draft_i64(d, second_axis, LAR_SHAPE(1));
    lar_value sum = lar_draft_apply(d, "ReduceSum", 2, value, axes); /* keeps the dimension */
    if (uniform) {
        lar_value zero = lar_draft_apply(d, "Equal", 2, sum, lar_draft_scalar_f64(d, 0));
        value = lar_draft_apply(d, "Where", 3, zero, lar_draft_scalar_f64(d, 1), value);
        sum = lar_draft_apply(d, "Where", 3, zero, lar_draft_scalar_f64(d, (double)n), sum);
    }
    return lar_draft_apply(d, "Div", 2, value, sum);
}

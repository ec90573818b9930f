/* What is made of the answers of inner estimators; see inner.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

lar_value sk_votes(struct sk_context *sk, const lar_value *places, size_t n, const double *weights,
                   size_t n_classes)
{
    lar_value w = LAR_NO_VALUE;
    if (weights)
        w = lar_draft_f64(sk->draft, weights, LAR_SHAPE((int64_t)n));
    return lar_draft_node(
        sk->draft, &(struct lar_node_args){
                       .op = "larder.Votes",
                       .inputs = places,
                       .n_inputs = (uint32_t)n,
                       .params = {{"classes", lar_draft_scalar_i64(sk->draft, (int64_t)n_classes)},
                                  {"weights", w}},
                   });
}

lar_value sk_sum_of(struct sk_context *sk, const lar_value *values, size_t n, const double *weights,
                    double divisor)
{
    struct lar_draft *d = sk->draft;
    lar_value sum = LAR_NO_VALUE;
    for (size_t i = 0; i < n; i++) {
        lar_value one = values[i];
        if (weights)
            one = lar_draft_apply(d, "Mul", 2, one, lar_draft_scalar_f64(d, weights[i]));
        sum = i ? lar_draft_apply(d, "Add", 2, sum, one) : one;
    }
    return divisor == 1 ? sum : lar_draft_apply(d, "Div", 2, sum, lar_draft_scalar_f64(d, divisor));
}

lar_value sk_product(struct sk_context *sk, lar_value a, const double *b, size_t n, size_t k)
{
    lar_value factor = lar_draft_f64(sk->draft, b, LAR_SHAPE((int64_t)n, (int64_t)k));
    return lar_draft_apply(sk->draft, "MatMul", 2, a, factor);
}

lar_value sk_arg_max(struct sk_context *sk, lar_value scores, bool last)
{
    struct lar_draft *d = sk->draft;
    return lar_draft_node(d, &(struct lar_node_args){
                                 .op = "ArgMax",
                                 .inputs = &scores,
                                 .n_inputs = 1,
                                 .params = {{"axis", lar_draft_scalar_i64(d, 1)},
                                            {"keepdims", lar_draft_scalar_i64(d, 0)},
                                            {"select_last_index", lar_draft_scalar_i64(d, last)}},
                             });
}

/* Any value that has a row for each row of FRAME. */
static lar_value rows_of(struct sk_context *sk, const struct sk_frame *frame)
{
    struct sk_input column;
    if (frame->matrix != LAR_NO_VALUE)
        return frame->matrix;
    size_t n = sk_frame_width(sk, frame);
    if (n == SK_UNKNOWN)
        return sk_frame_numbers(sk, frame);
    if (!sk_frame_column(sk, frame, 0, n && sk_frame_is_text(sk, frame, 0), &column))
        return LAR_NO_VALUE;
    return column.value;
}

lar_value sk_repeat(struct sk_context *sk, const struct sk_frame *in, lar_value value)
{
    lar_value rows = rows_of(sk, in);
    return lar_draft_node(sk->draft, &(struct lar_node_args){
                                         .op = "larder.Repeat",
                                         .inputs = &rows,
                                         .n_inputs = 1,
                                         .params = {{"value", value}},
                                     });
}

lar_value sk_spread(struct sk_context *sk, lar_value value, const int64_t *places, size_t n,
                    size_t width, double fill)
{
    return lar_draft_node(
        sk->draft,
        &(struct lar_node_args){
            .op = "larder.SpreadColumns",
            .inputs = &value,
            .n_inputs = 1,
            .params = {{"places", lar_draft_i64(sk->draft, places, LAR_SHAPE((int64_t)n))},
                       {"width", lar_draft_scalar_i64(sk->draft, (int64_t)width)},
                       {"fill", lar_draft_scalar_f64(sk->draft, fill)}},
        });
}

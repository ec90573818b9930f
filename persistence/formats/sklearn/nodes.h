/* Nodes that many readers add.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_NODES_H
#define PERSISTENCE_FORMATS_SKLEARN_NODES_H

#include "persistence/formats/sklearn/estimator.h"

bool sk_is_sparse(const struct sk_context *sk, lar_value value);
lar_value sk_to_dense(struct sk_context *sk, lar_value value);

/* VALUE in another element type; VALUE itself where it has it. */
lar_value sk_cast(struct sk_context *sk, lar_value value, enum lar_type type);

/* DATA's elements at INDICES along AXIS. */
lar_value sk_gather(struct sk_context *sk, lar_value data, lar_value indices, int64_t axis);

/* [rows] to [rows, 1], and back. */
lar_value sk_as_column(struct sk_context *sk, lar_value value);
lar_value sk_as_vector(struct sk_context *sk, lar_value value);

/* Dense values of one type, texts too, side by side: vectors count as columns. */
lar_value sk_side_by_side(struct sk_context *sk, const lar_value *values, size_t n);

/* Columns [first, first + n) of a dense matrix. */
lar_value sk_columns(struct sk_context *sk, lar_value matrix, size_t first, size_t n);

/* Rows divided by their sums. UNIFORM: where a sum is 0, all are equal instead of NaN. */
lar_value sk_share(struct sk_context *sk, lar_value value, size_t n, bool uniform);

#endif

/* inverse_transform: from what a transformer answers back to what it was asked.
 *
 * inverse.c has the table of the classes whose inverse is read; their functions stand beside their
 * readers. Other readers call sk_invert() for a transformer inside (of targets, for example).
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_INVERSE_H
#define PERSISTENCE_FORMATS_SKLEARN_INVERSE_H

#include "persistence/formats/sklearn/estimator.h"

#define SK_INVERSE(name)                                                                           \
    bool name(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,      \
              struct sk_frame *ret)

/* Whether OBJECT's inverse_transform is read: its class is in the table, and so are those of all
 * its parts. */
bool sk_invertible(const struct pk_node *object);

/* What the inverse_transform of OBJECT, whatever its class, makes of IN. One that is not invertible
 * is refused. Failures name it. */
SK_INVERSE(sk_invert);

SK_INVERSE(sk_invert_feature_agglomeration);
SK_INVERSE(sk_invert_function_transformer);
SK_INVERSE(sk_invert_k_bins_discretizer);
SK_INVERSE(sk_invert_label_binarizer);
SK_INVERSE(sk_invert_label_encoder);
SK_INVERSE(sk_invert_one_hot_encoder);
SK_INVERSE(sk_invert_ordinal_encoder);
SK_INVERSE(sk_invert_standard_scaler);
SK_INVERSE(sk_invert_min_max_scaler);
SK_INVERSE(sk_invert_max_abs_scaler);
SK_INVERSE(sk_invert_robust_scaler);
SK_INVERSE(sk_invert_power_transformer);
SK_INVERSE(sk_invert_quantile_transformer);
SK_INVERSE(sk_invert_pca);
SK_INVERSE(sk_invert_nmf);
SK_INVERSE(sk_invert_fast_ica);
SK_INVERSE(sk_invert_pipeline);
SK_INVERSE(sk_invert_pls);
SK_INVERSE(sk_invert_random_projection);
SK_INVERSE(sk_invert_selector);
SK_INVERSE(sk_invert_sparse_pca);
SK_INVERSE(sk_invert_truncated_svd);

/* Gives the model at the top its method inverse_transform, with an input of its own, where OBJECT
 * (which gave RESULT) has one. Options with which it cannot be served leave it out. */
bool sk_add_inverse(struct sk_context *sk, const struct pk_node *object, struct sk_result *result);

#endif

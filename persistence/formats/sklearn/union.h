/* What FeatureUnion and ColumnTransformer share.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_UNION_H
#define PERSISTENCE_FORMATS_SKLEARN_UNION_H

#include "persistence/formats/sklearn/estimator.h"

/* Multiplies FRAME by the weight that WEIGHTS (a dict, None or NULL) has for NAME, if any. */
bool sk_weigh(struct sk_context *sk, const struct pk_node *weights, const struct pk_node *name,
              struct sk_frame *frame);

#endif

/* What clusters with centres share.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_CLUSTER_H
#define PERSISTENCE_FORMATS_SKLEARN_CLUSTER_H

#include "persistence/formats/sklearn/estimator.h"

struct sk_centres {
    const double *data; /* [n, columns] */
    size_t n, columns;
    lar_value x; /* what enters, checked; may be sparse */
};

/* Reads the attribute NAME, a matrix, and what enters. */
bool sk_get_centres(struct sk_context *sk, const struct pk_node *object, const char *name,
                    const struct sk_frame *in, struct sk_centres *ret);

/* transform: the distances to the centres. */
void sk_give_distances(struct sk_context *sk, const struct sk_centres *centres,
                       struct sk_result *ret);

#endif

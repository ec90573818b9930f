/* What clusters with centres share.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_CLUSTER_H
#define PERSISTENCE_FORMATS_SKLEARN_CLUSTER_H

#include "persistence/formats/sklearn/estimator.h"

struct sk_centres {
    const double *data; /* [n, columns] */
    size_t n, columns;
    bool float32; /* the file holds them so */
    lar_value x;  /* what enters, checked; may be sparse */
};

/* Reads the attribute NAME, a matrix, and what enters. */
bool sk_get_centres(struct sk_context *sk, const struct pk_node *object, const char *name,
                    const struct sk_frame *in, struct sk_centres *ret);

/* What k-means compares with the centres. Where they are float32 scikit-learn takes no other rows
 * (until release 0.22 it does, dense ones): what enters is rounded to that. */
lar_value sk_compared_with_centres(struct sk_context *sk, const struct pk_node *object,
                                   const struct sk_centres *centres);

/* transform: the distances to the centres. */
void sk_give_distances(struct sk_context *sk, const struct sk_centres *centres,
                       struct sk_result *ret);

#endif

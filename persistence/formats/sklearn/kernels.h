/* Kernel functions as estimators name them, and sums of them.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_KERNELS_H
#define PERSISTENCE_FORMATS_SKLEARN_KERNELS_H

#include "persistence/formats/sklearn/estimator.h"

/* A kernel function; the fields are the params of inference/operators/similarity.h, whose kinds are
 * named by sk_kernel_kind(). */
struct sk_kernel {
    int64_t kind;
    double gamma, coef0, degree;
    lar_value scales; /* or LAR_NO_VALUE */
};

/* The kind that scikit-learn calls NAME in sklearn.metrics.pairwise ("rbf", "poly", ...); -1: it is
 * none of these. */
int64_t sk_kernel_kind(const struct pk_node *name);

/* Sums of similarities: weights [c, n] for the n rows of vectors, and intercepts. COUNTS: the rows
 * are those of so many classes, or LAR_NO_VALUE. See inference/operators/support_vectors.c. */
lar_value sk_kernel_sums(struct sk_context *sk, const struct sk_kernel *kernel, lar_value x,
                         lar_value vectors, lar_value weights, lar_value intercepts,
                         lar_value counts);

#endif

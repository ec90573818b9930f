/* Kernel functions as estimators name them, and sums of them.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_KERNELS_H
#define PERSISTENCE_FORMATS_SKLEARN_KERNELS_H

#include "persistence/formats/sklearn/estimator.h"

/* Kinds of kernel functions: enum lar_similarity_kind. */
enum {
    SK_KERNEL_LINEAR,
    SK_KERNEL_POLYNOMIAL,
    SK_KERNEL_RBF,
    SK_KERNEL_SIGMOID,
    SK_KERNEL_LAPLACIAN,
    SK_KERNEL_ADDITIVE_CHI2,
    SK_KERNEL_CHI2,
    SK_KERNEL_COSINE,
    SK_KERNEL_MATERN_1,
    SK_KERNEL_MATERN_3,
    SK_KERNEL_MATERN_5,
    SK_KERNEL_RATIONAL,
    SK_KERNEL_PERIODIC,
    SK_KERNEL_MATERN
};

/* A kernel function; the fields are the params of inference/operators/similarity.h. */
struct sk_kernel {
    int64_t kind;
    double gamma, coef0, degree;
    lar_value scales; /* or LAR_NO_VALUE */
};

/* The kind that scikit-learn calls NAME in sklearn.metrics.pairwise ("rbf", "poly", ...); -1: it is
 * none of these. */
int64_t sk_kernel_kind(const struct pk_node *name);

/* The similarities of the rows of X to those of VECTORS: a matrix. */
lar_value sk_kernel_matrix(struct sk_context *sk, const struct sk_kernel *kernel, lar_value x,
                           lar_value vectors);

/* Sums of similarities: weights [c, n] for the n rows of vectors, and intercepts. COUNTS: the rows
 * are those of so many classes, or LAR_NO_VALUE. See inference/operators/support_vectors.c. */
lar_value sk_kernel_sums(struct sk_context *sk, const struct sk_kernel *kernel, lar_value x,
                         lar_value vectors, lar_value weights, lar_value intercepts,
                         lar_value counts);

#endif

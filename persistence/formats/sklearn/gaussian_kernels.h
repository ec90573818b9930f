/* Kernels of sklearn.gaussian_process.kernels.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_GAUSSIAN_KERNELS_H
#define PERSISTENCE_FORMATS_SKLEARN_GAUSSIAN_KERNELS_H

#include "persistence/formats/sklearn/kernels.h"

/* The rows that a kernel compares. */
struct sk_compared {
    lar_value x, vectors; /* [rows, k], a constant [n, k] */
    size_t n, k;
    const double *single; /* what the vectors hold, if that is float32; else NULL */
    unsigned numpy;       /* before NumPy 2: 1, else 2; 0: nothing tells */
};

/* A kernel's matrix, or its diagonal (each row with itself). */
struct sk_covariance {
    double factor;           /* the number everywhere; or times what follows */
    bool simple;             /* times KERNEL */
    struct sk_kernel kernel; /* of the matrix only */
    lar_value value;         /* or the values themselves, [rows, n] or [rows, 1]; else
                                LAR_NO_VALUE */
};

/* The matrix of the kernel OBJECT between x and vectors, without anything computed where it is
 * simple. */
bool sk_covariance(struct sk_context *sk, const struct pk_node *object,
                   const struct sk_compared *rows, struct sk_covariance *ret);

/* The diagonal for the rows x: a number, or values [rows, 1]. */
bool sk_variance(struct sk_context *sk, const struct pk_node *object,
                 const struct sk_compared *rows, struct sk_covariance *ret);

/* The matrix as a value [rows, n]. */
lar_value sk_covariance_matrix(struct sk_context *sk, const struct sk_covariance *covariance,
                               const struct sk_compared *rows);

#endif

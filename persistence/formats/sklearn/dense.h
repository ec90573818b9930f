/* Matrices that readers compute with: read, handed to products, inverted at load.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_DENSE_H
#define PERSISTENCE_FORMATS_SKLEARN_DENSE_H

#include "persistence/formats/sklearn/estimator.h"

/* Row-major. */
struct sk_matrix {
    const double *data;
    size_t rows, columns;
    bool float32; /* the file holds it so */
};

/* NODE (called NAME in messages) as a matrix with something in it. ROWS, COLUMNS: how many it must
 * have, 0: any. */
bool sk_matrix(struct sk_context *sk, const struct pk_node *node, const char *name, size_t rows,
               size_t columns, struct sk_matrix *ret);

/* The attribute NAME read so; missing: refused as not fitted. */
bool sk_get_matrix(struct sk_context *sk, const struct pk_node *object, const char *name,
                   size_t rows, size_t columns, struct sk_matrix *ret);

/* The attribute NAME, one number. */
bool sk_get_number(struct sk_context *sk, const struct pk_node *object, const char *name,
                   double *ret);

/* What enters OBJECT, N columns of float64 without NaN and infinity, as WHAT demands. SPARSE: a
 * sparse matrix stays one; else it is refused. LAR_NO_VALUE: failed. */
lar_value sk_enter(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   size_t n, const char *what, bool sparse);

bool sk_transposed(struct sk_context *sk, const struct sk_matrix *m, struct sk_matrix *ret);

/* X @ M and X @ M.T */
lar_value sk_times(struct sk_context *sk, lar_value x, const struct sk_matrix *m);
lar_value sk_times_transposed(struct sk_context *sk, lar_value x, const struct sk_matrix *m);

/* X @ M + BIAS (M's columns), and an activation: as nodes one by one give it, but faster. */
enum sk_activation { SK_LINEAR, SK_RELU, SK_TANH, SK_LOGISTIC };
lar_value sk_layer(struct sk_context *sk, lar_value x, const struct sk_matrix *m,
                   const double *bias, enum sk_activation activation);

/* X @ M.T + BIAS (M's rows). */
lar_value sk_affine_transposed(struct sk_context *sk, lar_value x, const struct sk_matrix *m,
                               const double *bias);

/* X and a vector of N, by element: Add, Sub, Mul or Div. DATA lives as long as the draft. */
lar_value sk_with_vector(struct sk_context *sk, const char *op, lar_value x, const double *data,
                         size_t n);

/* The same with one number. */
lar_value sk_with_number(struct sk_context *sk, const char *op, lar_value x, double number);

/* The sum of each row; COLUMN: as [rows, 1], else [rows]. */
lar_value sk_row_sums(struct sk_context *sk, lar_value x, bool column);

/* The logarithm of each row's sum of exponentials, [rows, 1]; X less that. */
lar_value sk_log_sum_exp(struct sk_context *sk, lar_value x);
lar_value sk_log_shares(struct sk_context *sk, lar_value x);

/* The sum of each row's squares: [rows]. */
lar_value sk_squared_norms(struct sk_context *sk, lar_value x, size_t n);

/* For each of K centres [k, n]: the sum of (x - centre)^2 / scale over the columns. SCALES may be
 * NULL: 1. */
lar_value sk_scaled_distances(struct sk_context *sk, lar_value x, const double *centers,
                              const double *scales, size_t k, size_t n);

/* The inverse of A [n, n] in its place, by elimination in long double. RET_LOG_DET: the logarithm
 * of the magnitude of A's determinant; RET_NEGATIVE: its sign. False, and no error, where A is
 * singular to working precision, or too large. */
bool sk_invert_matrix(long double *a, size_t n, double *ret_log_det, bool *ret_negative);

/* Larger matrices are not inverted at load: it would take too long. */
enum { SK_INVERTED = 512 };

/* VALUE as what a transformer gives. */
bool sk_give(struct sk_context *sk, struct sk_result *ret, lar_value value);

#endif

/* Gaussians whose covariance is made of a few factors, C.T diag(D) C + diag(NOISE). Neither it nor
 * its inverse is made, but the inverse of M = diag(1 / D) + C diag(1 / NOISE) C.T, which is small.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_FACTORS_H
#define PERSISTENCE_FORMATS_SKLEARN_FACTORS_H

#include "persistence/formats/sklearn/dense.h"

struct sk_factors {
    struct sk_matrix c;
    const double *d;     /* [c.rows]; NULL: all are 1 / ridge, and then: */
    double ridge;        /* what M has on its diagonal besides C diag(1 / NOISE) C.T */
    const double *noise; /* [c.columns] */
};

/* The inverse of M and the logarithm of its determinant. Where there is none that can be relied on,
 * or it would take too long, RET->data is NULL; false only after a failure. */
bool sk_factors_invert(struct sk_context *sk, const struct sk_factors *f, struct sk_matrix *ret,
                       double *ret_log_det);

/* C with each column divided by its noise. */
bool sk_factors_weights(struct sk_context *sk, const struct sk_factors *f, struct sk_matrix *ret);

/* Answers score_samples with the logarithm of the density at X, which is centred. Where the
 * covariance cannot be inverted (scikit-learn then fails, or answers with what rounding left),
 * there is no such method. */
bool sk_factors_answer(struct sk_context *sk, const struct sk_factors *f, lar_value x,
                       struct sk_result *ret);

/* The same without noise, of as many factors as columns. */
bool sk_factors_answer_full(struct sk_context *sk, const struct sk_factors *f, lar_value x,
                            struct sk_result *ret);

#endif

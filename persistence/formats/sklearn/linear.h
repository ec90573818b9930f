/* Linear scores and what classifiers make of scores.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_LINEAR_H
#define PERSISTENCE_FORMATS_SKLEARN_LINEAR_H

#include "persistence/formats/sklearn/estimator.h"

/* X @ coef_.T as a matrix [rows, k]. RANK: coef_'s dimensions. */
bool sk_linear_product(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_frame *in, lar_value *ret, size_t *ret_k,
                       uint32_t *ret_rank);

/* The same, + intercept_. */
bool sk_linear(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
               lar_value *ret, size_t *ret_k, uint32_t *ret_rank);

/* A linear classifier: its scores and classes. */
struct sk_scores {
    lar_value scores;  /* [rows, 1] or [rows, n] */
    lar_value classes; /* [n] */
    size_t n;
    bool binary;
};

/* Reads coef_, intercept_ and the labels CLASSES. */
bool sk_linear_scores(struct sk_context *sk, const struct pk_node *object,
                      const struct pk_node *classes, const struct sk_frame *in,
                      struct sk_scores *ret);

/* predict and decision_function: the class of the greatest score, of two the second above 0. */
bool sk_answer_scores(struct sk_context *sk, struct sk_result *ret, const struct sk_scores *scores);

/* Both, where classes_ is an attribute of its own. */
bool sk_linear_classifier(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_frame *in, struct sk_scores *scores,
                          struct sk_result *ret);

/* Each score through the logistic function: [1 - p, p], or for several classes the shares.
 * scikit-learn's LinearClassifierMixin._predict_proba_lr. */
lar_value sk_one_against_rest(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_scores *scores);

/* Where in each row its greatest is; the class that stands there. */
lar_value sk_greatest_index(struct sk_context *sk, lar_value scores);
lar_value sk_greatest(struct sk_context *sk, lar_value scores, lar_value classes);

/* predict_proba and its logarithm. */
bool sk_answer_proba(struct sk_context *sk, struct sk_result *ret, lar_value proba,
                     lar_value classes);

#endif

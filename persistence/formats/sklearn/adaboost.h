/* AdaBoost, and its short way where all that is boosted are trees.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_ADABOOST_H
#define PERSISTENCE_FORMATS_SKLEARN_ADABOOST_H

#include "persistence/formats/sklearn/estimator.h"
#include "persistence/formats/sklearn/inner.h"

/* What an AdaBoostClassifier is made of. */
struct sk_adaboost {
    const struct pk_node *object, *classes_node;
    struct pk_items list;     /* estimators_, n */
    struct sk_inner *members; /* the same, read; NULL where they are trees */
    size_t n, n_classes;
    lar_value classes;
    bool real;             /* SAMME.R, else SAMME */
    const double *weights; /* [n], or longer */
    double divisor;        /* the sum of all weights */
    double other; /* of SAMME: what classes that are not predicted count, times the weight */
};

/* Whether all of LIST are read by READER, one of those of single trees. */
bool sk_are_trees(const struct pk_items *list,
                  bool (*reader)(struct sk_context *, const struct pk_node *,
                                 const struct sk_frame *, struct sk_result *));

/* The sums [rows, k] of what the trees say, divided, and if RET_MEAN the weighted mean of their
 * probabilities. */
bool sk_adaboost_trees(struct sk_context *sk, const struct sk_adaboost *b,
                       const struct sk_frame *in, lar_value *ret, lar_value *ret_mean);

/* What each tree of an AdaBoostRegressor predicts: [rows, n]. */
bool sk_adaboost_columns(struct sk_context *sk, const struct pk_node *object,
                         const struct pk_items *list, const struct sk_frame *in, lar_value *ret);

#endif

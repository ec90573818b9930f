/* The trees of HistGradientBoosting as the arrays of larder.TreeEnsemble.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_HIST_TREES_H
#define PERSISTENCE_FORMATS_SKLEARN_HIST_TREES_H

#include "persistence/formats/sklearn/estimator.h"

struct sk_hist_trees {
    size_t k, columns; /* raw predictions, columns of x */
    size_t n_trees, n, leaves, n_sets;
    int64_t *roots, *column;                    /* [n_trees] */
    int32_t *left, *right, *feature, *category; /* [n] */
    double *threshold;                          /* [n] */
    uint8_t *missing_left;                      /* [n] */
    double *value;                              /* [leaves] */
    uint32_t (*sets)[8];                        /* [n_sets]: the categories that go left */
    bool negative;                              /* negative categories count */
};

/* Reads _predictors and, of the bin mapper, which categories are known. */
bool sk_hist_trees(struct sk_context *sk, const struct pk_node *object, struct sk_hist_trees *ret);

/* START[k] and the trees' answers for X (float64), added up. */
lar_value sk_hist_sum(struct sk_context *sk, const struct sk_hist_trees *trees, lar_value x,
                      const double *start);

#endif

/* Fitted trees as one ensemble.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_TREES_H
#define PERSISTENCE_FORMATS_SKLEARN_TREES_H

#include "persistence/formats/sklearn/forest.h"

/* What a tree or forest predicts: several targets, each a number or one of some classes. */
struct sk_targets {
    size_t n;
    size_t *classes;   /* [n], of each; 1 where it is a number */
    lar_value *labels; /* [n]; NULL for numbers */
    size_t width;      /* of a leaf's row: the sum of classes */
    bool several;      /* scikit-learn answers with lists or matrices, even if n is 1 */
    bool as_float; /* several classes are answered as float64, whatever they were (before 0.21) */
};

/* Reads n_outputs_, and for a classifier n_classes_ and classes_. */
bool sk_targets(struct sk_context *sk, const struct pk_node *object, bool classifier,
                struct sk_targets *ret);

/* What trees answer: the sum of their leaves, divided by their number unless it is one tree alone.
 */
struct sk_votes {
    lar_value shares, votes; /* votes: of a bare classifier, the leaf's values before they were
                                normalised if predict must look at those; else the same */
    lar_value leaves, paths; /* apply [rows, trees], decision_path [rows, nodes] */
};

/* Adds the nodes that run N fitted trees on what enters OBJECT. BARE: one tree alone. */
bool sk_trees(struct sk_context *sk, const struct pk_node *object,
              const struct pk_node *const *trees, size_t n, bool bare,
              const struct sk_targets *targets, const struct sk_frame *in, struct sk_votes *ret);

/* predict, predict_proba and predict_log_proba of a classifier. */
bool sk_answer_votes(struct sk_context *sk, struct sk_result *ret, const struct sk_targets *targets,
                     const struct sk_votes *votes);

/* predict of a regressor. */
bool sk_answer_means(struct sk_context *sk, struct sk_result *ret, const struct sk_targets *targets,
                     const struct sk_votes *votes);

/* apply and decision_path of both. BARE: one tree alone. */
bool sk_answer_paths(struct sk_context *sk, struct sk_result *ret, const struct sk_votes *votes,
                     bool bare);

/* Whether the values of TREE, of the fitted classifier OBJECT, are counts that are still to be
 * divided by their sum: by its release and by its root, which must agree. */
bool sk_tree_counts(struct sk_context *sk, const struct pk_node *object, const struct sk_tree *tree,
                    bool *ret);

/* The sum of N numbers in the order in which NumPy adds up a contiguous row. */
double sk_sum(const double *x, size_t n);

#endif

/* What the estimators of sklearn.neighbors share.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_NEIGHBORS_H
#define PERSISTENCE_FORMATS_SKLEARN_NEIGHBORS_H

#include "persistence/formats/sklearn/point_tree.h"

/* The points that an estimator was fitted on, and what is asked about them. */
struct sk_nearest {
    const struct pk_node *object;
    const double *points; /* [n, metric.columns] */
    size_t n;
    struct sk_metric metric;
    const struct sk_point_tree *tree; /* NULL: brute force */
    bool narrow;                      /* float32 enters: heaps and trees widen it */
    bool reduction; /* scikit-learn searches through one of its own heaps, not argpartition */
    lar_value x;    /* what enters, dense and checked */
};

/* Reads _fit_X, _fit_method, _tree, n_samples_fit_ and the metric. */
bool sk_get_nearest(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                    struct sk_nearest *ret);

/* The K nearest: RET[0] distances, RET[1] numbers. */
bool sk_find_nearest(struct sk_context *sk, const struct sk_nearest *nearest, size_t k,
                     lar_value ret[2]);

/* n_neighbors, which must not be more than there are points. */
bool sk_get_k(struct sk_context *sk, const struct sk_nearest *nearest, size_t *ret);

/* The points within the estimator's radius, as a graph. ONES: of ones, not of distances. */
bool sk_find_within(struct sk_context *sk, const struct sk_nearest *nearest, bool ones,
                    lar_value *ret);

/* Whether weights is "distance" ("uniform" and None are not); other values are refused. */
bool sk_get_weighted(struct sk_context *sk, const struct pk_node *object, bool *ret);

/* The classes and the points' codes of a classifier, for each output. */
struct sk_codes {
    size_t n; /* outputs */
    bool several;
    lar_value *labels;
    size_t *classes;
    const int64_t **codes; /* [points] of each */
};
bool sk_get_codes(struct sk_context *sk, const struct pk_node *object, size_t points,
                  struct sk_codes *ret);

/* The targets of a regressor: a constant [points, m]. */
struct sk_targets {
    lar_value values;
    bool several, integers; /* the file has a matrix of them; has them as integers */
    bool narrow; /* float32, and so are scikit-learn's means: of all that are not WEIGHTED */
};
bool sk_get_targets(struct sk_context *sk, const struct pk_node *object, size_t points,
                    bool weighted, struct sk_targets *ret);

/* What predict answers of the MEANS [rows, m] of targets. */
bool sk_answer_neighbor_means(struct sk_context *sk, const struct sk_targets *targets,
                              lar_value means, struct sk_result *ret);

/* Labels of several outputs side by side, as the type of the first. */
lar_value sk_label_columns(struct sk_context *sk, const lar_value *labels, size_t n);

#endif

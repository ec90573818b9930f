/* Metrics as neighbours and clusters name them.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_METRIC_H
#define PERSISTENCE_FORMATS_SKLEARN_METRIC_H

#include "graph/metrics.h"
#include "persistence/formats/sklearn/estimator.h"

struct sk_metric {
    enum lar_metric metric;
    double p;              /* 0: not needed */
    const double *weights; /* [columns], or NULL */
    const double *matrix;  /* [columns, columns], or NULL */
    size_t columns;
};

/* The metric that the text NODE (the attribute NAME) names, with options from the dict OPTIONS
 * (NULL: none). Callables, "precomputed" and what is left to be computed from the request are
 * refused. */
bool sk_get_metric(struct sk_context *sk, const struct pk_node *node, const char *name,
                   const struct pk_node *options, size_t columns, struct sk_metric *ret);

/* The metric that a DistanceMetric object of a tree is. */
bool sk_get_tree_metric(struct sk_context *sk, const struct pk_node *node, size_t columns,
                        struct sk_metric *ret);

/* Puts METRIC and the N points POINTS[n, columns] to the params of a node, in front of those that
 * the caller adds: returns how many there are now. */
size_t sk_metric_params(struct sk_context *sk, const struct sk_metric *metric, const double *points,
                        size_t n, struct lar_node_args *args);

/* X's distances to the N points: a matrix [rows, n]. */
lar_value sk_distances(struct sk_context *sk, lar_value x, const struct sk_metric *metric,
                       const double *points, size_t n);

/* The Euclidean metric. */
struct sk_metric sk_euclidean(size_t columns);

#endif

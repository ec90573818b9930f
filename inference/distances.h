/* Distances between points, as scikit-learn's trees and SciPy compute them.
 *
 * A metric has a reduced form, which orders points alike and is cheaper (the squared distance of
 * the Euclidean metric). Terms are added in the order of the columns, one by one, so that results
 * have scikit-learn's bits wherever it does the same.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_DISTANCES_H
#define INFERENCE_DISTANCES_H

#include "base/arena.h"
#include "graph/metrics.h"
#include "graph/operator.h"
#include "inference/kernels.h"

struct lar_distance {
    enum lar_metric metric;
    double p;              /* of the Minkowski ones */
    const double *weights; /* one for each column, or NULL */
    const double *matrix;  /* Mahalanobis: the inverse covariance */
    size_t columns;
};

/* Points side by side in panels of LAR_PANEL_F64, [panel][column][point], as the metric wants them
 * (scaled to length 1 for the cosine); the last panel is filled up with zeros. */
struct lar_points {
    const double *panels;
    size_t n, n_panels;
};

/* The parameters that lar_distance_infer() demands, for a table of rules. */
#define LAR_DISTANCE_RULES                                                                         \
    {"points", LAR_TYPE_F64, 2, false}, {"metric", LAR_TYPE_I64, 0, false},                        \
        {"p", LAR_TYPE_F64, 0, true}, {"weights", LAR_TYPE_F64, 1, true},                          \
    {                                                                                              \
        "matrix", LAR_TYPE_F64, 2, true                                                            \
    }

/* Whether input 0 is a float64 matrix with the columns of "points", and metric, p, weights and
 * matrix fit together. */
bool lar_distance_infer(const struct lar_node_info *node, struct lar_error *err);

/* The metric of a node that was inferred. */
struct lar_distance lar_distance_of(const struct lar_node_info *node);

/* The points of a node, packed into ARENA in the order ORDER[n] (NULL: as they are). */
bool lar_points_pack(struct lar_points *ret, const struct lar_distance *distance,
                     const struct lar_tensor *points, const int64_t *order, struct lar_arena *arena,
                     struct lar_error *err);

/* X as the metric wants it, into TO; returns what lar_reduced_distances() takes: X or TO. */
const double *lar_distance_point(const struct lar_distance *distance, const double *x, double *to);

/* Reduced distances from X to panels [FIRST, END): Y[8 * (END - FIRST)]. */
void lar_reduced_distances(const struct lar_distance *distance, const struct lar_kernels *kernels,
                           const double *x, const struct lar_points *points, size_t first,
                           size_t end, double *y);

/* The same of one pair of points, neither of them packed. */
double lar_reduced_distance(const struct lar_distance *distance, const double *x, const double *y);

/* From reduced form to distance and back. */
double lar_distance_full(const struct lar_distance *distance, double reduced);
double lar_distance_reduce(const struct lar_distance *distance, double full);

/* Nanoseconds for one pair, about. */
double lar_distance_cost(const struct lar_distance *distance);

#endif

/* Trees over points: scikit-learn's KDTree and BallTree.
 *
 * Node i has the children 2 i + 1 and 2 i + 2. A node is a range of the points in the order of the
 * tree; children share out their parent's range. Bounds are [2][nodes][columns], the least and the
 * greatest of each column (kd), or [1][nodes][columns], the centres (ball) with a radius each.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_POINT_TREE_H
#define INFERENCE_POINT_TREE_H

#include "inference/distances.h"

struct lar_point_tree {
    const int64_t *order; /* [n]; NULL: as they are */
    const int64_t *starts, *ends, *leaf;
    const double *bounds, *radius;
    size_t n_nodes, n; /* n_nodes 0: one leaf with all points */
    bool ball;
};

/* The parameters of a tree, all or none, for a table of rules. */
#define LAR_POINT_TREE_RULES                                                                       \
    {"order", LAR_TYPE_I64, 1, true}, {"starts", LAR_TYPE_I64, 1, true},                           \
        {"ends", LAR_TYPE_I64, 1, true}, {"leaf", LAR_TYPE_I64, 1, true},                          \
        {"radius", LAR_TYPE_F64, 1, true},                                                         \
    {                                                                                              \
        "bounds", LAR_TYPE_F64, 3, true                                                            \
    }

/* Whether shapes and metric fit together. */
bool lar_point_tree_infer(const struct lar_node_info *node, struct lar_error *err);

/* Whether ranges are in range and children share out their parent's, and each point is in the order
 * once. */
bool lar_point_tree_verify(const struct lar_node_info *node, struct lar_error *err);

struct lar_point_tree lar_point_tree_of(const struct lar_node_info *node);

/* The least reduced distance that a point of NODE may have from X. */
double lar_point_tree_least(const struct lar_point_tree *tree, const struct lar_distance *distance,
                            size_t node, const double *x);

/* The least and the greatest distance (not reduced). */
void lar_point_tree_range(const struct lar_point_tree *tree, const struct lar_distance *distance,
                          size_t node, const double *x, double *ret_least, double *ret_greatest);

/* Nodes that wait while one way down is gone. */
enum { LAR_POINT_TREE_DEPTH = 64 };

#endif

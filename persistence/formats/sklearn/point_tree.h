/* KDTree and BallTree objects.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_POINT_TREE_H
#define PERSISTENCE_FORMATS_SKLEARN_POINT_TREE_H

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/metric.h"

struct sk_point_tree {
    struct sk_metric metric;
    struct sk_numbers points; /* [n, columns] */
    const double *weights;    /* of the points, or NULL */
    size_t n_nodes;
    bool ball;
    const int64_t *order, *starts, *ends, *leaf;
    const double *radius, *bounds;
};

/* Reads NODE, the attribute NAME. That the arrays fit together, that bounds hold the points and
 * that children share out their parent's points is checked here. */
bool sk_get_point_tree(struct sk_context *sk, const struct pk_node *node, const char *name,
                       struct sk_point_tree *ret);

/* Puts the tree's arrays to ARGS, whose params are N so far: returns how many there are then. */
size_t sk_point_tree_params(struct sk_context *sk, const struct sk_point_tree *tree,
                            struct lar_node_args *args, size_t n);

#endif

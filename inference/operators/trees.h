/* The packed form of decision trees, and walking it.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_OPERATORS_TREES_H
#define INFERENCE_OPERATORS_TREES_H

#include "base/arena.h"

#include <stdint.h>

/* A node. Children lie side by side, so the way is: left + (whether x goes right). A leaf leads to
 * itself, so a walk may take a step too many. */
struct lar_tree_node {
    float threshold; /* x <= threshold goes left; a leaf: +infinity */
    uint32_t feature;
    uint32_t left;
    uint32_t value; /* the top bit: NaN goes left; the rest, of a leaf: its row of values */
};

#define LAR_TREE_NAN_LEFT 0x80000000u

/* All trees of one ensemble. */
struct lar_trees {
    const struct lar_tree_node *nodes; /* breadth first, tree after tree */
    const uint32_t *roots;             /* [n_trees] */
    const double *values;              /* [leaves][outputs] */
    size_t n_trees, n_nodes, columns, outputs;
    double divisor; /* 0: none */
    double depth;   /* mean depth of a leaf */
};

/* Trees as the operator's params give them, verified. */
struct lar_tree_source {
    const int64_t *roots;
    const int32_t *left, *right, *feature;
    const double *threshold, *value;
    const uint8_t *missing_left; /* or NULL */
    uint64_t n_trees, n, n_values;
    size_t columns, outputs;
    double divisor;
};

/* Packs SOURCE, copying, into ARENA. */
bool lar_trees_pack(struct lar_trees **ret, const struct lar_tree_source *source,
                    struct lar_arena *arena, struct lar_error *err);

/* The greatest float32 that is not above T: for x of float32, x <= T just when x <= that. */
float lar_tree_threshold(double t);

/* Rows that are best given at a time. */
size_t lar_trees_block(const struct lar_trees *trees);

/* Y[m][outputs] from X[m][columns]. For each row: the sum of the trees' values in the order of the
 * trees, divided once. */
void lar_trees_run(const struct lar_trees *trees, const float *x, size_t m, double *y);

#endif

/* The params of operators on decision trees, their packed form, and walking it.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_OPERATORS_TREES_H
#define INFERENCE_OPERATORS_TREES_H

#include "base/arena.h"
#include "graph/operator.h"

#include <stdint.h>

/* Trees as an operator's params give them. */
struct lar_tree_source {
    const int64_t *roots;
    const int32_t *left, *right, *feature;
    const double *threshold;
    const uint8_t *missing_left; /* or NULL */
    const int32_t *category;     /* or NULL */
    const uint32_t *sets;        /* [n_sets][8]; of category */
    const double *value;         /* [n_values][width]; NULL for operators without values */
    const int64_t *column;       /* or NULL: a leaf has a value for each output */
    const double *start;         /* [outputs], or NULL */
    uint64_t n_trees, n, n_values, n_sets;
    size_t columns, width, outputs; /* of x, of a leaf's values, of the result */
    double divisor;
    bool wide;     /* x is compared as float64 */
    bool negative; /* negative categories count */
};

/* The params that every operator on trees has: a row for each. */
#define LAR_TREE_PARAMS                                                                            \
    {"roots", LAR_TYPE_I64, 1, false}, {"left", LAR_TYPE_I32, 1, false},                           \
        {"right", LAR_TYPE_I32, 1, false}, {"feature", LAR_TYPE_I32, 1, false},                    \
        {"threshold", LAR_TYPE_F64, 1, false},                                                     \
    {                                                                                              \
        "missing_left", LAR_TYPE_BOOL, 1, true                                                     \
    }

/* What infer() and verify() check of them: shapes, and values. */
bool lar_tree_source_infer(const struct lar_node_info *node, struct lar_error *err);
bool lar_tree_source_verify(const struct lar_node_info *node, struct lar_error *err);
struct lar_tree_source lar_tree_source_of(const struct lar_node_info *node);

/* A node. Children lie side by side, so the way is: left + (whether x goes right). A leaf leads to
 * itself, so a walk may take a step too many. */
struct lar_tree_node {
    float threshold; /* x <= threshold goes left; a leaf: +infinity */
    uint32_t feature;
    uint32_t left;
    uint32_t value; /* the top bit: NaN goes left; the rest, of a leaf: its row of values */
};

/* A node whose x is float64. */
struct lar_tree_wide_node {
    double threshold; /* a category: which set of those goes left */
    uint32_t feature; /* the top bit: NaN goes left; the next: a category */
    uint32_t left;
};

#define LAR_TREE_NAN_LEFT 0x80000000u
#define LAR_TREE_CATEGORY 0x40000000u

/* All trees of one ensemble. */
struct lar_trees {
    const struct lar_tree_node *nodes;     /* breadth first, tree after tree; */
    const struct lar_tree_wide_node *wide; /* one of the two is NULL */
    const uint32_t *rows;      /* wide: of each node that is a leaf, its row of values */
    const uint32_t (*sets)[8]; /* wide: of categories; NULL: there are none */
    bool negative;             /* negative categories count */
    const uint32_t *roots;     /* [n_trees] */
    const uint32_t *column;    /* [n_trees]: where a tree's value is added; or NULL */
    const double *values;      /* [leaves][width] */
    size_t n_trees, n_nodes, columns, width, outputs;
    double divisor; /* 0: none */
    double depth;   /* mean depth of a leaf */
};

/* Packs SOURCE, verified, copying, into ARENA. */
bool lar_trees_pack(struct lar_trees **ret, const struct lar_tree_source *source,
                    struct lar_arena *arena, struct lar_error *err);

/* The greatest float32 that is not above T: for x of float32, x <= T just when x <= that. */
float lar_tree_threshold(double t);

/* Rows that are best given at a time. */
size_t lar_trees_block(const struct lar_trees *trees);

/* Y[m][outputs] from X[m][columns], float64 for wide trees, else float32. For each row: the sum of
 * the trees' values in the order of the trees, divided once. ADD: the sum begins with what Y holds
 * (trees with columns always do). */
void lar_trees_run(const struct lar_trees *trees, const void *x, size_t m, double *y, bool add);

#endif

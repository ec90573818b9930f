/* Fitted trees as the arrays of the operators on trees.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_FOREST_H
#define PERSISTENCE_FORMATS_SKLEARN_FOREST_H

#include "persistence/formats/pickle/numpy.h"
#include "persistence/formats/sklearn/estimator.h"

/* One tree as the file has it. */
struct sk_tree {
    struct np_array nodes, values; /* values: [nodes, outputs, classes] */
    size_t n, first;               /* nodes; the first of them in the forest */
};

/* All of them, one after the other; arrays are filled by sk_forest_nodes(). */
struct sk_forest {
    struct sk_tree *trees;
    size_t n_trees, n, leaves, columns;
    int64_t *roots;
    int32_t *left, *right, *feature;
    double *threshold;
    uint8_t *missing_left; /* NULL: no release that knows missing values */
    const char *list;      /* what the file calls the list of trees; NULL: it is one tree */
    size_t within;         /* how many trees stand in one row of that list */
};

/* Describes the trees of N fitted estimators, whose values must be [nodes, OUTPUTS, CLASSES]. */
bool sk_forest_describe(struct sk_context *sk, const struct pk_node *const *estimators, size_t n,
                        size_t outputs, size_t classes, struct sk_forest *ret);

/* Reads their nodes. MISSING: with where NaN goes. */
bool sk_forest_nodes(struct sk_context *sk, struct sk_forest *forest, bool missing);

/* Says that tree T reads columns MAP[0 .. n) of WIDTH. */
bool sk_forest_map(struct sk_context *sk, struct sk_forest *forest, size_t t, const int64_t *map,
                   size_t n, size_t width);

/* What a leaf answers: fills TO from its VALUES; NODE is its number in the forest, TREE its tree.
 */
typedef void (*sk_leaf)(void *context, size_t tree, size_t node, const double *values, double *to);

/* The answers [leaves][WIDTH] of all leaves, in order; lives as long as the draft. */
bool sk_forest_leaves(struct sk_context *sk, const struct sk_forest *forest, size_t width,
                      sk_leaf leaf, void *context, double **ret);

/* A field of the nodes of TREE: as integers, or as reals; NULL with the error set. */
const int64_t *sk_tree_integers(struct sk_context *sk, const struct sk_tree *tree,
                                const char *name);
const double *sk_tree_reals(struct sk_context *sk, const struct sk_tree *tree, const char *name);

/* How what the leaves answer is added up. */
struct sk_sum {
    double *values; /* [leaves][width] */
    size_t width;
    double divisor;        /* 0: none */
    const int64_t *column; /* [n_trees]: the output of each tree; NULL: all */
    const double *start;   /* what sums begin with, [outputs]; NULL */
    size_t outputs;        /* of start */
    lar_value begin;       /* the same for each row, or LAR_NO_VALUE */
};

/* The forest's constants, for the nodes of the graph that share them. */
struct sk_forest_values {
    lar_value roots, left, right, feature, threshold, missing;
};
struct sk_forest_values sk_forest_constants(struct sk_context *sk, const struct sk_forest *forest);

/* The sum of the trees' answers for X. */
lar_value sk_forest_sum(struct sk_context *sk, const struct sk_forest *forest,
                        const struct sk_forest_values *constants, lar_value x,
                        const struct sk_sum *sum);

/* larder.TreeLeaves or larder.TreePaths of X. */
lar_value sk_forest_ask(struct sk_context *sk, const struct sk_forest_values *constants,
                        const char *op, lar_value x);

/* A tensor over memory of the draft's arena. */
lar_value sk_constant(struct sk_context *sk, enum lar_type type, struct lar_shape shape,
                      const void *data);

#endif

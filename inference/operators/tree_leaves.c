/* larder.TreeLeaves and larder.TreePaths: which leaf of each tree a row ends in, and by which nodes
 * it came there.
 *
 * The trees are those of larder.TreeEnsemble (roots, left, right, feature, threshold,
 * missing_left), and so is the way through them: X[rows, columns] is cast to float32.
 *
 *   TreeLeaves   i64[rows, t]: the leaf's number, counted from its tree's root
 *   TreePaths    i64[rows, n]: 1 for each node that was passed, root and leaf too; else 0
 *
 * The arrays are walked as they are: these questions are asked rarely, and cost no memory until
 * then.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"

#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

static bool infer_leaves(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    if (!lar_tree_source_infer(node, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_I64, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                    lar_node_param(node, "roots")->shape.dims[0]));
    return true;
}

static bool infer_paths(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    if (!lar_tree_source_infer(node, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_I64, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                    lar_node_param(node, "left")->shape.dims[0]));
    return true;
}

/* The leaf that ROW of X, a matrix, comes to from node AT on; PASSED, if any, gets a 1 for each
 * node on the way. */
static int64_t walk(const struct lar_tree_source *s, int64_t at, const struct lar_tensor *x,
                    uint64_t row, int64_t *passed)
{
    for (;;) {
        if (passed)
            passed[at] = 1;
        if (s->left[at] < 0)
            return at;
        double v = (float)lar_real_at(x, row * s->columns + (size_t)s->feature[at]);
        bool left = v <= s->threshold[at];
        if (v != v)
            left = s->missing_left && s->missing_left[at];
        at = left ? s->left[at] : s->right[at];
    }
}

static bool fits(const struct lar_tree_source *s, const struct lar_tensor *x, struct lar_error *err)
{
    return lar_columns(x) == s->columns || lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %zu",
                                                    (unsigned long long)lar_columns(x), s->columns);
}

static bool run_leaves(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tree_source s = lar_tree_source_of(call->node);
    const struct lar_tensor *x = call->inputs[0];
    uint64_t rows = lar_rows(x);
    int64_t *y = lar_output_dense(call, 0, &LAR_SHAPE(x->shape.dims[0], (int64_t)s.n_trees), err);
    if (!y || !fits(&s, x, err))
        return false;
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t t = 0; t < s.n_trees; t++)
            y[i * s.n_trees + t] = walk(&s, s.roots[t], x, i, NULL) - s.roots[t];
    return true;
}

static bool run_paths(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tree_source s = lar_tree_source_of(call->node);
    const struct lar_tensor *x = call->inputs[0];
    uint64_t rows = lar_rows(x);
    int64_t *y = lar_output_dense(call, 0, &LAR_SHAPE(x->shape.dims[0], (int64_t)s.n), err);
    if (!y || !fits(&s, x, err))
        return false;
    if (rows)
        memset(y, 0, rows * s.n * sizeof *y);
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t t = 0; t < s.n_trees; t++)
            (void)walk(&s, s.roots[t], x, i, y + i * s.n);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double m =
        node->inputs[0]->shape.dims[0] < 0 ? (double)rows : (double)node->inputs[0]->shape.dims[0];
    double trees = (double)lar_node_param(node, "roots")->shape.dims[0];
    double nodes = (double)lar_node_param(node, "left")->shape.dims[0];
    double depth = 2 + log2(nodes / trees);
    return 30 + m * (trees * depth * 4 + nodes * 0.5);
}

static const struct lar_param_rule params[] = {LAR_TREE_PARAMS, {0}};

const struct lar_operator lar_operator_tree_leaves = {.signature = {.name = "larder.TreeLeaves",
                                                                    .version = 1,
                                                                    .min_inputs = 1,
                                                                    .max_inputs = 1,
                                                                    .min_outputs = 1,
                                                                    .max_outputs = 1,
                                                                    .params = params,
                                                                    .infer = infer_leaves},
                                                      .verify = lar_tree_source_verify,
                                                      .cost = cost,
                                                      .run = run_leaves};

const struct lar_operator lar_operator_tree_paths = {.signature = {.name = "larder.TreePaths",
                                                                   .version = 1,
                                                                   .min_inputs = 1,
                                                                   .max_inputs = 1,
                                                                   .min_outputs = 1,
                                                                   .max_outputs = 1,
                                                                   .params = params,
                                                                   .infer = infer_paths},
                                                     .verify = lar_tree_source_verify,
                                                     .cost = cost,
                                                     .run = run_paths};

/* larder.TreeEnsemble: decision trees and forests, as scikit-learn runs them.
 *
 * X[rows, columns] (float32 or float64) is cast to float32; at each node x[feature] <= threshold
 * (float64) goes left. NaN goes left where missing_left says so, else right. The values of the
 * leaves are summed in the order of the trees and divided once by `divisor`, if there is one:
 * every bit is scikit-learn's. A forest with several outputs is one ensemble whose values lie side
 * by side.
 *
 *   roots i64[t]                       the first node of each tree
 *   left, right, feature i32[n]        a leaf has left -1 (right and feature are not read)
 *   threshold f64[n]
 *   missing_left bool[n], optional
 *   value f64[leaves, k] or [n, k]     a row for each leaf, in the order of the nodes, or for each
 *                                      node
 *   divisor f64, optional              not 0
 *
 * Children come after their parents, and no node has two parents.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"

#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

static struct lar_tree_source source_of(const struct lar_node_info *node)
{
    const struct lar_tensor *roots = lar_node_param(node, "roots");
    const struct lar_tensor *left = lar_node_param(node, "left");
    const struct lar_tensor *value = lar_node_param(node, "value");
    const struct lar_tensor *missing = lar_node_param(node, "missing_left");
    return (struct lar_tree_source){.roots = roots->data,
                                    .left = left->data,
                                    .right = lar_node_param(node, "right")->data,
                                    .feature = lar_node_param(node, "feature")->data,
                                    .threshold = lar_node_param(node, "threshold")->data,
                                    .value = value->data,
                                    .missing_left = missing ? missing->data : NULL,
                                    .n_trees = lar_tensor_count(roots),
                                    .n = lar_tensor_count(left),
                                    .n_values = lar_rows(value),
                                    .columns = (size_t)node->inputs[0]->shape.dims[1],
                                    .outputs = (size_t)lar_columns(value),
                                    .divisor = lar_node_param_f64(node, "divisor", 0)};
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    static const char *const per_node[] = {"right", "feature", "threshold", "missing_left"};
    if (!lar_infer_dense(node, 0, LAR_TYPES_FLOAT, 2, err))
        return false;
    int64_t n = lar_node_param(node, "left")->shape.dims[0];
    for (size_t i = 0; i < sizeof per_node / sizeof *per_node; i++) {
        const struct lar_tensor *t = lar_node_param(node, per_node[i]);
        if (t && t->shape.dims[0] != n)
            return lar_infer_refuse(err, "%s has %lld elements, left has %lld", per_node[i],
                                    (long long)t->shape.dims[0], (long long)n);
    }
    if (n >= INT32_MAX || lar_node_param(node, "roots")->shape.dims[0] == 0)
        return lar_infer_refuse(err, "no trees, or too many nodes");
    if (lar_node_param(node, "value")->shape.dims[1] == 0)
        return lar_infer_refuse(err, "leaves without values");
    if (node->inputs[0]->shape.dims[1] < 0)
        return lar_infer_refuse(err, "the number of columns is not known");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                    lar_node_param(node, "value")->shape.dims[1]));
    return true;
}

/* Whether node I of S is sound by itself; SEEN has a bit for each node that has a parent. */
static bool verify_node(const struct lar_tree_source *s, uint64_t i, int64_t columns, uint8_t *seen,
                        struct lar_error *err)
{
    if (s->left[i] < 0)
        return s->left[i] == -1 || lar_fail(err, LAR_ERR_FORMAT, "node %llu has child %d",
                                            (unsigned long long)i, s->left[i]);
    for (int side = 0; side < 2; side++) {
        int64_t child = side ? s->right[i] : s->left[i];
        if (child <= (int64_t)i || child >= (int64_t)s->n)
            return lar_fail(err, LAR_ERR_FORMAT, "node %llu has child %lld", (unsigned long long)i,
                            (long long)child);
        if (seen[child / 8] >> child % 8 & 1)
            return lar_fail(err, LAR_ERR_FORMAT, "node %lld has two parents", (long long)child);
        seen[child / 8] |= (uint8_t)(1 << child % 8);
    }
    if (s->feature[i] < 0 || s->feature[i] >= columns)
        return lar_fail(err, LAR_ERR_FORMAT, "node %llu reads column %d of %lld",
                        (unsigned long long)i, s->feature[i], (long long)columns);
    if (isnan(s->threshold[i]))
        return lar_fail(err, LAR_ERR_FORMAT, "node %llu has threshold nan", (unsigned long long)i);
    return true;
}

static bool verify_nodes(const struct lar_tree_source *s, int64_t columns, uint8_t *seen,
                         struct lar_error *err)
{
    uint64_t leaves = 0;
    for (uint64_t i = 0; i < s->n; i++) {
        leaves += s->left[i] == -1;
        if (!verify_node(s, i, columns, seen, err))
            return false;
    }
    for (uint64_t t = 0; t < s->n_trees; t++) {
        int64_t root = s->roots[t];
        if (root < 0 || root >= (int64_t)s->n || (seen[root / 8] >> root % 8 & 1))
            return lar_fail(err, LAR_ERR_FORMAT, "root %lld is no root", (long long)root);
        seen[root / 8] |= (uint8_t)(1 << root % 8);
    }
    uint64_t rows = s->n_values;
    if (rows != leaves && rows != s->n)
        return lar_fail(err, LAR_ERR_FORMAT, "%llu rows of values for %llu leaves of %llu nodes",
                        (unsigned long long)rows, (unsigned long long)leaves,
                        (unsigned long long)s->n);
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    struct lar_tree_source s = source_of(node);
    const struct lar_tensor *divisor = lar_node_param(node, "divisor");
    struct lar_arena arena;
    if (divisor && !(fabs(*(const double *)divisor->data) > 0))
        return lar_fail(err, LAR_ERR_FORMAT, "divisor is 0 or nan");
    lar_arena_init(&arena, SIZE_MAX);
    uint8_t *seen = lar_arena_alloc(&arena, s.n / 8 + 1, 1);
    bool ok = seen ? verify_nodes(&s, node->inputs[0]->shape.dims[1], seen, err)
                   : lar_arena_fail(&arena, err, "the prepared form");
    lar_arena_finish(&arena);
    return ok;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct lar_tree_source source = source_of(node);
    struct lar_trees *trees;
    if (!lar_trees_pack(&trees, &source, arena, err))
        return false;
    *ret_state = trees;
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_trees *trees = call->state;
    size_t rows = (size_t)lar_rows(in), columns = (size_t)lar_columns(in);
    double *y =
        lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0], (int64_t)trees->outputs), err);
    if (!y)
        return false;
    if (columns != trees->columns)
        return lar_fail(err, LAR_ERR_INVALID, "%zu columns, not %zu", columns, trees->columns);
    if (in->type == LAR_TYPE_F32) {
        lar_trees_run(trees, in->data, rows, y);
        return true;
    }
    size_t mark = lar_scratch_mark(call->scratch), most = lar_trees_block(trees);
    float *x = lar_scratch_take(call->scratch, (rows < most ? rows : most) * columns, sizeof *x);
    if (!x)
        return lar_scratch_fail(call->scratch, err, "the result");
    const double *from = in->data;
    for (size_t i = 0; i < rows; i += most) {
        size_t m = rows - i < most ? rows - i : most;
        for (size_t j = 0; j < m * columns; j++)
            x[j] = (float)from[i * columns + j];
        lar_trees_run(trees, x, m, y + i * trees->outputs);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct lar_trees *trees = state;
    double m =
        node->inputs[0]->shape.dims[0] < 0 ? (double)rows : (double)node->inputs[0]->shape.dims[0];
    /* a step costs more where the nodes do not fit the nearer caches */
    double ns = trees->n_nodes < 1 << 16 ? 1.3 : trees->n_nodes < 1 << 18 ? 3 : 6;
    return 30 +
           m * ((double)trees->columns * 0.3 +
                (double)trees->n_trees * (trees->depth * ns + (double)trees->outputs * 0.5 + 2));
}

static const struct lar_param_rule params[] = {{"roots", LAR_TYPE_I64, 1, false},
                                               {"left", LAR_TYPE_I32, 1, false},
                                               {"right", LAR_TYPE_I32, 1, false},
                                               {"feature", LAR_TYPE_I32, 1, false},
                                               {"threshold", LAR_TYPE_F64, 1, false},
                                               {"missing_left", LAR_TYPE_BOOL, 1, true},
                                               {"value", LAR_TYPE_F64, 2, false},
                                               {"divisor", LAR_TYPE_F64, 0, true},
                                               {0}};

const struct lar_operator lar_operator_tree_ensemble = {.signature = {.name = "larder.TreeEnsemble",
                                                                      .version = 1,
                                                                      .min_inputs = 1,
                                                                      .max_inputs = 1,
                                                                      .min_outputs = 1,
                                                                      .max_outputs = 1,
                                                                      .params = params,
                                                                      .infer = infer},
                                                        .verify = verify,
                                                        .prepare = prepare,
                                                        .cost = cost,
                                                        .run = run};

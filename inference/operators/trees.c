/* larder.TreeEnsemble: decision trees, forests and boosted trees, as scikit-learn runs them.
 *
 * X[rows, columns] (float32 or float64) is cast to float32, or to float64 if `wide`; at each node
 * x[feature] <= threshold (float64) goes left. NaN goes left where missing_left says so, else
 * right. The values of the leaves are summed in the order of the trees and divided once by
 * `divisor`, if there is one: every bit is scikit-learn's. A forest with several outputs is one
 * ensemble whose values lie side by side; boosted trees have one value each, which is added to the
 * output `column` of the tree, from `start` or the second input on.
 *
 *   roots i64[t]                       the first node of each tree
 *   left, right, feature i32[n]        a leaf has left -1 (right and feature are not read)
 *   threshold f64[n]
 *   missing_left bool[n], optional
 *   category i32[n], optional          of wide trees: below 0, or the row of sets that decides at
 *                                      this node. A negative x is missing; others count truncated,
 *                                      their lowest 8 bits, and go left if they are in the set
 *   negative bool, optional            negative categories count, too, as two's complement
 *   sets u32[s, 8]                     with category: 256 bits each, the lowest first
 *   value f64[leaves, k] or [n, k]     a row for each leaf, in the order of the nodes, or for each
 *                                      node
 *   column i64[t], optional            needs k = 1, and something to start from
 *   start f64[outputs], optional       what sums begin with; or an input [rows, outputs] that says
 *                                      so for each row
 *   divisor f64, optional              not 0
 *
 * Children come after their parents, and no node has two parents.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"

#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_value_info *begin = node->n_inputs > 1 ? node->inputs[1] : NULL;
    const struct lar_tensor *start = lar_node_param(node, "start");
    const struct lar_tensor *column = lar_node_param(node, "column");
    const struct lar_tensor *category = lar_node_param(node, "category");
    const struct lar_tensor *sets = lar_node_param(node, "sets");
    int64_t width = lar_node_param(node, "value")->shape.dims[1], outputs = width;
    if (!lar_tree_source_infer(node, err))
        return false;
    if (begin && !lar_infer_dense(node, 1, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (begin && start)
        return lar_infer_refuse(err, "two things to start from");
    if (begin || start)
        outputs = begin ? begin->shape.dims[1] : start->shape.dims[0];
    if (begin && !lar_dims_meet(begin->shape.dims[0], node->inputs[0]->shape.dims[0]))
        return lar_infer_refuse(err, "the inputs have different numbers of rows");
    if (width <= 0 || outputs <= 0 || (!column && outputs != width))
        return lar_infer_refuse(err, "leaves with %lld values for %lld outputs", (long long)width,
                                (long long)outputs);
    if (column && (width != 1 || !(begin || start)))
        return lar_infer_refuse(err, "columns for leaves of %lld values", (long long)width);
    if (column && column->shape.dims[0] != lar_node_param(node, "roots")->shape.dims[0])
        return lar_infer_refuse(err, "column has %lld elements", (long long)column->shape.dims[0]);
    if (category && (!sets || sets->shape.dims[1] != 8 || !lar_node_param_i64(node, "wide", 0)))
        return lar_infer_refuse(err, "category without sets, or in trees that are not wide");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], outputs));
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *divisor = lar_node_param(node, "divisor");
    if (divisor && !(fabs(*(const double *)divisor->data) > 0))
        return lar_fail(err, LAR_ERR_FORMAT, "divisor is 0 or nan");
    return lar_tree_source_verify(node, err);
}

/* What run() works with. */
struct state {
    struct lar_trees *trees;
    const double *start; /* [outputs], or NULL */
};

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct lar_tree_source source = lar_tree_source_of(node);
    struct state *state = lar_arena_alloc(arena, 1, sizeof *state);
    if (!state)
        return lar_arena_fail(arena, err, "trees");
    state->start = source.start;
    *ret_state = state;
    return lar_trees_pack(&state->trees, &source, arena, err);
}

/* Rows [0, N) of X in the element type that TREES compare, in TO unless they have it. */
static const void *rows_as(const struct lar_trees *trees, enum lar_type type, const void *x,
                           size_t n, void *to)
{
    bool wide = trees->wide != NULL;
    if (wide == (type == LAR_TYPE_F64))
        return x;
    for (size_t j = 0; wide && j < n; j++)
        ((double *)to)[j] = (double)((const float *)x)[j];
    for (size_t j = 0; !wide && j < n; j++)
        ((float *)to)[j] = (float)((const double *)x)[j];
    return to;
}

/* What the sums of ROWS rows begin with, if anything. */
static bool begin(const struct lar_call *call, const struct state *state, size_t rows, double *y,
                  struct lar_error *err)
{
    size_t outputs = state->trees->outputs;
    const struct lar_tensor *from = call->node->n_inputs > 1 ? call->inputs[1] : NULL;
    if (from && (lar_rows(from) != rows || lar_columns(from) != outputs))
        return lar_fail(err, LAR_ERR_INVALID, "the inputs do not fit together");
    if (from && rows)
        memcpy(y, from->data, rows * outputs * sizeof *y);
    for (size_t i = 0; state->start && i < rows; i++)
        memcpy(y + i * outputs, state->start, outputs * sizeof *y);
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct state *state = call->state;
    const struct lar_trees *trees = state->trees;
    size_t rows = (size_t)lar_rows(in), columns = (size_t)lar_columns(in);
    size_t most = lar_trees_block(trees);
    double *y =
        lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0], (int64_t)trees->outputs), err);
    if (!y)
        return false;
    if (columns != trees->columns)
        return lar_fail(err, LAR_ERR_INVALID, "%zu columns, not %zu", columns, trees->columns);
    if (!begin(call, state, rows, y, err))
        return false;
    bool add = state->start || call->node->n_inputs > 1, same = trees->wide != NULL;
    same = same == (in->type == LAR_TYPE_F64);
    void *to = NULL;
    size_t mark = lar_scratch_mark(call->scratch);
    if (!same && !(to = lar_scratch_take(call->scratch, (rows < most ? rows : most) * columns,
                                         sizeof(double))))
        return lar_scratch_fail(call->scratch, err, "the result");
    for (size_t i = 0; i < rows; i += most) {
        size_t m = rows - i < most ? rows - i : most;
        const char *x = (const char *)in->data + i * columns * lar_type_size(in->type);
        lar_trees_run(trees, rows_as(trees, in->type, x, m * columns, to), m,
                      y + i * trees->outputs, add);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct lar_trees *trees = ((const struct state *)state)->trees;
    double m =
        node->inputs[0]->shape.dims[0] < 0 ? (double)rows : (double)node->inputs[0]->shape.dims[0];
    /* a step costs more where the nodes do not fit the nearer caches */
    double ns = trees->n_nodes < 1 << 16 ? 1.3 : trees->n_nodes < 1 << 18 ? 3 : 6;
    return 30 + m * ((double)trees->columns * 0.3 +
                     (double)trees->n_trees * (trees->depth * ns + (double)trees->width * 0.5 + 2));
}

static const struct lar_param_rule params[] = {LAR_TREE_PARAMS,
                                               {"category", LAR_TYPE_I32, 1, true},
                                               {"sets", LAR_TYPE_U32, 2, true},
                                               {"negative", LAR_TYPE_BOOL, 0, true},
                                               {"value", LAR_TYPE_F64, 2, false},
                                               {"column", LAR_TYPE_I64, 1, true},
                                               {"start", LAR_TYPE_F64, 1, true},
                                               {"wide", LAR_TYPE_BOOL, 0, true},
                                               {"divisor", LAR_TYPE_F64, 0, true},
                                               {0}};

const struct lar_operator lar_operator_tree_ensemble = {.signature = {.name = "larder.TreeEnsemble",
                                                                      .version = 1,
                                                                      .min_inputs = 1,
                                                                      .max_inputs = 2,
                                                                      .min_outputs = 1,
                                                                      .max_outputs = 1,
                                                                      .params = params,
                                                                      .infer = infer},
                                                        .verify = verify,
                                                        .prepare = prepare,
                                                        .cost = cost,
                                                        .run = run};

/* The params of operators on decision trees; see trees.h.
 *
 * Children come after their parents, and no node has two parents.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"

#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

struct lar_tree_source lar_tree_source_of(const struct lar_node_info *node)
{
    const struct lar_tensor *roots = lar_node_param(node, "roots");
    const struct lar_tensor *left = lar_node_param(node, "left");
    const struct lar_tensor *missing = lar_node_param(node, "missing_left");
    const struct lar_tensor *value = lar_node_param(node, "value");
    const struct lar_tensor *column = lar_node_param(node, "column");
    const struct lar_tensor *start = lar_node_param(node, "start");
    const struct lar_tensor *category = lar_node_param(node, "category");
    const struct lar_tensor *sets = lar_node_param(node, "sets");
    struct lar_tree_source s = {.roots = roots->data,
                                .left = left->data,
                                .right = lar_node_param(node, "right")->data,
                                .feature = lar_node_param(node, "feature")->data,
                                .threshold = lar_node_param(node, "threshold")->data,
                                .missing_left = missing ? missing->data : NULL,
                                .category = category ? category->data : NULL,
                                .sets = sets ? sets->data : NULL,
                                .value = value ? value->data : NULL,
                                .column = column ? column->data : NULL,
                                .start = start ? start->data : NULL,
                                .n_trees = lar_tensor_count(roots),
                                .n = lar_tensor_count(left),
                                .n_values = value ? lar_rows(value) : 0,
                                .n_sets = sets ? lar_rows(sets) : 0,
                                .columns = (size_t)node->inputs[0]->shape.dims[1],
                                .width = value ? (size_t)lar_columns(value) : 0,
                                .divisor = lar_node_param_f64(node, "divisor", 0),
                                .wide = lar_node_param_i64(node, "wide", 0) != 0,
                                .negative = lar_node_param_i64(node, "negative", 0) != 0};
    const struct lar_value_info *begin = node->n_inputs > 1 ? node->inputs[1] : NULL;
    s.outputs = begin   ? (size_t)begin->shape.dims[1]
                : start ? (size_t)lar_tensor_count(start)
                        : s.width;
    return s;
}

bool lar_tree_source_infer(const struct lar_node_info *node, struct lar_error *err)
{
    static const char *const per_node[] = {"right", "feature", "threshold", "missing_left",
                                           "category"};
    if (!lar_infer_dense(node, 0, LAR_TYPES_FLOAT, 2, err))
        return false;
    int64_t n = lar_node_param(node, "left")->shape.dims[0];
    for (size_t i = 0; i < sizeof per_node / sizeof *per_node; i++) {
        const struct lar_tensor *t = lar_node_param(node, per_node[i]);
        if (t && t->shape.dims[0] != n)
            return lar_infer_refuse(err, "%s has %lld elements, left has %lld", per_node[i],
                                    (long long)t->shape.dims[0], (long long)n);
    }
    int64_t trees = lar_node_param(node, "roots")->shape.dims[0];
    if (n >= INT32_MAX || trees == 0 || trees > n)
        return lar_infer_refuse(err, "no trees, or too many nodes");
    if (node->inputs[0]->shape.dims[1] < 0 ||
        node->inputs[0]->shape.dims[1] >= (int64_t)LAR_TREE_CATEGORY)
        return lar_infer_refuse(err, "the number of columns is not known, or too large");
    return true;
}

/* Whether node I of S is sound by itself; SEEN has a bit for each node that has a parent. */
static bool verify_node(const struct lar_tree_source *s, uint64_t i, uint8_t *seen,
                        struct lar_error *err)
{
    int64_t columns = (int64_t)s->columns;
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
    if (s->category && s->category[i] >= (int64_t)s->n_sets)
        return lar_fail(err, LAR_ERR_FORMAT, "node %llu reads set %d of %llu",
                        (unsigned long long)i, s->category[i], (unsigned long long)s->n_sets);
    if (isnan(s->threshold[i]))
        return lar_fail(err, LAR_ERR_FORMAT, "node %llu has threshold nan", (unsigned long long)i);
    return true;
}

static bool verify_nodes(const struct lar_tree_source *s, uint8_t *seen, struct lar_error *err)
{
    uint64_t leaves = 0;
    for (uint64_t i = 0; i < s->n; i++) {
        leaves += s->left[i] == -1;
        if (!verify_node(s, i, seen, err))
            return false;
    }
    for (uint64_t t = 0; t < s->n_trees; t++) {
        int64_t root = s->roots[t];
        if (root < 0 || root >= (int64_t)s->n || (seen[root / 8] >> root % 8 & 1))
            return lar_fail(err, LAR_ERR_FORMAT, "root %lld is no root", (long long)root);
        seen[root / 8] |= (uint8_t)(1 << root % 8);
    }
    uint64_t rows = s->n_values;
    if (s->value && rows != leaves && rows != s->n)
        return lar_fail(err, LAR_ERR_FORMAT, "%llu rows of values for %llu leaves of %llu nodes",
                        (unsigned long long)rows, (unsigned long long)leaves,
                        (unsigned long long)s->n);
    return true;
}

bool lar_tree_source_verify(const struct lar_node_info *node, struct lar_error *err)
{
    struct lar_tree_source s = lar_tree_source_of(node);
    struct lar_arena arena;
    lar_arena_init(&arena, SIZE_MAX);
    uint8_t *seen = lar_arena_alloc(&arena, s.n / 8 + 1, 1);
    bool ok = seen ? verify_nodes(&s, seen, err) : lar_arena_fail(&arena, err, "checking trees");
    lar_arena_finish(&arena);
    for (uint64_t t = 0; ok && s.column && t < s.n_trees; t++)
        if (s.column[t] < 0 || s.column[t] >= (int64_t)s.outputs)
            return lar_fail(err, LAR_ERR_FORMAT, "tree %llu adds to column %lld of %zu",
                            (unsigned long long)t, (long long)s.column[t], s.outputs);
    return ok;
}

/* Fitted trees as the arrays of the operators on trees; see forest.h.
 *
 * A tree_ holds records of nodes, whose layout differs between releases and hosts, and values
 * [nodes, outputs, classes].
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/forest.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

/* Names tree I where there are several. Returns false. */
static bool within(struct sk_context *sk, const struct sk_forest *f, size_t i)
{
    return f->list && sk_within(sk, f->list, f->within > 1 ? i / f->within : i);
}

/* How many columns the tree of OBJECT is for. */
static bool columns_of(struct sk_context *sk, const struct pk_node *object, int64_t *ret)
{
    const struct pk_node *tree = sk_fitted(sk, object, "tree_");
    const struct pk_node *args = tree && tree->kind == PK_OBJECT ? tree->object.args : NULL;
    if (!tree)
        return false;
    if (!args || args->kind != PK_TUPLE || args->items.n != 3 ||
        !pk_get_i64(args->items.data[0], ret))
        return sk_refuse_attribute(sk, tree, "tree_", "must be a sklearn.tree._tree.Tree");
    return (*ret >= 1 && *ret <= INT32_MAX) ||
           sk_fail(sk, LAR_ERR_FORMAT, "tree_: is for %lld columns", (long long)*ret);
}

/* The description of the tree of OBJECT. */
static bool describe(struct sk_context *sk, const struct pk_node *object, size_t outputs,
                     size_t classes, size_t columns, struct sk_tree *ret)
{
    const struct pk_node *tree = pk_attribute(object, "tree_");
    const struct pk_node *nodes = pk_attribute(tree, "nodes");
    const struct pk_node *values = pk_attribute(tree, "values");
    int64_t features = 0;
    if (!columns_of(sk, object, &features))
        return false;
    if (!np_is_array(nodes) || !np_is_array(values))
        return sk_refuse_attribute(sk, tree, "tree_", "must be a sklearn.tree._tree.Tree");
    if (!np_array(&ret->nodes, nodes, sk->arena, sk->err) ||
        !np_array(&ret->values, values, sk->arena, sk->err))
        return lar_error_within(sk->err, "tree_");
    const struct lar_shape *n = &ret->nodes.shape, *v = &ret->values.shape;
    if (n->rank != 1 || n->dims[0] < 1 || n->dims[0] > INT32_MAX || v->rank != 3 ||
        v->dims[0] != n->dims[0] || v->dims[1] != (int64_t)outputs ||
        v->dims[2] != (int64_t)classes)
        return sk_fail(sk, LAR_ERR_FORMAT, "tree_: nodes and values do not fit together");
    if (features != (int64_t)columns)
        return sk_fail(sk, LAR_ERR_FORMAT, "tree_: is for %lld columns, not %zu",
                       (long long)features, columns);
    ret->n = (size_t)n->dims[0];
    return true;
}

bool sk_forest_describe(struct sk_context *sk, const struct pk_node *const *estimators, size_t n,
                        size_t outputs, size_t classes, struct sk_forest *ret)
{
    int64_t columns = 0;
    if (!columns_of(sk, estimators[0], &columns))
        return within(sk, ret, 0);
    ret->columns = (size_t)columns;
    ret->n_trees = n;
    if (!(ret->trees = sk_alloc(sk, n, sizeof *ret->trees)))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct sk_tree *tree = &ret->trees[i];
        if (!describe(sk, estimators[i], outputs, classes, ret->columns, tree))
            return within(sk, ret, i);
        tree->first = ret->n;
        ret->n += tree->n;
    }
    return ret->n <= INT32_MAX || sk_fail(sk, LAR_ERR_LIMIT, "%zu nodes in all trees", ret->n);
}

const int64_t *sk_tree_integers(struct sk_context *sk, const struct sk_tree *tree, const char *name)
{
    struct np_array field;
    if (!np_field_of(&field, &tree->nodes, name)) {
        sk_fail(sk, LAR_ERR_FORMAT, "nodes have no %s", name);
        return NULL;
    }
    return np_to_i64(&field, sk->arena, sk->err);
}

const double *sk_tree_reals(struct sk_context *sk, const struct sk_tree *tree, const char *name)
{
    struct np_array field;
    if (!np_field_of(&field, &tree->nodes, name)) {
        sk_fail(sk, LAR_ERR_FORMAT, "nodes have no %s", name);
        return NULL;
    }
    return np_to_f64(&field, sk->arena, sk->err);
}

/* Copies the nodes of TREE to their place. Leaves must be one more than inner nodes: else a node
 * has two parents or none, and there would be more of them than there is room for. */
static bool copy_nodes(struct sk_context *sk, struct sk_forest *f, const struct sk_tree *tree)
{
    struct np_array field;
    const int64_t *left = sk_tree_integers(sk, tree, "left_child"), *missing = NULL;
    const int64_t *right = sk_tree_integers(sk, tree, "right_child");
    const int64_t *feature = sk_tree_integers(sk, tree, "feature");
    const double *threshold = sk_tree_reals(sk, tree, "threshold");
    size_t leaves = 0;
    if (!left || !right || !feature || !threshold)
        return false;
    if (f->missing_left && np_field_of(&field, &tree->nodes, "missing_go_to_left") &&
        !(missing = np_to_i64(&field, sk->arena, sk->err)))
        return false;
    for (size_t i = 0; i < tree->n; i++) {
        size_t at = tree->first + i;
        bool leaf = left[i] == -1;
        if (!leaf &&
            (left[i] <= (int64_t)i || left[i] >= (int64_t)tree->n || right[i] <= (int64_t)i ||
             right[i] >= (int64_t)tree->n || feature[i] < 0 || feature[i] >= (int64_t)f->columns))
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "node %zu of %zu has children %lld and %lld, feature %lld", i, tree->n,
                           (long long)left[i], (long long)right[i], (long long)feature[i]);
        leaves += leaf;
        f->left[at] = leaf ? -1 : (int32_t)(left[i] + (int64_t)tree->first);
        f->right[at] = leaf ? -1 : (int32_t)(right[i] + (int64_t)tree->first);
        f->feature[at] = leaf ? 0 : (int32_t)feature[i];
        f->threshold[at] = leaf ? 0 : threshold[i];
        if (f->missing_left)
            f->missing_left[at] = missing && !leaf && missing[i];
    }
    f->leaves += leaves;
    return 2 * leaves == tree->n + 1 ||
           sk_fail(sk, LAR_ERR_FORMAT, "%zu leaves among %zu nodes", leaves, tree->n);
}

bool sk_forest_nodes(struct sk_context *sk, struct sk_forest *f, bool missing)
{
    struct lar_arena *arena = sk->arena, temporary;
    f->roots = sk_alloc(sk, f->n_trees, sizeof *f->roots);
    f->left = sk_alloc(sk, f->n, sizeof *f->left);
    f->right = sk_alloc(sk, f->n, sizeof *f->right);
    f->feature = sk_alloc(sk, f->n, sizeof *f->feature);
    f->threshold = sk_alloc(sk, f->n, sizeof *f->threshold);
    f->missing_left = missing ? sk_alloc(sk, f->n, 1) : NULL;
    if (!f->roots || !f->left || !f->right || !f->feature || !f->threshold ||
        (missing && !f->missing_left))
        return false;
    for (size_t t = 0; t < f->n_trees; t++) {
        f->roots[t] = (int64_t)f->trees[t].first;
        lar_arena_init(&temporary, arena->limit);
        sk->arena = &temporary; /* conversions are given back */
        bool ok = copy_nodes(sk, f, &f->trees[t]) || lar_error_within(sk->err, "tree_");
        sk->arena = arena;
        lar_arena_finish(&temporary);
        if (!ok)
            return within(sk, f, t);
    }
    return true;
}

bool sk_forest_map(struct sk_context *sk, struct sk_forest *f, size_t t, const int64_t *map,
                   size_t n, size_t width)
{
    const struct sk_tree *tree = &f->trees[t];
    if (n != f->columns)
        return sk_fail(sk, LAR_ERR_FORMAT, "has %zu columns for a tree of %zu", n, f->columns);
    for (size_t i = 0; i < n; i++)
        if (map[i] < 0 || map[i] >= (int64_t)width)
            return sk_fail(sk, LAR_ERR_FORMAT, "there is no column %lld of %zu", (long long)map[i],
                           width);
    for (size_t i = tree->first; i < tree->first + tree->n; i++)
        if (f->left[i] >= 0)
            f->feature[i] = (int32_t)map[f->feature[i]];
    return true;
}

bool sk_forest_leaves(struct sk_context *sk, const struct sk_forest *f, size_t width, sk_leaf leaf,
                      void *context, double **ret)
{
    struct lar_arena temporary;
    double *to = *ret = lar_arena_alloc(sk->arena, f->leaves, width * sizeof *to);
    if (!to)
        return lar_arena_fail(sk->arena, sk->err, "trees");
    for (size_t t = 0; t < f->n_trees; t++) {
        const struct sk_tree *tree = &f->trees[t];
        size_t stride = (size_t)(tree->values.shape.dims[1] * tree->values.shape.dims[2]);
        lar_arena_init(&temporary, sk->arena->limit);
        const double *values = np_to_f64(&tree->values, &temporary, sk->err);
        for (size_t i = 0; values && i < tree->n; i++)
            if (f->left[tree->first + i] < 0) {
                leaf(context, t, tree->first + i, values + i * stride, to);
                to += width;
            }
        lar_arena_finish(&temporary);
        if (!values)
            return lar_error_within(sk->err, "tree_") || within(sk, f, t);
    }
    return true;
}

lar_value sk_constant(struct sk_context *sk, enum lar_type type, struct lar_shape shape,
                      const void *data)
{
    return lar_draft_constant(sk->draft, &(struct lar_tensor){.type = type,
                                                              .layout = LAR_LAYOUT_DENSE,
                                                              .shape = shape,
                                                              .data = (void *)data});
}

struct sk_forest_values sk_forest_constants(struct sk_context *sk, const struct sk_forest *f)
{
    struct lar_shape n = LAR_SHAPE((int64_t)f->n);
    return (struct sk_forest_values){
        .roots = sk_constant(sk, LAR_TYPE_I64, LAR_SHAPE((int64_t)f->n_trees), f->roots),
        .left = sk_constant(sk, LAR_TYPE_I32, n, f->left),
        .right = sk_constant(sk, LAR_TYPE_I32, n, f->right),
        .feature = sk_constant(sk, LAR_TYPE_I32, n, f->feature),
        .threshold = sk_constant(sk, LAR_TYPE_F64, n, f->threshold),
        .missing =
            f->missing_left ? sk_constant(sk, LAR_TYPE_BOOL, n, f->missing_left) : LAR_NO_VALUE,
    };
}

lar_value sk_forest_sum(struct sk_context *sk, const struct sk_forest *f,
                        const struct sk_forest_values *c, lar_value x, const struct sk_sum *sum)
{
    struct lar_draft *d = sk->draft;
    struct lar_shape rows = LAR_SHAPE((int64_t)f->leaves, (int64_t)sum->width);
    lar_value divisor = LAR_NO_VALUE, column = LAR_NO_VALUE, start = LAR_NO_VALUE;
    if (sum->divisor != 0)
        divisor = lar_draft_scalar_f64(d, sum->divisor);
    if (sum->column)
        column = lar_draft_i64(d, sum->column, LAR_SHAPE((int64_t)f->n_trees));
    if (sum->start)
        start = lar_draft_f64(d, sum->start, LAR_SHAPE((int64_t)sum->outputs));
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.TreeEnsemble",
               .inputs = (lar_value[]){x, sum->begin},
               .n_inputs = sum->start || sum->begin == LAR_NO_VALUE ? 1 : 2,
               .params = {{"roots", c->roots},
                          {"left", c->left},
                          {"right", c->right},
                          {"feature", c->feature},
                          {"threshold", c->threshold},
                          {"missing_left", c->missing},
                          {"value", sk_constant(sk, LAR_TYPE_F64, rows, sum->values)},
                          {"column", column},
                          {"start", start},
                          {"divisor", divisor}},
           });
}

lar_value sk_forest_ask(struct sk_context *sk, const struct sk_forest_values *c, const char *op,
                        lar_value x)
{
    return lar_draft_node(sk->draft, &(struct lar_node_args){
                                         .op = op,
                                         .inputs = &x,
                                         .n_inputs = 1,
                                         .params = {{"roots", c->roots},
                                                    {"left", c->left},
                                                    {"right", c->right},
                                                    {"feature", c->feature},
                                                    {"threshold", c->threshold},
                                                    {"missing_left", c->missing}},
                                     });
}

/* KDTree and BallTree objects; see point_tree.h. Their state is a tuple: data, idx_array,
 * node_data, node_bounds, leaf_size, n_levels, n_nodes, four counters, the metric, and, since 0.20,
 * weights.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/point_tree.h"

#include <math.h>
#include <string.h>

enum { DATA, IDX_ARRAY, NODE_DATA, NODE_BOUNDS, METRIC = 11, WEIGHTS };

/* The class that newObj is called with. */
static bool read_class(struct sk_context *sk, const struct pk_node *node, const char *name,
                       struct sk_point_tree *ret)
{
    static const struct {
        const char *name;
        bool ball;
    } classes[] = {
        {"KDTree", false}, {"KDTree64", false}, {"BallTree", true}, {"BallTree64", true}};
    const struct pk_node *args = node && node->kind == PK_OBJECT ? node->object.args : NULL;
    const struct pk_node *class =
        args && args->kind == PK_TUPLE && args->items.n == 1 ? args->items.data[0] : NULL;
    if (!class || class->kind != PK_GLOBAL)
        return sk_refuse_attribute(sk, node, name, "must be a KDTree or BallTree");
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (pk_bytes_are(class->global.name, classes[i].name)) {
            ret->ball = classes[i].ball;
            return true;
        }
    return sk_refuse_attribute(sk, class, name, "must be a KDTree or BallTree of float64");
}

static bool read_nodes(struct sk_context *sk, const struct pk_node *node, const char *name,
                       struct sk_point_tree *ret)
{
    static const char *const fields[] = {"idx_start", "idx_end", "is_leaf"};
    const int64_t **integers[] = {&ret->starts, &ret->ends, &ret->leaf};
    struct np_array array, field;
    uint64_t n;
    if (!np_is_array(node) || !np_array(&array, node, sk->arena, sk->err))
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_data is no array", name);
    if (array.shape.rank != 1 || !lar_shape_count(&array.shape, &n) || n == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_data is no list of nodes", name);
    ret->n_nodes = (size_t)n;
    for (size_t i = 0; i < 3; i++)
        if (!np_field_of(&field, &array, fields[i]) ||
            !(*integers[i] = np_to_i64(&field, sk->arena, sk->err)))
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_data has no %s", name, fields[i]);
    if (!np_field_of(&field, &array, "radius") ||
        !(ret->radius = np_to_f64(&field, sk->arena, sk->err)))
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_data has no radius", name);
    return true;
}

static bool check_ranges(struct sk_context *sk, const struct sk_point_tree *t, const char *name)
{
    int64_t n = t->points.shape.dims[0];
    if (t->starts[0] != 0 || t->ends[0] != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_data: node 0 has points %lld to %lld of %lld",
                       name, (long long)t->starts[0], (long long)t->ends[0], (long long)n);
    for (size_t i = 0; i < t->n_nodes; i++) {
        size_t child = 2 * i + 1;
        if (t->starts[i] < 0 || t->ends[i] < t->starts[i] || t->ends[i] > n)
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "%s: node_data: node %zu has points %lld to %lld of %lld", name, i,
                           (long long)t->starts[i], (long long)t->ends[i], (long long)n);
        if (t->leaf[i])
            continue;
        if (child + 1 >= t->n_nodes)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_data: node %zu has no children", name, i);
        if (t->starts[child] != t->starts[i] || t->ends[child] != t->starts[child + 1] ||
            t->ends[child + 1] != t->ends[i])
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "%s: node_data: the children of node %zu do not share its points", name,
                           i);
    }
    return true;
}

static bool check_order(struct sk_context *sk, const struct sk_point_tree *t, const char *name)
{
    size_t n = (size_t)t->points.shape.dims[0];
    bool *seen = sk_alloc(sk, n, sizeof *seen);
    for (size_t i = 0; seen && i < n; i++) {
        int64_t at = t->order[i];
        if (at < 0 || (size_t)at >= n || seen[at])
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: idx_array: element %zu is %lld, of %zu points",
                           name, i, (long long)at, n);
        seen[at] = true;
    }
    return seen != NULL;
}

/* Whether a node's bounds hold its points: a ball's, whose radius may be anything that is not
 * negative, are not looked at in detail. */
static bool check_bounds(struct sk_context *sk, const struct sk_point_tree *t, const char *name)
{
    size_t columns = t->metric.columns;
    for (size_t i = 0; i < t->n_nodes; i++) {
        const double *low = t->bounds + i * columns, *high = low + t->n_nodes * columns;
        if (t->ball) {
            bool ok = t->radius[i] >= 0;
            for (size_t j = 0; ok && j < columns; j++)
                ok = isfinite(low[j]);
            if (!ok && t->ends[i] > t->starts[i])
                return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_bounds: node %zu is no ball", name, i);
            continue;
        }
        for (int64_t k = t->starts[i]; k < t->ends[i]; k++) {
            const double *point = t->points.data + (size_t)t->order[k] * columns;
            for (size_t j = 0; j < columns; j++)
                if (!(low[j] <= point[j] && point[j] <= high[j]))
                    return sk_fail(sk, LAR_ERR_FORMAT,
                                   "%s: node_bounds: node %zu does not hold point %lld", name, i,
                                   (long long)t->order[k]);
        }
    }
    return true;
}

bool sk_get_point_tree(struct sk_context *sk, const struct pk_node *node, const char *name,
                       struct sk_point_tree *ret)
{
    struct pk_items state;
    struct sk_numbers bounds, weights;
    size_t n_order = 0;
    *ret = (struct sk_point_tree){.ball = false};
    if (!read_class(sk, node, name, ret))
        return false;
    if (!sk_items(sk, node->object.state, &state) || state.n < 12 || state.n > 13)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: the state of a tree has 12 or 13 parts", name);
    if (!sk_numbers(sk, state.data[DATA], name, 2, 2, &ret->points) ||
        !sk_integers(sk, state.data[IDX_ARRAY], name, &ret->order, &n_order) ||
        !read_nodes(sk, state.data[NODE_DATA], name, ret) ||
        !sk_numbers(sk, state.data[NODE_BOUNDS], name, 3, 3, &bounds))
        return false;
    int64_t n = ret->points.shape.dims[0], columns = ret->points.shape.dims[1];
    if (n < 1 || columns < 1 || n_order != (size_t)n)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: idx_array: has %zu elements, data %lld rows", name,
                       n_order, (long long)n);
    if (bounds.shape.dims[0] != (ret->ball ? 1 : 2) ||
        bounds.shape.dims[1] != (int64_t)ret->n_nodes || bounds.shape.dims[2] != columns)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: node_bounds: is not for %zu nodes of %lld columns",
                       name, ret->n_nodes, (long long)columns);
    ret->bounds = bounds.data;
    if (state.n > WEIGHTS && state.data[WEIGHTS]->kind != PK_NONE) {
        if (!sk_numbers(sk, state.data[WEIGHTS], name, 1, 1, &weights))
            return false;
        if (weights.n != (size_t)n)
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "%s: sample_weight: has %zu elements, data %lld rows", name, weights.n,
                           (long long)n);
        ret->weights = weights.data;
    }
    if (!sk_get_tree_metric(sk, state.data[METRIC], (size_t)columns, &ret->metric))
        return lar_error_within(sk->err, "%s", name);
    return check_ranges(sk, ret, name) && check_order(sk, ret, name) && check_bounds(sk, ret, name);
}

size_t sk_point_tree_params(struct sk_context *sk, const struct sk_point_tree *t,
                            struct lar_node_args *args, size_t n)
{
    struct lar_draft *d = sk->draft;
    int64_t nodes = (int64_t)t->n_nodes, points = t->points.shape.dims[0];
    int64_t columns = t->points.shape.dims[1];
    const struct {
        const char *name;
        lar_value value;
    } params[] = {
        {"order", lar_draft_i64(d, t->order, LAR_SHAPE(points))},
        {"starts", lar_draft_i64(d, t->starts, LAR_SHAPE(nodes))},
        {"ends", lar_draft_i64(d, t->ends, LAR_SHAPE(nodes))},
        {"leaf", lar_draft_i64(d, t->leaf, LAR_SHAPE(nodes))},
        {"radius", lar_draft_f64(d, t->radius, LAR_SHAPE(nodes))},
        {"bounds", lar_draft_f64(d, t->bounds, LAR_SHAPE(t->ball ? 1 : 2, nodes, columns))},
    };
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        args->params[n].name = params[i].name;
        args->params[n++].value = params[i].value;
    }
    return n;
}

/* Trees over points; see point_tree.h.
 * SPDX-License-Identifier: MIT */
#include "inference/point_tree.h"

#include "inference/infer.h"

#include <math.h>
#include <stdlib.h>

static const struct lar_tensor *starts_of(const struct lar_node_info *node)
{
    return lar_node_param(node, "starts");
}

/* The exponent of a metric that a kd-tree can bound; 0 for others. */
static double exponent(enum lar_metric metric, double p, bool weighted)
{
    switch (metric) {
    case LAR_METRIC_EUCLIDEAN: return 2;
    case LAR_METRIC_MANHATTAN: return 1;
    case LAR_METRIC_CHEBYSHEV: return INFINITY;
    case LAR_METRIC_MINKOWSKI: return weighted ? 0 : p;
    default: return 0;
    }
}

bool lar_point_tree_infer(const struct lar_node_info *node, struct lar_error *err)
{
    static const char *const names[] = {"order", "starts", "ends", "leaf", "radius", "bounds"};
    const struct lar_tensor *points = lar_node_param(node, "points"), *t[6];
    size_t given = 0;
    for (size_t i = 0; i < 6; i++)
        given += (t[i] = lar_node_param(node, names[i])) != NULL;
    if (given == 0)
        return true;
    if (given < 6)
        return lar_infer_refuse(err, "a part of the tree is missing");
    int64_t nodes = t[1]->shape.dims[0], kinds = t[5]->shape.dims[0];
    if (t[0]->shape.dims[0] != points->shape.dims[0] || nodes < 1 || t[2]->shape.dims[0] != nodes ||
        t[3]->shape.dims[0] != nodes || t[4]->shape.dims[0] != nodes || kinds < 1 || kinds > 2 ||
        t[5]->shape.dims[1] != nodes || t[5]->shape.dims[2] != points->shape.dims[1])
        return lar_infer_refuse(err, "the arrays of the tree do not fit together");
    if (kinds == 2 &&
        !(exponent((enum lar_metric)lar_node_param_i64(node, "metric", 0),
                   lar_node_param_f64(node, "p", 2), lar_node_param(node, "weights") != NULL) > 0))
        return lar_infer_refuse(err, "a kd-tree cannot bound this metric");
    return true;
}

static bool verify_order(const int64_t *order, size_t n, struct lar_error *err)
{
    bool ok = true, *seen = calloc(n ? n : 1, sizeof *seen);
    if (!seen)
        return lar_fail(err, LAR_ERR_NOMEM, "the order of %zu points", n);
    for (size_t i = 0; ok && i < n; i++) {
        if (order[i] < 0 || (size_t)order[i] >= n)
            ok = lar_fail(err, LAR_ERR_FORMAT, "order: there is no point %lld of %zu",
                          (long long)order[i], n);
        else if (seen[order[i]])
            ok = lar_fail(err, LAR_ERR_FORMAT, "order: point %lld is there twice",
                          (long long)order[i]);
        else
            seen[order[i]] = true;
    }
    free(seen);
    return ok;
}

bool lar_point_tree_verify(const struct lar_node_info *node, struct lar_error *err)
{
    struct lar_point_tree t = lar_point_tree_of(node);
    if (!t.n_nodes)
        return true;
    if (!verify_order(t.order, t.n, err))
        return false;
    if (t.starts[0] != 0 || t.ends[0] != (int64_t)t.n)
        return lar_fail(err, LAR_ERR_FORMAT, "node 0 has points %lld to %lld of %zu",
                        (long long)t.starts[0], (long long)t.ends[0], t.n);
    for (size_t i = 0; i < t.n_nodes; i++) {
        size_t child = 2 * i + 1;
        if (t.starts[i] < 0 || t.ends[i] < t.starts[i] || t.ends[i] > (int64_t)t.n)
            return lar_fail(err, LAR_ERR_FORMAT, "node %zu has points %lld to %lld of %zu", i,
                            (long long)t.starts[i], (long long)t.ends[i], t.n);
        if (t.leaf[i])
            continue;
        if (child + 1 >= t.n_nodes)
            return lar_fail(err, LAR_ERR_FORMAT, "node %zu is no leaf, but has no children", i);
        if (t.starts[child] != t.starts[i] || t.ends[child] != t.starts[child + 1] ||
            t.ends[child + 1] != t.ends[i])
            return lar_fail(err, LAR_ERR_FORMAT, "the children of node %zu do not share its points",
                            i);
    }
    return true;
}

struct lar_point_tree lar_point_tree_of(const struct lar_node_info *node)
{
    const struct lar_tensor *starts = starts_of(node), *bounds = lar_node_param(node, "bounds");
    struct lar_point_tree t = {.n = (size_t)lar_node_param(node, "points")->shape.dims[0]};
    if (!starts)
        return t;
    t.n_nodes = (size_t)starts->shape.dims[0];
    t.order = lar_node_param(node, "order")->data;
    t.starts = starts->data;
    t.ends = lar_node_param(node, "ends")->data;
    t.leaf = lar_node_param(node, "leaf")->data;
    t.radius = lar_node_param(node, "radius")->data;
    t.bounds = bounds->data;
    t.ball = bounds->shape.dims[0] == 1;
    return t;
}

/* |T| to the power of P. */
static double power(double t, double p)
{
    return p == 2 ? t * t : p == 1 ? t : pow(t, p);
}

static double least_in_box(const struct lar_point_tree *t, const struct lar_distance *d,
                           size_t node, const double *x)
{
    double p = exponent(d->metric, d->p, d->weights != NULL), sum = 0;
    const double *low = t->bounds + node * d->columns, *high = low + t->n_nodes * d->columns;
    for (size_t j = 0; j < d->columns; j++) {
        double below = low[j] - x[j], above = x[j] - high[j];
        double off = 0.5 * ((below + fabs(below)) + (above + fabs(above)));
        if (isinf(p))
            sum = off > sum ? off : sum;
        else
            sum += power(off, p);
    }
    return sum;
}

/* From X to the centre of a ball. */
static double to_centre(const struct lar_point_tree *t, const struct lar_distance *d, size_t node,
                        const double *x)
{
    return lar_distance_full(d, lar_reduced_distance(d, x, t->bounds + node * d->columns));
}

double lar_point_tree_least(const struct lar_point_tree *t, const struct lar_distance *d,
                            size_t node, const double *x)
{
    if (!t->ball)
        return least_in_box(t, d, node, x);
    return lar_distance_reduce(d, fmax(0, to_centre(t, d, node, x) - t->radius[node]));
}

static double greatest_in_box(const struct lar_point_tree *t, const struct lar_distance *d,
                              size_t node, const double *x)
{
    double p = exponent(d->metric, d->p, d->weights != NULL), sum = 0;
    const double *low = t->bounds + node * d->columns, *high = low + t->n_nodes * d->columns;
    for (size_t j = 0; j < d->columns; j++) {
        double off = fmax(fabs(low[j] - x[j]), fabs(x[j] - high[j]));
        if (isinf(p))
            sum = fmax(sum, off);
        else
            sum += power(off, p);
    }
    return sum;
}

void lar_point_tree_range(const struct lar_point_tree *t, const struct lar_distance *d, size_t node,
                          const double *x, double *ret_least, double *ret_greatest)
{
    if (t->ball) {
        double centre = to_centre(t, d, node, x);
        *ret_least = fmax(0, centre - t->radius[node]);
        *ret_greatest = centre + t->radius[node];
    } else {
        *ret_least = lar_distance_full(d, least_in_box(t, d, node, x));
        *ret_greatest = lar_distance_full(d, greatest_in_box(t, d, node, x));
    }
}

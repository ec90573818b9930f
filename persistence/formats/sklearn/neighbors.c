/* sklearn.neighbors: NearestNeighbors, KNeighborsClassifier, KNeighborsRegressor,
 * KNeighborsTransformer.
 *
 * Trees are walked as scikit-learn walks them, so that distances, neighbours and their order are
 * the same even where distances are equal. By brute force, scikit-learn takes Euclidean distances
 * from products (x x - 2 x y + y y), here they are sums of squares: their squares differ by up to
 * 1e-12 of (|x| + |y|)^2, and of neighbours that are as far as each other within that, another may
 * be chosen. Other metrics choose alike among equals, but where scikit-learn's own choice is not
 * one: where it is numpy.argpartition's, which NumPy 2 makes in another way on CPUs with AVX2 or
 * AVX-512, it is the plain one; where it depends on the number of threads and of rows (from 1.1
 * on), that of one thread and no more rows than points.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/neighbors.h"

#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

/* Whether scikit-learn has heaps of its own for this metric. */
static bool has_heaps(const struct sk_metric *m)
{
    switch (m->metric) {
    case LAR_METRIC_EUCLIDEAN:
    case LAR_METRIC_SQEUCLIDEAN:
    case LAR_METRIC_MANHATTAN:
    case LAR_METRIC_CHEBYSHEV:
    case LAR_METRIC_MINKOWSKI:
    case LAR_METRIC_SEUCLIDEAN:
    case LAR_METRIC_CANBERRA:
    case LAR_METRIC_BRAYCURTIS:
    case LAR_METRIC_HAVERSINE: return true;
    default: return false;
    }
}

/* Whether NODE is an array of floats of SIZE bytes. */
static bool holds_floats(struct sk_context *sk, const struct pk_node *node, size_t size)
{
    struct np_array array;
    struct lar_error ignored = {0};
    return np_is_array(node) && np_array(&array, node, sk->arena, &ignored) &&
           array.dtype->kind == 'f' && array.dtype->itemsize == size;
}

static bool read_tree(struct sk_context *sk, struct sk_nearest *ret)
{
    struct sk_point_tree *tree = sk_alloc(sk, 1, sizeof *tree);
    const struct pk_node *node = sk_fitted(sk, ret->object, "_tree");
    if (!tree || !node || !sk_get_point_tree(sk, node, "_tree", tree))
        return false;
    if (tree->points.shape.dims[0] != (int64_t)ret->n ||
        tree->metric.columns != ret->metric.columns)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "_tree: has %lld points of %zu columns, _fit_X %zu of %zu",
                       (long long)tree->points.shape.dims[0], tree->metric.columns, ret->n,
                       ret->metric.columns);
    if (memcmp(tree->points.data, ret->points, tree->points.n * sizeof(double)) != 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "_tree: has other points than _fit_X");
    ret->tree = tree;
    ret->metric = tree->metric;
    return true;
}

/* A metric that is read by brute force. */
static bool read_brute(struct sk_context *sk, struct sk_nearest *ret)
{
    const struct pk_node *metric = sk_fitted(sk, ret->object, "effective_metric_");
    const struct pk_node *options = pk_attribute(ret->object, "effective_metric_params_");
    if (!metric || !sk_get_metric(sk, metric, "metric", options, ret->metric.columns, &ret->metric))
        return false;
    const struct pk_node *points = pk_attribute(ret->object, "_fit_X");
    unsigned since = ret->narrow ? SK_RELEASE(1, 2) : SK_RELEASE(1, 1);
    ret->reduction = sk_release(ret->object) >= since && has_heaps(&ret->metric) &&
                     holds_floats(sk, points, ret->narrow ? sizeof(float) : sizeof(double));
    if (ret->narrow && !ret->reduction)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "float32 enters (the dtype of a step before), in which scikit-learn "
                       "then compares distances of this metric");
    if (ret->metric.metric == LAR_METRIC_BRAYCURTIS && !ret->reduction)
        ret->metric.metric = LAR_METRIC_BRAYCURTIS_SUM;
    return true;
}

bool sk_get_nearest(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                    struct sk_nearest *ret)
{
    struct sk_numbers points;
    size_t n, columns;
    const struct pk_node *method = sk_fitted(sk, object, "_fit_method");
    if (!method || !sk_get_numbers(sk, object, "_fit_X", 2, 2, &points))
        return false;
    *ret = (struct sk_nearest){.object = object,
                               .points = points.data,
                               .n = (size_t)points.shape.dims[0],
                               .narrow = in->type == LAR_TYPE_F32,
                               .metric = {.columns = (size_t)points.shape.dims[1]}};
    if (ret->n == 0 || ret->metric.columns == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "_fit_X: is empty");
    if (!sk_get_size(sk, object, "n_samples_fit_", ret->n, &n) ||
        !sk_get_size(sk, object, "n_features_in_", ret->metric.columns, &columns))
        return false;
    if (n != ret->n || columns != ret->metric.columns)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "_fit_X: has %zu rows of %zu columns, n_samples_fit_ and n_features_in_ say "
                       "%zu of %zu",
                       ret->n, ret->metric.columns, n, columns);
    bool tree = pk_text_equal(method, "kd_tree") || pk_text_equal(method, "ball_tree");
    if (!tree && !pk_text_equal(method, "brute"))
        return sk_refuse_attribute(sk, method, "_fit_method",
                                   "must be 'brute', 'kd_tree' or 'ball_tree'");
    if (!(tree ? read_tree : read_brute)(sk, ret) ||
        !sk_frame_expect(sk, in, ret->metric.columns, "_fit_X"))
        return false;
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    ret->x = sk_check_finite(sk, object, x, ret->metric.metric == LAR_METRIC_NAN_EUCLIDEAN, false);
    return true;
}

bool sk_get_k(struct sk_context *sk, const struct sk_nearest *nearest, size_t *ret)
{
    if (!sk_get_size(sk, nearest->object, "n_neighbors", 5, ret))
        return false;
    if (*ret < 1 || *ret > nearest->n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "n_neighbors: is %zu, of %zu points", *ret,
                       nearest->n);
    return true;
}

bool sk_find_nearest(struct sk_context *sk, const struct sk_nearest *q, size_t k, lar_value ret[2])
{
    struct lar_node_args args = {
        .op = "larder.Neighbors", .inputs = &q->x, .n_inputs = 1, .n_outputs = 2};
    bool heap = q->tree || q->reduction;
    enum lar_ties ties = !heap                                       ? LAR_TIES_SELECT
                         : sk_release(q->object) >= SK_RELEASE(1, 9) ? LAR_TIES_INTRO
                                                                     : LAR_TIES_QUICK;
    size_t n = sk_metric_params(sk, &q->metric, q->points, q->n, &args);
    if (q->tree)
        n = sk_point_tree_params(sk, q->tree, &args, n);
    args.params[n].name = "k";
    args.params[n++].value = lar_draft_scalar_i64(sk->draft, (int64_t)k);
    args.params[n].name = "ties";
    args.params[n++].value = lar_draft_scalar_i64(sk->draft, ties);
    args.params[n].name = "again";
    args.params[n++].value = lar_draft_scalar_bool(sk->draft, q->reduction);
    ret[0] = lar_draft_node(sk->draft, &args);
    ret[1] = ret[0] == LAR_NO_VALUE ? LAR_NO_VALUE : ret[0] + 1;
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_get_weighted(struct sk_context *sk, const struct pk_node *object, bool *ret)
{
    const struct pk_node *node = pk_attribute(object, "weights");
    *ret = pk_text_equal(node, "distance");
    if (*ret || !node || node->kind == PK_NONE || pk_text_equal(node, "uniform"))
        return true;
    return sk_refuse_attribute(sk, node, "weights",
                               "must be 'uniform', 'distance' or None: no code of a file is ever "
                               "run");
}

bool sk_get_codes(struct sk_context *sk, const struct pk_node *object, size_t points,
                  struct sk_codes *ret)
{
    const struct pk_node *classes = sk_fitted(sk, object, "classes_");
    const struct pk_node *y = sk_fitted(sk, object, "_y");
    struct pk_items lists = {.n = 0};
    const int64_t *codes;
    size_t n;
    if (!classes || !y || !sk_get_flag(sk, object, "outputs_2d_", false, &ret->several) ||
        !sk_integers(sk, y, "_y", &codes, &n))
        return false;
    ret->n = 1;
    if (ret->several && (classes->kind != PK_LIST || classes->items.n == 0))
        return sk_refuse_attribute(sk, classes, "classes_", "must be a list of arrays");
    if (ret->several) {
        lists = classes->items;
        ret->n = lists.n;
    }
    if (n / ret->n != points || n % ret->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "_y: has %zu elements for %zu points and %zu outputs", n,
                       points, ret->n);
    ret->labels = sk_alloc(sk, ret->n, sizeof *ret->labels);
    ret->classes = sk_alloc(sk, ret->n, sizeof *ret->classes);
    ret->codes = sk_alloc(sk, ret->n, sizeof *ret->codes);
    for (size_t k = 0; ret->labels && ret->classes && ret->codes && k < ret->n; k++) {
        int64_t *own = sk_alloc(sk, points, sizeof *own);
        if (!own || !sk_labels(sk, ret->several ? lists.data[k] : classes, "classes_",
                               &ret->labels[k], &ret->classes[k]))
            return false;
        for (size_t i = 0; i < points; i++) {
            own[i] = codes[i * ret->n + k];
            if (own[i] < 0 || (size_t)own[i] >= ret->classes[k])
                return sk_fail(sk, LAR_ERR_FORMAT, "_y: element %zu is %lld, of %zu classes_",
                               i * ret->n + k, (long long)own[i], ret->classes[k]);
        }
        ret->codes[k] = own;
    }
    return ret->labels && ret->classes && ret->codes;
}

bool sk_get_targets(struct sk_context *sk, const struct pk_node *object, size_t points,
                    bool weighted, struct sk_targets *ret)
{
    struct sk_numbers y;
    struct np_array array;
    const struct pk_node *node = sk_fitted(sk, object, "_y");
    if (!node || !sk_numbers(sk, node, "_y", 1, 2, &y))
        return false;
    if (y.shape.dims[0] != (int64_t)points)
        return sk_fail(sk, LAR_ERR_FORMAT, "_y: has %lld rows for %zu points",
                       (long long)y.shape.dims[0], points);
    ret->several = y.shape.rank == 2;
    ret->integers =
        np_is_array(node) && np_array(&array, node, sk->arena, sk->err) && array.dtype->kind != 'f';
    ret->narrow = y.float32 && !weighted;
    ret->values = lar_draft_f64(sk->draft, y.data,
                                LAR_SHAPE((int64_t)points, ret->several ? y.shape.dims[1] : 1));
    return true;
}

bool sk_answer_neighbor_means(struct sk_context *sk, const struct sk_targets *targets,
                              lar_value means, struct sk_result *ret)
{
    if (targets->narrow)
        means = sk_cast(sk, means, LAR_TYPE_F32);
    return sk_answer(sk, ret, SK_PREDICT, targets->several ? means : sk_as_vector(sk, means),
                     LAR_NO_VALUE);
}

lar_value sk_label_columns(struct sk_context *sk, const lar_value *labels, size_t n)
{
    enum lar_type type = lar_draft_info(sk->draft, labels[0])->type;
    lar_value *columns = sk_alloc(sk, n, sizeof *columns);
    for (size_t i = 0; columns && i < n; i++)
        columns[i] = sk_cast(sk, labels[i], type);
    return columns ? sk_side_by_side(sk, columns, n) : LAR_NO_VALUE;
}

static bool answer_nearest(struct sk_context *sk, struct sk_result *ret, const lar_value nearest[2])
{
    return sk_answer(sk, ret, SK_KNEIGHBORS, nearest[0], LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_KNEIGHBORS, nearest[1], LAR_NO_VALUE);
}

bool sk_read_nearest_neighbors(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_nearest nearest;
    lar_value found[2];
    size_t k;
    return sk_get_nearest(sk, object, in, &nearest) && sk_get_k(sk, &nearest, &k) &&
           sk_find_nearest(sk, &nearest, k, found) && answer_nearest(sk, ret, found);
}

bool sk_read_k_neighbors_classifier(struct sk_context *sk, const struct pk_node *object,
                                    const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_nearest nearest;
    struct sk_codes codes;
    lar_value found[2];
    size_t k;
    bool weighted;
    if (!sk_get_nearest(sk, object, in, &nearest) || !sk_get_k(sk, &nearest, &k) ||
        !sk_get_weighted(sk, object, &weighted) || !sk_get_codes(sk, object, nearest.n, &codes) ||
        !sk_find_nearest(sk, &nearest, k, found))
        return false;
    lar_value *labels = sk_alloc(sk, codes.n, sizeof *labels);
    for (size_t i = 0; labels && i < codes.n; i++) {
        lar_value votes = lar_draft_node(
            d, &(struct lar_node_args){
                   .op = "larder.NeighborVotes",
                   .inputs = found,
                   .n_inputs = 2,
                   .n_outputs = 2,
                   .params = {{"codes",
                               lar_draft_i64(d, codes.codes[i], LAR_SHAPE((int64_t)nearest.n))},
                              {"classes", lar_draft_scalar_i64(d, (int64_t)codes.classes[i])},
                              {"weighted", lar_draft_scalar_bool(d, weighted)}},
               });
        if (votes == LAR_NO_VALUE)
            return false;
        labels[i] = sk_greatest(sk, votes, codes.labels[i]);
        if (!sk_answer(sk, ret, SK_PREDICT_PROBA, votes + 1, codes.labels[i]))
            return false;
    }
    ret->answers[SK_PREDICT_PROBA].several = codes.several;
    return labels &&
           sk_answer(sk, ret, SK_PREDICT,
                     codes.several ? sk_label_columns(sk, labels, codes.n) : labels[0],
                     LAR_NO_VALUE) &&
           answer_nearest(sk, ret, found);
}

bool sk_read_k_neighbors_regressor(struct sk_context *sk, const struct pk_node *object,
                                   const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_nearest nearest;
    struct sk_targets targets = {.values = LAR_NO_VALUE};
    lar_value found[2];
    size_t k;
    bool weighted = false;
    if (!sk_get_nearest(sk, object, in, &nearest) || !sk_get_k(sk, &nearest, &k) ||
        !sk_get_weighted(sk, object, &weighted) ||
        !sk_get_targets(sk, object, nearest.n, weighted, &targets) ||
        !sk_find_nearest(sk, &nearest, k, found))
        return false;
    lar_value means =
        lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.NeighborMeans",
                              .inputs = found,
                              .n_inputs = 2,
                              .params = {{"targets", targets.values},
                                         {"weighted", lar_draft_scalar_bool(d, weighted)}},
                          });
    return sk_answer_neighbor_means(sk, &targets, means, ret) && answer_nearest(sk, ret, found);
}

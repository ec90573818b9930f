/* sklearn.neighbors: LocalOutlierFactor (for novelties), NearestCentroid,
 * NeighborhoodComponentsAnalysis.
 *
 * LocalOutlierFactor over a tree is exact. neighbors.c says how distances compare elsewhere.
 * Tolerance of the projection: 1e-12 S: the order of a product's sum differs.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/neighbors.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

static const int64_t second_axis[] = {1};

/* The mean of rows of K, [rows, 1]. */
static lar_value row_means(struct sk_context *sk, lar_value value, size_t k)
{
    struct lar_draft *d = sk->draft;
    value = lar_draft_apply(d, "ReduceSum", 2, value, lar_draft_i64(d, second_axis, LAR_SHAPE(1)));
    return lar_draft_apply(d, "Div", 2, value, lar_draft_scalar_f64(d, (double)k));
}

/* The distance of each training point to its K-th neighbour. */
static bool read_reach(struct sk_context *sk, const struct sk_nearest *q, size_t k, lar_value *ret)
{
    struct sk_numbers distances;
    if (!sk_get_numbers(sk, q->object, "_distances_fit_X_", 2, 2, &distances))
        return false;
    if (distances.shape.dims[0] != (int64_t)q->n || distances.shape.dims[1] < (int64_t)k)
        return sk_fail(
            sk, LAR_ERR_FORMAT, "_distances_fit_X_: has %lld rows of %lld, not %zu of at least %zu",
            (long long)distances.shape.dims[0], (long long)distances.shape.dims[1], q->n, k);
    double *last = sk_alloc(sk, q->n, sizeof *last);
    for (size_t i = 0; last && i < q->n; i++)
        last[i] = distances.data[i * (size_t)distances.shape.dims[1] + k - 1];
    *ret = last ? lar_draft_f64(sk->draft, last, LAR_SHAPE((int64_t)q->n)) : LAR_NO_VALUE;
    return last != NULL;
}

bool sk_read_local_outlier_factor(struct sk_context *sk, const struct pk_node *object,
                                  const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_nearest q;
    struct sk_numbers offset;
    lar_value found[2], reach = LAR_NO_VALUE;
    const double *density = NULL;
    size_t k, asked;
    bool novelty = false;
    if (!sk_get_flag(sk, object, "novelty", false, &novelty) ||
        !sk_get_nearest(sk, object, in, &q) || !sk_get_size(sk, object, "n_neighbors_", 0, &k) ||
        !sk_get_k(sk, &q, &asked))
        return false;
    if (!novelty) {
        if (!sk_find_nearest(sk, &q, asked, found))
            return false;
    } else {
        if (k < 1 || k > q.n)
            return sk_fail(sk, LAR_ERR_FORMAT, "n_neighbors_: is %zu, of %zu points", k, q.n);
        if (!sk_get_vector(sk, object, "_lrd", q.n, &density) || !read_reach(sk, &q, k, &reach) ||
            !sk_get_numbers(sk, object, "offset_", 0, 0, &offset) ||
            !sk_find_nearest(sk, &q, k, found))
            return false;
        lar_value far = lar_draft_apply(d, "Max", 2, found[0], sk_gather(sk, reach, found[1], 0));
        lar_value mean =
            lar_draft_apply(d, "Add", 2, row_means(sk, far, k), lar_draft_scalar_f64(d, 1e-10));
        lar_value own = lar_draft_apply(d, "Div", 2, lar_draft_scalar_f64(d, 1), mean);
        lar_value others =
            sk_gather(sk, lar_draft_f64(d, density, LAR_SHAPE((int64_t)q.n)), found[1], 0);
        lar_value ratios = lar_draft_apply(d, "Div", 2, others, own);
        lar_value score = sk_as_vector(sk, lar_draft_apply(d, "Neg", 1, row_means(sk, ratios, k)));
        lar_value decision =
            lar_draft_apply(d, "Sub", 2, score, lar_draft_scalar_f64(d, offset.data[0]));
        lar_value below = lar_draft_apply(d, "Less", 2, decision, lar_draft_scalar_f64(d, 0));
        static const int64_t labels[] = {1, -1};
        lar_value label = sk_gather(sk, lar_draft_i64(d, labels, LAR_SHAPE(2)),
                                    sk_cast(sk, below, LAR_TYPE_I64), 0);
        if (!sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) ||
            !sk_answer(sk, ret, SK_DECISION_FUNCTION, decision, LAR_NO_VALUE) ||
            !sk_answer(sk, ret, SK_SCORE_SAMPLES, score, LAR_NO_VALUE))
            return false;
        if (asked != k && !sk_find_nearest(sk, &q, asked, found))
            return false;
    }
    return sk_answer(sk, ret, SK_KNEIGHBORS, found[0], LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_KNEIGHBORS, found[1], LAR_NO_VALUE);
}

struct centroids {
    struct sk_numbers points;
    struct sk_metric metric;
    lar_value classes, x;
    size_t n, columns;
};

static bool read_centroids(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct centroids *ret)
{
    const struct pk_node *classes = sk_fitted(sk, object, "classes_");
    const struct pk_node *metric = pk_attribute(object, "metric");
    if (!classes || !sk_get_numbers(sk, object, "centroids_", 2, 2, &ret->points) ||
        !sk_labels(sk, classes, "classes_", &ret->classes, &ret->n))
        return false;
    ret->columns = (size_t)ret->points.shape.dims[1];
    if (ret->points.shape.dims[0] != (int64_t)ret->n || ret->columns == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "centroids_: has %lld rows for %zu classes",
                       (long long)ret->points.shape.dims[0], ret->n);
    ret->metric = sk_euclidean(ret->columns);
    if (metric && !sk_get_metric(sk, metric, "metric", NULL, ret->columns, &ret->metric))
        return false;
    if (ret->metric.metric == LAR_METRIC_BRAYCURTIS && sk_release(object) < SK_RELEASE(1, 1))
        ret->metric.metric = LAR_METRIC_BRAYCURTIS_SUM;
    if (!sk_frame_expect(sk, in, ret->columns, "centroids_"))
        return false;
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    ret->x = sk_check_finite(sk, object, x, ret->metric.metric == LAR_METRIC_NAN_EUCLIDEAN, false);
    return true;
}

/* -d^2 + 2 log(prior), d between what is divided by the deviation within classes. */
static bool discriminants(struct sk_context *sk, const struct pk_node *object,
                          const struct centroids *c, const double *prior, lar_value *ret)
{
    struct lar_draft *d = sk->draft;
    const double *deviation;
    struct sk_metric metric = c->metric;
    if (!sk_get_vector(sk, object, "within_class_std_dev_", c->columns, &deviation))
        return false;
    double *scale = sk_alloc(sk, c->columns, sizeof *scale);
    double *points = sk_alloc(sk, c->points.n, sizeof *points);
    double *bonus = sk_alloc(sk, c->n, sizeof *bonus);
    if (!scale || !points || !bonus)
        return false;
    for (size_t j = 0; j < c->columns; j++)
        scale[j] = deviation[j] != 0 ? deviation[j] : 1;
    for (size_t i = 0; i < c->points.n; i++)
        points[i] = c->points.data[i] / scale[i % c->columns];
    for (size_t i = 0; i < c->n; i++)
        bonus[i] = 2 * log(prior[i]);
    lar_value x =
        lar_draft_apply(d, "Div", 2, c->x, lar_draft_f64(d, scale, LAR_SHAPE((int64_t)c->columns)));
    lar_value far = sk_distances(sk, x, &metric, points, c->n);
    far = lar_draft_apply(d, "Mul", 2, far, far);
    *ret = lar_draft_apply(d, "Sub", 2, lar_draft_f64(d, bonus, LAR_SHAPE((int64_t)c->n)), far);
    return true;
}

/* What releases from 1.6 on answer of their scores. */
static bool answer_discriminants(struct sk_context *sk, const struct centroids *c, lar_value scores,
                                 struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    lar_value shown = scores, labels = c->classes;
    if (c->n == 2) {
        shown = lar_draft_apply(d, "Sub", 2, sk_columns(sk, scores, 1, 1),
                                sk_columns(sk, scores, 0, 1));
        shown = sk_as_vector(sk, shown);
        labels = LAR_NO_VALUE;
    }
    lar_value axes = lar_draft_i64(d, second_axis, LAR_SHAPE(1));
    lar_value most = lar_draft_apply(d, "ReduceMax", 2, scores, axes);
    lar_value apart = lar_draft_apply(d, "Sub", 2, scores, most);
    lar_value sum = lar_draft_apply(d, "ReduceSum", 2, lar_draft_apply(d, "Exp", 1, apart), axes);
    lar_value logarithms = lar_draft_apply(d, "Sub", 2, apart, lar_draft_apply(d, "Log", 1, sum));
    lar_value proba = lar_draft_apply(d, "Exp", 1, logarithms);
    return sk_answer(sk, ret, SK_DECISION_FUNCTION, shown, labels) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA, proba, c->classes) &&
           sk_answer(sk, ret, SK_PREDICT_LOG_PROBA, logarithms, c->classes);
}

bool sk_read_nearest_centroid(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct centroids c = {.n = 0};
    const double *prior = NULL;
    lar_value scores = LAR_NO_VALUE;
    if (!read_centroids(sk, object, in, &c))
        return false;
    bool priors = sk_has(object, "class_prior_"), even = true;
    if (priors && !sk_get_vector(sk, object, "class_prior_", c.n, &prior))
        return false;
    for (size_t i = 0; prior && i < c.n; i++) /* as numpy.isclose */
        even &= fabs(prior[i] - 1 / (double)c.n) <= 1e-8 + 1e-5 / (double)c.n;
    if (prior && !discriminants(sk, object, &c, prior, &scores))
        return false;
    lar_value nearest = LAR_NO_VALUE;
    if (even)
        nearest = lar_draft_apply(sk->draft, "Neg", 1,
                                  sk_distances(sk, c.x, &c.metric, c.points.data, c.n));
    else
        nearest = scores;
    if (!sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, nearest, c.classes), LAR_NO_VALUE))
        return false;
    return !prior || c.metric.metric != LAR_METRIC_EUCLIDEAN ||
           answer_discriminants(sk, &c, scores, ret);
}

bool sk_read_neighborhood_components(struct sk_context *sk, const struct pk_node *object,
                                     const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_numbers components;
    if (!sk_get_numbers(sk, object, "components_", 2, 2, &components))
        return false;
    size_t k = (size_t)components.shape.dims[0], n = (size_t)components.shape.dims[1];
    double *turned = sk_alloc(sk, components.n, sizeof *turned);
    if (!turned || !sk_frame_expect(sk, in, n, "components_"))
        return false;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < n; j++)
            turned[j * k + i] = components.data[i * n + j];
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    x = lar_draft_apply(d, "MatMul", 2, x,
                        lar_draft_f64(d, turned, LAR_SHAPE((int64_t)n, (int64_t)k)));
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    return true;
}

/* sklearn.cluster: KMeans, MiniBatchKMeans, BisectingKMeans, Birch, MeanShift, AffinityPropagation,
 * FeatureAgglomeration.
 *
 * Labels: the least of c c - 2 x c, as scikit-learn compares it; centres that are equally near
 * within 1e-12 of |x|^2 + |c|^2 may be taken for each other. transform: scikit-learn takes
 * distances from x x - 2 x c + c c, here they are sums of squares; their squares differ by up to
 * 1e-12 of (|x| + |c|)^2. Centres of k-means in float32: it also compares rows in float32, and ours
 * are rounded to that; labels may then differ within 1e-6 of |x|^2 + |c|^2. transform takes float64
 * rows as they are, and holds 1e-12.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/cluster.h"
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/metric.h"
#include "persistence/formats/sklearn/nodes.h"

bool sk_get_centres(struct sk_context *sk, const struct pk_node *object, const char *name,
                    const struct sk_frame *in, struct sk_centres *ret)
{
    struct sk_numbers centres;
    if (!sk_get_numbers(sk, object, name, 2, 2, &centres))
        return false;
    *ret = (struct sk_centres){.data = centres.data,
                               .n = (size_t)centres.shape.dims[0],
                               .columns = (size_t)centres.shape.dims[1],
                               .float32 = centres.float32};
    if (ret->n == 0 || ret->columns == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is empty", name);
    if (!sk_frame_expect(sk, in, ret->columns, name))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    ret->x = sk_check_finite(sk, object, x, false, false);
    return true;
}

/* The number of the centre nearest to X, int64. */
static lar_value nearest(struct sk_context *sk, const struct sk_centres *c, lar_value x)
{
    struct lar_draft *d = sk->draft;
    lar_value centers = lar_draft_f64(d, c->data, LAR_SHAPE((int64_t)c->n, (int64_t)c->columns));
    return lar_draft_node(d, &(struct lar_node_args){.op = "larder.NearestCenter",
                                                     .inputs = &x,
                                                     .n_inputs = 1,
                                                     .params = {{"centers", centers}}});
}

lar_value sk_compared_with_centres(struct sk_context *sk, const struct pk_node *object,
                                   const struct sk_centres *c)
{
    bool wide = sk_release(object) < SK_RELEASE(0, 23) && !sk_is_sparse(sk, c->x);
    if (!c->float32 || wide)
        return c->x;
    lar_value x = sk_check_finite(sk, object, c->x, false, true);
    return sk_cast(sk, sk_cast(sk, x, LAR_TYPE_F32), LAR_TYPE_F64);
}

void sk_give_distances(struct sk_context *sk, const struct sk_centres *c, struct sk_result *ret)
{
    struct sk_metric euclidean = sk_euclidean(c->columns);
    ret->transforms = true;
    ret->frame =
        sk_frame_of(sk, sk_distances(sk, sk_to_dense(sk, c->x), &euclidean, c->data, c->n));
}

bool sk_read_k_means(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     struct sk_result *ret)
{
    struct sk_centres c;
    if (!sk_get_centres(sk, object, "cluster_centers_", in, &c))
        return false;
    sk_give_distances(sk, &c, ret);
    lar_value number = nearest(sk, &c, sk_compared_with_centres(sk, object, &c));
    return sk_answer(sk, ret, SK_PREDICT, sk_cast(sk, number, LAR_TYPE_I32), LAR_NO_VALUE);
}

/* predict: the number of the nearest centre. */
bool sk_read_nearest_center(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_centres c;
    return sk_get_centres(sk, object, "cluster_centers_", in, &c) &&
           sk_answer(sk, ret, SK_PREDICT, nearest(sk, &c, c.x), LAR_NO_VALUE);
}

bool sk_read_birch(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_result *ret)
{
    struct sk_centres c;
    lar_value labels;
    size_t n;
    const struct pk_node *node = sk_fitted(sk, object, "subcluster_labels_");
    if (!node || !sk_get_centres(sk, object, "subcluster_centers_", in, &c) ||
        !sk_labels(sk, node, "subcluster_labels_", &labels, &n))
        return false;
    if (n != c.n)
        return sk_fail(sk, LAR_ERR_FORMAT, "subcluster_labels_: has %zu labels for %zu centres", n,
                       c.n);
    sk_give_distances(sk, &c, ret);
    return sk_answer(sk, ret, SK_PREDICT, sk_gather(sk, labels, nearest(sk, &c, c.x), 0),
                     LAR_NO_VALUE);
}

/* transform: the means of features that belong together. */
/* Which of how many groups each feature of a FeatureAgglomeration is in. */
static bool read_groups(struct sk_context *sk, const struct pk_node *object, const int64_t **ret,
                        size_t *ret_n, size_t *ret_groups)
{
    const struct pk_node *node = sk_fitted(sk, object, "labels_");
    if (!node || !sk_integers(sk, node, "labels_", ret, ret_n))
        return false;
    *ret_groups = 0;
    for (size_t i = 0; i < *ret_n; i++) {
        int64_t label = (*ret)[i];
        if (label < 0 || (size_t)label >= *ret_n)
            return sk_fail(sk, LAR_ERR_FORMAT, "labels_: element %zu is %lld, of %zu features", i,
                           (long long)label, *ret_n);
        if ((size_t)label >= *ret_groups)
            *ret_groups = (size_t)label + 1;
    }
    return true;
}

bool sk_read_feature_agglomeration(struct sk_context *sk, const struct pk_node *object,
                                   const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    const struct pk_node *pool = pk_attribute(object, "pooling_func");
    const int64_t *labels;
    size_t n, groups;
    if (!read_groups(sk, object, &labels, &n, &groups))
        return false;
    if (pool && !pk_is_global(pool, "numpy", "mean") &&
        !pk_is_global(pool, "numpy.core.fromnumeric", "mean"))
        return sk_refuse_attribute(sk, pool, "pooling_func", "must be numpy.mean");
    double *members = sk_alloc(sk, n * groups, sizeof *members);
    double *sizes = sk_alloc(sk, groups, sizeof *sizes);
    if (!members || !sizes || !sk_frame_expect(sk, in, n, "labels_"))
        return false;
    for (size_t i = 0; i < n; i++) {
        members[i * groups + (size_t)labels[i]] = 1;
        sizes[labels[i]]++;
    }
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    x = lar_draft_apply(d, "MatMul", 2, x,
                        lar_draft_f64(d, members, LAR_SHAPE((int64_t)n, (int64_t)groups)));
    x = lar_draft_apply(d, "Div", 2, x, lar_draft_f64(d, sizes, LAR_SHAPE((int64_t)groups)));
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    return true;
}

/* Each feature is its group. */
bool sk_invert_feature_agglomeration(struct sk_context *sk, const struct pk_node *object,
                                     const struct sk_frame *in, struct sk_frame *ret)
{
    const int64_t *labels;
    size_t n, groups;
    if (!read_groups(sk, object, &labels, &n, &groups) ||
        !sk_frame_expect(sk, in, groups, "labels_"))
        return false;
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    *ret = sk_frame_of(
        sk, sk_gather(sk, x, lar_draft_i64(sk->draft, labels, LAR_SHAPE((int64_t)n)), 1));
    return lar_draft_ok(sk->draft, sk->err);
}

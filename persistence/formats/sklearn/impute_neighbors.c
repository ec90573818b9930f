/* sklearn.impute: KNNImputer.
 *
 * Tolerance: scikit-learn takes distances from products, here they are sums of squares: imputed
 * numbers differ by roundings, by weights by up to 1e-12 (|x| + |y|)^2 / d^2 of the largest donor;
 * of donors that are as far as each other within that, another may be chosen.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/neighbors.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

struct imputer {
    const double *points; /* [n, columns], NaN where missing */
    size_t n, columns, k;
    double missing;
    bool weighted, keep_empty;
    const int64_t *kept, *marked;
    size_t n_kept, n_marked;
};

static bool read_points(struct sk_context *sk, const struct pk_node *object, struct imputer *ret)
{
    struct sk_numbers points;
    const struct pk_node *node = pk_attribute(object, "missing_values");
    ret->missing = (double)NAN;
    if (node && !pk_get_f64(node, &ret->missing))
        return sk_refuse_attribute(sk, node, "missing_values", "must be a number");
    if (!sk_get_numbers(sk, object, "_fit_X", 2, 2, &points))
        return false;
    ret->n = (size_t)points.shape.dims[0];
    ret->columns = (size_t)points.shape.dims[1];
    if (points.n == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "_fit_X: is empty");
    double *copy = sk_alloc(sk, points.n, sizeof *copy);
    for (size_t i = 0; copy && i < points.n; i++)
        copy[i] = points.data[i] == ret->missing ? (double)NAN : points.data[i];
    ret->points = copy;
    return copy != NULL;
}

/* Columns that no training row has are left out, or stand as 0 where they are kept. */
static bool choose_columns(struct sk_context *sk, struct imputer *im)
{
    int64_t *kept = sk_alloc(sk, im->columns, sizeof *kept);
    for (size_t j = 0; kept && j < im->columns; j++) {
        bool any = im->keep_empty;
        for (size_t i = 0; !any && i < im->n; i++)
            any = !isnan(im->points[i * im->columns + j]);
        if (any)
            kept[im->n_kept++] = (int64_t)j;
    }
    im->kept = kept;
    return kept &&
           (im->n_kept || sk_fail(sk, LAR_ERR_UNSUPPORTED, "_fit_X: is nothing but missing"));
}

static bool read_indicator(struct sk_context *sk, const struct pk_node *object, struct imputer *im)
{
    bool wanted;
    if (!sk_get_flag(sk, object, "add_indicator", false, &wanted))
        return false;
    if (!wanted)
        return true;
    const struct pk_node *indicator = sk_fitted(sk, object, "indicator_");
    if (!indicator || !sk_integers(sk, pk_attribute(indicator, "features_"), "indicator_.features_",
                                   &im->marked, &im->n_marked))
        return false;
    for (size_t i = 0; i < im->n_marked; i++)
        if (im->marked[i] < 0 || (size_t)im->marked[i] >= im->columns)
            return sk_fail(sk, LAR_ERR_FORMAT, "indicator_.features_: there is no column %lld",
                           (long long)im->marked[i]);
    return true;
}

static lar_value add_node(struct sk_context *sk, const struct imputer *im, bool drop_far,
                          lar_value x)
{
    struct lar_draft *d = sk->draft;
    struct sk_metric metric = {.metric = LAR_METRIC_NAN_EUCLIDEAN, .p = 2, .columns = im->columns};
    struct lar_node_args args = {.op = "larder.NeighborImpute", .inputs = &x, .n_inputs = 1};
    size_t n = sk_metric_params(sk, &metric, im->points, im->n, &args);
    const struct {
        const char *name;
        lar_value value;
    } params[] = {
        {"k", lar_draft_scalar_i64(d, (int64_t)im->k)},
        {"columns", lar_draft_i64(d, im->kept, LAR_SHAPE((int64_t)im->n_kept))},
        {"weighted", lar_draft_scalar_bool(d, im->weighted)},
        {"drop_far", lar_draft_scalar_bool(d, drop_far)},
        {"missing", lar_draft_scalar_f64(d, im->missing)},
        {"empty", im->keep_empty ? lar_draft_scalar_f64(d, 0) : LAR_NO_VALUE},
    };
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        args.params[n].name = params[i].name;
        args.params[n++].value = params[i].value;
    }
    return lar_draft_node(d, &args);
}

bool sk_read_knn_imputer(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, struct sk_result *ret)
{
    struct imputer im = {.n = 0};
    struct lar_draft *d = sk->draft;
    const struct pk_node *metric = pk_attribute(object, "metric");
    if (metric && !pk_text_equal(metric, "nan_euclidean"))
        return sk_refuse_attribute(sk, metric, "metric", "must be 'nan_euclidean'");
    if (!read_points(sk, object, &im) || !sk_get_weighted(sk, object, &im.weighted) ||
        !sk_get_size(sk, object, "n_neighbors", 5, &im.k) ||
        !sk_get_flag(sk, object, "keep_empty_features", false, &im.keep_empty) ||
        !choose_columns(sk, &im) || !read_indicator(sk, object, &im) ||
        !sk_frame_expect(sk, in, im.columns, "_fit_X"))
        return false;
    if (im.k < 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "n_neighbors: is 0");
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, isnan(im.missing), false);
    lar_value parts[2] = {add_node(sk, &im, sk_release(object) >= SK_RELEASE(1, 6), x)};
    if (im.n_marked) {
        lar_value marks = lar_draft_node(
            d, &(struct lar_node_args){
                   .op = "larder.Missing",
                   .inputs = &x,
                   .n_inputs = 1,
                   .params = {{"columns",
                               lar_draft_i64(d, im.marked, LAR_SHAPE((int64_t)im.n_marked))},
                              {"missing", lar_draft_scalar_f64(d, im.missing)}},
               });
        parts[1] = sk_cast(sk, marks, LAR_TYPE_F64);
    }
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, im.n_marked ? sk_side_by_side(sk, parts, 2) : parts[0]);
    return lar_draft_ok(d, sk->err);
}

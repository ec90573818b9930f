/* Metrics; see distances.h.
 *
 * Each metric is written once, over some points side by side: eight of a panel, or one.
 * SPDX-License-Identifier: MIT */
#include "inference/distances.h"

#include "base/checked.h"
#include "inference/infer.h"

#include <math.h>
#include <string.h>

enum { LANES = LAR_PANEL_F64 };

#define INLINE static inline __attribute__((always_inline))

/* R[lanes] from X and Y[columns][lanes]. */
#define EACH(q) for (size_t q = 0; q < lanes; q++)

INLINE void squares(double *r, const double *x, const double *y, size_t n, size_t lanes)
{
    for (size_t j = 0; j < n; j++)
        EACH(q)
        {
            double t = x[j] - y[j * lanes + q];
            r[q] += t * t;
        }
}

INLINE void scaled_squares(const struct lar_distance *d, double *r, const double *x,
                           const double *y, size_t lanes)
{
    for (size_t j = 0; j < d->columns; j++)
        EACH(q)
        {
            double t = x[j] - y[j * lanes + q];
            r[q] += t * t / d->weights[j];
        }
}

INLINE void absolutes(double *r, const double *x, const double *y, size_t n, size_t lanes)
{
    for (size_t j = 0; j < n; j++)
        EACH(q)
    r[q] += fabs(x[j] - y[j * lanes + q]);
}

INLINE void greatest(double *r, const double *x, const double *y, size_t n, size_t lanes)
{
    for (size_t j = 0; j < n; j++)
        EACH(q)
        {
            double t = fabs(x[j] - y[j * lanes + q]);
            r[q] = t > r[q] ? t : r[q];
        }
}

INLINE void powers(const struct lar_distance *d, double *r, const double *x, const double *y,
                   size_t lanes)
{
    bool outer = d->weights && d->metric == LAR_METRIC_MINKOWSKI;
    bool inner = d->weights && d->metric == LAR_METRIC_WMINKOWSKI;
    for (size_t j = 0; j < d->columns; j++)
        EACH(q)
        {
            double t = x[j] - y[j * lanes + q];
            t = pow(fabs(inner ? d->weights[j] * t : t), d->p);
            r[q] += outer ? d->weights[j] * t : t;
        }
}

INLINE void mahalanobis(const struct lar_distance *d, double *r, const double *x, const double *y,
                        size_t lanes)
{
    for (size_t i = 0; i < d->columns; i++)
        EACH(q)
        {
            double t = 0;
            for (size_t j = 0; j < d->columns; j++)
                t += d->matrix[i * d->columns + j] * (x[j] - y[j * lanes + q]);
            r[q] += t * (x[i] - y[i * lanes + q]);
        }
}

INLINE void hamming(double *r, const double *x, const double *y, size_t n, size_t lanes)
{
    for (size_t j = 0; j < n; j++)
        EACH(q)
    r[q] += x[j] != y[j * lanes + q];
    EACH(q)
    r[q] /= (double)n;
}

INLINE void canberra(double *r, const double *x, const double *y, size_t n, size_t lanes)
{
    for (size_t j = 0; j < n; j++)
        EACH(q)
        {
            double v = y[j * lanes + q], both = fabs(x[j]) + fabs(v);
            r[q] += both > 0 ? fabs(x[j] - v) / both : 0;
        }
}

/* SUM: divided by the sum of |x + y|. */
INLINE void bray_curtis(double *r, const double *x, const double *y, size_t n, bool sum,
                        size_t lanes)
{
    double below[LANES] = {0};
    for (size_t j = 0; j < n; j++)
        EACH(q)
        {
            double v = y[j * lanes + q];
            r[q] += fabs(x[j] - v);
            below[q] += sum ? fabs(x[j] + v) : fabs(x[j]) + fabs(v);
        }
    EACH(q)
    r[q] = below[q] > 0 ? r[q] / below[q] : sum ? r[q] / below[q] : 0;
}

static inline double of_cosine(double product)
{
    double t = 1 - product;
    return t < 0 ? 0 : t > 2 ? 2 : t;
}

/* Of points scaled to length 1. */
INLINE void cosine(double *r, const double *x, const double *y, size_t n, size_t lanes)
{
    for (size_t j = 0; j < n; j++)
        EACH(q)
    r[q] += x[j] * y[j * lanes + q];
    EACH(q)
    r[q] = of_cosine(r[q]);
}

INLINE void haversine(double *r, const double *x, const double *y, size_t lanes)
{
    EACH(q)
    {
        double s = sin(0.5 * (x[0] - y[q])), t = sin(0.5 * (x[1] - y[lanes + q]));
        r[q] = s * s + cos(x[0]) * cos(y[q]) * t * t;
    }
}

/* Squares of the columns that both points have, scaled up to all columns. */
INLINE void nan_squares(double *r, const double *x, const double *y, size_t n, size_t lanes)
{
    double present[LANES] = {0};
    for (size_t j = 0; j < n; j++)
        EACH(q)
        {
            double t = x[j] - y[j * lanes + q];
            bool known = !isnan(x[j]) && !isnan(y[j * lanes + q]);
            r[q] += known ? t * t : 0;
            present[q] += known;
        }
    EACH(q)
    r[q] = present[q] > 0 ? r[q] / present[q] * (double)n : NAN;
}

/* BOTH columns are true, only one is (DIFFER), of N. */
static double of_counts(enum lar_metric metric, double both, double differ, double n)
{
    switch (metric) {
    case LAR_METRIC_JACCARD: return both + differ > 0 ? differ / (both + differ) : 0;
    case LAR_METRIC_DICE: return differ / (2 * both + differ);
    case LAR_METRIC_ROGERSTANIMOTO:
    case LAR_METRIC_SOKALMICHENER: return 2 * differ / (n + differ);
    case LAR_METRIC_RUSSELLRAO: return (n - both) / n;
    case LAR_METRIC_SOKALSNEATH: return differ / (0.5 * both + differ);
    case LAR_METRIC_KULSINSKI: return (differ - both + n) / (differ + n);
    default: return differ / n;
    }
}

INLINE void truths(const struct lar_distance *d, double *r, const double *x, const double *y,
                   size_t lanes)
{
    double differ[LANES] = {0};
    for (size_t j = 0; j < d->columns; j++)
        EACH(q)
        {
            bool a = x[j] != 0, b = y[j * lanes + q] != 0;
            r[q] += a && b;
            differ[q] += a != b;
        }
    EACH(q)
    r[q] = of_counts(d->metric, r[q], differ[q], (double)d->columns);
}

INLINE void reduced(const struct lar_distance *d, double *r, const double *x, const double *y,
                    size_t lanes)
{
    size_t n = d->columns;
    EACH(q)
    r[q] = 0;
    switch (d->metric) {
    case LAR_METRIC_EUCLIDEAN:
    case LAR_METRIC_SQEUCLIDEAN: squares(r, x, y, n, lanes); break;
    case LAR_METRIC_SEUCLIDEAN: scaled_squares(d, r, x, y, lanes); break;
    case LAR_METRIC_MANHATTAN: absolutes(r, x, y, n, lanes); break;
    case LAR_METRIC_CHEBYSHEV: greatest(r, x, y, n, lanes); break;
    case LAR_METRIC_MINKOWSKI:
    case LAR_METRIC_WMINKOWSKI: powers(d, r, x, y, lanes); break;
    case LAR_METRIC_MAHALANOBIS: mahalanobis(d, r, x, y, lanes); break;
    case LAR_METRIC_HAMMING: hamming(r, x, y, n, lanes); break;
    case LAR_METRIC_CANBERRA: canberra(r, x, y, n, lanes); break;
    case LAR_METRIC_BRAYCURTIS: bray_curtis(r, x, y, n, false, lanes); break;
    case LAR_METRIC_BRAYCURTIS_SUM: bray_curtis(r, x, y, n, true, lanes); break;
    case LAR_METRIC_COSINE:
    case LAR_METRIC_CORRELATION: cosine(r, x, y, n, lanes); break;
    case LAR_METRIC_HAVERSINE: haversine(r, x, y, lanes); break;
    case LAR_METRIC_NAN_EUCLIDEAN: nan_squares(r, x, y, n, lanes); break;
    default: truths(d, r, x, y, lanes);
    }
}

void lar_reduced_distances(const struct lar_distance *d, const struct lar_kernels *kernels,
                           const double *x, const struct lar_points *points, size_t first,
                           size_t end, double *y)
{
    const double *panel = points->panels + first * d->columns * LANES;
    if (d->metric == LAR_METRIC_EUCLIDEAN || d->metric == LAR_METRIC_SQEUCLIDEAN) {
        kernels->unfused_squares_f64(y, x, panel, d->columns, end - first);
        return;
    }
    if (d->metric == LAR_METRIC_COSINE || d->metric == LAR_METRIC_CORRELATION) {
        size_t n = (end - first) * LANES;
        kernels->panels_f64(y, x, 1, panel, d->columns, n);
        for (size_t i = 0; i < n; i++)
            y[i] = of_cosine(y[i]);
        return;
    }
    for (size_t i = first; i < end; i++, panel += d->columns * LANES, y += LANES)
        reduced(d, y, x, panel, LANES);
}

double lar_reduced_distance(const struct lar_distance *d, const double *x, const double *y)
{
    double r;
    reduced(d, &r, x, y, 1);
    return r;
}

double lar_distance_full(const struct lar_distance *d, double r)
{
    switch (d->metric) {
    case LAR_METRIC_EUCLIDEAN:
    case LAR_METRIC_SEUCLIDEAN:
    case LAR_METRIC_MAHALANOBIS:
    case LAR_METRIC_NAN_EUCLIDEAN: return sqrt(r);
    case LAR_METRIC_MINKOWSKI:
    case LAR_METRIC_WMINKOWSKI: return pow(r, 1 / d->p);
    case LAR_METRIC_HAVERSINE: return 2 * asin(sqrt(r));
    default: return r;
    }
}

double lar_distance_reduce(const struct lar_distance *d, double full)
{
    switch (d->metric) {
    case LAR_METRIC_EUCLIDEAN:
    case LAR_METRIC_SEUCLIDEAN:
    case LAR_METRIC_MAHALANOBIS:
    case LAR_METRIC_NAN_EUCLIDEAN: return full * full;
    case LAR_METRIC_MINKOWSKI:
    case LAR_METRIC_WMINKOWSKI: return pow(full, d->p);
    case LAR_METRIC_HAVERSINE: return sin(0.5 * full) * sin(0.5 * full);
    default: return full;
    }
}

const double *lar_distance_point(const struct lar_distance *d, const double *x, double *to)
{
    double mean = 0, square = 0;
    size_t n = d->columns;
    if (d->metric != LAR_METRIC_COSINE && d->metric != LAR_METRIC_CORRELATION)
        return x;
    for (size_t j = 0; d->metric == LAR_METRIC_CORRELATION && j < n; j++)
        mean += x[j];
    mean /= (double)n;
    for (size_t j = 0; j < n; j++)
        square += (x[j] - mean) * (x[j] - mean);
    double length = sqrt(square);
    if (length == 0 && d->metric == LAR_METRIC_COSINE)
        length = 1;
    for (size_t j = 0; j < n; j++)
        to[j] = (x[j] - mean) / length;
    return to;
}

bool lar_distance_infer(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *points = lar_node_param(node, "points");
    const struct lar_tensor *weights = lar_node_param(node, "weights");
    const struct lar_tensor *matrix = lar_node_param(node, "matrix");
    int64_t metric = lar_node_param_i64(node, "metric", -1), n = points->shape.dims[1];
    double p = lar_node_param_f64(node, "p", 2);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (points->shape.dims[0] < 1 || n < 1)
        return lar_infer_refuse(err, "there are no points");
    if (node->inputs[0]->shape.dims[1] != n)
        return lar_infer_refuse(err, "%lld columns, but points have %lld",
                                (long long)node->inputs[0]->shape.dims[1], (long long)n);
    if (metric < 0 || metric >= LAR_METRICS)
        return lar_infer_refuse(err, "there is no metric %lld", (long long)metric);
    if (!(p > 0) || (weights && weights->shape.dims[0] != n))
        return lar_infer_refuse(err, "p or weights do not fit the points");
    if (!weights && (metric == LAR_METRIC_SEUCLIDEAN || metric == LAR_METRIC_WMINKOWSKI))
        return lar_infer_refuse(err, "the metric needs weights");
    if (metric == LAR_METRIC_MAHALANOBIS &&
        (!matrix || matrix->shape.dims[0] != n || matrix->shape.dims[1] != n))
        return lar_infer_refuse(err, "the metric needs a matrix of %lld rows and columns",
                                (long long)n);
    if (metric == LAR_METRIC_HAVERSINE && n != 2)
        return lar_infer_refuse(err, "the metric is of 2 columns, not %lld", (long long)n);
    return true;
}

static const double *data_of(const struct lar_node_info *node, const char *name)
{
    const struct lar_tensor *t = lar_node_param(node, name);
    return t ? t->data : NULL;
}

struct lar_distance lar_distance_of(const struct lar_node_info *node)
{
    return (struct lar_distance){
        .metric = (enum lar_metric)lar_node_param_i64(node, "metric", 0),
        .p = lar_node_param_f64(node, "p", 2),
        .weights = data_of(node, "weights"),
        .matrix = data_of(node, "matrix"),
        .columns = (size_t)lar_node_param(node, "points")->shape.dims[1],
    };
}

bool lar_points_pack(struct lar_points *ret, const struct lar_distance *d,
                     const struct lar_tensor *points, const int64_t *order, struct lar_arena *arena,
                     struct lar_error *err)
{
    size_t n = (size_t)points->shape.dims[0], columns = d->columns, bytes;
    size_t n_panels = (n + LANES - 1) / LANES;
    double *panels = NULL, *point = NULL;
    if (!lar_mul_size(n_panels * LANES, columns, &bytes) ||
        !(panels = lar_arena_alloc_aligned(arena, bytes, sizeof *panels, 64)) ||
        !(point = lar_arena_alloc(arena, columns, sizeof *point)))
        return lar_arena_fail(arena, err, "the prepared form");
    memset(panels, 0, bytes * sizeof *panels);
    for (size_t i = 0; i < n; i++) {
        const double *from =
            (const double *)points->data + (order ? (size_t)order[i] : i) * columns;
        from = lar_distance_point(d, from, point);
        double *to = panels + i / LANES * columns * LANES + i % LANES;
        for (size_t j = 0; j < columns; j++)
            to[j * LANES] = from[j];
    }
    *ret = (struct lar_points){.panels = panels, .n = n, .n_panels = n_panels};
    return true;
}

double lar_distance_cost(const struct lar_distance *d)
{
    double n = (double)d->columns;
    switch (d->metric) {
    case LAR_METRIC_EUCLIDEAN:
    case LAR_METRIC_SQEUCLIDEAN: return 0.5 + n / 8;
    case LAR_METRIC_MINKOWSKI:
    case LAR_METRIC_WMINKOWSKI: return 20 * n;
    case LAR_METRIC_MAHALANOBIS: return 1 + n * n;
    case LAR_METRIC_HAVERSINE: return 60;
    default: return 1 + n;
    }
}

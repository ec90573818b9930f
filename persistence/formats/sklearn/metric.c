/* Metrics; see metric.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/metric.h"

#include "persistence/formats/sklearn/attributes.h"

#include <math.h>
#include <string.h>

/* By the names of options, and of the classes of sklearn.metrics.DistanceMetric. */
static const struct {
    const char *name, *class;
    enum lar_metric metric;
} names[] = {
    {"euclidean", "EuclideanDistance", LAR_METRIC_EUCLIDEAN},
    {"l2", NULL, LAR_METRIC_EUCLIDEAN},
    {"sqeuclidean", NULL, LAR_METRIC_SQEUCLIDEAN},
    {"manhattan", "ManhattanDistance", LAR_METRIC_MANHATTAN},
    {"cityblock", NULL, LAR_METRIC_MANHATTAN},
    {"l1", NULL, LAR_METRIC_MANHATTAN},
    {"chebyshev", "ChebyshevDistance", LAR_METRIC_CHEBYSHEV},
    {"infinity", NULL, LAR_METRIC_CHEBYSHEV},
    {"minkowski", "MinkowskiDistance", LAR_METRIC_MINKOWSKI},
    {"p", NULL, LAR_METRIC_MINKOWSKI},
    {"wminkowski", "WMinkowskiDistance", LAR_METRIC_WMINKOWSKI},
    {"seuclidean", "SEuclideanDistance", LAR_METRIC_SEUCLIDEAN},
    {"mahalanobis", "MahalanobisDistance", LAR_METRIC_MAHALANOBIS},
    {"hamming", "HammingDistance", LAR_METRIC_HAMMING},
    {"canberra", "CanberraDistance", LAR_METRIC_CANBERRA},
    {"braycurtis", "BrayCurtisDistance", LAR_METRIC_BRAYCURTIS},
    {"cosine", NULL, LAR_METRIC_COSINE},
    {"correlation", NULL, LAR_METRIC_CORRELATION},
    {"haversine", "HaversineDistance", LAR_METRIC_HAVERSINE},
    {"nan_euclidean", NULL, LAR_METRIC_NAN_EUCLIDEAN},
    {"jaccard", "JaccardDistance", LAR_METRIC_JACCARD},
    {"dice", "DiceDistance", LAR_METRIC_DICE},
    {"rogerstanimoto", "RogersTanimotoDistance", LAR_METRIC_ROGERSTANIMOTO},
    {"russellrao", "RussellRaoDistance", LAR_METRIC_RUSSELLRAO},
    {"sokalmichener", "SokalMichenerDistance", LAR_METRIC_SOKALMICHENER},
    {"sokalsneath", "SokalSneathDistance", LAR_METRIC_SOKALSNEATH},
    {"matching", "MatchingDistance", LAR_METRIC_MATCHING},
    {"kulsinski", "KulsinskiDistance", LAR_METRIC_KULSINSKI},
};

enum { NAMES = sizeof names / sizeof *names };

/* The plainer metric that a Minkowski one of P without weights is. */
static void simplify(struct sk_metric *m)
{
    if (m->metric != LAR_METRIC_MINKOWSKI || m->weights)
        return;
    if (m->p == 1)
        m->metric = LAR_METRIC_MANHATTAN;
    else if (m->p == 2)
        m->metric = LAR_METRIC_EUCLIDEAN;
    else if (isinf(m->p))
        m->metric = LAR_METRIC_CHEBYSHEV;
}

static bool check_columns(struct sk_context *sk, const struct sk_metric *m, const char *name)
{
    if (m->metric == LAR_METRIC_HAVERSINE && m->columns != 2)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: haversine is of 2 columns, not %zu", name,
                       m->columns);
    return true;
}

static bool option_vector(struct sk_context *sk, const struct pk_node *options, const char *name,
                          size_t n, const double **ret)
{
    struct sk_numbers numbers;
    const struct pk_node *node = pk_dict_get(options, name);
    if (!node || node->kind == PK_NONE)
        return true;
    if (!sk_numbers(sk, node, name, 1, 2, &numbers))
        return false;
    if (numbers.n != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "metric_params: %s has %zu elements, not %zu", name,
                       numbers.n, n);
    *ret = numbers.data;
    return true;
}

static bool read_options(struct sk_context *sk, const struct pk_node *options, struct sk_metric *m)
{
    const struct pk_node *p = pk_dict_get(options, "p");
    if (m->metric == LAR_METRIC_MINKOWSKI || m->metric == LAR_METRIC_WMINKOWSKI) {
        if (p && !pk_get_f64(p, &m->p))
            return sk_refuse_attribute(sk, p, "p", "must be a number");
        if (!(m->p > 0))
            return sk_fail(sk, LAR_ERR_FORMAT, "p: is not above 0");
        return option_vector(sk, options, "w", m->columns, &m->weights);
    }
    if (m->metric == LAR_METRIC_SEUCLIDEAN) {
        if (!option_vector(sk, options, "V", m->columns, &m->weights))
            return false;
        return m->weights || sk_fail(sk, LAR_ERR_UNSUPPORTED,
                                     "metric: seuclidean without V in metric_params, which "
                                     "scikit-learn then takes from each request");
    }
    if (m->metric == LAR_METRIC_MAHALANOBIS) {
        if (!option_vector(sk, options, "VI", m->columns * m->columns, &m->matrix))
            return false;
        return m->matrix ||
               sk_fail(sk, LAR_ERR_UNSUPPORTED, "metric: mahalanobis without VI in metric_params");
    }
    if (pk_dict_get(options, "w") && pk_dict_get(options, "w")->kind != PK_NONE)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "metric_params: weights w of this metric are not supported");
    return true;
}

bool sk_get_metric(struct sk_context *sk, const struct pk_node *node, const char *name,
                   const struct pk_node *options, size_t columns, struct sk_metric *ret)
{
    size_t i = 0;
    while (i < NAMES && !pk_text_equal(node, names[i].name))
        i++;
    if (i == NAMES)
        return sk_refuse_attribute(sk, node, name,
                                   "must be the name of a metric that works on rows of numbers");
    *ret = (struct sk_metric){.metric = names[i].metric, .p = 2, .columns = columns};
    if (!read_options(sk, options, ret) || !check_columns(sk, ret, name))
        return false;
    simplify(ret);
    return true;
}

/* Whether CLASS is NAME, perhaps with "64" behind it. */
static bool is_class(struct pk_bytes class, const char *name)
{
    size_t n = strlen(name);
    return class.size >= n && memcmp(class.data, name, n) == 0 &&
           (class.size == n || (class.size == n + 2 && memcmp(class.data + n, "64", 2) == 0));
}

bool sk_get_tree_metric(struct sk_context *sk, const struct pk_node *node, size_t columns,
                        struct sk_metric *ret)
{
    struct pk_items state;
    struct sk_numbers vector, matrix;
    const struct pk_node *args = node && node->kind == PK_OBJECT ? node->object.args : NULL;
    const struct pk_node *class =
        args && args->kind == PK_TUPLE && args->items.n ? args->items.data[0] : pk_class(node);
    size_t i = 0;
    if (!class || class->kind != PK_GLOBAL || !node || node->kind != PK_OBJECT)
        return sk_refuse_attribute(sk, node, "dist_metric", "must be a DistanceMetric");
    while (i < NAMES && !(names[i].class && is_class(class->global.name, names[i].class)))
        i++;
    if (i == NAMES)
        return sk_refuse_attribute(sk, class, "dist_metric", "must be a metric of float64 rows");
    if (!sk_items(sk, node->object.state, &state) || state.n < 3)
        return sk_fail(sk, LAR_ERR_FORMAT, "dist_metric: has no state of three");
    *ret = (struct sk_metric){.metric = names[i].metric, .columns = columns};
    if (!pk_get_f64(state.data[0], &ret->p) ||
        !sk_numbers(sk, state.data[1], "dist_metric.vec", 1, 1, &vector) ||
        !sk_numbers(sk, state.data[2], "dist_metric.mat", 2, 2, &matrix))
        return sk_fail(sk, LAR_ERR_FORMAT, "dist_metric: has no state of three");
    bool none = vector.n == 0 || (vector.n == 1 && vector.data[0] == 0);
    if (ret->metric == LAR_METRIC_WMINKOWSKI || ret->metric == LAR_METRIC_SEUCLIDEAN ||
        (ret->metric == LAR_METRIC_MINKOWSKI && !none)) {
        if (vector.n != columns)
            return sk_fail(sk, LAR_ERR_FORMAT, "dist_metric: vec has %zu elements, not %zu",
                           vector.n, columns);
        ret->weights = vector.data;
    }
    if (ret->metric == LAR_METRIC_MAHALANOBIS) {
        if (matrix.n != columns * columns)
            return sk_fail(sk, LAR_ERR_FORMAT, "dist_metric: mat has %zu elements, not %zu",
                           matrix.n, columns * columns);
        ret->matrix = matrix.data;
    }
    if ((ret->metric == LAR_METRIC_MINKOWSKI || ret->metric == LAR_METRIC_WMINKOWSKI) &&
        !(ret->p > 0))
        return sk_fail(sk, LAR_ERR_FORMAT, "dist_metric: p is %g", ret->p);
    if (!check_columns(sk, ret, "dist_metric"))
        return false;
    simplify(ret);
    return true;
}

size_t sk_metric_params(struct sk_context *sk, const struct sk_metric *m, const double *points,
                        size_t n, struct lar_node_args *args)
{
    struct lar_draft *d = sk->draft;
    int64_t columns = (int64_t)m->columns;
    size_t at = 0;
    args->params[at].name = "points";
    args->params[at++].value = lar_draft_f64(d, points, LAR_SHAPE((int64_t)n, columns));
    args->params[at].name = "metric";
    args->params[at++].value = lar_draft_scalar_i64(d, m->metric);
    if (m->metric == LAR_METRIC_MINKOWSKI || m->metric == LAR_METRIC_WMINKOWSKI) {
        args->params[at].name = "p";
        args->params[at++].value = lar_draft_scalar_f64(d, m->p);
    }
    if (m->weights) {
        args->params[at].name = "weights";
        args->params[at++].value = lar_draft_f64(d, m->weights, LAR_SHAPE(columns));
    }
    if (m->matrix) {
        args->params[at].name = "matrix";
        args->params[at++].value = lar_draft_f64(d, m->matrix, LAR_SHAPE(columns, columns));
    }
    return at;
}

lar_value sk_distances(struct sk_context *sk, lar_value x, const struct sk_metric *metric,
                       const double *points, size_t n)
{
    struct lar_node_args args = {.op = "larder.Distances", .inputs = &x, .n_inputs = 1};
    sk_metric_params(sk, metric, points, n, &args);
    return lar_draft_node(sk->draft, &args);
}

struct sk_metric sk_euclidean(size_t columns)
{
    return (struct sk_metric){.metric = LAR_METRIC_EUCLIDEAN, .p = 2, .columns = columns};
}

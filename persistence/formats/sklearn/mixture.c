/* sklearn.mixture: GaussianMixture, BayesianGaussianMixture.
 *
 * Each component has a weighted log density of a row; score_samples is the logarithm of the sum of
 * their exponentials, predict_proba their shares, predict the greatest's number.
 *
 * Tolerance: 1e-12 (1 + S), with S the magnitudes of what is added up: for full and tied
 * covariances the squares of sum |x_i p_i| + |m_i p_i|, for diagonal and spherical ones the three
 * terms of the expanded square. Where means_ and precisions are float32 it is 1e-6 (1 + S), for
 * scikit-learn multiplies and adds up what does not depend on the row in float32.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

/* K components of N columns. */
struct mixture {
    const struct pk_node *object;
    size_t k, n;
    const double *means; /* [k, n] */
    double *bias;        /* [k]: what is added to -1/2 distance */
    lar_value x;
};

/* precisions_cholesky_ with so many dimensions; NULL: refused. */
static const double *get_precisions(struct sk_context *sk, const struct mixture *m, uint32_t rank,
                                    const int64_t *dims)
{
    struct sk_numbers numbers;
    if (!sk_get_numbers(sk, m->object, "precisions_cholesky_", rank, rank, &numbers))
        return NULL;
    for (uint32_t i = 0; i < rank; i++)
        if (numbers.shape.dims[i] != dims[i]) {
            sk_fail(sk, LAR_ERR_FORMAT,
                    "precisions_cholesky_: is %lld along dimension %u, not %lld",
                    (long long)numbers.shape.dims[i], i, (long long)dims[i]);
            return NULL;
        }
    return numbers.data;
}

/* MEAN [n] times P [n, n] */
static void project_mean(double *ret, const double *mean, const double *p, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum = fma(mean[i], p[i * n + j], sum);
        ret[j] = sum;
    }
}

/* The sum of the logarithms of the diagonal of P [n, n]. */
static double log_diagonal(const double *p, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += log(p[i * n + i]);
    return sum;
}

/* Each component's own matrix: the squared norm of (x - mean) P. */
static bool full(struct sk_context *sk, struct mixture *m, lar_value *ret)
{
    size_t n = m->n, k = m->k;
    const double *p = get_precisions(sk, m, 3, (int64_t[]){(int64_t)k, (int64_t)n, (int64_t)n});
    lar_value *distances = sk_alloc(sk, k, sizeof *distances);
    double *means = sk_alloc(sk, k * n, sizeof *means);
    if (!p || !distances || !means)
        return false;
    for (size_t i = 0; i < k; i++, p += n * n, means += n) {
        project_mean(means, m->means + i * n, p, n);
        for (size_t j = 0; j < n; j++)
            means[j] = -means[j];
        const struct sk_matrix root = {.data = p, .rows = n, .columns = n};
        distances[i] = sk_squared_norms(sk, sk_layer(sk, m->x, &root, means, SK_LINEAR), n);
        m->bias[i] += log_diagonal(p, n);
    }
    *ret = sk_side_by_side(sk, distances, k);
    return true;
}

/* One matrix for all. */
static bool tied(struct sk_context *sk, struct mixture *m, lar_value *ret)
{
    size_t n = m->n, k = m->k;
    const double *p = get_precisions(sk, m, 2, (int64_t[]){(int64_t)n, (int64_t)n});
    double *means = sk_alloc(sk, k * n, sizeof *means);
    if (!p || !means)
        return false;
    for (size_t i = 0; i < k; i++) {
        project_mean(means + i * n, m->means + i * n, p, n);
        m->bias[i] += log_diagonal(p, n);
    }
    lar_value y = sk_times(sk, m->x, &(struct sk_matrix){.data = p, .rows = n, .columns = n});
    *ret = sk_scaled_distances(sk, y, means, NULL, k, n);
    return true;
}

/* Precisions by column, P [k, n]: m^2 p - 2 x m p + x^2 p, as scikit-learn expands it. */
static lar_value expanded(struct sk_context *sk, struct mixture *m, const double *p)
{
    struct lar_draft *d = sk->draft;
    size_t n = m->n, k = m->k;
    double *mp = sk_alloc(sk, k * n, sizeof *mp), *mmp = sk_alloc(sk, k, sizeof *mmp);
    if (!mp || !mmp)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < k * n; i++) {
        mp[i] = m->means[i] * p[i];
        mmp[i / n] += m->means[i] * m->means[i] * p[i];
    }
    struct sk_matrix middle = {.data = mp, .rows = k, .columns = n}, last = middle;
    last.data = p;
    lar_value twice = sk_with_number(sk, "Mul", sk_times_transposed(sk, m->x, &middle), 2);
    lar_value squares = lar_draft_apply(d, "Mul", 2, m->x, m->x);
    lar_value first = lar_draft_f64(d, mmp, LAR_SHAPE((int64_t)k));
    return lar_draft_apply(d, "Add", 2, lar_draft_apply(d, "Sub", 2, first, twice),
                           sk_times_transposed(sk, squares, &last));
}

static bool diagonal(struct sk_context *sk, struct mixture *m, lar_value *ret)
{
    size_t n = m->n, k = m->k;
    const double *root = get_precisions(sk, m, 2, (int64_t[]){(int64_t)k, (int64_t)n});
    double *p = sk_alloc(sk, k * n, sizeof *p);
    if (!root || !p)
        return false;
    for (size_t i = 0; i < k * n; i++) {
        p[i] = root[i] * root[i];
        m->bias[i / n] += log(root[i]);
    }
    *ret = expanded(sk, m, p);
    return true;
}

static bool spherical(struct sk_context *sk, struct mixture *m, lar_value *ret)
{
    size_t n = m->n, k = m->k;
    const double *root = get_precisions(sk, m, 1, (int64_t[]){(int64_t)k});
    double *p = sk_alloc(sk, k * n, sizeof *p);
    if (!root || !p)
        return false;
    for (size_t i = 0; i < k * n; i++)
        p[i] = root[i / n] * root[i / n];
    for (size_t i = 0; i < k; i++)
        m->bias[i] += (double)n * log(root[i]);
    *ret = expanded(sk, m, p);
    return true;
}

/* What each kind of covariance makes of precisions_cholesky_. */
static const struct {
    const char *name;
    bool (*distances)(struct sk_context *sk, struct mixture *m, lar_value *ret);
} kinds[] = {{"full", full}, {"tied", tied}, {"diag", diagonal}, {"spherical", spherical}};

/* Reads means_ and what enters; the biases begin as 0. */
static bool begin(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                  struct mixture *ret)
{
    struct sk_matrix means;
    if (!sk_get_matrix(sk, object, "means_", 0, 0, &means))
        return false;
    *ret = (struct mixture){
        .object = object, .k = means.rows, .n = means.columns, .means = means.data};
    ret->x = sk_enter(sk, object, in, means.columns, "means_", false);
    ret->bias = sk_alloc(sk, means.rows, sizeof *ret->bias);
    return ret->x != LAR_NO_VALUE && ret->bias;
}

static bool answer(struct sk_context *sk, struct mixture *m, struct sk_result *ret)
{
    const double log_2_pi = 1.8378770664093454836;
    struct lar_draft *d = sk->draft;
    lar_value distances = LAR_NO_VALUE;
    size_t kind = 0, n_kinds = sizeof kinds / sizeof *kinds;
    while (kind < n_kinds && !sk_option_is(m->object, "covariance_type", "full", kinds[kind].name))
        kind++;
    if (kind == n_kinds)
        return sk_refuse_attribute(sk, pk_attribute(m->object, "covariance_type"),
                                   "covariance_type", "must be full, tied, diag or spherical");
    if (!kinds[kind].distances(sk, m, &distances))
        return false;
    lar_value joint = sk_with_number(sk, "Add", distances, (double)m->n * log_2_pi);
    joint = sk_with_vector(sk, "Add", sk_with_number(sk, "Mul", joint, -0.5), m->bias, m->k);
    return sk_answer(sk, ret, SK_PREDICT, sk_greatest_index(sk, joint), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA,
                     lar_draft_apply(d, "Exp", 1, sk_log_shares(sk, joint)), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_SCORE_SAMPLES, sk_as_vector(sk, sk_log_sum_exp(sk, joint)),
                     LAR_NO_VALUE);
}

bool sk_read_gaussian_mixture(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct mixture m;
    const double *weights;
    if (!begin(sk, object, in, &m) || !sk_get_vector(sk, object, "weights_", m.k, &weights))
        return false;
    for (size_t i = 0; i < m.k; i++)
        m.bias[i] += log(weights[i]);
    return answer(sk, &m, ret);
}

/* The logarithm's derivative of the gamma function, of X > 0: upwards to where the asymptotic
 * series is exact. */
static long double digamma(long double x)
{
    static const long double terms[] = {1 / 12.0L,  -1 / 120.0L,     1 / 252.0L, -1 / 240.0L,
                                        1 / 132.0L, -691 / 32760.0L, 1 / 12.0L,  -3617 / 8160.0L};
    long double sum = 0, power = 1, series = 0;
    while (x < 16)
        sum -= 1 / x++;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        series += terms[i] * (power /= x * x);
    return sum + logl(x) - 1 / (2 * x) - series;
}

static bool all_above(struct sk_context *sk, const char *name, const double *x, size_t n,
                      double bound)
{
    for (size_t i = 0; i < n; i++)
        if (!(x[i] > bound) || isinf(x[i]))
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: %g is not above %g", name, x[i], bound);
    return true;
}

/* Broken sticks: weight_concentration_ is a pair of vectors. */
static bool stick_weights(struct sk_context *sk, struct mixture *m, const struct pk_node *node)
{
    struct pk_items pair;
    struct sk_numbers a, b;
    long double before = 0;
    if (!sk_tuple(sk, node, 2, &pair))
        return lar_error_within(sk->err, "weight_concentration_");
    if (!sk_numbers(sk, pair.data[0], "weight_concentration_", 1, 1, &a) ||
        !sk_numbers(sk, pair.data[1], "weight_concentration_", 1, 1, &b))
        return false;
    if (a.n != m->k || b.n != m->k)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "weight_concentration_: has %zu and %zu elements, means_ has %zu rows", a.n,
                       b.n, m->k);
    if (!all_above(sk, "weight_concentration_", a.data, m->k, 0) ||
        !all_above(sk, "weight_concentration_", b.data, m->k, 0))
        return false;
    for (size_t i = 0; i < m->k; i++) {
        long double both = digamma((long double)a.data[i] + (long double)b.data[i]);
        m->bias[i] += (double)(digamma((long double)a.data[i]) - both + before);
        before += digamma((long double)b.data[i]) - both;
    }
    return true;
}

/* One Dirichlet distribution: weight_concentration_ is a vector. */
static bool dirichlet_weights(struct sk_context *sk, struct mixture *m)
{
    const double *a;
    long double sum = 0;
    if (!sk_get_vector(sk, m->object, "weight_concentration_", m->k, &a) ||
        !all_above(sk, "weight_concentration_", a, m->k, 0))
        return false;
    for (size_t i = 0; i < m->k; i++)
        sum += (long double)a[i];
    for (size_t i = 0; i < m->k; i++)
        m->bias[i] += (double)(digamma((long double)a[i]) - digamma(sum));
    return true;
}

/* degrees_of_freedom_: one number for all components where they share their covariance. */
static bool get_freedom(struct sk_context *sk, const struct mixture *m, const double **ret)
{
    struct sk_numbers numbers;
    if (!sk_get_numbers(sk, m->object, "degrees_of_freedom_", 0, 1, &numbers))
        return false;
    *ret = numbers.data;
    if (numbers.shape.rank == 1)
        return numbers.n == m->k ||
               sk_fail(sk, LAR_ERR_FORMAT, "degrees_of_freedom_: has %zu elements, not %zu",
                       numbers.n, m->k);
    double *all = sk_alloc(sk, m->k, sizeof *all);
    for (size_t i = 0; all && i < m->k; i++)
        all[i] = numbers.data[0];
    *ret = all;
    return all != NULL;
}

/* What is expected of the precisions' determinants and of the means' distance. */
static bool expected_terms(struct sk_context *sk, struct mixture *m)
{
    const double *freedom, *precision;
    double n = (double)m->n;
    if (!get_freedom(sk, m, &freedom) ||
        !sk_get_vector(sk, m->object, "mean_precision_", m->k, &precision) ||
        !all_above(sk, "degrees_of_freedom_", freedom, m->k, n - 1) ||
        !all_above(sk, "mean_precision_", precision, m->k, 0))
        return false;
    for (size_t i = 0; i < m->k; i++) {
        long double sum = (long double)n * logl(2);
        for (size_t j = 0; j < m->n; j++)
            sum += digamma(((long double)freedom[i] - (long double)j) / 2);
        m->bias[i] += 0.5 * ((double)sum - n / precision[i]) - 0.5 * n * log(freedom[i]);
    }
    return true;
}

bool sk_read_bayesian_mixture(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct mixture m;
    const char *option = "weight_concentration_prior_type";
    const struct pk_node *weights = sk_fitted(sk, object, "weight_concentration_");
    bool sticks = sk_option_is(object, option, "dirichlet_process", "dirichlet_process");
    if (!weights || !begin(sk, object, in, &m))
        return false;
    if (!sticks && !sk_option_is(object, option, "", "dirichlet_distribution"))
        return sk_refuse_attribute(sk, pk_attribute(object, option), option,
                                   "must be dirichlet_process or dirichlet_distribution");
    return (sticks ? stick_weights(sk, &m, weights) : dirichlet_weights(sk, &m)) &&
           expected_terms(sk, &m) && answer(sk, &m, ret);
}

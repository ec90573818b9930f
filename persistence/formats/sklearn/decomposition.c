/* sklearn.decomposition: PCA, IncrementalPCA, TruncatedSVD, FastICA, FactorAnalysis.
 *
 * All of them project on components_. The density that PCA and FactorAnalysis give to a row
 * (score_samples) is that of a Gaussian whose covariance is C.T D C + N, with N diagonal; neither
 * it nor its inverse is made here, but the inverse of I + C N^-1 C.T, which is small.
 *
 * Tolerance: 1e-12 S, with S the same sums of products of magnitudes (also of what is subtracted);
 * where a matrix is inverted, times its condition. A PCA that release 1.5 or later fitted on
 * float32 projects its mean in float32, in an order that is the CPU's: 1e-7 of that projection is
 * let pass. SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/nodes.h"

#include <float.h>
#include <math.h>

/* A fitted projection. */
struct projection {
    struct sk_matrix components;
    const double *mean; /* NULL: none */
    lar_value x;        /* what enters */
    bool sparse, mean_float32;
};

static bool read_projection(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, bool centred, bool sparse,
                            struct projection *ret)
{
    *ret = (struct projection){.mean = NULL};
    if (!sk_get_matrix(sk, object, "components_", 0, 0, &ret->components))
        return false;
    size_t n = ret->components.columns;
    struct sk_numbers mean;
    if (centred && !sk_get_numbers(sk, object, "mean_", 1, 1, &mean))
        return false;
    if (centred && mean.n != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "mean_: has %zu elements, components_ has %zu columns",
                       mean.n, n);
    ret->mean = centred ? mean.data : NULL;
    ret->mean_float32 = centred && mean.float32;
    ret->x = sk_enter(sk, object, in, n, "components_", sparse);
    if (ret->x == LAR_NO_VALUE)
        return false;
    ret->sparse = sk_is_sparse(sk, ret->x);
    return true;
}

static lar_value centred(struct sk_context *sk, const struct projection *p)
{
    return p->mean ? sk_with_vector(sk, "Sub", p->x, p->mean, p->components.columns) : p->x;
}

/* mean_ @ components_.T; of two in float32, so is the product. */
static const double *projected_mean(struct sk_context *sk, const struct projection *p)
{
    const struct sk_matrix *c = &p->components;
    double *ret = sk_alloc(sk, c->rows, sizeof *ret);
    for (size_t i = 0; ret && i < c->rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < c->columns; j++)
            sum = fma(p->mean[j], c->data[i * c->columns + j], sum);
        ret[i] = c->float32 && p->mean_float32 ? (double)(float)sum : sum;
    }
    return ret;
}

/* The mean is subtracted first; since release 1.5, and from a sparse matrix, its projection is,
 * afterwards. */
static lar_value project(struct sk_context *sk, const struct projection *p, bool mean_after)
{
    if (!mean_after)
        return sk_times_transposed(sk, centred(sk, p), &p->components);
    const double *mean = projected_mean(sk, p);
    if (!mean)
        return LAR_NO_VALUE;
    return sk_with_vector(sk, "Sub", sk_times_transposed(sk, p->x, &p->components), mean,
                          p->components.rows);
}

/* The standard deviations that whitening divides by; since release 1.5 none is below the epsilon of
 * their type. */
static lar_value whitened(struct sk_context *sk, lar_value x, const struct sk_numbers *variance,
                          bool bounded)
{
    double *scale = sk_alloc(sk, variance->n, sizeof *scale);
    double least = variance->float32 ? (double)FLT_EPSILON : DBL_EPSILON;
    for (size_t i = 0; scale && i < variance->n; i++) {
        scale[i] = sqrt(variance->data[i]);
        if (variance->float32)
            scale[i] = (double)sqrtf((float)variance->data[i]);
        if (bounded && scale[i] < least)
            scale[i] = least;
    }
    return scale ? sk_with_vector(sk, "Div", x, scale, variance->n) : LAR_NO_VALUE;
}

/* A Gaussian's covariance C.T diag(D) C + diag(NOISE). */
struct covariance {
    struct sk_matrix c;
    const double *d;     /* [c.rows], NULL: 1 */
    const double *noise; /* [c.columns] */
};

/* M = diag(1 / d) + C diag(1 / noise) C.T, to be inverted; NULL where its elements are not finite
 * or it is too large. */
static long double *small_matrix(struct sk_context *sk, const struct covariance *cov)
{
    size_t k = cov->c.rows, n = cov->c.columns;
    if (k > SK_INVERTED)
        return NULL;
    long double *m = sk_alloc(sk, k * k, sizeof *m);
    for (size_t i = 0; m && i < k; i++)
        for (size_t j = 0; j <= i; j++) {
            const double *a = cov->c.data + i * n, *b = cov->c.data + j * n;
            long double sum = 0;
            for (size_t t = 0; t < n; t++)
                sum += (long double)a[t] * (long double)b[t] / (long double)cov->noise[t];
            if (i == j)
                sum += cov->d ? 1 / (long double)cov->d[i] : 1;
            m[i * k + j] = m[j * k + i] = sum;
        }
    for (size_t i = 0; m && i < k * k; i++)
        if (!isfinite(m[i]))
            return NULL;
    return m;
}

static const double *narrowed(struct sk_context *sk, const long double *a, size_t n)
{
    double *ret = sk_alloc(sk, n, sizeof *ret);
    for (size_t i = 0; ret && i < n; i++)
        ret[i] = (double)a[i];
    return ret;
}

/* C with each column divided by its noise. */
static bool weighted(struct sk_context *sk, const struct covariance *cov, struct sk_matrix *ret)
{
    size_t n = cov->c.columns, count = cov->c.rows * n;
    double *data = sk_alloc(sk, count, sizeof *data);
    for (size_t i = 0; data && i < count; i++)
        data[i] = cov->c.data[i] / cov->noise[i % n];
    *ret = cov->c;
    ret->data = data;
    return data != NULL;
}

static lar_value density_of(struct sk_context *sk, lar_value quadratic, size_t n,
                            double precision_log_det)
{
    const double log_2_pi = 1.8378770664093454836;
    return sk_with_number(sk, "Sub", sk_with_number(sk, "Mul", quadratic, -0.5),
                          0.5 * ((double)n * log_2_pi - precision_log_det));
}

/* The logarithm of the density at X, which is centred. Where the covariance cannot be inverted
 * (scikit-learn then fails, or answers with what rounding left), no answer. */
static bool answer_density(struct sk_context *sk, lar_value x, const struct covariance *cov,
                           struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    size_t k = cov->c.rows, n = cov->c.columns;
    struct sk_matrix weights;
    double log_det;
    bool negative;
    long double *m = small_matrix(sk, cov);
    if (!m || !sk_invert_matrix(m, k, &log_det, &negative) || negative)
        return lar_draft_ok(d, sk->err);
    for (size_t i = 0; i < k && cov->d; i++)
        log_det += log(cov->d[i]);
    for (size_t j = 0; j < n; j++)
        log_det += log(cov->noise[j]);
    struct sk_matrix inverse = {.data = narrowed(sk, m, k * k), .rows = k, .columns = k};
    if (!inverse.data || !weighted(sk, cov, &weights))
        return false;
    lar_value z = sk_times_transposed(sk, x, &weights);
    lar_value inner =
        sk_row_sums(sk, lar_draft_apply(d, "Mul", 2, z, sk_times(sk, z, &inverse)), false);
    lar_value outer = sk_with_vector(sk, "Div", lar_draft_apply(d, "Mul", 2, x, x), cov->noise, n);
    lar_value quadratic = lar_draft_apply(d, "Sub", 2, sk_row_sums(sk, outer, false), inner);
    return sk_answer(sk, ret, SK_SCORE_SAMPLES, density_of(sk, quadratic, n, -log_det),
                     LAR_NO_VALUE);
}

/* The same without noise, of as many components as columns: diag(1 / d) between the inverses of C.
 */
static bool answer_full_density(struct sk_context *sk, lar_value x, const struct covariance *cov,
                                struct sk_result *ret)
{
    size_t n = cov->c.columns;
    double log_det, greatest = 0, least = INFINITY;
    bool negative;
    for (size_t i = 0; i < n; i++) {
        greatest = fmax(greatest, cov->d[i]);
        least = fmin(least, cov->d[i]);
    }
    long double *m = n <= SK_INVERTED ? sk_alloc(sk, n * n, sizeof *m) : NULL;
    if (!m || !(least > 1e-12 * greatest) || !isfinite(greatest))
        return lar_draft_ok(sk->draft, sk->err);
    for (size_t i = 0; i < n * n; i++)
        m[i] = cov->c.data[i];
    if (!sk_invert_matrix(m, n, &log_det, &negative))
        return true;
    long double sum = 2 * (long double)log_det;
    for (size_t j = 0; j < n; j++)
        sum += logl(cov->d[j]);
    struct sk_matrix inverse = {.data = narrowed(sk, m, n * n), .rows = n, .columns = n};
    if (!inverse.data)
        return false;
    lar_value z = sk_times(sk, x, &inverse);
    z = sk_with_vector(sk, "Div", lar_draft_apply(sk->draft, "Mul", 2, z, z), cov->d, n);
    return sk_answer(sk, ret, SK_SCORE_SAMPLES,
                     density_of(sk, sk_row_sums(sk, z, false), n, (double)-sum), LAR_NO_VALUE);
}

/* What PCA takes the covariance to be. */
static bool answer_pca_density(struct sk_context *sk, const struct pk_node *object,
                               const struct projection *p, const struct sk_numbers *variance,
                               bool whiten, struct sk_result *ret)
{
    size_t k = p->components.rows, n = p->components.columns;
    double noise, greatest = 0;
    struct covariance cov = {.c = p->components};
    double *c = sk_alloc(sk, k * n, sizeof *c), *d = sk_alloc(sk, k, sizeof *d);
    double *same = sk_alloc(sk, n, sizeof *same);
    if (!c || !d || !same || !sk_get_number(sk, object, "noise_variance_", &noise))
        return false;
    for (size_t i = 0; i < k; i++) {
        d[i] = fmax(variance->data[i] - noise, 0);
        greatest = fmax(greatest, d[i]);
    }
    for (size_t i = 0; i < k * n; i++)
        c[i] = p->components.data[i] * (whiten ? sqrt(variance->data[i / n]) : 1);
    for (size_t j = 0; j < n; j++)
        same[j] = noise;
    cov.c.data = c;
    cov.d = d;
    cov.noise = same;
    lar_value x = centred(sk, p);
    if (noise == 0 && k == n)
        return answer_full_density(sk, x, &cov, ret);
    /* less than rounding leaves: the covariance is singular */
    return !(noise > 1e-14 * greatest) || answer_density(sk, x, &cov, ret);
}

static bool read_pca(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     bool density, struct sk_result *ret)
{
    struct projection p;
    struct sk_numbers variance;
    bool whiten, newer = sk_release(object) >= SK_RELEASE(1, 5);
    if (!read_projection(sk, object, in, true, true, &p) ||
        !sk_get_flag(sk, object, "whiten", false, &whiten) ||
        !sk_get_numbers(sk, object, "explained_variance_", 1, 1, &variance))
        return false;
    if (variance.n != p.components.rows)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "explained_variance_: has %zu elements, components_ has %zu rows",
                       variance.n, p.components.rows);
    lar_value x = project(sk, &p, newer || p.sparse);
    if (whiten)
        x = whitened(sk, x, &variance, newer);
    /* scikit-learn inverts a float32 model's covariance in float32: not to be had again */
    density &= !p.sparse && !p.components.float32;
    return sk_give(sk, ret, x) &&
           (!density || answer_pca_density(sk, object, &p, &variance, whiten, ret));
}

bool sk_read_pca(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret)
{
    return read_pca(sk, object, in, true, ret);
}

/* IncrementalPCA: has no density, and makes a sparse matrix dense. */
bool sk_read_incremental_pca(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    return read_pca(sk, object, in, false, ret);
}

bool sk_read_truncated_svd(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    struct projection p;
    return read_projection(sk, object, in, false, true, &p) &&
           sk_give(sk, ret, project(sk, &p, false));
}

/* FastICA: the mean is subtracted if whitening was asked for: by True, or since release 1.1 by the
 * name of a kind of it. */
bool sk_read_fast_ica(struct sk_context *sk, const struct pk_node *object,
                      const struct sk_frame *in, struct sk_result *ret)
{
    struct projection p;
    const struct pk_node *option = pk_attribute(object, "whiten");
    bool whiten = option && option->kind == PK_TEXT && option->bytes.size > 0;
    return (whiten || sk_get_flag(sk, object, "whiten", true, &whiten)) &&
           read_projection(sk, object, in, whiten, false, &p) &&
           sk_give(sk, ret, project(sk, &p, false));
}

/* FactorAnalysis: what is expected of the factors, (X - mean_) N^-1 C.T (I + C N^-1 C.T)^-1. */
bool sk_read_factor_analysis(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct projection p;
    struct covariance cov;
    struct sk_matrix weights;
    double log_det;
    bool negative;
    if (!read_projection(sk, object, in, true, false, &p))
        return false;
    size_t k = p.components.rows, n = p.components.columns;
    cov = (struct covariance){.c = p.components};
    if (!sk_get_vector(sk, object, "noise_variance_", n, &cov.noise))
        return false;
    for (size_t j = 0; j < n; j++)
        if (!(cov.noise[j] > 0))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "noise_variance_: %g is not above 0",
                           cov.noise[j]);
    if (k > SK_INVERTED)
        return sk_fail(sk, LAR_ERR_LIMIT, "components_: has more than %d rows", SK_INVERTED);
    long double *m = small_matrix(sk, &cov);
    if (!m || !sk_invert_matrix(m, k, &log_det, &negative))
        return sk_fail(sk, LAR_ERR_FORMAT, "components_, noise_variance_: make a singular matrix");
    struct sk_matrix inverse = {.data = narrowed(sk, m, k * k), .rows = k, .columns = k};
    if (!inverse.data || !weighted(sk, &cov, &weights))
        return false;
    lar_value x = centred(sk, &p);
    lar_value y = sk_times(sk, sk_times_transposed(sk, x, &weights), &inverse);
    return sk_give(sk, ret, y) && answer_density(sk, x, &cov, ret);
}

/* Transformers that ask a solver for each batch: how long it goes on, and in part where it starts,
 * depends on all rows of the batch, so one row has no answer of its own. */
bool sk_read_batch_solver(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_frame *in, struct sk_result *ret)
{
    (void)object, (void)in, (void)ret;
    return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                   "transform is not supported: scikit-learn solves for all rows of a batch "
                   "together, and what it gives for one row depends on the others");
}

/* sklearn.decomposition: PCA, IncrementalPCA, TruncatedSVD, FastICA, FactorAnalysis, SparsePCA.
 *
 * All of them project on components_. The density that PCA and FactorAnalysis give to a row
 * (score_samples) is that of a Gaussian of factors (factors.h).
 *
 * Tolerance: 1e-12 S, with S the same sums of products of magnitudes (also of what is subtracted);
 * where a matrix is inverted, times its condition. Where components_ are float32 it is 1e-6 S for
 * what scikit-learn computes in float32: since release 1.5 the projection of PCA's mean, and all of
 * SparsePCA. Such a PCA has no score_samples here: its covariance is inverted in float32, and what
 * is left of the result's digits depends on the covariance's condition.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/factors.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

#include <float.h>
#include <math.h>

/* A fitted projection. */
struct projection {
    struct sk_matrix components;
    const double *mean; /* NULL: none */
    lar_value x;        /* what enters */
    bool sparse;
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

/* -mean_ @ components_.T */
static const double *projected_mean(struct sk_context *sk, const struct projection *p)
{
    const struct sk_matrix *c = &p->components;
    double *ret = sk_alloc(sk, c->rows, sizeof *ret);
    for (size_t i = 0; ret && i < c->rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < c->columns; j++)
            sum = fma(p->mean[j], c->data[i * c->columns + j], sum);
        ret[i] = -sum;
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
    return mean ? sk_affine_transposed(sk, p->x, &p->components, mean) : LAR_NO_VALUE;
}

/* The standard deviations that whitening divides by, in the variances' own type. */
static double *deviations(struct sk_context *sk, const struct sk_numbers *variance)
{
    double *ret = sk_alloc(sk, variance->n, sizeof *ret);
    for (size_t i = 0; ret && i < variance->n; i++)
        ret[i] =
            variance->float32 ? (double)sqrtf((float)variance->data[i]) : sqrt(variance->data[i]);
    return ret;
}

/* X divided by them; since release 1.5 none is below the epsilon of their type. */
static lar_value whitened(struct sk_context *sk, lar_value x, const struct sk_numbers *variance,
                          bool bounded)
{
    double *scale = deviations(sk, variance);
    double least = variance->float32 ? (double)FLT_EPSILON : DBL_EPSILON;
    for (size_t i = 0; scale && bounded && i < variance->n; i++)
        if (scale[i] < least)
            scale[i] = least;
    return scale ? sk_with_vector(sk, "Div", x, scale, variance->n) : LAR_NO_VALUE;
}

/* What PCA takes the covariance to be. */
static bool answer_pca_density(struct sk_context *sk, const struct pk_node *object,
                               const struct projection *p, const struct sk_numbers *variance,
                               bool whiten, struct sk_result *ret)
{
    size_t k = p->components.rows, n = p->components.columns;
    double noise, greatest = 0;
    struct sk_factors f = {.c = p->components};
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
    f.c.data = c;
    f.d = d;
    f.noise = same;
    lar_value x = centred(sk, p);
    if (noise == 0 && k == n)
        return sk_factors_answer_full(sk, &f, x, ret);
    /* less than rounding leaves: the covariance is singular */
    return !(noise > 1e-14 * greatest) || sk_factors_answer(sk, &f, x, ret);
}

static bool read_variance(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_matrix *components, struct sk_numbers *ret,
                          bool *ret_whiten)
{
    if (!sk_get_flag(sk, object, "whiten", false, ret_whiten) ||
        !sk_get_numbers(sk, object, "explained_variance_", 1, 1, ret))
        return false;
    return ret->n == components->rows ||
           sk_fail(sk, LAR_ERR_FORMAT,
                   "explained_variance_: has %zu elements, components_ has %zu rows", ret->n,
                   components->rows);
}

static bool read_pca(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     bool density, struct sk_result *ret)
{
    struct projection p;
    struct sk_numbers variance;
    bool whiten, newer = sk_release(object) >= SK_RELEASE(1, 5);
    if (!read_projection(sk, object, in, true, true, &p) ||
        !read_variance(sk, object, &p.components, &variance, &whiten))
        return false;
    lar_value x = project(sk, &p, newer || p.sparse);
    if (x == LAR_NO_VALUE)
        return false;
    if (whiten)
        x = whitened(sk, x, &variance, newer);
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

/* FastICA whitens if True says so, or since release 1.1 the name of a kind of whitening. */
static bool ica_whitens(struct sk_context *sk, const struct pk_node *object, bool *ret)
{
    const struct pk_node *option = pk_attribute(object, "whiten");
    *ret = option && option->kind == PK_TEXT && option->bytes.size > 0;
    return *ret || sk_get_flag(sk, object, "whiten", true, ret);
}

/* FastICA: the mean is subtracted where whitening was asked for. */
bool sk_read_fast_ica(struct sk_context *sk, const struct pk_node *object,
                      const struct sk_frame *in, struct sk_result *ret)
{
    struct projection p;
    bool whiten;
    return ica_whitens(sk, object, &whiten) && read_projection(sk, object, in, whiten, false, &p) &&
           sk_give(sk, ret, project(sk, &p, false));
}

/* X @ C.T @ inverse of M, of weights C: what is given, behind the centring. */
static bool give_factors(struct sk_context *sk, const struct sk_factors *f, lar_value x,
                         const char *name, struct sk_result *ret)
{
    struct sk_matrix inverse, weights;
    double log_det;
    if (!sk_factors_invert(sk, f, &inverse, &log_det) || !sk_factors_weights(sk, f, &weights))
        return false;
    if (!inverse.data)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "components_, %s: make a matrix that is singular, or too large to be "
                       "inverted (more than %d rows)",
                       name, SK_INVERTED);
    return sk_give(sk, ret, sk_times(sk, sk_times_transposed(sk, x, &weights), &inverse));
}

/* FactorAnalysis: what is expected of the factors. */
bool sk_read_factor_analysis(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct projection p;
    struct sk_factors f;
    if (!read_projection(sk, object, in, true, false, &p))
        return false;
    size_t n = p.components.columns;
    f = (struct sk_factors){.c = p.components, .ridge = 1};
    if (!sk_get_vector(sk, object, "noise_variance_", n, &f.noise))
        return false;
    for (size_t j = 0; j < n; j++)
        if (!(f.noise[j] > 0))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "noise_variance_: %g is not above 0",
                           f.noise[j]);
    lar_value x = centred(sk, &p);
    return give_factors(sk, &f, x, "noise_variance_", ret) && sk_factors_answer(sk, &f, x, ret);
}

/* SparsePCA, MiniBatchSparsePCA: ridge regression on the components. Until release 0.21 the default
 * did not centre, and normalized what it gave over all rows of a batch. */
bool sk_read_sparse_pca(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct sk_result *ret)
{
    struct projection p;
    struct sk_factors f;
    bool normalized = true;
    const struct pk_node *option = pk_attribute(object, "normalize_components");
    if (option && !pk_text_equal(option, "deprecated") &&
        !sk_get_flag(sk, object, "normalize_components", true, &normalized))
        return false;
    if (!normalized)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "normalize_components: is False: scikit-learn then scales what it gives "
                       "by all rows of a batch, and a row has no answer of its own");
    if (!read_projection(sk, object, in, true, false, &p))
        return false;
    size_t n = p.components.columns;
    double *noise = sk_alloc(sk, n, sizeof *noise);
    f = (struct sk_factors){.c = p.components, .noise = noise};
    if (!noise || !sk_get_number(sk, object, "ridge_alpha", &f.ridge))
        return false;
    for (size_t j = 0; j < n; j++)
        noise[j] = 1;
    if (!give_factors(sk, &f, centred(sk, &p), "ridge_alpha", ret))
        return false;
    if (p.components.float32) /* the dtype of scikit-learn's ridge regression */
        ret->frame = sk_frame_of(sk, sk_cast(sk, ret->frame.matrix, LAR_TYPE_F32));
    return lar_draft_ok(sk->draft, sk->err);
}

/* X @ M + MEAN (NULL: 0), dense: back to M's columns. CHECK: what is not finite is refused. */
static bool go_back(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                    const struct sk_matrix *m, const double *mean, bool check, struct sk_frame *ret)
{
    if (!sk_frame_expect(sk, in, m->rows, "components_"))
        return false;
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = check ? sk_check_finite(sk, object, x, false, false) : x;
    *ret = sk_frame_of(sk, mean ? sk_layer(sk, x, m, mean, SK_LINEAR) : sk_times(sk, x, m));
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_invert_sparse_pca(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_matrix c;
    const double *mean;
    return sk_get_matrix(sk, object, "components_", 0, 0, &c) &&
           sk_get_vector(sk, object, "mean_", c.columns, &mean) &&
           go_back(sk, object, in, &c, mean, true, ret);
}

/* PCA, IncrementalPCA: the components are times the deviations where X is whitened. Until release
 * 1.7 X is taken as it is. */
bool sk_invert_pca(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_frame *ret)
{
    struct sk_matrix c;
    struct sk_numbers variance;
    const double *mean;
    bool whiten, check = sk_release(object) >= SK_RELEASE(1, 8);
    if (!sk_get_matrix(sk, object, "components_", 0, 0, &c) ||
        !sk_get_vector(sk, object, "mean_", c.columns, &mean) ||
        !read_variance(sk, object, &c, &variance, &whiten))
        return false;
    if (!whiten)
        return go_back(sk, object, in, &c, mean, check, ret);
    const double *scale = deviations(sk, &variance);
    double *data = sk_alloc(sk, c.rows * c.columns, sizeof *data);
    for (size_t i = 0; scale && data && i < c.rows * c.columns; i++) {
        data[i] = scale[i / c.columns] * c.data[i];
        if (c.float32 && variance.float32)
            data[i] = (double)(float)data[i];
    }
    c.data = data;
    return scale && data && go_back(sk, object, in, &c, mean, check, ret);
}

bool sk_invert_truncated_svd(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_matrix c;
    return sk_get_matrix(sk, object, "components_", 0, 0, &c) &&
           go_back(sk, object, in, &c, NULL, true, ret);
}

/* FastICA: mixing_ is what components_ is the pseudo-inverse of, [columns, components]. */
bool sk_invert_fast_ica(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_matrix mixing, back;
    const double *mean = NULL;
    bool whiten;
    return sk_get_matrix(sk, object, "mixing_", 0, 0, &mixing) &&
           ica_whitens(sk, object, &whiten) &&
           (!whiten || sk_get_vector(sk, object, "mean_", mixing.rows, &mean)) &&
           sk_transposed(sk, &mixing, &back) && go_back(sk, object, in, &back, mean, true, ret);
}

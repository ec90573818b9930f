/* Estimators over sklearn.metrics.pairwise.pairwise_kernels: KernelRidge, KernelPCA, Nystroem; and
 * KernelCenterer.
 *
 * Tolerance: 1e-12 S, S = sum |K_i w_i| with what is subtracted on the way. rbf is computed from
 * the differences; scikit-learn computes |x|^2 - 2 x.v + |v|^2, whose own error S covers.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/kernels.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/sparse_matrix.h"

#include <math.h>

/* What is compared with what. */
struct compared {
    struct sk_kernel kernel;
    lar_value x, vectors;
    size_t n; /* rows of vectors */
    bool precomputed;
};

/* The option NAME as a number; FALLBACK where it is None or missing. */
static bool option(struct sk_context *sk, const struct pk_node *object, const char *name,
                   double fallback, double *ret)
{
    *ret = fallback;
    if (!sk_has(object, name))
        return true;
    const struct pk_node *node = pk_attribute(object, name);
    return pk_get_f64(node, ret) || sk_refuse_attribute(sk, node, name, "must be a number");
}

/* The options kernel, gamma (or the fitted gamma_), coef0 and degree, for K columns. */
static bool read_kernel(struct sk_context *sk, const struct pk_node *object, size_t k,
                        struct compared *c)
{
    const struct pk_node *name = pk_attribute(object, "kernel");
    const char *gamma = sk_has(object, "gamma_") ? "gamma_" : "gamma";
    c->kernel = (struct sk_kernel){.kind = sk_kernel_kind(name), .scales = LAR_NO_VALUE};
    if (c->kernel.kind < 0)
        return sk_refuse_attribute(sk, name, "kernel",
                                   "must be one of scikit-learn's own or precomputed");
    double usual = c->kernel.kind == SK_KERNEL_CHI2 ? 1 : 1 / (double)k;
    return option(sk, object, gamma, usual, &c->kernel.gamma) &&
           option(sk, object, "coef0", 1, &c->kernel.coef0) &&
           option(sk, object, "degree", 3, &c->kernel.degree);
}

/* The rows NAME of OBJECT and what enters beside them. */
static bool read_compared(struct sk_context *sk, const struct pk_node *object, const char *name,
                          const struct sk_frame *in, struct compared *c)
{
    const struct pk_node *node = sk_fitted(sk, object, name);
    size_t k = 0;
    c->precomputed = pk_text_equal(pk_attribute(object, "kernel"), "precomputed");
    if (!node || !sk_constant_matrix(sk, node, name, &c->vectors, &c->n, &k))
        return false;
    if (c->n == 0 || k == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is empty", name);
    if (!sk_frame_expect(sk, in, c->precomputed ? c->n : k, name) ||
        (!c->precomputed && !read_kernel(sk, object, k, c)))
        return false;
    c->x = sk_frame_f64(sk, in);
    if (c->x == LAR_NO_VALUE)
        return false;
    c->x = sk_check_finite(sk, object, c->x, false, false);
    if (c->precomputed)
        c->x = sk_to_dense(sk, c->x);
    if (!c->precomputed && sk_is_csr(node) && c->kernel.kind > SK_KERNEL_SIGMOID) {
        struct sk_numbers dense;
        if (!sk_numbers(sk, node, name, 2, 2, &dense))
            return false;
        c->vectors = lar_draft_f64(sk->draft, dense.data, dense.shape);
    }
    return true;
}

/* WEIGHTS [n, t] the other way round: [t, n]. */
static const double *turned(struct sk_context *sk, const double *weights, size_t n, size_t t)
{
    double *copy = sk_alloc(sk, n * t, sizeof *copy);
    for (size_t i = 0; copy && i < n; i++)
        for (size_t j = 0; j < t; j++)
            copy[j * n + i] = weights[i * t + j];
    return copy;
}

/* K @ WEIGHTS.T + CONSTANTS (NULL: zeros); WEIGHTS [t, n]. */
static lar_value weigh(struct sk_context *sk, const struct compared *c, const double *weights,
                       const double *constants, size_t t)
{
    struct lar_draft *d = sk->draft;
    if (!constants && !(constants = sk_alloc(sk, t, sizeof *constants)))
        return LAR_NO_VALUE;
    lar_value added = lar_draft_f64(d, constants, LAR_SHAPE((int64_t)t));
    if (!c->precomputed)
        return sk_kernel_sums(sk, &c->kernel, c->x, c->vectors,
                              lar_draft_f64(d, weights, LAR_SHAPE((int64_t)t, (int64_t)c->n)),
                              added, LAR_NO_VALUE);
    const double *w = turned(sk, weights, t, c->n);
    if (!w)
        return LAR_NO_VALUE;
    lar_value product = lar_draft_apply(d, "MatMul", 2, c->x,
                                        lar_draft_f64(d, w, LAR_SHAPE((int64_t)c->n, (int64_t)t)));
    return lar_draft_apply(d, "Add", 2, product, added);
}

bool sk_read_kernel_ridge(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_frame *in, struct sk_result *ret)
{
    struct compared c;
    struct sk_numbers dual;
    if (!read_compared(sk, object, "X_fit_", in, &c) ||
        !sk_get_numbers(sk, object, "dual_coef_", 1, 2, &dual))
        return false;
    size_t t = dual.shape.rank == 2 ? (size_t)dual.shape.dims[1] : 1;
    if ((size_t)dual.shape.dims[0] != c.n || t == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "dual_coef_: has %lld rows, not %zu",
                       (long long)dual.shape.dims[0], c.n);
    const double *weights = turned(sk, dual.data, c.n, t);
    lar_value y = weights ? weigh(sk, &c, weights, NULL, t) : LAR_NO_VALUE;
    return weights && sk_answer(sk, ret, SK_PREDICT, dual.shape.rank == 1 ? sk_as_vector(sk, y) : y,
                                LAR_NO_VALUE);
}

static bool give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_read_nystroem(struct sk_context *sk, const struct pk_node *object,
                      const struct sk_frame *in, struct sk_result *ret)
{
    struct compared c;
    struct sk_numbers normal;
    if (sk_has(object, "kernel_params"))
        return sk_refuse_attribute(sk, pk_attribute(object, "kernel_params"), "kernel_params",
                                   "must be None");
    if (!read_compared(sk, object, "components_", in, &c) ||
        !sk_get_numbers(sk, object, "normalization_", 2, 2, &normal))
        return false;
    if ((size_t)normal.shape.dims[1] != c.n || normal.n == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "normalization_: has %lld columns, not %zu",
                       (long long)normal.shape.dims[1], c.n);
    return give(sk, ret, weigh(sk, &c, normal.data, NULL, (size_t)normal.shape.dims[0]));
}

/* K less the means of its training rows and of its own row, plus the mean of all. */
bool sk_read_kernel_centerer(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    static const int64_t second[] = {1};
    struct lar_draft *d = sk->draft;
    struct sk_numbers rows, all;
    if (!sk_get_numbers(sk, object, "K_fit_rows_", 1, 1, &rows) ||
        !sk_get_numbers(sk, object, "K_fit_all_", 0, 1, &all))
        return false;
    if (rows.n == 0 || all.n != 1)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "K_fit_rows_: is empty, or K_fit_all_ is not one number");
    if (!sk_frame_expect(sk, in, rows.n, "K_fit_rows_"))
        return false;
    lar_value k = sk_frame_dense(sk, in);
    if (k == LAR_NO_VALUE)
        return false;
    k = sk_check_finite(sk, object, k, false, false);
    lar_value own = lar_draft_apply(d, "ReduceSum", 2, k, lar_draft_i64(d, second, LAR_SHAPE(1)));
    own = lar_draft_apply(d, "Div", 2, own, lar_draft_scalar_f64(d, (double)rows.n));
    k = lar_draft_apply(d, "Sub", 2, k, lar_draft_f64(d, rows.data, rows.shape));
    k = lar_draft_apply(d, "Sub", 2, k, own);
    return give(sk, ret, lar_draft_apply(d, "Add", 2, k, lar_draft_scalar_f64(d, all.data[0])));
}

/* Eigenvectors as weights. */
struct directions {
    double *weights; /* [t, n] */
    double *constants;
    size_t t;
};

/* V over the root of VALUE; in float32, which scikit-learn keeps, where the file holds them so. */
static double weight_of(const struct sk_numbers *vectors, double v, const struct sk_numbers *values,
                        double value)
{
    if (vectors->float32 && values->float32)
        return (double)((float)v / sqrtf((float)value));
    return vectors->float32 ? (double)(float)(v / sqrt(value)) : v / sqrt(value);
}

/* The eigenvectors, each divided by the root of its eigenvalue; those of 0 are left out since
 * 0.22. */
static bool read_directions(struct sk_context *sk, const struct pk_node *object, size_t n,
                            struct directions *ret)
{
    bool old = !pk_attribute(object, "eigenvectors_"); /* until 0.24 */
    const char *vectors_name = old ? "alphas_" : "eigenvectors_";
    const char *values_name = old ? "lambdas_" : "eigenvalues_";
    unsigned release = sk_release(object);
    struct sk_numbers vectors, roots;
    if (!sk_get_numbers(sk, object, vectors_name, 2, 2, &vectors) ||
        !sk_get_numbers(sk, object, values_name, 1, 1, &roots))
        return false;
    const double *values = roots.data;
    size_t t = ret->t = (size_t)vectors.shape.dims[1];
    if ((size_t)vectors.shape.dims[0] != n || t == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is %lld by %zu, not for %zu rows", vectors_name,
                       (long long)vectors.shape.dims[0], t, n);
    ret->weights = sk_alloc(sk, n * t, sizeof *ret->weights);
    ret->constants = sk_alloc(sk, t, sizeof *ret->constants);
    if (roots.n != t)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements, not %zu", values_name, roots.n,
                       t);
    if (!ret->weights || !ret->constants)
        return false;
    for (size_t j = 0; j < t; j++) {
        if (values[j] == 0 && release < SK_RELEASE(0, 22))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "%s: element %zu is 0, and until 0.22 scikit-learn divides by it",
                           values_name, j);
        for (size_t i = 0; i < n && values[j] != 0; i++)
            ret->weights[j * n + i] =
                weight_of(&vectors, vectors.data[i * t + j], &roots, values[j]);
    }
    return true;
}

/* Centring is linear: (K - rows - mean of the own row + all) @ w is K @ (w - mean of w) less
 * (rows - all) @ w. So the matrix need not exist. */
static bool fold_centring(struct sk_context *sk, const struct pk_node *centerer,
                          struct directions *d, size_t n)
{
    struct sk_numbers all;
    const double *rows;
    if (!sk_get_vector(sk, centerer, "K_fit_rows_", n, &rows) ||
        !sk_get_numbers(sk, centerer, "K_fit_all_", 0, 1, &all))
        return false;
    if (all.n != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "K_fit_all_: has %zu elements, not 1", all.n);
    for (size_t j = 0; d->weights && d->constants && j < d->t; j++) {
        double *w = d->weights + j * n, sum = 0, constant = 0;
        for (size_t i = 0; i < n; i++) {
            sum += w[i];
            constant += (all.data[0] - rows[i]) * w[i];
        }
        for (size_t i = 0; i < n; i++)
            w[i] -= sum / (double)n;
        d->constants[j] = constant;
    }
    return true;
}

bool sk_read_kernel_pca(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct sk_result *ret)
{
    struct compared c;
    struct directions d = {.t = 0};
    const struct pk_node *centerer = sk_fitted(sk, object, "_centerer");
    return centerer && read_compared(sk, object, "X_fit_", in, &c) &&
           read_directions(sk, object, c.n, &d) && fold_centring(sk, centerer, &d, c.n) &&
           give(sk, ret, weigh(sk, &c, d.weights, d.constants, d.t));
}

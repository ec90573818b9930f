/* sklearn.kernel_approximation but for Nystroem, and sklearn.random_projection.
 *
 * Tolerance: 1e-12 S. S is for cosines sum |x_i w_i| + |b|, the size of the angle, times the factor
 * before them; for PolynomialCountSketch the product of the lengths of its sketches, because
 * scikit-learn multiplies their Fourier transforms; for projections sum |x_i w_i|.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/sparse_matrix.h"

#include <math.h>

static bool give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

static bool number(struct sk_context *sk, const struct pk_node *object, const char *name,
                   double *ret)
{
    const struct pk_node *node = pk_attribute(object, name);
    return (pk_get_f64(node, ret) && isfinite(*ret)) ||
           sk_refuse_attribute(sk, node, name, "must be a number");
}

/* FACTOR cos(X @ random_weights_ + random_offset_), X being what enters, or, where SKEWEDNESS is
 * given, the logarithm of that and SKEWEDNESS. */
static bool cosines(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                    double factor, const double *skewedness, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_numbers weights;
    const double *offset;
    if (!sk_get_numbers(sk, object, "random_weights_", 2, 2, &weights))
        return false;
    size_t n = (size_t)weights.shape.dims[0], m = (size_t)weights.shape.dims[1];
    if (n == 0 || m == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "random_weights_: is empty");
    if (!sk_get_vector(sk, object, "random_offset_", m, &offset) ||
        !sk_frame_expect(sk, in, n, "random_weights_"))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (skewedness && sk_is_sparse(sk, x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "a sparse matrix enters, which scikit-learn refuses");
    x = sk_check_finite(sk, object, x, false, false);
    if (skewedness) { /* the logarithm of what is not above 0 is refused as infinite or NaN */
        x = lar_draft_apply(d, "Add", 2, x, lar_draft_scalar_f64(d, *skewedness));
        x = sk_check_finite(sk, object, lar_draft_apply(d, "Log", 1, x), false, false);
    }
    x = lar_draft_apply(d, "MatMul", 2, x, lar_draft_f64(d, weights.data, weights.shape));
    x = lar_draft_apply(d, "Add", 2, x, lar_draft_f64(d, offset, LAR_SHAPE((int64_t)m)));
    x = lar_draft_apply(d, "Cos", 1, x);
    return give(sk, ret, lar_draft_apply(d, "Mul", 2, x, lar_draft_scalar_f64(d, factor)));
}

bool sk_read_rbf_sampler(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, struct sk_result *ret)
{
    double m;
    return number(sk, object, "n_components", &m) &&
           cosines(sk, object, in, pow(2.0 / m, 0.5), NULL, ret);
}

bool sk_read_skewed_chi2_sampler(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    double m, skewedness;
    return number(sk, object, "n_components", &m) &&
           number(sk, object, "skewedness", &skewedness) &&
           cosines(sk, object, in, sqrt(2.0) / sqrt(m), &skewedness, ret);
}

/* The distance of samples: fitted, or chosen, or the usual one for that many steps. */
static bool sample_interval(struct sk_context *sk, const struct pk_node *object, size_t steps,
                            double *ret)
{
    static const double usual[] = {0.8, 0.5, 0.4};
    if (sk_has(object, "sample_interval_")) /* until 1.6 */
        return number(sk, object, "sample_interval_", ret);
    if (sk_has(object, "sample_interval"))
        return number(sk, object, "sample_interval", ret);
    if (steps > 3)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "sample_interval: must be given for %zu steps",
                       steps);
    *ret = usual[steps - 1];
    return true;
}

bool sk_read_additive_chi2_sampler(struct sk_context *sk, const struct pk_node *object,
                                   const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    size_t steps, n;
    double interval = 0;
    if (!sk_get_size(sk, object, "sample_steps", 2, &steps) ||
        !sk_get_size(sk, object, "n_features_in_", SK_UNKNOWN, &n))
        return false;
    if (steps < 1 || steps > 1000)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "sample_steps: is %zu", steps);
    if (!sample_interval(sk, object, steps, &interval) ||
        (n != SK_UNKNOWN && !sk_frame_expect(sk, in, n, "n_features_in_")))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    bool sparse = sk_is_sparse(sk, x);
    x = sk_to_dense(sk, sk_check_finite(sk, object, x, false, false));
    lar_value y = lar_draft_node(
        d, &(struct lar_node_args){.op = "larder.AdditiveChi2",
                                   .inputs = &x,
                                   .n_inputs = 1,
                                   .params = {{"steps", lar_draft_scalar_i64(d, (int64_t)steps)},
                                              {"interval", lar_draft_scalar_f64(d, interval)}}});
    return give(sk, ret, sparse ? lar_draft_apply(d, "larder.ToCsr", 1, y) : y);
}

/* bitHash_ times sqrt(gamma): the signs of each degree. */
static const double *signs_of(struct sk_context *sk, const struct pk_node *object, size_t degree,
                              size_t n, size_t extra, double gamma)
{
    struct sk_numbers bits;
    if (!sk_get_numbers(sk, object, "bitHash_", 2, 2, &bits))
        return NULL;
    if ((size_t)bits.shape.dims[0] != degree || (size_t)bits.shape.dims[1] != n) {
        sk_fail(sk, LAR_ERR_FORMAT, "bitHash_: is not of the shape of indexHash_");
        return NULL;
    }
    double *signs = sk_alloc(sk, degree * n, sizeof *signs);
    for (size_t i = 0; signs && i < degree * n; i++)
        signs[i] = bits.data[i] * (i % n < n - extra ? sqrt(gamma) : 1);
    return signs;
}

/* X with a column sqrt(coef0) behind it. */
static lar_value with_constant(struct sk_context *sk, lar_value x, double coef0)
{
    struct lar_draft *d = sk->draft;
    lar_value zero =
        lar_draft_apply(d, "Mul", 2, sk_columns(sk, x, 0, 1), lar_draft_scalar_f64(d, 0));
    lar_value last = lar_draft_apply(d, "Add", 2, zero, lar_draft_scalar_f64(d, sqrt(coef0)));
    return sk_side_by_side(sk, (lar_value[]){x, last}, 2);
}

bool sk_read_polynomial_count_sketch(struct sk_context *sk, const struct pk_node *object,
                                     const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct np_array places;
    double gamma, coef0;
    size_t columns, extra;
    const struct pk_node *node = sk_fitted(sk, object, "indexHash_");
    if (!node || !number(sk, object, "gamma", &gamma) || !number(sk, object, "coef0", &coef0) ||
        !sk_get_size(sk, object, "n_components", 100, &columns))
        return false;
    if (!np_is_array(node) || !np_array(&places, node, sk->arena, sk->err) ||
        places.shape.rank != 2 || places.shape.dims[0] < 1 ||
        places.shape.dims[1] < 1 + (coef0 != 0))
        return sk_fail(sk, LAR_ERR_FORMAT, "indexHash_: is no matrix");
    size_t degree = (size_t)places.shape.dims[0], n = (size_t)places.shape.dims[1];
    extra = coef0 != 0;
    const int64_t *index = np_to_i64(&places, sk->arena, sk->err);
    if (!index || !sk_frame_expect(sk, in, n - extra, "indexHash_"))
        return false;
    for (size_t i = 0; i < degree * n; i++)
        if (index[i] < 0 || index[i] >= (int64_t)columns)
            return sk_fail(sk, LAR_ERR_FORMAT, "indexHash_: there is no component %lld of %zu",
                           (long long)index[i], columns);
    const double *signs = signs_of(sk, object, degree, n, extra, gamma);
    lar_value x = signs ? sk_frame_dense(sk, in) : LAR_NO_VALUE;
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    if (extra)
        x = with_constant(sk, x, coef0);
    return give(
        sk, ret,
        lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.CountSketch",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"places", lar_draft_i64(d, index, places.shape)},
                                         {"signs", lar_draft_f64(d, signs, places.shape)},
                                         {"columns", lar_draft_scalar_i64(d, (int64_t)columns)}}}));
}

/* GaussianRandomProjection, SparseRandomProjection. */
bool sk_read_random_projection(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_numbers components;
    bool dense;
    const struct pk_node *node = sk_fitted(sk, object, "components_");
    if (!node || !sk_numbers(sk, node, "components_", 2, 2, &components) ||
        !sk_get_flag(sk, object, "dense_output", false, &dense))
        return false;
    size_t k = (size_t)components.shape.dims[0], n = (size_t)components.shape.dims[1];
    if (k == 0 || n == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "components_: is empty");
    if (!sk_frame_expect(sk, in, n, "components_"))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    double *t = sk_alloc(sk, k * n, sizeof *t);
    if (x == LAR_NO_VALUE || !t)
        return false;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < n; j++)
            t[j * k + i] = components.data[i * n + j];
    bool sparse = sk_is_sparse(sk, x) && sk_is_sparse_matrix(node) && !dense;
    x = sk_check_finite(sk, object, x, false, false);
    lar_value y =
        lar_draft_apply(d, "MatMul", 2, x, lar_draft_f64(d, t, LAR_SHAPE((int64_t)n, (int64_t)k)));
    return give(sk, ret, sparse ? lar_draft_apply(d, "larder.ToCsr", 1, y) : y);
}

/* By the inverse that fit has made, if it was asked to. */
bool sk_invert_random_projection(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_matrix inverse;
    bool made;
    if (!sk_get_flag(sk, object, "compute_inverse_components", false, &made))
        return false;
    if (!made)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "compute_inverse_components: is False, and no inverse in the file");
    if (!sk_get_matrix(sk, object, "inverse_components_", 0, 0, &inverse))
        return false;
    lar_value x = sk_enter(sk, object, in, inverse.columns, "inverse_components_", false);
    if (x == LAR_NO_VALUE)
        return false;
    *ret = sk_frame_of(sk, sk_times_transposed(sk, x, &inverse));
    return lar_draft_ok(sk->draft, sk->err);
}

/* sklearn.preprocessing: PowerTransformer, QuantileTransformer.
 *
 * Exact: quantiles to a uniform distribution. Tolerance: 1e-12 of the largest number of a row for
 * powers and a normal distribution, which go through libm. Powers in float32: 1e-6 of the largest
 * number where release 1.4 to 1.7 runs on NumPy 1, which does not round what is made of them.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

static bool give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

/* Dense numbers of N columns in which NaN may be. */
static lar_value numbers(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, size_t n, const char *what)
{
    if (!sk_frame_expect(sk, in, n, what))
        return LAR_NO_VALUE;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return x;
    if (sk_is_sparse(sk, x)) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "a sparse matrix enters, which is not supported");
        return LAR_NO_VALUE;
    }
    return sk_check_finite(sk, object, x, true, false);
}

/* lambdas_ and which formula is used. */
struct powers {
    struct sk_numbers lambdas;
    bool box_cox, standardize;
    bool narrow; /* what is made of lambdas_ is rounded to float32, as NumPy 2 does */
};

static bool read_powers(struct sk_context *sk, const struct pk_node *object, struct powers *ret)
{
    ret->box_cox = sk_option_is(object, "method", "yeo-johnson", "box-cox");
    if (!ret->box_cox && !sk_option_is(object, "method", "yeo-johnson", "yeo-johnson"))
        return sk_refuse_attribute(sk, pk_attribute(object, "method"), "method",
                                   "must be yeo-johnson or box-cox");
    if (!sk_get_numbers(sk, object, "lambdas_", 1, 1, &ret->lambdas))
        return false;
    /* releases before 1.4 know no NumPy 2 */
    ret->narrow = ret->lambdas.float32 && sk_release(object) >= SK_RELEASE(1, 4);
    return sk_get_flag(sk, object, "standardize", true, &ret->standardize);
}

static lar_value apply_powers(struct sk_context *sk, const char *op, int64_t method,
                              const struct powers *p, lar_value x)
{
    struct lar_draft *d = sk->draft;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = op,
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"lambdas", lar_draft_f64(d, p->lambdas.data, p->lambdas.shape)},
                          {"method", lar_draft_scalar_i64(d, method)},
                          {"float32", lar_draft_scalar_bool(d, p->narrow)}},
           });
}

bool sk_read_power_transformer(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct powers p = {.standardize = false};
    if (!read_powers(sk, object, &p))
        return false;
    lar_value x = numbers(sk, object, in, p.lambdas.n, "lambdas_");
    if (x == LAR_NO_VALUE)
        return false;
    int64_t method = p.box_cox ? 0 : sk_release(object) < SK_RELEASE(1, 9) ? 1 : 2;
    x = apply_powers(sk, "larder.PowerTransform", method, &p, x);
    if (!give(sk, ret, x) || !p.standardize)
        return lar_draft_ok(sk->draft, sk->err);
    const struct pk_node *scaler = sk_fitted(sk, object, "_scaler");
    struct sk_frame powers = ret->frame;
    if (!scaler)
        return false;
    return sk_read(sk, scaler, &powers, ret) || lar_error_within(sk->err, "_scaler");
}

bool sk_invert_power_transformer(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_frame *ret)
{
    struct powers p = {.standardize = false};
    if (!read_powers(sk, object, &p))
        return false;
    lar_value x = numbers(sk, object, in, p.lambdas.n, "lambdas_");
    if (x == LAR_NO_VALUE)
        return false;
    struct sk_frame powers = sk_frame_of(sk, x), scaled = powers;
    if (p.standardize) {
        const struct pk_node *scaler = sk_fitted(sk, object, "_scaler");
        if (!scaler)
            return false;
        if (!sk_invert(sk, scaler, &scaled, &powers))
            return lar_error_within(sk->err, "_scaler");
        x = powers.matrix;
    }
    int64_t method = !p.box_cox ? 2 : sk_release(object) < SK_RELEASE(1, 6) ? 0 : 1;
    *ret = sk_frame_of(sk, apply_powers(sk, "larder.PowerInverse", method, &p, x));
    return lar_draft_ok(sk->draft, sk->err);
}

static lar_value quantiles(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, bool inverse)
{
    struct sk_numbers quantiles;
    const double *references;
    struct lar_draft *d = sk->draft;
    bool normal = sk_option_is(object, "output_distribution", "uniform", "normal");
    bool cut = normal || sk_release(object) < SK_RELEASE(0, 21);
    if (!normal && !sk_option_is(object, "output_distribution", "uniform", "uniform")) {
        sk_refuse_attribute(sk, pk_attribute(object, "output_distribution"), "output_distribution",
                            "must be uniform or normal");
        return LAR_NO_VALUE;
    }
    if (!sk_get_numbers(sk, object, "quantiles_", 2, 2, &quantiles))
        return LAR_NO_VALUE;
    int64_t k = quantiles.shape.dims[0], n = quantiles.shape.dims[1];
    if (!sk_get_vector(sk, object, "references_", (size_t)k, &references))
        return LAR_NO_VALUE;
    bool ignore;
    if (!sk_frame_expect(sk, in, (size_t)n, "quantiles_") ||
        !sk_get_flag(sk, object, "ignore_implicit_zeros", false, &ignore))
        return LAR_NO_VALUE;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return x;
    x = sk_check_finite(sk, object, x, true, false);
    lar_value positive =
        sk_is_sparse(sk, x) && !ignore ? lar_draft_scalar_bool(d, true) : LAR_NO_VALUE;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.Quantiles",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"quantiles", lar_draft_f64(d, quantiles.data, quantiles.shape)},
                          {"references", lar_draft_f64(d, references, LAR_SHAPE(k))},
                          {"normal", lar_draft_scalar_bool(d, normal)},
                          {"cut", lar_draft_scalar_bool(d, cut)},
                          {"inverse", lar_draft_scalar_bool(d, inverse)},
                          {"positive", positive}},
           });
}

bool sk_read_quantile_transformer(struct sk_context *sk, const struct pk_node *object,
                                  const struct sk_frame *in, struct sk_result *ret)
{
    lar_value x = quantiles(sk, object, in, false);
    return x != LAR_NO_VALUE && give(sk, ret, x);
}

bool sk_invert_quantile_transformer(struct sk_context *sk, const struct pk_node *object,
                                    const struct sk_frame *in, struct sk_frame *ret)
{
    lar_value x = quantiles(sk, object, in, true);
    if (x == LAR_NO_VALUE)
        return false;
    *ret = sk_frame_of(sk, x);
    return lar_draft_ok(sk->draft, sk->err);
}

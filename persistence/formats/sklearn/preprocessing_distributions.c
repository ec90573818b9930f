/* sklearn.preprocessing: PowerTransformer, QuantileTransformer.
 *
 * Exact: quantiles to a uniform distribution. Tolerance: 1e-12 of the largest number of a row for
 * powers and a normal distribution, which go through libm.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
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

bool sk_read_power_transformer(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers lambdas;
    struct lar_draft *d = sk->draft;
    bool standardize;
    int64_t method = sk_release(object) < SK_RELEASE(1, 8) ? 1 : 2;
    if (sk_option_is(object, "method", "yeo-johnson", "box-cox"))
        method = 0;
    else if (!sk_option_is(object, "method", "yeo-johnson", "yeo-johnson"))
        return sk_refuse_attribute(sk, pk_attribute(object, "method"), "method",
                                   "must be yeo-johnson or box-cox");
    if (!sk_get_numbers(sk, object, "lambdas_", 1, 1, &lambdas) ||
        !sk_get_flag(sk, object, "standardize", true, &standardize))
        return false;
    lar_value x = numbers(sk, object, in, lambdas.n, "lambdas_");
    if (x == LAR_NO_VALUE)
        return false;
    x = lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.PowerTransform",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"lambdas", lar_draft_f64(d, lambdas.data, lambdas.shape)},
                                         {"method", lar_draft_scalar_i64(d, method)}},
                          });
    if (!give(sk, ret, x) || !standardize)
        return lar_draft_ok(d, sk->err);
    const struct pk_node *scaler = sk_fitted(sk, object, "_scaler");
    struct sk_frame powers = ret->frame;
    if (!scaler)
        return false;
    return sk_read(sk, scaler, &powers, ret) || lar_error_within(sk->err, "_scaler");
}

bool sk_read_quantile_transformer(struct sk_context *sk, const struct pk_node *object,
                                  const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers quantiles;
    const double *references;
    struct lar_draft *d = sk->draft;
    bool normal = sk_option_is(object, "output_distribution", "uniform", "normal");
    bool cut = normal || sk_release(object) < SK_RELEASE(0, 21);
    if (!normal && !sk_option_is(object, "output_distribution", "uniform", "uniform"))
        return sk_refuse_attribute(sk, pk_attribute(object, "output_distribution"),
                                   "output_distribution", "must be uniform or normal");
    if (!sk_get_numbers(sk, object, "quantiles_", 2, 2, &quantiles))
        return false;
    int64_t k = quantiles.shape.dims[0], n = quantiles.shape.dims[1];
    if (!sk_get_vector(sk, object, "references_", (size_t)k, &references))
        return false;
    lar_value x = numbers(sk, object, in, (size_t)n, "quantiles_");
    if (x == LAR_NO_VALUE)
        return false;
    return give(
        sk, ret,
        lar_draft_node(
            d, &(struct lar_node_args){
                   .op = "larder.Quantiles",
                   .inputs = &x,
                   .n_inputs = 1,
                   .params = {{"quantiles", lar_draft_f64(d, quantiles.data, quantiles.shape)},
                              {"references", lar_draft_f64(d, references, LAR_SHAPE(k))},
                              {"normal", lar_draft_scalar_bool(d, normal)},
                              {"cut", lar_draft_scalar_bool(d, cut)}},
               }));
}

/* sklearn.impute: MissingIndicator, of numbers.
 *
 * Exact.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

/* A dense answer is what sparse="auto" gives for a dense matrix. */
static bool check_options(struct sk_context *sk, const struct pk_node *object, double *missing,
                          bool *strict)
{
    const struct pk_node *node = pk_attribute(object, "missing_values");
    const struct pk_node *sparse = pk_attribute(object, "sparse");
    bool all = sk_option_is(object, "features", "missing-only", "all"), wanted = false;
    *missing = (double)NAN;
    if (node && !pk_get_f64(node, missing))
        return sk_refuse_attribute(sk, node, "missing_values", "must be a number");
    if (sparse && !pk_text_equal(sparse, "auto") && (!pk_get_bool(sparse, &wanted) || wanted))
        return sk_refuse_attribute(sk, sparse, "sparse", "must be False or 'auto'");
    if (!all && !sk_option_is(object, "features", "missing-only", "missing-only"))
        return sk_refuse_attribute(sk, pk_attribute(object, "features"), "features",
                                   "must be all or missing-only");
    if (!sk_get_flag(sk, object, "error_on_new", true, strict))
        return false;
    *strict &= !all;
    return true;
}

bool sk_read_missing_indicator(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, "features_");
    struct lar_draft *d = sk->draft;
    const int64_t *features = NULL;
    size_t n = 0, count = 0;
    double missing = (double)NAN;
    bool strict = true;
    if (!node || !sk_integers(sk, node, "features_", &features, &count) ||
        !sk_get_size(sk, object, "_n_features", SK_UNKNOWN, &n) ||
        !check_options(sk, object, &missing, &strict))
        return false;
    if (n == SK_UNKNOWN)
        return sk_fail(sk, LAR_ERR_FORMAT, "_n_features: is missing");
    if (count == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "features_: it marks no feature at all");
    if (!sk_frame_expect(sk, in, n, "features_"))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "a sparse matrix enters, which is not supported");
    x = sk_check_finite(sk, object, x, isnan(missing), false);
    x = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.Missing",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"columns", lar_draft_i64(d, features, LAR_SHAPE((int64_t)count))},
                          {"missing", lar_draft_scalar_f64(d, missing)},
                          {"strict", lar_draft_scalar_bool(d, strict)}},
           });
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    return lar_draft_ok(d, sk->err);
}

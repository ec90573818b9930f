/* sklearn.impute: MissingIndicator, of numbers.
 *
 * Exact.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

enum form { AS_IT_CAME, DENSE, SPARSE };

struct options {
    double missing;
    enum form form;
    bool strict;
};

static bool read_options(struct sk_context *sk, const struct pk_node *object, struct options *ret)
{
    const struct pk_node *node = pk_attribute(object, "missing_values");
    const struct pk_node *sparse = pk_attribute(object, "sparse");
    bool all = sk_option_is(object, "features", "missing-only", "all"), wanted = false;
    *ret = (struct options){.missing = (double)NAN, .form = AS_IT_CAME};
    if (node && !pk_get_f64(node, &ret->missing))
        return sk_refuse_attribute(sk, node, "missing_values", "must be a number");
    if (sparse && !pk_text_equal(sparse, "auto")) {
        if (!pk_get_bool(sparse, &wanted))
            return sk_refuse_attribute(sk, sparse, "sparse", "must be a bool or 'auto'");
        ret->form = wanted ? SPARSE : DENSE;
    }
    if (!all && !sk_option_is(object, "features", "missing-only", "missing-only"))
        return sk_refuse_attribute(sk, pk_attribute(object, "features"), "features",
                                   "must be all or missing-only");
    if (!sk_get_flag(sk, object, "error_on_new", true, &ret->strict))
        return false;
    ret->strict &= !all;
    return true;
}

/* The rows as numbers; a sparse matrix in which 0 is missing is none before release 0.21. */
static lar_value enter(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_frame *in, double missing)
{
    lar_value x = sk_frame_f64(sk, in);
    if (x != LAR_NO_VALUE && sk_is_sparse(sk, x) && missing == 0) {
        if (sk_release(object) >= SK_RELEASE(0, 21)) {
            sk_fail(sk, LAR_ERR_UNSUPPORTED,
                    "missing_values: is 0, but a sparse matrix enters: scikit-learn refuses that");
            return LAR_NO_VALUE;
        }
        x = sk_to_dense(sk, x);
    }
    return x == LAR_NO_VALUE ? x : sk_check_finite(sk, object, x, isnan(missing), false);
}

/* Marks in the form that is asked for; a sparse one stands in for one of bools. */
static struct sk_frame formed(struct sk_context *sk, lar_value x, enum form form)
{
    if (sk_is_sparse(sk, x) && form == DENSE)
        x = sk_cast(sk, sk_to_dense(sk, x), LAR_TYPE_BOOL);
    if (!sk_is_sparse(sk, x) && form == SPARSE)
        x = lar_draft_apply(sk->draft, "larder.ToCsr", 1, sk_cast(sk, x, LAR_TYPE_F64));
    struct sk_frame frame = sk_frame_of(sk, x);
    if (sk_is_sparse(sk, x))
        frame.type = LAR_TYPE_BOOL;
    return frame;
}

bool sk_read_missing_indicator(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, "features_");
    struct lar_draft *d = sk->draft;
    const int64_t *features = NULL;
    size_t n = 0, count = 0;
    struct options options;
    if (!node || !sk_integers(sk, node, "features_", &features, &count) ||
        !sk_get_size(sk, object, "_n_features", SK_UNKNOWN, &n) ||
        !read_options(sk, object, &options))
        return false;
    if (n == SK_UNKNOWN)
        return sk_fail(sk, LAR_ERR_FORMAT, "_n_features: is missing");
    if (count == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "features_: it marks no feature at all");
    if (!sk_frame_expect(sk, in, n, "features_"))
        return false;
    lar_value x = enter(sk, object, in, options.missing);
    if (x == LAR_NO_VALUE)
        return false;
    x = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.Missing",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"columns", lar_draft_i64(d, features, LAR_SHAPE((int64_t)count))},
                          {"missing", lar_draft_scalar_f64(d, options.missing)},
                          {"strict", lar_draft_scalar_bool(d, options.strict)}},
           });
    ret->transforms = true;
    ret->frame = formed(sk, x, options.form);
    return lar_draft_ok(d, sk->err);
}

/* sklearn.preprocessing: Normalizer, Binarizer: what is fitted is nothing but the options.
 *
 * Exact, but for the dense l2 norm: NumPy adds its squares in an order of the CPU's.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <float.h>

/* The numbers that enter OBJECT, checked. Fitting before 1.0 did not even note their columns. */
static lar_value numbers(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in)
{
    if (!sk_frame_expect_fitted(sk, object, in))
        return LAR_NO_VALUE;
    lar_value x = sk_frame_f64(sk, in);
    return x == LAR_NO_VALUE ? x : sk_check_finite(sk, object, x, false, false);
}

static bool give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_read_normalizer(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct sk_result *ret)
{
    static const char *const norms[] = {"l1", "l2", "max"}; /* as larder.NormalizeRows counts */
    struct lar_draft *d = sk->draft;
    unsigned release = sk_release(object);
    int64_t norm = 0;
    while (norm < 3 && !sk_option_is(object, "norm", "l2", norms[norm]))
        norm++;
    if (norm == 3)
        return sk_refuse_attribute(sk, pk_attribute(object, "norm"), "norm",
                                   "must be l1, l2 or max");
    lar_value x = numbers(sk, object, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (norm == 2 && release < SK_RELEASE(0, 23))
        norm = 3; /* the largest number then, not the largest magnitude */
    double epsilon = in->type == LAR_TYPE_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    double least = release < SK_RELEASE(1, 0) || sk_is_sparse(sk, x) ? 0 : 10 * epsilon;
    return give(sk, ret,
                lar_draft_node(d, &(struct lar_node_args){
                                      .op = "larder.NormalizeRows",
                                      .inputs = &x,
                                      .n_inputs = 1,
                                      .params = {{"norm", lar_draft_scalar_i64(d, norm)},
                                                 {"least", lar_draft_scalar_f64(d, least)}},
                                  }));
}

bool sk_read_binarizer(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_frame *in, struct sk_result *ret)
{
    const struct pk_node *option = pk_attribute(object, "threshold");
    struct lar_draft *d = sk->draft;
    double threshold = 0;
    if (option && !pk_get_f64(option, &threshold))
        return sk_refuse_attribute(sk, option, "threshold", "must be a number");
    if (in->type == LAR_TYPE_F32) /* NumPy compares in what enters */
        threshold = (double)(float)threshold;
    lar_value x = numbers(sk, object, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x) && threshold < 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "threshold: is below 0, which a sparse matrix does not take");
    x = lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.Binarize",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"threshold", lar_draft_scalar_f64(d, threshold)}},
                          });
    /* Integers stay integers. */
    if (in->matrix != LAR_NO_VALUE && !sk_is_sparse(sk, x))
        x = sk_cast(sk, x, lar_draft_info(d, in->matrix)->type);
    if (!give(sk, ret, x))
        return false;
    ret->frame.type = in->type;
    return true;
}

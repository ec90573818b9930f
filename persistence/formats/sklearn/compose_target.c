/* sklearn.compose: TransformedTargetRegressor: what a regressor predicts, through the inverse of
 * what its targets went through.
 *
 * Tolerance: the regressor's, times the slope of the inverse.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

bool sk_read_transformed_target(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner inner;
    lar_value value;
    size_t dimensions;
    struct sk_frame targets;
    const struct pk_node *transformer = sk_fitted(sk, object, "transformer_");
    if (!transformer || !sk_get_size(sk, object, "_training_dim", 1, &dimensions) ||
        !sk_inner(sk, object, "regressor_", in, &inner) ||
        !sk_inner_value(sk, &inner, SK_PREDICT, &value))
        return false;
    const struct lar_value_info *info = lar_draft_info(sk->draft, value);
    if (dimensions < 1 || dimensions > 2)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "_training_dim: targets of %zu dimensions",
                       dimensions);
    if (info->type == LAR_TYPE_STRING || info->shape.rank < 1 || info->shape.rank > 2) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "predict answers no numbers");
        return sk_inner_fail(sk, &inner);
    }
    value = sk_cast(sk, sk_as_column(sk, value), LAR_TYPE_F64);
    struct sk_frame predicted = sk_frame_of(sk, value);
    if (!sk_invert(sk, transformer, &predicted, &targets))
        return lar_error_within(sk->err, "transformer_");
    value = sk_frame_dense(sk, &targets);
    if (value == LAR_NO_VALUE)
        return false;
    if (dimensions == 1 && lar_draft_info(sk->draft, value)->shape.dims[1] == 1)
        value = sk_as_vector(sk, value);
    return sk_answer(sk, ret, SK_PREDICT, value, LAR_NO_VALUE);
}

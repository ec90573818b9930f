/* Linear regressors of sklearn.linear_model and sklearn.svm.
 *
 * However they were fitted, they predict alike: X @ coef_.T + intercept_. Options of fitting
 * (normalize, positive, precompute) leave no trace in that.
 *
 * Tolerance: 1e-12 S for scores (S = sum |x_i w_i| + |b|): the order of a product's sum differs.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

/* One target per row of coef_; a flat coef_ gives a flat answer. */
bool sk_read_linear_regressor(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    lar_value scores;
    size_t k;
    uint32_t rank;
    if (!sk_linear(sk, object, in, &scores, &k, &rank))
        return false;
    return sk_answer(sk, ret, SK_PREDICT, rank == 1 ? sk_as_vector(sk, scores) : scores,
                     LAR_NO_VALUE);
}

/* SGDRegressor, PassiveAggressiveRegressor: one target; sparsify() gives coef_ a second dimension,
 * but never the answer. */
bool sk_read_sgd_regressor(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    lar_value scores;
    size_t k;
    uint32_t rank;
    if (!sk_linear(sk, object, in, &scores, &k, &rank))
        return false;
    if (k != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "coef_: has %zu rows, not 1", k);
    return sk_answer(sk, ret, SK_PREDICT, sk_as_vector(sk, scores), LAR_NO_VALUE);
}

/* RANSACRegressor: what the estimator that was fitted to the inliers predicts. */
bool sk_read_ransac_regressor(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner inner;
    if (!sk_inner(sk, object, "estimator_", in, &inner))
        return false;
    ret->answers[SK_PREDICT] = inner.result.answers[SK_PREDICT];
    return sk_inner_has(&inner, SK_PREDICT) ||
           sk_fail(sk, LAR_ERR_UNSUPPORTED, "estimator_: has no predict");
}

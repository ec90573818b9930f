/* sklearn.cross_decomposition: PLSRegression, PLSCanonical, CCA, PLSSVD.
 *
 * Tolerance: 1e-12 S, S = sum |x_i w_i| + |b|, with x as it enters the product.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

/* An attribute that was public until release 0.23, and begins with an underscore since. */
static const char *renamed(const struct pk_node *object, const char *newer, const char *older)
{
    return pk_attribute(object, newer) ? newer : older;
}

/* What enters, as it enters products. */
struct entered {
    size_t n;
    const double *deviation;
    lar_value centred, scaled;
};

static bool enter(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                  struct entered *ret)
{
    struct sk_numbers mean;
    if (!sk_get_numbers(sk, object, renamed(object, "_x_mean", "x_mean_"), 1, 1, &mean) ||
        !sk_get_vector(sk, object, renamed(object, "_x_std", "x_std_"), mean.n, &ret->deviation))
        return false;
    ret->n = mean.n;
    lar_value x = sk_enter(sk, object, in, mean.n, "x_mean_", false);
    if (x == LAR_NO_VALUE)
        return false;
    ret->centred = sk_with_vector(sk, "Sub", x, mean.data, mean.n);
    ret->scaled = sk_with_vector(sk, "Div", ret->centred, ret->deviation, mean.n);
    return true;
}

bool sk_read_pls_svd(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     struct sk_result *ret)
{
    struct entered x;
    struct sk_matrix weights;
    return enter(sk, object, in, &x) && sk_get_matrix(sk, object, "x_weights_", x.n, 0, &weights) &&
           sk_give(sk, ret, sk_times(sk, x.scaled, &weights));
}

/* Until release 1.0, coef_ is [columns, targets] and y_mean_ is added; since 1.1 there is an
 * intercept_, and what is kept, as _coef_ until 1.2, is [targets, columns]. Since 1.5 it is what
 * the columns are multiplied with before they are scaled. */
static bool predict(struct sk_context *sk, const struct pk_node *object, const struct entered *x,
                    lar_value *ret)
{
    struct sk_matrix coef;
    const double *bias;
    bool newer = sk_has(object, "intercept_");
    unsigned release = sk_release(object);
    const char *name = renamed(object, "_coef_", "coef_");
    if (!sk_get_matrix(sk, object, name, newer ? 0 : x->n, newer ? x->n : 0, &coef))
        return false;
    size_t targets = newer ? coef.rows : coef.columns;
    const char *added = newer ? "intercept_" : renamed(object, "_y_mean", "y_mean_");
    if (!sk_get_vector(sk, object, added, targets, &bias))
        return false;
    if (newer && !release)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "coef_: whether it is for scaled columns depends on the release of "
                       "scikit-learn, which the file does not say");
    lar_value entering = release >= SK_RELEASE(1, 5) ? x->centred : x->scaled;
    lar_value y = newer ? sk_times_transposed(sk, entering, &coef) : sk_times(sk, entering, &coef);
    *ret = sk_with_vector(sk, "Add", y, bias, targets);
    return true;
}

/* PLSRegression, PLSCanonical, CCA. Since release 1.3 a flat target gives a flat answer. */
bool sk_read_pls(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret)
{
    struct entered x;
    struct sk_matrix rotations;
    lar_value y = LAR_NO_VALUE;
    bool flat;
    if (!enter(sk, object, in, &x) ||
        !sk_get_matrix(sk, object, "x_rotations_", x.n, 0, &rotations) ||
        !sk_get_flag(sk, object, "_predict_1d", false, &flat) || !predict(sk, object, &x, &y))
        return false;
    const struct lar_value_info *info = lar_draft_info(sk->draft, y);
    if (flat && info->shape.dims[1] != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "_predict_1d: is set, but there are %lld targets",
                       (long long)info->shape.dims[1]);
    return sk_answer(sk, ret, SK_PREDICT, flat ? sk_as_vector(sk, y) : y, LAR_NO_VALUE) &&
           sk_give(sk, ret, sk_times(sk, x.scaled, &rotations));
}

bool sk_invert_pls(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_frame *ret)
{
    struct sk_matrix loadings;
    const double *mean, *deviation;
    if (!sk_get_matrix(sk, object, "x_loadings_", 0, 0, &loadings) ||
        !sk_get_vector(sk, object, renamed(object, "_x_mean", "x_mean_"), loadings.rows, &mean) ||
        !sk_get_vector(sk, object, renamed(object, "_x_std", "x_std_"), loadings.rows, &deviation))
        return false;
    lar_value x = sk_enter(sk, object, in, loadings.columns, "x_loadings_", false);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_times_transposed(sk, x, &loadings);
    x = sk_with_vector(sk, "Mul", x, deviation, loadings.rows);
    *ret = sk_frame_of(sk, sk_with_vector(sk, "Add", x, mean, loadings.rows));
    return lar_draft_ok(sk->draft, sk->err);
}

/* sklearn.preprocessing: StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler,
 * FunctionTransformer (functions of a closed table).
 *
 * Exact: the same operations in the same order.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/functions.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

static bool give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

/* A fitted vector of numbers, or none where it is None. */
static bool optional_vector(struct sk_context *sk, const struct pk_node *object, const char *name,
                            struct sk_numbers *ret)
{
    *ret = (struct sk_numbers){.n = 0};
    return !sk_has(object, name) || sk_get_numbers(sk, object, name, 1, 1, ret);
}

/* Columns of a sparse matrix times 1 / scale, as scikit-learn computes it there. */
static lar_value scale_sparse(struct sk_context *sk, lar_value x, const struct sk_numbers *scale)
{
    double *factors = sk_alloc(sk, scale->n, sizeof *factors);
    for (size_t i = 0; factors && i < scale->n; i++)
        factors[i] = 1 / scale->data[i];
    if (!factors || !scale->n)
        return x;
    return lar_draft_apply(sk->draft, "larder.ScaleColumns", 2, x,
                           lar_draft_f64(sk->draft, factors, scale->shape));
}

/* What enters less a centre and divided by a scale, each if it was asked for. */
struct centred {
    struct sk_numbers center, scale;
    bool centering, scaling;
    lar_value x; /* what enters */
};

/* Reads the centre CENTER, which option WITH_CENTER asks for, and scale_, for WITH_SCALE. */
static bool read_centred(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, const char *center, const char *with_center,
                         const char *with_scale, bool check, struct centred *ret)
{
    size_t n;
    if (!sk_fitted(sk, object, "scale_") || !optional_vector(sk, object, center, &ret->center) ||
        !optional_vector(sk, object, "scale_", &ret->scale) ||
        !sk_get_flag(sk, object, with_center, true, &ret->centering) ||
        !sk_get_flag(sk, object, with_scale, true, &ret->scaling) ||
        !sk_get_size(sk, object, "n_features_in_", ret->scale.n ? ret->scale.n : ret->center.n, &n))
        return false;
    if ((ret->centering && ret->center.n != n) || (ret->scaling && ret->scale.n != n))
        return sk_fail(sk, LAR_ERR_FORMAT, "%s, scale_: have %zu and %zu elements, not %zu", center,
                       ret->center.n, ret->scale.n, n);
    if (n && !sk_frame_expect(sk, in, n, "scale_"))
        return false;
    ret->x = sk_frame_f64(sk, in);
    if (ret->x == LAR_NO_VALUE)
        return false;
    ret->x = check ? sk_check_finite(sk, object, ret->x, true, false) : ret->x;
    return true;
}

static bool give_centred(struct sk_context *sk, struct sk_result *ret, const struct centred *c)
{
    struct lar_draft *d = sk->draft;
    lar_value x = c->x;
    if (c->centering)
        x = lar_draft_apply(d, "Sub", 2, x, lar_draft_f64(d, c->center.data, c->center.shape));
    if (c->scaling)
        x = lar_draft_apply(d, "Div", 2, x, lar_draft_f64(d, c->scale.data, c->scale.shape));
    return give(sk, ret, x);
}

bool sk_read_standard_scaler(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct centred c;
    if (!read_centred(sk, object, in, "mean_", "with_mean", "with_std", true, &c))
        return false;
    if (!sk_is_sparse(sk, c.x))
        return give_centred(sk, ret, &c);
    if (c.centering)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "with_mean: a sparse matrix enters, which cannot be centred");
    return give(sk, ret, scale_sparse(sk, c.x, &c.scale));
}

bool sk_read_min_max_scaler(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers scale, range;
    const double *min;
    bool clip;
    if (!sk_get_numbers(sk, object, "scale_", 1, 1, &scale) ||
        !sk_get_vector(sk, object, "min_", scale.n, &min) ||
        !sk_get_flag(sk, object, "clip", false, &clip) ||
        !sk_frame_expect(sk, in, scale.n, "scale_"))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "a sparse matrix enters, which it does not take");
    x = sk_check_finite(sk, object, x, true, false);
    x = lar_draft_apply(sk->draft, "Mul", 2, x, lar_draft_f64(sk->draft, scale.data, scale.shape));
    x = lar_draft_apply(sk->draft, "Add", 2, x, lar_draft_f64(sk->draft, min, scale.shape));
    if (!clip)
        return give(sk, ret, x);
    struct pk_items ends;
    if (!sk_tuple(sk, pk_attribute(object, "feature_range"), 2, &ends))
        return lar_error_within(sk->err, "feature_range");
    lar_value bounds[2];
    for (int i = 0; i < 2; i++) {
        if (!sk_numbers(sk, ends.data[i], "feature_range", 0, 0, &range))
            return false;
        bounds[i] = lar_draft_scalar_f64(sk->draft, range.data[0]);
    }
    return give(sk, ret, lar_draft_apply(sk->draft, "Clip", 3, x, bounds[0], bounds[1]));
}

bool sk_read_max_abs_scaler(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers scale;
    struct lar_draft *d = sk->draft;
    bool clip;
    if (!sk_get_numbers(sk, object, "scale_", 1, 1, &scale) ||
        !sk_get_flag(sk, object, "clip", false, &clip) || /* came with 1.8 */
        !sk_frame_expect(sk, in, scale.n, "scale_"))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, true, false);
    if (sk_is_sparse(sk, x) && clip)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "clip: is not supported where a sparse matrix "
                       "enters");
    if (sk_is_sparse(sk, x))
        return give(sk, ret, scale_sparse(sk, x, &scale));
    x = lar_draft_apply(d, "Div", 2, x, lar_draft_f64(d, scale.data, scale.shape));
    if (clip)
        x = lar_draft_apply(d, "Clip", 3, x, lar_draft_scalar_f64(d, -1),
                            lar_draft_scalar_f64(d, 1));
    return give(sk, ret, x);
}

bool sk_read_robust_scaler(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    struct centred c;
    if (!read_centred(sk, object, in, "center_", "with_centering", "with_scaling", true, &c))
        return false;
    if (!sk_is_sparse(sk, c.x))
        return give_centred(sk, ret, &c);
    /* is not centred, whatever with_centering says */
    return give(sk, ret, c.scaling ? scale_sparse(sk, c.x, &c.scale) : c.x);
}

static bool hand_on(struct sk_context *sk, lar_value value, struct sk_frame *ret)
{
    *ret = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

/* Times the scale, and the centre is added. */
static bool uncentre(struct sk_context *sk, const struct centred *c, struct sk_frame *ret)
{
    struct lar_draft *d = sk->draft;
    lar_value x = c->x;
    if (sk_is_sparse(sk, x)) {
        if (c->scaling && c->scale.n)
            x = lar_draft_apply(d, "larder.ScaleColumns", 2, x,
                                lar_draft_f64(d, c->scale.data, c->scale.shape));
        return hand_on(sk, x, ret);
    }
    if (c->scaling)
        x = lar_draft_apply(d, "Mul", 2, x, lar_draft_f64(d, c->scale.data, c->scale.shape));
    if (c->centering)
        x = lar_draft_apply(d, "Add", 2, x, lar_draft_f64(d, c->center.data, c->center.shape));
    return hand_on(sk, x, ret);
}

bool sk_invert_standard_scaler(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_frame *ret)
{
    struct centred c;
    bool check = sk_release(object) >= SK_RELEASE(1, 0);
    if (!read_centred(sk, object, in, "mean_", "with_mean", "with_std", check, &c))
        return false;
    if (sk_is_sparse(sk, c.x) && c.centering)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "with_mean: a sparse matrix enters its inverse_transform");
    return uncentre(sk, &c, ret);
}

bool sk_invert_robust_scaler(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_frame *ret)
{
    struct centred c;
    return read_centred(sk, object, in, "center_", "with_centering", "with_scaling", true, &c) &&
           uncentre(sk, &c, ret);
}

bool sk_invert_min_max_scaler(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_numbers scale;
    struct lar_draft *d = sk->draft;
    const double *min;
    if (!sk_get_numbers(sk, object, "scale_", 1, 1, &scale) ||
        !sk_get_vector(sk, object, "min_", scale.n, &min) ||
        !sk_frame_expect(sk, in, scale.n, "scale_"))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "a sparse matrix enters its inverse_transform, which it does not take");
    x = sk_check_finite(sk, object, x, true, false);
    x = lar_draft_apply(d, "Sub", 2, x, lar_draft_f64(d, min, scale.shape));
    return hand_on(sk, lar_draft_apply(d, "Div", 2, x, lar_draft_f64(d, scale.data, scale.shape)),
                   ret);
}

bool sk_invert_max_abs_scaler(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_frame *ret)
{
    struct centred c = {.scaling = true};
    if (!sk_get_numbers(sk, object, "scale_", 1, 1, &c.scale) ||
        !sk_frame_expect(sk, in, c.scale.n, "scale_"))
        return false;
    c.x = sk_frame_f64(sk, in);
    if (c.x == LAR_NO_VALUE)
        return false;
    c.x = sk_check_finite(sk, object, c.x, true, false);
    return uncentre(sk, &c, ret);
}

/* What newer releases put where "passthrough" was asked for. */
/* OBJECT's function FUNC (with arguments ARGUMENTS, which must be none) of what is IN. */
static bool apply_function(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, const char *func, const char *arguments,
                           struct sk_frame *ret)
{
    const struct pk_node *node = pk_attribute(object, func);
    const struct pk_node *extra = pk_attribute(object, arguments);
    bool validate;
    *ret = *in;
    if (!sk_get_flag(sk, object, "validate", false, &validate))
        return false;
    if (extra && extra->kind != PK_NONE && !(extra->kind == PK_DICT && extra->items.n == 0))
        return sk_refuse_attribute(sk, extra, arguments, "must be None");
    if (!validate && !sk_has(object, func))
        return true;
    if (sk_has(object, func) && in->matrix != LAR_NO_VALUE &&
        (in->type || sk_is_sparse(sk, in->matrix) ||
         lar_draft_info(sk->draft, in->matrix)->type != LAR_TYPE_F64))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s: of integers or of a sparse matrix is not supported", func);
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (validate)
        x = sk_check_finite(sk, object, x, false, false);
    if (!sk_function(sk, node, func, x, &x))
        return false;
    *ret = sk_frame_of(sk, x);
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_read_function_transformer(struct sk_context *sk, const struct pk_node *object,
                                  const struct sk_frame *in, struct sk_result *ret)
{
    ret->transforms = true;
    return apply_function(sk, object, in, "func", "kw_args", &ret->frame);
}

bool sk_invert_function_transformer(struct sk_context *sk, const struct pk_node *object,
                                    const struct sk_frame *in, struct sk_frame *ret)
{
    return apply_function(sk, object, in, "inverse_func", "inv_kw_args", ret);
}

/* sklearn.preprocessing: FunctionTransformer, of nothing or of functions of NumPy's and
 * scipy.special's from a closed table: no code of a file is ever run.
 *
 * Tolerance: 1e-12 of the result: functions go through libm.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/functions.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

/* numpy.clip with the bounds of its keywords. */
static lar_value clip(struct sk_context *sk, const struct pk_node *options, lar_value x)
{
    static const char *const names[2][2] = {{"a_min", "min"}, {"a_max", "max"}};
    lar_value bounds[2] = {LAR_NO_VALUE, LAR_NO_VALUE};
    size_t given = 0;
    for (int i = 0; i < 2; i++) {
        const struct pk_node *node = NULL;
        double bound;
        for (int k = 0; k < 2 && !node; k++)
            node = pk_dict_get(options, names[i][k]);
        given += node != NULL;
        if (!node || node->kind == PK_NONE)
            continue;
        if (!pk_get_f64(node, &bound)) {
            sk_refuse_attribute(sk, node, "kw_args", "must hold numbers");
            return LAR_NO_VALUE;
        }
        bounds[i] = lar_draft_scalar_f64(sk->draft, bound);
    }
    if (!options || options->kind != PK_DICT || options->items.n / 2 != given) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED,
                "kw_args: of numpy.clip only a_min and a_max are "
                "supported");
        return LAR_NO_VALUE;
    }
    return lar_draft_apply(sk->draft, "Clip", 3, x, bounds[0], bounds[1]);
}

/* The function FUNC, the attribute NAME, of X. */
static lar_value apply(struct sk_context *sk, const struct pk_node *func, const char *name,
                       const struct pk_node *options, lar_value x)
{
    bool plain =
        !options || options->kind == PK_NONE || (options->kind == PK_DICT && options->items.n == 0);
    if (pk_is_global(func, "numpy", "clip") || pk_is_global(func, "numpy.core.fromnumeric", "clip"))
        return clip(sk, options, x);
    if (!sk_function(sk, func, name, x, &x))
        return LAR_NO_VALUE;
    if (!plain) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "kw_args: are supported with numpy.clip alone");
        return LAR_NO_VALUE;
    }
    return x;
}

/* What FUNC, with the keywords OPTIONS (attributes of OBJECT), makes of IN. */
static bool transform(struct sk_context *sk, const struct pk_node *object, const char *func,
                      const char *options, const struct sk_frame *in, struct sk_frame *ret)
{
    const struct pk_node *validate = pk_attribute(object, "validate");
    bool check = false, passes = false;
    size_t n;
    if (validate && validate->kind == PK_NONE)
        check = true; /* what None meant in 0.20 and 0.21 */
    else if (!sk_get_flag(sk, object, "validate", false, &check))
        return false;
    const struct pk_node *pass = pk_attribute(object, "pass_y");
    if (pass && pk_get_bool(pass, &passes) && passes)
        return sk_refuse_attribute(sk, pass, "pass_y", "must be False");
    *ret = *in;
    if (!sk_has(object, func) && !check)
        return true;
    if (!sk_get_size(sk, object, "n_features_in_", 0, &n) ||
        (n && !sk_frame_expect(sk, in, n, "n_features_in_")))
        return false;
    if (sk_has(object, func) && in->matrix != LAR_NO_VALUE &&
        (in->type || sk_is_sparse(sk, in->matrix) ||
         lar_draft_info(sk->draft, in->matrix)->type != LAR_TYPE_F64))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s: of integers or of a sparse matrix is not supported", func);
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = check ? sk_check_finite(sk, object, x, false, false) : x;
    if (sk_has(object, func) && (x = apply(sk, pk_attribute(object, func), func,
                                           pk_attribute(object, options), x)) == LAR_NO_VALUE)
        return false;
    *ret = sk_frame_of(sk, x);
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_read_function_transformer(struct sk_context *sk, const struct pk_node *object,
                                  const struct sk_frame *in, struct sk_result *ret)
{
    ret->transforms = true;
    return transform(sk, object, "func", "kw_args", in, &ret->frame);
}

bool sk_invert_function_transformer(struct sk_context *sk, const struct pk_node *object,
                                    const struct sk_frame *in, struct sk_frame *ret)
{
    return transform(sk, object, "inverse_func", "inv_kw_args", in, ret);
}

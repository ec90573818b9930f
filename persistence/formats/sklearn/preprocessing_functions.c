/* sklearn.preprocessing: FunctionTransformer, of nothing or of functions of NumPy's and
 * scipy.special's from a closed table: no code of a file is ever run.
 *
 * Tolerance: 1e-12 of the result: functions go through libm.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

static const char *const numpy_functions[] = {
    "absolute", "arccos",  "arccosh",    "arcsin",  "arcsinh", "arctan", "arctanh",  "cbrt",
    "ceil",     "cos",     "cosh",       "deg2rad", "degrees", "exp",    "exp2",     "expm1",
    "fabs",     "floor",   "log",        "log10",   "log1p",   "log2",   "negative", "positive",
    "rad2deg",  "radians", "reciprocal", "rint",    "sign",    "sin",    "sinh",     "sqrt",
    "square",   "tan",     "tanh",       "trunc",   NULL,
};
static const char *const scipy_functions[] = {"cbrt",  "exp2",  "expit", "expm1",
                                              "log1p", "logit", NULL};

/* The name of NODE in its module, where that is one of NumPy's (or scipy.special's); else empty.
 * NumPy wrote its functions as a call of its own until 1.17. */
static struct pk_bytes name_in(const struct pk_node *node, bool scipy)
{
    struct pk_bytes none = {.data = NULL}, module = none, name = none;
    if (node->kind == PK_GLOBAL) {
        module = node->global.module;
        name = node->global.name;
    } else if (node->kind == PK_OBJECT && node->object.args && node->object.args->items.n == 2 &&
               (pk_is_global(node->object.callable, "numpy.core", "_ufunc_reconstruct") ||
                pk_is_global(node->object.callable, "numpy._core", "_ufunc_reconstruct"))) {
        const struct pk_node *const *args = node->object.args->items.data;
        if (args[0]->kind != PK_TEXT || args[1]->kind != PK_TEXT)
            return none;
        module = args[0]->bytes;
        name = args[1]->bytes;
    }
    bool numpy = pk_bytes_are(module, "numpy") || pk_bytes_begin(module, "numpy.");
    return (scipy ? pk_bytes_begin(module, "scipy.special") : numpy) ? name : none;
}

static const char *listed(const char *const *list, struct pk_bytes name)
{
    for (; name.data && *list; list++)
        if (pk_bytes_are(name, *list))
            return *list;
    return NULL;
}

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

/* The function FUNC of X. */
static lar_value apply(struct sk_context *sk, const struct pk_node *func, const char *attribute,
                       const struct pk_node *options, lar_value x)
{
    struct pk_bytes numpy = name_in(func, false);
    const char *name = listed(numpy_functions, numpy);
    bool plain =
        !options || options->kind == PK_NONE || (options->kind == PK_DICT && options->items.n == 0);
    name = name ? name : listed(scipy_functions, name_in(func, true));
    if (numpy.data && numpy.size == 4 && memcmp(numpy.data, "clip", 4) == 0)
        return clip(sk, options, x);
    if (!name) {
        sk_refuse_attribute(sk, func, attribute,
                            "must be None or one of numpy's or scipy.special's functions that are "
                            "supported: no code of a file is ever run");
        return LAR_NO_VALUE;
    }
    if (!plain) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "kw_args: are not supported with %s", name);
        return LAR_NO_VALUE;
    }
    return lar_draft_node(
        sk->draft, &(struct lar_node_args){
                       .op = "larder.Function",
                       .inputs = &x,
                       .n_inputs = 1,
                       .params = {{"name", lar_draft_strings(sk->draft, &name, NULL, NULL, 1)}},
                   });
}

/* What FUNC, with the keywords OPTIONS (attributes of OBJECT), makes of IN. */
static bool transform(struct sk_context *sk, const struct pk_node *object, const char *func,
                      const char *options, const struct sk_frame *in, struct sk_frame *ret)
{
    const struct pk_node *validate = pk_attribute(object, "validate");
    bool check = false, passes = false;
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
    if (!sk_frame_expect_fitted(sk, object, in))
        return false;
    if (sk_has(object, func) && sk_frame_is_sparse(sk, in))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "a sparse matrix enters, which is not supported");
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

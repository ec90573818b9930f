/* Functions that pickles name; see functions.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/functions.h"

#include "persistence/formats/sklearn/attributes.h"

#include <string.h>

/* A function of one number and the operator that is the same. NULL: two operators. */
static const struct function {
    const char *name, *op;
} functions[] = {
    {"absolute", "Abs"},
    {"arcsinh", "Asinh"},
    {"arctanh", "Atanh"},
    {"cbrt", "larder.Cbrt"},
    {"cos", "Cos"},
    {"exp", "Exp"},
    {"exp2", "larder.Exp2"},
    {"expit", "Sigmoid"},
    {"expm1", "larder.Expm1"},
    {"log", "Log"},
    {"log10", "larder.Log10"},
    {"log1p", "larder.Log1p"},
    {"log2", "larder.Log2"},
    {"logit", NULL},
    {"negative", "Neg"},
    {"positive", "Identity"},
    {"reciprocal", "Reciprocal"},
    {"sin", "Sin"},
    {"sinh", "Sinh"},
    {"sqrt", "Sqrt"},
    {"square", NULL},
    {"tanh", "Tanh"},
};

/* Whether MODULE is numpy or scipy.special, or inside. */
static bool is_known(struct pk_bytes module)
{
    static const char *const packages[] = {"numpy", "scipy.special"};
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++) {
        size_t n = strlen(packages[i]);
        if (module.size >= n && memcmp(module.data, packages[i], n) == 0 &&
            (module.size == n || module.data[n] == '.'))
            return true;
    }
    return false;
}

static const struct function *find(struct pk_bytes module, struct pk_bytes name)
{
    for (size_t i = 0; is_known(module) && i < sizeof functions / sizeof *functions; i++)
        if (name.size == strlen(functions[i].name) &&
            memcmp(name.data, functions[i].name, name.size) == 0)
            return &functions[i];
    return NULL;
}

/* The function by its name, or, as NumPy wrote until 1.20, by a call that looks the name up. */
static const struct function *function_of(const struct pk_node *node)
{
    if (node && node->kind == PK_GLOBAL)
        return find(node->global.module, node->global.name);
    if (!node || node->kind != PK_OBJECT ||
        !pk_is_global(node->object.callable, "numpy.core", "_ufunc_reconstruct"))
        return NULL;
    const struct pk_node *args = node->object.args;
    if (!args || args->kind != PK_TUPLE || args->items.n != 2 ||
        args->items.data[0]->kind != PK_TEXT || args->items.data[1]->kind != PK_TEXT)
        return NULL;
    return find(args->items.data[0]->bytes, args->items.data[1]->bytes);
}

/* Those that are no operator of their own. */
static lar_value composed(struct lar_draft *d, const struct function *function, lar_value x)
{
    if (strcmp(function->name, "square") == 0)
        return lar_draft_apply(d, "Mul", 2, x, x);
    lar_value other = lar_draft_apply(d, "Sub", 2, lar_draft_scalar_f64(d, 1), x); /* logit */
    return lar_draft_apply(d, "Log", 1, lar_draft_apply(d, "Div", 2, x, other));
}

bool sk_function(struct sk_context *sk, const struct pk_node *node, const char *name, lar_value x,
                 lar_value *ret)
{
    const struct function *function = function_of(node);
    *ret = x;
    if (!node || node->kind == PK_NONE)
        return true;
    if (!function)
        return sk_refuse_attribute(sk, node, name,
                                   "must be None or a function of NumPy such as numpy.log1p: no "
                                   "code of a file is ever run");
    *ret = function->op ? lar_draft_apply(sk->draft, function->op, 1, x)
                        : composed(sk->draft, function, x);
    return true;
}

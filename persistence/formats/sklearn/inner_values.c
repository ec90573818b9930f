/* What is made of the answers of inner estimators; see inner.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

/* Integers up to here are exact as float64. */
#define EXACT 9007199254740992.0

/* Class labels as keys that larder.LookUp takes: strings, or float64 for all kinds of numbers. */
static lar_value keys_of(struct sk_context *sk, const struct lar_tensor *classes)
{
    uint64_t n = lar_tensor_count(classes);
    if (classes->type == LAR_TYPE_STRING || classes->type == LAR_TYPE_F64)
        return lar_draft_constant(sk->draft, classes);
    double *keys = sk_alloc(sk, n, sizeof *keys);
    for (uint64_t i = 0; keys && i < n; i++) {
        switch (classes->type) {
        case LAR_TYPE_BOOL:
        case LAR_TYPE_U8: keys[i] = ((const uint8_t *)classes->data)[i]; break;
        case LAR_TYPE_U16: keys[i] = ((const uint16_t *)classes->data)[i]; break;
        case LAR_TYPE_U32: keys[i] = ((const uint32_t *)classes->data)[i]; break;
        case LAR_TYPE_U64: keys[i] = (double)((const uint64_t *)classes->data)[i]; break;
        case LAR_TYPE_I8: keys[i] = ((const int8_t *)classes->data)[i]; break;
        case LAR_TYPE_I16: keys[i] = ((const int16_t *)classes->data)[i]; break;
        case LAR_TYPE_I32: keys[i] = ((const int32_t *)classes->data)[i]; break;
        case LAR_TYPE_I64: keys[i] = (double)((const int64_t *)classes->data)[i]; break;
        case LAR_TYPE_F32: keys[i] = (double)((const float *)classes->data)[i]; break;
        default: keys[i] = NAN;
        }
        if (!(fabs(keys[i]) < EXACT)) {
            sk_fail(sk, LAR_ERR_UNSUPPORTED, "classes_: labels of %s as large as that",
                    lar_type_name(classes->type));
            return LAR_NO_VALUE;
        }
    }
    return keys ? lar_draft_f64(sk->draft, keys, LAR_SHAPE((int64_t)n)) : LAR_NO_VALUE;
}

lar_value sk_label_codes(struct sk_context *sk, lar_value labels, lar_value classes)
{
    static const char *const name = "class";
    const struct lar_tensor *t = lar_draft_info(sk->draft, classes)->constant;
    lar_value keys = t ? keys_of(sk, t) : LAR_NO_VALUE;
    if (keys == LAR_NO_VALUE)
        return LAR_NO_VALUE;
    uint64_t n = lar_tensor_count(t);
    int64_t *codes = sk_alloc(sk, n, sizeof *codes);
    if (!codes)
        return LAR_NO_VALUE;
    for (uint64_t i = 0; i < n; i++)
        codes[i] = (int64_t)i;
    if (t->type != LAR_TYPE_STRING)
        labels = sk_cast(sk, labels, LAR_TYPE_F64);
    return lar_draft_node(
        sk->draft,
        &(struct lar_node_args){
            .op = "larder.LookUp",
            .inputs = &labels,
            .n_inputs = 1,
            .params = {{"keys", keys},
                       {"values", lar_draft_i64(sk->draft, codes, LAR_SHAPE((int64_t)n))},
                       {"name", lar_draft_strings(sk->draft, &name, NULL, NULL, 1)}},
        });
}

/* Whether element I of A is element J of B, both of one type. */
static bool same_label(const struct lar_tensor *a, uint64_t i, const struct lar_tensor *b,
                       uint64_t j)
{
    if (a->type != LAR_TYPE_STRING) {
        size_t size = lar_type_size(a->type);
        return memcmp((const char *)a->data + i * size, (const char *)b->data + j * size, size) ==
               0;
    }
    uint64_t n = a->offsets[i + 1] - a->offsets[i];
    return a->kinds[i] == b->kinds[j] && n == b->offsets[j + 1] - b->offsets[j] &&
           (n == 0 || memcmp((const char *)a->data + a->offsets[i],
                             (const char *)b->data + b->offsets[j], n) == 0);
}

bool sk_label_places(struct sk_context *sk, const struct pk_node *labels,
                     const struct pk_node *classes, const char *name, const int64_t **ret,
                     size_t *ret_n)
{
    lar_value values[2];
    size_t n, all;
    if (!sk_labels(sk, labels, name, &values[0], &n) ||
        !sk_labels(sk, classes, "classes_", &values[1], &all))
        return false;
    const struct lar_tensor *a = lar_draft_info(sk->draft, values[0])->constant;
    const struct lar_tensor *b = lar_draft_info(sk->draft, values[1])->constant;
    int64_t *places = sk_alloc(sk, n, sizeof *places);
    if (!places || !a || !b)
        return false;
    if (a->type != b->type)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: labels of %s, classes_ are %s", name,
                       lar_type_name(a->type), lar_type_name(b->type));
    for (size_t i = 0, at = 0; i < n; i++) { /* both are sorted, but need not be */
        size_t tried = 0;
        for (; tried < all && !same_label(a, i, b, at); tried++)
            at = at + 1 == all ? 0 : at + 1;
        if (tried == all)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: element %zu is none of classes_", name, i);
        places[i] = (int64_t)at;
    }
    *ret = places;
    *ret_n = n;
    return true;
}

lar_value sk_votes(struct sk_context *sk, const lar_value *places, size_t n, const double *weights,
                   size_t n_classes)
{
    lar_value w = LAR_NO_VALUE;
    if (weights)
        w = lar_draft_f64(sk->draft, weights, LAR_SHAPE((int64_t)n));
    return lar_draft_node(
        sk->draft, &(struct lar_node_args){
                       .op = "larder.Votes",
                       .inputs = places,
                       .n_inputs = (uint32_t)n,
                       .params = {{"classes", lar_draft_scalar_i64(sk->draft, (int64_t)n_classes)},
                                  {"weights", w}},
                   });
}

lar_value sk_sum_of(struct sk_context *sk, const lar_value *values, size_t n, const double *weights,
                    double divisor)
{
    struct lar_draft *d = sk->draft;
    lar_value sum = LAR_NO_VALUE;
    for (size_t i = 0; i < n; i++) {
        lar_value one = values[i];
        if (weights)
            one = lar_draft_apply(d, "Mul", 2, one, lar_draft_scalar_f64(d, weights[i]));
        sum = i ? lar_draft_apply(d, "Add", 2, sum, one) : one;
    }
    return divisor == 1 ? sum : lar_draft_apply(d, "Div", 2, sum, lar_draft_scalar_f64(d, divisor));
}

lar_value sk_spread(struct sk_context *sk, lar_value value, const int64_t *places, size_t n,
                    size_t width, double fill)
{
    return lar_draft_node(
        sk->draft,
        &(struct lar_node_args){
            .op = "larder.SpreadColumns",
            .inputs = &value,
            .n_inputs = 1,
            .params = {{"places", lar_draft_i64(sk->draft, places, LAR_SHAPE((int64_t)n))},
                       {"width", lar_draft_scalar_i64(sk->draft, (int64_t)width)},
                       {"fill", lar_draft_scalar_f64(sk->draft, fill)}},
        });
}

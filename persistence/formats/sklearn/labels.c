/* Class labels as constants; see labels.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/labels.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

/* DATA, one element, as a constant [1]. */
static lar_value constant(struct sk_context *sk, enum lar_type type, void *data)
{
    return lar_draft_constant(sk->draft, &(struct lar_tensor){.type = type,
                                                              .layout = LAR_LAYOUT_DENSE,
                                                              .shape = LAR_SHAPE(1),
                                                              .data = data});
}

lar_value sk_label_element(struct sk_context *sk, lar_value labels, size_t i)
{
    const struct lar_tensor *t = lar_draft_info(sk->draft, labels)->constant;
    if (!t)
        return LAR_NO_VALUE;
    if (t->type != LAR_TYPE_STRING)
        return constant(sk, t->type, (char *)t->data + i * lar_type_size(t->type));
    const char *text = (const char *)t->data + t->offsets[i];
    size_t length = (size_t)(t->offsets[i + 1] - t->offsets[i]);
    return lar_draft_strings(sk->draft, &text, &length, t->kinds + i, 1);
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

bool sk_label_constant(struct sk_context *sk, const struct pk_node *node, const char *name,
                       lar_value *ret)
{
    struct np_array array;
    struct lar_tensor *t = sk_alloc(sk, 1, sizeof *t);
    union {
        int64_t integer;
        double real;
        uint8_t flag;
    } *number = sk_alloc(sk, 1, sizeof *number);
    const char *text = sk_text(sk, node);
    bool truth;
    if (!t || !number)
        return false;
    if (text) {
        *ret = lar_draft_strings(sk->draft, &text, NULL, NULL, 1);
    } else if (np_scalar(&array, node, sk->arena)) {
        if (!np_to_tensor(t, &array, sk->arena, sk->err))
            return lar_error_within(sk->err, "%s", name);
        t->shape = LAR_SHAPE(1);
        *ret = lar_draft_constant(sk->draft, t);
    } else if (node && node->kind == PK_BOOL && pk_get_bool(node, &truth)) {
        number->flag = truth;
        *ret = constant(sk, LAR_TYPE_BOOL, number);
    } else if (pk_get_i64(node, &number->integer)) {
        *ret = constant(sk, LAR_TYPE_I64, number);
    } else if (pk_get_f64(node, &number->real)) {
        *ret = constant(sk, LAR_TYPE_F64, number);
    } else {
        return sk_refuse_attribute(sk, node, name, "must be a label");
    }
    return true;
}

bool sk_label_find(struct sk_context *sk, lar_value classes, lar_value label, const char *name,
                   size_t *ret)
{
    const struct lar_tensor *all = lar_draft_info(sk->draft, sk_label_keys(sk, classes))->constant;
    const struct lar_tensor *one = lar_draft_info(sk->draft, sk_label_keys(sk, label))->constant;
    if (!all || !one)
        return false;
    for (uint64_t i = 0; all->type == one->type && i < lar_tensor_count(all); i++)
        if (all->type == LAR_TYPE_F64 ? ((const double *)all->data)[i] == *(const double *)one->data
                                      : same_label(all, i, one, 0)) {
            *ret = (size_t)i;
            return true;
        }
    return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: is none of classes_", name);
}

/* Integers up to here are exact as float64. */
#define EXACT 9007199254740992.0

lar_value sk_label_keys(struct sk_context *sk, lar_value labels)
{
    const struct lar_tensor *classes = lar_draft_info(sk->draft, labels)->constant;
    if (!classes)
        return LAR_NO_VALUE;
    uint64_t n = lar_tensor_count(classes);
    if (classes->type == LAR_TYPE_STRING || classes->type == LAR_TYPE_F64)
        return labels;
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
    lar_value keys = sk_label_keys(sk, classes);
    if (!t || keys == LAR_NO_VALUE)
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

/* Fitted categories; see categories.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/categories.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"

#include <math.h>
#include <string.h>

/* Whether an array of categories holds texts: by its type, or of objects, by one of them. */
static bool is_text(const struct np_array *array, uint64_t n)
{
    if (array->dtype->kind == 'U' || array->dtype->kind == 'S')
        return true;
    for (uint64_t i = 0; array->objects && i < n; i++)
        if (array->objects[i]->kind == PK_TEXT || array->objects[i]->kind == PK_NONE)
            return true;
    return false;
}

static bool read_texts(struct sk_context *sk, const struct np_array *array,
                       struct sk_categories *ret)
{
    struct lar_tensor *t = sk_alloc(sk, 1, sizeof *t);
    if (!t || !np_to_tensor(t, array, sk->arena, sk->err))
        return false;
    if (t->type != LAR_TYPE_STRING)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "are missing values only");
    for (size_t i = 0; i < ret->n; i++)
        if (t->kinds[i] == LAR_STRING_NAN)
            ret->nan = i;
    ret->keys = lar_draft_constant(sk->draft, t);
    return true;
}

static enum lar_type type_of(const struct np_dtype *dtype)
{
    if (dtype->kind == 'f' && dtype->itemsize == 8)
        return LAR_TYPE_F64;
    if (dtype->kind == 'i' && (dtype->itemsize == 8 || dtype->itemsize == 4))
        return dtype->itemsize == 8 ? LAR_TYPE_I64 : LAR_TYPE_I32;
    return LAR_TYPE_END;
}

bool sk_categories_of(struct sk_context *sk, const struct pk_node *node, struct sk_categories *ret)
{
    struct np_array array;
    uint64_t n;
    if (!np_is_array(node))
        return sk_refuse_attribute(sk, node, "categories", "must be an array");
    if (!np_array(&array, node, sk->arena, sk->err))
        return false;
    if (array.shape.rank != 1 || !lar_shape_count(&array.shape, &n))
        return sk_fail(sk, LAR_ERR_FORMAT, "are no list");
    *ret = (struct sk_categories){.n = (size_t)n,
                                  .n_codes = (size_t)n,
                                  .infrequent = -1,
                                  .nan = SK_UNKNOWN,
                                  .text = is_text(&array, n),
                                  .type = type_of(array.dtype)};
    if (ret->text)
        return read_texts(sk, &array, ret);
    const double *keys = np_to_f64(&array, sk->arena, sk->err);
    if (!keys)
        return false;
    for (size_t i = 0; i < ret->n; i++) {
        if (isnan(keys[i]))
            ret->nan = i;
        if (array.dtype->kind != 'f' && fabs(keys[i]) > 0x1p53)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "has a whole number beyond 2^53: rows are read as float64, where it is "
                           "not told from its neighbours; fit it on text");
    }
    ret->keys = lar_draft_f64(sk->draft, keys, array.shape);
    return true;
}

/* How the rare categories of column I are grouped. */
static bool read_grouping(struct sk_context *sk, const struct pk_node *indices,
                          const struct pk_node *mapping, struct sk_categories *c)
{
    const int64_t *rare;
    size_t n, n_rare;
    if (!mapping || mapping->kind == PK_NONE)
        return true;
    if (!sk_integers(sk, mapping, "_default_to_infrequent_mappings", &c->codes, &n) ||
        !sk_integers(sk, indices, "_infrequent_indices", &rare, &n_rare))
        return false;
    if (n + 1 == c->n && c->nan == n) { /* NaN, at the end, stays out of the grouping */
        int64_t *codes = sk_alloc(sk, c->n, sizeof *codes);
        if (!codes)
            return false;
        memcpy(codes, c->codes, n * sizeof *codes);
        c->codes = codes;
    } else if (n != c->n) {
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "_default_to_infrequent_mappings: has %zu elements for %zu categories", n,
                       c->n);
    }
    if (n_rare == 0 || rare[0] < 0 || (size_t)rare[0] >= n)
        return sk_fail(sk, LAR_ERR_FORMAT, "_infrequent_indices: are none of %zu", n);
    c->n_codes = 0;
    for (size_t i = 0; i < n; i++) {
        if (c->codes[i] < 0 || (size_t)c->codes[i] >= n)
            return sk_fail(sk, LAR_ERR_FORMAT, "_default_to_infrequent_mappings: has code %lld",
                           (long long)c->codes[i]);
        c->n_codes = (size_t)c->codes[i] >= c->n_codes ? (size_t)c->codes[i] + 1 : c->n_codes;
    }
    c->infrequent = c->codes[rare[0]];
    return true;
}

static bool read_groupings(struct sk_context *sk, const struct pk_node *object,
                           struct sk_categories *c, size_t n)
{
    struct pk_items indices, mappings;
    bool enabled;
    if (!sk_get_flag(sk, object, "_infrequent_enabled", false, &enabled))
        return false;
    if (!enabled)
        return true;
    if (!sk_items(sk, pk_attribute(object, "_infrequent_indices"), &indices) || indices.n != n ||
        !sk_items(sk, pk_attribute(object, "_default_to_infrequent_mappings"), &mappings) ||
        mappings.n != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "_infrequent_indices: must be a list of %zu", n);
    for (size_t i = 0; i < n; i++)
        if (!read_grouping(sk, indices.data[i], mappings.data[i], &c[i]))
            return false;
    return true;
}

bool sk_fitted_categories(struct sk_context *sk, const struct pk_node *object,
                          struct sk_categories **ret, size_t *ret_n)
{
    struct pk_items items;
    const struct pk_node *node = sk_fitted(sk, object, "categories_");
    if (!node)
        return false;
    if (!sk_items(sk, node, &items) || items.n == 0)
        return sk_refuse_attribute(sk, node, "categories_", "must be a list of arrays");
    struct sk_categories *c = sk_alloc(sk, items.n, sizeof *c);
    if (!c)
        return false;
    for (size_t i = 0; i < items.n; i++)
        if (!sk_categories_of(sk, items.data[i], &c[i]))
            return lar_error_within(sk->err, "categories_[%zu]", i);
    *ret = c;
    *ret_n = items.n;
    return read_groupings(sk, object, c, items.n);
}

bool sk_categories(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_categories **ret, size_t *ret_n)
{
    return sk_fitted_categories(sk, object, ret, ret_n) &&
           sk_frame_expect(sk, in, *ret_n, "categories_");
}

/* Releases differ in where they keep it. */
bool sk_dropped_code(struct sk_context *sk, const struct pk_node *object, size_t i,
                     const struct sk_categories *c, int64_t *ret)
{
    bool grouped = pk_attribute(object, "_drop_idx_after_grouping") != NULL;
    const char *name = grouped ? "_drop_idx_after_grouping" : "drop_idx_";
    const struct pk_node *node = pk_attribute(object, name);
    struct pk_items items;
    const int64_t *indices;
    size_t n;
    *ret = -1;
    if (!node || node->kind == PK_NONE)
        return true;
    if (sk_items(sk, node, &items)) {
        if (i >= items.n)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements", name, items.n);
        if (items.data[i]->kind == PK_NONE)
            return true;
        if (!pk_get_i64(items.data[i], ret))
            return sk_refuse_attribute(sk, items.data[i], name, "must hold integers");
    } else {
        if (!sk_integers(sk, node, name, &indices, &n))
            return false;
        if (i >= n)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements", name, n);
        *ret = indices[i];
    }
    return (*ret >= 0 && (size_t)*ret < c->n_codes) ||
           sk_fail(sk, LAR_ERR_FORMAT, "%s: category %lld of %zu", name, (long long)*ret,
                   c->n_codes);
}

bool sk_option_number(struct sk_context *sk, const struct pk_node *object, const char *name,
                      double *ret)
{
    const struct pk_node *node = pk_attribute(object, name);
    *ret = NAN;
    return !node || pk_get_f64(node, ret) ||
           sk_refuse_attribute(sk, node, name, "must be a number");
}

lar_value sk_look_up(struct sk_context *sk, const struct sk_frame *in, size_t i,
                     const struct sk_categories *categories, lar_value values, lar_value unknown,
                     bool refuse_nan)
{
    struct sk_input column;
    struct lar_draft *d = sk->draft;
    if (!sk_frame_column(sk, in, i, categories->text, &column))
        return LAR_NO_VALUE;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.LookUp",
               .inputs = &column.value,
               .n_inputs = 1,
               .params = {{"keys", categories->keys},
                          {"values", values},
                          {"name", lar_draft_strings(d, &column.name, NULL, NULL, 1)},
                          {"column", lar_draft_scalar_i64(d, column.index)},
                          {"unknown", unknown},
                          {"refuse_nan", lar_draft_scalar_bool(d, refuse_nan)}},
           });
}

/* sklearn.preprocessing: OneHotEncoder, OrdinalEncoder.
 *
 * Exact: answers are looked up.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/categories.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

/* Which code of column I is left out: -1 for none. Releases differ in where they keep it. */
static bool dropped_code(struct sk_context *sk, const struct pk_node *object, size_t i,
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

/* CODE as a column among those that are kept; -1 if it is the one left out. */
static int64_t place_of(int64_t code, int64_t dropped)
{
    return dropped < 0 || code < dropped ? code : code == dropped ? -1 : code - 1;
}

/* One column of codes; its WIDTH in the result. */
static lar_value encode(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, size_t i, const struct sk_categories *c,
                        int64_t *width)
{
    int64_t dropped, *places = sk_alloc(sk, c->n, sizeof *places);
    if (!places || !dropped_code(sk, object, i, c, &dropped))
        return LAR_NO_VALUE;
    for (size_t k = 0; k < c->n; k++)
        places[k] = place_of(c->codes ? c->codes[k] : (int64_t)k, dropped);
    *width = (int64_t)c->n_codes - (dropped >= 0);
    lar_value unknown = LAR_NO_VALUE;
    /* "warn" came in 1.6, but left what is unknown ungrouped until 1.8. */
    bool group = sk_option_is(object, "handle_unknown", "error", "infrequent_if_exist") ||
                 (sk_option_is(object, "handle_unknown", "error", "warn") &&
                  sk_release(object) >= SK_RELEASE(1, 8));
    if (group && c->infrequent >= 0)
        unknown = lar_draft_scalar_i64(sk->draft, place_of(c->infrequent, dropped));
    else if (!sk_option_is(object, "handle_unknown", "error", "error"))
        unknown = lar_draft_scalar_i64(sk->draft, -1);
    return sk_look_up(sk, in, i, c, lar_draft_i64(sk->draft, places, LAR_SHAPE((int64_t)c->n)),
                      unknown, sk_release(object) < SK_RELEASE(0, 24));
}

static bool one_hot(struct sk_context *sk, const struct pk_node *object, const lar_value *codes,
                    const int64_t *widths, size_t n, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    enum lar_type type;
    bool sparse;
    int64_t sum = 0;
    const char *option = pk_attribute(object, "sparse_output") ? "sparse_output" : "sparse";
    if (!sk_get_dtype(sk, object, LAR_TYPE_F64, &type) ||
        !sk_get_flag(sk, object, option, true, &sparse))
        return false;
    for (size_t i = 0; i < n; i++)
        sum += widths[i];
    lar_value x = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.OneHot",
               .inputs = codes,
               .n_inputs = (uint32_t)n,
               .params = {{"widths", lar_draft_i64(d, widths, LAR_SHAPE((int64_t)n))},
                          {"columns", lar_draft_scalar_i64(d, sum)},
                          {"float32", lar_draft_scalar_bool(d, type == LAR_TYPE_F32)}},
           });
    if (!sparse)
        x = sk_cast(sk, sk_to_dense(sk, x), type);
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    if (sparse && type != LAR_TYPE_F32 && type != LAR_TYPE_F64)
        ret->frame.type = type;
    return lar_draft_ok(d, sk->err);
}

bool sk_read_one_hot_encoder(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_categories *categories;
    struct sk_frame plain = sk_frame_plain(sk, in);
    size_t n;
    if (!sk_categories(sk, object, &plain, &categories, &n))
        return false;
    lar_value *codes = sk_alloc(sk, n, sizeof *codes);
    int64_t *widths = sk_alloc(sk, n, sizeof *widths);
    if (!codes || !widths)
        return false;
    for (size_t i = 0; i < n; i++) {
        codes[i] = encode(sk, object, &plain, i, &categories[i], &widths[i]);
        if (codes[i] == LAR_NO_VALUE)
            return false;
    }
    return one_hot(sk, object, codes, widths, n, ret);
}

/* The number that an option of OrdinalEncoder gives; NaN where it is missing. */
static bool option_number(struct sk_context *sk, const struct pk_node *object, const char *name,
                          double *ret)
{
    const struct pk_node *node = pk_attribute(object, name);
    *ret = NAN;
    return !node || pk_get_f64(node, ret) ||
           sk_refuse_attribute(sk, node, name, "must be a number");
}

static lar_value ordinal(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, size_t i, const struct sk_categories *c)
{
    double missing, unknown, *values = sk_alloc(sk, c->n, sizeof *values);
    lar_value otherwise = LAR_NO_VALUE;
    if (!values || !option_number(sk, object, "encoded_missing_value", &missing))
        return LAR_NO_VALUE;
    for (size_t k = 0; k < c->n; k++)
        values[k] = k == c->nan ? missing : c->codes ? (double)c->codes[k] : (double)k;
    if (sk_option_is(object, "handle_unknown", "error", "use_encoded_value")) {
        if (!option_number(sk, object, "unknown_value", &unknown))
            return LAR_NO_VALUE;
        otherwise = lar_draft_scalar_f64(sk->draft, unknown);
    }
    return sk_look_up(sk, in, i, c, lar_draft_f64(sk->draft, values, LAR_SHAPE((int64_t)c->n)),
                      otherwise, sk_release(object) < SK_RELEASE(1, 0));
}

bool sk_read_ordinal_encoder(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_categories *categories;
    struct sk_frame plain = sk_frame_plain(sk, in);
    enum lar_type type;
    size_t n;
    if (!sk_categories(sk, object, &plain, &categories, &n) ||
        !sk_get_dtype(sk, object, LAR_TYPE_F64, &type))
        return false;
    lar_value *columns = sk_alloc(sk, n, sizeof *columns);
    if (!columns)
        return false;
    for (size_t i = 0; i < n; i++) {
        columns[i] = ordinal(sk, object, &plain, i, &categories[i]);
        if (columns[i] == LAR_NO_VALUE)
            return false;
    }
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, sk_cast(sk, sk_side_by_side(sk, columns, n), type));
    return lar_draft_ok(sk->draft, sk->err);
}

/* The codes of column I back to its categories. */
static lar_value back(struct sk_context *sk, const struct pk_node *object, lar_value x, size_t i,
                      const struct sk_categories *c)
{
    struct lar_draft *d = sk->draft;
    double missing, *codes = sk_alloc(sk, c->n, sizeof *codes);
    const char *name = lar_arena_printf(sk->arena, "%zu", i);
    if (!codes || !name || !option_number(sk, object, "encoded_missing_value", &missing))
        return LAR_NO_VALUE;
    for (size_t k = 0; k < c->n; k++)
        codes[k] = k == c->nan ? missing : (double)k;
    lar_value keys = lar_draft_f64(d, codes, LAR_SHAPE((int64_t)c->n));
    int64_t *indices = sk_alloc(sk, c->n, sizeof *indices);
    if (!indices)
        return LAR_NO_VALUE;
    for (size_t k = 0; k < c->n; k++)
        indices[k] = (int64_t)k;
    lar_value place = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.LookUp",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"keys", keys},
                          {"values", lar_draft_i64(d, indices, LAR_SHAPE((int64_t)c->n))},
                          {"name", lar_draft_strings(d, &name, NULL, NULL, 1)},
                          {"column", lar_draft_scalar_i64(d, (int64_t)i)}},
           });
    return sk_gather(sk, c->keys, place, 0);
}

bool sk_invert_ordinal_encoder(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_categories *c;
    size_t n;
    if (!sk_categories(sk, object, in, &c, &n))
        return false;
    if (sk_option_is(object, "handle_unknown", "error", "use_encoded_value"))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "handle_unknown: inverse_transform takes only 'error'");
    lar_value x = sk_frame_dense(sk, in), *columns = sk_alloc(sk, n, sizeof *columns);
    if (x == LAR_NO_VALUE || !columns)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool same = c[i].text == c[0].text && (c[i].text || c[i].type == c[0].type);
        if (c[i].codes || !same || (!c[i].text && c[i].type == LAR_TYPE_END))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "categories_: inverse_transform takes only texts, or only one type of "
                           "numbers");
        columns[i] = back(sk, object, x, i, &c[i]);
        if (columns[i] == LAR_NO_VALUE)
            return false;
    }
    x = sk_side_by_side(sk, columns, n);
    *ret = sk_frame_of(sk, c[0].text ? x : sk_cast(sk, x, c[0].type));
    return lar_draft_ok(sk->draft, sk->err);
}

/* The keys of C with None behind them. */
static lar_value with_none(struct sk_context *sk, const struct sk_categories *c)
{
    const struct lar_tensor *t = lar_draft_info(sk->draft, c->keys)->constant;
    const char **texts = sk_alloc(sk, c->n + 1, sizeof *texts);
    size_t *lengths = sk_alloc(sk, c->n + 1, sizeof *lengths);
    uint8_t *kinds = sk_alloc(sk, c->n + 1, sizeof *kinds);
    if (!texts || !lengths || !kinds || !t)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < c->n; i++) {
        texts[i] = (const char *)t->data + t->offsets[i];
        lengths[i] = (size_t)(t->offsets[i + 1] - t->offsets[i]);
        kinds[i] = t->kinds[i];
    }
    texts[c->n] = "";
    kinds[c->n] = LAR_STRING_NONE;
    return lar_draft_strings(sk->draft, texts, lengths, kinds, c->n + 1);
}

/* What a row of zeros stands for in column I: a category, C->n for None, -1 for an error. */
static int64_t zeros_mean(const struct pk_node *object, const struct sk_categories *c,
                          int64_t dropped)
{
    if (dropped >= 0)
        return dropped;
    if (!sk_option_is(object, "handle_unknown", "error", "error"))
        return (int64_t)c->n;
    return sk_release(object) < SK_RELEASE(0, 24) ? 0 : -1;
}

/* N columns of ones and zeros back to the category that they stand for. */
static lar_value one_hot_back(struct sk_context *sk, const struct pk_node *object, lar_value x,
                              size_t i, const struct sk_categories *c, int64_t dropped)
{
    static const int64_t second[] = {1};
    struct lar_draft *d = sk->draft;
    size_t n = 0;
    double *keys = sk_alloc(sk, c->n + 1, sizeof *keys);
    int64_t *places = sk_alloc(sk, c->n + 1, sizeof *places), zero;
    const char *name = lar_arena_printf(sk->arena, "%zu", i);
    if (!keys || !places || !name)
        return LAR_NO_VALUE;
    if ((zero = zeros_mean(object, c, dropped)) >= 0) {
        keys[n] = -1;
        places[n++] = zero;
    }
    for (size_t k = 0, place = 0; k < c->n; k++)
        if ((int64_t)k != dropped) {
            keys[n] = (double)place++;
            places[n++] = (int64_t)k;
        }
    lar_value sum = sk_as_vector(
        sk, lar_draft_apply(d, "ReduceSum", 2, x, lar_draft_i64(d, second, LAR_SHAPE(1))));
    lar_value best = sk_cast(sk, sk_greatest_index(sk, x), LAR_TYPE_F64);
    lar_value none = lar_draft_apply(d, "Equal", 2, sum, lar_draft_scalar_f64(d, 0));
    best = lar_draft_apply(d, "Where", 3, none, lar_draft_scalar_f64(d, -1), best);
    best = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.LookUp",
               .inputs = &best,
               .n_inputs = 1,
               .params = {{"keys", lar_draft_f64(d, keys, LAR_SHAPE((int64_t)n))},
                          {"values", lar_draft_i64(d, places, LAR_SHAPE((int64_t)n))},
                          {"name", lar_draft_strings(d, &name, NULL, NULL, 1)}},
           });
    lar_value texts = zero == (int64_t)c->n ? with_none(sk, c) : c->keys;
    return texts == LAR_NO_VALUE ? texts : sk_gather(sk, texts, best, 0);
}

bool sk_invert_one_hot_encoder(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_frame *ret)
{
    struct pk_items items;
    size_t first = 0;
    const struct pk_node *node = sk_fitted(sk, object, "categories_");
    if (!node || !sk_items(sk, node, &items) || items.n == 0)
        return node && sk_refuse_attribute(sk, node, "categories_", "must be a list of arrays");
    bool strict = sk_option_is(object, "handle_unknown", "error", "error"), enabled;
    lar_value x = sk_frame_dense(sk, in), *columns = sk_alloc(sk, items.n, sizeof *columns);
    struct sk_categories *c = sk_alloc(sk, items.n, sizeof *c);
    if (x == LAR_NO_VALUE || !columns || !c ||
        !sk_get_flag(sk, object, "_infrequent_enabled", false, &enabled))
        return false;
    if (enabled)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "min_frequency, max_categories: inverse_transform takes no groups");
    x = sk_check_finite(sk, object, x, false, false);
    for (size_t i = 0; i < items.n; i++) {
        int64_t dropped;
        if (!sk_categories_of(sk, items.data[i], &c[i]) ||
            !dropped_code(sk, object, i, &c[i], &dropped))
            return false;
        bool same = c[i].text == c[0].text && (c[i].text || c[i].type == c[0].type);
        size_t width = c[i].n - (dropped >= 0);
        if (!same || (!c[i].text && (c[i].type == LAR_TYPE_END || !strict)) || width == 0)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "categories_: inverse_transform takes only texts, or only one type of "
                           "numbers without unknown ones");
        columns[i] = one_hot_back(sk, object, sk_columns(sk, x, first, width), i, &c[i], dropped);
        if (columns[i] == LAR_NO_VALUE)
            return false;
        first += width;
    }
    if (!sk_frame_expect(sk, in, first, "categories_"))
        return false;
    x = sk_side_by_side(sk, columns, items.n);
    *ret = sk_frame_of(sk, c[0].text ? x : sk_cast(sk, x, c[0].type));
    return lar_draft_ok(sk->draft, sk->err);
}

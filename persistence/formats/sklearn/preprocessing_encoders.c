/* sklearn.preprocessing: OneHotEncoder, OrdinalEncoder.
 *
 * Exact: answers are looked up.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/categories.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

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
    if (!places || !sk_dropped_code(sk, object, i, c, &dropped))
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

static lar_value ordinal(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, size_t i, const struct sk_categories *c)
{
    double missing, unknown, *values = sk_alloc(sk, c->n, sizeof *values);
    lar_value otherwise = LAR_NO_VALUE;
    if (!values || !sk_option_number(sk, object, "encoded_missing_value", &missing))
        return LAR_NO_VALUE;
    for (size_t k = 0; k < c->n; k++)
        values[k] = k == c->nan ? missing : c->codes ? (double)c->codes[k] : (double)k;
    if (sk_option_is(object, "handle_unknown", "error", "use_encoded_value")) {
        if (!sk_option_number(sk, object, "unknown_value", &unknown))
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

/* sklearn.preprocessing: OneHotEncoder and OrdinalEncoder, their inverse_transform.
 *
 * Exact: answers are looked up. Codes that are no whole number of a category are an error, where
 * scikit-learn would cut them off or count from the end.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/categories.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

/* Places beside those of a column's own categories: 0 and 1 behind its last. */
enum { INFREQUENT, UNKNOWN, EXTRAS };

/* Codes of one column and the place of what each stands for. */
struct decoder {
    double *keys;
    int64_t *places;
    size_t n;
    bool extras; /* some stand for no category of the column */
};

static bool decoder_init(struct sk_context *sk, struct decoder *d, size_t room)
{
    *d = (struct decoder){sk_alloc(sk, room, sizeof *d->keys),
                          sk_alloc(sk, room, sizeof *d->places), 0, false};
    return d->keys && d->places;
}

static void decoder_add(struct decoder *d, double key, int64_t place, const struct sk_categories *c)
{
    d->keys[d->n] = key;
    d->places[d->n++] = place;
    d->extras |= place >= (int64_t)c->n;
}

/* The categories of C with "infrequent_sklearn" and None behind them. */
static lar_value with_extras(struct sk_context *sk, const struct sk_categories *c)
{
    static const char infrequent[] = "infrequent_sklearn";
    const struct lar_tensor *t = lar_draft_info(sk->draft, c->keys)->constant;
    const char **texts = sk_alloc(sk, c->n + EXTRAS, sizeof *texts);
    size_t *lengths = sk_alloc(sk, c->n + EXTRAS, sizeof *lengths);
    uint8_t *kinds = sk_alloc(sk, c->n + EXTRAS, sizeof *kinds);
    if (!texts || !lengths || !kinds || !t)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < c->n; i++) {
        texts[i] = (const char *)t->data + t->offsets[i];
        lengths[i] = (size_t)(t->offsets[i + 1] - t->offsets[i]);
        kinds[i] = t->kinds[i];
    }
    texts[c->n + INFREQUENT] = infrequent;
    lengths[c->n + INFREQUENT] = sizeof infrequent - 1;
    texts[c->n + UNKNOWN] = "";
    kinds[c->n + UNKNOWN] = LAR_STRING_NONE;
    return lar_draft_strings(sk->draft, texts, lengths, kinds, c->n + EXTRAS);
}

/* Column COLUMN of X (all of a vector) through the decoder of column I. */
static lar_value decode(struct sk_context *sk, lar_value x, size_t column, size_t i,
                        const struct sk_categories *c, const struct decoder *decoder)
{
    struct lar_draft *d = sk->draft;
    const char *name = lar_arena_printf(sk->arena, "%zu", i);
    struct lar_shape shape = LAR_SHAPE((int64_t)decoder->n);
    if (!name)
        return LAR_NO_VALUE;
    if (decoder->extras && !c->text) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED,
                "categories_: numbers among which inverse_transform puts None or "
                "'infrequent_sklearn'");
        return LAR_NO_VALUE;
    }
    lar_value place =
        lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.LookUp",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"keys", lar_draft_f64(d, decoder->keys, shape)},
                                         {"values", lar_draft_i64(d, decoder->places, shape)},
                                         {"name", lar_draft_strings(d, &name, NULL, NULL, 1)},
                                         {"column", lar_draft_scalar_i64(d, (int64_t)column)}},
                          });
    lar_value values = decoder->extras ? with_extras(sk, c) : c->keys;
    return values == LAR_NO_VALUE ? values : sk_gather(sk, values, place, 0);
}

/* The type of an array that holds categories of all columns. */
static bool common_type(struct sk_context *sk, const struct sk_categories *c, size_t n,
                        enum lar_type *ret)
{
    *ret = c[0].text ? LAR_TYPE_STRING : c[0].type;
    for (size_t i = 0; i < n; i++) {
        if (c[i].text != c[0].text)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "categories_: inverse_transform takes only texts, or only numbers");
        if (!c[i].text && c[i].type == LAR_TYPE_END)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "categories_: inverse_transform takes only int32, int64 and float64");
        if (!c[i].text && *ret != LAR_TYPE_F64 && c[i].type != LAR_TYPE_I32)
            *ret = c[i].type;
    }
    return true;
}

/* Columns of categories as what inverse_transform gives. */
static bool give_back(struct sk_context *sk, const struct sk_categories *c,
                      const lar_value *columns, size_t n, struct sk_frame *ret)
{
    enum lar_type type;
    if (!common_type(sk, c, n, &type))
        return false;
    lar_value x = sk_side_by_side(sk, columns, n);
    *ret = sk_frame_of(sk, type == LAR_TYPE_STRING ? x : sk_cast(sk, x, type));
    return lar_draft_ok(sk->draft, sk->err);
}

/* The options of an OrdinalEncoder and the categories of one column that have codes. */
struct ordinal {
    const struct sk_categories *c;
    double missing, unknown;
    bool use_unknown;
    int64_t *frequent, n, infrequent; /* the code of the infrequent ones, or -1 */
};

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* What LABEL stands for, in scikit-learn's order of asking; -1: an error. */
static int64_t meaning(const struct ordinal *o, double label)
{
    if (o->c->nan != SK_UNKNOWN && is_same(label, o->missing))
        label = (double)o->c->nan;
    if (o->infrequent >= 0 && label == (double)o->infrequent)
        return (int64_t)o->c->n + INFREQUENT;
    if (o->use_unknown && is_same(label, o->unknown))
        return (int64_t)o->c->n + UNKNOWN;
    if (!(label >= 0 && label < (double)o->n) || label != floor(label))
        return -1;
    return o->frequent[(size_t)label];
}

/* Reads what belongs to one column. Where one of several categories is missing, scikit-learn counts
 * it to those that have codes and puts the code of the infrequent ones behind it. */
static bool read_ordinal(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_categories *c, struct ordinal *ret)
{
    *ret = (struct ordinal){.c = c,
                            .unknown = NAN,
                            .infrequent = -1,
                            .frequent = sk_alloc(sk, c->n, sizeof *ret->frequent)};
    ret->use_unknown = sk_option_is(object, "handle_unknown", "error", "use_encoded_value");
    if (!ret->frequent || !sk_option_number(sk, object, "encoded_missing_value", &ret->missing) ||
        (ret->use_unknown && !sk_option_number(sk, object, "unknown_value", &ret->unknown)))
        return false;
    if (isnan(ret->unknown) && sk_release(object) < SK_RELEASE(1, 1))
        ret->use_unknown = false; /* NaN is nothing that those releases find */
    for (size_t k = 0; k < c->n; k++)
        if (!c->codes || k == c->nan || c->codes[k] != c->infrequent)
            ret->frequent[ret->n++] = (int64_t)k;
    if (c->codes)
        ret->infrequent = ret->n;
    return true;
}

static lar_value ordinal_back(struct sk_context *sk, const struct pk_node *object, lar_value x,
                              size_t i, const struct sk_categories *c)
{
    struct ordinal o;
    struct decoder decoder;
    if (!read_ordinal(sk, object, c, &o) || !decoder_init(sk, &decoder, c->n + 4))
        return LAR_NO_VALUE;
    for (int64_t k = 0; k <= o.n; k++)
        if (meaning(&o, (double)k) >= 0)
            decoder_add(&decoder, (double)k, meaning(&o, (double)k), c);
    const double others[] = {o.missing, o.unknown};
    for (size_t k = 0; k < 2; k++) {
        bool whole = others[k] >= 0 && others[k] <= (double)o.n && others[k] == floor(others[k]);
        bool again = k == 1 && is_same(others[0], others[1]);
        if (!whole && !again && meaning(&o, others[k]) >= 0)
            decoder_add(&decoder, others[k], meaning(&o, others[k]), c);
    }
    return decode(sk, x, i, i, c, &decoder);
}

bool sk_invert_ordinal_encoder(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_categories *c;
    size_t n;
    if (!sk_categories(sk, object, in, &c, &n))
        return false;
    lar_value x = sk_frame_dense(sk, in), *columns = sk_alloc(sk, n, sizeof *columns);
    if (x == LAR_NO_VALUE || !columns)
        return false;
    x = sk_check_finite(sk, object, x, sk_release(object) >= SK_RELEASE(1, 0), false);
    for (size_t i = 0; i < n; i++)
        if ((columns[i] = ordinal_back(sk, object, x, i, &c[i])) == LAR_NO_VALUE)
            return false;
    return give_back(sk, c, columns, n, ret);
}

/* The place of what each code of C stands for, the rare ones together. */
static int64_t *grouped(struct sk_context *sk, const struct sk_categories *c)
{
    int64_t *places = sk_alloc(sk, c->n_codes, sizeof *places);
    for (size_t k = 0; places && k < c->n_codes; k++)
        places[k] = c->codes ? -1 : (int64_t)k;
    for (size_t k = 0; places && c->codes && k < c->n; k++)
        places[c->codes[k]] =
            c->codes[k] == c->infrequent ? (int64_t)c->n + INFREQUENT : (int64_t)k;
    for (size_t k = 0; places && k < c->n_codes; k++)
        if (places[k] < 0) {
            sk_fail(sk, LAR_ERR_FORMAT, "_default_to_infrequent_mappings: nothing has code %zu", k);
            return NULL;
        }
    return places;
}

/* What a row of zeros stands for in a column whose codes mean PLACES; -1: an error. DROPPED: the
 * code that is left out there, or -1. */
static int64_t zeros_mean(const struct pk_node *object, const struct sk_categories *c,
                          const int64_t *places, int64_t dropped)
{
    unsigned release = sk_release(object);
    bool groups = sk_option_is(object, "handle_unknown", "error", "infrequent_if_exist") ||
                  sk_option_is(object, "handle_unknown", "error", "warn");
    if (sk_option_is(object, "handle_unknown", "error", "ignore") || (groups && !c->codes)) {
        if (dropped >= 0 && release >= SK_RELEASE(1, 0))
            return dropped; /* a code taken as a place, whatever was grouped */
        return (int64_t)c->n + UNKNOWN;
    }
    if (dropped >= 0)
        return places[dropped];
    return release < SK_RELEASE(0, 24) && !sk_has(object, "drop_idx_") ? places[0] : -1;
}

/* The columns of ones and zeros of X from FIRST on, as many as WIDTH tells afterwards, back to the
 * category that they stand for. */
static lar_value one_hot_back(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, lar_value x, size_t first, size_t i,
                              const struct sk_categories *c, size_t *width)
{
    static const int64_t second[] = {1};
    struct lar_draft *d = sk->draft;
    struct decoder decoder;
    int64_t dropped;
    if (c->n == 0)
        sk_fail(sk, LAR_ERR_FORMAT, "categories_[%zu]: is empty", i);
    if (c->n == 0 || !sk_dropped_code(sk, object, i, c, &dropped))
        return LAR_NO_VALUE;
    *width = c->n_codes - (dropped >= 0);
    if (*width == 0)
        return sk_as_vector(sk, sk_repeat(sk, in, sk_label_element(sk, c->keys, 0)));
    const int64_t *places = grouped(sk, c);
    if (!places || !decoder_init(sk, &decoder, c->n_codes + 1))
        return LAR_NO_VALUE;
    int64_t zero = zeros_mean(object, c, places, dropped);
    if (zero >= 0)
        decoder_add(&decoder, -1, zero, c);
    double column = 0;
    for (size_t k = 0; k < c->n_codes; k++)
        if ((int64_t)k != dropped)
            decoder_add(&decoder, column++, places[k], c);
    x = sk_columns(sk, x, first, *width);
    lar_value sum = sk_as_vector(
        sk, lar_draft_apply(d, "ReduceSum", 2, x, lar_draft_i64(d, second, LAR_SHAPE(1))));
    lar_value best = sk_cast(sk, sk_greatest_index(sk, x), LAR_TYPE_F64);
    lar_value none = lar_draft_apply(d, "Equal", 2, sum, lar_draft_scalar_f64(d, 0));
    best = lar_draft_apply(d, "Where", 3, none, lar_draft_scalar_f64(d, -1), best);
    return decode(sk, best, 0, i, c, &decoder);
}

bool sk_invert_one_hot_encoder(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_categories *c;
    size_t n, first = 0, width;
    if (!sk_fitted_categories(sk, object, &c, &n))
        return false;
    lar_value x = sk_frame_dense(sk, in), *columns = sk_alloc(sk, n, sizeof *columns);
    if (x == LAR_NO_VALUE || !columns)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    for (size_t i = 0; i < n; i++, first += width) {
        columns[i] = one_hot_back(sk, object, in, x, first, i, &c[i], &width);
        if (columns[i] == LAR_NO_VALUE)
            return false;
    }
    return sk_frame_expect(sk, in, first, "categories_") && give_back(sk, c, columns, n, ret);
}

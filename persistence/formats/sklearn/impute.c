/* sklearn.impute: SimpleImputer.
 *
 * Exact: values are put in or handed on.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

struct imputer {
    const struct pk_node *object;
    const struct pk_node *missing; /* missing_values */
    const struct pk_node **fills;  /* for each column: statistics_, NULL where they are numbers */
    const double *numbers;         /* statistics_ as numbers, NULL where they are objects */
    size_t n;
    const int64_t *kept, *marked; /* columns of the result; columns with an indicator */
    size_t n_kept, n_marked;
};

/* Whether column I is text: its fill is, or what stands for a missing value. */
static bool is_text(const struct imputer *im, size_t i)
{
    if (im->missing && im->missing->kind == PK_TEXT)
        return true;
    return im->fills && im->fills[i]->kind == PK_TEXT;
}

/* The fill of column I as a number. */
static bool fill_of(const struct imputer *im, size_t i, double *ret)
{
    if (im->numbers) {
        *ret = im->numbers[i];
        return true;
    }
    return im->fills && pk_get_f64(im->fills[i], ret);
}

static bool read_statistics(struct sk_context *sk, struct imputer *im)
{
    const struct pk_node *node = sk_fitted(sk, im->object, "statistics_");
    struct np_array array;
    uint64_t n;
    if (!node)
        return false;
    if (!np_is_array(node))
        return sk_refuse_attribute(sk, node, "statistics_", "must be an array");
    if (!np_array(&array, node, sk->arena, sk->err))
        return lar_error_within(sk->err, "statistics_");
    if (array.shape.rank != 1 || !lar_shape_count(&array.shape, &n))
        return sk_fail(sk, LAR_ERR_FORMAT, "statistics_: is no list");
    im->n = (size_t)n;
    if (array.objects)
        im->fills = array.objects;
    else if (!(im->numbers = np_to_f64(&array, sk->arena, sk->err)))
        return lar_error_within(sk->err, "statistics_");
    return true;
}

/* Columns that were empty when fitted are left out, unless they are kept by option or a constant
 * fills them. */
static bool choose_columns(struct sk_context *sk, struct imputer *im)
{
    bool keep_empty;
    int64_t *kept = sk_alloc(sk, im->n, sizeof *kept);
    if (!kept || !sk_get_flag(sk, im->object, "keep_empty_features", false, &keep_empty))
        return false;
    bool all = keep_empty || (sk_option_is(im->object, "strategy", "mean", "constant") &&
                              sk_release(im->object) < SK_RELEASE(1, 8));
    for (size_t i = 0; i < im->n; i++) {
        double fill;
        if (all || !fill_of(im, i, &fill) || !isnan(fill))
            kept[im->n_kept++] = (int64_t)i;
    }
    im->kept = kept;
    return true;
}

static bool read_indicator(struct sk_context *sk, struct imputer *im)
{
    bool wanted;
    if (!sk_get_flag(sk, im->object, "add_indicator", false, &wanted))
        return false;
    if (!wanted)
        return true;
    const struct pk_node *indicator = sk_fitted(sk, im->object, "indicator_");
    if (!indicator || !sk_integers(sk, pk_attribute(indicator, "features_"), "indicator_.features_",
                                   &im->marked, &im->n_marked))
        return false;
    for (size_t i = 0; i < im->n_marked; i++)
        if (im->marked[i] < 0 || (size_t)im->marked[i] >= im->n)
            return sk_fail(sk, LAR_ERR_FORMAT, "indicator_.features_: there is no column %lld",
                           (long long)im->marked[i]);
    return true;
}

/* What stands for a missing number. */
static bool missing_number(struct sk_context *sk, const struct imputer *im, double *ret)
{
    *ret = NAN;
    if (!im->missing || pk_get_f64(im->missing, ret))
        return true;
    return sk_refuse_attribute(sk, im->missing, "missing_values", "must be a number here");
}

/* All columns are numbers. */
static bool impute_numbers(struct sk_context *sk, const struct imputer *im,
                           const struct sk_frame *in, struct sk_frame *ret)
{
    struct lar_draft *d = sk->draft;
    double missing, *values = sk_alloc(sk, im->n_kept, sizeof *values);
    if (!values || !missing_number(sk, im, &missing))
        return false;
    for (size_t i = 0; i < im->n_kept; i++)
        if (!fill_of(im, (size_t)im->kept[i], &values[i]))
            return sk_refuse_attribute(sk, im->fills[im->kept[i]], "statistics_",
                                       "must hold numbers or texts");
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "a sparse matrix enters, which is not supported");
    x = sk_check_finite(sk, im->object, x, isnan(missing), false);
    lar_value marked = LAR_NO_VALUE;
    if (im->n_marked)
        marked = lar_draft_i64(d, im->marked, LAR_SHAPE((int64_t)im->n_marked));
    *ret = sk_frame_of(
        sk,
        lar_draft_node(
            d,
            &(struct lar_node_args){
                .op = "larder.Impute",
                .inputs = &x,
                .n_inputs = 1,
                .params = {{"columns", lar_draft_i64(d, im->kept, LAR_SHAPE((int64_t)im->n_kept))},
                           {"values", lar_draft_f64(d, values, LAR_SHAPE((int64_t)im->n_kept))},
                           {"missing", lar_draft_scalar_f64(d, missing)},
                           {"indicators", marked}},
            }));
    return true;
}

/* A text, None or NaN as a constant of one string. */
static lar_value one_text(struct sk_context *sk, const struct pk_node *node)
{
    double number;
    uint8_t kind = !node || node->kind == PK_FLOAT ? LAR_STRING_NAN
                   : node->kind == PK_NONE         ? LAR_STRING_NONE
                                                   : LAR_STRING_TEXT;
    bool text = node && node->kind == PK_TEXT;
    if (kind == LAR_STRING_NAN && node && pk_get_f64(node, &number) && !isnan(number))
        text = false, kind = LAR_STRING_TEXT;
    if (kind == LAR_STRING_TEXT && !text) {
        sk_refuse_attribute(sk, node, "missing_values, statistics_", "must be texts here");
        return LAR_NO_VALUE;
    }
    const char *bytes = text ? (const char *)node->bytes.data : "";
    size_t length = text ? node->bytes.size : 0;
    return lar_draft_strings(sk->draft, &bytes, &length, &kind, 1);
}

/* Column I, of texts; the second result, where asked for, says where it was missing. */
static lar_value impute_text(struct sk_context *sk, const struct imputer *im,
                             const struct sk_frame *in, size_t i, bool mark)
{
    struct lar_draft *d = sk->draft;
    struct sk_input column;
    if (!sk_frame_column(sk, in, i, true, &column))
        return LAR_NO_VALUE;
    lar_value missing = one_text(sk, im->missing);
    lar_value fill = im->fills ? one_text(sk, im->fills[i]) : missing;
    bool refuse_nan = im->missing && im->missing->kind != PK_FLOAT;
    if (missing == LAR_NO_VALUE || fill == LAR_NO_VALUE)
        return LAR_NO_VALUE;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.ImputeText",
               .inputs = &column.value,
               .n_inputs = 1,
               .n_outputs = mark ? 2 : 1,
               .params = {{"missing", missing},
                          {"value", fill},
                          {"name", lar_draft_strings(d, &column.name, NULL, NULL, 1)},
                          {"column", lar_draft_scalar_i64(d, column.index)},
                          {"refuse_nan", lar_draft_scalar_bool(d, refuse_nan)}},
           });
}

/* One column of the result (or its indicator) where texts and numbers are mixed. */
static bool impute_one(struct sk_context *sk, const struct imputer *im, const struct sk_frame *in,
                       const int64_t *at, bool mark, struct sk_frame *ret)
{
    int64_t i = *at;
    static const int64_t first[] = {0};
    struct imputer one = *im;
    struct sk_frame column;
    if (is_text(im, (size_t)i)) {
        lar_value value = impute_text(sk, im, in, (size_t)i, mark);
        if (value == LAR_NO_VALUE)
            return false;
        *ret = sk_frame_of(sk, sk_as_column(sk, mark ? value + 1 : value));
        return true;
    }
    one.fills = im->fills ? im->fills + i : NULL;
    one.numbers = im->numbers ? im->numbers + i : NULL;
    one.kept = one.marked = first;
    one.n_kept = !mark;
    one.n_marked = mark;
    return sk_frame_select(sk, in, at, 1, false, &column) && impute_numbers(sk, &one, &column, ret);
}

static bool impute_mixed(struct sk_context *sk, const struct imputer *im, const struct sk_frame *in,
                         struct sk_frame *ret)
{
    size_t n = im->n_kept + im->n_marked;
    struct sk_frame *frames = sk_alloc(sk, n, sizeof *frames);
    if (!frames)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool mark = i >= im->n_kept;
        const int64_t *column = mark ? &im->marked[i - im->n_kept] : &im->kept[i];
        if (!impute_one(sk, im, in, column, mark, &frames[i]))
            return false;
    }
    return sk_frame_concat(sk, frames, n, false, ret);
}

bool sk_read_simple_imputer(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct imputer im = {.object = object, .missing = pk_attribute(object, "missing_values")};
    if (!read_statistics(sk, &im) || !choose_columns(sk, &im) || !read_indicator(sk, &im) ||
        !sk_frame_expect(sk, in, im.n, "statistics_"))
        return false;
    bool text = false;
    for (size_t i = 0; i < im.n_kept; i++)
        text |= is_text(&im, (size_t)im.kept[i]);
    ret->transforms = true;
    return (text ? impute_mixed : impute_numbers)(sk, &im, in, &ret->frame);
}

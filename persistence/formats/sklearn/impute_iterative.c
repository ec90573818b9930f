/* sklearn.impute: IterativeImputer, without sampling.
 *
 * Column after column is predicted from others by an estimator of its own, where it is missing; the
 * steps were written down when it was fitted. Where a call has nothing but missing values, the
 * first guess is the answer, as in scikit-learn; beside other rows, an empty one is predicted as
 * they are. Tolerance: that of the estimators inside. SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

/* An imputer being read. */
struct iterative {
    const struct pk_node *object;
    double missing;     /* what stands for a missing number */
    size_t n;           /* columns */
    lar_value *columns; /* [n], of [rows, 1]: as imputed so far */
    lar_value *gaps;    /* [n], of [rows, 1]: where they were missing */
    lar_value filled;   /* [rows, n], by the first guess */
    lar_value empty;    /* [rows, 1]: whether all that came is missing */
    const double *limits[2];
};

/* The limits of imputed values, of each column or of all. */
static bool read_limits(struct sk_context *sk, struct iterative *im)
{
    static const char *const names[] = {"_min_value", "_max_value"};
    for (int i = 0; i < 2; i++) {
        struct sk_numbers limit;
        if (!sk_get_numbers(sk, im->object, names[i], 0, 1, &limit))
            return false;
        double *all = sk_alloc(sk, im->n, sizeof *all);
        if (!all)
            return false;
        if (limit.shape.rank == 1 && limit.n != im->n)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements, not %zu", names[i], limit.n,
                           im->n);
        for (size_t k = 0; k < im->n; k++)
            all[k] = limit.data[limit.shape.rank ? k : 0];
        im->limits[i] = all;
    }
    return true;
}

static bool check_options(struct sk_context *sk, struct iterative *im)
{
    const struct pk_node *missing = pk_attribute(im->object, "missing_values");
    const struct pk_node *sample = pk_attribute(im->object, "sample_posterior");
    bool samples = false;
    im->missing = (double)NAN;
    if (missing && !pk_get_f64(missing, &im->missing))
        return sk_refuse_attribute(sk, missing, "missing_values", "must be a number");
    if (sample && (!pk_get_bool(sample, &samples) || samples))
        return sk_refuse_attribute(sk, sample, "sample_posterior",
                                   "must be False: samples are drawn at random");
    return true;
}

/* No column may have been empty: such are left out, or kept, by rules of their own. */
static bool check_statistics(struct sk_context *sk, struct iterative *im,
                             const struct pk_node *initial)
{
    struct sk_numbers statistics;
    if (!sk_get_numbers(sk, initial, "statistics_", 1, 1, &statistics))
        return lar_error_within(sk->err, "initial_imputer_");
    im->n = statistics.n;
    for (size_t i = 0; i < im->n; i++)
        if (isnan(statistics.data[i]))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "initial_imputer_.statistics_: column %zu was empty when it was fitted, "
                           "which is not supported",
                           i);
    const struct pk_node *empty = pk_attribute(im->object, "_is_empty_feature");
    struct sk_numbers flags;
    if (!empty)
        return true;
    if (!sk_numbers(sk, empty, "_is_empty_feature", 1, 1, &flags))
        return false;
    for (size_t i = 0; i < flags.n; i++)
        if (flags.data[i] != 0)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "_is_empty_feature: column %zu is, which is "
                           "not supported",
                           i);
    return true;
}

static lar_value gaps_of(struct sk_context *sk, const struct iterative *im, lar_value x,
                         const int64_t *columns, size_t n)
{
    struct lar_draft *d = sk->draft;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.Missing",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"columns", lar_draft_i64(d, columns, LAR_SHAPE((int64_t)n))},
                          {"missing", lar_draft_scalar_f64(d, im->missing)},
                          {"strict", lar_draft_scalar_bool(d, false)}},
           });
}

/* The first guess, column by column, and where there are gaps. */
static bool begin(struct sk_context *sk, struct iterative *im, const struct sk_frame *in,
                  lar_value *ret_x)
{
    const struct pk_node *initial = sk_fitted(sk, im->object, "initial_imputer_");
    struct sk_result result;
    if (!initial || !check_options(sk, im) || !check_statistics(sk, im, initial) ||
        !sk_frame_expect(sk, in, im->n, "initial_imputer_"))
        return false;
    lar_value x = sk_frame_dense(sk, in);
    int64_t *all = sk_alloc(sk, im->n, sizeof *all);
    im->columns = sk_alloc(sk, im->n, sizeof *im->columns);
    im->gaps = sk_alloc(sk, im->n, sizeof *im->gaps);
    if (x == LAR_NO_VALUE || !all || !im->columns || !im->gaps)
        return false;
    x = sk_check_finite(sk, im->object, x, isnan(im->missing), false);
    for (size_t i = 0; i < im->n; i++)
        all[i] = (int64_t)i;
    struct sk_frame frame = sk_frame_of(sk, x);
    if (!sk_read(sk, initial, &frame, &result))
        return lar_error_within(sk->err, "initial_imputer_");
    if (!result.transforms || sk_frame_width(sk, &result.frame) != im->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "initial_imputer_: is no imputer of %zu columns", im->n);
    lar_value gaps = gaps_of(sk, im, x, all, im->n);
    lar_value filled = sk_frame_dense(sk, &result.frame);
    if (filled == LAR_NO_VALUE)
        return false;
    im->filled = filled;
    im->empty = lar_draft_apply(sk->draft, "larder.Unanimous", 1, gaps);
    for (size_t i = 0; i < im->n; i++) {
        im->columns[i] = sk_columns(sk, filled, i, 1);
        im->gaps[i] = sk_columns(sk, gaps, i, 1);
    }
    *ret_x = x;
    return lar_draft_ok(sk->draft, sk->err);
}

/* The three parts of ENTRY, a named tuple: what old protocols write as (class, tuple, parts). */
static const struct pk_node *parts_of(const struct pk_node *entry)
{
    const struct pk_node *args = entry && entry->kind == PK_OBJECT ? entry->object.args : entry;
    bool old = args && args->kind == PK_TUPLE && args->items.n == 3 &&
               args->items.data[0]->kind == PK_GLOBAL;
    args = old ? args->items.data[2] : args;
    return args && args->kind == PK_TUPLE && args->items.n == 3 ? args : NULL;
}

/* One entry (column, the columns it is predicted from, estimator) of imputation_sequence_. */
static bool step(struct sk_context *sk, struct iterative *im, const struct pk_node *entry)
{
    const struct pk_node *args = parts_of(entry);
    struct lar_draft *d = sk->draft;
    struct sk_result result;
    const int64_t *from = NULL;
    int64_t column = -1;
    size_t n = 0;
    if (!args || !pk_get_i64(args->items.data[0], &column) ||
        !sk_integers(sk, args->items.data[1], "neighbor_feat_idx", &from, &n))
        return sk_fail(sk, LAR_ERR_FORMAT, "is no column, columns, estimator");
    if (column < 0 || (size_t)column >= im->n || n == 0 || !from || !im->columns ||
        !im->limits[0] || !im->limits[1])
        return sk_fail(sk, LAR_ERR_FORMAT, "feat_idx: there is no column %lld of %zu",
                       (long long)column, im->n);
    lar_value *values = sk_alloc(sk, n, sizeof *values);
    if (!values)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (from[i] < 0 || (size_t)from[i] >= im->n)
            return sk_fail(sk, LAR_ERR_FORMAT, "neighbor_feat_idx: there is no column %lld of %zu",
                           (long long)from[i], im->n);
        values[i] = im->columns[from[i]];
    }
    struct sk_frame frame = sk_frame_of(sk, sk_side_by_side(sk, values, n));
    if (!sk_read(sk, args->items.data[2], &frame, &result))
        return false;
    const struct sk_answer *answer = &result.answers[SK_PREDICT];
    if (answer->n != 1)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "its estimator has no predict of one number");
    lar_value guess = answer->outputs[0].value;
    const struct lar_value_info *info = lar_draft_info(d, guess);
    if (info->type != LAR_TYPE_F64 || (info->shape.rank == 2 && info->shape.dims[1] != 1))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "its estimator does not predict one number");
    guess = lar_draft_apply(d, "Clip", 3, sk_as_column(sk, guess),
                            lar_draft_scalar_f64(d, im->limits[0][column]),
                            lar_draft_scalar_f64(d, im->limits[1][column]));
    im->columns[column] =
        lar_draft_apply(d, "Where", 3, im->gaps[column], guess, im->columns[column]);
    return lar_draft_ok(d, sk->err);
}

/* The columns of flags behind the result, where they are asked for. */
static bool add_indicator(struct sk_context *sk, const struct iterative *im, lar_value x,
                          struct sk_frame *frame)
{
    bool wanted;
    const int64_t *marked;
    size_t n;
    if (!sk_get_flag(sk, im->object, "add_indicator", false, &wanted))
        return false;
    if (!wanted)
        return true;
    const struct pk_node *indicator = sk_fitted(sk, im->object, "indicator_");
    if (!indicator ||
        !sk_integers(sk, pk_attribute(indicator, "features_"), "indicator_.features_", &marked, &n))
        return false;
    if (n == 0)
        return true;
    lar_value flags = sk_cast(sk, gaps_of(sk, im, x, marked, n), LAR_TYPE_F64);
    *frame = sk_frame_of(sk, sk_side_by_side(sk, (lar_value[]){frame->matrix, flags}, 2));
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_read_iterative_imputer(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct iterative im = {.object = object};
    struct pk_items steps;
    lar_value x = LAR_NO_VALUE;
    size_t rounds;
    const struct pk_node *sequence = sk_fitted(sk, object, "imputation_sequence_");
    if (!sequence || !begin(sk, &im, in, &x) || !sk_get_size(sk, object, "n_iter_", 1, &rounds))
        return false;
    if (!sk_items(sk, sequence, &steps))
        return sk_refuse_attribute(sk, sequence, "imputation_sequence_", "must be a list");
    if (rounds && steps.n && !read_limits(sk, &im))
        return false;
    for (size_t i = 0; rounds && i < steps.n; i++)
        if (!step(sk, &im, steps.data[i]))
            return sk_within(sk, "imputation_sequence_", i);
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, lar_draft_apply(sk->draft, "Where", 3, im.empty, im.filled,
                                                 sk_side_by_side(sk, im.columns, im.n)));
    return add_indicator(sk, &im, x, &ret->frame);
}

/* sklearn.feature_selection: VarianceThreshold, SelectKBest, SelectPercentile, SelectFpr,
 * SelectFdr, SelectFwe, GenericUnivariateSelect.
 *
 * Exact: what is kept is decided here, as get_support() decides it.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/feature_selection.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/inverse.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An attribute that is a number. */
static bool get_number(struct sk_context *sk, const struct pk_node *object, const char *name,
                       double fallback, double *ret)
{
    const struct pk_node *node = pk_attribute(object, name);
    *ret = fallback;
    return !node || pk_get_f64(node, ret) ||
           sk_refuse_attribute(sk, node, name, "must be a number");
}

static bool kept_of(struct sk_context *sk, size_t n, struct sk_kept *ret)
{
    *ret = (struct sk_kept){.keep = sk_alloc(sk, n, sizeof *ret->keep), .n = n};
    return ret->keep != NULL;
}

bool sk_give_kept(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                  const struct sk_kept *kept, bool checked, struct sk_result *ret)
{
    int64_t *indices = sk_alloc(sk, kept->n, sizeof *indices);
    size_t n = 0, fitted = 0;
    if (!indices || !sk_get_size(sk, object, "n_features_in_", kept->n, &fitted))
        return false;
    if (fitted != kept->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "n_features_in_: is %zu, but there are %zu marks",
                       fitted, kept->n);
    if (!sk_frame_expect(sk, in, kept->n, "a selector"))
        return false;
    for (size_t i = 0; i < kept->n; i++)
        if (kept->keep[i])
            indices[n++] = (int64_t)i;
    if (n == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "it selects no feature at all");
    lar_value x = in->matrix;
    if (x == LAR_NO_VALUE && (x = sk_frame_numbers(sk, in)) == LAR_NO_VALUE)
        return false;
    if (lar_draft_info(sk->draft, x)->type == LAR_TYPE_STRING)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "numbers are expected, but text enters");
    if (checked)
        x = sk_check_finite(sk, object, x, false, false);
    struct sk_frame frame = sk_frame_of(sk, x);
    frame.type = in->type;
    ret->transforms = true;
    return sk_frame_select(sk, &frame, indices, n, false, &ret->frame);
}

static bool by_variance(struct sk_context *sk, const struct pk_node *object, struct sk_kept *kept)
{
    struct sk_numbers variances;
    double threshold;
    if (!sk_get_numbers(sk, object, "variances_", 1, 1, &variances) ||
        !get_number(sk, object, "threshold", 0, &threshold) || !kept_of(sk, variances.n, kept))
        return false;
    for (size_t i = 0; i < kept->n; i++)
        kept->keep[i] = variances.data[i] > threshold;
    return true;
}

bool sk_read_variance_threshold(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_kept kept = {.n = 0};
    return by_variance(sk, object, &kept) &&
           sk_give_kept(sk, object, in, &kept, sk_release(object) < SK_RELEASE(0, 22), ret);
}

struct ranked {
    double value;
    size_t place;
};

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (isnan(x->value) != isnan(y->value))
        return isnan(x->value) ? 1 : -1;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

size_t *sk_sorted(struct sk_context *sk, const double *x, size_t n)
{
    struct ranked *ranked = sk_alloc(sk, n, sizeof *ranked);
    size_t *places = sk_alloc(sk, n, sizeof *places);
    if (!ranked || !places)
        return NULL;
    for (size_t i = 0; i < n; i++)
        ranked[i] = (struct ranked){x[i], i};
    qsort(ranked, n, sizeof *ranked, compare);
    for (size_t i = 0; i < n; i++)
        places[i] = ranked[i].place;
    return places;
}

/* scores_, where NaN counts as the least number. */
static bool get_scores(struct sk_context *sk, const struct pk_node *object, double **ret,
                       struct sk_kept *kept)
{
    struct sk_numbers scores;
    if (!sk_get_numbers(sk, object, "scores_", 1, 1, &scores) || !kept_of(sk, scores.n, kept) ||
        !(*ret = sk_alloc(sk, scores.n, sizeof **ret)))
        return false;
    for (size_t i = 0; i < scores.n; i++)
        (*ret)[i] = isnan(scores.data[i]) ? -DBL_MAX : scores.data[i];
    return true;
}

static bool k_best(struct sk_context *sk, const struct pk_node *object, const char *param,
                   struct sk_kept *kept)
{
    const struct pk_node *option = pk_attribute(object, param);
    double *scores;
    int64_t k = 10;
    if (!get_scores(sk, object, &scores, kept))
        return false;
    if (option && pk_text_equal(option, "all"))
        k = (int64_t)kept->n;
    else if (option && (!pk_get_i64(option, &k) || k < 0))
        return sk_refuse_attribute(sk, option, param, "must be 'all' or a count");
    size_t *places = sk_sorted(sk, scores, kept->n);
    for (size_t i = 0; places && i < kept->n; i++)
        kept->keep[places[i]] = (int64_t)(kept->n - i) <= k;
    return places != NULL;
}

/* The greater part of SCORES, and of those at its edge the first ones. */
static bool percentile(struct sk_context *sk, const struct pk_node *object, const char *param,
                       struct sk_kept *kept)
{
    double percent, *scores;
    if (!get_number(sk, object, param, strcmp(param, "param") == 0 ? 1e-5 : 10, &percent) ||
        !get_scores(sk, object, &scores, kept))
        return false;
    if (!(percent >= 0 && percent <= 100))
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: %g is no percentile", param, percent);
    size_t *places = sk_sorted(sk, scores, kept->n), n = kept->n, above = 0;
    if (!places)
        return false;
    if (percent <= 0 || n == 0)
        return true;
    double at = (100 - percent) / 100 * (double)(n - 1), low = floor(at), t = at - low;
    double a = scores[places[(size_t)low]];
    double b = scores[places[(size_t)low + 1 < n ? (size_t)low + 1 : n - 1]];
    double edge = t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
    for (size_t i = 0; i < n; i++) {
        kept->keep[i] = percent >= 100 || scores[i] > edge;
        above += kept->keep[i];
    }
    /* A negative count leaves out that many of the last. */
    int64_t most = (int64_t)((double)n * percent / 100), room = most - (int64_t)above, ties = 0;
    for (size_t i = 0; i < n; i++)
        ties += scores[i] == edge;
    room = room < 0 ? ties + room : room;
    for (size_t i = 0; i < n && room > 0 && percent < 100; i++)
        if (scores[i] == edge) {
            kept->keep[i] = true;
            room--;
        }
    return true;
}

enum rate { FALSE_POSITIVES, FALSE_DISCOVERIES, FAMILY };

/* What is significant by p-value. */
static bool significant(struct sk_context *sk, const struct pk_node *object, const char *param,
                        enum rate rate, struct sk_kept *kept)
{
    struct sk_numbers p;
    double alpha, most = -1;
    if (!get_number(sk, object, param, strcmp(param, "param") == 0 ? 1e-5 : 0.05, &alpha) ||
        !sk_get_numbers(sk, object, "pvalues_", 1, 1, &p) || !kept_of(sk, p.n, kept))
        return false;
    double n = (double)p.n;
    size_t *places = sk_sorted(sk, p.data, p.n);
    if (!places)
        return false;
    for (size_t i = 0; i < p.n; i++) {
        double v = p.data[places[i]];
        if (v <= alpha / n * (double)(i + 1))
            most = v;
    }
    for (size_t i = 0; i < p.n; i++)
        kept->keep[i] = rate == FALSE_POSITIVES     ? p.data[i] < alpha
                        : rate == FALSE_DISCOVERIES ? p.data[i] <= most
                                                    : p.data[i] < alpha / n;
    return true;
}

#define BY(name, call)                                                                             \
    static bool name(struct sk_context *sk, const struct pk_node *object, struct sk_kept *kept)    \
    {                                                                                              \
        return call;                                                                               \
    }

BY(by_rank, k_best(sk, object, "k", kept))
BY(by_percentile, percentile(sk, object, "percentile", kept))
BY(by_false_positives, significant(sk, object, "alpha", FALSE_POSITIVES, kept))
BY(by_false_discoveries, significant(sk, object, "alpha", FALSE_DISCOVERIES, kept))
BY(by_family, significant(sk, object, "alpha", FAMILY, kept))

static bool by_mode(struct sk_context *sk, const struct pk_node *object, struct sk_kept *kept)
{
    static const char *const rates[] = {"fpr", "fdr", "fwe"};
    if (sk_option_is(object, "mode", "percentile", "percentile"))
        return percentile(sk, object, "param", kept);
    if (sk_option_is(object, "mode", "percentile", "k_best"))
        return k_best(sk, object, "param", kept);
    for (unsigned i = 0; i < 3; i++)
        if (sk_option_is(object, "mode", "percentile", rates[i]))
            return significant(sk, object, "param", (enum rate)i, kept);
    return sk_refuse_attribute(sk, pk_attribute(object, "mode"), "mode",
                               "must be percentile, k_best, fpr, fdr or fwe");
}

static const struct rule {
    const char *class;
    bool (*select)(struct sk_context *sk, const struct pk_node *object, struct sk_kept *kept);
} rules[] = {
    {"GenericUnivariateSelect", by_mode},
    {"RFE", sk_selected_by_support},
    {"RFECV", sk_selected_by_support},
    {"SelectFdr", by_false_discoveries},
    {"SelectFpr", by_false_positives},
    {"SelectFromModel", sk_selected_by_model},
    {"SelectFwe", by_family},
    {"SelectKBest", by_rank},
    {"SelectPercentile", by_percentile},
    {"SequentialFeatureSelector", sk_selected_by_support},
    {"VarianceThreshold", by_variance},
};

bool sk_selected(struct sk_context *sk, const struct pk_node *object, struct sk_kept *ret)
{
    const struct pk_node *class = pk_class(object);
    *ret = (struct sk_kept){.n = 0};
    for (size_t i = 0; class && i < sizeof rules / sizeof *rules; i++)
        if (pk_bytes_are(class->global.name, rules[i].class))
            return rules[i].select(sk, object, ret);
    return sk_fail(sk, LAR_ERR_INTERNAL, "no selector");
}

/* Those of one feature's score or p-value. */
bool sk_read_univariate_selector(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_kept kept;
    return sk_selected(sk, object, &kept) && sk_give_kept(sk, object, in, &kept, true, ret);
}

/* The columns where they were, and zeros. */
bool sk_invert_selector(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_kept kept;
    size_t n = 0;
    if (!sk_selected(sk, object, &kept))
        return false;
    int64_t *places = sk_alloc(sk, kept.n, sizeof *places);
    for (size_t i = 0; places && i < kept.n; i++)
        if (kept.keep[i])
            places[n++] = (int64_t)i;
    if (!places || !sk_frame_expect(sk, in, n, "a selector"))
        return false;
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    *ret = sk_frame_of(sk, sk_spread(sk, x, places, n, kept.n, 0));
    return lar_draft_ok(sk->draft, sk->err);
}

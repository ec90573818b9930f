/* sklearn.feature_selection: SelectFromModel, RFE, RFECV, SequentialFeatureSelector.
 *
 * Exact: what is kept is decided here, as get_support() decides it. Of importances in float32 only
 * where they are apart enough for its rounding not to matter; else the model is refused.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/feature_selection.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/trees.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether the name of MODEL's class begins with PART (anywhere: has it in it). */
static bool is_named(const struct pk_node *model, const char *part, bool anywhere)
{
    const struct pk_node *class = pk_class(model);
    size_t n = strlen(part);
    if (!class || class->global.name.size < n)
        return false;
    const uint8_t *name = class->global.name.data;
    return anywhere ? memmem(name, class->global.name.size, part, n) != NULL
                    : pk_bytes_begin(class->global.name, part);
}

/* Whether selectors around MODEL let NaN and infinity through, as its release says. */
static bool allows_nan(const struct pk_node *model)
{
    static const struct {
        const char *start;
        unsigned since;
    } rows[] = {{"HistGradientBoosting", SK_RELEASE(0, 22)},
                {"DecisionTree", SK_RELEASE(1, 3)},
                {"RandomForest", SK_RELEASE(1, 4)},
                {"ExtraTree", SK_RELEASE(1, 6)}};
    if (sk_has(model, "monotonic_cst") || sk_option_is(model, "criterion", "", "absolute_error"))
        return is_named(model, rows[0].start, false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_named(model, rows[i].start, false) && sk_release(model) >= rows[i].since)
            return true;
    return false;
}

/* numpy.isclose(x, 1) of an option, or of all elements of an attribute. */
static bool is_one(struct sk_context *sk, const struct pk_node *model, const char *name)
{
    double x;
    struct sk_numbers all;
    const struct pk_node *node = pk_attribute(model, name);
    if (!np_is_array(node))
        return node && pk_get_f64(node, &x) && fabs(x - 1) <= 1e-8 + 1e-5;
    if (!sk_get_numbers(sk, model, name, 0, 2, &all))
        return false;
    for (size_t i = 0; i < all.n; i++)
        if (!(fabs(all.data[i] - 1) <= 1e-8 + 1e-5))
            return false;
    return true;
}

/* Whether MODEL was fitted so that unimportant features are 0; false with sk->err set where that
 * cannot be read. */
static bool is_sparse_model(struct sk_context *sk, const struct pk_node *model, unsigned release)
{
    if (sk_option_is(model, "penalty", "", "l1") || is_named(model, "Lasso", true))
        return true;
    bool net = is_named(model, "ElasticNet", false), cv = is_named(model, "CV", true);
    if ((net && release >= SK_RELEASE(1, 3)) ||
        (is_named(model, "LogisticRegression", false) && release >= SK_RELEASE(1, 8)))
        return is_one(sk, model, cv ? "l1_ratio_" : "l1_ratio");
    return false;
}

static double median(const double *x, const size_t *places, size_t n)
{
    double high = x[places[n / 2]];
    return isnan(x[places[n - 1]]) ? (double)NAN : n % 2 ? high : (x[places[n / 2 - 1]] + high) / 2;
}

/* What a feature's importance must not be below. */
struct threshold {
    double value;
    bool is_mean; /* not one that importances may be equal to for good reasons */
};

/* The number that the text "median", "mean" or "FACTOR*mean" stands for. */
static bool reference(struct sk_context *sk, const struct pk_node *node, const char *text,
                      const double *x, size_t n, struct threshold *ret)
{
    double factor = 1;
    const char *star = strchr(text, '*');
    char *end;
    if (star) {
        factor = strtod(text, &end);
        while (*end == ' ')
            end++;
        if (end != star || text == star)
            return sk_refuse_attribute(sk, node, "threshold", "must be FACTOR*mean");
        text = star + 1;
    }
    while (star && *text == ' ')
        text++;
    size_t *places = sk_sorted(sk, x, n), length = strlen(text);
    while (star && length && text[length - 1] == ' ')
        length--;
    if (!places)
        return false;
    ret->is_mean = length == 4 && memcmp(text, "mean", 4) == 0;
    if (ret->is_mean)
        ret->value = factor * (sk_sum(x, n) / (double)n);
    else if (length == 6 && memcmp(text, "median", 6) == 0)
        ret->value = factor * median(x, places, n);
    else
        return sk_refuse_attribute(sk, node, "threshold", "must be a number, mean or median");
    return true;
}

static bool get_threshold(struct sk_context *sk, const struct pk_node *object,
                          const struct pk_node *model, const double *x, size_t n,
                          struct threshold *ret)
{
    const struct pk_node *node = pk_attribute(object, "threshold");
    const char *text = sk_text(sk, node);
    if (node && node->kind != PK_NONE && !text)
        return pk_get_f64(node, &ret->value) ||
               sk_refuse_attribute(sk, node, "threshold", "must be a number, mean or median");
    if (!text && is_sparse_model(sk, model, sk_release(object))) {
        ret->value = 1e-5;
        return true;
    }
    if (sk->err->code)
        return false;
    return reference(sk, node, text ? text : "mean", x, n, ret);
}

/* How far float32 may move the importances X. */
static double rounding(const double *x, size_t n)
{
    double greatest = 0;
    for (size_t i = 0; i < n; i++)
        greatest = fmax(greatest, x[i]);
    return 1e-6 * greatest;
}

/* Refuses importances that float32 may have moved to the other side of THRESHOLD. */
static bool check_apart(struct sk_context *sk, const double *x, size_t n,
                        const struct threshold *threshold)
{
    double off = rounding(x, n);
    for (size_t i = 0; i < n; i++) {
        double gap = fabs(x[i] - threshold->value);
        if (gap <= off && (gap > 0 || (threshold->is_mean && off > 0 && n > 1)))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "estimator_.coef_: is float32, and the importance of feature %zu is so "
                           "near to the threshold that scikit-learn's rounding decides whether it "
                           "is kept",
                           i);
    }
    return true;
}

/* Keeps only the MOST important ones; of equal ones the first. FLOAT32: refuses a choice that
 * rounding makes. */
static bool limit(struct sk_context *sk, const double *x, int64_t most, bool float32,
                  struct sk_kept *kept)
{
    double *negative = sk_alloc(sk, kept->n, sizeof *negative);
    for (size_t i = 0; negative && i < kept->n; i++)
        negative[i] = -x[i];
    size_t *places = negative ? sk_sorted(sk, negative, kept->n) : NULL;
    if (places && float32 && most > 0 && (size_t)most < kept->n) {
        double gap = x[places[most - 1]] - x[places[most]];
        if (gap > 0 && gap <= rounding(x, kept->n))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "estimator_.coef_: is float32, and scikit-learn's rounding decides "
                           "which feature is among the %lld most important",
                           (long long)most);
    }
    for (size_t i = 0; places && i < kept->n; i++)
        if ((int64_t)i >= most)
            kept->keep[places[i]] = false;
    return places != NULL;
}

/* The model of a SelectFromModel; NULL: not fitted. */
static bool get_model(struct sk_context *sk, const struct pk_node *object,
                      const struct pk_node **ret)
{
    bool prefit;
    *ret = pk_attribute(object, "estimator_");
    if (!sk_get_flag(sk, object, "prefit", false, &prefit))
        return false;
    if (!*ret && prefit)
        *ret = pk_attribute(object, "estimator");
    return *ret || sk_fitted(sk, object, "estimator_") != NULL;
}

bool sk_selected_by_model(struct sk_context *sk, const struct pk_node *object, struct sk_kept *ret)
{
    const struct pk_node *model, *most = pk_attribute(object, "max_features_");
    struct sk_kept kept = {.n = 0};
    struct threshold threshold = {.value = 0};
    double *x;
    int64_t count;
    bool float32 = false;
    most = most ? most : pk_attribute(object, "max_features");
    if (!get_model(sk, object, &model))
        return false;
    if (!sk_importances(sk, object, model, &x, &kept.n, &float32) || kept.n == 0 ||
        !get_threshold(sk, object, model, x, kept.n, &threshold) ||
        !(kept.keep = sk_alloc(sk, kept.n, sizeof *kept.keep)))
        return kept.n == 0 && sk_fail(sk, LAR_ERR_FORMAT, "estimator_: has no features");
    for (size_t i = 0; i < kept.n; i++)
        kept.keep[i] = !(x[i] < threshold.value);
    if (float32 && !check_apart(sk, x, kept.n, &threshold))
        return false;
    if (most && most->kind != PK_NONE) {
        if (!pk_get_i64(most, &count) || count < 0)
            return sk_refuse_attribute(sk, most, "max_features", "must be a count");
        if (!limit(sk, x, count, float32, &kept))
            return false;
    }
    *ret = kept;
    return true;
}

bool sk_read_select_from_model(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    const struct pk_node *model;
    struct sk_kept kept;
    return get_model(sk, object, &model) && sk_selected_by_model(sk, object, &kept) &&
           sk_give_kept(sk, object, in, &kept, !allows_nan(model), ret);
}

bool sk_selected_by_support(struct sk_context *sk, const struct pk_node *object,
                            struct sk_kept *ret)
{
    const int64_t *support;
    const struct pk_node *node = sk_fitted(sk, object, "support_");
    if (!node || !sk_integers(sk, node, "support_", &support, &ret->n) ||
        !(ret->keep = sk_alloc(sk, ret->n, sizeof *ret->keep)))
        return false;
    for (size_t i = 0; i < ret->n; i++)
        ret->keep[i] = support[i] != 0;
    return true;
}

/* Answers with the columns of support_. */
static bool by_support(struct sk_context *sk, const struct pk_node *object,
                       const struct pk_node *model, const struct sk_frame *in,
                       struct sk_result *ret)
{
    struct sk_kept kept = {.n = 0};
    return sk_selected_by_support(sk, object, &kept) &&
           sk_give_kept(sk, object, in, &kept, !(model && allows_nan(model)), ret);
}

bool sk_read_sequential_selector(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    return by_support(sk, object, pk_attribute(object, "estimator"), in, ret);
}

/* RFE and RFECV also answer with what estimator_ says of the columns that are left; not which way
 * it took through trees. */
bool sk_read_rfe(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret)
{
    struct sk_inner inner;
    const struct pk_node *model = sk_fitted(sk, object, "estimator_");
    if (!model || !by_support(sk, object, model, in, ret) ||
        !sk_inner(sk, object, "estimator_", &ret->frame, &inner))
        return false;
    memcpy(ret->answers, inner.result.answers, sizeof ret->answers);
    ret->answers[SK_APPLY].n = ret->answers[SK_DECISION_PATH].n = 0;
    return true;
}

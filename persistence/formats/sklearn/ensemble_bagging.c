/* sklearn.ensemble: BaggingClassifier, BaggingRegressor: inner estimators that each saw some of the
 * columns.
 *
 * Exact where the inner estimators are (but for predict_log_proba, which goes through exp and log):
 * answers are added in their order and divided once.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

struct bag {
    struct sk_inner *inner;
    size_t n;
};

/* Whether COLUMNS are all N in order. */
static bool is_all(const int64_t *columns, size_t count, size_t n)
{
    bool all = count == n;
    for (size_t i = 0; all && i < n; i++)
        all = columns[i] == (int64_t)i;
    return all;
}

/* Reads estimator I of N with the columns that it was fitted with. */
static bool read_one(struct sk_context *sk, const struct pk_items *estimators,
                     const struct pk_items *features, size_t i, const struct sk_frame *in,
                     struct sk_inner *ret)
{
    const int64_t *columns;
    size_t n = 0;
    struct sk_frame some = *in;
    if (!sk_integers(sk, features->data[i], "estimators_features_", &columns, &n))
        return false;
    if (!is_all(columns, n, sk_frame_width(sk, in)) &&
        !sk_frame_select(sk, in, columns, n, false, &some))
        return sk_within(sk, "estimators_features_", i);
    return sk_inner_at(sk, estimators->data[i], "estimators_", i, &some, ret);
}

static bool read_bag(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     struct bag *ret)
{
    struct pk_items estimators, features;
    size_t columns;
    const struct pk_node *list = sk_fitted(sk, object, "estimators_");
    const struct pk_node *used = list ? sk_fitted(sk, object, "estimators_features_") : NULL;
    if (!used || !sk_get_size(sk, object, "n_features_", 0, &columns) ||
        !sk_get_size(sk, object, "n_features_in_", columns, &columns) ||
        !sk_frame_expect(sk, in, columns, "n_features_in_"))
        return false;
    if (!sk_items(sk, list, &estimators) || estimators.n == 0 || estimators.n > SK_ESTIMATORS)
        return sk_refuse_attribute(sk, list, "estimators_", "must be a list of estimators");
    if (!sk_items(sk, used, &features) || features.n != estimators.n)
        return sk_refuse_attribute(sk, used, "estimators_features_",
                                   "must be a list as long as estimators_");
    ret->n = estimators.n;
    if (!(ret->inner = sk_alloc(sk, ret->n, sizeof *ret->inner)))
        return false;
    for (size_t i = 0; i < ret->n; i++)
        if (!read_one(sk, &estimators, &features, i, in, &ret->inner[i]))
            return false;
    return true;
}

/* Whether all of them have METHOD. */
static bool all_have(const struct bag *bag, enum sk_method method)
{
    bool all = true;
    for (size_t i = 0; i < bag->n; i++)
        all &= sk_inner_has(&bag->inner[i], method);
    return all;
}

/* METHOD of one of them, [rows, N]: an estimator that has not seen all classes knows some by their
 * places; FILL stands for the others. */
static bool widened(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                    size_t n, double fill, lar_value *ret)
{
    const int64_t *places = NULL;
    size_t known = n;
    const struct pk_node *classes = sk_classes_node(inner->object);
    if (classes && !sk_integers(sk, classes, "classes_", &places, &known))
        return sk_inner_fail(sk, inner);
    if (!sk_inner_matrix(sk, inner, method, known, ret))
        return false;
    if (known != n)
        *ret = sk_spread(sk, *ret, places, known, n, fill);
    return true;
}

/* The mean of probabilities; of estimators without them, of votes. */
static bool mean_proba(struct sk_context *sk, const struct bag *bag, size_t n, lar_value *ret)
{
    bool votes = !all_have(bag, SK_PREDICT_PROBA);
    lar_value *each = sk_alloc(sk, bag->n, sizeof *each);
    for (size_t i = 0; each && i < bag->n; i++)
        if (!(votes ? sk_inner_codes(sk, &bag->inner[i], &each[i])
                    : widened(sk, &bag->inner[i], SK_PREDICT_PROBA, n, 0, &each[i])))
            return false;
    if (!each)
        return false;
    double divisor = (double)bag->n;
    if (!votes)
        *ret = sk_sum_of(sk, each, bag->n, NULL, divisor);
    else
        *ret = lar_draft_apply(sk->draft, "Div", 2, sk_votes(sk, each, bag->n, NULL, n),
                               lar_draft_scalar_f64(sk->draft, divisor));
    return true;
}

/* The logarithm of the mean of what the logarithms stand for. */
static bool mean_log_proba(struct sk_context *sk, const struct bag *bag, size_t n, lar_value *ret)
{
    lar_value one = LAR_NO_VALUE;
    for (size_t i = 0; i < bag->n; i++) {
        if (!widened(sk, &bag->inner[i], SK_PREDICT_LOG_PROBA, n, -INFINITY, &one))
            return false;
        *ret = i ? lar_draft_apply(sk->draft, "larder.LogAddExp", 2, *ret, one) : one;
    }
    lar_value by = lar_draft_scalar_f64(sk->draft, log((double)bag->n));
    *ret = lar_draft_apply(sk->draft, "Sub", 2, *ret, by);
    return true;
}

/* Adds the mean of decision_function, unless estimators that have not seen all classes answer with
 * other shapes: scikit-learn then fails, too. */
static bool add_decision(struct sk_context *sk, const struct bag *bag, lar_value classes, size_t n,
                         struct sk_result *ret)
{
    lar_value *each = sk_alloc(sk, bag->n, sizeof *each);
    for (size_t i = 0; each && i < bag->n; i++) {
        if (!sk_inner_value(sk, &bag->inner[i], SK_DECISION_FUNCTION, &each[i]))
            return false;
        if (!lar_shape_equal(&lar_draft_info(sk->draft, each[i])->shape,
                             &lar_draft_info(sk->draft, each[0])->shape))
            return true;
    }
    if (!each)
        return false;
    const struct lar_shape *shape = &lar_draft_info(sk->draft, each[0])->shape;
    bool named = shape->rank == 2 && shape->dims[1] == (int64_t)n;
    return sk_answer(sk, ret, SK_DECISION_FUNCTION,
                     sk_sum_of(sk, each, bag->n, NULL, (double)bag->n),
                     named ? classes : LAR_NO_VALUE);
}

bool sk_read_bagging_classifier(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct bag bag = {.n = 0};
    lar_value classes = LAR_NO_VALUE, proba = LAR_NO_VALUE, logarithm = LAR_NO_VALUE;
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "classes_");
    if (!node || !sk_labels(sk, node, "classes_", &classes, &n) ||
        !read_bag(sk, object, in, &bag) || !mean_proba(sk, &bag, n, &proba))
        return false;
    if (!all_have(&bag, SK_PREDICT_LOG_PROBA))
        logarithm = lar_draft_apply(sk->draft, "Log", 1, proba);
    else if (!mean_log_proba(sk, &bag, n, &logarithm))
        return false;
    return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, proba, classes), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA, proba, classes) &&
           sk_answer(sk, ret, SK_PREDICT_LOG_PROBA, logarithm, classes) &&
           (!all_have(&bag, SK_DECISION_FUNCTION) || add_decision(sk, &bag, classes, n, ret));
}

bool sk_read_bagging_regressor(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct bag bag = {.n = 0};
    if (!read_bag(sk, object, in, &bag))
        return false;
    lar_value *each = sk_alloc(sk, bag.n, sizeof *each);
    for (size_t i = 0; each && i < bag.n; i++)
        if (!sk_inner_value(sk, &bag.inner[i], SK_PREDICT, &each[i]))
            return false;
    return each && sk_answer(sk, ret, SK_PREDICT, sk_sum_of(sk, each, bag.n, NULL, (double)bag.n),
                             LAR_NO_VALUE);
}

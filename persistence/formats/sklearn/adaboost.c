/* sklearn.ensemble: AdaBoostClassifier, AdaBoostRegressor, around any estimator that is read.
 *
 * SAMME and the regressor are exact where their estimators are. SAMME.R adds up logarithms: within
 * 1e-12 S, S the sum of their magnitudes.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/adaboost.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/forest.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/trees.h"

static const int64_t second_axis[] = {1};

/* estimator_weights_, at least N of them, and their sum. */
static bool read_weights(struct sk_context *sk, const struct pk_node *object, size_t n,
                         const double **ret, double *ret_sum)
{
    struct sk_numbers weights;
    if (!sk_get_numbers(sk, object, "estimator_weights_", 1, 1, &weights))
        return false;
    if (weights.n < n)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "estimator_weights_: has %zu elements for %zu estimators", weights.n, n);
    *ret = weights.data;
    *ret_sum = sk_sum(weights.data, weights.n);
    return true;
}

/* Of estimator I: its weight for the class that it predicts; for the others OTHER times that. */
static bool discrete(struct sk_context *sk, const struct sk_adaboost *b, size_t i, lar_value *ret)
{
    size_t k = b->n_classes;
    lar_value label = LAR_NO_VALUE;
    double *table = sk_alloc(sk, k, k * sizeof *table), w = b->weights[i];
    if (!table || !sk_inner_vector(sk, &b->members[i], SK_PREDICT, &label))
        return false;
    for (size_t at = 0; at < k * k; at++)
        table[at] = at / k == at % k ? w : b->other * w;
    *ret = sk_gather(sk, lar_draft_f64(sk->draft, table, LAR_SHAPE((int64_t)k, (int64_t)k)),
                     sk_label_codes(sk, label, b->classes), 0);
    return true;
}

/* Of estimator I: the logarithms of its probabilities, less their mean, times K - 1. */
static bool real(struct sk_context *sk, const struct sk_adaboost *b, size_t i, lar_value *ret)
{
    struct lar_draft *d = sk->draft;
    double k = (double)b->n_classes;
    lar_value p = LAR_NO_VALUE;
    if (!sk_inner_matrix(sk, &b->members[i], SK_PREDICT_PROBA, b->n_classes, &p))
        return false;
    lar_value least = lar_draft_scalar_f64(d, 0x1p-52);
    lar_value logs = lar_draft_apply(d, "Log", 1, lar_draft_apply(d, "Max", 2, p, least));
    lar_value sum =
        lar_draft_apply(d, "ReduceSum", 2, logs, lar_draft_i64(d, second_axis, LAR_SHAPE(1)));
    lar_value mean = lar_draft_apply(d, "Mul", 2, sum, lar_draft_scalar_f64(d, 1 / k));
    *ret = lar_draft_apply(d, "Mul", 2, lar_draft_apply(d, "Sub", 2, logs, mean),
                           lar_draft_scalar_f64(d, k - 1));
    return true;
}

/* The weighted mean of the estimators' probabilities: releases before 0.22 took its exponentials
 * for the probabilities of SAMME. */
static bool mean_proba(struct sk_context *sk, const struct sk_adaboost *b, lar_value *ret)
{
    lar_value *p = sk_alloc(sk, b->n, sizeof *p);
    for (size_t i = 0; p && i < b->n; i++)
        if (!sk_inner_matrix(sk, &b->members[i], SK_PREDICT_PROBA, b->n_classes, &p[i]))
            return false;
    if (!p)
        return false;
    *ret = sk_sum_of(sk, p, b->n, b->weights, b->divisor);
    return true;
}

/* The exponentials' shares. */
static lar_value old_shares(struct sk_context *sk, const struct sk_adaboost *b, lar_value mean)
{
    struct lar_draft *d = sk->draft;
    lar_value by = lar_draft_scalar_f64(d, 1 / ((double)b->n_classes - 1));
    lar_value powers = lar_draft_apply(d, "Exp", 1, lar_draft_apply(d, "Mul", 2, mean, by));
    return sk_share(sk, powers, b->n_classes, false);
}

/* Probabilities from the sums [rows, k]. */
static lar_value new_proba(struct sk_context *sk, const struct sk_adaboost *b, lar_value sums,
                           lar_value decision)
{
    struct lar_draft *d = sk->draft;
    if (b->n_classes > 2) {
        lar_value by = lar_draft_scalar_f64(d, (double)b->n_classes - 1);
        return lar_draft_apply(d, "Softmax", 1, lar_draft_apply(d, "Div", 2, sums, by));
    }
    lar_value both =
        sk_side_by_side(sk, (lar_value[]){lar_draft_apply(d, "Neg", 1, decision), decision}, 2);
    both = lar_draft_apply(d, "Div", 2, both, lar_draft_scalar_f64(d, 2));
    return lar_draft_apply(d, "Softmax", 1, both);
}

/* Answers with the estimators' SUMS [rows, k]. */
static bool answer_sums(struct sk_context *sk, const struct sk_adaboost *b, lar_value sums,
                        lar_value *ret_decision, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    if (b->n_classes > 2) {
        *ret_decision = sums;
        return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, sums, b->classes), LAR_NO_VALUE) &&
               sk_answer(sk, ret, SK_DECISION_FUNCTION, sums, b->classes);
    }
    lar_value first = lar_draft_apply(d, "Neg", 1, sk_columns(sk, sums, 0, 1));
    lar_value one =
        sk_as_vector(sk, lar_draft_apply(d, "Add", 2, first, sk_columns(sk, sums, 1, 1)));
    lar_value above = lar_draft_apply(d, "Greater", 2, one, lar_draft_scalar_f64(d, 0));
    *ret_decision = one;
    return sk_answer(sk, ret, SK_PREDICT,
                     sk_gather(sk, b->classes, sk_cast(sk, above, LAR_TYPE_I64), 0),
                     LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, one, LAR_NO_VALUE);
}

/* SAMME.R, of which the parameter was removed with release 1.8. */
static bool read_algorithm(struct sk_context *sk, const struct pk_node *object, bool *ret_real)
{
    const struct pk_node *node = pk_attribute(object, "algorithm");
    *ret_real = pk_text_equal(node, "SAMME.R");
    return !node || *ret_real || pk_text_equal(node, "SAMME") ||
           pk_text_equal(node, "deprecated") ||
           sk_refuse_attribute(sk, node, "algorithm", "must be SAMME or SAMME.R");
}

/* The sums [rows, k] of what the members say, and if RET_MEAN the weighted mean of their
 * probabilities. */
static bool add_members(struct sk_context *sk, struct sk_adaboost *b, const struct sk_frame *in,
                        lar_value *ret, lar_value *ret_mean)
{
    size_t n;
    if (!sk_inner_list(sk, b->object, "estimators_", in, &b->members, &n))
        return false;
    lar_value *values = sk_alloc(sk, b->n, sizeof *values);
    for (size_t i = 0; values && i < b->n; i++)
        if (!(b->real ? real(sk, b, i, &values[i]) : discrete(sk, b, i, &values[i])))
            return false;
    if (!values)
        return false;
    *ret = sk_sum_of(sk, values, b->n, NULL, b->divisor);
    return !ret_mean || mean_proba(sk, b, ret_mean);
}

static bool read_boost(struct sk_context *sk, const struct pk_node *object, struct sk_adaboost *b)
{
    const struct pk_node *classes = sk_fitted(sk, object, "classes_");
    const struct pk_node *list = sk_fitted(sk, object, "estimators_");
    b->object = object;
    b->classes_node = classes;
    if (!classes || !list || !sk_labels(sk, classes, "classes_", &b->classes, &b->n_classes) ||
        !read_algorithm(sk, object, &b->real))
        return false;
    if (b->n_classes < 2)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "classes_: has one class");
    if (!sk_items(sk, list, &b->list) || b->list.n == 0)
        return sk_refuse_attribute(sk, list, "estimators_", "must be a list of fitted estimators");
    b->n = b->list.n;
    b->other = sk_release(object) < SK_RELEASE(1, 3) ? 0 : -1 / ((double)b->n_classes - 1);
    return read_weights(sk, object, b->n, &b->weights, &b->divisor);
}

bool sk_read_adaboost_classifier(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_adaboost b = {.n = 0};
    lar_value sums = LAR_NO_VALUE, mean = LAR_NO_VALUE, decision;
    if (!read_boost(sk, object, &b))
        return false;
    bool old = sk_release(object) < SK_RELEASE(0, 22) && !b.real;
    bool trees = b.divisor != 0 && sk_are_trees(&b.list, sk_read_tree_classifier);
    if (!(trees ? sk_adaboost_trees(sk, &b, in, &sums, old ? &mean : NULL)
                : add_members(sk, &b, in, &sums, old ? &mean : NULL)) ||
        !answer_sums(sk, &b, sums, &decision, ret))
        return false;
    return sk_answer_proba(
        sk, ret, old ? old_shares(sk, &b, mean) : new_proba(sk, &b, sums, decision), b.classes);
}

/* What each estimator predicts: [rows, n]. */
static bool read_predictions(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, lar_value *ret, size_t *ret_n)
{
    struct sk_inner *members;
    struct pk_items list;
    const struct pk_node *node = pk_attribute(object, "estimators_");
    if (sk_items(sk, node, &list) && list.n && sk_are_trees(&list, sk_read_tree_regressor)) {
        *ret_n = list.n;
        return sk_adaboost_columns(sk, object, &list, in, ret);
    }
    if (!sk_inner_list(sk, object, "estimators_", in, &members, ret_n))
        return false;
    lar_value *values = sk_alloc(sk, *ret_n, sizeof *values);
    for (size_t i = 0; values && i < *ret_n; i++) {
        if (!sk_inner_vector(sk, &members[i], SK_PREDICT, &values[i]))
            return false;
        values[i] = sk_cast(sk, values[i], LAR_TYPE_F64);
    }
    if (!values)
        return false;
    *ret = sk_side_by_side(sk, values, *ret_n);
    return true;
}

/* AdaBoostRegressor: the median of the predictions, by weight. */
bool sk_read_adaboost_regressor(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    lar_value predictions = LAR_NO_VALUE;
    const double *weights = NULL;
    double sum;
    size_t n = 0;
    if (!read_predictions(sk, object, in, &predictions, &n) ||
        !read_weights(sk, object, n, &weights, &sum))
        return false;
    lar_value median = lar_draft_node(
        sk->draft,
        &(struct lar_node_args){
            .op = "larder.WeightedMedian",
            .inputs = &predictions,
            .n_inputs = 1,
            .params = {{"weights", lar_draft_f64(sk->draft, weights, LAR_SHAPE((int64_t)n))}},
        });
    return sk_answer(sk, ret, SK_PREDICT, median, LAR_NO_VALUE);
}

/* sklearn.model_selection: the searches and the threshold classifiers; sklearn.frozen.
 *
 * Exact where the inner estimator is.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

/* Hands METHODS of INNER on. */
static void hand_on(const struct sk_inner *inner, const enum sk_method *methods, size_t n,
                    struct sk_result *ret)
{
    for (size_t i = 0; i < n; i++)
        ret->answers[methods[i]] = inner->result.answers[methods[i]];
}

/* GridSearchCV, RandomizedSearchCV and the halving ones: the best estimator's answers. */
bool sk_read_search(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                    struct sk_result *ret)
{
    static const enum sk_method methods[] = {SK_PREDICT, SK_PREDICT_PROBA, SK_PREDICT_LOG_PROBA,
                                             SK_DECISION_FUNCTION};
    struct sk_inner best;
    const struct pk_node *refit = pk_attribute(object, "refit");
    bool again;
    if (!sk_has(object, "best_estimator_") && sk_has(object, "cv_results_") && refit &&
        pk_get_bool(refit, &again) && !again)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "refit: is False, so the search has not fitted a best estimator and cannot "
                       "predict. Search with refit=True, or write a fitted estimator");
    if (!sk_inner(sk, object, "best_estimator_", in, &best))
        return false;
    hand_on(&best, methods, sizeof methods / sizeof *methods, ret);
    if (sk_release(object) >= SK_RELEASE(0, 24))
        hand_on(&best, (const enum sk_method[]){SK_SCORE_SAMPLES}, 1, ret);
    ret->transforms = best.result.transforms;
    ret->frame = best.result.frame;
    return true;
}

/* FrozenEstimator: all that the estimator inside answers. */
bool sk_read_frozen_estimator(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner inner;
    if (!sk_inner(sk, object, "estimator", in, &inner))
        return false;
    *ret = inner.result;
    return true;
}

/* A score of two classes and what it is compared with. */
struct decision {
    lar_value score;   /* [rows] */
    bool proba;        /* predict_proba's, not decision_function's */
    bool first;        /* the first class is the positive one */
    lar_value classes; /* [2] */
};

/* Which method gives the score: the first that there is, or the one that is named. */
static bool read_score(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_inner *inner, struct decision *ret)
{
    const struct pk_node *wanted = pk_attribute(object, "response_method");
    lar_value value;
    if (!wanted || pk_text_equal(wanted, "auto"))
        ret->proba = sk_inner_has(inner, SK_PREDICT_PROBA);
    else if (pk_text_equal(wanted, "predict_proba") || pk_text_equal(wanted, "decision_function"))
        ret->proba = pk_text_equal(wanted, "predict_proba");
    else
        return sk_refuse_attribute(sk, wanted, "response_method",
                                   "must be auto, predict_proba or decision_function");
    if (ret->proba) {
        if (!sk_inner_matrix(sk, inner, SK_PREDICT_PROBA, 2, &value))
            return false;
        ret->score = sk_as_vector(sk, sk_columns(sk, value, ret->first ? 0 : 1, 1));
        return true;
    }
    if (!sk_inner_vector(sk, inner, SK_DECISION_FUNCTION, &ret->score))
        return false;
    if (ret->first)
        ret->score = lar_draft_apply(sk->draft, "Neg", 1, ret->score);
    return true;
}

/* The positive class of two: the second unless POSITIVE, a label or None, says other. */
static bool read_classes(struct sk_context *sk, const struct sk_inner *inner,
                         const struct pk_node *positive, struct decision *ret)
{
    size_t n = 0, place;
    lar_value label;
    const struct pk_node *node = sk_classes_node(inner->object);
    if (!node || !sk_labels(sk, node, "classes_", &ret->classes, &n))
        return node ? sk_inner_fail(sk, inner)
                    : sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: has no classes_", inner->name);
    if (n != 2)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu classes_, not 2", inner->name, n);
    ret->first = false;
    if (!positive || positive->kind == PK_NONE)
        return true;
    if (!sk_label_constant(sk, positive, "pos_label", &label) ||
        !sk_label_find(sk, ret->classes, label, "pos_label", &place))
        return false;
    ret->first = place == 0;
    return true;
}

/* Answers with the positive class where the score reaches THRESHOLD. */
static bool decide(struct sk_context *sk, const struct decision *decision, double threshold,
                   struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    lar_value reached = lar_draft_apply(d, "GreaterOrEqual", 2, decision->score,
                                        lar_draft_scalar_f64(d, threshold));
    if (decision->first)
        reached = lar_draft_apply(d, "Not", 1, reached);
    lar_value label = sk_gather(sk, decision->classes, sk_cast(sk, reached, LAR_TYPE_I64), 0);
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE);
}

/* The estimator's own probabilities and scores. */
static void hand_on_scores(const struct sk_inner *inner, struct sk_result *ret)
{
    static const enum sk_method methods[] = {SK_PREDICT_PROBA, SK_PREDICT_LOG_PROBA,
                                             SK_DECISION_FUNCTION};
    hand_on(inner, methods, sizeof methods / sizeof *methods, ret);
}

bool sk_read_fixed_threshold(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner inner;
    struct decision decision = {.proba = false};
    const char *name = pk_attribute(object, "estimator_") ? "estimator_" : "estimator";
    const struct pk_node *node = pk_attribute(object, "threshold");
    double threshold = 0;
    if (!sk_inner(sk, object, name, in, &inner) ||
        !read_classes(sk, &inner, pk_attribute(object, "pos_label"), &decision) ||
        !read_score(sk, object, &inner, &decision))
        return false;
    if (pk_text_equal(node, "auto"))
        threshold = decision.proba ? 0.5 : 0;
    else if (!pk_get_f64(node, &threshold))
        return sk_refuse_attribute(sk, node, "threshold", "must be a number or auto");
    hand_on_scores(&inner, ret);
    return decide(sk, &decision, threshold, ret);
}

/* The positive label that a scorer of thresholds works with: its own, or its function's default. */
static bool positive_of(struct sk_context *sk, const struct pk_node *scorer,
                        const struct pk_node **ret)
{
    static const struct pk_node one = {.kind = PK_INT, .integer = 1};
    static const struct {
        const char *name;
        bool one;
    } functions[] = {{"accuracy_score", false},
                     {"average_precision_score", true},
                     {"balanced_accuracy_score", false},
                     {"brier_score_loss", false},
                     {"cohen_kappa_score", false},
                     {"f1_score", true},
                     {"fbeta_score", true},
                     {"jaccard_score", true},
                     {"log_loss", false},
                     {"matthews_corrcoef", false},
                     {"precision_score", true},
                     {"recall_score", true},
                     {"roc_auc_score", false}};
    const struct pk_node *function = pk_attribute(scorer, "_score_func");
    *ret = pk_dict_get(pk_attribute(scorer, "_kwargs"), "pos_label");
    if (*ret)
        return true;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (pk_is_global(function, "sklearn.metrics._classification", functions[i].name) ||
            pk_is_global(function, "sklearn.metrics._ranking", functions[i].name)) {
            *ret = functions[i].one ? &one : NULL;
            return true;
        }
    return sk_refuse_attribute(sk, function, "_curve_scorer._score_func",
                               "must be one of scikit-learn's scores");
}

bool sk_read_tuned_threshold(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner inner;
    struct decision decision = {.proba = false};
    const struct pk_node *positive = NULL, *node = sk_fitted(sk, object, "best_threshold_");
    const struct pk_node *scorer = node ? sk_fitted(sk, object, "_curve_scorer") : NULL;
    double threshold;
    if (!scorer || !positive_of(sk, scorer, &positive) ||
        !sk_inner(sk, object, "estimator_", in, &inner) ||
        !read_classes(sk, &inner, positive, &decision) ||
        !read_score(sk, object, &inner, &decision))
        return false;
    if (!pk_get_f64(node, &threshold))
        return sk_refuse_attribute(sk, node, "best_threshold_", "must be a number");
    hand_on_scores(&inner, ret);
    return decide(sk, &decision, threshold, ret);
}

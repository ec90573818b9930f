/* Linear classifiers of sklearn.linear_model and sklearn.svm: LogisticRegression, SGDClassifier,
 * Perceptron, PassiveAggressiveClassifier, LinearSVC, RidgeClassifier, and their CV forms;
 * SGDOneClassSVM.
 *
 * Tolerance: 1e-12 S for scores (S = sum |x_i w_i| + |b|): the order of a product's sum differs.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

/* LinearSVC, Perceptron, PassiveAggressiveClassifier: scores and labels, no probabilities. */
bool sk_read_linear_classifier(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_scores scores;
    return sk_linear_classifier(sk, object, in, &scores, ret);
}

/* Whether probabilities are those of one model for each class, rather than one for all. */
static bool is_one_against_rest(const struct pk_node *object, const struct sk_scores *scores)
{
    unsigned release = sk_release(object);
    if (!pk_attribute(object, "multi_class")) /* gone since 1.8 */
        return scores->binary;
    if (sk_option_is(object, "multi_class", "", "multinomial"))
        return false;
    if (sk_option_is(object, "multi_class", "", "ovr") ||
        sk_option_is(object, "multi_class", "", "warn"))
        return true;
    return scores->n <= 2 || sk_option_is(object, "solver", "", "liblinear") ||
           (release < SK_RELEASE(1, 6) && sk_option_is(object, "solver", "", "newton-cholesky"));
}

bool sk_read_logistic_regression(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_scores scores;
    struct lar_draft *d = sk->draft;
    if (!sk_linear_classifier(sk, object, in, &scores, ret))
        return false;
    if (is_one_against_rest(object, &scores))
        return sk_answer_proba(sk, ret, sk_one_against_rest(sk, object, &scores), scores.classes);
    lar_value both = scores.scores;
    if (scores.binary)
        both = sk_side_by_side(sk, (lar_value[]){lar_draft_apply(d, "Neg", 1, both), both}, 2);
    return sk_answer_proba(sk, ret, lar_draft_apply(d, "Softmax", 1, both), scores.classes);
}

/* Scores clipped to [-1, 1] and moved to [0, 1]. */
static lar_value modified_huber(struct sk_context *sk, const struct sk_scores *scores)
{
    struct lar_draft *d = sk->draft;
    lar_value one = lar_draft_scalar_f64(d, 1);
    lar_value p = lar_draft_apply(d, "Clip", 3, scores->scores, lar_draft_scalar_f64(d, -1), one);
    p = lar_draft_apply(d, "Add", 2, p, one);
    p = lar_draft_apply(d, "Div", 2, p, lar_draft_scalar_f64(d, 2));
    if (scores->binary)
        return sk_side_by_side(sk, (lar_value[]){lar_draft_apply(d, "Sub", 2, one, p), p}, 2);
    return sk_share(sk, p, scores->n, true);
}

bool sk_read_sgd_classifier(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_scores scores;
    if (!sk_linear_classifier(sk, object, in, &scores, ret))
        return false;
    if (sk_option_is(object, "loss", "hinge", "log") ||
        sk_option_is(object, "loss", "hinge", "log_loss"))
        return sk_answer_proba(sk, ret, sk_one_against_rest(sk, object, &scores), scores.classes);
    if (sk_option_is(object, "loss", "hinge", "modified_huber"))
        return sk_answer_proba(sk, ret, modified_huber(sk, &scores), scores.classes);
    return true; /* other losses have no probabilities */
}

/* Whether each column of the answer is a label of its own. */
static bool is_multilabel(const struct pk_node *binarizer)
{
    static const char prefix[] = "multilabel";
    const struct pk_node *type = pk_attribute(binarizer, "y_type_");
    return type && type->kind == PK_TEXT && type->bytes.size >= sizeof prefix - 1 &&
           memcmp(type->bytes.data, prefix, sizeof prefix - 1) == 0;
}

/* Labels of several columns: 1 where a score is above 0. Releases before 1.0 answered with the
 * column of the greatest score. */
static bool answer_multilabel(struct sk_context *sk, const struct pk_node *object,
                              const struct pk_node *binarizer, const struct sk_scores *scores,
                              struct sk_result *ret)
{
    bool sparse;
    unsigned release = sk_release(object);
    if (!sk_get_flag(sk, binarizer, "sparse_input_", false, &sparse))
        return false;
    if (sparse)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "_label_binarizer.sparse_input_: labels in a sparse matrix are not "
                       "supported");
    if (!release)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "_label_binarizer.y_type_: what several labels are answered with depends "
                       "on the release of scikit-learn, which the file does not say");
    if (release < SK_RELEASE(1, 0))
        return sk_answer_scores(sk, ret, scores);
    lar_value above = lar_draft_apply(sk->draft, "Greater", 2, scores->scores,
                                      lar_draft_scalar_f64(sk->draft, 0));
    return sk_answer(sk, ret, SK_PREDICT, sk_cast(sk, above, LAR_TYPE_I64), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, scores->scores, scores->classes);
}

/* RidgeClassifier, RidgeClassifierCV: older releases keep the classes in the binarizer alone. */
bool sk_read_ridge_classifier(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_scores scores;
    const struct pk_node *binarizer = sk_fitted(sk, object, "_label_binarizer");
    if (!binarizer)
        return false;
    const struct pk_node *classes = sk_has(object, "classes_")
                                        ? pk_attribute(object, "classes_")
                                        : sk_fitted(sk, binarizer, "classes_");
    if (!classes || !sk_linear_scores(sk, object, classes, in, &scores))
        return false;
    if (is_multilabel(binarizer))
        return answer_multilabel(sk, object, binarizer, &scores, ret);
    return sk_answer_scores(sk, ret, &scores);
}

/* SGDOneClassSVM: the product less offset_; 1 from 0 on, else -1. */
bool sk_read_sgd_one_class_svm(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_numbers offset;
    lar_value product;
    size_t k;
    uint32_t rank;
    if (!sk_linear_product(sk, object, in, &product, &k, &rank) ||
        !sk_get_numbers(sk, object, "offset_", 0, 1, &offset))
        return false;
    if (k != 1 || offset.n != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "offset_: has %zu elements, coef_ has %zu rows, not 1",
                       offset.n, k);
    lar_value by = lar_draft_scalar_f64(d, offset.data[0]);
    lar_value decision = sk_as_vector(sk, lar_draft_apply(d, "Sub", 2, product, by));
    lar_value inside =
        lar_draft_apply(d, "GreaterOrEqual", 2, decision, lar_draft_scalar_f64(d, 0));
    static const int64_t labels[] = {-1, 1};
    lar_value label =
        sk_gather(sk, lar_draft_i64(d, labels, LAR_SHAPE(2)), sk_cast(sk, inside, LAR_TYPE_I64), 0);
    return sk_answer(sk, ret, SK_PREDICT, sk_cast(sk, label, LAR_TYPE_I32), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, decision, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_SCORE_SAMPLES, lar_draft_apply(d, "Add", 2, decision, by),
                     LAR_NO_VALUE);
}

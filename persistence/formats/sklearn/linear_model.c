/* sklearn.linear_model: LinearRegression, Ridge, LogisticRegression, SGDClassifier.
 *
 * Tolerance: 1e-12 S for scores (S = sum |x_i w_i| + |b|): the order of a product's sum differs.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

/* LinearRegression, Ridge: one target per row of coef_; a flat coef_ gives a flat answer. */
bool sk_read_linear_regressor(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    lar_value scores;
    size_t k;
    uint32_t rank;
    if (!sk_linear(sk, object, in, &scores, &k, &rank))
        return false;
    return sk_answer(sk, ret, SK_PREDICT, rank == 1 ? sk_as_vector(sk, scores) : scores,
                     LAR_NO_VALUE);
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

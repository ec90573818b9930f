/* sklearn.ensemble: StackingClassifier, StackingRegressor: what the inner estimators answer, side
 * by side, enters the final one.
 *
 * Tolerance: the final estimator's. SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

/* The method of an inner estimator whose answer is stacked. */
static bool method_of(struct sk_context *sk, const struct pk_node *name, enum sk_method *ret)
{
    static const enum sk_method methods[] = {SK_PREDICT, SK_PREDICT_PROBA, SK_DECISION_FUNCTION};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (pk_text_equal(name, sk_method_name(methods[i]))) {
            *ret = methods[i];
            return true;
        }
    return sk_refuse_attribute(sk, name, "stack_method_",
                               "must be predict, predict_proba or decision_function");
}

/* What one answers, without the first of two probabilities (BINARY), which the second tells. */
static bool answer_of(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                      bool binary, struct sk_frame *ret)
{
    lar_value value;
    if (!sk_inner_value(sk, inner, method, &value))
        return false;
    const struct lar_value_info *info = lar_draft_info(sk->draft, value);
    if (info->type == LAR_TYPE_STRING || info->shape.rank < 1 || info->shape.rank > 2) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s answers no numbers that could be stacked",
                sk_method_name(method));
        return sk_inner_fail(sk, inner);
    }
    if (binary && method == SK_PREDICT_PROBA) {
        if (!sk_inner_matrix(sk, inner, method, 2, &value))
            return false;
        value = sk_columns(sk, value, 1, 1);
    }
    *ret = sk_frame_of(sk, sk_as_column(sk, value));
    return true;
}

/* All answers side by side, before the columns that entered if they pass through. */
static bool stack(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                  bool binary, struct sk_frame *ret)
{
    struct sk_inner *inner;
    struct pk_items methods;
    size_t n = 0;
    bool through;
    const struct pk_node *names = sk_fitted(sk, object, "stack_method_");
    if (!names || !sk_inner_list(sk, object, "estimators_", in, &inner, &n) ||
        !sk_get_flag(sk, object, "passthrough", false, &through))
        return false;
    if (!sk_items(sk, names, &methods) || methods.n != n)
        return sk_refuse_attribute(sk, names, "stack_method_",
                                   "must name a method for each of estimators_");
    struct sk_frame *frames = sk_alloc(sk, n + 1, sizeof *frames);
    if (!frames)
        return false;
    for (size_t i = 0; i < n; i++) {
        enum sk_method method = SK_PREDICT;
        if (!method_of(sk, methods.data[i], &method) ||
            !answer_of(sk, &inner[i], method, binary, &frames[i]))
            return false;
    }
    frames[n] = *in;
    return sk_frame_concat(sk, frames, n + through, through && sk_frame_is_sparse(sk, in), ret);
}

bool sk_read_stacking_regressor(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner final;
    lar_value value;
    ret->transforms = true;
    return stack(sk, object, in, false, &ret->frame) &&
           sk_inner(sk, object, "final_estimator_", &ret->frame, &final) &&
           sk_inner_value(sk, &final, SK_PREDICT, &value) &&
           sk_answer(sk, ret, SK_PREDICT, value, LAR_NO_VALUE);
}

/* The final estimator knows classes by their places. */
bool sk_read_stacking_classifier(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    static const enum sk_method scores[] = {SK_PREDICT_PROBA, SK_DECISION_FUNCTION};
    struct sk_inner final;
    lar_value classes = LAR_NO_VALUE, codes = LAR_NO_VALUE, value;
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "classes_");
    if (node && node->kind == PK_LIST)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "classes_: is a list, of several targets: StackingClassifier is supported "
                       "with one target");
    ret->transforms = true;
    if (!node || !sk_labels(sk, node, "classes_", &classes, &n) ||
        !stack(sk, object, in, n == 2, &ret->frame) ||
        !sk_inner(sk, object, "final_estimator_", &ret->frame, &final) ||
        !sk_inner_codes(sk, &final, &codes) ||
        !sk_answer(sk, ret, SK_PREDICT, sk_gather(sk, classes, codes, 0), LAR_NO_VALUE))
        return false;
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        if (!sk_inner_has(&final, scores[i]))
            continue;
        if (!sk_inner_value(sk, &final, scores[i], &value))
            return false;
        const struct lar_shape *shape = &lar_draft_info(sk->draft, value)->shape;
        bool named = shape->rank == 2 && shape->dims[1] == (int64_t)n;
        if (!sk_answer(sk, ret, scores[i], value, named ? classes : LAR_NO_VALUE))
            return false;
    }
    return true;
}

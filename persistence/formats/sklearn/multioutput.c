/* sklearn.multioutput: one estimator for each target; chains, in which each target's prediction is
 * a column for the next. Exact where the inner estimators are.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

/* predict of all, side by side. */
static bool add_predictions(struct sk_context *sk, const struct sk_inner *inner, size_t n,
                            struct sk_result *ret)
{
    lar_value *each = sk_alloc(sk, n, sizeof *each);
    for (size_t i = 0; each && i < n; i++) {
        if (!sk_inner_vector(sk, &inner[i], SK_PREDICT, &each[i]))
            return false;
        enum lar_type type = lar_draft_info(sk->draft, each[i])->type;
        if (type != lar_draft_info(sk->draft, each[0])->type)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "estimators_: predict %s and %s: targets of mixed types are not "
                           "supported",
                           lar_type_name(lar_draft_info(sk->draft, each[0])->type),
                           lar_type_name(type));
    }
    return each && sk_answer(sk, ret, SK_PREDICT, sk_side_by_side(sk, each, n), LAR_NO_VALUE);
}

/* Reads all estimators. Until release 0.23 NaN was refused, whatever they do with it. */
static bool read_all(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     struct sk_inner **ret, size_t *ret_n)
{
    struct sk_frame entering = *in;
    const struct pk_node *list = pk_attribute(object, "estimators_");
    if (list && sk_release(object) < SK_RELEASE(0, 24) &&
        !sk_inner_checked(sk, object, list, in, &entering))
        return false;
    return sk_inner_list(sk, object, "estimators_", &entering, ret, ret_n);
}

bool sk_read_multi_output_regressor(struct sk_context *sk, const struct pk_node *object,
                                    const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner *inner;
    size_t n = 0;
    return read_all(sk, object, in, &inner, &n) && add_predictions(sk, inner, n, ret);
}

/* MultiOutputClassifier: also a list of probabilities. */
bool sk_read_multi_output_classifier(struct sk_context *sk, const struct pk_node *object,
                                     const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_inner *inner;
    size_t n = 0;
    bool proba = true;
    if (!read_all(sk, object, in, &inner, &n) || !add_predictions(sk, inner, n, ret))
        return false;
    for (size_t i = 0; i < n; i++)
        proba &= sk_inner_has(&inner[i], SK_PREDICT_PROBA);
    for (size_t i = 0; proba && i < n; i++) {
        const struct sk_answer *answer = &inner[i].result.answers[SK_PREDICT_PROBA];
        lar_value value;
        if (!sk_inner_value(sk, &inner[i], SK_PREDICT_PROBA, &value) ||
            !sk_answer(sk, ret, SK_PREDICT_PROBA, value, answer->outputs[0].labels))
            return false;
    }
    ret->answers[SK_PREDICT_PROBA].several = proba;
    return true;
}

/* A chain: estimator i sees the columns that enter and what those before it answered. */
struct chain {
    struct sk_inner *inner;
    size_t n;
    int64_t *places; /* of each target among the estimators */
};

/* The inverse of order_, which must be one of 0 to n - 1. */
static bool read_order(struct sk_context *sk, const struct pk_node *object, struct chain *chain)
{
    const int64_t *order;
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "order_");
    if (!node || !sk_integers(sk, node, "order_", &order, &n))
        return false;
    if (n != chain->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "order_: has %zu elements for %zu estimators", n,
                       chain->n);
    if (!(chain->places = sk_alloc(sk, n, sizeof *chain->places)))
        return false;
    for (size_t i = 0; i < n; i++)
        chain->places[i] = -1;
    for (size_t i = 0; i < n; i++) {
        if (order[i] < 0 || order[i] >= (int64_t)n || chain->places[order[i]] >= 0)
            return sk_fail(sk, LAR_ERR_FORMAT, "order_: is no order of %zu targets", n);
        chain->places[order[i]] = (int64_t)i;
    }
    return true;
}

/* What METHOD of an estimator of a chain answers, as a vector: of probabilities the second's. */
static bool link_of(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                    lar_value *ret)
{
    lar_value both;
    if (method != SK_PREDICT_PROBA && method != SK_PREDICT_LOG_PROBA)
        return sk_inner_reals(sk, inner, method, ret);
    if (!sk_inner_matrix(sk, inner, method, 2, &both))
        return false;
    *ret = sk_as_vector(sk, sk_columns(sk, both, 1, 1));
    return true;
}

/* Which method's answers are handed on along the chain. */
static bool read_method(struct sk_context *sk, const struct pk_node *object, enum sk_method *ret)
{
    static const enum sk_method methods[] = {SK_PREDICT, SK_PREDICT_PROBA, SK_PREDICT_LOG_PROBA,
                                             SK_DECISION_FUNCTION};
    const struct pk_node *name = pk_attribute(object, "chain_method_");
    *ret = SK_PREDICT;
    for (size_t i = 0; name && i < sizeof methods / sizeof *methods; i++)
        if (pk_text_equal(name, sk_method_name(methods[i]))) {
            *ret = methods[i];
            return true;
        }
    return !name || sk_refuse_attribute(sk, name, "chain_method_", "must name a method");
}

static bool read_chain(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_frame *in, struct chain *ret)
{
    struct pk_items items;
    struct sk_frame entering;
    enum sk_method method = SK_PREDICT;
    const struct pk_node *node = sk_fitted(sk, object, "estimators_");
    *ret = (struct chain){.n = 0};
    if (!node || !read_method(sk, object, &method))
        return false;
    if (!sk_items(sk, node, &items) || items.n == 0 || items.n > SK_ESTIMATORS)
        return sk_refuse_attribute(sk, node, "estimators_", "must be a list of estimators");
    ret->n = items.n;
    ret->inner = sk_alloc(sk, items.n, sizeof *ret->inner);
    struct sk_frame *frames = sk_alloc(sk, items.n + 1, sizeof *frames);
    if (!ret->inner || !frames || !read_order(sk, object, ret) ||
        !sk_inner_checked(sk, object, node, in, &frames[0]))
        return false;
    entering = frames[0];
    bool sparse = sk_frame_is_sparse(sk, &frames[0]);
    for (size_t i = 0; i < items.n; i++) {
        lar_value link;
        if (!sk_inner_at(sk, items.data[i], "estimators_", i, &entering, &ret->inner[i]))
            return false;
        if (i + 1 == items.n)
            break;
        if (!link_of(sk, &ret->inner[i], method, &link))
            return false;
        frames[i + 1] = sk_frame_of(sk, sk_as_column(sk, link));
        if (!sk_frame_concat(sk, frames, i + 2, sparse, &entering))
            return false;
    }
    return true;
}

/* Adds METHOD where all estimators have it, in the order of the targets. */
static bool add_chained(struct sk_context *sk, const struct chain *chain, enum sk_method method,
                        struct sk_result *ret)
{
    lar_value *each = sk_alloc(sk, chain->n, sizeof *each);
    if (!chain->places)
        return false;
    for (size_t i = 0; i < chain->n; i++)
        if (!sk_inner_has(&chain->inner[i], method))
            return each != NULL;
    for (size_t i = 0; each && i < chain->n; i++)
        if (!link_of(sk, &chain->inner[chain->places[i]], method, &each[i]))
            return false;
    return each && sk_answer(sk, ret, method, sk_side_by_side(sk, each, chain->n), LAR_NO_VALUE);
}

bool sk_read_regressor_chain(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct chain chain = {.n = 0};
    return read_chain(sk, object, in, &chain) && add_chained(sk, &chain, SK_PREDICT, ret);
}

bool sk_read_classifier_chain(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct chain chain = {.n = 0};
    if (!read_chain(sk, object, in, &chain) || !add_chained(sk, &chain, SK_PREDICT, ret) ||
        !add_chained(sk, &chain, SK_PREDICT_PROBA, ret) ||
        !add_chained(sk, &chain, SK_DECISION_FUNCTION, ret))
        return false;
    const struct sk_answer *proba = &ret->answers[SK_PREDICT_PROBA];
    if (proba->n == 0 || sk_release(object) < SK_RELEASE(1, 4))
        return true;
    lar_value logarithm = lar_draft_apply(sk->draft, "Log", 1, proba->outputs[0].value);
    return sk_answer(sk, ret, SK_PREDICT_LOG_PROBA, logarithm, LAR_NO_VALUE);
}

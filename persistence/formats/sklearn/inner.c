/* Estimators inside estimators; see inner.h. What is made of their answers is in inner_values.c.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/inner.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

bool sk_inner_fail(struct sk_context *sk, const struct sk_inner *inner)
{
    if (inner->i != SK_UNKNOWN)
        return sk_within(sk, inner->name, inner->i);
    if (strlen(sk->err->text) < sizeof sk->err->text / 2)
        lar_error_within(sk->err, "%s", inner->name);
    return false;
}

bool sk_inner_at(struct sk_context *sk, const struct pk_node *node, const char *name, size_t i,
                 const struct sk_frame *in, struct sk_inner *ret)
{
    *ret = (struct sk_inner){.object = node, .name = name, .i = i};
    return sk_read(sk, node, in, &ret->result) || sk_inner_fail(sk, ret);
}

bool sk_inner(struct sk_context *sk, const struct pk_node *object, const char *name,
              const struct sk_frame *in, struct sk_inner *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, name);
    return node && sk_inner_at(sk, node, name, SK_UNKNOWN, in, ret);
}

bool sk_inner_list(struct sk_context *sk, const struct pk_node *object, const char *name,
                   const struct sk_frame *in, struct sk_inner **ret, size_t *ret_n)
{
    struct pk_items items;
    const struct pk_node *node = sk_fitted(sk, object, name);
    if (!node)
        return false;
    if (!sk_items(sk, node, &items) || items.n == 0)
        return sk_refuse_attribute(sk, node, name, "must be a list of fitted estimators");
    if (items.n > SK_ESTIMATORS)
        return sk_fail(sk, LAR_ERR_LIMIT, "more than %d estimators in one model", SK_ESTIMATORS);
    *ret_n = items.n;
    if (!(*ret = sk_alloc(sk, items.n, sizeof **ret)))
        return false;
    for (size_t i = 0; i < items.n; i++)
        if (!sk_inner_at(sk, items.data[i], name, i, in, &(*ret)[i]))
            return false;
    return true;
}

bool sk_inner_checked(struct sk_context *sk, const struct pk_node *object,
                      const struct pk_node *inner, const struct sk_frame *in, struct sk_frame *ret)
{
    struct pk_items items;
    struct sk_result ignored;
    if (!sk_items(sk, inner, &items))
        items = (struct pk_items){.data = &inner, .n = 1};
    if (!sk_frame_expect_fitted(sk, object, in))
        return false;
    for (size_t i = 0; i < items.n && sk_frame_width(sk, in) == SK_UNKNOWN; i++)
        if (!sk_read(sk, items.data[i], in, &ignored))
            return false;
    lar_value value = sk_frame_numbers(sk, in);
    if (value == LAR_NO_VALUE)
        return false;
    *ret = sk_frame_of(sk, sk_check_finite(sk, object, value, false, false));
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_inner_value(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                    lar_value *ret)
{
    const struct sk_answer *answer = &inner->result.answers[method];
    const char *name = sk_method_name(method);
    if (answer->n == 1 && !answer->several) {
        *ret = answer->outputs[0].value;
        if (lar_draft_info(sk->draft, *ret)->type == LAR_TYPE_F32) /* where float32 entered */
            *ret = sk_cast(sk, *ret, LAR_TYPE_F64);
        return true;
    }
    if (answer->n == 0)
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "it has no %s", name);
    else
        sk_fail(sk, LAR_ERR_UNSUPPORTED,
                "%s answers for %zu targets: an estimator of one target is expected", name,
                answer->n);
    return sk_inner_fail(sk, inner);
}

bool sk_inner_vector(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                     lar_value *ret)
{
    char shape[128];
    if (!sk_inner_value(sk, inner, method, ret))
        return false;
    const struct lar_value_info *info = lar_draft_info(sk->draft, *ret);
    if (info->layout == LAR_LAYOUT_DENSE && info->shape.rank == 1)
        return true;
    sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s answers %s, one value for each row is expected",
            sk_method_name(method), lar_shape_print(&info->shape, shape, sizeof shape));
    return sk_inner_fail(sk, inner);
}

bool sk_inner_matrix(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                     size_t n, lar_value *ret)
{
    char shape[128];
    if (!sk_inner_value(sk, inner, method, ret))
        return false;
    const struct lar_value_info *info = lar_draft_info(sk->draft, *ret);
    if (info->layout == LAR_LAYOUT_DENSE && info->shape.rank == 2 &&
        info->shape.dims[1] == (int64_t)n)
        return true;
    sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s answers %s, %zu values for each row are expected",
            sk_method_name(method), lar_shape_print(&info->shape, shape, sizeof shape), n);
    return sk_inner_fail(sk, inner);
}

bool sk_inner_frame(struct sk_context *sk, const struct sk_inner *inner, struct sk_frame *ret)
{
    *ret = inner->result.frame;
    if (inner->result.transforms)
        return true;
    sk_fail(sk, LAR_ERR_UNSUPPORTED, "it has no transform");
    return sk_inner_fail(sk, inner);
}

bool sk_inner_codes(struct sk_context *sk, const struct sk_inner *inner, lar_value *ret)
{
    if (!sk_inner_vector(sk, inner, SK_PREDICT, ret))
        return false;
    enum lar_type type = lar_draft_info(sk->draft, *ret)->type;
    if (type == LAR_TYPE_STRING || type == LAR_TYPE_F32 || type == LAR_TYPE_F64) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "predict answers %s, places of classes are expected",
                lar_type_name(type));
        return sk_inner_fail(sk, inner);
    }
    *ret = sk_cast(sk, *ret, LAR_TYPE_I64);
    return true;
}

bool sk_inner_reals(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                    lar_value *ret)
{
    if (!sk_inner_vector(sk, inner, method, ret))
        return false;
    if (lar_draft_info(sk->draft, *ret)->type == LAR_TYPE_STRING) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s answers text, numbers are expected",
                sk_method_name(method));
        return sk_inner_fail(sk, inner);
    }
    *ret = sk_cast(sk, *ret, LAR_TYPE_F64);
    return true;
}

bool sk_inner_score(struct sk_context *sk, const struct sk_inner *inner, lar_value *ret)
{
    lar_value matrix = LAR_NO_VALUE;
    if (sk_inner_has(inner, SK_DECISION_FUNCTION)) {
        if (!sk_inner_value(sk, inner, SK_DECISION_FUNCTION, &matrix))
            return false;
        if (lar_draft_info(sk->draft, matrix)->shape.rank == 1)
            return sk_inner_reals(sk, inner, SK_DECISION_FUNCTION, ret);
        if (!sk_inner_matrix(sk, inner, SK_DECISION_FUNCTION, 1, &matrix))
            return false;
        *ret = sk_as_vector(sk, matrix);
        return true;
    }
    if (!sk_inner_has(inner, SK_PREDICT_PROBA))
        return sk_inner_reals(sk, inner, SK_PREDICT, ret);
    if (!sk_inner_matrix(sk, inner, SK_PREDICT_PROBA, 2, &matrix))
        return false;
    *ret = sk_as_vector(sk, sk_columns(sk, matrix, 1, 1));
    return true;
}

/* The last step of a pipeline; NULL of anything else. */
static const struct pk_node *last_step(const struct pk_node *object)
{
    const struct pk_node *steps = pk_attribute(object, "steps");
    if (!steps || steps->kind != PK_LIST || steps->items.n == 0)
        return NULL;
    const struct pk_node *step = steps->items.data[steps->items.n - 1];
    return step->kind == PK_TUPLE && step->items.n == 2 ? step->items.data[1] : NULL;
}

const struct pk_node *sk_classes_node(const struct pk_node *object)
{
    static const char *const ways[] = {"label_binarizer_", "_label_binarizer", "best_estimator_",
                                       "estimator_", "estimator"};
    for (int depth = 0; object && depth < SK_DEPTH; depth++) {
        const struct pk_node *classes = pk_attribute(object, "classes_");
        if (classes)
            return classes;
        const struct pk_node *next = last_step(object);
        for (size_t i = 0; !next && i < sizeof ways / sizeof *ways; i++)
            next = pk_attribute(object, ways[i]);
        object = next;
    }
    return NULL;
}

/* Where the classes keep what reads their input. */
static const struct {
    const char *class, *attribute;
} insides[] = {{"CalibratedClassifierCV", "calibrated_classifiers_"},
               {"FixedThresholdClassifier", "estimator_"},
               {"FrozenEstimator", "estimator"},
               {"GridSearchCV", "best_estimator_"},
               {"HalvingGridSearchCV", "best_estimator_"},
               {"HalvingRandomSearchCV", "best_estimator_"},
               {"MultiOutputClassifier", "estimators_"},
               {"MultiOutputRegressor", "estimators_"},
               {"OneVsRestClassifier", "estimators_"},
               {"RandomizedSearchCV", "best_estimator_"},
               {"StackingClassifier", "estimators_"},
               {"StackingRegressor", "estimators_"},
               {"TransformedTargetRegressor", "regressor_"},
               {"TunedThresholdClassifierCV", "estimator_"},
               {"VotingClassifier", "estimators_"},
               {"VotingRegressor", "estimators_"},
               {"_CalibratedClassifier", "estimator"}};

const struct pk_node *sk_first_inner(const struct pk_node *object)
{
    for (size_t i = 0; i < sizeof insides / sizeof *insides; i++) {
        if (!pk_class_is(object, insides[i].class))
            continue;
        const struct pk_node *node = pk_attribute(object, insides[i].attribute);
        if (!node) /* the names of some releases */
            node = pk_attribute(object, "base_estimator");
        if (node && node->kind == PK_LIST)
            node = node->items.n ? node->items.data[0] : NULL;
        return node;
    }
    return NULL;
}

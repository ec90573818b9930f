/* sklearn.calibration: CalibratedClassifierCV: scores of fitted classifiers, each through what was
 * learnt of them, the mean of all.
 *
 * Tolerance: 1e-12 (1 + S), S the inner classifiers' scores; 1e-6 (1 + S) behind isotonic
 * calibration that was fitted on scores in float32.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

/* One calibrated classifier: what it scores, and whether its scores are probabilities. */
struct calibrated {
    const struct pk_node *object;
    struct sk_inner inner;
    lar_value scores; /* [rows, columns] */
    size_t columns;   /* 1, where there are two classes */
    bool proba;
};

/* The scores: decision_function, else predict_proba (of two classes the second). */
static bool read_scores(struct sk_context *sk, size_t n, struct calibrated *ret)
{
    const struct sk_inner *inner = &ret->inner;
    ret->columns = n == 2 ? 1 : n;
    ret->proba = !sk_inner_has(inner, SK_DECISION_FUNCTION);
    if (ret->proba && !sk_inner_has(inner, SK_PREDICT_PROBA)) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "it has neither decision_function nor predict_proba");
        return sk_inner_fail(sk, inner);
    }
    if (n == 2) {
        if (!sk_inner_score(sk, inner, &ret->scores))
            return false;
        ret->scores = sk_as_column(sk, ret->scores);
        return true;
    }
    return sk_inner_matrix(sk, inner, ret->proba ? SK_PREDICT_PROBA : SK_DECISION_FUNCTION, n,
                           &ret->scores);
}

/* -(a score + b), and the logistic function of that. */
static bool read_sigmoid(struct sk_context *sk, const struct pk_node *calibrator, lar_value score,
                         lar_value *ret)
{
    struct lar_draft *d = sk->draft;
    const struct pk_node *a = sk_fitted(sk, calibrator, "a_");
    const struct pk_node *b = a ? sk_fitted(sk, calibrator, "b_") : NULL;
    double slope, shift;
    if (!b)
        return false;
    if (!pk_get_f64(a, &slope) || !pk_get_f64(b, &shift))
        return sk_refuse_attribute(sk, a, "a_", "must be a number, as b_");
    lar_value line = lar_draft_apply(d, "Mul", 2, score, lar_draft_scalar_f64(d, slope));
    line = lar_draft_apply(d, "Add", 2, line, lar_draft_scalar_f64(d, shift));
    *ret = lar_draft_apply(d, "Sigmoid", 1, lar_draft_apply(d, "Neg", 1, line));
    return true;
}

/* Column I of the scores through calibrator I. */
static bool read_calibrator(struct sk_context *sk, const struct calibrated *c,
                            const struct pk_node *calibrator, const char *list, size_t i,
                            lar_value *ret)
{
    lar_value score = sk_as_vector(sk, sk_columns(sk, c->scores, i, 1));
    const struct pk_node *class = pk_class(calibrator);
    struct sk_inner isotonic;
    if (pk_is_global(class, "sklearn.calibration", "_SigmoidCalibration"))
        return read_sigmoid(sk, calibrator, score, ret) || sk_within(sk, list, i);
    struct sk_frame frame = sk_frame_of(sk, score);
    return sk_inner_at(sk, calibrator, list, i, &frame, &isotonic) &&
           sk_inner_vector(sk, &isotonic, SK_PREDICT, ret);
}

/* The calibrators, one for each column; releases before 0.24 call them calibrators_. */
static bool list_calibrators(struct sk_context *sk, const struct calibrated *c, const char **name,
                             struct pk_items *ret)
{
    *name = pk_attribute(c->object, "calibrators") ? "calibrators" : "calibrators_";
    const struct pk_node *node = sk_fitted(sk, c->object, *name);
    if (!node)
        return false;
    return (sk_items(sk, node, ret) && ret->n) ||
           sk_refuse_attribute(sk, node, *name, "must be a list of calibrators");
}

/* Probabilities of each class by itself, then in shares; equal ones where all are 0. */
static bool one_by_one(struct sk_context *sk, const struct calibrated *c,
                       const struct pk_node *classes, size_t n, lar_value *ret)
{
    const int64_t *places;
    size_t known = 0;
    struct pk_items calibrators;
    const char *list;
    struct lar_draft *d = sk->draft;
    const struct pk_node *own = sk_classes_node(c->inner.object);
    if (!own)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: has no classes_", c->inner.name);
    if (!sk_label_places(sk, own, classes, "classes_", &places, &known))
        return sk_inner_fail(sk, &c->inner);
    if (!list_calibrators(sk, c, &list, &calibrators))
        return false;
    if (known != n || calibrators.n != c->columns)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s: has %zu elements for %zu columns of scores, the estimator knows %zu of "
                       "%zu classes: only those that have seen all are supported",
                       list, calibrators.n, c->columns, known, n);
    lar_value *each = sk_alloc(sk, n, sizeof *each);
    for (size_t i = 0; each && i < calibrators.n; i++)
        if (!read_calibrator(sk, c, calibrators.data[i], list, i,
                             &each[n == 2 ? 1 : (size_t)places[i]]))
            return false;
    if (!each)
        return false;
    lar_value one = lar_draft_scalar_f64(d, 1);
    if (n == 2)
        each[0] = lar_draft_apply(d, "Sub", 2, one, each[1]);
    lar_value all = sk_side_by_side(sk, each, n);
    all = n == 2 ? all : sk_share(sk, all, n, true);
    *ret = lar_draft_apply(d, "Min", 2, all, one); /* what rounding made of 1 */
    return true;
}

/* One inverse temperature for all: softmax of the scores times it. Probabilities enter as their
 * logarithms, kept from infinity. */
static bool by_temperature(struct sk_context *sk, const struct calibrated *c, lar_value *ret)
{
    struct pk_items calibrators;
    struct lar_draft *d = sk->draft;
    const char *list;
    double beta;
    if (!list_calibrators(sk, c, &list, &calibrators))
        return false;
    const struct pk_node *node = sk_fitted(sk, calibrators.data[0], "beta_");
    if (!node || !pk_get_f64(node, &beta)) {
        if (node)
            sk_refuse_attribute(sk, node, "beta_", "must be a number");
        return sk_within(sk, list, 0);
    }
    lar_value logits = c->scores, other;
    if (c->columns == 1) {
        if (c->proba)
            other = lar_draft_apply(d, "Sub", 2, lar_draft_scalar_f64(d, 1), logits);
        else
            other = lar_draft_apply(d, "Neg", 1, logits);
        logits = sk_side_by_side(sk, (lar_value[]){other, logits}, 2);
    }
    if (c->proba)
        logits = lar_draft_apply(
            d, "Log", 1, lar_draft_apply(d, "Add", 2, logits, lar_draft_scalar_f64(d, 1e-12)));
    *ret = lar_draft_apply(d, "Softmax", 1,
                           lar_draft_apply(d, "Mul", 2, lar_draft_scalar_f64(d, beta), logits));
    return true;
}

/* Reads NODE, a _CalibratedClassifier; CLASSES are those of all, N of them. */
static bool read_calibrated(struct sk_context *sk, const struct pk_node *node,
                            const struct pk_node *classes, size_t n, const struct sk_frame *in,
                            lar_value *ret)
{
    struct calibrated c = {.object = node};
    const struct pk_node *method = pk_attribute(node, "method");
    const char *name = pk_attribute(node, "estimator") ? "estimator" : "base_estimator";
    if (!pk_is_global(pk_class(node), "sklearn.calibration", "_CalibratedClassifier"))
        return sk_refuse(sk, node);
    if (!sk_inner(sk, node, name, in, &c.inner) || !read_scores(sk, n, &c))
        return false;
    if (pk_text_equal(method, "temperature"))
        return by_temperature(sk, &c, ret);
    if (pk_text_equal(method, "sigmoid") || pk_text_equal(method, "isotonic"))
        return one_by_one(sk, &c, classes, n, ret);
    return sk_refuse_attribute(sk, method, "method", "must be sigmoid, isotonic or temperature");
}

bool sk_read_calibrated_classifier(struct sk_context *sk, const struct pk_node *object,
                                   const struct sk_frame *in, struct sk_result *ret)
{
    struct pk_items list;
    lar_value classes = LAR_NO_VALUE;
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "calibrated_classifiers_");
    const struct pk_node *labels = node ? sk_fitted(sk, object, "classes_") : NULL;
    if (!labels || !sk_labels(sk, labels, "classes_", &classes, &n))
        return false;
    if (n < 2)
        return sk_fail(sk, LAR_ERR_FORMAT, "classes_: has %zu element", n);
    if (!sk_items(sk, node, &list) || list.n == 0 || list.n > SK_ESTIMATORS)
        return sk_refuse_attribute(sk, node, "calibrated_classifiers_",
                                   "must be a list of calibrated classifiers");
    lar_value *each = sk_alloc(sk, list.n, sizeof *each);
    for (size_t i = 0; each && i < list.n; i++)
        if (!read_calibrated(sk, list.data[i], labels, n, in, &each[i]))
            return sk_within(sk, "calibrated_classifiers_", i);
    if (!each)
        return false;
    lar_value mean = sk_sum_of(sk, each, list.n, NULL, (double)list.n);
    return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, mean, classes), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA, mean, classes);
}

/* sklearn.multiclass: OneVsRestClassifier, OneVsOneClassifier, OutputCodeClassifier.
 *
 * Exact where the inner estimators are, but for OneVsOneClassifier's confidences (a product of ones
 * and minus ones: 1e-12 of their sum) and OutputCodeClassifier's distances, which decide only.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <float.h>
#include <string.h>

/* What stands for a class that all rows had, or none: y_ for every row. */
bool sk_read_constant_predictor(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers y;
    lar_value value = LAR_NO_VALUE;
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "y_");
    double *shares = sk_alloc(sk, 2, sizeof *shares);
    if (!node || !shares || !sk_numbers(sk, node, "y_", 0, 1, &y) ||
        !sk_labels(sk, node, "y_", &value, &n))
        return false;
    if (y.n != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "y_: has %zu elements, not 1", y.n);
    shares[0] = 1 - y.data[0];
    shares[1] = y.data[0];
    lar_value proba = sk_repeat(sk, in, lar_draft_f64(sk->draft, shares, LAR_SHAPE(2)));
    value = sk_as_vector(sk, sk_repeat(sk, in, value));
    return sk_answer(sk, ret, SK_PREDICT, value, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, value, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA, proba, LAR_NO_VALUE);
}

static bool is_constant(const struct sk_inner *inner)
{
    const struct sk_class *class = sk_class_of(inner->object);
    return class && strcmp(class->name, "_ConstantPredictor") == 0;
}

/* Binary estimators, one for each class or pair, and what is asked of them. */
struct binaries {
    struct sk_inner *inner;
    size_t n;
    lar_value *scores; /* [n] of each: a vector */
    lar_value classes;
    size_t n_classes;
    double threshold; /* above which a score means yes */
};

static bool read_binaries(struct sk_context *sk, const struct pk_node *object,
                          const struct pk_node *classes, const struct sk_frame *in,
                          struct binaries *ret)
{
    *ret = (struct binaries){.n = 0};
    if (!sk_labels(sk, classes, "classes_", &ret->classes, &ret->n_classes) ||
        !sk_inner_list(sk, object, "estimators_", in, &ret->inner, &ret->n) ||
        !(ret->scores = sk_alloc(sk, ret->n, sizeof *ret->scores)))
        return false;
    for (size_t i = 0; i < ret->n; i++)
        if (!sk_inner_score(sk, &ret->inner[i], &ret->scores[i]))
            return false;
    bool decides = sk_inner_has(&ret->inner[0], SK_DECISION_FUNCTION);
    ret->threshold = decides && !is_constant(&ret->inner[0]) ? 0 : 0.5;
    return true;
}

static lar_value above(struct sk_context *sk, lar_value scores, double threshold)
{
    lar_value yes = lar_draft_apply(sk->draft, "Greater", 2, scores,
                                    lar_draft_scalar_f64(sk->draft, threshold));
    return sk_cast(sk, yes, LAR_TYPE_I64);
}

/* Whether all have METHOD. */
static bool all_have(const struct binaries *b, enum sk_method method)
{
    bool all = true;
    for (size_t i = 0; i < b->n; i++)
        all &= sk_inner_has(&b->inner[i], method);
    return all;
}

/* Each class's probability; but for labels that exclude nothing, in shares. */
static bool add_proba(struct sk_context *sk, const struct pk_node *object, const struct binaries *b,
                      bool multilabel, struct sk_result *ret)
{
    static const int64_t axis[] = {1};
    lar_value *each = sk_alloc(sk, b->n, sizeof *each), value;
    struct lar_draft *d = sk->draft;
    for (size_t i = 0; each && i < b->n; i++) {
        if (!sk_inner_matrix(sk, &b->inner[i], SK_PREDICT_PROBA, 2, &value))
            return false;
        each[i] = sk_columns(sk, value, 1, 1);
    }
    if (!each)
        return false;
    lar_value all = sk_side_by_side(sk, each, b->n);
    if (b->n == 1) {
        lar_value other = lar_draft_apply(d, "Sub", 2, lar_draft_scalar_f64(d, 1), all);
        all = sk_side_by_side(sk, (lar_value[]){other, all}, 2);
    }
    if (!multilabel) {
        lar_value axes = lar_draft_i64(d, axis, LAR_SHAPE(1));
        lar_value sum = lar_draft_apply(d, "ReduceSum", 2, all, axes), one = LAR_NO_VALUE;
        if (sk_release(object) >= SK_RELEASE(1, 7)) { /* before: NaN where all are 0 */
            one = lar_draft_apply(d, "Equal", 2, sum, lar_draft_scalar_f64(d, 0));
            sum = lar_draft_apply(d, "Where", 3, one, lar_draft_scalar_f64(d, 1), sum);
        }
        all = lar_draft_apply(d, "Div", 2, all, sum);
    }
    return sk_answer(sk, ret, SK_PREDICT_PROBA, all, b->classes);
}

static bool add_decision(struct sk_context *sk, const struct binaries *b, struct sk_result *ret)
{
    lar_value *each = sk_alloc(sk, b->n, sizeof *each);
    if (!each)
        return false;
    if (b->n == 1)
        return sk_inner_value(sk, &b->inner[0], SK_DECISION_FUNCTION, each) &&
               sk_answer(sk, ret, SK_DECISION_FUNCTION, each[0], LAR_NO_VALUE);
    for (size_t i = 0; i < b->n; i++)
        each[i] = b->scores[i];
    return sk_answer(sk, ret, SK_DECISION_FUNCTION, sk_side_by_side(sk, each, b->n), b->classes);
}

/* Whether labels exclude each other, and that they are no sparse matrix. */
static bool read_binarizer(struct sk_context *sk, const struct pk_node *binarizer, bool *multilabel)
{
    const struct pk_node *type = sk_fitted(sk, binarizer, "y_type_");
    bool sparse;
    if (!type || !sk_get_flag(sk, binarizer, "sparse_input_", false, &sparse))
        return false;
    *multilabel = pk_text_equal(type, "multilabel-indicator");
    if (!*multilabel && !pk_text_equal(type, "multiclass") && !pk_text_equal(type, "binary"))
        return sk_refuse_attribute(sk, type, "y_type_",
                                   "must be binary, multiclass or multilabel-indicator");
    return !(*multilabel && sparse) ||
           sk_fail(sk, LAR_ERR_UNSUPPORTED,
                   "sparse_input_: labels in a sparse matrix are not supported");
}

/* OneVsRestClassifier: of equal scores the first class counts since release 1.8, before the last.
 */
bool sk_read_one_vs_rest(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, struct sk_result *ret)
{
    struct binaries b;
    bool multilabel = false, last = sk_release(object) < SK_RELEASE(1, 8);
    lar_value label;
    const struct pk_node *binarizer = sk_fitted(sk, object, "label_binarizer_");
    if (!binarizer)
        return false;
    if (!read_binarizer(sk, binarizer, &multilabel))
        return lar_error_within(sk->err, "label_binarizer_");
    const struct pk_node *classes = sk_fitted(sk, binarizer, "classes_");
    if (!classes || !read_binaries(sk, object, classes, in, &b))
        return false;
    bool binary = !multilabel && b.n == 1 && b.n_classes == 2;
    if (!binary && b.n != b.n_classes)
        return sk_fail(sk, LAR_ERR_FORMAT, "estimators_: has %zu elements for %zu classes", b.n,
                       b.n_classes);
    lar_value all = sk_side_by_side(sk, b.scores, b.n);
    if (multilabel)
        label = above(sk, all, b.threshold);
    else if (binary)
        label = sk_gather(sk, b.classes, above(sk, b.scores[0], b.threshold), 0);
    else
        label = sk_gather(sk, b.classes, sk_arg_max(sk, all, last), 0);
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) &&
           (!all_have(&b, SK_PREDICT_PROBA) || add_proba(sk, object, &b, multilabel, ret)) &&
           (!all_have(&b, SK_DECISION_FUNCTION) || add_decision(sk, &b, ret));
}

/* How often each class wins against another. */
static bool count_wins(struct sk_context *sk, const struct binaries *b, lar_value *ret)
{
    lar_value *winners = sk_alloc(sk, b->n, sizeof *winners), code;
    size_t k = 0;
    for (size_t i = 0; winners && i < b->n_classes; i++)
        for (size_t j = i + 1; j < b->n_classes; j++, k++) {
            int64_t *pair = sk_alloc(sk, 2, sizeof *pair);
            if (!pair || !sk_inner_codes(sk, &b->inner[k], &code))
                return false;
            pair[0] = (int64_t)i;
            pair[1] = (int64_t)j;
            winners[k] = sk_gather(sk, lar_draft_i64(sk->draft, pair, LAR_SHAPE(2)), code, 0);
        }
    if (!winners)
        return false;
    *ret = sk_votes(sk, winners, b->n, NULL, b->n_classes);
    return true;
}

/* How sure all are of each class: scores of the second of a pair count for it, against the first.
 */
static bool add_confidences(struct sk_context *sk, const struct binaries *b, lar_value *ret)
{
    double *signs = sk_alloc(sk, b->n * b->n_classes, sizeof *signs);
    size_t k = 0;
    for (size_t i = 0; signs && i < b->n_classes; i++)
        for (size_t j = i + 1; j < b->n_classes; j++, k++) {
            signs[k * b->n_classes + i] = -1;
            signs[k * b->n_classes + j] = 1;
        }
    if (!signs)
        return false;
    *ret = sk_product(sk, sk_side_by_side(sk, b->scores, b->n), signs, b->n, b->n_classes);
    return true;
}

/* Confidences so small that they only decide between equal numbers of wins. Releases before 0.22
 * made them so by the greatest of all rows that were asked together: here, by that of each row, as
 * those releases did with a row alone. */
static lar_value shrink(struct sk_context *sk, lar_value sums, bool old)
{
    static const int64_t axis[] = {1};
    struct lar_draft *d = sk->draft;
    lar_value size = lar_draft_apply(d, "Abs", 1, sums), zero = lar_draft_scalar_f64(d, 0);
    if (old) {
        lar_value most =
            lar_draft_apply(d, "ReduceMax", 2, size, lar_draft_i64(d, axis, LAR_SHAPE(1)));
        lar_value none = lar_draft_apply(d, "Equal", 2, most, zero);
        lar_value by =
            lar_draft_apply(d, "Div", 2, lar_draft_scalar_f64(d, 0.5 - DBL_EPSILON), most);
        return lar_draft_apply(d, "Mul", 2, sums, lar_draft_apply(d, "Where", 3, none, zero, by));
    }
    lar_value more = lar_draft_apply(d, "Add", 2, size, lar_draft_scalar_f64(d, 1));
    return lar_draft_apply(d, "Div", 2, sums,
                           lar_draft_apply(d, "Mul", 2, lar_draft_scalar_f64(d, 3), more));
}

static bool has_pairs(struct sk_context *sk, const struct pk_node *object, const struct binaries *b)
{
    if (sk_has(object, "pairwise_indices_"))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "pairwise_indices_: estimators of a precomputed kernel are not supported");
    if (b->n_classes < 2 || b->n != b->n_classes * (b->n_classes - 1) / 2)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "estimators_: has %zu elements for the pairs of %zu "
                       "classes",
                       b->n, b->n_classes);
    return true;
}

/* The threshold of two classes: releases before 1.2 compared with 0 also where the estimators only
 * give probabilities. */
static bool pair_threshold(struct sk_context *sk, const struct pk_node *object,
                           const struct binaries *b, double *ret)
{
    unsigned release = sk_release(object);
    *ret = release < SK_RELEASE(1, 2) ? 0 : b->threshold;
    if (release == SK_RELEASE(1, 1) && b->threshold != 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "estimators_: two classes without decision_function are not supported as "
                       "release 1.1 wrote them");
    return true;
}

bool sk_read_one_vs_one(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct sk_result *ret)
{
    struct binaries b;
    lar_value wins = LAR_NO_VALUE, sums = LAR_NO_VALUE, label;
    double threshold = 0;
    bool old = sk_release(object) < SK_RELEASE(0, 22);
    const struct pk_node *classes = sk_fitted(sk, object, "classes_");
    if (!classes || !read_binaries(sk, object, classes, in, &b) || !has_pairs(sk, object, &b) ||
        !pair_threshold(sk, object, &b, &threshold) || !count_wins(sk, &b, &wins) ||
        !add_confidences(sk, &b, &sums))
        return false;
    lar_value all = lar_draft_apply(sk->draft, "Add", 2, wins, shrink(sk, sums, old));
    bool two = b.n_classes == 2;
    if (two) {
        all = sk_as_vector(sk, sk_columns(sk, all, 1, 1));
        label = sk_gather(sk, b.classes, above(sk, all, threshold), 0);
    } else {
        label = sk_greatest(sk, all, b.classes);
    }
    if (old)
        sk_remark(sk, SK_SCALED_BY_BATCH);
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) &&
           (old || sk_answer(sk, ret, SK_DECISION_FUNCTION, all, two ? LAR_NO_VALUE : b.classes));
}

/* 2 c x for each class's code c, added one estimator after the other as BLAS does: scores are often
 * fractions of few votes, so that codes are equally near, and then the last bit decides. Codes are
 * 0, 1 or -1, and their products exact. */
static lar_value sum_codes(struct sk_context *sk, const struct binaries *b, const double *codes)
{
    lar_value sum = LAR_NO_VALUE;
    for (size_t j = 0; j < b->n; j++) {
        lar_value code =
            lar_draft_f64(sk->draft, codes + j * b->n_classes, LAR_SHAPE(1, (int64_t)b->n_classes));
        lar_value term = lar_draft_apply(sk->draft, "Mul", 2, sk_as_column(sk, b->scores[j]), code);
        sum = j ? lar_draft_apply(sk->draft, "Add", 2, sum, term) : term;
    }
    return sum;
}

/* OutputCodeClassifier: the class whose code is nearest to the scores: |c|^2 - 2 c x is least. */
bool sk_read_output_code(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, struct sk_result *ret)
{
    struct binaries b;
    struct sk_numbers book;
    struct sk_frame entering = *in;
    const struct pk_node *classes = sk_fitted(sk, object, "classes_");
    const struct pk_node *list = pk_attribute(object, "estimators_");
    if (list && sk_release(object) < SK_RELEASE(1, 0) &&
        !sk_inner_checked(sk, object, list, in, &entering))
        return false;
    if (!classes || !read_binaries(sk, object, classes, &entering, &b) ||
        !sk_get_numbers(sk, object, "code_book_", 2, 2, &book))
        return false;
    if (book.shape.dims[0] != (int64_t)b.n_classes || book.shape.dims[1] != (int64_t)b.n)
        return sk_fail(sk, LAR_ERR_FORMAT, "code_book_: is not of %zu classes and %zu estimators",
                       b.n_classes, b.n);
    double *codes = sk_alloc(sk, book.n, sizeof *codes);
    double *norms = sk_alloc(sk, b.n_classes, sizeof *norms);
    if (!codes || !norms)
        return false;
    for (size_t i = 0; i < b.n_classes; i++)
        for (size_t j = 0; j < b.n; j++) {
            double code = book.data[i * b.n + j];
            codes[j * b.n_classes + i] = 2 * code;
            norms[i] += code * code;
        }
    lar_value near =
        lar_draft_apply(sk->draft, "Sub", 2, sum_codes(sk, &b, codes),
                        lar_draft_f64(sk->draft, norms, LAR_SHAPE((int64_t)b.n_classes)));
    return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, near, b.classes), LAR_NO_VALUE);
}

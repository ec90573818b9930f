/* sklearn.discriminant_analysis: LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis.
 *
 * Tolerance: 1e-12 S, with S = sum |x_i w_i| + |b| for linear scores and projections; for quadratic
 * scores the sum of (sum |(x_i - m_i) w_i|)^2 over the axes, and the magnitudes of the logarithms.
 * Quadratic ones fitted on float32: 1e-6 S, for scikit-learn scales the axes and adds up the
 * logarithms in float32.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <float.h>
#include <math.h>

/* Releases before 0.21 took each class for itself. Since 0.24, what is 0 counts as the smallest
 * normal number where its logarithm is taken. */
static bool answer_lda_proba(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_scores *scores, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    unsigned release = sk_release(object);
    lar_value p = scores->binary || release < SK_RELEASE(0, 21)
                      ? sk_one_against_rest(sk, object, scores)
                      : lar_draft_apply(d, "Softmax", 1, scores->scores);
    if (release < SK_RELEASE(0, 24))
        return sk_answer_proba(sk, ret, p, scores->classes);
    lar_value zero = lar_draft_apply(d, "Equal", 2, p, lar_draft_scalar_f64(d, 0));
    lar_value above = lar_draft_apply(d, "Where", 3, zero, lar_draft_scalar_f64(d, DBL_MIN), p);
    return sk_answer(sk, ret, SK_PREDICT_PROBA, p, scores->classes) &&
           sk_answer(sk, ret, SK_PREDICT_LOG_PROBA, lar_draft_apply(d, "Log", 1, above),
                     scores->classes);
}

/* The first _max_components columns of scalings_ [n, k]. */
static bool lda_axes(struct sk_context *sk, const struct pk_node *object, struct sk_matrix *ret)
{
    struct sk_matrix all = {.data = NULL};
    size_t n;
    if (!sk_get_matrix(sk, object, "scalings_", 0, 0, &all) ||
        !sk_get_size(sk, object, "_max_components", all.columns, &n))
        return false;
    if (n == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "_max_components: is 0");
    *ret = all;
    if (n >= all.columns)
        return true;
    double *data = sk_alloc(sk, all.rows * n, sizeof *data);
    for (size_t i = 0; data && i < all.rows; i++)
        for (size_t j = 0; j < n; j++)
            data[i * n + j] = all.data[i * all.columns + j];
    ret->data = data;
    ret->columns = n;
    return data != NULL;
}

/* The solver svd centres, eigen does not, lsqr has no projection. */
static bool give_lda(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     struct sk_result *ret)
{
    struct sk_matrix axes = {.data = NULL};
    const double *mean;
    bool svd = sk_option_is(object, "solver", "svd", "svd");
    if (sk_option_is(object, "solver", "svd", "lsqr"))
        return true;
    if (!svd && !sk_option_is(object, "solver", "svd", "eigen"))
        return sk_refuse_attribute(sk, pk_attribute(object, "solver"), "solver",
                                   "must be svd, lsqr or eigen");
    if (!lda_axes(sk, object, &axes) ||
        (svd && !sk_get_vector(sk, object, "xbar_", axes.rows, &mean)))
        return false;
    lar_value x = sk_enter(sk, object, in, axes.rows, "scalings_", false);
    if (x == LAR_NO_VALUE)
        return false;
    if (svd)
        x = sk_with_vector(sk, "Sub", x, mean, axes.rows);
    return sk_give(sk, ret, sk_times(sk, x, &axes));
}

bool sk_read_lda(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret)
{
    struct sk_scores scores;
    return sk_linear_classifier(sk, object, in, &scores, ret) &&
           answer_lda_proba(sk, object, &scores, ret) && give_lda(sk, object, in, ret);
}

/* One class: its mean, its axes [n, k] and their variances [k]. */
struct quadric {
    const double *mean, *variances;
    struct sk_matrix axes;
};

/* The squared norm of X less the mean, along axes of which each is scaled by its deviation: [rows].
 * BIAS: the sum of the variances' logarithms. */
static lar_value quadric_norm(struct sk_context *sk, lar_value x, const struct quadric *q,
                              double *bias)
{
    size_t n = q->axes.rows, k = q->axes.columns;
    double *w = sk_alloc(sk, n * k, sizeof *w), sum = 0;
    if (!w)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < n * k; i++)
        w[i] = q->axes.data[i] * pow(q->variances[i % k], -0.5);
    for (size_t j = 0; j < k; j++)
        sum += log(q->variances[j]);
    *bias = sum;
    x = sk_times(sk, sk_with_vector(sk, "Sub", x, q->mean, n),
                 &(struct sk_matrix){.data = w, .rows = n, .columns = k});
    return sk_squared_norms(sk, x, k);
}

/* rotations_ and scalings_, one of each for each row of MEANS. */
static bool read_quadrics(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_matrix *means, struct quadric **ret)
{
    struct pk_items rotations, scalings;
    const struct pk_node *axes = sk_fitted(sk, object, "rotations_");
    const struct pk_node *sizes = axes ? sk_fitted(sk, object, "scalings_") : NULL;
    if (!sizes)
        return false;
    if (!sk_items(sk, axes, &rotations) || rotations.n != means->rows)
        return sk_refuse_attribute(sk, axes, "rotations_", "must be a list of an array a class");
    if (!sk_items(sk, sizes, &scalings) || scalings.n != means->rows)
        return sk_refuse_attribute(sk, sizes, "scalings_", "must be a list of an array a class");
    struct quadric *q = *ret = sk_alloc(sk, means->rows, sizeof *q);
    for (size_t i = 0; q && i < means->rows; i++) {
        struct sk_numbers variances;
        if (!sk_matrix(sk, rotations.data[i], "rotations_", means->columns, 0, &q[i].axes))
            return sk_within(sk, "rotations_", i);
        if (!sk_numbers(sk, scalings.data[i], "scalings_", 1, 1, &variances))
            return sk_within(sk, "scalings_", i);
        if (variances.n != q[i].axes.columns)
            return sk_fail(sk, LAR_ERR_FORMAT, "scalings_[%zu]: has %zu elements, not %zu", i,
                           variances.n, q[i].axes.columns);
        q[i].variances = variances.data;
        q[i].mean = means->data + i * means->columns;
    }
    return q != NULL;
}

/* -1/2 (norm + logarithms) + logarithm of the prior, for each class. */
static bool quadratic_scores(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, const struct sk_matrix *means,
                             lar_value *ret)
{
    const double *priors;
    struct quadric *q = NULL;
    size_t k = means->rows;
    if (!sk_get_vector(sk, object, "priors_", k, &priors) || !read_quadrics(sk, object, means, &q))
        return false;
    lar_value x = sk_enter(sk, object, in, means->columns, "means_", false);
    lar_value *norms = sk_alloc(sk, k, sizeof *norms);
    double *logs = sk_alloc(sk, k, sizeof *logs), *bias = sk_alloc(sk, k, sizeof *bias);
    if (x == LAR_NO_VALUE || !norms || !logs || !bias)
        return false;
    for (size_t i = 0; i < k; i++) {
        norms[i] = quadric_norm(sk, x, &q[i], &logs[i]);
        bias[i] = log(priors[i]);
    }
    lar_value scores = sk_with_vector(sk, "Add", sk_side_by_side(sk, norms, k), logs, k);
    *ret = sk_with_vector(sk, "Add", sk_with_number(sk, "Mul", scores, -0.5), bias, k);
    return lar_draft_ok(sk->draft, sk->err);
}

/* Until release 1.5 the logarithm was that of what underflows to 0. */
static bool answer_quadratic(struct sk_context *sk, const struct pk_node *object, lar_value scores,
                             lar_value classes, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    if (sk_release(object) < SK_RELEASE(1, 6))
        return sk_answer_proba(sk, ret, lar_draft_apply(d, "Softmax", 1, scores), classes);
    lar_value logarithm = sk_log_shares(sk, scores);
    return sk_answer(sk, ret, SK_PREDICT_PROBA, lar_draft_apply(d, "Exp", 1, logarithm), classes) &&
           sk_answer(sk, ret, SK_PREDICT_LOG_PROBA, logarithm, classes);
}

bool sk_read_qda(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret)
{
    struct sk_matrix means;
    lar_value classes, scores, decision;
    size_t k;
    const struct pk_node *labels = sk_fitted(sk, object, "classes_");
    if (!labels || !sk_labels(sk, labels, "classes_", &classes, &k) ||
        !sk_get_matrix(sk, object, "means_", k, 0, &means) ||
        !quadratic_scores(sk, object, in, &means, &scores))
        return false;
    decision = scores;
    if (k == 2)
        decision =
            sk_as_vector(sk, lar_draft_apply(sk->draft, "Sub", 2, sk_columns(sk, scores, 1, 1),
                                             sk_columns(sk, scores, 0, 1)));
    return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, scores, classes), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, decision, k == 2 ? LAR_NO_VALUE : classes) &&
           answer_quadratic(sk, object, scores, classes, ret);
}

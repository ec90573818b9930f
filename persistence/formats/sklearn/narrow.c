/* float32 that enters an estimator; see narrow.h.
 *
 * scikit-learn computes in float32 where the rows and what was fitted are of it, and in float64
 * else. The first depends on the CPU in its last digits: we compute in float64 and round what comes
 * out, within 1e-6 of the scale. Classes that compare in between (bins, centroids; neighbors.c says
 * which neighbours are found), or whose float32 loses more than that (kernels, powers, quantiles to
 * a normal distribution, quadrics of columns that depend on each other), have no row: they refuse
 * float32.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/narrow.h"
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

enum {
    PREDICT = 1 << SK_PREDICT,
    PROBA = 1 << SK_PREDICT_PROBA | 1 << SK_PREDICT_LOG_PROBA,
    SCORES = PROBA | 1 << SK_DECISION_FUNCTION,
    DENSITY = PROBA | 1 << SK_SCORE_SAMPLES,
    TRANSFORM = 1 << SK_TRANSFORM,
    INSIDE = 1 << SK_METHODS, /* what is computed on the way to float64 */
};

/* A reader's methods in float32, where ATTRIBUTE is; NULL: always. */
static const struct {
    bool (*read)(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret);
    const char *attribute;
    unsigned methods;
} rules[] = {
    {sk_read_binarizer, NULL, TRANSFORM},
    {sk_read_bayesian_mixture, NULL, INSIDE},
    {sk_read_bayesian_mixture, "means_", DENSITY},
    {sk_read_bernoulli_nb, NULL, 0},
    {sk_read_complement_nb, NULL, 0},
    {sk_read_fast_ica, NULL, INSIDE},
    {sk_read_fast_ica, "components_", TRANSFORM},
    {sk_read_gaussian_mixture, NULL, INSIDE},
    {sk_read_gaussian_mixture, "means_", DENSITY},
    {sk_read_gaussian_nb, "theta_", PROBA},
    {sk_read_factor_analysis, NULL, 0},
    {sk_read_incremental_pca, "components_", TRANSFORM},
    {sk_read_k_neighbors_classifier, NULL, 0},
    {sk_read_k_neighbors_regressor, NULL, 0},
    {sk_read_k_means, "cluster_centers_", TRANSFORM},
    {sk_read_lda, "coef_", SCORES},
    {sk_read_lda, "scalings_", TRANSFORM},
    {sk_read_lda, "xbar_", INSIDE},
    {sk_read_linear_classifier, "coef_", SCORES},
    {sk_read_linear_regressor, "coef_", PREDICT},
    {sk_read_log_regressor, "coef_", PREDICT},
    {sk_read_logistic_regression, "coef_", SCORES},
    {sk_read_max_abs_scaler, NULL, TRANSFORM},
    {sk_read_min_max_scaler, NULL, TRANSFORM},
    {sk_read_mlp_classifier, "coefs_", PROBA},
    {sk_read_mlp_regressor, "coefs_", PREDICT},
    {sk_read_multinomial_nb, NULL, 0},
    {sk_read_nearest_neighbors, NULL, 0},
    {sk_read_normalizer, NULL, TRANSFORM},
    {sk_read_pca, "components_", TRANSFORM},
    {sk_read_polynomial_features, NULL, TRANSFORM},
    {sk_read_ridge_classifier, "coef_", SCORES},
    {sk_read_robust_scaler, NULL, TRANSFORM},
    {sk_read_sgd_classifier, "coef_", SCORES},
    {sk_read_sgd_regressor, "coef_", INSIDE},
    {sk_read_sgd_regressor, "intercept_", PREDICT},
    {sk_read_sparse_pca, NULL, INSIDE},
    {sk_read_sparse_pca, "components_", TRANSFORM},
    {sk_read_standard_scaler, NULL, TRANSFORM},
    {sk_read_truncated_svd, "components_", TRANSFORM},
    {sk_read_tweedie_regressor, "coef_", PREDICT},
};

/* Whether NODE is an array of float32, or a list that begins with one. */
static bool is_float32(struct sk_context *sk, const struct pk_node *node)
{
    struct pk_items items;
    struct np_array array;
    struct lar_error ignored = {0};
    if (node && !np_is_array(node) && sk_items(sk, node, &items) && items.n)
        node = items.data[0];
    return node && np_is_array(node) && np_array(&array, node, sk->arena, &ignored) &&
           array.dtype->kind == 'f' && array.dtype->itemsize == 4;
}

void sk_narrow_enter(struct sk_context *sk, const struct sk_class *row,
                     const struct pk_node *object, const struct sk_frame *in, struct sk_narrow *ret)
{
    bool known = false;
    *ret = (struct sk_narrow){.in = in};
    if (in->matrix == LAR_NO_VALUE || lar_draft_info(sk->draft, in->matrix)->type != LAR_TYPE_F32)
        return;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const char *attribute = rules[i].attribute;
        if (rules[i].read != row->read)
            continue;
        known = true;
        if (!attribute || is_float32(sk, pk_attribute(object, attribute)))
            ret->rounded |= rules[i].methods;
    }
    if (!known)
        return;
    sk->narrowed |= ret->rounded != 0;
    ret->wide = *in;
    ret->wide.matrix = sk_cast(sk, in->matrix, LAR_TYPE_F64);
    ret->wide.type = LAR_TYPE_F32;
    ret->in = &ret->wide;
}

static lar_value rounded(struct sk_context *sk, lar_value value)
{
    bool wide = lar_draft_info(sk->draft, value)->type == LAR_TYPE_F64;
    return wide ? sk_cast(sk, value, LAR_TYPE_F32) : value; /* not labels */
}

void sk_narrow_leave(struct sk_context *sk, const struct sk_narrow *narrow, struct sk_result *ret)
{
    for (enum sk_method m = 0; m < SK_METHODS; m++) {
        struct sk_answer *answer = &ret->answers[m];
        struct sk_output *outputs;
        if (!(narrow->rounded & 1u << m) || !answer->n ||
            !(outputs = sk_alloc(sk, answer->n, sizeof *outputs)))
            continue;
        for (size_t i = 0; i < answer->n; i++) {
            outputs[i] = answer->outputs[i];
            outputs[i].value = rounded(sk, outputs[i].value);
        }
        answer->outputs = outputs;
    }
    if (narrow->rounded & TRANSFORM && ret->transforms && ret->frame.matrix != LAR_NO_VALUE)
        ret->frame = sk_frame_of(sk, rounded(sk, ret->frame.matrix));
}

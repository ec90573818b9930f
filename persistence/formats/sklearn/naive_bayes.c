/* sklearn.naive_bayes: GaussianNB, MultinomialNB, ComplementNB, BernoulliNB, CategoricalNB.
 *
 * Each has a joint log likelihood for each class; predict takes the greatest, predict_log_proba
 * subtracts the logarithm of the sum of their exponentials.
 *
 * Tolerance: 1e-12 (1 + S), S = sum |x_i w_i| + |b|: products, logarithms. BernoulliNB keeps only
 * log p of a feature; log(1 - p) is computed from it at load, as scikit-learn does at each call.
 * GaussianNB fitted on float32: 1e-6 (1 + S), for scikit-learn adds up the logarithms of its
 * variances in float32.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

static bool answer_joint(struct sk_context *sk, lar_value joint, lar_value classes,
                         struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    lar_value logarithm = sk_log_shares(sk, joint);
    return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, joint, classes), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA, lar_draft_apply(d, "Exp", 1, logarithm), classes) &&
           sk_answer(sk, ret, SK_PREDICT_LOG_PROBA, logarithm, classes);
}

/* The labels, K of them as the arrays say. */
static bool classes_of(struct sk_context *sk, const struct pk_node *object, size_t k,
                       const char *array, lar_value *ret)
{
    size_t n;
    const struct pk_node *node = sk_fitted(sk, object, "classes_");
    if (!node || !sk_labels(sk, node, "classes_", ret, &n))
        return false;
    return n == k ||
           sk_fail(sk, LAR_ERR_FORMAT, "classes_: has %zu classes, %s has %zu rows", n, array, k);
}

/* The variances are called sigma_ until release 0.24, var_ since. */
bool sk_read_gaussian_nb(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_matrix means, variances;
    lar_value classes;
    const double *prior;
    const char *name = sk_has(object, "var_") ? "var_" : "sigma_";
    if (!sk_get_matrix(sk, object, "theta_", 0, 0, &means) ||
        !sk_get_matrix(sk, object, name, means.rows, means.columns, &variances) ||
        !sk_get_vector(sk, object, "class_prior_", means.rows, &prior) ||
        !classes_of(sk, object, means.rows, "theta_", &classes))
        return false;
    size_t k = means.rows, n = means.columns;
    lar_value x = sk_enter(sk, object, in, n, "theta_", false);
    double *bias = sk_alloc(sk, k, sizeof *bias);
    if (x == LAR_NO_VALUE || !bias)
        return false;
    for (size_t i = 0; i < k; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += log(2 * 3.14159265358979323846 * variances.data[i * n + j]);
        bias[i] = log(prior[i]) - 0.5 * sum;
    }
    lar_value distances = sk_scaled_distances(sk, x, means.data, variances.data, k, n);
    lar_value joint =
        sk_with_vector(sk, "Add", sk_with_number(sk, "Mul", distances, -0.5), bias, k);
    return answer_joint(sk, joint, classes, ret);
}

/* What the models of counts share. */
struct counts {
    struct sk_matrix weights; /* feature_log_prob_ */
    const double *prior;
    lar_value classes, x;
};

static bool read_counts(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct counts *ret)
{
    if (!sk_get_matrix(sk, object, "feature_log_prob_", 0, 0, &ret->weights) ||
        !sk_get_vector(sk, object, "class_log_prior_", ret->weights.rows, &ret->prior) ||
        !classes_of(sk, object, ret->weights.rows, "feature_log_prob_", &ret->classes))
        return false;
    ret->x = sk_enter(sk, object, in, ret->weights.columns, "feature_log_prob_", true);
    return ret->x != LAR_NO_VALUE;
}

bool sk_read_multinomial_nb(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct counts c;
    if (!read_counts(sk, object, in, &c))
        return false;
    return answer_joint(sk, sk_affine_transposed(sk, c.x, &c.weights, c.prior), c.classes, ret);
}

/* ComplementNB: the prior counts only where there is but one class. */
bool sk_read_complement_nb(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    struct counts c;
    if (!read_counts(sk, object, in, &c))
        return false;
    lar_value joint = sk_times_transposed(sk, c.x, &c.weights);
    if (c.weights.rows == 1)
        joint = sk_with_vector(sk, "Add", joint, c.prior, 1);
    return answer_joint(sk, joint, c.classes, ret);
}

/* 1 where X is above the threshold binarize, else 0; as it is where that is None. */
static bool binarized(struct sk_context *sk, const struct pk_node *object, bool float32,
                      lar_value *x)
{
    double threshold = 0;
    struct lar_draft *d = sk->draft;
    const struct pk_node *node = pk_attribute(object, "binarize");
    if (node && node->kind == PK_NONE)
        return true;
    if (node && !pk_get_f64(node, &threshold))
        return sk_refuse_attribute(sk, node, "binarize", "must be a number or None");
    if (float32) /* NumPy compares in what enters */
        threshold = (double)(float)threshold;
    if (threshold < 0 && sk_is_sparse(sk, *x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "binarize: must not be below 0 where a sparse matrix enters");
    *x = lar_draft_node(
        d, &(struct lar_node_args){.op = "larder.Binarize",
                                   .inputs = x,
                                   .n_inputs = 1,
                                   .params = {{"threshold", lar_draft_scalar_f64(d, threshold)}}});
    return true;
}

bool sk_read_bernoulli_nb(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_frame *in, struct sk_result *ret)
{
    struct counts c;
    if (!read_counts(sk, object, in, &c) || !binarized(sk, object, in->type == LAR_TYPE_F32, &c.x))
        return false;
    size_t k = c.weights.rows, n = c.weights.columns;
    double *weights = sk_alloc(sk, k * n, sizeof *weights), *bias = sk_alloc(sk, k, sizeof *bias);
    if (!weights || !bias)
        return false;
    for (size_t i = 0; i < k; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) {
            double present = c.weights.data[i * n + j], absent = log(1 - exp(present));
            weights[i * n + j] = present - absent;
            sum += absent;
        }
        bias[i] = c.prior[i] + sum;
    }
    c.weights.data = weights;
    return answer_joint(sk, sk_affine_transposed(sk, c.x, &c.weights, bias), c.classes, ret);
}

/* CategoricalNB's tables, one for each column, [classes, categories]: turned and one after the
 * other, [all categories, classes]. */
static bool read_tables(struct sk_context *sk, const struct pk_items *tables, size_t k,
                        int64_t *ends, const double **ret)
{
    struct sk_matrix *all = sk_alloc(sk, tables->n, sizeof *all);
    int64_t end = 0;
    for (size_t t = 0; all && t < tables->n; t++) {
        if (!sk_matrix(sk, tables->data[t], "feature_log_prob_", k, 0, &all[t]))
            return sk_within(sk, "feature_log_prob_", t);
        ends[t] = end += (int64_t)all[t].columns;
    }
    double *to = all ? sk_alloc(sk, (size_t)end * k, sizeof *to) : NULL;
    *ret = to;
    for (size_t t = 0; to && t < tables->n; t++)
        for (size_t j = 0; j < all[t].columns; j++)
            for (size_t i = 0; i < k; i++)
                *to++ = all[t].data[i * all[t].columns + j];
    return *ret != NULL;
}

bool sk_read_categorical_nb(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct pk_items tables;
    struct sk_numbers prior;
    struct lar_draft *d = sk->draft;
    lar_value classes;
    const double *table = NULL;
    const struct pk_node *list = sk_fitted(sk, object, "feature_log_prob_");
    if (!list || !sk_get_numbers(sk, object, "class_log_prior_", 1, 1, &prior) ||
        !classes_of(sk, object, prior.n, "class_log_prior_", &classes))
        return false;
    if (!sk_items(sk, list, &tables) || tables.n == 0)
        return sk_refuse_attribute(sk, list, "feature_log_prob_", "must be a list of arrays");
    int64_t *ends = sk_alloc(sk, tables.n, sizeof *ends);
    if (!ends || !read_tables(sk, &tables, prior.n, ends, &table))
        return false;
    lar_value x = sk_enter(sk, object, in, tables.n, "feature_log_prob_", false);
    if (x == LAR_NO_VALUE)
        return false;
    struct lar_shape shape = LAR_SHAPE(ends[tables.n - 1], (int64_t)prior.n);
    lar_value joint = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.CategorySums",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"ends", lar_draft_i64(d, ends, LAR_SHAPE((int64_t)tables.n))},
                          {"table", lar_draft_f64(d, table, shape)}},
           });
    return answer_joint(sk, sk_with_vector(sk, "Add", joint, prior.data, prior.n), classes, ret);
}

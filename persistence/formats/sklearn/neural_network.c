/* sklearn.neural_network: MLPClassifier, MLPRegressor, BernoulliRBM.
 *
 * A network fitted on float32 keeps its weights so, but float64 rows are not narrowed: scikit-learn
 * then computes in float64, as here.
 *
 * Tolerance: 1e-12 S, with S what the products of the magnitudes of rows and weights add up to,
 * layer by layer (no activation is steeper than 1); behind an exponential, times its result.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <assert.h>
#include <float.h>

/* The activation that the text NODE, option NAME, calls for: in the layer, or by an operator after
 * it. Relu in releases before 0.24 also brought infinity down to the largest number. */
struct function {
    const char *name;
    enum sk_activation activation;
    const char *op;
};

static bool find_function(struct sk_context *sk, const struct pk_node *object, const char *name,
                          const struct function **ret)
{
    static const struct function functions[] = {
        {"identity", SK_LINEAR, NULL},     {"relu", SK_RELU, NULL},
        {"tanh", SK_TANH, NULL},           {"logistic", SK_LOGISTIC, NULL},
        {"softmax", SK_LINEAR, "Softmax"}, {"exp", SK_LINEAR, "Exp"}};
    const struct pk_node *node = pk_attribute(object, name);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (pk_text_equal(node, functions[i].name)) {
            *ret = &functions[i];
            return true;
        }
    return sk_refuse_attribute(sk, node, name, "must name an activation");
}

static lar_value add_layer(struct sk_context *sk, const struct pk_node *object, lar_value x,
                           const struct sk_matrix *weights, const double *bias,
                           const struct function *function)
{
    struct lar_draft *d = sk->draft;
    x = sk_layer(sk, x, weights, bias, function->activation);
    if (function->op)
        x = lar_draft_apply(d, function->op, 1, x);
    if (function->activation == SK_RELU && sk_release(object) < SK_RELEASE(0, 24))
        x = lar_draft_apply(d, "Clip", 3, x, lar_draft_scalar_f64(d, 0),
                            lar_draft_scalar_f64(d, DBL_MAX));
    return x;
}

/* The lists coefs_ and intercepts_, one of each for each layer but the first. */
static bool read_lists(struct sk_context *sk, const struct pk_node *object, struct pk_items *coefs,
                       struct pk_items *intercepts)
{
    size_t layers;
    const struct pk_node *list = sk_fitted(sk, object, "coefs_");
    const struct pk_node *biases = list ? sk_fitted(sk, object, "intercepts_") : NULL;
    if (!biases)
        return false;
    if (!sk_items(sk, list, coefs) || coefs->n == 0)
        return sk_refuse_attribute(sk, list, "coefs_", "must be a list of arrays");
    if (!sk_items(sk, biases, intercepts) || intercepts->n != coefs->n)
        return sk_refuse_attribute(sk, biases, "intercepts_",
                                   "must be a list of as many arrays as coefs_");
    if (!sk_get_size(sk, object, "n_layers_", coefs->n + 1, &layers))
        return false;
    return layers == coefs->n + 1 ||
           sk_fail(sk, LAR_ERR_FORMAT, "n_layers_: is %zu, coefs_ has %zu arrays", layers,
                   coefs->n);
}

/* What comes out of the last layer, [rows, n]. */
static bool forward(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                    lar_value *ret, size_t *ret_n)
{
    struct pk_items coefs = {.n = 0}, intercepts = {.n = 0};
    lar_value x = LAR_NO_VALUE;
    size_t width = 0;
    if (!read_lists(sk, object, &coefs, &intercepts))
        return false;
    assert(coefs.data && intercepts.data);
    for (size_t i = 0; i < coefs.n; i++) {
        struct sk_matrix weights;
        struct sk_numbers bias;
        if (!sk_matrix(sk, coefs.data[i], "coefs_", width, 0, &weights))
            return sk_within(sk, "coefs_", i);
        if (!sk_numbers(sk, intercepts.data[i], "intercepts_", 1, 1, &bias))
            return sk_within(sk, "intercepts_", i);
        if (bias.n != weights.columns)
            return sk_fail(sk, LAR_ERR_FORMAT, "intercepts_[%zu]: has %zu elements, not %zu", i,
                           bias.n, weights.columns);
        if (i == 0 && (x = sk_enter(sk, object, in, weights.rows, "coefs_", true)) == LAR_NO_VALUE)
            return false;
        const struct function *function = NULL;
        if (!find_function(sk, object, i + 1 < coefs.n ? "activation" : "out_activation_",
                           &function))
            return false;
        x = add_layer(sk, object, x, &weights, bias.data, function);
        width = weights.columns;
    }
    *ret = x;
    *ret_n = width;
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_read_mlp_regressor(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    lar_value y = LAR_NO_VALUE;
    size_t n = 0;
    if (!forward(sk, object, in, &y, &n))
        return false;
    return sk_answer(sk, ret, SK_PREDICT, n == 1 ? sk_as_vector(sk, y) : y, LAR_NO_VALUE);
}

/* The probability of the second of two classes: [1 - p, p], and the label by p > 1/2. */
static bool answer_binary(struct sk_context *sk, lar_value p, lar_value classes,
                          struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    p = sk_as_vector(sk, p);
    lar_value other = lar_draft_apply(d, "Sub", 2, lar_draft_scalar_f64(d, 1), p);
    lar_value above = lar_draft_apply(d, "Greater", 2, p, lar_draft_scalar_f64(d, 0.5));
    lar_value label = sk_gather(sk, classes, sk_cast(sk, above, LAR_TYPE_I64), 0);
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) &&
           sk_answer_proba(sk, ret, sk_side_by_side(sk, (lar_value[]){other, p}, 2), classes);
}

/* MLPClassifier: how labels follow from probabilities is its LabelBinarizer's matter. */
bool sk_read_mlp_classifier(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    lar_value y = LAR_NO_VALUE, classes = LAR_NO_VALUE;
    size_t n = 0, n_classes = 0;
    bool sparse;
    const struct pk_node *binarizer = sk_fitted(sk, object, "_label_binarizer");
    const struct pk_node *labels = binarizer ? sk_fitted(sk, binarizer, "classes_") : NULL;
    if (!labels || !sk_labels(sk, labels, "_label_binarizer.classes_", &classes, &n_classes) ||
        !sk_get_flag(sk, binarizer, "sparse_input_", false, &sparse) ||
        !forward(sk, object, in, &y, &n))
        return false;
    const struct pk_node *type = pk_attribute(binarizer, "y_type_");
    bool binary = pk_text_equal(type, "binary");
    if (binary ? n != 1 || n_classes > 2 : n != n_classes)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "_label_binarizer.classes_: has %zu classes, coefs_ end with %zu columns",
                       n_classes, n);
    if (binary && n_classes == 2)
        return answer_binary(sk, y, classes, ret);
    if (pk_text_equal(type, "multiclass"))
        return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, y, classes), LAR_NO_VALUE) &&
               sk_answer_proba(sk, ret, y, classes);
    if (!pk_text_equal(type, "multilabel-indicator"))
        return sk_refuse_attribute(sk, type, "_label_binarizer.y_type_",
                                   "must be binary (of two classes), multiclass or "
                                   "multilabel-indicator");
    if (sparse)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "_label_binarizer.sparse_input_: labels in a sparse matrix are not "
                       "supported");
    lar_value above = lar_draft_apply(d, "Greater", 2, y, lar_draft_scalar_f64(d, 0.5));
    return sk_answer(sk, ret, SK_PREDICT, sk_cast(sk, above, LAR_TYPE_I64), LAR_NO_VALUE) &&
           sk_answer_proba(sk, ret, y, classes);
}

/* BernoulliRBM: the probability of each hidden unit. */
bool sk_read_bernoulli_rbm(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_matrix components;
    const double *bias;
    if (!sk_get_matrix(sk, object, "components_", 0, 0, &components) ||
        !sk_get_vector(sk, object, "intercept_hidden_", components.rows, &bias))
        return false;
    lar_value x = sk_enter(sk, object, in, components.columns, "components_", true);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_affine_transposed(sk, x, &components, bias);
    return sk_give(sk, ret, lar_draft_apply(sk->draft, "Sigmoid", 1, x));
}

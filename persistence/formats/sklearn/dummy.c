/* sklearn.dummy: DummyClassifier, DummyRegressor: the same answer to every row.
 *
 * Exact. The strategies stratified and uniform answer at random, and are refused.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

/* One target: its classes, how probable each is, which is answered and as what. */
struct guess {
    lar_value classes, label; /* label: a constant with one element */
    double *shares;           /* [n] */
    size_t n, place;
};

/* The option `constant` (element I of N), in the type that NumPy gives it. */
static bool read_constant(struct sk_context *sk, const struct pk_node *object, size_t i, size_t n,
                          lar_value *ret)
{
    struct pk_items items;
    size_t count;
    const struct pk_node *node = pk_attribute(object, "constant");
    if (np_is_array(node)) {
        lar_value all;
        if (!sk_labels(sk, node, "constant", &all, &count))
            return false;
        *ret = sk_label_element(sk, all, i);
        return count == n ||
               sk_fail(sk, LAR_ERR_FORMAT, "constant: has %zu elements, not %zu", count, n);
    }
    if (sk_items(sk, node, &items) && items.n == n)
        node = items.data[i];
    return sk_label_constant(sk, node, "constant", ret);
}

/* Target I of N: labels and priors as the attributes have them. */
static bool read_guess(struct sk_context *sk, const struct pk_node *object,
                       const struct pk_node *classes, const struct pk_node *priors, size_t i,
                       size_t n, struct guess *ret)
{
    struct sk_numbers prior;
    bool most = sk_option_is(object, "strategy", "", "most_frequent");
    bool shares = sk_option_is(object, "strategy", "", "prior");
    if (!sk_labels(sk, classes, "classes_", &ret->classes, &ret->n) ||
        !sk_numbers(sk, priors, "class_prior_", 1, 1, &prior))
        return false;
    if (prior.n != ret->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "class_prior_: has %zu elements for %zu classes",
                       prior.n, ret->n);
    ret->place = 0;
    for (size_t k = 1; k < ret->n; k++)
        ret->place = prior.data[k] > prior.data[ret->place] ? k : ret->place;
    if (most || shares)
        ret->label = sk_label_element(sk, ret->classes, ret->place);
    else if (!read_constant(sk, object, i, n, &ret->label) ||
             !sk_label_find(sk, ret->classes, ret->label, "constant", &ret->place))
        return false;
    if (!(ret->shares = sk_alloc(sk, ret->n, sizeof *ret->shares)))
        return false;
    ret->shares[ret->place] = 1;
    if (shares)
        memcpy(ret->shares, prior.data, ret->n * sizeof *ret->shares);
    return true;
}

/* Adds the probabilities of one target. */
static bool add_shares(struct sk_context *sk, const struct sk_frame *in, const struct guess *guess,
                       struct sk_result *ret)
{
    lar_value row = lar_draft_f64(sk->draft, guess->shares, LAR_SHAPE((int64_t)guess->n));
    return sk_answer_proba(sk, ret, sk_repeat(sk, in, row), guess->classes);
}

bool sk_read_dummy_classifier(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct pk_items classes = {.n = 0}, priors = {.n = 0};
    const struct pk_node *node = sk_fitted(sk, object, "classes_");
    const struct pk_node *prior = node ? sk_fitted(sk, object, "class_prior_") : NULL;
    const struct pk_node *strategy = pk_attribute(object, "strategy");
    bool sparse;
    if (!prior || !sk_frame_expect_fitted(sk, object, in) ||
        !sk_get_flag(sk, object, "sparse_output_", false, &sparse))
        return false;
    if (!pk_text_equal(strategy, "most_frequent") && !pk_text_equal(strategy, "prior") &&
        !pk_text_equal(strategy, "constant"))
        return sk_refuse_attribute(sk, strategy, "strategy",
                                   "must be most_frequent, prior or constant (the others answer at "
                                   "random)");
    if (sparse)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "sparse_output_: sparse labels are not supported");
    bool several = node->kind == PK_LIST;
    classes = (struct pk_items){.data = &node, .n = 1};
    priors = (struct pk_items){.data = &prior, .n = 1};
    if (several && (!sk_items(sk, node, &classes) || !sk_items(sk, prior, &priors) ||
                    classes.n != priors.n || classes.n == 0 || classes.n > 4096))
        return sk_refuse_attribute(sk, prior, "class_prior_", "must be a list as long as classes_");
    lar_value *labels = sk_alloc(sk, classes.n, sizeof *labels);
    for (size_t i = 0; labels && i < classes.n; i++) {
        struct guess guess;
        if (!read_guess(sk, object, classes.data[i], priors.data[i], i, classes.n, &guess) ||
            !add_shares(sk, in, &guess, ret))
            return false;
        labels[i] = sk_repeat(sk, in, guess.label);
    }
    if (!labels)
        return false;
    ret->answers[SK_PREDICT_PROBA].several = several;
    ret->answers[SK_PREDICT_LOG_PROBA].several = several;
    lar_value all = several ? sk_side_by_side(sk, labels, classes.n) : sk_as_vector(sk, labels[0]);
    return sk_answer(sk, ret, SK_PREDICT, all, LAR_NO_VALUE);
}

bool sk_read_dummy_regressor(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct np_array array;
    size_t n;
    bool several = false;
    struct lar_tensor *t = sk_alloc(sk, 1, sizeof *t);
    const struct pk_node *node = sk_fitted(sk, object, "constant_");
    if (!t || !node || !sk_frame_expect_fitted(sk, object, in) ||
        !sk_get_size(sk, object, "n_outputs_", 1, &n) ||
        !sk_get_flag(sk, object, "output_2d_", n > 1, &several))
        return false;
    if (np_is_array(node)) {
        if (!np_array(&array, node, sk->arena, sk->err) ||
            !np_to_tensor(t, &array, sk->arena, sk->err))
            return lar_error_within(sk->err, "constant_");
    } else if (!np_scalar(&array, node, sk->arena) ||
               !np_to_tensor(t, &array, sk->arena, sk->err)) {
        return sk_refuse_attribute(sk, node, "constant_", "must be an array");
    }
    if (t->type == LAR_TYPE_STRING || lar_tensor_count(t) != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "constant_: must hold %zu numbers", n);
    t->shape = LAR_SHAPE((int64_t)n);
    lar_value all = sk_repeat(sk, in, lar_draft_constant(sk->draft, t));
    return sk_answer(sk, ret, SK_PREDICT, several ? all : sk_as_vector(sk, all), LAR_NO_VALUE);
}

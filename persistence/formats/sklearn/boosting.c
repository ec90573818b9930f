/* sklearn.ensemble: GradientBoostingClassifier, GradientBoostingRegressor.
 *
 * A regressor's answers are exact: the leaves, each times the learning rate, are added to what
 * init_ says in the order of the trees. A classifier begins with logarithms: its scores are within
 * 1e-12 S, S the sum of the magnitudes of what is added.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/boosting.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/forest.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

/* estimators_: an array [stages, k] of trees. */
struct stages {
    const struct pk_node *const *trees;
    size_t n, k; /* trees in all, in each stage */
};

static bool read_stages(struct sk_context *sk, const struct pk_node *object, struct stages *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, "estimators_");
    struct np_array array;
    if (!node)
        return false;
    if (!np_is_array(node) || !np_array(&array, node, sk->arena, sk->err) || !array.objects ||
        array.shape.rank != 2 || array.shape.dims[0] < 1 || array.shape.dims[1] < 1)
        return sk_refuse_attribute(sk, node, "estimators_",
                                   "must be an array [stages, k] of trees");
    ret->trees = array.objects;
    ret->k = (size_t)array.shape.dims[1];
    ret->n = (size_t)array.shape.dims[0] * ret->k;
    return true;
}

static void scaled_leaf(void *context, size_t tree, size_t node, const double *values, double *to)
{
    const double *rate = context;
    (void)tree, (void)node;
    *to = *rate * *values;
}

/* The trees' answers [leaves], and for each tree the output that it adds to. */
static bool read_values(struct sk_context *sk, const struct pk_node *object, struct sk_forest *f,
                        size_t k, struct sk_sum *ret)
{
    double rate = 0;
    int64_t *column = sk_alloc(sk, f->n_trees, sizeof *column);
    const struct pk_node *node = pk_attribute(object, "learning_rate");
    if (!column)
        return false;
    if (!pk_get_f64(node, &rate))
        return sk_refuse_attribute(sk, node, "learning_rate", "must be a number");
    for (size_t t = 0; t < f->n_trees; t++)
        column[t] = (int64_t)(t % k);
    *ret = (struct sk_sum){.width = 1, .column = column, .outputs = k};
    return sk_forest_leaves(sk, f, 1, scaled_leaf, &rate, &ret->values);
}

/* The leaf of each tree, as float64: [rows, stages] or [rows, stages, k]. */
static bool answer_apply(struct sk_context *sk, struct sk_result *ret, lar_value leaves,
                         const struct stages *stages, bool classifier)
{
    int64_t *shape = sk_alloc(sk, 3, sizeof *shape);
    if (!shape)
        return false;
    leaves = sk_cast(sk, leaves, LAR_TYPE_F64);
    shape[0] = 0; /* as it is */
    shape[1] = (int64_t)(stages->n / stages->k);
    shape[2] = (int64_t)stages->k;
    if (classifier)
        leaves = lar_draft_apply(sk->draft, "Reshape", 2, leaves,
                                 lar_draft_i64(sk->draft, shape, LAR_SHAPE(3)));
    return sk_answer(sk, ret, SK_APPLY, leaves, LAR_NO_VALUE);
}

/* The raw predictions [rows, k] of what enters. */
static bool read_raw(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     bool classifier, struct stages *stages, enum sk_loss *loss,
                     struct sk_result *ret, lar_value *ret_raw)
{
    struct sk_forest f = {.list = "estimators_"};
    struct sk_start start;
    struct sk_sum sum;
    if (!read_stages(sk, object, stages) || !sk_get_loss(sk, object, loss))
        return false;
    f.within = stages->k;
    if (!sk_forest_describe(sk, stages->trees, stages->n, 1, 1, &f) ||
        !sk_frame_expect(sk, in, f.columns, "estimators_"))
        return false;
    lar_value x = sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE || !sk_forest_nodes(sk, &f, false) ||
        !read_values(sk, object, &f, stages->k, &sum))
        return false;
    x = sk_to_dense(sk, sk_check_finite(sk, object, x, false, true));
    if (!sk_boosting_start(sk, object, x, *loss, stages->k, &start))
        return false;
    sum.start = start.values;
    sum.begin = start.begin;
    struct sk_forest_values constants = sk_forest_constants(sk, &f);
    *ret_raw = sk_forest_sum(sk, &f, &constants, x, &sum);
    return answer_apply(sk, ret, sk_forest_ask(sk, &constants, "larder.TreeLeaves", x), stages,
                        classifier);
}

/* Probabilities of RAW [rows, k]. */
static lar_value proba_of(struct sk_context *sk, lar_value raw, size_t k, enum sk_loss loss)
{
    struct lar_draft *d = sk->draft;
    if (k > 1)
        return lar_draft_apply(d, "Softmax", 1, raw);
    if (loss == SK_LOSS_EXPONENTIAL)
        raw = lar_draft_apply(d, "Mul", 2, raw, lar_draft_scalar_f64(d, 2));
    lar_value p = lar_draft_apply(d, "Sigmoid", 1, raw);
    lar_value other = lar_draft_apply(d, "Sub", 2, lar_draft_scalar_f64(d, 1), p);
    return sk_side_by_side(sk, (lar_value[]){other, p}, 2);
}

bool sk_answer_raw(struct sk_context *sk, const struct pk_node *object, struct sk_result *ret,
                   lar_value raw, size_t k, enum sk_loss loss, enum sk_choice choice,
                   bool log_proba)
{
    struct lar_draft *d = sk->draft;
    lar_value classes, label, zero = lar_draft_scalar_f64(d, 0);
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "classes_");
    if (!node || !sk_labels(sk, node, "classes_", &classes, &n))
        return false;
    if (n != (k == 1 ? 2 : k))
        return sk_fail(sk, LAR_ERR_FORMAT, "classes_: has %zu classes for %zu raw predictions", n,
                       k);
    lar_value proba = proba_of(sk, raw, k, loss);
    if (choice == SK_CHOOSE_PROBA || k > 1) {
        label = sk_greatest(sk, choice == SK_CHOOSE_PROBA ? proba : raw, classes);
    } else {
        lar_value chosen =
            lar_draft_apply(d, choice == SK_CHOOSE_ABOVE ? "Greater" : "GreaterOrEqual", 2,
                            sk_as_vector(sk, raw), zero);
        label = sk_gather(sk, classes, sk_cast(sk, chosen, LAR_TYPE_I64), 0);
    }
    if (!sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) ||
        !sk_answer(sk, ret, SK_DECISION_FUNCTION, k == 1 ? sk_as_vector(sk, raw) : raw,
                   k == 1 ? LAR_NO_VALUE : classes))
        return false;
    return log_proba ? sk_answer_proba(sk, ret, proba, classes)
                     : sk_answer(sk, ret, SK_PREDICT_PROBA, proba, classes);
}

bool sk_read_boosting_classifier(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    struct stages stages = {.k = 1};
    enum sk_loss loss = SK_LOSS_IDENTITY;
    lar_value raw = LAR_NO_VALUE;
    unsigned release = sk_release(object);
    if (!read_raw(sk, object, in, true, &stages, &loss, ret, &raw))
        return false;
    bool fits = stages.k > 1 ? loss == SK_LOSS_MULTINOMIAL
                             : loss == SK_LOSS_BINOMIAL || loss == SK_LOSS_EXPONENTIAL;
    if (!fits)
        return sk_fail(sk, LAR_ERR_FORMAT, "_loss: does not fit %zu trees in each stage", stages.k);
    /* releases before 1.4 chose by probabilities, but for the exponential loss */
    bool proba = release < SK_RELEASE(1, 4) && loss != SK_LOSS_EXPONENTIAL;
    return sk_answer_raw(sk, object, ret, raw, stages.k, loss,
                         proba ? SK_CHOOSE_PROBA : SK_CHOOSE_FROM_ZERO, true);
}

bool sk_read_boosting_regressor(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct stages stages = {.k = 1};
    enum sk_loss loss = SK_LOSS_IDENTITY;
    lar_value raw = LAR_NO_VALUE;
    if (!read_raw(sk, object, in, false, &stages, &loss, ret, &raw))
        return false;
    if (loss != SK_LOSS_IDENTITY || stages.k != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "_loss: is no loss of a regressor with %zu trees",
                       stages.k);
    return sk_answer(sk, ret, SK_PREDICT, sk_as_vector(sk, raw), LAR_NO_VALUE);
}

/* sklearn.ensemble: VotingClassifier, VotingRegressor.
 *
 * Exact where the inner estimators are: weighted answers are added in their order, then divided.
 * transform of several probabilities that are not flattened, [estimators, rows, classes], is left
 * out: answers have a row for each row that is asked.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

/* The fitted estimators of a vote. */
struct voters {
    struct sk_inner *inner;
    size_t n;
    double *weights; /* NULL: all alike */
    double sum;      /* of the weights; n where all are alike */
};

/* Whether entry I of the list of named estimators was left out. */
static bool is_dropped(const struct pk_node *entry)
{
    if (!entry || entry->kind != PK_TUPLE || entry->items.n != 2)
        return false;
    return entry->items.data[1]->kind == PK_NONE || pk_text_equal(entry->items.data[1], "drop");
}

static bool weight_at(struct sk_context *sk, const struct pk_node *node, size_t i, size_t n,
                      double *ret)
{
    struct sk_numbers numbers;
    if (!np_is_array(node)) {
        if (node->items.n == n && pk_get_f64(node->items.data[i], ret))
            return true;
        return sk_refuse_attribute(sk, node, "weights", "must be a number for each estimator");
    }
    if (!sk_numbers(sk, node, "weights", 1, 1, &numbers))
        return false;
    *ret = numbers.n == n ? numbers.data[i] : 0;
    return numbers.n == n ||
           sk_fail(sk, LAR_ERR_FORMAT, "weights: has %zu elements, not %zu", numbers.n, n);
}

/* Weights of the estimators that were not left out: those of `estimators_`. */
static bool read_weights(struct sk_context *sk, const struct pk_node *object, struct voters *ret)
{
    struct pk_items all;
    const struct pk_node *node = pk_attribute(object, "weights");
    size_t used = 0;
    ret->sum = (double)ret->n;
    if (!node || node->kind == PK_NONE)
        return true;
    if (!np_is_array(node) && node->kind != PK_LIST && node->kind != PK_TUPLE)
        return sk_refuse_attribute(sk, node, "weights", "must be a list of numbers");
    const struct pk_node *names = sk_fitted(sk, object, "estimators");
    if (!names || !sk_items(sk, names, &all))
        return names && sk_refuse_attribute(sk, names, "estimators", "must be a list");
    if (!(ret->weights = sk_alloc(sk, ret->n, sizeof *ret->weights)))
        return false;
    ret->sum = 0;
    for (size_t i = 0; i < all.n; i++) {
        double weight = 0;
        if (is_dropped(all.data[i]))
            continue;
        if (!weight_at(sk, node, i, all.n, &weight))
            return false;
        if (used < ret->n)
            ret->weights[used] = weight;
        ret->sum += weight;
        used++;
    }
    return used == ret->n ||
           sk_fail(sk, LAR_ERR_FORMAT,
                   "estimators_: has %zu elements, %zu of estimators are in use", ret->n, used);
}

static bool read_voters(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct voters *ret)
{
    *ret = (struct voters){.n = 0};
    return sk_inner_list(sk, object, "estimators_", in, &ret->inner, &ret->n) &&
           read_weights(sk, object, ret);
}

/* Each estimator's label, all votes counted; of equal ones the first. */
static bool vote(struct sk_context *sk, const struct voters *voters, lar_value classes, size_t n,
                 struct sk_result *ret)
{
    lar_value *codes = sk_alloc(sk, voters->n, sizeof *codes);
    for (size_t i = 0; codes && i < voters->n; i++) {
        if (!sk_inner_codes(sk, &voters->inner[i], &codes[i]))
            return false;
        if (voters->weights && !(voters->weights[i] >= 0))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "weights: %g, a weight below 0",
                           voters->weights[i]);
    }
    if (!codes)
        return false;
    lar_value most = sk_arg_max(sk, sk_votes(sk, codes, voters->n, voters->weights, n), false);
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, sk_side_by_side(sk, codes, voters->n));
    return sk_answer(sk, ret, SK_PREDICT, sk_gather(sk, classes, most, 0), LAR_NO_VALUE);
}

/* The mean of all probabilities. */
static bool average(struct sk_context *sk, const struct pk_node *object,
                    const struct voters *voters, lar_value classes, size_t n, struct sk_result *ret)
{
    lar_value *shares = sk_alloc(sk, voters->n, sizeof *shares);
    if (!shares || (sk_has(object, "flatten_transform") && /* None in 0.20: not flattened */
                    !sk_get_flag(sk, object, "flatten_transform", false, &ret->transforms)))
        return false;
    for (size_t i = 0; i < voters->n; i++)
        if (!sk_inner_matrix(sk, &voters->inner[i], SK_PREDICT_PROBA, n, &shares[i]))
            return false;
    lar_value mean = sk_sum_of(sk, shares, voters->n, voters->weights, voters->sum);
    if (ret->transforms)
        ret->frame = sk_frame_of(sk, sk_side_by_side(sk, shares, voters->n));
    else
        sk_remark(sk, "transform is not served: what it gives is not flattened");
    return sk_answer(sk, ret, SK_PREDICT, sk_gather(sk, classes, sk_arg_max(sk, mean, false), 0),
                     LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA, mean, classes);
}

bool sk_read_voting_classifier(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct voters voters;
    lar_value classes = LAR_NO_VALUE;
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "classes_");
    if (!node || !sk_labels(sk, node, "classes_", &classes, &n) ||
        !read_voters(sk, object, in, &voters))
        return false;
    if (sk_option_is(object, "voting", "hard", "hard"))
        return vote(sk, &voters, classes, n, ret);
    if (sk_option_is(object, "voting", "hard", "soft"))
        return average(sk, object, &voters, classes, n, ret);
    return sk_refuse_attribute(sk, pk_attribute(object, "voting"), "voting",
                               "must be hard or soft");
}

bool sk_read_voting_regressor(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct voters voters;
    if (!read_voters(sk, object, in, &voters))
        return false;
    lar_value *each = sk_alloc(sk, voters.n, sizeof *each);
    for (size_t i = 0; each && i < voters.n; i++)
        if (!sk_inner_reals(sk, &voters.inner[i], SK_PREDICT, &each[i]))
            return false;
    if (!each)
        return false;
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, sk_side_by_side(sk, each, voters.n));
    return sk_answer(sk, ret, SK_PREDICT, sk_sum_of(sk, each, voters.n, voters.weights, voters.sum),
                     LAR_NO_VALUE);
}

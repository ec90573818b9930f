/* What trees and forests answer; see trees.h.
 *
 * Up to release 1.3 a classifier's values are weighted counts, which predict_proba divides by their
 * sum; since 1.4 they are shares already.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/trees.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

double sk_sum(const double *x, size_t n)
{
    if (n < 8) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += x[i];
        return sum;
    }
    if (n <= 128) {
        double r[8];
        size_t i = 8;
        for (size_t k = 0; k < 8; k++)
            r[k] = x[k];
        for (; i + 8 <= n; i += 8)
            for (size_t k = 0; k < 8; k++)
                r[k] += x[i + k];
        double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        for (; i < n; i++)
            sum += x[i];
        return sum;
    }
    size_t half = n / 2 - n / 2 % 8; /* halved each time: a few levels deep */
    return sk_sum(x, half) + sk_sum(x + half, n - half);
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fabs(b);
}

static size_t greatest(const double *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

/* What a leaf's answer is made of. */
struct votes {
    const struct sk_targets *targets;
    size_t stride; /* of one output's values */
    bool counts;   /* values are counts that are still to be divided by their sum */
    bool raw;      /* not divided after all */
    bool differ;   /* the greatest of the counts is not the greatest of the shares */
};

/* One leaf: for each output its classes' values, divided by their sum if they are counts. */
static void copy_leaf(void *context, size_t tree, size_t node, const double *values, double *to)
{
    struct votes *v = context;
    const struct sk_targets *t = v->targets;
    (void)tree, (void)node;
    for (size_t k = 0; k < t->n; k++, values += v->stride) {
        size_t n = t->classes[k];
        double sum = v->counts ? sk_sum(values, n) : 1;
        for (size_t i = 0; i < n; i++)
            to[i] = v->counts && sum != 0 && !v->raw ? values[i] / sum : values[i];
        v->differ |= greatest(values, n) != greatest(to, n);
        to += n;
    }
}

bool sk_tree_counts(struct sk_context *sk, const struct pk_node *object, const struct sk_tree *tree,
                    bool *ret)
{
    unsigned release = sk_release(object);
    const double *values = np_to_f64(&tree->values, sk->arena, sk->err);
    const double *weight = sk_tree_reals(sk, tree, "weighted_n_node_samples");
    if (!values || !weight)
        return lar_error_within(sk->err, "tree_");
    double sum = sk_sum(values, (size_t)tree->values.shape.dims[2]);
    bool counts = near(sum, weight[0]), shares = near(sum, 1);
    bool expected = release < SK_RELEASE(1, 4);
    *ret = release == SK_RELEASE(1, 4) || release == 0 ? counts && !shares : expected;
    if (*ret ? counts : shares)
        return true;
    return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                   "tree_: the values of the root add up to %g, where release %u.%u keeps %s", sum,
                   release / 100, release % 100, expected ? "counts" : "shares");
}

/* Whether trees of this kind take NaN. */
static bool allows_nan(const struct pk_node *tree, bool classifier, bool bare)
{
    static const char *const criteria[2][3] = {{"squared_error", "friedman_mse", "poisson"},
                                               {"gini", "log_loss", "entropy"}};
    unsigned release = sk_release(tree);
    if (release < (bare ? SK_RELEASE(1, 3) : SK_RELEASE(1, 4)))
        return false;
    if (release >= SK_RELEASE(1, 9))
        return true;
    if (sk_has(tree, "monotonic_cst"))
        return false;
    if (!sk_option_is(tree, "splitter", "best", "best") &&
        (release < SK_RELEASE(1, 6) || !sk_option_is(tree, "splitter", "best", "random")))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (sk_option_is(tree, "criterion", "", criteria[classifier][i]))
            return true;
    return false;
}

bool sk_trees(struct sk_context *sk, const struct pk_node *object,
              const struct pk_node *const *trees, size_t n, bool bare,
              const struct sk_targets *targets, const struct sk_frame *in, struct sk_votes *ret)
{
    struct sk_forest f = {.list = bare ? NULL : "estimators_"};
    struct votes votes = {.targets = targets};
    struct sk_sum sum = {
        .width = targets->width, .divisor = bare ? 0 : (double)n, .begin = LAR_NO_VALUE};
    for (size_t i = 0; i < targets->n; i++)
        votes.stride = targets->classes[i] > votes.stride ? targets->classes[i] : votes.stride;
    if (!sk_forest_describe(sk, trees, n, targets->n, votes.stride, &f) ||
        !sk_frame_expect(sk, in, f.columns, "tree_"))
        return false;
    lar_value x = sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    bool nan = !sk_is_sparse(sk, x) && allows_nan(trees[0], targets->labels != NULL, bare);
    if ((targets->labels && !sk_tree_counts(sk, trees[0], &f.trees[0], &votes.counts)) ||
        !sk_forest_nodes(sk, &f, nan) ||
        !sk_forest_leaves(sk, &f, sum.width, copy_leaf, &votes, &sum.values))
        return false;
    x = sk_to_dense(sk, sk_check_finite(sk, object, x, nan, true));
    struct sk_forest_values constants = sk_forest_constants(sk, &f);
    ret->shares = ret->votes = sk_forest_sum(sk, &f, &constants, x, &sum);
    ret->leaves = sk_forest_ask(sk, &constants, "larder.TreeLeaves", x);
    if (sk_release(trees[0]) < SK_RELEASE(1, 8))
        constants.missing = LAR_NO_VALUE; /* decision_path sent NaN to the right */
    ret->paths = sk_forest_ask(sk, &constants, "larder.TreePaths", x);
    votes.raw = true;
    if (bare && votes.counts && votes.differ) {
        if (!sk_forest_leaves(sk, &f, sum.width, copy_leaf, &votes, &sum.values))
            return false;
        ret->votes = sk_forest_sum(sk, &f, &constants, x, &sum);
    }
    return true;
}

/* sklearn.tree and sklearn.ensemble: decision trees and random forests, and their extremely
 * randomised kin.
 *
 * Exact: leaves are summed in the order of the trees and divided once. decision_path is a matrix of
 * 0 and 1 that is not sparse; where each tree's nodes begin, which a forest of scikit-learn says
 * beside it, is not answered.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/trees.h"

/* The element of a list or array of integers, or the only integer. */
static bool count_at(struct sk_context *sk, const struct pk_node *node, const char *name, size_t i,
                     size_t n, size_t *ret)
{
    const int64_t *counts = NULL;
    int64_t count = 0;
    size_t found = 1;
    if (!pk_get_i64(node, &count) && !sk_integers(sk, node, name, &counts, &found))
        return false;
    if (found != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements for %zu outputs", name, found, n);
    count = counts ? counts[i] : count;
    if (count < 1 || count > INT32_MAX)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is %lld", name, (long long)count);
    *ret = (size_t)count;
    return true;
}

static bool read_classes(struct sk_context *sk, const struct pk_node *object,
                         struct sk_targets *ret)
{
    struct pk_items lists = {.n = 0};
    const struct pk_node *classes = sk_fitted(sk, object, "classes_");
    const struct pk_node *counts = sk_fitted(sk, object, "n_classes_");
    if (!classes || !counts)
        return false;
    if (ret->several && (!sk_items(sk, classes, &lists) || lists.n != ret->n))
        return sk_refuse_attribute(sk, classes, "classes_", "must be a list of arrays");
    for (size_t i = 0; i < ret->n; i++) {
        size_t n;
        const struct pk_node *labels = ret->several ? lists.data[i] : classes;
        if (!sk_labels(sk, labels, "classes_", &ret->labels[i], &n) ||
            !count_at(sk, counts, "n_classes_", i, ret->n, &ret->classes[i]))
            return false;
        if (ret->as_float && lar_draft_info(sk->draft, ret->labels[i])->type == LAR_TYPE_STRING)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "classes_: are texts for several outputs, which this release of "
                           "scikit-learn cannot predict itself");
        if (n != ret->classes[i])
            return sk_fail(sk, LAR_ERR_FORMAT, "classes_: has %zu classes, n_classes_ is %zu", n,
                           ret->classes[i]);
    }
    return true;
}

bool sk_targets(struct sk_context *sk, const struct pk_node *object, bool classifier,
                struct sk_targets *ret)
{
    *ret = (struct sk_targets){.n = 0};
    if (!sk_fitted(sk, object, "n_outputs_") || !sk_get_size(sk, object, "n_outputs_", 1, &ret->n))
        return false;
    if (ret->n == 0 || ret->n > 4096)
        return sk_fail(sk, LAR_ERR_FORMAT, "n_outputs_: is %zu", ret->n);
    ret->several = ret->n > 1;
    ret->classes = sk_alloc(sk, ret->n, sizeof *ret->classes);
    ret->labels = classifier ? sk_alloc(sk, ret->n, sizeof *ret->labels) : NULL;
    if (!ret->classes || (classifier && !ret->labels))
        return false;
    ret->as_float = classifier && ret->several && sk_release(object) < SK_RELEASE(0, 21);
    for (size_t i = 0; i < ret->n; i++)
        ret->classes[i] = 1;
    if (classifier && !read_classes(sk, object, ret))
        return false;
    for (size_t i = 0; i < ret->n; i++)
        ret->width += ret->classes[i];
    return true;
}

bool sk_answer_votes(struct sk_context *sk, struct sk_result *ret, const struct sk_targets *targets,
                     const struct sk_votes *votes)
{
    lar_value *labels = sk_alloc(sk, targets->n, sizeof *labels);
    size_t first = 0;
    if (!labels)
        return false;
    for (size_t i = 0; i < targets->n; i++) {
        size_t n = targets->classes[i];
        lar_value vote = targets->several ? sk_columns(sk, votes->votes, first, n) : votes->votes;
        lar_value share =
            targets->several ? sk_columns(sk, votes->shares, first, n) : votes->shares;
        labels[i] = sk_greatest(sk, vote, targets->labels[i]);
        if (targets->as_float)
            labels[i] = sk_cast(sk, labels[i], LAR_TYPE_F64);
        if (!sk_answer_proba(sk, ret, share, targets->labels[i]))
            return false;
        first += n;
    }
    ret->answers[SK_PREDICT_PROBA].several = targets->several;
    ret->answers[SK_PREDICT_LOG_PROBA].several = targets->several;
    lar_value all = targets->several ? sk_side_by_side(sk, labels, targets->n) : labels[0];
    return sk_answer(sk, ret, SK_PREDICT, all, LAR_NO_VALUE);
}

bool sk_answer_means(struct sk_context *sk, struct sk_result *ret, const struct sk_targets *targets,
                     const struct sk_votes *votes)
{
    lar_value means = votes->shares;
    return sk_answer(sk, ret, SK_PREDICT, targets->several ? means : sk_as_vector(sk, means),
                     LAR_NO_VALUE);
}

bool sk_answer_paths(struct sk_context *sk, struct sk_result *ret, const struct sk_votes *votes,
                     bool bare)
{
    lar_value leaves = bare ? sk_as_vector(sk, votes->leaves) : votes->leaves;
    return sk_answer(sk, ret, SK_APPLY, leaves, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_PATH, votes->paths, LAR_NO_VALUE);
}

/* A tree: itself. A forest: its estimators_. */
static bool members_of(struct sk_context *sk, const struct pk_node *object, struct pk_items *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, "estimators_");
    if (!node)
        return false;
    if (!sk_items(sk, node, ret) || ret->n == 0)
        return sk_refuse_attribute(sk, node, "estimators_", "must be a list of trees");
    return true;
}

bool sk_read_tree_classifier(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_targets targets;
    struct sk_votes votes;
    return sk_fitted(sk, object, "tree_") && sk_targets(sk, object, true, &targets) &&
           sk_trees(sk, object, &object, 1, true, &targets, in, &votes) &&
           sk_answer_votes(sk, ret, &targets, &votes) && sk_answer_paths(sk, ret, &votes, true);
}

bool sk_read_tree_regressor(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_targets targets;
    struct sk_votes votes;
    return sk_fitted(sk, object, "tree_") && sk_targets(sk, object, false, &targets) &&
           sk_trees(sk, object, &object, 1, true, &targets, in, &votes) &&
           sk_answer_means(sk, ret, &targets, &votes) && sk_answer_paths(sk, ret, &votes, true);
}

bool sk_read_forest_classifier(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_targets targets;
    struct sk_votes votes;
    struct pk_items trees;
    return members_of(sk, object, &trees) && sk_targets(sk, object, true, &targets) &&
           sk_trees(sk, object, trees.data, trees.n, false, &targets, in, &votes) &&
           sk_answer_votes(sk, ret, &targets, &votes) && sk_answer_paths(sk, ret, &votes, false);
}

bool sk_read_forest_regressor(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_targets targets;
    struct sk_votes votes;
    struct pk_items trees;
    return members_of(sk, object, &trees) && sk_targets(sk, object, false, &targets) &&
           sk_trees(sk, object, trees.data, trees.n, false, &targets, in, &votes) &&
           sk_answer_means(sk, ret, &targets, &votes) && sk_answer_paths(sk, ret, &votes, false);
}

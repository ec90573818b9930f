/* AdaBoost where all that is boosted are trees; see adaboost.h. What a leaf says is known when the
 * file is read: all of them are one ensemble.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/adaboost.h"
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/trees.h"

#include <math.h>

bool sk_are_trees(const struct pk_items *list,
                  bool (*reader)(struct sk_context *, const struct pk_node *,
                                 const struct sk_frame *, struct sk_result *))
{
    for (size_t i = 0; i < list->n; i++) {
        const struct sk_class *class = sk_class_of(list->data[i]);
        if (!class || class->read != reader)
            return false;
    }
    return true;
}

/* Reads the trees of LIST, with OUTPUT classes each, and makes X of what enters OBJECT. */
static bool read_trees(struct sk_context *sk, const struct pk_node *object,
                       const struct pk_items *list, size_t classes, const struct sk_frame *in,
                       struct sk_forest *f, lar_value *x)
{
    f->list = "estimators_";
    if (!sk_forest_describe(sk, list->data, list->n, 1, classes, f) ||
        !sk_frame_expect(sk, in, f->columns, "estimators_") ||
        (*x = sk_frame_numbers(sk, in)) == LAR_NO_VALUE || !sk_forest_nodes(sk, f, false))
        return false;
    *x = sk_to_dense(sk, sk_check_finite(sk, object, *x, false, true));
    return true;
}

/* What the leaves of a classifier's trees are made into. */
struct leaves {
    const struct sk_adaboost *b;
    bool counts; /* values are still to be divided by their sum */
    bool mean;   /* the weighted probabilities themselves are wanted */
};

static void boost_leaf(void *context, size_t tree, size_t node, const double *values, double *to)
{
    const struct leaves *l = context;
    const struct sk_adaboost *b = l->b;
    size_t n = b->n_classes, best = 0;
    double sum = l->counts ? sk_sum(values, n) : 1, weight = b->weights[tree];
    (void)node;
    for (size_t i = 0; i < n; i++) {
        best = values[i] > values[best] ? i : best;
        to[i] = l->counts && sum != 0 ? values[i] / sum : values[i];
    }
    if (!b->real || l->mean) {
        for (size_t i = 0; i < n; i++)
            to[i] = l->mean ? to[i] * weight : i == best ? weight : b->other * weight;
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = log(to[i] < 0x1p-52 ? 0x1p-52 : to[i]);
    sum = 1 / (double)n * sk_sum(to, n);
    for (size_t i = 0; i < n; i++)
        to[i] = ((double)n - 1) * (to[i] - sum);
}

/* Whether each tree has the classes of the whole, in the same order. */
static bool same_classes(struct sk_context *sk, const struct sk_adaboost *b)
{
    const int64_t *places;
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        const struct pk_node *labels = sk_fitted(sk, b->list.data[i], "classes_");
        if (!labels || !sk_label_places(sk, labels, b->classes_node, "classes_", &places, &n))
            return sk_within(sk, "estimators_", i);
        bool same = n == b->n_classes;
        for (size_t k = 0; same && k < n; k++)
            same = places[k] == (int64_t)k;
        if (!same)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "estimators_[%zu]: has other classes", i);
    }
    return true;
}

bool sk_adaboost_trees(struct sk_context *sk, const struct sk_adaboost *b,
                       const struct sk_frame *in, lar_value *ret, lar_value *ret_mean)
{
    struct sk_forest f = {.n = 0};
    struct leaves leaves = {.b = b};
    struct sk_sum sum = {.width = b->n_classes, .divisor = b->divisor, .begin = LAR_NO_VALUE};
    lar_value x = LAR_NO_VALUE;
    if (!same_classes(sk, b) || !read_trees(sk, b->object, &b->list, b->n_classes, in, &f, &x) ||
        !sk_tree_counts(sk, b->list.data[0], &f.trees[0], &leaves.counts) ||
        !sk_forest_leaves(sk, &f, sum.width, boost_leaf, &leaves, &sum.values))
        return false;
    struct sk_forest_values constants = sk_forest_constants(sk, &f);
    *ret = sk_forest_sum(sk, &f, &constants, x, &sum);
    leaves.mean = true;
    if (!ret_mean)
        return true;
    if (!sk_forest_leaves(sk, &f, sum.width, boost_leaf, &leaves, &sum.values))
        return false;
    *ret_mean = sk_forest_sum(sk, &f, &constants, x, &sum);
    return true;
}

static void plain_leaf(void *context, size_t tree, size_t node, const double *values, double *to)
{
    (void)context, (void)tree, (void)node;
    *to = *values;
}

bool sk_adaboost_columns(struct sk_context *sk, const struct pk_node *object,
                         const struct pk_items *list, const struct sk_frame *in, lar_value *ret)
{
    struct sk_forest f = {.n = 0};
    struct sk_sum sum = {.width = 1, .outputs = list->n, .begin = LAR_NO_VALUE};
    lar_value x = LAR_NO_VALUE;
    double *start = sk_alloc(sk, list->n, sizeof *start);
    int64_t *column = sk_alloc(sk, list->n, sizeof *column);
    if (!start || !column || !read_trees(sk, object, list, 1, in, &f, &x) ||
        !sk_forest_leaves(sk, &f, 1, plain_leaf, NULL, &sum.values))
        return false;
    for (size_t i = 0; i < list->n; i++) {
        start[i] = -0.0; /* to which everything can be added, -0.0 too */
        column[i] = (int64_t)i;
    }
    sum.start = start;
    sum.column = column;
    struct sk_forest_values constants = sk_forest_constants(sk, &f);
    *ret = sk_forest_sum(sk, &f, &constants, x, &sum);
    return true;
}

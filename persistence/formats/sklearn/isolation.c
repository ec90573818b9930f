/* sklearn.ensemble: IsolationForest, RandomTreesEmbedding.
 *
 * IsolationForest adds up how deep a row comes in each tree, with what the samples that were left
 * there would have needed on average. score_samples is -2 to the power of minus that, relative to
 * the average of all: within 1e-12 of its magnitude, and most often the same bits, which matters
 * for rows that are just as deep as the line that offset_ draws. RandomTreesEmbedding is exact.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/forest.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

#define EULER_GAMMA 0.57721566490153286061

/* The average length of the path to one of N samples. Releases before 0.21 had no exceptions for
 * few samples (OLD). */
static double average_path(double n, bool old)
{
    if (n <= 1)
        return old ? 1 : 0;
    if (n == 2 && !old)
        return 1;
    return 2 * (log(n - 1) + EULER_GAMMA) - 2 * (n - 1) / n;
}

/* What each leaf adds, for the function below. */
struct depths {
    const double *of; /* [nodes of the forest] */
};

static void depth_leaf(void *context, size_t tree, size_t node, const double *values, double *to)
{
    const struct depths *depths = context;
    (void)tree, (void)values;
    *to = depths->of[node];
}

/* The nodes on the way to each node, and what its samples add. */
static bool read_depths(struct sk_context *sk, const struct sk_forest *f, bool old, double **ret)
{
    double *depth = *ret = sk_alloc(sk, f->n, sizeof *depth);
    for (size_t t = 0; depth && t < f->n_trees; t++) {
        const struct sk_tree *tree = &f->trees[t];
        const int64_t *samples = sk_tree_integers(sk, tree, "n_node_samples");
        if (!samples)
            return lar_error_within(sk->err, "tree_") || sk_within(sk, f->list, t);
        depth[tree->first] = 1;
        for (size_t i = tree->first; i < tree->first + tree->n; i++) {
            if (f->left[i] >= 0) {
                depth[f->left[i]] = depth[f->right[i]] = depth[i] + 1;
                continue;
            }
            double more = average_path((double)samples[i - tree->first], old);
            depth[i] = old ? (depth[i] - 1) + more : (depth[i] + more) - 1;
        }
    }
    return depth != NULL;
}

/* Where trees look at some of the columns only: at those of estimators_features_. */
static bool map_columns(struct sk_context *sk, const struct pk_node *object, struct sk_forest *f,
                        size_t columns)
{
    struct pk_items lists;
    const struct pk_node *node = sk_fitted(sk, object, "estimators_features_");
    size_t most;
    if (!sk_get_size(sk, object, "_max_features", columns, &most))
        return false;
    if (most == columns)
        return f->columns == columns ||
               sk_fail(sk, LAR_ERR_FORMAT, "estimators_: are for %zu columns of %zu", f->columns,
                       columns);
    if (!node)
        return false;
    if (!sk_items(sk, node, &lists) || lists.n != f->n_trees)
        return sk_refuse_attribute(sk, node, "estimators_features_",
                                   "must be a list of columns for each tree");
    for (size_t t = 0; t < f->n_trees; t++) {
        const int64_t *map;
        size_t n = 0;
        if (!sk_integers(sk, lists.data[t], "columns", &map, &n) ||
            !sk_forest_map(sk, f, t, map, n, columns))
            return sk_within(sk, "estimators_features_", t);
    }
    return true;
}

/* The sum [rows, 1] over the trees of what their leaves say. */
static bool read_sum(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     bool old, size_t *ret_n, lar_value *ret)
{
    struct sk_forest f = {.list = "estimators_"};
    struct pk_items trees;
    struct sk_sum sum = {.width = 1, .begin = LAR_NO_VALUE};
    struct depths depths;
    double *depth;
    size_t columns;
    bool unchecked = sk_release(object) >= SK_RELEASE(1, 6); /* NaN and infinity are taken */
    const struct pk_node *node = sk_fitted(sk, object, "estimators_");
    if (!node)
        return false;
    if (!sk_items(sk, node, &trees) || trees.n == 0)
        return sk_refuse_attribute(sk, node, "estimators_", "must be a list of trees");
    if (!sk_forest_describe(sk, trees.data, trees.n, 1, 1, &f) ||
        !sk_get_size(sk, object, "n_features_", f.columns, &columns) ||
        !sk_get_size(sk, object, "n_features_in_", columns, &columns) ||
        !sk_frame_expect(sk, in, columns, "n_features_in_"))
        return false;
    lar_value x = sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    unchecked = unchecked && !sk_is_sparse(sk, x);
    if (!sk_forest_nodes(sk, &f, unchecked) || !map_columns(sk, object, &f, columns) ||
        !read_depths(sk, &f, old, &depth))
        return false;
    depths.of = depth;
    if (!sk_forest_leaves(sk, &f, 1, depth_leaf, &depths, &sum.values))
        return false;
    f.columns = columns;
    if (!unchecked)
        x = sk_to_dense(sk, sk_check_finite(sk, object, x, false, true));
    struct sk_forest_values constants = sk_forest_constants(sk, &f);
    *ret = sk_forest_sum(sk, &f, &constants, x, &sum);
    *ret_n = trees.n;
    return true;
}

/* Where predict draws the line, below which a row is an outlier: 0, or with the behaviour of before
 * 0.20 a threshold. */
static bool read_threshold(struct sk_context *sk, const struct pk_node *object, double *ret)
{
    const struct pk_node *node = pk_attribute(object, "_threshold_");
    *ret = 0;
    if (!sk_option_is(object, "behaviour", "", "old"))
        return true;
    return pk_get_f64(node, ret) ||
           sk_refuse_attribute(sk, node, "_threshold_", "must be a number");
}

bool sk_read_isolation_forest(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    static const int64_t signs[] = {1, -1};
    double offset = 0, threshold;
    int64_t samples = 0;
    size_t n = 0;
    lar_value sum = LAR_NO_VALUE;
    bool old = sk_release(object) < SK_RELEASE(0, 21);
    const char *name = sk_has(object, "_max_samples") ? "_max_samples" : "max_samples_";
    const struct pk_node *node = sk_fitted(sk, object, "offset_");
    if (!node || !read_sum(sk, object, in, old, &n, &sum) ||
        !read_threshold(sk, object, &threshold))
        return false;
    if (!pk_get_f64(node, &offset))
        return sk_refuse_attribute(sk, node, "offset_", "must be a number");
    if (!pk_get_i64(pk_attribute(object, name), &samples) || samples < 2)
        return sk_refuse_attribute(sk, pk_attribute(object, name), name, "must be 2 or more");
    double all = (double)n * average_path((double)samples, old);
    lar_value share = lar_draft_apply(d, "Div", 2, sum, lar_draft_scalar_f64(d, all));
    lar_value power = lar_draft_apply(d, "Pow", 2, lar_draft_scalar_f64(d, 2),
                                      lar_draft_apply(d, "Neg", 1, share));
    lar_value score = sk_as_vector(sk, lar_draft_apply(d, "Neg", 1, power));
    lar_value decision = lar_draft_apply(d, "Sub", 2, score, lar_draft_scalar_f64(d, offset));
    lar_value outside = lar_draft_apply(d, "Less", 2, decision, lar_draft_scalar_f64(d, threshold));
    lar_value label =
        sk_gather(sk, lar_draft_i64(d, signs, LAR_SHAPE(2)), sk_cast(sk, outside, LAR_TYPE_I64), 0);
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, decision, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_SCORE_SAMPLES, score, LAR_NO_VALUE);
}

/* RandomTreesEmbedding: the leaf of each tree, one-hot. */
bool sk_read_trees_embedding(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_forest f = {.list = "estimators_"};
    struct pk_items trees;
    struct sk_inner encoder;
    const struct pk_node *node = sk_fitted(sk, object, "estimators_");
    if (!node)
        return false;
    if (!sk_items(sk, node, &trees) || trees.n == 0)
        return sk_refuse_attribute(sk, node, "estimators_", "must be a list of trees");
    if (!sk_forest_describe(sk, trees.data, trees.n, 1, 1, &f) ||
        !sk_frame_expect(sk, in, f.columns, "estimators_"))
        return false;
    lar_value x = sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE || !sk_forest_nodes(sk, &f, false))
        return false;
    x = sk_to_dense(sk, sk_check_finite(sk, object, x, false, true));
    struct sk_forest_values constants = sk_forest_constants(sk, &f);
    lar_value leaves = sk_forest_ask(sk, &constants, "larder.TreeLeaves", x);
    lar_value paths = sk_forest_ask(sk, &constants, "larder.TreePaths", x);
    struct sk_frame frame = sk_frame_of(sk, sk_cast(sk, leaves, LAR_TYPE_F64));
    if (!sk_inner(sk, object, "one_hot_encoder_", &frame, &encoder) ||
        !sk_inner_frame(sk, &encoder, &ret->frame))
        return false;
    ret->transforms = true;
    return sk_answer(sk, ret, SK_APPLY, leaves, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_PATH, paths, LAR_NO_VALUE);
}

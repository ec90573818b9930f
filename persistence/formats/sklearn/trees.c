/* Fitted trees as one ensemble; see trees.h.
 *
 * A tree_ holds records of nodes, whose layout differs between releases and hosts, and values
 * [nodes, outputs, classes]. Up to release 1.3 a classifier's values are weighted counts, which
 * predict_proba divides by their sum; since 1.4 they are shares already.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/trees.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

/* One tree as the file has it. */
struct tree {
    struct np_array nodes, values;
    size_t n; /* nodes */
};

/* All trees as the operator wants them. */
struct forest {
    const struct sk_targets *targets;
    struct tree *trees;
    size_t n_trees, n, leaves;
    bool counts; /* values are counts that are still to be divided by their sum */
    int64_t *roots;
    int32_t *left, *right, *feature;
    double *threshold, *shares; /* shares: [leaves][width] */
    double *votes;              /* the same before the division; NULL where it is not needed */
    uint8_t *missing_left;      /* NULL: no release that knows missing values */
    bool votes_differ;
};

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

/* The description of the tree of OBJECT, whose class must be one of scikit-learn's trees. */
static bool describe(struct sk_context *sk, const struct pk_node *object,
                     const struct sk_targets *targets, size_t columns, struct tree *ret)
{
    const struct pk_node *tree = sk_fitted(sk, object, "tree_");
    if (!tree)
        return false;
    const struct pk_node *nodes = pk_attribute(tree, "nodes");
    const struct pk_node *values = pk_attribute(tree, "values");
    const struct pk_node *args = tree->kind == PK_OBJECT ? tree->object.args : NULL;
    int64_t features;
    if (!np_is_array(nodes) || !np_is_array(values) || !args || args->kind != PK_TUPLE ||
        args->items.n != 3 || !pk_get_i64(args->items.data[0], &features))
        return sk_refuse_attribute(sk, tree, "tree_", "must be a sklearn.tree._tree.Tree");
    if (!np_array(&ret->nodes, nodes, sk->arena, sk->err) ||
        !np_array(&ret->values, values, sk->arena, sk->err))
        return lar_error_within(sk->err, "tree_");
    const struct lar_shape *n = &ret->nodes.shape, *v = &ret->values.shape;
    size_t most = 0;
    for (size_t i = 0; i < targets->n; i++)
        most = targets->classes[i] > most ? targets->classes[i] : most;
    if (n->rank != 1 || n->dims[0] < 1 || n->dims[0] > INT32_MAX || v->rank != 3 ||
        v->dims[0] != n->dims[0] || v->dims[1] != (int64_t)targets->n ||
        v->dims[2] != (int64_t)most)
        return sk_fail(sk, LAR_ERR_FORMAT, "tree_: nodes and values do not fit together");
    if (features != (int64_t)columns)
        return sk_fail(sk, LAR_ERR_FORMAT, "tree_: is for %lld columns, not %zu",
                       (long long)features, columns);
    ret->n = (size_t)n->dims[0];
    return true;
}

static const int64_t *integers(struct sk_context *sk, const struct tree *tree, const char *name)
{
    struct np_array field;
    if (!np_field_of(&field, &tree->nodes, name)) {
        sk_fail(sk, LAR_ERR_FORMAT, "nodes have no %s", name);
        return NULL;
    }
    return np_to_i64(&field, sk->arena, sk->err);
}

static const double *reals(struct sk_context *sk, const struct tree *tree, const char *name)
{
    struct np_array field;
    if (!np_field_of(&field, &tree->nodes, name)) {
        sk_fail(sk, LAR_ERR_FORMAT, "nodes have no %s", name);
        return NULL;
    }
    return np_to_f64(&field, sk->arena, sk->err);
}

/* Copies the nodes of TREE behind the FIRST ones. */
static bool copy_nodes(struct sk_context *sk, struct forest *f, const struct tree *tree,
                       size_t first)
{
    struct np_array field;
    const int64_t *left = integers(sk, tree, "left_child"), *missing = NULL;
    const int64_t *right = integers(sk, tree, "right_child");
    const int64_t *feature = integers(sk, tree, "feature");
    const double *threshold = reals(sk, tree, "threshold");
    if (!left || !right || !feature || !threshold)
        return false;
    if (f->missing_left && np_field_of(&field, &tree->nodes, "missing_go_to_left") &&
        !(missing = np_to_i64(&field, sk->arena, sk->err)))
        return false;
    for (size_t i = 0; i < tree->n; i++) {
        size_t at = first + i;
        bool leaf = left[i] == -1;
        if (!leaf &&
            (left[i] <= (int64_t)i || left[i] >= (int64_t)tree->n || right[i] <= (int64_t)i ||
             right[i] >= (int64_t)tree->n || feature[i] < 0 || feature[i] > INT32_MAX))
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "node %zu of %zu has children %lld and %lld, feature %lld", i, tree->n,
                           (long long)left[i], (long long)right[i], (long long)feature[i]);
        f->left[at] = leaf ? -1 : (int32_t)(left[i] + (int64_t)first);
        f->right[at] = leaf ? -1 : (int32_t)(right[i] + (int64_t)first);
        f->feature[at] = leaf ? 0 : (int32_t)feature[i];
        f->threshold[at] = leaf ? 0 : threshold[i];
        if (f->missing_left)
            f->missing_left[at] = missing && !leaf && missing[i];
    }
    return true;
}

static size_t greatest(const double *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

/* One leaf: for each output its classes' values, divided by their sum if they are counts. */
static void copy_leaf(struct forest *f, const double *values, size_t stride)
{
    const struct sk_targets *t = f->targets;
    double *share = f->shares + f->leaves * t->width;
    double *vote = f->votes ? f->votes + f->leaves * t->width : NULL;
    for (size_t k = 0; k < t->n; k++, values += stride) {
        size_t n = t->classes[k];
        double sum = f->counts ? sk_sum(values, n) : 1;
        for (size_t i = 0; i < n; i++)
            share[i] = f->counts && sum != 0 ? values[i] / sum : values[i];
        if (vote) {
            memcpy(vote, values, n * sizeof *vote);
            f->votes_differ |= greatest(vote, n) != greatest(share, n);
            vote += n;
        }
        share += n;
    }
    f->leaves++;
}

/* Nodes and leaves of TREE behind the FIRST nodes. Leaves must be one more than inner nodes: else
 * a node has two parents or none, and there would be more of them than there is room for. */
static bool copy_all(struct sk_context *sk, struct forest *f, const struct tree *tree, size_t first)
{
    const double *values = np_to_f64(&tree->values, sk->arena, sk->err);
    size_t stride = (size_t)tree->values.shape.dims[2], leaves = 0;
    if (!values || !copy_nodes(sk, f, tree, first))
        return false;
    for (size_t i = 0; i < tree->n; i++)
        leaves += f->left[first + i] == -1;
    if (2 * leaves != tree->n + 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "%zu leaves among %zu nodes", leaves, tree->n);
    for (size_t i = 0; i < tree->n; i++)
        if (f->left[first + i] == -1)
            copy_leaf(f, values + i * f->targets->n * stride, stride);
    return true;
}

/* The same, with memory for the conversions that is given back. */
static bool copy_tree(struct sk_context *sk, struct forest *f, const struct tree *tree,
                      size_t first)
{
    struct lar_arena *arena = sk->arena, temporary;
    lar_arena_init(&temporary, arena->limit);
    sk->arena = &temporary;
    bool ok = copy_all(sk, f, tree, first) || lar_error_within(sk->err, "tree_");
    sk->arena = arena;
    lar_arena_finish(&temporary);
    return ok;
}

/* Whether the values of a classifier's tree are counts: by its release and by its root, which must
 * agree. */
static bool are_counts(struct sk_context *sk, const struct pk_node *object, const struct tree *tree,
                       bool *ret)
{
    unsigned release = sk_release(object);
    const double *values = np_to_f64(&tree->values, sk->arena, sk->err);
    const double *weight = reals(sk, tree, "weighted_n_node_samples");
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

static bool allocate(struct sk_context *sk, struct forest *f, bool missing, bool votes)
{
    f->roots = sk_alloc(sk, f->n_trees, sizeof *f->roots);
    f->left = sk_alloc(sk, f->n, sizeof *f->left);
    f->right = sk_alloc(sk, f->n, sizeof *f->right);
    f->feature = sk_alloc(sk, f->n, sizeof *f->feature);
    f->threshold = sk_alloc(sk, f->n, sizeof *f->threshold);
    f->missing_left = missing ? sk_alloc(sk, f->n, 1) : NULL;
    size_t leaves = f->n / 2 + f->n_trees; /* of a binary tree: half its nodes and one more */
    f->shares = lar_arena_alloc(sk->arena, leaves, f->targets->width * sizeof *f->shares);
    if (votes)
        f->votes = lar_arena_alloc(sk->arena, leaves, f->targets->width * sizeof *f->votes);
    if (f->roots && f->left && f->right && f->feature && f->threshold &&
        (!missing || f->missing_left) && f->shares && (!votes || f->votes))
        return true;
    return lar_arena_fail(sk->arena, sk->err, "trees");
}

/* Whether trees of this kind take NaN. */
static bool allows_nan(const struct pk_node *tree, bool classifier, bool bare)
{
    static const char *const criteria[2][3] = {{"squared_error", "friedman_mse", "poisson"},
                                               {"gini", "log_loss", "entropy"}};
    unsigned release = sk_release(tree);
    if (release < (bare ? SK_RELEASE(1, 3) : SK_RELEASE(1, 4)))
        return false;
    if (release >= SK_RELEASE(1, 8))
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

/* A tensor over memory of the arena. */
static lar_value constant(struct sk_context *sk, enum lar_type type, struct lar_shape shape,
                          void *data)
{
    return lar_draft_constant(
        sk->draft, &(struct lar_tensor){
                       .type = type, .layout = LAR_LAYOUT_DENSE, .shape = shape, .data = data});
}

static lar_value add_node(struct sk_context *sk, const struct forest *f, lar_value x, bool bare,
                          double *values)
{
    struct lar_shape n = LAR_SHAPE((int64_t)f->n);
    struct lar_shape rows = LAR_SHAPE((int64_t)f->leaves, (int64_t)f->targets->width);
    lar_value missing = LAR_NO_VALUE, divisor = LAR_NO_VALUE;
    if (f->missing_left)
        missing = constant(sk, LAR_TYPE_BOOL, n, f->missing_left);
    if (!bare)
        divisor = lar_draft_scalar_f64(sk->draft, (double)f->n_trees);
    return lar_draft_node(
        sk->draft, &(struct lar_node_args){
                       .op = "larder.TreeEnsemble",
                       .inputs = &x,
                       .n_inputs = 1,
                       .params = {{"roots", constant(sk, LAR_TYPE_I64,
                                                     LAR_SHAPE((int64_t)f->n_trees), f->roots)},
                                  {"left", constant(sk, LAR_TYPE_I32, n, f->left)},
                                  {"right", constant(sk, LAR_TYPE_I32, n, f->right)},
                                  {"feature", constant(sk, LAR_TYPE_I32, n, f->feature)},
                                  {"threshold", constant(sk, LAR_TYPE_F64, n, f->threshold)},
                                  {"missing_left", missing},
                                  {"value", constant(sk, LAR_TYPE_F64, rows, values)},
                                  {"divisor", divisor}},
                   });
}

/* Names tree I, unless it stands alone. */
static bool within(struct sk_context *sk, size_t i, bool bare)
{
    return !bare && sk_within(sk, "estimators_", i);
}

static bool read_forest(struct sk_context *sk, const struct pk_node *const *trees, size_t columns,
                        bool missing, bool bare, struct forest *f)
{
    bool classifier = f->targets->labels != NULL;
    if (!(f->trees = sk_alloc(sk, f->n_trees, sizeof *f->trees)))
        return false;
    for (size_t i = 0; i < f->n_trees; i++) {
        if (!describe(sk, trees[i], f->targets, columns, &f->trees[i]))
            return within(sk, i, bare);
        f->n += f->trees[i].n;
    }
    if (f->n > INT32_MAX)
        return sk_fail(sk, LAR_ERR_LIMIT, "%zu nodes in all trees", f->n);
    if ((classifier && !are_counts(sk, trees[0], &f->trees[0], &f->counts)) ||
        !allocate(sk, f, missing, bare && f->counts))
        return false;
    size_t first = 0;
    for (size_t i = 0; i < f->n_trees; i++) {
        f->roots[i] = (int64_t)first;
        if (!copy_tree(sk, f, &f->trees[i], first))
            return within(sk, i, bare);
        first += f->trees[i].n;
    }
    return true;
}

bool sk_trees(struct sk_context *sk, const struct pk_node *object,
              const struct pk_node *const *trees, size_t n, bool bare,
              const struct sk_targets *targets, const struct sk_frame *in, lar_value *ret,
              lar_value *ret_votes)
{
    struct forest f = {.targets = targets, .n_trees = n};
    const struct pk_node *tree = pk_attribute(trees[0], "tree_");
    int64_t columns = 0;
    if (tree && tree->kind == PK_OBJECT && tree->object.args &&
        tree->object.args->kind == PK_TUPLE && tree->object.args->items.n)
        (void)pk_get_i64(tree->object.args->items.data[0], &columns);
    if (columns < 1 || columns > INT32_MAX)
        return sk_fail(sk, LAR_ERR_FORMAT, "tree_: is for %lld columns", (long long)columns);
    if (!sk_frame_expect(sk, in, (size_t)columns, "tree_"))
        return false;
    lar_value x = sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    bool nan = !sk_is_sparse(sk, x) && allows_nan(trees[0], targets->labels != NULL, bare);
    if (!read_forest(sk, trees, (size_t)columns, nan, bare, &f))
        return false;
    x = sk_to_dense(sk, sk_check_finite(sk, object, x, nan, true));
    *ret = *ret_votes = add_node(sk, &f, x, bare, f.shares);
    if (bare && f.votes_differ)
        *ret_votes = add_node(sk, &f, x, bare, f.votes);
    return true;
}

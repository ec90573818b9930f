/* sklearn.cluster: BisectingKMeans.
 *
 * predict goes down a tree: at each node to the child whose centre is nearer, to the left one where
 * both are as near. Nodes are compared as 2 x (r - l) > r r - l l; see cluster.c for what may
 * differ.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/cluster.h"
#include "persistence/formats/sklearn/nodes.h"

/* The tree as larder.TreeEnsemble wants it: node I asks column FEATURE[I], a comparison, or is a
 * leaf. */
struct bisection {
    size_t n, n_splits, most;
    int32_t *left, *right, *feature;
    double *threshold, *value;
    double *apart, *offset; /* of splits: [columns, most], [most] */
    const struct pk_node **nodes;
};

static bool alloc_nodes(struct sk_context *sk, size_t columns, struct bisection *b)
{
    b->left = sk_alloc(sk, b->most, sizeof *b->left);
    b->right = sk_alloc(sk, b->most, sizeof *b->right);
    b->feature = sk_alloc(sk, b->most, sizeof *b->feature);
    b->threshold = sk_alloc(sk, b->most, sizeof *b->threshold);
    b->value = sk_alloc(sk, b->most, sizeof *b->value);
    b->nodes = sk_alloc(sk, b->most, sizeof *b->nodes);
    b->apart = sk_alloc(sk, columns * b->most, sizeof *b->apart);
    b->offset = sk_alloc(sk, b->most, sizeof *b->offset);
    return b->left && b->right && b->feature && b->threshold && b->value && b->nodes && b->apart &&
           b->offset;
}

/* The centre of a child, moved by MEAN. */
static bool child_centre(struct sk_context *sk, const struct pk_node *child, size_t columns,
                         const double *mean, double *ret)
{
    const double *centre;
    if (!sk_get_vector(sk, child, "center", columns, &centre))
        return lar_error_within(sk->err, "_bisecting_tree");
    for (size_t j = 0; j < columns; j++)
        ret[j] = mean ? centre[j] + mean[j] : centre[j];
    return true;
}

/* Node I is split: the comparison of its children, which are put behind all other nodes. */
static bool add_split(struct sk_context *sk, struct bisection *b, size_t i, size_t columns,
                      const double *mean)
{
    const struct pk_node *children[2] = {pk_attribute(b->nodes[i], "left"),
                                         pk_attribute(b->nodes[i], "right")};
    double *centres = sk_alloc(sk, 2 * columns, sizeof *centres);
    if (!centres || !child_centre(sk, children[0], columns, mean, centres) ||
        !child_centre(sk, children[1], columns, mean, centres + columns))
        return false;
    if (b->n + 2 > b->most)
        return sk_fail(sk, LAR_ERR_FORMAT, "_bisecting_tree: has more than %zu nodes", b->most);
    size_t k = b->n_splits++;
    for (size_t j = 0; j < columns; j++) {
        double l = centres[j], r = centres[columns + j];
        b->apart[j * b->most + k] = 2 * (r - l);
        b->offset[k] += r * r - l * l;
    }
    b->feature[i] = (int32_t)k;
    b->threshold[i] = 0.5;
    b->left[i] = (int32_t)b->n;
    b->nodes[b->n++] = children[0];
    b->right[i] = (int32_t)b->n;
    b->nodes[b->n++] = children[1];
    return true;
}

static bool flatten(struct sk_context *sk, const struct pk_node *root, size_t clusters,
                    size_t columns, const double *mean, struct bisection *b)
{
    b->most = 2 * clusters - 1;
    if (!alloc_nodes(sk, columns, b))
        return false;
    b->nodes[b->n++] = root;
    for (size_t i = 0; i < b->n; i++) {
        int64_t label;
        if (sk_has(b->nodes[i], "left")) {
            if (!add_split(sk, b, i, columns, mean))
                return false;
            continue;
        }
        b->left[i] = -1;
        if (!pk_get_i64(pk_attribute(b->nodes[i], "label"), &label) || label < 0 ||
            (size_t)label >= clusters)
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "_bisecting_tree: a leaf's label is not one of %zu clusters", clusters);
        b->value[i] = (double)label;
    }
    return true;
}

static lar_value i32(struct sk_context *sk, int32_t *data, size_t n)
{
    struct lar_tensor t = {.type = LAR_TYPE_I32,
                           .layout = LAR_LAYOUT_DENSE,
                           .shape = LAR_SHAPE((int64_t)n),
                           .data = data};
    return lar_draft_constant(sk->draft, &t);
}

static lar_value descend(struct sk_context *sk, const struct bisection *b,
                         const struct sk_centres *c, lar_value x)
{
    static const int64_t root[] = {0};
    struct lar_draft *d = sk->draft;
    int64_t n = (int64_t)b->n, m = (int64_t)b->most;
    lar_value sides = lar_draft_apply(
        d, "MatMul", 2, x, lar_draft_f64(d, b->apart, LAR_SHAPE((int64_t)c->columns, m)));
    sides = lar_draft_apply(d, "Greater", 2, sides, lar_draft_f64(d, b->offset, LAR_SHAPE(m)));
    sides = sk_cast(sk, sides, LAR_TYPE_F64);
    lar_value label = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.TreeEnsemble",
               .inputs = &sides,
               .n_inputs = 1,
               .params = {{"roots", lar_draft_i64(d, root, LAR_SHAPE(1))},
                          {"left", i32(sk, b->left, b->n)},
                          {"right", i32(sk, b->right, b->n)},
                          {"feature", i32(sk, b->feature, b->n)},
                          {"threshold", lar_draft_f64(d, b->threshold, LAR_SHAPE(n))},
                          {"value", lar_draft_f64(d, b->value, LAR_SHAPE(n, 1))}},
           });
    return sk_cast(sk, sk_as_vector(sk, label), LAR_TYPE_I32);
}

bool sk_read_bisecting_k_means(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_centres c;
    struct bisection b = {.n = 0};
    const double *mean = NULL;
    const struct pk_node *tree = sk_fitted(sk, object, "_bisecting_tree");
    if (!tree || !sk_get_centres(sk, object, "cluster_centers_", in, &c) ||
        (pk_attribute(object, "_X_mean") &&
         !sk_get_vector(sk, object, "_X_mean", c.columns, &mean)) ||
        !flatten(sk, tree, c.n, c.columns, mean, &b))
        return false;
    sk_give_distances(sk, &c, ret);
    lar_value x = sk_compared_with_centres(sk, object, &c);
    return sk_answer(sk, ret, SK_PREDICT, descend(sk, &b, &c, x), LAR_NO_VALUE);
}

/* The trees of HistGradientBoosting; see hist_trees.h.
 *
 * _predictors[iteration][k] holds records of nodes: `threshold` became `num_threshold` with release
 * 0.24, which brought categories. A node of categories names a row of the predictor's own bit sets,
 * which says what goes left. Of the others the known ones go right, and unknown ones go as missing
 * values do: one set for each node says both here.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/hist_trees.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/forest.h"

#include <math.h>
#include <string.h>

/* A predictor while it is being read. */
struct predictor {
    struct np_array nodes;
    size_t n, first;
    const int64_t *left, *right, *feature, *leaf, *missing, *categorical, *set;
    const double *threshold, *value;
    const int64_t *sets; /* [n_sets][8] */
    size_t n_sets;
};

/* The field NAME of the nodes; OPTIONAL: NULL where there is none. */
static bool get_integers(struct sk_context *sk, const struct predictor *p, const char *name,
                         bool optional, const int64_t **ret)
{
    struct np_array field;
    *ret = NULL;
    if (!np_field_of(&field, &p->nodes, name))
        return optional || sk_fail(sk, LAR_ERR_FORMAT, "nodes have no %s", name);
    *ret = np_to_i64(&field, sk->arena, sk->err);
    return *ret != NULL;
}

static bool get_reals(struct sk_context *sk, const struct predictor *p, const char *name,
                      const char *older, const double **ret)
{
    struct np_array field;
    if (!np_field_of(&field, &p->nodes, name) && !np_field_of(&field, &p->nodes, older))
        return sk_fail(sk, LAR_ERR_FORMAT, "nodes have no %s", name);
    *ret = np_to_f64(&field, sk->arena, sk->err);
    return *ret != NULL;
}

/* The sets of those categories that go left. */
static bool get_sets(struct sk_context *sk, const struct pk_node *object, struct predictor *p)
{
    struct np_array array;
    const struct pk_node *node = pk_attribute(object, "raw_left_cat_bitsets");
    if (!node)
        return true;
    if (!np_is_array(node) || !np_array(&array, node, sk->arena, sk->err) ||
        array.shape.rank != 2 || array.shape.dims[1] != 8)
        return sk_refuse_attribute(sk, node, "raw_left_cat_bitsets", "must be an array [n, 8]");
    p->n_sets = (size_t)array.shape.dims[0];
    p->sets = np_to_i64(&array, sk->arena, sk->err);
    return p->sets != NULL;
}

static bool read_fields(struct sk_context *sk, const struct pk_node *object, struct predictor *p)
{
    return get_integers(sk, p, "left", false, &p->left) &&
           get_integers(sk, p, "right", false, &p->right) &&
           get_integers(sk, p, "feature_idx", false, &p->feature) &&
           get_integers(sk, p, "is_leaf", false, &p->leaf) &&
           get_integers(sk, p, "missing_go_to_left", true, &p->missing) &&
           get_integers(sk, p, "is_categorical", true, &p->categorical) &&
           get_integers(sk, p, "bitset_idx", true, &p->set) &&
           get_reals(sk, p, "num_threshold", "threshold", &p->threshold) &&
           get_reals(sk, p, "value", "value", &p->value) && get_sets(sk, object, p);
}

/* Which categories each column has: a set for each column. */
static bool known_categories(struct sk_context *sk, const struct pk_node *mapper, size_t columns,
                             uint32_t (**ret)[8])
{
    struct pk_items thresholds;
    struct sk_numbers values;
    const int64_t *categorical;
    size_t n = 0;
    const struct pk_node *node = pk_attribute(mapper, "is_categorical_");
    *ret = sk_alloc(sk, columns, sizeof **ret);
    if (!*ret || !node || node->kind == PK_NONE)
        return *ret != NULL;
    if (!sk_integers(sk, node, "is_categorical_", &categorical, &n))
        return false;
    if (n != columns || !sk_items(sk, pk_attribute(mapper, "bin_thresholds_"), &thresholds) ||
        thresholds.n != columns)
        return sk_fail(sk, LAR_ERR_FORMAT, "is_categorical_: has %zu marks for %zu columns", n,
                       columns);
    for (size_t i = 0; i < columns; i++) {
        if (!categorical[i])
            continue;
        if (!sk_numbers(sk, thresholds.data[i], "bin_thresholds_", 1, 1, &values))
            return false;
        for (size_t k = 0; k < values.n; k++) {
            double v = values.data[k];
            if (!(v >= 0 && v < 256))
                return sk_fail(sk, LAR_ERR_FORMAT, "bin_thresholds_: column %zu has category %g", i,
                               v);
            (*ret)[i][(unsigned)v / 32] |= UINT32_C(1) << (unsigned)v % 32;
        }
    }
    return true;
}

/* The set of node I of P, which is behind the sets that TREES has. */
static bool add_set(struct sk_context *sk, struct sk_hist_trees *trees, const struct predictor *p,
                    size_t i, uint32_t (*known)[8])
{
    uint32_t *to = trees->sets[trees->n_sets];
    const uint32_t *all = known[p->feature[i]];
    if (!p->sets || !p->set || p->set[i] < 0 || p->set[i] >= (int64_t)p->n_sets)
        return sk_fail(sk, LAR_ERR_FORMAT, "node %zu reads set %lld of %zu", i,
                       p->set ? (long long)p->set[i] : -1, p->n_sets);
    for (size_t w = 0; w < 8; w++)
        to[w] = (uint32_t)p->sets[(size_t)p->set[i] * 8 + w] |
                (p->missing && p->missing[i] ? ~all[w] : 0);
    trees->category[p->first + i] = (int32_t)trees->n_sets++;
    return true;
}

static bool copy_node(struct sk_context *sk, struct sk_hist_trees *trees, const struct predictor *p,
                      size_t i, uint32_t (*known)[8])
{
    size_t at = p->first + i;
    int64_t first = (int64_t)p->first, n = (int64_t)p->n;
    trees->left[at] = trees->right[at] = trees->category[at] = -1;
    if (p->leaf[i]) {
        trees->value[trees->leaves++] = p->value[i];
        return true;
    }
    if (p->left[i] <= (int64_t)i || p->left[i] >= n || p->right[i] <= (int64_t)i ||
        p->right[i] >= n || p->feature[i] < 0 || p->feature[i] >= (int64_t)trees->columns)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "node %zu of %zu has children %lld and %lld, feature %lld", i, p->n,
                       (long long)p->left[i], (long long)p->right[i], (long long)p->feature[i]);
    trees->left[at] = (int32_t)(first + p->left[i]);
    trees->right[at] = (int32_t)(first + p->right[i]);
    trees->feature[at] = (int32_t)p->feature[i];
    trees->missing_left[at] = p->missing && p->missing[i];
    if (p->categorical && p->categorical[i])
        return add_set(sk, trees, p, i, known);
    trees->threshold[at] = p->threshold[i];
    return !isnan(p->threshold[i]) ||
           sk_fail(sk, LAR_ERR_FORMAT, "node %zu of %zu has threshold nan", i, p->n);
}

/* Leaves must be one more than inner nodes: else a node has two parents or none. */
static bool copy_predictor(struct sk_context *sk, const struct pk_node *object,
                           struct sk_hist_trees *trees, struct predictor *p, uint32_t (*known)[8])
{
    size_t leaves = 0;
    if (!read_fields(sk, object, p) || !p->leaf)
        return false;
    for (size_t i = 0; i < p->n; i++)
        leaves += p->leaf[i] != 0;
    if (2 * leaves != p->n + 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "%zu leaves among %zu nodes", leaves, p->n);
    for (size_t i = 0; i < p->n; i++)
        if (!copy_node(sk, trees, p, i, known))
            return false;
    return true;
}

/* All predictors, iteration by iteration, described. */
static bool describe(struct sk_context *sk, const struct pk_node *object, struct sk_hist_trees *ret,
                     const struct pk_node *const **ret_objects, struct predictor **ret_predictors)
{
    struct pk_items iterations, one;
    const struct pk_node *list = sk_fitted(sk, object, "_predictors");
    if (!list)
        return false;
    if (!sk_items(sk, list, &iterations) || iterations.n == 0 ||
        !sk_items(sk, iterations.data[0], &one) || one.n == 0)
        return sk_refuse_attribute(sk, list, "_predictors", "must be a list of lists of trees");
    ret->k = one.n;
    ret->n_trees = iterations.n * one.n;
    const struct pk_node **objects = sk_alloc(sk, ret->n_trees, sizeof *objects);
    struct predictor *p = sk_alloc(sk, ret->n_trees, sizeof *p);
    if (!objects || !p)
        return false;
    for (size_t t = 0; t < ret->n_trees; t++) {
        if (!sk_items(sk, iterations.data[t / ret->k], &one) || one.n != ret->k)
            return sk_fail(sk, LAR_ERR_FORMAT, "_predictors[%zu]: is no list of %zu trees",
                           t / ret->k, ret->k);
        objects[t] = one.data[t % ret->k];
        const struct pk_node *nodes = pk_attribute(objects[t], "nodes");
        if (!np_is_array(nodes) || !np_array(&p[t].nodes, nodes, sk->arena, sk->err) ||
            p[t].nodes.shape.rank != 1 || p[t].nodes.shape.dims[0] < 1)
            return sk_fail(sk, LAR_ERR_FORMAT, "_predictors[%zu]: has no nodes", t / ret->k);
        p[t].n = (size_t)p[t].nodes.shape.dims[0];
        p[t].first = ret->n;
        ret->n += p[t].n;
        if (ret->n >= INT32_MAX)
            return sk_fail(sk, LAR_ERR_LIMIT, "_predictors: too many nodes");
    }
    *ret_objects = objects;
    *ret_predictors = p;
    return true;
}

static bool allocate(struct sk_context *sk, struct sk_hist_trees *trees)
{
    trees->roots = sk_alloc(sk, trees->n_trees, sizeof *trees->roots);
    trees->column = sk_alloc(sk, trees->n_trees, sizeof *trees->column);
    trees->left = sk_alloc(sk, trees->n, sizeof *trees->left);
    trees->right = sk_alloc(sk, trees->n, sizeof *trees->right);
    trees->feature = sk_alloc(sk, trees->n, sizeof *trees->feature);
    trees->category = sk_alloc(sk, trees->n, sizeof *trees->category);
    trees->threshold = sk_alloc(sk, trees->n, sizeof *trees->threshold);
    trees->missing_left = sk_alloc(sk, trees->n, 1);
    trees->value = sk_alloc(sk, trees->n, sizeof *trees->value);
    trees->sets = sk_alloc(sk, trees->n, sizeof *trees->sets);
    return trees->roots && trees->column && trees->left && trees->right && trees->feature &&
           trees->category && trees->threshold && trees->missing_left && trees->value &&
           trees->sets;
}

bool sk_hist_trees(struct sk_context *sk, const struct pk_node *object, struct sk_hist_trees *ret)
{
    const struct pk_node *const *objects = NULL;
    struct predictor *predictors = NULL;
    struct pk_items thresholds;
    uint32_t(*known)[8];
    struct lar_arena *arena = sk->arena, temporary;
    const char *name = pk_attribute(object, "_bin_mapper") ? "_bin_mapper" : "bin_mapper_";
    const struct pk_node *mapper = sk_fitted(sk, object, name);
    *ret = (struct sk_hist_trees){.negative = sk_release(object) < SK_RELEASE(1, 2)};
    if (!mapper)
        return false;
    if (!sk_items(sk, pk_attribute(mapper, "bin_thresholds_"), &thresholds) || thresholds.n == 0)
        return sk_refuse_attribute(sk, pk_attribute(mapper, "bin_thresholds_"),
                                   "_bin_mapper.bin_thresholds_", "must be a list");
    ret->columns = thresholds.n;
    if (!known_categories(sk, mapper, ret->columns, &known))
        return lar_error_within(sk->err, "%s", name);
    if (!describe(sk, object, ret, &objects, &predictors) || !objects || !predictors ||
        !allocate(sk, ret))
        return false;
    for (size_t t = 0; t < ret->n_trees; t++) {
        ret->roots[t] = (int64_t)predictors[t].first;
        ret->column[t] = (int64_t)(t % ret->k);
        lar_arena_init(&temporary, arena->limit);
        sk->arena = &temporary; /* conversions are given back */
        bool ok = copy_predictor(sk, objects[t], ret, &predictors[t], known);
        sk->arena = arena;
        lar_arena_finish(&temporary);
        if (!ok)
            return sk_within(sk, "_predictors", t / ret->k);
    }
    return true;
}

lar_value sk_hist_sum(struct sk_context *sk, const struct sk_hist_trees *trees, lar_value x,
                      const double *start)
{
    struct lar_draft *d = sk->draft;
    struct lar_shape n = LAR_SHAPE((int64_t)trees->n), t = LAR_SHAPE((int64_t)trees->n_trees);
    lar_value category = LAR_NO_VALUE, sets = LAR_NO_VALUE, negative = LAR_NO_VALUE;
    if (trees->n_sets) {
        category = sk_constant(sk, LAR_TYPE_I32, n, trees->category);
        sets = sk_constant(sk, LAR_TYPE_U32, LAR_SHAPE((int64_t)trees->n_sets, 8), trees->sets);
        negative = lar_draft_scalar_bool(d, trees->negative);
    }
    return lar_draft_node(
        d,
        &(struct lar_node_args){
            .op = "larder.TreeEnsemble",
            .inputs = &x,
            .n_inputs = 1,
            .params = {{"roots", sk_constant(sk, LAR_TYPE_I64, t, trees->roots)},
                       {"left", sk_constant(sk, LAR_TYPE_I32, n, trees->left)},
                       {"right", sk_constant(sk, LAR_TYPE_I32, n, trees->right)},
                       {"feature", sk_constant(sk, LAR_TYPE_I32, n, trees->feature)},
                       {"threshold", sk_constant(sk, LAR_TYPE_F64, n, trees->threshold)},
                       {"missing_left", sk_constant(sk, LAR_TYPE_BOOL, n, trees->missing_left)},
                       {"category", category},
                       {"sets", sets},
                       {"negative", negative},
                       {"value", sk_constant(sk, LAR_TYPE_F64, LAR_SHAPE((int64_t)trees->leaves, 1),
                                             trees->value)},
                       {"column", sk_constant(sk, LAR_TYPE_I64, t, trees->column)},
                       {"start", lar_draft_f64(d, start, LAR_SHAPE((int64_t)trees->k))},
                       {"wide", lar_draft_scalar_bool(d, true)}},
        });
}

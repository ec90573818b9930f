/* The importances that SelectFromModel compares with its threshold: of linear models the
 * magnitudes of coef_, of trees what each feature took from the impurity.
 *
 * Exact: NumPy's sums, in its order; but where coef_ is float32, in float64.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/feature_selection.h"
#include "persistence/formats/sklearn/trees.h"

#include <math.h>
#include <string.h>

/* Adds up the magnitudes of each column of COEF [k, n]. FORTRAN: NumPy has columns in one piece,
 * which it adds up by parts. */
static bool column_norms(struct sk_context *sk, const struct sk_numbers *coef, bool fortran,
                         bool largest, double *ret)
{
    size_t k = (size_t)coef->shape.dims[0], n = (size_t)coef->shape.dims[1];
    double *column = sk_alloc(sk, k, sizeof *column);
    if (!column)
        return false;
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < k; i++) {
            column[i] = fabs(coef->data[i * n + j]);
            ret[j] = largest ? fmax(ret[j], column[i]) : ret[j] + column[i];
        }
        if (fortran && !largest)
            ret[j] = sk_sum(column, k);
    }
    return true;
}

static bool of_coef(struct sk_context *sk, const struct pk_node *object, const struct pk_node *node,
                    double **ret, size_t *ret_n, bool *ret_float32)
{
    struct sk_numbers coef;
    struct np_array array;
    const struct pk_node *option = pk_attribute(object, "norm_order");
    double order = 1;
    bool fortran = false;
    if (option && !pk_get_f64(option, &order))
        return sk_refuse_attribute(sk, option, "norm_order", "must be a number");
    if (!sk_numbers(sk, node, "coef_", 1, 2, &coef))
        return false;
    if (np_is_array(node) && np_array(&array, node, sk->arena, sk->err))
        fortran = array.shape.rank == 2 && array.strides[0] < array.strides[1];
    *ret_float32 = coef.float32;
    *ret_n = (size_t)coef.shape.dims[coef.shape.rank - 1];
    if (!(*ret = sk_alloc(sk, *ret_n, sizeof **ret)))
        return false;
    if (coef.shape.rank == 2 && order != 1 && order != (double)INFINITY)
        return sk_refuse_attribute(sk, option, "norm_order", "must be 1 or infinity");
    if (coef.shape.rank == 2)
        return column_norms(sk, &coef, fortran, order != 1, *ret);
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = fabs(coef.data[i]);
    return true;
}

/* The fields of a tree's nodes. */
struct fields {
    const int64_t *left, *right, *feature;
    const double *weight, *impurity;
    size_t n;
};

/* The field NAME of all nodes: as integers, or as reals. */
static bool field_of(struct sk_context *sk, const struct np_array *nodes, const char *name,
                     const int64_t **integers, const double **reals)
{
    struct np_array field;
    if (!np_field_of(&field, nodes, name)) {
        sk_fail(sk, LAR_ERR_FORMAT, "tree_: nodes have no %s", name);
        return false;
    }
    if (integers)
        *integers = np_to_i64(&field, sk->arena, sk->err);
    else
        *reals = np_to_f64(&field, sk->arena, sk->err);
    if (integers ? *integers != NULL : *reals != NULL)
        return true;
    lar_error_within(sk->err, "tree_");
    return false;
}

static bool read_fields(struct sk_context *sk, const struct pk_node *tree, struct fields *ret)
{
    const struct pk_node *nodes = pk_attribute(tree, "nodes");
    struct np_array array;
    *ret = (struct fields){.n = 0};
    if (!np_is_array(nodes) || !np_array(&array, nodes, sk->arena, sk->err) ||
        array.shape.rank != 1 || array.shape.dims[0] < 1) {
        sk_fail(sk, LAR_ERR_FORMAT, "tree_: has no nodes");
        return false;
    }
    ret->n = (size_t)array.shape.dims[0];
    return field_of(sk, &array, "left_child", &ret->left, NULL) &&
           field_of(sk, &array, "right_child", &ret->right, NULL) &&
           field_of(sk, &array, "feature", &ret->feature, NULL) &&
           field_of(sk, &array, "weighted_n_node_samples", NULL, &ret->weight) &&
           field_of(sk, &array, "impurity", NULL, &ret->impurity);
}

/* What each of N features took from the impurity in the tree of OBJECT. NORMALIZE: the shares of
 * that. */
static bool of_tree(struct sk_context *sk, const struct pk_node *object, bool normalize,
                    double *ret, size_t n, size_t *ret_nodes)
{
    struct fields f = {.n = 0};
    const struct pk_node *tree = sk_fitted(sk, object, "tree_");
    if (!tree || !read_fields(sk, tree, &f))
        return false;
    for (size_t i = 0; i < n; i++)
        ret[i] = 0;
    for (size_t i = 0; i < f.n; i++) {
        int64_t l = f.left[i], r = f.right[i];
        if (l == -1)
            continue;
        if (l < 0 || l >= (int64_t)f.n || r < 0 || r >= (int64_t)f.n || f.feature[i] < 0 ||
            f.feature[i] >= (int64_t)n)
            return sk_fail(sk, LAR_ERR_FORMAT, "tree_: node %zu is out of range", i);
        ret[f.feature[i]] +=
            f.weight[i] * f.impurity[i] - f.weight[l] * f.impurity[l] - f.weight[r] * f.impurity[r];
    }
    for (size_t i = 0; i < n; i++)
        ret[i] /= f.weight[0];
    double sum = sk_sum(ret, n);
    for (size_t i = 0; i < n && sum > 0 && normalize; i++)
        ret[i] /= sum;
    *ret_nodes = f.n;
    return true;
}

/* The mean over the trees that are more than a root. */
static bool of_forest(struct sk_context *sk, const struct pk_node *trees, double *ret, size_t n)
{
    struct pk_items items;
    size_t counted = 0, nodes = 0;
    double *one = sk_alloc(sk, n, sizeof *one);
    if (!one)
        return false;
    if (!sk_items(sk, trees, &items))
        return sk_refuse_attribute(sk, trees, "estimators_", "must be a list of trees");
    for (size_t i = 0; i < items.n; i++) {
        if (!of_tree(sk, items.data[i], true, one, n, &nodes))
            return sk_within(sk, "estimators_", i);
        counted += nodes > 1;
        for (size_t k = 0; k < n && nodes > 1; k++)
            ret[k] += one[k];
    }
    for (size_t k = 0; k < n && counted; k++)
        ret[k] /= (double)counted;
    double sum = sk_sum(ret, n);
    for (size_t k = 0; k < n && counted; k++)
        ret[k] /= sum;
    return true;
}

/* Of gradient boosting: the mean over its trees, which are not normalised before; up to release
 * 0.21, of each stage first. */
static bool of_stages(struct sk_context *sk, const struct pk_node *model, double *ret, size_t n)
{
    const struct pk_node *node = pk_attribute(model, "estimators_");
    bool by_stage = sk_release(model) < SK_RELEASE(0, 22);
    struct np_array array;
    size_t counted = 0, nodes = 0;
    double *one = sk_alloc(sk, n, sizeof *one), *stage = sk_alloc(sk, n, sizeof *stage);
    if (!one || !stage)
        return false;
    if (!np_is_array(node) || !np_array(&array, node, sk->arena, sk->err) || !array.objects ||
        array.shape.rank != 2 || array.shape.dims[1] < 1)
        return sk_refuse_attribute(sk, node, "estimators_", "must be an array of trees");
    size_t stages = (size_t)array.shape.dims[0], k = (size_t)array.shape.dims[1];
    for (size_t i = 0; i < stages; i++) {
        for (size_t j = 0; j < k; j++) {
            if (!of_tree(sk, array.objects[i * k + j], false, one, n, &nodes))
                return sk_within(sk, "estimators_", i);
            counted += !by_stage && nodes > 1;
            for (size_t at = 0; at < n; at++) {
                if (by_stage)
                    stage[at] = j ? stage[at] + one[at] : one[at];
                else if (nodes > 1)
                    ret[at] += one[at];
            }
        }
        counted += by_stage;
        for (size_t at = 0; at < n && by_stage; at++)
            ret[at] += stage[at] / (double)k;
    }
    for (size_t at = 0; at < n && counted; at++)
        ret[at] /= (double)counted;
    double sum = sk_sum(ret, n);
    for (size_t at = 0; at < n && counted; at++)
        ret[at] /= sum;
    return true;
}

static bool of_trees(struct sk_context *sk, const struct pk_node *model, double *ret, size_t n);

/* Of AdaBoost: the weighted mean over what it boosts, trees or forests. */
static bool of_weighted(struct sk_context *sk, const struct pk_node *model, double *ret, size_t n)
{
    struct pk_items members;
    struct sk_numbers weights;
    double *one = sk_alloc(sk, n, sizeof *one);
    if (!one || !sk_get_numbers(sk, model, "estimator_weights_", 1, 1, &weights))
        return false;
    if (!sk_items(sk, pk_attribute(model, "estimators_"), &members) || members.n > weights.n)
        return sk_refuse_attribute(sk, pk_attribute(model, "estimators_"), "estimators_",
                                   "must be a list, with a weight for each");
    for (size_t i = 0; i < members.n; i++) {
        memset(one, 0, n * sizeof *one);
        if (!of_trees(sk, members.data[i], one, n))
            return sk_within(sk, "estimators_", i);
        for (size_t at = 0; at < n; at++)
            ret[at] += weights.data[i] * one[at];
    }
    double sum = sk_sum(weights.data, weights.n);
    for (size_t at = 0; at < n; at++)
        ret[at] /= sum;
    return true;
}

static bool is_one_of(const struct pk_node *model, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pk_class_is(model, names[i]))
            return true;
    return false;
}

/* Of a tree or a forest. */
static bool of_trees(struct sk_context *sk, const struct pk_node *model, double *ret, size_t n)
{
    static const char *const forests[] = {"RandomForestClassifier", "RandomForestRegressor",
                                          "ExtraTreesClassifier", "ExtraTreesRegressor"};
    size_t nodes = 0;
    if (pk_attribute(model, "tree_"))
        return of_tree(sk, model, true, ret, n, &nodes);
    if (is_one_of(model, forests, 4) && pk_attribute(model, "estimators_"))
        return of_forest(sk, pk_attribute(model, "estimators_"), ret, n);
    return sk_refuse_attribute(sk, model, "estimator_",
                               "must be linear, a tree or an ensemble of trees");
}

/* How many columns MODEL was fitted with; AdaBoost of releases before 0.24 knows it by its trees.
 */
static bool width_of(struct sk_context *sk, const struct pk_node *model, size_t *ret)
{
    struct pk_items members;
    const char *name = pk_attribute(model, "n_features_in_") ? "n_features_in_" : "n_features_";
    if (!pk_attribute(model, name) && sk_items(sk, pk_attribute(model, "estimators_"), &members) &&
        members.n)
        model = members.data[0];
    return sk_get_size(sk, model, name, 0, ret);
}

bool sk_importances(struct sk_context *sk, const struct pk_node *object,
                    const struct pk_node *model, double **ret, size_t *ret_n, bool *ret_float32)
{
    const struct pk_node *coef = pk_attribute(model, "coef_");
    bool by_coef = sk_option_is(object, "importance_getter", "auto", "coef_");
    bool by_trees = sk_option_is(object, "importance_getter", "auto", "feature_importances_");
    if (!by_coef && !by_trees && !sk_option_is(object, "importance_getter", "auto", "auto"))
        return sk_refuse_attribute(sk, pk_attribute(object, "importance_getter"),
                                   "importance_getter",
                                   "must be auto, coef_ or feature_importances_");
    *ret_float32 = false;
    if (coef && !by_trees)
        return of_coef(sk, object, coef, ret, ret_n, ret_float32);
    static const char *const boosted[] = {"GradientBoostingClassifier", "GradientBoostingRegressor",
                                          "AdaBoostClassifier", "AdaBoostRegressor"};
    if (by_coef || !width_of(sk, model, ret_n) || *ret_n == 0 ||
        !(*ret = sk_alloc(sk, *ret_n, sizeof **ret)))
        return sk_refuse_attribute(sk, model, "estimator_", "must have coef_ or fitted trees");
    if (is_one_of(model, boosted, 2))
        return of_stages(sk, model, *ret, *ret_n);
    if (is_one_of(model, boosted + 2, 2))
        return of_weighted(sk, model, *ret, *ret_n);
    return of_trees(sk, model, *ret, *ret_n);
}

/* From an object to its inverse_transform; see inverse.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/inverse.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"

#include <string.h>

/* Rows match the class in each module of its package, as those of table.c do. */
static const struct inverse {
    const char *package, *name;
    bool (*invert)(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_frame *ret);
    unsigned since; /* the first release whose class has it; 0: all */
} inverses[] = {
    {"sklearn.cluster", "FeatureAgglomeration", sk_invert_feature_agglomeration, 0},
    {"sklearn.cross_decomposition", "CCA", sk_invert_pls, SK_RELEASE(0, 22)},
    {"sklearn.cross_decomposition", "PLSCanonical", sk_invert_pls, SK_RELEASE(0, 22)},
    {"sklearn.cross_decomposition", "PLSRegression", sk_invert_pls, SK_RELEASE(0, 22)},
    {"sklearn.decomposition", "FastICA", sk_invert_fast_ica, 0},
    {"sklearn.decomposition", "IncrementalPCA", sk_invert_pca, 0},
    {"sklearn.decomposition", "MiniBatchNMF", sk_invert_nmf, 0},
    {"sklearn.decomposition", "MiniBatchSparsePCA", sk_invert_sparse_pca, SK_RELEASE(1, 2)},
    {"sklearn.decomposition", "NMF", sk_invert_nmf, 0},
    {"sklearn.decomposition", "PCA", sk_invert_pca, 0},
    {"sklearn.decomposition", "SparsePCA", sk_invert_sparse_pca, SK_RELEASE(1, 2)},
    {"sklearn.decomposition", "TruncatedSVD", sk_invert_truncated_svd, 0},
    {"sklearn.feature_selection", "GenericUnivariateSelect", sk_invert_selector, 0},
    {"sklearn.feature_selection", "RFE", sk_invert_selector, 0},
    {"sklearn.feature_selection", "RFECV", sk_invert_selector, 0},
    {"sklearn.feature_selection", "SelectFdr", sk_invert_selector, 0},
    {"sklearn.feature_selection", "SelectFpr", sk_invert_selector, 0},
    {"sklearn.feature_selection", "SelectFromModel", sk_invert_selector, 0},
    {"sklearn.feature_selection", "SelectFwe", sk_invert_selector, 0},
    {"sklearn.feature_selection", "SelectKBest", sk_invert_selector, 0},
    {"sklearn.feature_selection", "SelectPercentile", sk_invert_selector, 0},
    {"sklearn.feature_selection", "SequentialFeatureSelector", sk_invert_selector, 0},
    {"sklearn.feature_selection", "VarianceThreshold", sk_invert_selector, 0},
    {"sklearn.pipeline", "Pipeline", sk_invert_pipeline, 0},
    {"sklearn.preprocessing", "FunctionTransformer", sk_invert_function_transformer, 0},
    {"sklearn.preprocessing", "KBinsDiscretizer", sk_invert_k_bins_discretizer, 0},
    {"sklearn.preprocessing", "LabelBinarizer", sk_invert_label_binarizer, 0},
    {"sklearn.preprocessing", "LabelEncoder", sk_invert_label_encoder, 0},
    {"sklearn.preprocessing", "MaxAbsScaler", sk_invert_max_abs_scaler, 0},
    {"sklearn.preprocessing", "MinMaxScaler", sk_invert_min_max_scaler, 0},
    {"sklearn.preprocessing", "OneHotEncoder", sk_invert_one_hot_encoder, 0},
    {"sklearn.preprocessing", "OrdinalEncoder", sk_invert_ordinal_encoder, 0},
    {"sklearn.preprocessing", "PowerTransformer", sk_invert_power_transformer, 0},
    {"sklearn.preprocessing", "QuantileTransformer", sk_invert_quantile_transformer, 0},
    {"sklearn.preprocessing", "RobustScaler", sk_invert_robust_scaler, 0},
    {"sklearn.preprocessing", "StandardScaler", sk_invert_standard_scaler, 0},
    {"sklearn.random_projection", "GaussianRandomProjection", sk_invert_random_projection,
     SK_RELEASE(1, 1)},
    {"sklearn.random_projection", "SparseRandomProjection", sk_invert_random_projection,
     SK_RELEASE(1, 1)},
};

/* What stands in the place of OBJECT: of a search its best estimator, of a frozen one what is in
 * it. */
static const struct pk_node *unwrapped(const struct pk_node *object)
{
    for (int depth = 0; object && depth < SK_DEPTH; depth++) {
        const struct sk_class *class = sk_class_of(object);
        if (!class || (class->read != sk_read_search && class->read != sk_read_frozen_estimator))
            break;
        object = sk_first_inner(object);
    }
    return object;
}

static const struct inverse *inverse_of(const struct pk_node *object)
{
    const struct sk_class *class = sk_class_of(object);
    for (size_t i = 0; class && i < sizeof inverses / sizeof *inverses; i++)
        if (strcmp(inverses[i].name, class->name) == 0 &&
            strcmp(inverses[i].package, class->package) == 0)
            return sk_release(object) >= inverses[i].since ? &inverses[i] : NULL;
    return NULL;
}

/* The transformer of step I of a pipeline. */
static const struct pk_node *step_of(struct pk_items steps, size_t i)
{
    const struct pk_node *entry = steps.data[i];
    bool pair = (entry->kind == PK_TUPLE || entry->kind == PK_LIST) && entry->items.n == 2;
    return pair ? entry->items.data[1] : NULL;
}

static bool invertible(const struct pk_node *object, unsigned depth)
{
    object = unwrapped(object);
    const struct inverse *inverse = inverse_of(object);
    if (!inverse || depth == SK_DEPTH)
        return false;
    if (inverse->invert != sk_invert_pipeline)
        return true;
    const struct pk_node *steps = pk_attribute(object, "steps");
    if (!steps || steps->kind != PK_LIST)
        return false;
    for (size_t i = 0; i < steps->items.n; i++) {
        const struct pk_node *step = step_of(steps->items, i);
        if (!sk_is_passthrough(step) && !invertible(step, depth + 1))
            return false;
    }
    return true;
}

bool sk_invertible(const struct pk_node *object)
{
    return invertible(object, 0);
}

bool sk_invert(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
               struct sk_frame *ret)
{
    char what[256];
    object = unwrapped(object);
    const struct inverse *inverse = inverse_of(object);
    bool ok = false;
    if (sk->depth == SK_DEPTH)
        return sk_fail(sk, LAR_ERR_LIMIT, "estimators are nested deeper than %d", SK_DEPTH);
    if (++sk->estimators > SK_ESTIMATORS)
        return sk_fail(sk, LAR_ERR_LIMIT, "more than %d estimators in one model", SK_ESTIMATORS);
    sk->depth++;
    if (inverse)
        ok = inverse->invert(sk, object, in, ret);
    else
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "its inverse_transform is not supported");
    ok = lar_draft_ok(sk->draft, sk->err) && ok;
    sk->depth--;
    if (!ok && !sk->named)
        lar_error_within(sk->err, "%s", pk_describe(object, what, sizeof what));
    sk->named |= !ok;
    return ok;
}

/* Steps from the last to the first. */
bool sk_invert_pipeline(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_frame *in, struct sk_frame *ret)
{
    struct pk_items steps;
    const struct pk_node *node = sk_fitted(sk, object, "steps");
    if (!node)
        return false;
    if (!sk_items(sk, node, &steps))
        return sk_refuse_attribute(sk, node, "steps", "must be a list");
    *ret = *in;
    for (size_t i = steps.n; i-- > 0;) {
        struct sk_frame frame = *ret;
        const struct pk_node *step = step_of(steps, i);
        if (!sk_is_passthrough(step) && !sk_invert(sk, step, &frame, ret))
            return sk_within(sk, "steps", i);
    }
    return true;
}

/* A name that no column of the model has. */
static const char *free_name(struct sk_context *sk)
{
    const struct sk_root *root = &sk->root;
    const char *name = "transformed";
    for (size_t i = 0; name && root->names && root->n != SK_UNKNOWN && i < root->n; i++)
        if (strcmp(root->names[i], name) == 0) {
            name = lar_arena_printf(sk->arena, "%s_", name);
            i = SIZE_MAX; /* from the first again */
        }
    return name;
}

/* The input of inverse_transform, named NAME, and what OBJECT makes of it. */
static bool build(struct sk_context *sk, const struct pk_node *object, const char *name,
                  const struct lar_value_info *info, lar_value *ret)
{
    lar_value x = info->shape.rank == 1
                      ? lar_draft_input(sk->draft, name, info->type, LAR_SHAPE(LAR_DIM_ROWS))
                      : lar_draft_input(sk->draft, name, LAR_TYPE_F64,
                                        LAR_SHAPE(LAR_DIM_ROWS, info->shape.dims[1]));
    struct sk_frame in = sk_frame_of(sk, x), out;
    if (!sk_invert(sk, object, &in, &out))
        return false;
    *ret = sk_frame_output(sk, &out);
    return *ret != LAR_NO_VALUE && lar_draft_ok(sk->draft, sk->err);
}

/* Whether the options of OBJECT let its inverse be read: tried in a draft that is thrown away. What
 * is no matter of options is an error. */
static bool try_it(struct sk_context *sk, const struct pk_node *object, const char *name,
                   const struct lar_value_info *info, bool *ret)
{
    struct lar_draft *draft = sk->draft;
    struct lar_arena *arena = sk->arena;
    lar_value value;
    sk->draft = lar_draft_new(lar_draft_operators(draft), arena->limit, sk->err);
    if (!sk->draft) {
        sk->draft = draft;
        return false;
    }
    sk->arena = lar_draft_arena(sk->draft);
    *ret = build(sk, object, name, info, &value);
    lar_draft_free(sk->draft);
    sk->draft = draft;
    sk->arena = arena;
    if (*ret || sk->err->code != LAR_ERR_UNSUPPORTED)
        return *ret;
    sk_remark(sk, lar_arena_printf(arena, "inverse_transform is not served: %s", sk->err->text));
    *sk->err = (struct lar_error){0};
    sk->named = false;
    return true;
}

bool sk_add_inverse(struct sk_context *sk, const struct pk_node *object, struct sk_result *result)
{
    if (!result->transforms || result->frame.matrix == LAR_NO_VALUE || !sk_invertible(object))
        return true;
    const char *name = free_name(sk);
    struct lar_value_info info = *lar_draft_info(sk->draft, result->frame.matrix);
    bool can;
    lar_value value;
    if (!name)
        return lar_arena_fail(sk->arena, sk->err, "a name");
    if (info.shape.rank != 1 &&
        (info.shape.rank != 2 || (info.shape.dims[1] < 0 && info.shape.dims[1] != LAR_DIM_UNKNOWN)))
        return true;
    if (!try_it(sk, object, name, &info, &can))
        return false;
    return !can || (build(sk, object, name, &info, &value) &&
                    sk_answer(sk, result, SK_INVERSE_TRANSFORM, value, LAR_NO_VALUE));
}

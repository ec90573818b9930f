/* sklearn.neighbors: RadiusNeighborsClassifier, RadiusNeighborsRegressor, and the transformers
 * KNeighborsTransformer, RadiusNeighborsTransformer, which answer with a graph.
 *
 * Neighbours are added up in their order in the training data, scikit-learn does it in that of its
 * search: sums differ by roundings. neighbors.c says how distances compare.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/neighbors.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

bool sk_find_within(struct sk_context *sk, const struct sk_nearest *q, bool ones, lar_value *ret)
{
    struct lar_node_args args = {.op = "larder.RadiusNeighbors", .inputs = &q->x, .n_inputs = 1};
    const struct pk_node *node = pk_attribute(q->object, "radius");
    double radius = 1;
    if (node && !pk_get_f64(node, &radius))
        return sk_refuse_attribute(sk, node, "radius", "must be a number");
    if (!(radius >= 0))
        return sk_fail(sk, LAR_ERR_FORMAT, "radius: is %g", radius);
    size_t n = sk_metric_params(sk, &q->metric, q->points, q->n, &args);
    args.params[n].name = "radius";
    args.params[n++].value = lar_draft_scalar_f64(sk->draft, radius);
    args.params[n].name = "ones";
    args.params[n++].value = lar_draft_scalar_bool(sk->draft, ones);
    *ret = lar_draft_node(sk->draft, &args);
    return lar_draft_ok(sk->draft, sk->err);
}

/* NODE as a text node: str, or NumPy's. NULL if it is neither. */
static const struct pk_node *as_text(struct sk_context *sk, const struct pk_node *node)
{
    struct np_array array;
    struct lar_tensor t;
    struct lar_error ignored = {0};
    if (node->kind == PK_TEXT)
        return node;
    if (!np_scalar(&array, node, sk->arena) || !np_to_tensor(&t, &array, sk->arena, &ignored) ||
        t.type != LAR_TYPE_STRING || t.kinds[0] != LAR_STRING_TEXT)
        return NULL;
    struct pk_node *text = sk_alloc(sk, 1, sizeof *text);
    if (text)
        *text = (struct pk_node){.kind = PK_TEXT,
                                 .bytes = {(const uint8_t *)t.data, (size_t)t.offsets[1]}};
    return text;
}

/* Releases before 0.22: no probabilities, one label for outliers in all outputs. */
static bool is_early(const struct pk_node *object)
{
    return sk_release(object) < SK_RELEASE(0, 22);
}

/* The label of rows without neighbours, of output I, or NULL: such rows are refused. */
static bool outlier_label(struct sk_context *sk, const struct pk_node *object, size_t i, size_t n,
                          const struct pk_node **ret)
{
    const struct pk_node *list = pk_attribute(object, "outlier_label_");
    struct pk_items items;
    *ret = NULL;
    if (is_early(object)) {
        list = pk_attribute(object, "outlier_label");
        *ret = list && list->kind != PK_NONE ? as_text(sk, list) : NULL;
        if (!*ret && list && list->kind != PK_NONE)
            *ret = list;
        return true;
    }
    if (!list || list->kind == PK_NONE)
        return true;
    if (!sk_items(sk, list, &items) || items.n != n)
        return sk_refuse_attribute(sk, list, "outlier_label_",
                                   "must be a list of one label for "
                                   "each output");
    const struct pk_node *text = as_text(sk, items.data[i]);
    *ret = text ? text : items.data[i];
    return true;
}

/* Element I of LABELS equals NODE. */
static bool is_label(const struct lar_tensor *t, size_t i, const struct pk_node *node)
{
    double real;
    if (t->type == LAR_TYPE_STRING) {
        size_t n = (size_t)(t->offsets[i + 1] - t->offsets[i]);
        return node->kind == PK_TEXT && node->bytes.size == n &&
               memcmp((const char *)t->data + t->offsets[i], node->bytes.data, n) == 0;
    }
    if (!pk_get_f64(node, &real))
        return false;
    if (t->type == LAR_TYPE_F64)
        return ((const double *)t->data)[i] == real;
    return t->type == LAR_TYPE_I64 && (double)((const int64_t *)t->data)[i] == real;
}

/* LABELS with NODE behind them. */
static lar_value extended_labels(struct sk_context *sk, lar_value labels,
                                 const struct pk_node *node)
{
    const struct lar_tensor *t = lar_draft_info(sk->draft, labels)->constant;
    size_t n = (size_t)t->shape.dims[0];
    const char **texts = sk_alloc(sk, n + 1, sizeof *texts);
    size_t *lengths = sk_alloc(sk, n + 1, sizeof *lengths);
    int64_t *integers = sk_alloc(sk, n + 1, sizeof *integers);
    double *reals = sk_alloc(sk, n + 1, sizeof *reals);
    if (!texts || !lengths || !integers || !reals)
        return LAR_NO_VALUE;
    if (t->type == LAR_TYPE_STRING && node->kind == PK_TEXT) {
        for (size_t i = 0; i < n; i++) {
            texts[i] = (const char *)t->data + t->offsets[i];
            lengths[i] = (size_t)(t->offsets[i + 1] - t->offsets[i]);
        }
        texts[n] = (const char *)node->bytes.data;
        lengths[n] = node->bytes.size;
        return lar_draft_strings(sk->draft, texts, lengths, NULL, n + 1);
    }
    if (t->type == LAR_TYPE_I64 && pk_get_i64(node, &integers[n])) {
        memcpy(integers, t->data, n * sizeof *integers);
        return lar_draft_i64(sk->draft, integers, LAR_SHAPE((int64_t)n + 1));
    }
    if (t->type == LAR_TYPE_F64 && pk_get_f64(node, &reals[n])) {
        memcpy(reals, t->data, n * sizeof *reals);
        return lar_draft_f64(sk->draft, reals, LAR_SHAPE((int64_t)n + 1));
    }
    sk_refuse_attribute(sk, node, "outlier_label_", "must be of the type of the classes");
    return LAR_NO_VALUE;
}

/* Whether scikit-learn (1.4 on) counts in a way of its own, which takes the outlier's label for a
 * position among the classes. */
static bool takes_position(const struct sk_nearest *q, const struct sk_codes *codes, bool weighted)
{
    return q->reduction && !weighted && !codes->several &&
           sk_release(q->object) >= SK_RELEASE(1, 4);
}

static lar_value count(struct sk_context *sk, const struct sk_codes *codes, size_t i, size_t points,
                       lar_value graph, bool weighted, size_t classes, lar_value outlier)
{
    struct lar_draft *d = sk->draft;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.NeighborVotes",
               .inputs = &graph,
               .n_inputs = 1,
               .n_outputs = 2,
               .params = {{"codes", lar_draft_i64(d, codes->codes[i], LAR_SHAPE((int64_t)points))},
                          {"classes", lar_draft_scalar_i64(d, (int64_t)classes)},
                          {"weighted", lar_draft_scalar_bool(d, weighted)},
                          {"outlier", outlier}},
           });
}

/* Output I: the label, and the shares as an answer. */
static bool answer_output(struct sk_context *sk, const struct sk_nearest *q,
                          const struct sk_codes *codes, size_t i, lar_value graph, bool weighted,
                          struct sk_result *ret, lar_value *ret_label)
{
    struct lar_draft *d = sk->draft;
    const struct pk_node *label;
    size_t n = codes->classes[i];
    lar_value labels = codes->labels[i], outlier = LAR_NO_VALUE;
    int64_t position = -1, index;
    if (!outlier_label(sk, q->object, i, codes->n, &label))
        return false;
    if (label) {
        const struct lar_tensor *t = lar_draft_info(d, labels)->constant;
        for (size_t k = 0; t && k < n; k++)
            if (is_label(t, k, label))
                position = (int64_t)k;
        if (takes_position(q, codes, weighted)) {
            const struct pk_node *given = pk_attribute(q->object, "outlier_label");
            position = pk_get_i64(given, &index) && index >= 0 && index < (int64_t)n ? index : -1;
        }
        outlier = lar_draft_scalar_i64(d, position);
    }
    lar_value votes = count(sk, codes, i, q->n, graph, weighted, n, outlier);
    if (votes == LAR_NO_VALUE)
        return false;
    if (!is_early(q->object) && !sk_answer(sk, ret, SK_PREDICT_PROBA, votes + 1, labels))
        return false;
    if (label && position < 0) { /* one class more, which has the outliers */
        labels = extended_labels(sk, labels, label);
        if (labels == LAR_NO_VALUE)
            return false;
        votes =
            count(sk, codes, i, q->n, graph, weighted, n + 1, lar_draft_scalar_i64(d, (int64_t)n));
    }
    *ret_label = sk_greatest(sk, votes, labels);
    return lar_draft_ok(d, sk->err);
}

bool sk_read_radius_neighbors_classifier(struct sk_context *sk, const struct pk_node *object,
                                         const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_nearest nearest;
    struct sk_codes codes;
    lar_value graph = LAR_NO_VALUE;
    bool weighted = false;
    if (!sk_get_nearest(sk, object, in, &nearest) || !sk_get_weighted(sk, object, &weighted) ||
        !sk_get_codes(sk, object, nearest.n, &codes) ||
        !sk_find_within(sk, &nearest, false, &graph))
        return false;
    lar_value *labels = sk_alloc(sk, codes.n, sizeof *labels);
    for (size_t i = 0; labels && i < codes.n; i++)
        if (!answer_output(sk, &nearest, &codes, i, graph, weighted, ret, &labels[i]))
            return false;
    ret->answers[SK_PREDICT_PROBA].several = codes.several;
    return labels && sk_answer(sk, ret, SK_PREDICT,
                               codes.several ? sk_label_columns(sk, labels, codes.n) : labels[0],
                               LAR_NO_VALUE);
}

bool sk_read_radius_neighbors_regressor(struct sk_context *sk, const struct pk_node *object,
                                        const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_nearest nearest;
    struct sk_targets targets = {.values = LAR_NO_VALUE};
    lar_value graph = LAR_NO_VALUE;
    bool weighted = false;
    if (!sk_get_nearest(sk, object, in, &nearest) || !sk_get_weighted(sk, object, &weighted) ||
        !sk_get_targets(sk, object, nearest.n, weighted, &targets) ||
        !sk_find_within(sk, &nearest, false, &graph))
        return false;
    /* NaN as an integer, which is what a row without neighbours answers there */
    lar_value none = targets.integers ? lar_draft_scalar_f64(d, (double)INT64_MIN) : LAR_NO_VALUE;
    lar_value means =
        lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.NeighborMeans",
                              .inputs = &graph,
                              .n_inputs = 1,
                              .params = {{"targets", targets.values},
                                         {"weighted", lar_draft_scalar_bool(d, weighted)},
                                         {"none", none}},
                          });
    return sk_answer_neighbor_means(sk, &targets, means, ret);
}

static bool get_mode(struct sk_context *sk, const struct pk_node *object, bool *ret_ones)
{
    *ret_ones = sk_option_is(object, "mode", "distance", "connectivity");
    if (*ret_ones || sk_option_is(object, "mode", "distance", "distance"))
        return true;
    return sk_refuse_attribute(sk, pk_attribute(object, "mode"), "mode",
                               "must be 'distance' or 'connectivity'");
}

bool sk_read_k_neighbors_transformer(struct sk_context *sk, const struct pk_node *object,
                                     const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_nearest nearest;
    lar_value found[2], asked[2];
    size_t k;
    bool ones;
    if (!sk_get_nearest(sk, object, in, &nearest) || !sk_get_k(sk, &nearest, &k) ||
        !get_mode(sk, object, &ones))
        return false;
    size_t more = ones ? k : k + 1; /* a point of the training data is its own neighbour */
    if (more > nearest.n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "n_neighbors: is %zu, of %zu points", more,
                       nearest.n);
    if (!sk_find_nearest(sk, &nearest, more, found) || !sk_find_nearest(sk, &nearest, k, asked))
        return false;
    lar_value graph =
        lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.NeighborGraph",
                              .inputs = found,
                              .n_inputs = 2,
                              .params = {{"points", lar_draft_scalar_i64(d, (int64_t)nearest.n)},
                                         {"ones", lar_draft_scalar_bool(d, ones)}},
                          });
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, graph);
    return sk_answer(sk, ret, SK_KNEIGHBORS, asked[0], LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_KNEIGHBORS, asked[1], LAR_NO_VALUE);
}

bool sk_read_radius_neighbors_transformer(struct sk_context *sk, const struct pk_node *object,
                                          const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_nearest nearest;
    lar_value graph = LAR_NO_VALUE;
    bool ones = false;
    if (!sk_get_nearest(sk, object, in, &nearest) || !get_mode(sk, object, &ones) ||
        !sk_find_within(sk, &nearest, ones, &graph))
        return false;
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, graph);
    return true;
}

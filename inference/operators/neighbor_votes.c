/* larder.NeighborVotes, larder.NeighborMeans: what each row's neighbours say.
 *
 * Inputs: distances, float64 [rows, k], and neighbours' numbers, int64 [rows, k]; or a graph, CSR
 * float64 [rows, n], whose stored entries are distances. WEIGHTED: a neighbour's voice is 1 /
 * distance; where one has distance 0, those that have it count 1 and the others nothing.
 *
 * Votes: codes [n], the class of each point; classes, how many there are; outlier: the class that a
 * row without neighbours has (-1: none; left out: such a row is refused). Outputs: float64 [rows,
 * classes], sums as scikit-learn's predict makes them, and shares, as its predict_proba does.
 *
 * Means: targets [n, m]; none, what a row without neighbours has (NaN where left out). Output:
 * float64 [rows, m].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/sums.h"
#include "inference/values.h"

#include <math.h>

/* One row's neighbours. */
struct voices {
    size_t n;
    const double *distances;
    const int64_t *indices;  /* of k neighbours, or NULL and then: */
    const uint32_t *columns; /* of a graph */
    double *weights;         /* [n], filled by weigh() */
};

static int64_t number_of(const struct voices *v, size_t i)
{
    return v->indices ? v->indices[i] : (int64_t)v->columns[i];
}

static bool infer_inputs(const struct lar_node_info *node, int64_t points, struct lar_error *err)
{
    const struct lar_value_info *first = node->inputs[0], *second = NULL;
    if (node->n_inputs > 1)
        second = node->inputs[1];
    if (!second) {
        if (first->layout != LAR_LAYOUT_CSR || first->type != LAR_TYPE_F64)
            return lar_infer_refuse(err, "one input that is no graph");
        if (first->shape.dims[1] != points)
            return lar_infer_refuse(err, "a graph of %lld columns for %lld points",
                                    (long long)first->shape.dims[1], (long long)points);
        return true;
    }
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err) ||
        !lar_infer_dense(node, 1, LAR_TYPE_BIT(LAR_TYPE_I64), 2, err))
        return false;
    if (first->shape.dims[1] < 1 || !lar_shape_equal(&first->shape, &second->shape))
        return lar_infer_refuse(err, "distances and numbers differ in shape");
    return true;
}

static bool votes_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    int64_t classes = lar_node_param_i64(node, "classes", 0);
    int64_t outlier = lar_node_param_i64(node, "outlier", -1);
    if (!infer_inputs(node, lar_node_param(node, "codes")->shape.dims[0], err))
        return false;
    if (classes < 1 || classes > LAR_DIM_MAX || outlier < -1 || outlier >= classes)
        return lar_infer_refuse(err, "class %lld of %lld", (long long)outlier, (long long)classes);
    ret[0] = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], classes));
    ret[1] = ret[0];
    return true;
}

static bool votes_verify(const struct lar_node_info *node, struct lar_error *err)
{
    int64_t classes = lar_node_param_i64(node, "classes", 0);
    return lar_verify_places(node, "codes", "class", classes, err);
}

/* Row I's neighbours; false if one is not among the N points. */
static bool voices_of(const struct lar_call *call, uint64_t i, int64_t n, struct voices *v,
                      struct lar_error *err)
{
    const struct lar_tensor *first = call->inputs[0];
    if (first->layout == LAR_LAYOUT_CSR) {
        uint64_t at = first->indptr[i];
        v->n = (size_t)(first->indptr[i + 1] - at);
        v->distances = (const double *)first->data + at;
        v->columns = first->indices + at;
        return true;
    }
    v->n = (size_t)lar_columns(first);
    v->distances = (const double *)first->data + i * v->n;
    v->indices = (const int64_t *)call->inputs[1]->data + i * v->n;
    for (size_t j = 0; j < v->n; j++)
        if (v->indices[j] < 0 || v->indices[j] >= n)
            return lar_fail(err, LAR_ERR_INVALID, "there is no point %lld of %lld",
                            (long long)v->indices[j], (long long)n);
    return true;
}

static void weigh(const struct voices *v, bool weighted)
{
    bool any = false;
    for (size_t j = 0; j < v->n; j++) {
        v->weights[j] = weighted ? 1 / v->distances[j] : 1;
        any |= isinf(v->weights[j]);
    }
    for (size_t j = 0; any && j < v->n; j++)
        v->weights[j] = isinf(v->weights[j]);
}

/* The most neighbours that a row has, as room for weights: twice, for masks. */
static double *room(const struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *first = call->inputs[0];
    uint64_t most = lar_columns(first);
    if (first->layout == LAR_LAYOUT_CSR) {
        most = 0;
        for (uint64_t i = 0; i < lar_rows(first); i++)
            if (first->indptr[i + 1] - first->indptr[i] > most)
                most = first->indptr[i + 1] - first->indptr[i];
    }
    double *ret = lar_scratch_take(call->scratch, most, 2 * sizeof *ret);
    if (!ret)
        lar_scratch_fail(call->scratch, err, "weights");
    return ret;
}

struct ballot {
    const int64_t *codes;
    size_t classes;
    bool weighted, refuse;
    int64_t outlier;
};

/* Votes as scipy's weighted mode adds them up: all voices, the others' as 0, in NumPy's order. */
static void sum_masked(const struct voices *v, const struct ballot *b, const double *shares,
                       double *sums)
{
    double *masked = v->weights + v->n;
    for (size_t class = 0; class < b->classes; class ++) {
        if (shares[class] == 0) /* nobody */
            continue;
        for (size_t i = 0; i < v->n; i++)
            masked[i] = b->codes[number_of(v, i)] == (int64_t) class ? v->weights[i] : 0;
        sums[class] = lar_sum_f64(masked, v->n);
    }
}

static void count_row(const struct voices *v, const struct ballot *b, double *sums, double *shares)
{
    for (size_t i = 0; i < b->classes; i++)
        sums[i] = shares[i] = 0;
    if (v->n == 0 && b->outlier >= 0)
        sums[b->outlier] = shares[b->outlier] = 1;
    if (v->n == 0)
        return;
    weigh(v, b->weighted);
    for (size_t j = 0; j < v->n; j++)
        shares[b->codes[number_of(v, j)]] += v->weights[j];
    if (b->weighted && v->indices)
        sum_masked(v, b, shares, sums);
    else
        memcpy(sums, shares, b->classes * sizeof *sums);
    double total = lar_sum_f64(shares, b->classes);
    for (size_t i = 0; i < b->classes; i++)
        shares[i] /= total == 0 ? 1 : total;
    if (v->columns) /* neighbours within a radius: the greatest share wins */
        memcpy(sums, shares, b->classes * sizeof *sums);
}

static bool votes_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *codes = lar_node_param(call->node, "codes");
    struct ballot b = {.codes = codes->data,
                       .classes = (size_t)lar_node_param_i64(call->node, "classes", 1),
                       .weighted = lar_node_flag(call->node, "weighted"),
                       .refuse = !lar_node_param(call->node, "outlier"),
                       .outlier = lar_node_param_i64(call->node, "outlier", -1)};
    uint64_t rows = lar_rows(call->inputs[0]);
    struct lar_shape shape = LAR_SHAPE((int64_t)rows, (int64_t)b.classes);
    double *sums = lar_output_dense(call, 0, &shape, err);
    double *shares = sums ? lar_output_dense(call, 1, &shape, err) : NULL;
    if (!shares)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    struct voices v = {.weights = room(call, err)};
    if (!v.weights)
        return false;
    for (uint64_t i = 0; i < rows; i++, sums += b.classes, shares += b.classes) {
        if (!voices_of(call, i, codes->shape.dims[0], &v, err))
            return false;
        if (v.n == 0 && b.refuse)
            return lar_fail(err, LAR_ERR_INVALID, "row %llu has no neighbours",
                            (unsigned long long)i);
        count_row(&v, &b, sums, shares);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static bool means_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    const struct lar_shape *targets = &lar_node_param(node, "targets")->shape;
    if (!infer_inputs(node, targets->dims[0], err))
        return false;
    *ret =
        lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], targets->dims[1]));
    return true;
}

static void mean_row(const struct voices *v, const double *targets, size_t m, bool weighted,
                     double none, double *y)
{
    double total = 0;
    weigh(v, weighted);
    for (size_t j = 0; j < v->n; j++)
        total += v->weights[j];
    for (size_t t = 0; t < m; t++) {
        double sum = 0;
        for (size_t j = 0; j < v->n; j++) {
            double target = targets[(size_t)number_of(v, j) * m + t];
            sum += weighted ? target * v->weights[j] : target;
        }
        y[t] = v->n ? sum / total : none;
    }
}

static bool means_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *targets = lar_node_param(call->node, "targets");
    uint64_t rows = lar_rows(call->inputs[0]), m = lar_columns(targets);
    bool weighted = lar_node_flag(call->node, "weighted");
    double none = lar_node_param_f64(call->node, "none", (double)NAN);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)m), err);
    if (!y)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    struct voices v = {.weights = room(call, err)};
    if (!v.weights)
        return false;
    for (uint64_t i = 0; i < rows && m; i++, y += m) {
        if (!voices_of(call, i, targets->shape.dims[0], &v, err))
            return false;
        mean_row(&v, targets->data, (size_t)m, weighted, none, y);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static const struct lar_param_rule votes_params[] = {{"codes", LAR_TYPE_I64, 1, false},
                                                     {"classes", LAR_TYPE_I64, 0, false},
                                                     {"weighted", LAR_TYPE_BOOL, 0, true},
                                                     {"outlier", LAR_TYPE_I64, 0, true},
                                                     {0}};

const struct lar_operator lar_operator_neighbor_votes = {
    .signature = {.name = "larder.NeighborVotes",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 2,
                  .min_outputs = 2,
                  .max_outputs = 2,
                  .params = votes_params,
                  .infer = votes_infer},
    .verify = votes_verify,
    .run = votes_run};

static const struct lar_param_rule means_params[] = {{"targets", LAR_TYPE_F64, 2, false},
                                                     {"weighted", LAR_TYPE_BOOL, 0, true},
                                                     {"none", LAR_TYPE_F64, 0, true},
                                                     {0}};

const struct lar_operator lar_operator_neighbor_means = {
    .signature = {.name = "larder.NeighborMeans",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 2,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = means_params,
                  .infer = means_infer},
    .run = means_run};

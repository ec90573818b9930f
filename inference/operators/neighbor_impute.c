/* larder.NeighborImpute: missing numbers from the nearest rows of some that have them.
 *
 * Input: float64 [rows, d]. Parameters: points [n, d], NaN where they miss a number; k; weighted:
 * by 1 / distance; drop_far: a point with no column in common counts for nothing (else it does,
 * unless weighted); missing, the number of the input that says so (NaN as well); columns [m], those
 * of the result; empty: what stands in a column that no point has,
 * whatever enters there. Output: float64 [rows, m].
 *
 * Distances are Euclidean over the columns that both have, scaled up to all. Among the points that
 * have the column, those are chosen that numpy.argpartition chooses; where all of them are
 * incomparable, the column's mean is put in.
 * SPDX-License-Identifier: MIT */
#include "graph/metrics.h"
#include "inference/distances.h"
#include "inference/infer.h"
#include "inference/nearest.h"
#include "inference/params.h"
#include "inference/values.h"

#include <math.h>

struct state {
    struct lar_distance distance;
    struct lar_points points;
    const double *data, *means; /* [n, d], [d] */
    const bool *nobody;         /* [d], whether no point has the column */
    size_t k;
    bool weighted, drop_far;
    double missing, empty;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_distance_infer(node, err))
        return false;
    if (lar_node_param_i64(node, "metric", 0) != LAR_METRIC_NAN_EUCLIDEAN)
        return lar_infer_refuse(err, "the metric does not skip missing numbers");
    if (lar_node_param_i64(node, "k", 0) < 1)
        return lar_infer_refuse(err, "k is below 1");
    *ret =
        lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                 lar_node_param(node, "columns")->shape.dims[0]));
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    int64_t n = lar_node_param(node, "points")->shape.dims[1];
    return lar_verify_places(node, "columns", "column", n, err);
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *points = lar_node_param(node, "points");
    struct state *s = *ret_state = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "the prepared form");
    s->distance = lar_distance_of(node);
    s->data = points->data;
    s->k = (size_t)lar_node_param_i64(node, "k", 1);
    s->weighted = lar_node_flag(node, "weighted");
    s->drop_far = lar_node_flag(node, "drop_far");
    s->missing = lar_node_param_f64(node, "missing", (double)NAN);
    s->empty = lar_node_param_f64(node, "empty", (double)NAN);
    size_t d = s->distance.columns, n = (size_t)points->shape.dims[0];
    double *means = lar_arena_alloc(arena, d, sizeof *means);
    bool *nobody = lar_arena_alloc(arena, d, sizeof *nobody);
    if (!means || !nobody)
        return lar_arena_fail(arena, err, "the prepared form");
    for (size_t j = 0; j < d; j++) {
        double sum = 0, count = 0;
        for (size_t i = 0; i < n; i++)
            if (!isnan(s->data[i * d + j])) {
                sum += s->data[i * d + j];
                count++;
            }
        means[j] = sum / count;
        nobody[j] = count == 0;
    }
    s->means = means;
    s->nobody = nobody;
    return lar_points_pack(&s->points, &s->distance, points, NULL, arena, err);
}

/* Working memory of one row. */
struct buffers {
    double *row, *all, *distances;
    int64_t *numbers;
};

/* The mean of the K donors at the front. */
static double mean_of(const struct state *s, const struct buffers *b, size_t k, size_t column)
{
    double sum = 0, total = 0;
    bool same = false;
    for (size_t i = 0; s->weighted && i < k; i++)
        same |= b->distances[i] == 0;
    for (size_t i = 0; i < k; i++) {
        double far = b->distances[i], weight = 1;
        if (s->weighted)
            weight = same ? far == 0 : 1 / far;
        if (isnan(far) && (s->weighted || s->drop_far))
            weight = 0;
        sum += weight * s->data[(size_t)b->numbers[i] * s->distance.columns + column];
        total += weight;
    }
    return sum / total;
}

static double impute(const struct state *s, struct buffers *b, size_t column)
{
    size_t n = 0;
    bool any = false;
    for (size_t i = 0; i < s->points.n; i++) {
        if (isnan(s->data[i * s->distance.columns + column]))
            continue;
        b->numbers[n] = (int64_t)i;
        b->distances[n++] = sqrt(b->all[i]);
        any |= !isnan(b->all[i]);
    }
    if (!any)
        return s->means[column];
    size_t k = s->k < n ? s->k : n;
    lar_nearest_select(b->distances, b->numbers, n, k);
    return mean_of(s, b, k, column);
}

static bool is_missing(const struct state *s, double v)
{
    return isnan(s->missing) ? isnan(v) : v == s->missing;
}

static void impute_row(const struct state *s, const struct lar_kernels *kernels, const double *x,
                       const int64_t *columns, uint64_t m, struct buffers *b, double *y)
{
    bool known = false; /* the distances */
    for (size_t j = 0; j < s->distance.columns; j++)
        b->row[j] = is_missing(s, x[j]) ? (double)NAN : x[j];
    for (uint64_t t = 0; t < m; t++) {
        size_t column = (size_t)columns[t];
        y[t] = s->nobody[column] ? s->empty : b->row[column];
        if (s->nobody[column] || !isnan(y[t]))
            continue;
        if (!known)
            lar_reduced_distances(&s->distance, kernels, b->row, &s->points, 0, s->points.n_panels,
                                  b->all);
        known = true;
        y[t] = impute(s, b, column);
    }
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const struct lar_tensor *list = lar_node_param(call->node, "columns");
    const double *x = call->inputs[0]->data;
    uint64_t rows = lar_rows(call->inputs[0]), m = (uint64_t)list->shape.dims[0];
    size_t d = s->distance.columns, n = s->points.n_panels * LAR_PANEL_F64;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)m), err);
    if (!y)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    struct buffers b = {.row = lar_scratch_take(call->scratch, d, sizeof *b.row),
                        .all = lar_scratch_take(call->scratch, n, sizeof *b.all),
                        .distances = lar_scratch_take(call->scratch, n, sizeof *b.distances),
                        .numbers = lar_scratch_take(call->scratch, n, sizeof *b.numbers)};
    if (!b.row || !b.all || !b.distances || !b.numbers)
        return lar_scratch_fail(call->scratch, err, "distances");
    for (uint64_t i = 0; m && i < rows; i++, x += d, y += m)
        impute_row(s, call->kernels, x, list->data, m, &b, y);
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct state *s = state;
    (void)node;
    return 50 + (double)rows * (double)s->points.n * (10 + lar_distance_cost(&s->distance));
}

static const struct lar_param_rule params[] = {LAR_DISTANCE_RULES,
                                               {"k", LAR_TYPE_I64, 0, false},
                                               {"columns", LAR_TYPE_I64, 1, false},
                                               {"weighted", LAR_TYPE_BOOL, 0, true},
                                               {"drop_far", LAR_TYPE_BOOL, 0, true},
                                               {"missing", LAR_TYPE_F64, 0, true},
                                               {"empty", LAR_TYPE_F64, 0, true},
                                               {0}};

const struct lar_operator lar_operator_neighbor_impute = {
    .signature = {.name = "larder.NeighborImpute",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .verify = verify,
    .prepare = prepare,
    .cost = cost,
    .run = run};

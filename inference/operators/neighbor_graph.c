/* larder.NeighborGraph: each row's k neighbours as a graph.
 *
 * Inputs: distances, float64 [rows, k], and neighbours' numbers, int64 [rows, k]. Parameters:
 * points, how many there are; ones: 1 is stored, not the distance. Output: CSR float64 [rows,
 * points]; a distance of 0 is stored, too.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <stdlib.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t points = lar_node_param_i64(node, "points", 0);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err) ||
        !lar_infer_dense(node, 1, LAR_TYPE_BIT(LAR_TYPE_I64), 2, err))
        return false;
    const struct lar_shape *shape = &node->inputs[0]->shape;
    if (!lar_shape_equal(shape, &node->inputs[1]->shape) || shape->dims[1] < 0)
        return lar_infer_refuse(err, "distances and numbers differ in shape");
    if (points < 1 || points > UINT32_MAX)
        return lar_infer_refuse(err, "%lld points", (long long)points);
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(shape->dims[0], points));
    ret->layout = LAR_LAYOUT_CSR;
    return true;
}

struct edge {
    int64_t point;
    double distance;
};

static int by_point(const void *a, const void *b)
{
    int64_t x = ((const struct edge *)a)->point, y = ((const struct edge *)b)->point;
    return x < y ? -1 : x > y;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    int64_t points = lar_node_param_i64(call->node, "points", 1);
    bool ones = lar_node_flag(call->node, "ones");
    const double *distances = call->inputs[0]->data;
    const int64_t *numbers = call->inputs[1]->data;
    uint64_t rows = lar_rows(call->inputs[0]), k = lar_columns(call->inputs[0]);
    struct edge *edges = lar_scratch_take(call->scratch, k, sizeof *edges);
    struct lar_csr_writer w;
    if (!edges)
        return lar_scratch_fail(call->scratch, err, "a graph");
    if (!lar_csr_begin(&w, call, 0, rows, (uint64_t)points, k ? rows * k : 0, err))
        return false;
    for (uint64_t i = 0; i < rows; i++, distances += k, numbers += k) {
        for (uint64_t j = 0; j < k; j++) {
            if (numbers[j] < 0 || numbers[j] >= points)
                return lar_fail(err, LAR_ERR_INVALID, "there is no point %lld of %lld",
                                (long long)numbers[j], (long long)points);
            edges[j] = (struct edge){numbers[j], distances[j]};
        }
        qsort(edges, k, sizeof *edges, by_point);
        for (uint64_t j = 0; j < k; j++)
            if ((j == 0 || edges[j].point != edges[j - 1].point) &&
                !lar_csr_add(&w, (uint32_t)edges[j].point, ones ? 1 : edges[j].distance, err))
                return false;
        lar_csr_row(&w);
    }
    return true;
}

static const struct lar_param_rule params[] = {
    {"points", LAR_TYPE_I64, 0, false}, {"ones", LAR_TYPE_BOOL, 0, true}, {0}};

const struct lar_operator lar_operator_neighbor_graph = {
    .signature = {.name = "larder.NeighborGraph",
                  .version = 1,
                  .min_inputs = 2,
                  .max_inputs = 2,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .run = run};

/* larder.Distances: from each row to each of some points.
 *
 * Input: float64 [rows, d]. Parameters: points [n, d] and what says how they are compared
 * (inference/distances.h). Output: float64 [rows, n].
 * SPDX-License-Identifier: MIT */
#include "inference/distances.h"
#include "inference/infer.h"
#include "inference/values.h"

struct state {
    struct lar_distance distance;
    struct lar_points points;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_distance_infer(node, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                    lar_node_param(node, "points")->shape.dims[0]));
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct state *s = *ret_state = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "the prepared form");
    s->distance = lar_distance_of(node);
    return lar_points_pack(&s->points, &s->distance, lar_node_param(node, "points"), NULL, arena,
                           err);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const double *x = call->inputs[0]->data;
    size_t d = s->distance.columns, n = s->points.n;
    uint64_t rows = lar_rows(call->inputs[0]);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)n), err);
    if (!y)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    double *point = lar_scratch_take(call->scratch, d, sizeof *point);
    double *one = lar_scratch_take(call->scratch, s->points.n_panels, LAR_PANEL_F64 * sizeof *one);
    if (!point || !one)
        return lar_scratch_fail(call->scratch, err, "distances");
    for (uint64_t i = 0; i < rows; i++, x += d) {
        lar_reduced_distances(&s->distance, call->kernels,
                              lar_distance_point(&s->distance, x, point), &s->points, 0,
                              s->points.n_panels, one);
        for (size_t j = 0; j < n; j++)
            *y++ = lar_distance_full(&s->distance, one[j]);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct state *s = state;
    (void)node;
    return 20 + (double)rows * (double)s->points.n * (2 + lar_distance_cost(&s->distance));
}

static const struct lar_param_rule params[] = {LAR_DISTANCE_RULES, {0}};

const struct lar_operator lar_operator_distances = {.signature = {.name = "larder.Distances",
                                                                  .version = 1,
                                                                  .min_inputs = 1,
                                                                  .max_inputs = 1,
                                                                  .min_outputs = 1,
                                                                  .max_outputs = 1,
                                                                  .params = params,
                                                                  .infer = infer},
                                                    .prepare = prepare,
                                                    .cost = cost,
                                                    .run = run};

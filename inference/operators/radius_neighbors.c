/* larder.RadiusNeighbors: the points within a radius of each row, as a graph.
 *
 * Input: float64 [rows, d]. Parameters: points [n, d] and how they are compared
 * (inference/distances.h); radius; ones: 1 is stored, not the distance. Output: CSR float64 [rows,
 * n]; a distance of 0 is stored, too. A point on the rim is within.
 * SPDX-License-Identifier: MIT */
#include "inference/distances.h"
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

struct state {
    struct lar_distance distance;
    struct lar_points points;
    double limit; /* the radius, reduced */
    bool ones;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t n = lar_node_param(node, "points")->shape.dims[0];
    if (!lar_distance_infer(node, err))
        return false;
    if (n > UINT32_MAX)
        return lar_infer_refuse(err, "%lld points", (long long)n);
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], n));
    ret->layout = LAR_LAYOUT_CSR;
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct state *s = *ret_state = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "the prepared form");
    s->distance = lar_distance_of(node);
    s->limit = lar_distance_reduce(&s->distance, lar_node_param_f64(node, "radius", 0));
    s->ones = lar_node_flag(node, "ones");
    return lar_points_pack(&s->points, &s->distance, lar_node_param(node, "points"), NULL, arena,
                           err);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const double *x = call->inputs[0]->data;
    uint64_t rows = lar_rows(call->inputs[0]);
    size_t d = s->distance.columns, n = s->points.n;
    double *point = lar_scratch_take(call->scratch, d, sizeof *point);
    double *all = lar_scratch_take(call->scratch, s->points.n_panels, LAR_PANEL_F64 * sizeof *all);
    struct lar_csr_writer w;
    if (!point || !all)
        return lar_scratch_fail(call->scratch, err, "distances");
    if (!lar_csr_begin(&w, call, 0, rows, n, rows, err))
        return false;
    for (uint64_t i = 0; i < rows; i++, x += d) {
        lar_reduced_distances(&s->distance, call->kernels,
                              lar_distance_point(&s->distance, x, point), &s->points, 0,
                              s->points.n_panels, all);
        for (size_t j = 0; j < n; j++)
            if (all[j] <= s->limit &&
                !lar_csr_add(&w, (uint32_t)j, s->ones ? 1 : lar_distance_full(&s->distance, all[j]),
                             err))
                return false;
        lar_csr_row(&w);
    }
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct state *s = state;
    (void)node;
    return 50 + (double)rows * (double)s->points.n * (2 + lar_distance_cost(&s->distance));
}

static const struct lar_param_rule params[] = {
    LAR_DISTANCE_RULES, {"radius", LAR_TYPE_F64, 0, false}, {"ones", LAR_TYPE_BOOL, 0, true}, {0}};

const struct lar_operator lar_operator_radius_neighbors = {
    .signature = {.name = "larder.RadiusNeighbors",
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

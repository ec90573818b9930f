/* larder.NearestCenter: the number of the centre that is nearest to each row.
 *
 * Input: float64 [rows, d], dense or CSR. Parameter: centers [n, d]. Output: int64 [rows], the
 * first of those with the greatest 2 x c - c c: the products in the order of kernels.h, the squares
 * of a centre added one by one. SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/infer.h"
#include "inference/kernels.h"
#include "inference/values.h"

#include <math.h>

enum { WIDTH = LAR_PANEL_F64, BLOCK = 32 }; /* rows at a time */

struct state {
    const double *panels;  /* 2 c, packed as for panels_f64() */
    const double *squares; /* of the centres, filled up with infinities */
    size_t n, columns, packed;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_shape *centers = &lar_node_param(node, "centers")->shape;
    if (!lar_infer_matrix(node, 0, err))
        return false;
    const struct lar_value_info *x = node->inputs[0];
    if (x->type != LAR_TYPE_F64 || x->shape.dims[1] != centers->dims[1])
        return lar_infer_refuse(err, "%lld columns of %s, but centres have %lld of float64",
                                (long long)x->shape.dims[1], lar_type_name(x->type),
                                (long long)centers->dims[1]);
    if (centers->dims[0] < 1)
        return lar_infer_refuse(err, "there are no centres");
    *ret = lar_infer_result(LAR_TYPE_I64, LAR_SHAPE(x->shape.dims[0]));
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *centers = lar_node_param(node, "centers");
    const double *c = centers->data;
    struct state *s = *ret_state = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "the prepared form");
    s->n = (size_t)lar_rows(centers);
    s->columns = (size_t)lar_columns(centers);
    s->packed = (s->n + WIDTH - 1) / WIDTH * WIDTH;
    size_t size;
    double *panels, *squares = lar_arena_alloc(arena, s->packed, sizeof *squares);
    if (!squares || !lar_mul_size(s->packed, s->columns, &size) ||
        !(panels = lar_arena_alloc_aligned(arena, size ? size : 1, sizeof *panels, 64)))
        return lar_arena_fail(arena, err, "the prepared form");
    for (size_t i = 0; i < s->packed; i++) {
        double *to = panels + i / WIDTH * s->columns * WIDTH + i % WIDTH;
        squares[i] = i < s->n ? 0 : (double)INFINITY;
        for (size_t j = 0; j < s->columns; j++) {
            double v = i < s->n ? c[i * s->columns + j] : 0;
            to[j * WIDTH] = 2 * v;
            squares[i] += v * v;
        }
    }
    s->panels = panels;
    s->squares = squares;
    return true;
}

/* The first of the greatest of SCORES - SQUARES; N is a multiple of WIDTH. */
static int64_t first_greatest(const struct state *s, double *scores)
{
    double best[WIDTH], most = (double)-INFINITY;
    for (size_t q = 0; q < WIDTH; q++)
        best[q] = (double)-INFINITY;
    for (size_t j = 0; j < s->packed; j += WIDTH)
        for (size_t q = 0; q < WIDTH; q++) {
            double v = scores[j + q] - s->squares[j + q];
            scores[j + q] = v;
            best[q] = v > best[q] ? v : best[q];
        }
    for (size_t q = 0; q < WIDTH; q++)
        most = best[q] > most ? best[q] : most;
    for (size_t j = 0; j < s->n; j++)
        if (scores[j] == most)
            return (int64_t)j;
    return 0;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const struct lar_tensor *in = call->inputs[0];
    uint64_t rows = lar_rows(in);
    int64_t *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows), err);
    if (!y)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    double *scores = lar_scratch_take(call->scratch, s->packed, BLOCK * sizeof *scores);
    if (!scores)
        return lar_scratch_fail(call->scratch, err, "scores");
    for (uint64_t first = 0; first < rows; first += BLOCK) {
        size_t m = rows - first < BLOCK ? (size_t)(rows - first) : BLOCK;
        if (in->layout == LAR_LAYOUT_DENSE)
            call->kernels->panels_f64(scores, (const double *)in->data + first * s->columns, m,
                                      s->panels, s->columns, s->packed);
        for (size_t i = 0; i < m; i++) {
            double *own = scores + i * s->packed;
            uint64_t row = first + i;
            if (in->layout == LAR_LAYOUT_CSR)
                call->kernels->csr_panels_f64(own, (const double *)in->data + in->indptr[row],
                                              in->indices + in->indptr[row],
                                              (size_t)(in->indptr[row + 1] - in->indptr[row]),
                                              s->panels, s->columns, s->packed);
            y[row] = first_greatest(s, own);
        }
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct state *s = state;
    (void)node;
    return 30 + (double)rows * (5 + (double)s->packed * (0.3 + (double)s->columns / 14));
}

static const struct lar_param_rule params[] = {{"centers", LAR_TYPE_F64, 2, false}, {0}};

const struct lar_operator lar_operator_nearest_center = {
    .signature = {.name = "larder.NearestCenter",
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

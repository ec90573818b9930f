/* larder.Quantiles: each number of a matrix to its place among the quantiles of its column.
 *
 * Input: float64 [rows, n]. Parameters: quantiles [k, n], ascending in each column; references [k],
 * ascending, what they are called; normal: the places become those of a normal distribution; cut:
 * they are cut off at a ten-millionth (else a normal distribution has infinite ends); inverse: from
 * places to numbers. A place is the mean of two interpolations, from below and from above, so that
 * repeated quantiles are answered by their middle. NaN stays NaN. Of a CSR matrix, which cannot go
 * back, the stored numbers change alone, and with positive none of them may be negative.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/normal.h"
#include "inference/params.h"
#include "inference/scratch.h"
#include "inference/values.h"

#include <float.h>
#include <math.h>

#define CUT 1e-7 /* how near to the first and last quantile everything counts as beyond them */

/* The quantiles of each column in one piece, and references; both forward and backward. */
struct state {
    double *up, *down;             /* [n][k] */
    double *up_names, *down_names; /* [k] */
    uint64_t k;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_shape *quantiles = &lar_node_param(node, "quantiles")->shape;
    if (lar_node_param(node, "references")->shape.dims[0] != quantiles->dims[0] ||
        quantiles->dims[0] < 1)
        return lar_infer_refuse(err, "%lld quantiles, but %lld references",
                                (long long)quantiles->dims[0],
                                (long long)lar_node_param(node, "references")->shape.dims[0]);
    const struct lar_value_info *x = node->inputs[0];
    if (!x || x->layout != LAR_LAYOUT_CSR)
        return lar_infer_by_column(node, "quantiles", ret, err);
    if (!lar_infer_matrix(node, 0, err))
        return false;
    if (x->type != LAR_TYPE_F64 || x->shape.dims[1] != quantiles->dims[1])
        return lar_infer_refuse(err, "input 0 is no float64 matrix of %lld columns",
                                (long long)quantiles->dims[1]);
    if (lar_node_flag(node, "inverse"))
        return lar_infer_refuse(err, "a sparse matrix, backward");
    *ret = lar_infer_result(LAR_TYPE_F64, x->shape);
    ret->layout = LAR_LAYOUT_CSR;
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *quantiles = lar_node_param(node, "quantiles");
    const double *q = quantiles->data, *names = lar_node_param(node, "references")->data;
    uint64_t k = lar_rows(quantiles), n = lar_columns(quantiles);
    for (uint64_t i = 0; i < k * n; i++)
        if (isnan(q[i]) || (i >= n && q[i] < q[i - n]))
            return lar_fail(err, LAR_ERR_FORMAT, "column %llu: quantiles are not ascending",
                            (unsigned long long)(i % n));
    for (uint64_t i = 0; i < k; i++)
        if (isnan(names[i]) || (i && names[i] < names[i - 1]))
            return lar_fail(err, LAR_ERR_FORMAT, "references are not ascending");
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *quantiles = lar_node_param(node, "quantiles");
    const double *q = quantiles->data, *names = lar_node_param(node, "references")->data;
    uint64_t k = lar_rows(quantiles), n = lar_columns(quantiles);
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "quantiles");
    s->k = k;
    s->up = lar_arena_alloc(arena, k * n, sizeof(double));
    s->down = lar_arena_alloc(arena, k * n, sizeof(double));
    s->up_names = lar_arena_alloc(arena, k, sizeof(double));
    s->down_names = lar_arena_alloc(arena, k, sizeof(double));
    if (!s->up || !s->down || !s->up_names || !s->down_names)
        return lar_arena_fail(arena, err, "quantiles");
    for (uint64_t i = 0; i < k; i++) {
        s->up_names[i] = names[i];
        s->down_names[k - 1 - i] = -names[i];
        for (uint64_t j = 0; j < n; j++) {
            s->up[j * k + i] = q[i * n + j];
            s->down[j * k + k - 1 - i] = -q[i * n + j];
        }
    }
    *ret_state = s;
    return true;
}

/* As numpy.interp: X between the K points POINTS, which are called NAMES. */
static double interpolate(double x, const double *points, const double *names, uint64_t k)
{
    if (x < points[0])
        return names[0];
    if (x >= points[k - 1])
        return names[k - 1];
    uint64_t low = 0, high = k - 1; /* points[low] <= x < points[high] */
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (points[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    if (points[low] == x)
        return names[low];
    double slope = (names[high] - names[low]) / (points[high] - points[low]);
    double y = slope * (x - points[low]) + names[low];
    if (isnan(y))
        y = slope * (x - points[high]) + names[high];
    return isnan(y) && names[low] == names[high] ? names[low] : y;
}

static double place(double x, const double *up, const double *down, const struct state *s, bool cut)
{
    double first = up[0], last = up[s->k - 1];
    bool low = cut ? x - CUT < first : x == first, high = cut ? x + CUT > last : x == last;
    if (low || high)
        return low ? 0 : 1;
    return isnan(x) ? x
                    : 0.5 * (interpolate(x, up, s->up_names, s->k) -
                             interpolate(-x, down, s->down_names, s->k));
}

/* The number at place P of a column whose quantiles are POINTS. */
static double number_at(double p, const double *points, const struct state *s, bool normal,
                        bool cut)
{
    const double root = 1.41421356237309504880;
    if (isnan(p))
        return p;
    p = normal ? 0.5 * erfc(-p / root) : p;
    bool low = cut ? p - CUT < 0 : p == 0, high = cut ? p + CUT > 1 : p == 1;
    if (low || high)
        return points[low ? 0 : s->k - 1];
    return interpolate(p, s->up_names, points, s->k);
}

static bool run_inverse(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct state *s = call->state;
    const double *x = in->data;
    bool normal = lar_node_flag(call->node, "normal"), cut = lar_node_flag(call->node, "cut");
    uint64_t n = lar_columns(in), rows = n ? lar_rows(in) : 0;
    double *y = lar_output_dense(call, 0, &in->shape, err);
    for (uint64_t i = 0; y && i < rows; i++)
        for (uint64_t j = 0; j < n; j++)
            *y++ = number_at(*x++, s->up + j * s->k, s, normal, cut);
    return y != NULL;
}

/* How numbers become their places' numbers. */
struct scale {
    double least, most;
    bool normal, cut;
};

static struct scale scale_of(const struct lar_node_info *node)
{
    struct scale scale = {.least = CUT - DBL_EPSILON,
                          .normal = lar_node_flag(node, "normal"),
                          .cut = lar_node_flag(node, "cut")};
    scale.most = 1 - scale.least;
    if (scale.normal) {
        scale.least = lar_normal_quantile(scale.least);
        scale.most = lar_normal_quantile(scale.most);
    }
    return scale;
}

/* X of column J. */
static double answer(double x, uint64_t j, const struct state *s, const struct scale *scale)
{
    double v = place(x, s->up + j * s->k, s->down + j * s->k, s, scale->cut);
    if (scale->normal && !isnan(v))
        v = lar_normal_quantile(v);
    v = scale->cut && v < scale->least ? scale->least : v;
    return scale->cut && v > scale->most ? scale->most : v;
}

/* Only what is stored changes: a zero that is not stays one. */
static bool run_sparse(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    struct lar_tensor *out = &call->outputs[0];
    struct scale scale = scale_of(call->node);
    bool positive = lar_node_flag(call->node, "positive");
    const double *x = in->data;
    *out = *in;
    double *y = out->data = lar_scratch_take(call->scratch, in->indptr[lar_rows(in)], sizeof *y);
    if (!y)
        return lar_scratch_fail(call->scratch, err, "the result");
    for (uint64_t i = 0; i < lar_rows(in); i++)
        for (uint64_t e = in->indptr[i]; e < in->indptr[i + 1]; e++) {
            if (positive && x[e] < 0)
                return lar_fail(err, LAR_ERR_INVALID,
                                "row %llu, column %u: a sparse matrix must not be negative here",
                                (unsigned long long)i, in->indices[e]);
            y[e] = answer(x[e], in->indices[e], call->state, &scale);
        }
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    if (lar_node_flag(call->node, "inverse"))
        return run_inverse(call, err);
    if (in->layout == LAR_LAYOUT_CSR)
        return run_sparse(call, err);
    struct scale scale = scale_of(call->node);
    const double *x = in->data;
    uint64_t n = lar_columns(in), rows = n ? lar_rows(in) : 0;
    double *y = lar_output_dense(call, 0, &in->shape, err);
    for (uint64_t i = 0; y && i < rows; i++)
        for (uint64_t j = 0; j < n; j++)
            *y++ = answer(*x++, j, call->state, &scale);
    return y != NULL;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct state *s = state;
    double each =
        10 * log2((double)(s ? s->k : 1000) + 1) + (lar_node_flag(node, "normal") ? 40 : 0);
    return 10 + each * (double)rows * (double)lar_columns(lar_node_param(node, "quantiles"));
}

static const struct lar_param_rule params[] = {{"quantiles", LAR_TYPE_F64, 2, false},
                                               {"references", LAR_TYPE_F64, 1, false},
                                               {"normal", LAR_TYPE_BOOL, 0, true},
                                               {"cut", LAR_TYPE_BOOL, 0, true},
                                               {"inverse", LAR_TYPE_BOOL, 0, true},
                                               {"positive", LAR_TYPE_BOOL, 0, true},
                                               {0}};

const struct lar_operator lar_operator_quantiles = {.signature = {.name = "larder.Quantiles",
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

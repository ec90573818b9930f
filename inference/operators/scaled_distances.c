/* larder.ScaledDistances: how far rows are from centres, each column by a scale of its own.
 *
 * Input: float64 [rows, n]. Parameters: centers and scales [k, n], the latter 1 where left out.
 * Output: float64 [rows, k], the sum over the columns of (x - center)^2 / scale, in NumPy's order
 * (inference/sums.h).
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/sums.h"
#include "inference/values.h"

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_shape *centers = &lar_node_param(node, "centers")->shape;
    const struct lar_tensor *scales = lar_node_param(node, "scales");
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (scales && !lar_shape_equal(centers, &scales->shape))
        return lar_infer_refuse(err, "centers and scales differ in shape");
    if (!lar_dims_meet(node->inputs[0]->shape.dims[1], centers->dims[1]))
        return lar_infer_refuse(err, "the columns do not fit the centers'");
    *ret =
        lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], centers->dims[0]));
    return true;
}

static double distance(double *terms, const double *x, const double *center, const double *scale,
                       size_t n)
{
    for (size_t j = 0; j < n; j++)
        terms[j] = (x[j] - center[j]) * (x[j] - center[j]);
    for (size_t j = 0; scale && j < n; j++)
        terms[j] /= scale[j];
    return lar_sum_f64(terms, n);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *centers = lar_node_param(call->node, "centers");
    const struct lar_tensor *divisors = lar_node_param(call->node, "scales");
    const double *scales = divisors ? divisors->data : NULL, *center = centers->data;
    size_t n = (size_t)lar_columns(centers), k = (size_t)lar_rows(centers);
    if (lar_columns(in) != n)
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %zu",
                        (unsigned long long)lar_columns(in), n);
    uint64_t rows = k ? lar_rows(in) : 0;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0], (int64_t)k), err);
    if (!y)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    double *terms = lar_scratch_take(call->scratch, n ? n : 1, sizeof *terms);
    if (!terms)
        return lar_scratch_fail(call->scratch, err, "a row");
    for (uint64_t i = 0; i < rows; i++)
        for (size_t c = 0; c < k; c++)
            *y++ = distance(terms, (const double *)in->data + i * n, center + c * n,
                            scales ? scales + c * n : NULL, n);
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    const struct lar_shape *shape = &lar_node_param(node, "centers")->shape;
    return 10 + 3 * (double)rows * (double)shape->dims[0] * (1 + (double)shape->dims[1]);
}

static const struct lar_param_rule params[] = {
    {"centers", LAR_TYPE_F64, 2, false}, {"scales", LAR_TYPE_F64, 2, true}, {0}};

const struct lar_operator lar_operator_scaled_distances = {
    .signature = {.name = "larder.ScaledDistances",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .cost = cost,
    .run = run};

/* ReduceLogSumExp along the last axis: the logarithm of the sum of exponentials, the greatest
 * subtracted first (0 where that is not finite), sums in NumPy's order (inference/sums.h), as SciPy
 * computes it.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/sums.h"
#include "inference/values.h"

#include <math.h>

static struct lar_shape reduced(const struct lar_shape *in, bool keep)
{
    struct lar_shape ret = *in;
    ret.dims[in->rank - 1] = keep ? 1 : 0;
    ret.rank -= !keep;
    return ret;
}

static bool keeps(const struct lar_node_info *node)
{
    return lar_node_param_i64(node, "keepdims", 1) != 0;
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const int64_t *axes = NULL;
    uint64_t n = 0;
    uint32_t axis;
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), -1, err) ||
        !lar_infer_constant(node, 1, &axes, &n, err))
        return false;
    const struct lar_shape *in = &node->inputs[0]->shape;
    if (n != 1 || !lar_axis(axes[0], in->rank, &axis) || axis + 1 != in->rank)
        return lar_infer_refuse(err, "axes other than the last are not supported");
    *ret = lar_infer_result(LAR_TYPE_F64, reduced(in, keeps(node)));
    return true;
}

static double log_sum_exp(double *y, const double *x, uint64_t n)
{
    double most = -INFINITY;
    for (uint64_t i = 0; i < n; i++)
        most = x[i] > most || x[i] != x[i] ? x[i] : most;
    if (!isfinite(most))
        most = 0;
    for (uint64_t i = 0; i < n; i++)
        y[i] = exp(x[i] - most);
    return log(lar_sum_f64(y, n)) + most;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    struct lar_shape shape = reduced(&in->shape, keeps(call->node));
    double *out = lar_output_dense(call, 0, &shape, err);
    if (!out)
        return false;
    size_t n = (size_t)in->shape.dims[in->shape.rank - 1], mark = lar_scratch_mark(call->scratch);
    uint64_t count = 1;
    if (!lar_shape_count(&shape, &count))
        return lar_fail(err, LAR_ERR_INTERNAL, "a shape");
    double *terms = lar_scratch_take(call->scratch, n ? n : 1, sizeof *terms);
    if (!terms)
        return lar_scratch_fail(call->scratch, err, "a row");
    for (uint64_t i = 0; i < count; i++)
        out[i] = log_sum_exp(terms, (const double *)in->data + i * n, n);
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    const struct lar_shape *shape = &node->inputs[0]->shape;
    double n = 1;
    for (uint32_t i = 0; i < shape->rank; i++)
        n *= shape->dims[i] >= 0 ? (double)shape->dims[i] : (double)rows;
    return 10 + 8 * n;
}

static const struct lar_param_rule params[] = {{"keepdims", LAR_TYPE_I64, 0, true}, {0}};

const struct lar_operator lar_operator_reduce_log_sum_exp = {
    .signature = {.name = "ReduceLogSumExp",
                  .version = 18,
                  .min_inputs = 2,
                  .max_inputs = 2,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .cost = cost,
    .run = run};

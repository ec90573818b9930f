/* Softmax along one axis: the greatest subtracted first, then exp, then divided by the sum (in
 * NumPy's order, inference/sums.h), as scikit-learn and SciPy compute it.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/sums.h"
#include "inference/values.h"

#include <math.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    uint32_t axis;
    if (!lar_infer_dense(node, 0, LAR_TYPES_FLOAT, -1, err))
        return false;
    const struct lar_value_info *in = node->inputs[0];
    if (!lar_axis(lar_node_param_i64(node, "axis", -1), in->shape.rank, &axis))
        return lar_infer_refuse(err, "axis out of range");
    if (axis + 1 != in->shape.rank)
        return lar_infer_refuse(err, "an axis other than the last is not supported");
    *ret = lar_infer_result(in->type, in->shape);
    return true;
}

#define SOFTMAX(function, type, exponential, sum_of)                                               \
    static void function(type *y, const type *x, uint64_t n)                                       \
    {                                                                                              \
        type most = x[0];                                                                          \
        for (uint64_t i = 1; i < n; i++)                                                           \
            most = x[i] > most || x[i] != x[i] ? x[i] : most;                                      \
        for (uint64_t i = 0; i < n; i++)                                                           \
            y[i] = exponential(x[i] - most);                                                       \
        const type sum = sum_of(y, n);                                                             \
        for (uint64_t i = 0; i < n; i++)                                                           \
            y[i] /= sum;                                                                           \
    }
SOFTMAX(softmax_f64, double, exp, lar_sum_f64)
SOFTMAX(softmax_f32, float, expf, lar_sum_f32)

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    void *out = lar_output_dense(call, 0, &in->shape, err);
    if (!out)
        return false;
    uint64_t n = (uint64_t)in->shape.dims[in->shape.rank - 1], count = lar_tensor_count(in);
    for (uint64_t i = 0; i < count; i += n)
        if (in->type == LAR_TYPE_F64)
            softmax_f64((double *)out + i, (const double *)in->data + i, n);
        else
            softmax_f32((float *)out + i, (const float *)in->data + i, n);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    const struct lar_shape *shape = &node->inputs[0]->shape;
    double n = 1;
    for (uint32_t i = 0; i < shape->rank; i++)
        n *= shape->dims[i] >= 0 ? (double)shape->dims[i] : (double)rows;
    return 10 + 7 * n;
}

static const struct lar_param_rule params[] = {{"axis", LAR_TYPE_I64, 0, true}, {0}};

const struct lar_operator lar_operator_softmax = {.signature = {.name = "Softmax",
                                                                .version = 13,
                                                                .min_inputs = 1,
                                                                .max_inputs = 1,
                                                                .min_outputs = 1,
                                                                .max_outputs = 1,
                                                                .params = params,
                                                                .infer = infer},
                                                  .cost = cost,
                                                  .run = run};

/* Elementwise operators of one float input: Neg, Abs, Exp, Log, Sqrt, Sigmoid, Tanh, Relu,
 * Reciprocal, Clip, trigonometric and hyperbolic functions; larder.Cbrt, Exp2, Expm1, Log1p, Log2,
 * Log10, which ONNX lacks.
 *
 * Relu: NaN stays NaN.
 * SPDX-License-Identifier: MIT */
#include "inference/functions.h"
#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPES_FLOAT, -1, err))
        return false;
    *ret = lar_infer_result(node->inputs[0]->type, node->inputs[0]->shape);
    return true;
}

/* run() for one function: EXPRESSION_F64 and EXPRESSION_F32 of x. */
#define UNARY_RUN(function, expression_f64, expression_f32)                                        \
    static bool function(struct lar_call *call, struct lar_error *err)                             \
    {                                                                                              \
        const struct lar_tensor *in = call->inputs[0];                                             \
        void *out = lar_output_dense(call, 0, &in->shape, err);                                    \
        uint64_t n = out ? lar_tensor_count(in) : 0;                                               \
        if (in->type == LAR_TYPE_F64) {                                                            \
            const double *from = in->data;                                                         \
            double *to = out;                                                                      \
            for (uint64_t i = 0; i < n; i++) {                                                     \
                const double x = from[i];                                                          \
                to[i] = expression_f64;                                                            \
            }                                                                                      \
        } else {                                                                                   \
            const float *from = in->data;                                                          \
            float *to = out;                                                                       \
            for (uint64_t i = 0; i < n; i++) {                                                     \
                const float x = from[i];                                                           \
                to[i] = expression_f32;                                                            \
            }                                                                                      \
        }                                                                                          \
        return out != NULL;                                                                        \
    }

UNARY_RUN(tanh_run, lar_tanh(x), tanhf(x))
UNARY_RUN(relu_run, x < 0 ? 0 : x, x < 0 ? 0 : x)
UNARY_RUN(neg_run, -x, -x)
UNARY_RUN(abs_run, fabs(x), fabsf(x))
UNARY_RUN(cos_run, cos(x), cosf(x))
UNARY_RUN(exp_run, exp(x), expf(x))
UNARY_RUN(log_run, log(x), logf(x))
UNARY_RUN(sqrt_run, sqrt(x), sqrtf(x))
UNARY_RUN(sigmoid_run, lar_logistic(x), 1 / (1 + expf(-x)))
UNARY_RUN(cbrt_run, cbrt(x), cbrtf(x))
UNARY_RUN(exp2_run, exp2(x), exp2f(x))
UNARY_RUN(expm1_run, expm1(x), expm1f(x))
UNARY_RUN(log1p_run, log1p(x), log1pf(x))
UNARY_RUN(log2_run, log2(x), log2f(x))
UNARY_RUN(log10_run, log10(x), log10f(x))
UNARY_RUN(sin_run, sin(x), sinf(x))
UNARY_RUN(sinh_run, sinh(x), sinhf(x))
UNARY_RUN(asinh_run, asinh(x), asinhf(x))
UNARY_RUN(atanh_run, atanh(x), atanhf(x))
UNARY_RUN(reciprocal_run, 1 / x, 1 / x)

static double transcendental_cost(const struct lar_node_info *node, const void *state,
                                  uint64_t rows)
{
    (void)state;
    double n = 1;
    const struct lar_shape *shape = &node->inputs[0]->shape;
    for (uint32_t i = 0; i < shape->rank; i++)
        n *= shape->dims[i] == LAR_DIM_ROWS ? (double)rows
             : shape->dims[i] > 0           ? (double)shape->dims[i]
                                            : 1;
    return 10 + 6 * n;
}

/* Clip(x, min, max): scalars that may be left out. NaN stays NaN. */
static bool clip_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                       struct lar_error *err)
{
    if (!infer(node, ret, err))
        return false;
    for (uint32_t k = 1; k < node->n_inputs; k++)
        if (node->inputs[k] &&
            !lar_infer_dense(node, k, LAR_TYPE_BIT(node->inputs[0]->type), 0, err))
            return false;
    return true;
}

static bool clip_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    double bounds[2] = {-INFINITY, INFINITY};
    for (uint32_t k = 1; k < call->node->n_inputs; k++)
        if (call->inputs[k])
            bounds[k - 1] = lar_real_at(call->inputs[k], 0);
    void *out = lar_output_dense(call, 0, &in->shape, err);
    for (uint64_t i = 0, n = out ? lar_tensor_count(in) : 0; i < n; i++) {
        double x = lar_real_at(in, i);
        x = x < bounds[0] ? bounds[0] : x;
        x = x > bounds[1] ? bounds[1] : x;
        if (in->type == LAR_TYPE_F64)
            ((double *)out)[i] = x;
        else
            ((float *)out)[i] = (float)x;
    }
    return out != NULL;
}

#define ONE_INPUT .min_inputs = 1, .max_inputs = 1, .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_neg = {
    .signature = {.name = "Neg", .version = 13, ONE_INPUT, .infer = infer}, .run = neg_run};
const struct lar_operator lar_operator_abs = {
    .signature = {.name = "Abs", .version = 13, ONE_INPUT, .infer = infer}, .run = abs_run};
const struct lar_operator lar_operator_cos = {
    .signature = {.name = "Cos", .version = 7, ONE_INPUT, .infer = infer},
    .cost = transcendental_cost,
    .run = cos_run};
const struct lar_operator lar_operator_exp = {
    .signature = {.name = "Exp", .version = 13, ONE_INPUT, .infer = infer},
    .cost = transcendental_cost,
    .run = exp_run};
const struct lar_operator lar_operator_log = {
    .signature = {.name = "Log", .version = 13, ONE_INPUT, .infer = infer},
    .cost = transcendental_cost,
    .run = log_run};
const struct lar_operator lar_operator_sqrt = {
    .signature = {.name = "Sqrt", .version = 13, ONE_INPUT, .infer = infer}, .run = sqrt_run};
const struct lar_operator lar_operator_sigmoid = {
    .signature = {.name = "Sigmoid", .version = 13, ONE_INPUT, .infer = infer},
    .cost = transcendental_cost,
    .run = sigmoid_run};
/* An operator of one function that costs as exp() does. */
#define FUNCTION(identifier, name_, version_, function)                                            \
    const struct lar_operator lar_operator_##identifier = {                                        \
        .signature = {.name = (name_), .version = (version_), ONE_INPUT, .infer = infer},          \
        .cost = transcendental_cost,                                                               \
        .run = (function)}
FUNCTION(cbrt, "larder.Cbrt", 1, cbrt_run);
FUNCTION(exp2, "larder.Exp2", 1, exp2_run);
FUNCTION(expm1, "larder.Expm1", 1, expm1_run);
FUNCTION(log1p, "larder.Log1p", 1, log1p_run);
FUNCTION(log2, "larder.Log2", 1, log2_run);
FUNCTION(log10, "larder.Log10", 1, log10_run);
FUNCTION(sin, "Sin", 7, sin_run);
FUNCTION(sinh, "Sinh", 9, sinh_run);
FUNCTION(asinh, "Asinh", 9, asinh_run);
FUNCTION(atanh, "Atanh", 9, atanh_run);
FUNCTION(reciprocal, "Reciprocal", 13, reciprocal_run);
const struct lar_operator lar_operator_tanh = {
    .signature = {.name = "Tanh", .version = 13, ONE_INPUT, .infer = infer},
    .cost = transcendental_cost,
    .run = tanh_run};
const struct lar_operator lar_operator_relu = {
    .signature = {.name = "Relu", .version = 14, ONE_INPUT, .infer = infer}, .run = relu_run};
const struct lar_operator lar_operator_clip = {.signature = {.name = "Clip",
                                                             .version = 13,
                                                             .min_inputs = 1,
                                                             .max_inputs = 3,
                                                             .min_outputs = 1,
                                                             .max_outputs = 1,
                                                             .infer = clip_infer},
                                               .run = clip_run};

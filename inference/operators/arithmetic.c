/* Add, Sub, Mul, Div, Pow, Max, Min of two inputs of one type, broadcast as ONNX does. Integers
 * wrap; Div and Pow are for floats. Max and Min answer NaN where either input is NaN.
 *
 * larder.LogAddExp of two float64: log(exp(x) + exp(v)) without overflow, as NumPy computes it.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/binary.h"

#include <math.h>

LAR_BINARY_LOOP(add_f64, double, double, x + v)
LAR_BINARY_LOOP(add_f32, float, float, x + v)
LAR_BINARY_LOOP(add_i64, uint64_t, uint64_t, x + v)
LAR_BINARY_LOOP(add_i32, uint32_t, uint32_t, x + v)
LAR_BINARY_LOOP(sub_f64, double, double, x - v)
LAR_BINARY_LOOP(sub_f32, float, float, x - v)
LAR_BINARY_LOOP(sub_i64, uint64_t, uint64_t, x - v)
LAR_BINARY_LOOP(sub_i32, uint32_t, uint32_t, x - v)
LAR_BINARY_LOOP(mul_f64, double, double, x *v)
LAR_BINARY_LOOP(mul_f32, float, float, x *v)
LAR_BINARY_LOOP(mul_i64, uint64_t, uint64_t, x *v)
LAR_BINARY_LOOP(mul_i32, uint32_t, uint32_t, x *v)
LAR_BINARY_LOOP(div_f64, double, double, x / v)
LAR_BINARY_LOOP(div_f32, float, float, x / v)
LAR_BINARY_LOOP(pow_f64, double, double, pow(x, v))
LAR_BINARY_LOOP(pow_f32, float, float, powf(x, v))
LAR_BINARY_LOOP(max_f64, double, double, x > v || x != x ? x : v)
LAR_BINARY_LOOP(max_f32, float, float, x > v || x != x ? x : v)
LAR_BINARY_LOOP(max_i64, int64_t, int64_t, x > v ? x : v)
LAR_BINARY_LOOP(max_i32, int32_t, int32_t, x > v ? x : v)
LAR_BINARY_LOOP(min_f64, double, double, x < v || x != x ? x : v)
LAR_BINARY_LOOP(min_f32, float, float, x < v || x != x ? x : v)
LAR_BINARY_LOOP(min_i64, int64_t, int64_t, x < v ? x : v)
LAR_BINARY_LOOP(min_i32, int32_t, int32_t, x < v ? x : v)

static double log_add_exp(double x, double v)
{
    if (x == v) /* infinities, too */
        return x + M_LN2;
    double difference = x - v;
    if (difference > 0)
        return x + log1p(exp(-difference));
    return difference <= 0 ? v + log1p(exp(difference)) : difference; /* NaN */
}
LAR_BINARY_LOOP(log_add_exp_f64, double, double, log_add_exp(x, v))

/* The loop for the inputs' type, among those for f64, f32, i64, i32. */
static bool run(struct lar_call *call, const lar_binary_loop loops[4], struct lar_error *err)
{
    switch (call->inputs[0]->type) {
    case LAR_TYPE_F64: return lar_binary_run(call, loops[0], err);
    case LAR_TYPE_F32: return lar_binary_run(call, loops[1], err);
    case LAR_TYPE_I64: return lar_binary_run(call, loops[2], err);
    default: return lar_binary_run(call, loops[3], err);
    }
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    return lar_binary_infer(node, LAR_TYPES_ARITHMETIC, LAR_TYPE_END, ret, err);
}

static bool infer_float(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    return lar_binary_infer(node, LAR_TYPES_FLOAT, LAR_TYPE_END, ret, err);
}

static bool add_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){add_f64, add_f32, add_i64, add_i32}, err);
}

static bool sub_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){sub_f64, sub_f32, sub_i64, sub_i32}, err);
}

static bool mul_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){mul_f64, mul_f32, mul_i64, mul_i32}, err);
}

static bool div_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){div_f64, div_f32, NULL, NULL}, err);
}

static bool pow_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){pow_f64, pow_f32, NULL, NULL}, err);
}

static bool max_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){max_f64, max_f32, max_i64, max_i32}, err);
}

static bool min_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){min_f64, min_f32, min_i64, min_i32}, err);
}

static bool infer_f64(const struct lar_node_info *node, struct lar_value_info *ret,
                      struct lar_error *err)
{
    return lar_binary_infer(node, LAR_TYPE_BIT(LAR_TYPE_F64), LAR_TYPE_END, ret, err);
}

static bool log_add_exp_run(struct lar_call *call, struct lar_error *err)
{
    return lar_binary_run(call, log_add_exp_f64, err);
}

#define TWO_INPUTS .min_inputs = 2, .max_inputs = 2, .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_add = {
    .signature = {.name = "Add", .version = 14, TWO_INPUTS, .infer = infer}, .run = add_run};
const struct lar_operator lar_operator_sub = {
    .signature = {.name = "Sub", .version = 14, TWO_INPUTS, .infer = infer}, .run = sub_run};
const struct lar_operator lar_operator_mul = {
    .signature = {.name = "Mul", .version = 14, TWO_INPUTS, .infer = infer}, .run = mul_run};
const struct lar_operator lar_operator_div = {
    .signature = {.name = "Div", .version = 14, TWO_INPUTS, .infer = infer_float}, .run = div_run};
const struct lar_operator lar_operator_pow = {
    .signature = {.name = "Pow", .version = 15, TWO_INPUTS, .infer = infer_float}, .run = pow_run};
const struct lar_operator lar_operator_max = {
    .signature = {.name = "Max", .version = 13, TWO_INPUTS, .infer = infer}, .run = max_run};
const struct lar_operator lar_operator_min = {
    .signature = {.name = "Min", .version = 13, TWO_INPUTS, .infer = infer}, .run = min_run};
const struct lar_operator lar_operator_log_add_exp = {
    .signature = {.name = "larder.LogAddExp", .version = 1, TWO_INPUTS, .infer = infer_f64},
    .run = log_add_exp_run};

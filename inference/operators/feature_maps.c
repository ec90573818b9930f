/* Maps to columns whose products approximate a kernel: larder.AdditiveChi2, larder.CountSketch.
 *
 * AdditiveChi2: input float64 [rows, n], no number below 0. Parameters: steps, interval. Output
 *   [rows, n (2 steps - 1)]: sqrt(interval x), then for j = 1, ..., steps - 1 and
 *   f = sqrt(2 interval x / cosh(pi j interval)), f cos(j interval log x) and f sin(j interval
 *   log x); 0 where x is 0.
 * CountSketch: input float64 [rows, n]. Parameters: places [degree, n], each in [0, columns);
 *   signs [degree, n]; columns. Each row of places and signs adds up sign x in its place; output
 *   [rows, columns] is the circular convolution of these.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

enum { MAX_STEPS = 1 << 10, MAX_COLUMNS = 1 << 20 };

static bool chi2_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                       struct lar_error *err)
{
    int64_t steps = lar_node_param_i64(node, "steps", 0);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (steps < 1 || steps > MAX_STEPS)
        return lar_infer_refuse(err, "%lld steps", (long long)steps);
    struct lar_shape shape = node->inputs[0]->shape;
    if (shape.dims[1] > LAR_DIM_MAX / (2 * MAX_STEPS))
        return lar_infer_refuse(err, "too many columns");
    shape.dims[1] = shape.dims[1] >= 0 ? shape.dims[1] * (2 * steps - 1) : LAR_DIM_UNKNOWN;
    *ret = lar_infer_result(LAR_TYPE_F64, shape);
    return true;
}

static void chi2_element(double *y, double x, size_t n, size_t steps, double interval)
{
    double angle = interval * log(x), twice = 2 * x * interval;
    y[0] = sqrt(x * interval);
    for (size_t j = 1; j < steps; j++) {
        double factor = sqrt(twice / cosh(M_PI * (double)j * interval));
        y[(2 * j - 1) * n] = factor * cos((double)j * angle);
        y[2 * j * n] = factor * sin((double)j * angle);
    }
}

static bool chi2_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const double *x = in->data;
    size_t n = (size_t)lar_columns(in), rows = n ? (size_t)lar_rows(in) : 0;
    size_t steps = (size_t)lar_node_param_i64(call->node, "steps", 1), width;
    double interval = lar_node_param_f64(call->node, "interval", 1);
    if (__builtin_mul_overflow(n, 2 * steps - 1, &width) || width > (size_t)LAR_DIM_MAX)
        return lar_fail(err, LAR_ERR_LIMIT, "too many columns");
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)lar_rows(in), (int64_t)width), err);
    for (size_t i = 0; y && i < rows; i++, y += width)
        for (size_t t = 0; t < n; t++, x++) {
            if (*x < 0)
                return lar_fail(err, LAR_ERR_INVALID,
                                "row %zu, column %zu: AdditiveChi2Sampler takes no number below 0",
                                i, t);
            for (size_t j = 0; *x == 0 && j < 2 * steps - 1; j++)
                y[j * n + t] = 0;
            if (*x != 0)
                chi2_element(y + t, *x, n, steps, interval);
        }
    return y != NULL;
}

static double chi2_cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double n = node->inputs[0]->shape.dims[1] > 0 ? (double)node->inputs[0]->shape.dims[1] : 10;
    return 20 + (double)rows * n * 60 * (double)lar_node_param_i64(node, "steps", 1);
}

static bool sketch_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    int64_t columns = lar_node_param_i64(node, "columns", 0);
    const struct lar_tensor *places = lar_node_param(node, "places");
    if (!lar_infer_by_column(node, "places", ret, err))
        return false;
    if (columns < 1 || columns > MAX_COLUMNS || places->shape.dims[0] < 1)
        return lar_infer_refuse(err, "%lld columns of degree %lld", (long long)columns,
                                (long long)places->shape.dims[0]);
    if (!lar_shape_equal(&places->shape, &lar_node_param(node, "signs")->shape))
        return lar_infer_refuse(err, "there are not as many signs as places");
    ret->shape.dims[1] = columns;
    return true;
}

static bool sketch_verify(const struct lar_node_info *node, struct lar_error *err)
{
    int64_t columns = lar_node_param_i64(node, "columns", 0);
    return lar_verify_places(node, "places", "place", columns, err);
}

/* y[(i + PLACE) mod n] += FACTOR x[i] */
static void add_turned(double *restrict y, const double *restrict x, size_t n, size_t place,
                       double factor)
{
    for (size_t i = 0; i < n - place; i++)
        y[i + place] += factor * x[i];
    for (size_t i = n - place; i < n; i++)
        y[i - (n - place)] += factor * x[i];
}

static bool sketch_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *list = lar_node_param(call->node, "places");
    const int64_t *places = list->data;
    const double *signs = lar_node_param(call->node, "signs")->data, *x = in->data;
    size_t n = (size_t)lar_columns(in), rows = (size_t)lar_rows(in);
    size_t degree = (size_t)lar_rows(list);
    size_t width = (size_t)lar_node_param_i64(call->node, "columns", 1);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)width), err);
    size_t mark = lar_scratch_mark(call->scratch);
    double *last = y ? lar_scratch_take(call->scratch, width, sizeof *last) : NULL;
    if (!last)
        return y && lar_scratch_fail(call->scratch, err, "sketches");
    for (size_t i = 0; i < rows; i++, y += width, x += n) {
        memset(y, 0, width * sizeof *y);
        for (size_t t = 0; t < n; t++)
            y[places[t]] += signs[t] * x[t];
        for (size_t d = n; d < degree * n; d += n) {
            memcpy(last, y, width * sizeof *y);
            memset(y, 0, width * sizeof *y);
            for (size_t t = 0; t < n; t++)
                add_turned(y, last, width, (size_t)places[d + t], signs[d + t] * x[t]);
        }
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double sketch_cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double all = (double)lar_tensor_count(lar_node_param(node, "places"));
    return 20 + (double)rows * all * (2 + 0.4 * (double)lar_node_param_i64(node, "columns", 1));
}

static const struct lar_param_rule chi2_params[] = {
    {"steps", LAR_TYPE_I64, 0, false}, {"interval", LAR_TYPE_F64, 0, false}, {0}};
static const struct lar_param_rule sketch_params[] = {{"places", LAR_TYPE_I64, 2, false},
                                                      {"signs", LAR_TYPE_F64, 2, false},
                                                      {"columns", LAR_TYPE_I64, 0, false},
                                                      {0}};

#define ONE_INPUT .min_inputs = 1, .max_inputs = 1, .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_additive_chi2 = {.signature = {.name = "larder.AdditiveChi2",
                                                                      .version = 1,
                                                                      ONE_INPUT,
                                                                      .params = chi2_params,
                                                                      .infer = chi2_infer},
                                                        .cost = chi2_cost,
                                                        .run = chi2_run};
const struct lar_operator lar_operator_count_sketch = {.signature = {.name = "larder.CountSketch",
                                                                     .version = 1,
                                                                     ONE_INPUT,
                                                                     .params = sketch_params,
                                                                     .infer = sketch_infer},
                                                       .verify = sketch_verify,
                                                       .cost = sketch_cost,
                                                       .run = sketch_run};

/* larder.Interpolate: a function that is straight between given points.
 *
 * Input: float64 [rows]. Parameters: x [n] ascending, y [n], n > 0; outside: what a number beyond
 * the first or last x becomes: 0: NaN, 1: as if it were that x, 2: the request is refused. A
 * function of one point is constant everywhere. NaN stays NaN. Output: float64 [rows].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

enum outside { NOT_A_NUMBER, NEAREST, REFUSED, OUTSIDES };

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_shape *x = &lar_node_param(node, "x")->shape;
    int64_t outside = lar_node_param_i64(node, "outside", 0);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 1, err))
        return false;
    if (x->dims[0] < 1 || x->dims[0] != lar_node_param(node, "y")->shape.dims[0])
        return lar_infer_refuse(err, "x and y are not equally long, or empty");
    if (outside < 0 || outside >= OUTSIDES)
        return lar_infer_refuse(err, "there is no way %lld to treat what is outside",
                                (long long)outside);
    *ret = lar_infer_result(LAR_TYPE_F64, node->inputs[0]->shape);
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *t = lar_node_param(node, "x");
    const double *x = t->data;
    for (uint64_t i = 0, n = lar_tensor_count(t); i < n; i++)
        if (isnan(x[i]) || (i && x[i] <= x[i - 1]))
            return lar_fail(err, LAR_ERR_FORMAT, "x is not ascending");
    return true;
}

/* The last of N ascending points that is not above V; V is neither below the first nor NaN. */
static uint64_t point_below(const double *x, uint64_t n, double v)
{
    uint64_t low = 0, high = n;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (x[middle] <= v)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double value_at(const double *x, const double *y, uint64_t n, double v)
{
    uint64_t i = point_below(x, n, v);
    if (i + 1 == n || v == x[i])
        return y[i];
    return (y[i + 1] - y[i]) / (x[i + 1] - x[i]) * (v - x[i]) + y[i];
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0], *points = lar_node_param(call->node, "x");
    const double *x = points->data, *y = lar_node_param(call->node, "y")->data, *v = in->data;
    uint64_t n = lar_tensor_count(points), rows = lar_tensor_count(in);
    enum outside outside = (enum outside)lar_node_param_i64(call->node, "outside", 0);
    double *to = lar_output_dense(call, 0, &in->shape, err);
    for (uint64_t i = 0; to && i < rows; i++) {
        bool inside = v[i] >= x[0] && v[i] <= x[n - 1];
        if (inside || n == 1)
            to[i] = n == 1 ? y[0] : value_at(x, y, n, v[i]);
        else if (outside == NOT_A_NUMBER || isnan(v[i]))
            to[i] = NAN;
        else if (outside == NEAREST)
            to[i] = v[i] < x[0] ? y[0] : y[n - 1];
        else
            return lar_fail(err, LAR_ERR_INVALID,
                            "row %llu: %.17g is outside of what the model was fitted on, %.17g to "
                            "%.17g",
                            (unsigned long long)i, v[i], x[0], x[n - 1]);
    }
    return to != NULL;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    int64_t n = lar_node_param(node, "x")->shape.dims[0];
    return 10 + (double)rows * (5 + 3 * log2((double)n + 1));
}

static const struct lar_param_rule params[] = {{"x", LAR_TYPE_F64, 1, false},
                                               {"y", LAR_TYPE_F64, 1, false},
                                               {"outside", LAR_TYPE_I64, 0, false},
                                               {0}};

const struct lar_operator lar_operator_interpolate = {.signature = {.name = "larder.Interpolate",
                                                                    .version = 1,
                                                                    .min_inputs = 1,
                                                                    .max_inputs = 1,
                                                                    .min_outputs = 1,
                                                                    .max_outputs = 1,
                                                                    .params = params,
                                                                    .infer = infer},
                                                      .verify = verify,
                                                      .cost = cost,
                                                      .run = run};

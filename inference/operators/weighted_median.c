/* larder.WeightedMedian: of each row of X[rows, n] (float64) the element at which the weights,
 * added up in ascending order of the elements, reach half their sum. As AdaBoostRegressor takes it:
 * NaN counts as the greatest, equal elements stay in order.
 *
 *   weights f64[n]
 *
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t n = lar_node_param(node, "weights")->shape.dims[0];
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (n == 0 || n > INT32_MAX || node->inputs[0]->shape.dims[1] != n)
        return lar_infer_refuse(err, "%lld weights for another number of columns", (long long)n);
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0]));
    return true;
}

/* Whether A comes before B. */
static bool before(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

/* Sorts the N places in ORDER by the elements of X, which stay: merges runs of 1, 2, 4, ... from
 * one array into the other. Returns the array that holds the result. */
static uint32_t *sort(const double *x, uint32_t n, uint32_t *order, uint32_t *other)
{
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint64_t run = 1; run < n; run *= 2) {
        for (uint64_t first = 0; first < n; first += 2 * run) {
            uint64_t a = first, middle = first + run < n ? first + run : n, b = middle;
            uint64_t end = middle + run < n ? middle + run : n;
            for (uint64_t at = first; at < end; at++)
                other[at] = b < end && (a == middle || before(x[order[b]], x[order[a]]))
                                ? order[b++]
                                : order[a++];
        }
        uint32_t *swap = order;
        order = other;
        other = swap;
    }
    return order;
}

static double median(const double *x, const double *weights, const uint32_t *order, uint32_t n)
{
    double sum = 0, all = 0;
    for (uint32_t i = 0; i < n; i++)
        all += weights[order[i]];
    for (uint32_t i = 0; i < n; i++) {
        sum += weights[order[i]];
        if (sum >= 0.5 * all)
            return x[order[i]];
    }
    return x[order[0]]; /* as NumPy's argmax where nothing is true */
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *weights = lar_node_param(call->node, "weights");
    uint64_t rows = lar_rows(in);
    uint32_t n = (uint32_t)lar_tensor_count(weights);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0]), err);
    size_t mark = lar_scratch_mark(call->scratch);
    uint32_t *order = y ? lar_scratch_take(call->scratch, n, 2 * sizeof *order) : NULL;
    if (!y)
        return false;
    if (!order)
        return lar_scratch_fail(call->scratch, err, "the result");
    if (lar_columns(in) != n)
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %u",
                        (unsigned long long)lar_columns(in), n);
    for (uint64_t i = 0; i < rows; i++) {
        const double *x = (const double *)in->data + i * n;
        y[i] = median(x, weights->data, sort(x, n, order, order + n), n);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double n = (double)lar_node_param(node, "weights")->shape.dims[0], levels = 1;
    double m =
        node->inputs[0]->shape.dims[0] < 0 ? (double)rows : (double)node->inputs[0]->shape.dims[0];
    for (double k = n; k > 1; k /= 2)
        levels++;
    return 20 + m * n * levels * 4;
}

static const struct lar_param_rule params[] = {{"weights", LAR_TYPE_F64, 1, false}, {0}};

const struct lar_operator lar_operator_weighted_median = {
    .signature = {.name = "larder.WeightedMedian",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .cost = cost,
    .run = run};

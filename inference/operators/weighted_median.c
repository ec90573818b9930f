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

/* An element on its way through the sort. */
struct item {
    uint64_t key; /* rises as the elements do */
    uint32_t place;
};

static uint64_t key_of(double x)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t bits;
    if (isnan(x))
        return UINT64_MAX;
    x = x == 0 ? 0 : x; /* zeros are equal */
    memcpy(&bits, &x, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

/* Merges ITEMS[FIRST .. MIDDLE) and [MIDDLE .. END) into TO. Which of two comes first is anybody's
 * guess: that is arithmetic here, not a branch. */
static void merge(const struct item *items, uint64_t first, uint64_t middle, uint64_t end,
                  struct item *to)
{
    uint64_t a = first, b = middle, at = first;
    while (a < middle && b < end) {
        uint64_t second = items[b].key < items[a].key;
        to[at++] = items[a + second * (b - a)];
        b += second;
        a += 1 - second;
    }
    memcpy(to + at, items + a, (middle - a) * sizeof *to);
    at += middle - a;
    memcpy(to + at, items + b, (end - b) * sizeof *to);
}

/* Sorts N items: merges runs of 1, 2, 4, ... from one array into the other. Returns the array that
 * holds the result. */
static struct item *sort(struct item *items, struct item *other, uint64_t n)
{
    for (uint64_t run = 1; run < n; run *= 2) {
        for (uint64_t first = 0; first < n; first += 2 * run) {
            uint64_t middle = first + run < n ? first + run : n;
            merge(items, first, middle, middle + run < n ? middle + run : n, other);
        }
        struct item *swap = items;
        items = other;
        other = swap;
    }
    return items;
}

static double median(const double *x, const double *weights, struct item *items, uint32_t n)
{
    double sum = 0, all = 0;
    for (uint32_t i = 0; i < n; i++)
        items[i] = (struct item){.key = key_of(x[i]), .place = i};
    items = sort(items, items + n, n);
    for (uint32_t i = 0; i < n; i++)
        all += weights[items[i].place];
    for (uint32_t i = 0; i < n; i++) {
        sum += weights[items[i].place];
        if (sum >= 0.5 * all)
            return x[items[i].place];
    }
    return x[items[0].place]; /* as NumPy's argmax where nothing is true */
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *weights = lar_node_param(call->node, "weights");
    uint64_t rows = lar_rows(in);
    uint32_t n = (uint32_t)lar_tensor_count(weights);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0]), err);
    size_t mark = lar_scratch_mark(call->scratch);
    struct item *items = y ? lar_scratch_take(call->scratch, n, 2 * sizeof *items) : NULL;
    if (!y)
        return false;
    if (!items)
        return lar_scratch_fail(call->scratch, err, "the result");
    if (lar_columns(in) != n)
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %u",
                        (unsigned long long)lar_columns(in), n);
    for (uint64_t i = 0; i < rows; i++) {
        const double *x = (const double *)in->data + i * n;
        y[i] = median(x, weights->data, items, n);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double n = (double)lar_node_param(node, "weights")->shape.dims[0], levels = 1 + log2(n);
    double m =
        node->inputs[0]->shape.dims[0] < 0 ? (double)rows : (double)node->inputs[0]->shape.dims[0];
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

/* ReduceSum, ReduceMax, ReduceMin, ArgMax: along neighbouring axes, which must be
 * constant.
 *
 * Sums have NumPy's order, so that what follows a sum has NumPy's bits: pairwise along the last
 * axis, term by term along others. Max and Min answer NaN where one is met, ArgMax the first NaN's
 * place, else the first of the greatest (the last where select_last_index is set).
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/sums.h"
#include "inference/values.h"

/* The axes that are reduced: [first, end). */
struct axes {
    uint32_t first, end;
};

static bool axes_of(const int64_t *list, uint64_t n, uint32_t rank, bool all, struct axes *ret)
{
    bool marks[LAR_MAX_RANK] = {false};
    *ret = (struct axes){.first = 0, .end = all ? rank : 0};
    for (uint64_t i = 0; i < n; i++) {
        uint32_t axis;
        if (!lar_axis(list[i], rank, &axis) || marks[axis])
            return false;
        marks[axis] = true;
        if (i == 0 || axis < ret->first)
            ret->first = axis;
        if (i == 0 || axis + 1 > ret->end)
            ret->end = axis + 1;
    }
    return n == 0 || ret->end - ret->first == n;
}

static struct lar_shape reduced(const struct lar_shape *in, const struct axes *axes, bool keep)
{
    struct lar_shape ret = {0};
    for (uint32_t i = 0; i < in->rank; i++)
        if (i < axes->first || i >= axes->end)
            ret.dims[ret.rank++] = in->dims[i];
        else if (keep)
            ret.dims[ret.rank++] = 1;
    return ret;
}

static bool reduce_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    const int64_t *list = NULL;
    uint64_t n = 0;
    struct axes axes;
    if (!lar_infer_dense(node, 0, LAR_TYPES_FLOAT, -1, err) ||
        (node->n_inputs > 1 && node->inputs[1] && !lar_infer_constant(node, 1, &list, &n, err)))
        return false;
    const struct lar_shape *in = &node->inputs[0]->shape;
    bool all = n == 0 && lar_node_param_i64(node, "noop_with_empty_axes", 0) == 0;
    if (!axes_of(list, n, in->rank, all, &axes))
        return lar_infer_refuse(err, "axes that are out of range or not neighbours");
    *ret = lar_infer_result(node->inputs[0]->type,
                            reduced(in, &axes, lar_node_param_i64(node, "keepdims", 1) != 0));
    return true;
}

/* OUTER results (or INNER at a time) over N elements each. */
struct cut {
    uint64_t outer, n, inner;
};

static struct cut cut_of(const struct lar_shape *in, const struct axes *axes)
{
    struct cut cut = {1, 1, 1};
    for (uint32_t i = 0; i < in->rank; i++) {
        uint64_t *part = i < axes->first ? &cut.outer : i < axes->end ? &cut.n : &cut.inner;
        *part *= (uint64_t)in->dims[i];
    }
    return cut;
}

/* Y[inner] = the reduction of X[n][inner] (n > 0). */
typedef void (*reduction)(void *y, const void *x, uint64_t n, uint64_t inner);

#define SUM(function, type, pairwise)                                                              \
    static void function(void *y_, const void *x_, uint64_t n, uint64_t inner)                     \
    {                                                                                              \
        type *y = y_;                                                                              \
        const type *x = x_;                                                                        \
        if (inner == 1) {                                                                          \
            *y = pairwise(x, n);                                                                   \
            return;                                                                                \
        }                                                                                          \
        for (uint64_t j = 0; j < inner; j++)                                                       \
            y[j] = x[j];                                                                           \
        for (uint64_t i = 1; i < n; i++)                                                           \
            for (uint64_t j = 0; j < inner; j++)                                                   \
                y[j] += x[i * inner + j];                                                          \
    }
SUM(sum_f64, double, lar_sum_f64)
SUM(sum_f32, float, lar_sum_f32)

#define FOLD(function, type, expression)                                                           \
    static void function(void *y_, const void *x_, uint64_t n, uint64_t inner)                     \
    {                                                                                              \
        type *y = y_;                                                                              \
        const type *x = x_;                                                                        \
        for (uint64_t j = 0; j < inner; j++) {                                                     \
            type best = x[j];                                                                      \
            for (uint64_t i = 1; i < n; i++) {                                                     \
                const type v = x[i * inner + j];                                                   \
                best = expression;                                                                 \
            }                                                                                      \
            y[j] = best;                                                                           \
        }                                                                                          \
    }
FOLD(max_f64, double, v > best || v != v ? v : best)
FOLD(max_f32, float, v > best || v != v ? v : best)
FOLD(min_f64, double, v < best || v != v ? v : best)
FOLD(min_f32, float, v < best || v != v ? v : best)

static bool reduce_run(struct lar_call *call, reduction f64, reduction f32, bool may_be_empty,
                       struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *list = call->node->n_inputs > 1 ? call->inputs[1] : NULL;
    uint64_t n = list ? lar_tensor_count(list) : 0;
    bool all = n == 0 && lar_node_param_i64(call->node, "noop_with_empty_axes", 0) == 0;
    struct axes axes;
    if (!axes_of(list ? list->data : NULL, n, in->shape.rank, all, &axes))
        return lar_fail(err, LAR_ERR_INTERNAL, "axes");
    struct lar_shape shape =
        reduced(&in->shape, &axes, lar_node_param_i64(call->node, "keepdims", 1) != 0);
    char *out = lar_output_dense(call, 0, &shape, err);
    if (!out)
        return false;
    struct cut cut = cut_of(&in->shape, &axes);
    size_t item = lar_type_size(in->type);
    if (cut.n == 0 && cut.outer * cut.inner > 0) {
        if (!may_be_empty)
            return lar_fail(err, LAR_ERR_INVALID, "no elements");
        memset(out, 0, (size_t)(cut.outer * cut.inner) * item);
        return true;
    }
    for (uint64_t o = 0; cut.inner > 0 && o < cut.outer; o++)
        (in->type == LAR_TYPE_F64 ? f64 : f32)(
            out + o * cut.inner * item, (const char *)in->data + o * cut.n * cut.inner * item,
            cut.n, cut.inner);
    return true;
}

static bool sum_run(struct lar_call *call, struct lar_error *err)
{
    return reduce_run(call, sum_f64, sum_f32, true, err);
}

static bool max_run(struct lar_call *call, struct lar_error *err)
{
    return reduce_run(call, max_f64, max_f32, false, err);
}

static bool min_run(struct lar_call *call, struct lar_error *err)
{
    return reduce_run(call, min_f64, min_f32, false, err);
}

/* ArgMax: one axis, int64; the first of equals. */
static bool argmax_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    struct axes axes;
    if (!lar_infer_dense(node, 0, LAR_TYPES_FLOAT, -1, err))
        return false;
    const struct lar_shape *in = &node->inputs[0]->shape;
    if (!lar_axis(lar_node_param_i64(node, "axis", 0), in->rank, &axes.first))
        return lar_infer_refuse(err, "axis out of range");
    axes.end = axes.first + 1;
    if (in->dims[axes.first] == 0)
        return lar_infer_refuse(err, "nothing to choose from");
    *ret = lar_infer_result(LAR_TYPE_I64,
                            reduced(in, &axes, lar_node_param_i64(node, "keepdims", 1) != 0));
    return true;
}

/* The place of the greatest of N elements, STEP apart; LAST: of equals the last. */
static int64_t argmax(const struct lar_tensor *t, uint64_t first, uint64_t n, uint64_t step,
                      bool last)
{
    uint64_t best = 0;
    double most = lar_real_at(t, first);
    for (uint64_t i = 1; i < n && most == most; i++) {
        double v = lar_real_at(t, first + i * step);
        if (v > most || v != v || (last && v == most)) {
            most = v;
            best = i;
        }
    }
    return (int64_t)best;
}

static bool argmax_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    struct axes axes;
    if (!lar_axis(lar_node_param_i64(call->node, "axis", 0), in->shape.rank, &axes.first))
        return lar_fail(err, LAR_ERR_INTERNAL, "axis out of range");
    axes.end = axes.first + 1;
    struct lar_shape shape =
        reduced(&in->shape, &axes, lar_node_param_i64(call->node, "keepdims", 1) != 0);
    int64_t *out = lar_output_dense(call, 0, &shape, err);
    if (!out)
        return false;
    struct cut cut = cut_of(&in->shape, &axes);
    bool last = lar_node_param_i64(call->node, "select_last_index", 0) != 0;
    if (cut.n == 0 && cut.outer * cut.inner > 0)
        return lar_fail(err, LAR_ERR_INVALID, "nothing to choose from");
    for (uint64_t o = 0; o < cut.outer; o++)
        for (uint64_t j = 0; j < cut.inner; j++)
            *out++ = argmax(in, o * cut.n * cut.inner + j, cut.n, cut.inner, last);
    return true;
}

static const struct lar_param_rule reduce_params[] = {
    {"keepdims", LAR_TYPE_I64, 0, true}, {"noop_with_empty_axes", LAR_TYPE_I64, 0, true}, {0}};
static const struct lar_param_rule argmax_params[] = {{"axis", LAR_TYPE_I64, 0, true},
                                                      {"keepdims", LAR_TYPE_I64, 0, true},
                                                      {"select_last_index", LAR_TYPE_I64, 0, true},
                                                      {0}};

#define REDUCTION                                                                                  \
    .min_inputs = 1, .max_inputs = 2, .min_outputs = 1, .max_outputs = 1, .params = reduce_params, \
    .infer = reduce_infer

const struct lar_operator lar_operator_reduce_sum = {
    .signature = {.name = "ReduceSum", .version = 13, REDUCTION}, .run = sum_run};
const struct lar_operator lar_operator_reduce_max = {
    .signature = {.name = "ReduceMax", .version = 18, REDUCTION}, .run = max_run};
const struct lar_operator lar_operator_reduce_min = {
    .signature = {.name = "ReduceMin", .version = 18, REDUCTION}, .run = min_run};
const struct lar_operator lar_operator_argmax = {.signature = {.name = "ArgMax",
                                                               .version = 13,
                                                               .min_inputs = 1,
                                                               .max_inputs = 1,
                                                               .min_outputs = 1,
                                                               .max_outputs = 1,
                                                               .params = argmax_params,
                                                               .infer = argmax_infer},
                                                 .run = argmax_run};

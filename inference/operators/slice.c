/* Slice (starts, ends, axes, steps: constants) and Transpose, of dense numbers.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

/* A walk through a tensor: for each dimension of the result its size and its step in the input, in
 * elements, from element FIRST on. */
struct view {
    int64_t first, steps[LAR_MAX_RANK];
};

#define TYPES (LAR_TYPES_ANY & ~LAR_TYPE_BIT(LAR_TYPE_STRING))

/* Writes the elements of IN that VIEW leads to, in the order of SHAPE. */
static void copy(char *out, const struct lar_tensor *in, const struct lar_shape *shape,
                 const struct view *view)
{
    size_t item = lar_type_size(in->type);
    uint64_t n = 1, index[LAR_MAX_RANK] = {0};
    int64_t at = view->first;
    for (uint32_t d = 0; d < shape->rank; d++)
        n *= (uint64_t)shape->dims[d];
    for (uint64_t i = 0; i < n; i++) {
        memcpy(out + i * item, (const char *)in->data + (size_t)at * item, item);
        for (uint32_t d = shape->rank; d-- > 0;) {
            at += view->steps[d];
            if (++index[d] < (uint64_t)shape->dims[d])
                break;
            at -= view->steps[d] * shape->dims[d];
            index[d] = 0;
        }
    }
}

/* Elements between neighbours in each dimension of SHAPE. */
static void strides_of(const struct lar_shape *shape, int64_t strides[LAR_MAX_RANK])
{
    int64_t stride = 1;
    for (uint32_t d = shape->rank; d-- > 0;) {
        strides[d] = stride;
        stride *= shape->dims[d];
    }
}

/* What is asked of one axis. */
struct range {
    int64_t start, end, step;
};

/* Applies RANGE to a dimension of N: the number that it leaves, and where it starts. N may be
 * negative (not known): then only all of it can be asked for without becoming unknown. */
static int64_t apply(const struct range *r, int64_t n, int64_t *ret_start)
{
    *ret_start = 0;
    if (n < 0)
        return r->start == 0 && r->end == INT64_MAX && r->step == 1 ? n : LAR_DIM_UNKNOWN;
    int64_t least = r->step > 0 ? 0 : -1, most = r->step > 0 ? n : n - 1;
    int64_t start = r->start < 0 ? (r->start < -n ? -1 : r->start + n) : r->start;
    int64_t end = r->end < 0 ? (r->end < -n ? -1 : r->end + n) : r->end;
    start = start > most ? most : start < 0 ? 0 : start;
    end = end < least ? least : end > most ? most : end;
    if (n == 0)
        return 0;
    *ret_start = start;
    bool forward = r->step > 0;
    if (forward ? end <= start : start <= end)
        return 0;
    uint64_t span = (uint64_t)(forward ? end - start : start - end) - 1;
    uint64_t step = forward ? (uint64_t)r->step : 0 - (uint64_t)r->step;
    return step ? (int64_t)(span / step) + 1 : 0;
}

/* Reads the constants of a Slice node into a range for each axis. */
static bool ranges_of(const struct lar_node_info *node, struct range ranges[LAR_MAX_RANK],
                      struct lar_error *err)
{
    const int64_t *lists[5] = {NULL};
    uint64_t n[5] = {0};
    uint32_t rank = node->inputs[0]->shape.rank;
    bool marks[LAR_MAX_RANK] = {false};
    for (uint32_t k = 1; k < node->n_inputs; k++)
        if ((k < 3 || node->inputs[k]) && !lar_infer_constant(node, k, &lists[k], &n[k], err))
            return false;
    if (n[1] != n[2] || (lists[3] && n[3] != n[1]) || (lists[4] && n[4] != n[1]))
        return lar_infer_refuse(err, "lists of different lengths");
    for (uint32_t d = 0; d < rank; d++)
        ranges[d] = (struct range){0, INT64_MAX, 1};
    for (uint64_t i = 0; i < n[1]; i++) {
        uint32_t axis;
        if (!lar_axis(lists[3] ? lists[3][i] : (int64_t)i, rank, &axis) || marks[axis])
            return lar_infer_refuse(err, "axes out of range or repeated");
        marks[axis] = true;
        ranges[axis] = (struct range){lists[1][i], lists[2][i], lists[4] ? lists[4][i] : 1};
        if (ranges[axis].step == 0)
            return lar_infer_refuse(err, "a step of 0");
    }
    return true;
}

static bool slice_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    struct range ranges[LAR_MAX_RANK] = {{0}};
    int64_t start;
    if (!lar_infer_dense(node, 0, TYPES, -1, err) || !ranges_of(node, ranges, err))
        return false;
    struct lar_shape shape = node->inputs[0]->shape;
    for (uint32_t d = 0; d < shape.rank; d++)
        shape.dims[d] = apply(&ranges[d], shape.dims[d], &start);
    *ret = lar_infer_result(node->inputs[0]->type, shape);
    return true;
}

static bool slice_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    struct range ranges[LAR_MAX_RANK] = {{0}};
    struct view view = {0};
    int64_t start, strides[LAR_MAX_RANK] = {0};
    if (!ranges_of(call->node, ranges, err))
        return false;
    struct lar_shape shape = in->shape;
    strides_of(&in->shape, strides);
    for (uint32_t d = 0; d < shape.rank; d++) {
        shape.dims[d] = apply(&ranges[d], shape.dims[d], &start);
        view.first += start * strides[d];
        /* of one element, the step leads nowhere (and may be huge) */
        view.steps[d] = shape.dims[d] > 1 ? strides[d] * ranges[d].step : 0;
    }
    char *out = lar_output_dense(call, 0, &shape, err);
    if (out)
        copy(out, in, &shape, &view);
    return out != NULL;
}

/* The permutation: `perm`, or all dimensions reversed. */
static bool permutation(const struct lar_node_info *node, uint32_t rank,
                        uint32_t perm[LAR_MAX_RANK])
{
    const struct lar_tensor *given = lar_node_param(node, "perm");
    bool marks[LAR_MAX_RANK] = {false};
    if (given && lar_tensor_count(given) != rank)
        return false;
    for (uint32_t d = 0; d < rank; d++) {
        int64_t from = given ? ((const int64_t *)given->data)[d] : (int64_t)(rank - 1 - d);
        if (from < 0 || from >= rank || marks[from])
            return false;
        marks[from] = true;
        perm[d] = (uint32_t)from;
    }
    return true;
}

static bool transpose_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                            struct lar_error *err)
{
    uint32_t perm[LAR_MAX_RANK] = {0};
    if (!lar_infer_dense(node, 0, TYPES, -1, err))
        return false;
    const struct lar_shape *in = &node->inputs[0]->shape;
    if (!permutation(node, in->rank, perm))
        return lar_infer_refuse(err, "perm is no permutation of the dimensions");
    struct lar_shape shape = {.rank = in->rank};
    for (uint32_t d = 0; d < in->rank; d++)
        shape.dims[d] = in->dims[perm[d]];
    *ret = lar_infer_result(node->inputs[0]->type, shape);
    return true;
}

static bool transpose_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    uint32_t perm[LAR_MAX_RANK] = {0};
    int64_t strides[LAR_MAX_RANK] = {0};
    struct lar_shape shape = {.rank = in->shape.rank};
    struct view view = {0};
    if (!permutation(call->node, shape.rank, perm))
        return lar_fail(err, LAR_ERR_INTERNAL, "perm");
    strides_of(&in->shape, strides);
    for (uint32_t d = 0; d < shape.rank; d++) {
        shape.dims[d] = in->shape.dims[perm[d]];
        view.steps[d] = strides[perm[d]];
    }
    char *out = lar_output_dense(call, 0, &shape, err);
    if (out)
        copy(out, in, &shape, &view);
    return out != NULL;
}

static const struct lar_param_rule transpose_params[] = {{"perm", LAR_TYPE_I64, 1, true}, {0}};

const struct lar_operator lar_operator_slice = {.signature = {.name = "Slice",
                                                              .version = 13,
                                                              .min_inputs = 3,
                                                              .max_inputs = 5,
                                                              .min_outputs = 1,
                                                              .max_outputs = 1,
                                                              .infer = slice_infer},
                                                .run = slice_run};
const struct lar_operator lar_operator_transpose = {.signature = {.name = "Transpose",
                                                                  .version = 13,
                                                                  .min_inputs = 1,
                                                                  .max_inputs = 1,
                                                                  .min_outputs = 1,
                                                                  .max_outputs = 1,
                                                                  .params = transpose_params,
                                                                  .infer = transpose_infer},
                                                    .run = transpose_run};

/* Identity, Reshape, Unsqueeze, Squeeze: views of their input under another shape. The shape and
 * the axes, inputs in ONNX, must be constants.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static bool identity_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                           struct lar_error *err)
{
    if (!node->inputs[0])
        return lar_infer_refuse(err, "input 0 is missing");
    *ret = *node->inputs[0];
    ret->constant = NULL;
    return true;
}

static bool identity_run(struct lar_call *call, struct lar_error *err)
{
    (void)err;
    call->outputs[0] = *call->inputs[0];
    return true;
}

/* A product of dimensions: COUNT times at most one symbol. */
struct product {
    uint64_t count;
    int64_t symbol; /* 0: none; LAR_DIM_UNKNOWN: anything else */
};

static bool multiply(struct product *p, int64_t dim)
{
    if (dim >= 0)
        return !__builtin_mul_overflow(p->count, (uint64_t)dim, &p->count);
    p->symbol = p->symbol ? LAR_DIM_UNKNOWN : dim;
    return true;
}

/* The dimension that makes REST times it as large as ALL; unknown if that depends on the rows. */
static bool fill(const struct product *all, const struct product *rest, int64_t *ret)
{
    *ret = LAR_DIM_UNKNOWN;
    if (all->symbol == LAR_DIM_UNKNOWN || rest->symbol == LAR_DIM_UNKNOWN)
        return true;
    if (all->symbol == rest->symbol && rest->count > 0) {
        *ret = (int64_t)(all->count / rest->count);
        return all->count % rest->count == 0;
    }
    if (rest->symbol == 0 && all->count == rest->count && all->count > 0)
        *ret = all->symbol;
    return rest->count > 0;
}

/* The result's shape from TARGET[N] (0: as in the input, -1: the rest); false if it cannot be. */
static bool target_shape(const struct lar_shape *in, const int64_t *target, uint64_t n,
                         bool allow_zero, struct lar_shape *ret)
{
    struct product all = {.count = 1}, rest = {.count = 1};
    uint32_t filled = LAR_MAX_RANK;
    if (n > LAR_MAX_RANK)
        return false;
    *ret = (struct lar_shape){.rank = (uint32_t)n};
    for (uint32_t i = 0; i < in->rank; i++)
        if (!multiply(&all, in->dims[i]))
            return false;
    for (uint32_t i = 0; i < n; i++) {
        int64_t d = target[i];
        if (d < -1 || (d == -1 && filled < LAR_MAX_RANK) ||
            (d == 0 && !allow_zero && i >= in->rank))
            return false;
        if (d == -1) {
            filled = i;
            continue;
        }
        ret->dims[i] = d == 0 && !allow_zero ? in->dims[i] : d;
        if (!multiply(&rest, ret->dims[i]))
            return false;
    }
    if (filled < LAR_MAX_RANK)
        return fill(&all, &rest, &ret->dims[filled]);
    return all.symbol == LAR_DIM_UNKNOWN || rest.symbol == LAR_DIM_UNKNOWN ||
           (all.symbol == rest.symbol && all.count == rest.count);
}

static bool reshape_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                          struct lar_error *err)
{
    const int64_t *target;
    uint64_t n;
    struct lar_shape shape;
    char text[128];
    if (!lar_infer_dense(node, 0, LAR_TYPES_ANY, -1, err) ||
        !lar_infer_constant(node, 1, &target, &n, err))
        return false;
    if (!target_shape(&node->inputs[0]->shape, target, n,
                      lar_node_param_i64(node, "allowzero", 0) != 0, &shape))
        return lar_infer_refuse(err, "%s cannot take the shape asked for",
                                lar_shape_print(&node->inputs[0]->shape, text, sizeof text));
    *ret = lar_infer_result(node->inputs[0]->type, shape);
    return true;
}

static bool reshape_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0], *target = call->inputs[1];
    struct lar_shape shape;
    if (!target_shape(&in->shape, target->data, lar_tensor_count(target),
                      lar_node_param_i64(call->node, "allowzero", 0) != 0, &shape))
        return lar_fail(err, LAR_ERR_INVALID, "the numbers of elements differ");
    for (uint32_t i = 0; i < shape.rank; i++)
        if (shape.dims[i] < 0)
            shape.dims[i] = 0; /* no elements: the rest of nothing */
    return lar_output_view(call, &shape, err);
}

/* Marks the axes of input 1 among RANK ones. */
static bool axes_of(const int64_t *axes, uint64_t n, uint32_t rank, bool marks[LAR_MAX_RANK])
{
    for (uint64_t i = 0; i < n; i++) {
        uint32_t axis;
        if (!lar_axis(axes[i], rank, &axis) || marks[axis])
            return false;
        marks[axis] = true;
    }
    return true;
}

static bool unsqueezed(const struct lar_shape *in, const int64_t *axes, uint64_t n,
                       struct lar_shape *ret)
{
    bool marks[LAR_MAX_RANK] = {false};
    if (n > LAR_MAX_RANK - in->rank || !axes_of(axes, n, in->rank + (uint32_t)n, marks))
        return false;
    *ret = (struct lar_shape){.rank = in->rank + (uint32_t)n};
    for (uint32_t i = 0, from = 0; i < ret->rank; i++)
        ret->dims[i] = marks[i] ? 1 : in->dims[from++];
    return true;
}

static bool unsqueeze_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                            struct lar_error *err)
{
    const int64_t *axes;
    uint64_t n;
    struct lar_shape shape;
    if (!lar_infer_dense(node, 0, LAR_TYPES_ANY, -1, err) ||
        !lar_infer_constant(node, 1, &axes, &n, err))
        return false;
    if (!unsqueezed(&node->inputs[0]->shape, axes, n, &shape))
        return lar_infer_refuse(err, "axes out of range");
    *ret = lar_infer_result(node->inputs[0]->type, shape);
    return true;
}

static bool unsqueeze_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *axes = call->inputs[1];
    struct lar_shape shape;
    return unsqueezed(&call->inputs[0]->shape, axes->data, lar_tensor_count(axes), &shape) &&
           lar_output_view(call, &shape, err);
}

/* Without AXES, all dimensions of 1 go. */
static bool squeezed(const struct lar_shape *in, const int64_t *axes, uint64_t n,
                     struct lar_shape *ret)
{
    bool marks[LAR_MAX_RANK] = {false};
    if (axes && !axes_of(axes, n, in->rank, marks))
        return false;
    *ret = (struct lar_shape){0};
    for (uint32_t i = 0; i < in->rank; i++) {
        bool one = in->dims[i] == 1 || (marks[i] && in->dims[i] == LAR_DIM_UNKNOWN);
        if (marks[i] && !one)
            return false;
        if (!(axes ? marks[i] : one))
            ret->dims[ret->rank++] = in->dims[i];
    }
    return true;
}

static bool squeeze_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                          struct lar_error *err)
{
    const int64_t *axes = NULL;
    uint64_t n = 0;
    struct lar_shape shape;
    if (!lar_infer_dense(node, 0, LAR_TYPES_ANY, -1, err) ||
        (node->n_inputs > 1 && node->inputs[1] && !lar_infer_constant(node, 1, &axes, &n, err)))
        return false;
    for (uint32_t i = 0; !axes && i < node->inputs[0]->shape.rank; i++)
        if (node->inputs[0]->shape.dims[i] < 0)
            return lar_infer_refuse(err, "without axes, a dimension that is not known");
    if (!squeezed(&node->inputs[0]->shape, axes, n, &shape))
        return lar_infer_refuse(err, "axes that are out of range or not 1");
    *ret = lar_infer_result(node->inputs[0]->type, shape);
    return true;
}

static bool squeeze_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *axes = call->node->n_inputs > 1 ? call->inputs[1] : NULL;
    struct lar_shape shape;
    if (!squeezed(&call->inputs[0]->shape, axes ? axes->data : NULL,
                  axes ? lar_tensor_count(axes) : 0, &shape))
        return lar_fail(err, LAR_ERR_INVALID, "a dimension is not 1");
    return lar_output_view(call, &shape, err);
}

static double view_cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)node, (void)state, (void)rows;
    return 10;
}

static const struct lar_param_rule reshape_params[] = {{"allowzero", LAR_TYPE_I64, 0, true}, {0}};

#define ONE_OUTPUT .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_identity = {.signature = {.name = "Identity",
                                                                 .version = 14,
                                                                 .min_inputs = 1,
                                                                 .max_inputs = 1,
                                                                 ONE_OUTPUT,
                                                                 .infer = identity_infer},
                                                   .cost = view_cost,
                                                   .run = identity_run,
                                                   .view = true};
const struct lar_operator lar_operator_reshape = {.signature = {.name = "Reshape",
                                                                .version = 14,
                                                                .min_inputs = 2,
                                                                .max_inputs = 2,
                                                                ONE_OUTPUT,
                                                                .params = reshape_params,
                                                                .infer = reshape_infer},
                                                  .cost = view_cost,
                                                  .run = reshape_run,
                                                  .view = true};
const struct lar_operator lar_operator_unsqueeze = {.signature = {.name = "Unsqueeze",
                                                                  .version = 13,
                                                                  .min_inputs = 2,
                                                                  .max_inputs = 2,
                                                                  ONE_OUTPUT,
                                                                  .infer = unsqueeze_infer},
                                                    .cost = view_cost,
                                                    .run = unsqueeze_run,
                                                    .view = true};
const struct lar_operator lar_operator_squeeze = {.signature = {.name = "Squeeze",
                                                                .version = 13,
                                                                .min_inputs = 1,
                                                                .max_inputs = 2,
                                                                ONE_OUTPUT,
                                                                .infer = squeeze_infer},
                                                  .cost = view_cost,
                                                  .run = squeeze_run,
                                                  .view = true};

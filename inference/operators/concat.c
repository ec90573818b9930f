/* Concat: dense tensors of one type, strings too, along one axis.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

/* Puts B behind A along AXIS: A becomes the shape of both. */
static bool join(struct lar_shape *a, const struct lar_shape *b, uint32_t axis)
{
    if (a->rank != b->rank)
        return false;
    for (uint32_t i = 0; i < a->rank; i++) {
        int64_t *x = &a->dims[i], y = b->dims[i];
        if (i == axis) {
            if (*x < 0 || y < 0)
                *x = LAR_DIM_UNKNOWN;
            else if (__builtin_add_overflow(*x, y, x))
                return false;
        } else if (!lar_dims_meet(*x, y)) {
            return false;
        } else if (*x == LAR_DIM_UNKNOWN) {
            *x = y;
        }
    }
    return true;
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    uint32_t axis;
    if (!lar_infer_dense(node, 0, LAR_TYPES_ANY, -1, err))
        return false;
    *ret = lar_infer_result(node->inputs[0]->type, node->inputs[0]->shape);
    if (!lar_axis(lar_node_param_i64(node, "axis", 0), ret->shape.rank, &axis))
        return lar_infer_refuse(err, "axis out of range");
    for (uint32_t k = 1; k < node->n_inputs; k++) {
        if (!lar_infer_dense(node, k, LAR_TYPE_BIT(ret->type), (int)ret->shape.rank, err))
            return false;
        if (!join(&ret->shape, &node->inputs[k]->shape, axis))
            return lar_infer_refuse(err, "the shape of input %u does not fit the others", k);
    }
    return true;
}

/* Elements of T in one piece: AXIS and all behind it. */
static uint64_t piece_of(const struct lar_tensor *t, uint32_t axis)
{
    uint64_t n = 1;
    for (uint32_t i = axis; i < t->shape.rank; i++)
        n *= (uint64_t)t->shape.dims[i];
    return n;
}

static bool copy_strings(struct lar_call *call, const struct lar_shape *shape, uint64_t outer,
                         uint32_t axis, struct lar_error *err)
{
    struct lar_string_writer w;
    if (!lar_strings_begin(&w, call, 0, shape, err))
        return false;
    if (w.n == 0)
        return true;
    for (uint64_t o = 0; o < outer; o++)
        for (uint32_t k = 0; k < call->node->n_inputs; k++) {
            const struct lar_tensor *t = call->inputs[k];
            uint64_t n = piece_of(t, axis);
            for (uint64_t i = o * n; i < (o + 1) * n; i++) {
                size_t length;
                const char *text = lar_text_at(t, i, &length);
                if (!lar_strings_add(&w, text, length, t->kinds[i], err))
                    return false;
            }
        }
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    struct lar_shape shape = call->inputs[0]->shape;
    uint32_t axis;
    uint64_t outer = 1;
    if (!lar_axis(lar_node_param_i64(call->node, "axis", 0), shape.rank, &axis))
        return lar_fail(err, LAR_ERR_INTERNAL, "axis out of range");
    for (uint32_t k = 1; k < call->node->n_inputs; k++)
        if (!join(&shape, &call->inputs[k]->shape, axis))
            return lar_fail(err, LAR_ERR_INVALID, "shapes do not fit together");
    for (uint32_t i = 0; i < axis; i++)
        outer *= (uint64_t)shape.dims[i];
    if (call->inputs[0]->type == LAR_TYPE_STRING)
        return copy_strings(call, &shape, outer, axis, err);
    char *out = lar_output_dense(call, 0, &shape, err);
    if (!out)
        return false;
    if (lar_tensor_count(&call->outputs[0]) == 0)
        return true;
    size_t item = lar_type_size(call->inputs[0]->type);
    for (uint64_t o = 0; o < outer; o++)
        for (uint32_t k = 0; k < call->node->n_inputs; k++) {
            size_t bytes = (size_t)piece_of(call->inputs[k], axis) * item;
            memcpy(out, (const char *)call->inputs[k]->data + o * bytes, bytes);
            out += bytes;
        }
    return true;
}

static const struct lar_param_rule params[] = {{"axis", LAR_TYPE_I64, 0, false}, {0}};

const struct lar_operator lar_operator_concat = {.signature = {.name = "Concat",
                                                               .version = 13,
                                                               .min_inputs = 1,
                                                               .max_inputs = 65536,
                                                               .min_outputs = 1,
                                                               .max_outputs = 1,
                                                               .params = params,
                                                               .infer = infer},
                                                 .run = run};

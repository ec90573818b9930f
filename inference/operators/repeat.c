/* larder.Repeat: a constant once for each row.
 *
 * Input: any value whose first dimension is rows; only their number matters. Parameter: value,
 * dense, of any type. Output: [rows, ...] of the value's type and shape.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static struct lar_shape repeated(const struct lar_tensor *value, int64_t rows)
{
    struct lar_shape shape = {.rank = value->shape.rank + 1, .dims = {rows}};
    for (uint32_t i = 0; i < value->shape.rank; i++)
        shape.dims[i + 1] = value->shape.dims[i];
    return shape;
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_tensor *value = lar_node_param(node, "value");
    if (!node->inputs[0] || node->inputs[0]->shape.rank < 1)
        return lar_infer_refuse(err, "an input without rows");
    if (value->layout != LAR_LAYOUT_DENSE || value->shape.rank >= LAR_MAX_RANK)
        return lar_infer_refuse(err, "'value' is not dense, or has too many dimensions");
    *ret = lar_infer_result(value->type, repeated(value, node->inputs[0]->shape.dims[0]));
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *value = lar_node_param(call->node, "value");
    struct lar_shape shape = repeated(value, call->inputs[0]->shape.dims[0]);
    uint64_t rows = (uint64_t)shape.dims[0], n = lar_tensor_count(value);
    if (value->type == LAR_TYPE_STRING) {
        struct lar_string_writer w;
        if (!lar_strings_begin(&w, call, 0, &shape, err))
            return false;
        for (uint64_t i = 0; n && i < rows * n; i++) {
            size_t length;
            const char *text = lar_text_at(value, i % n, &length);
            if (!lar_strings_add(&w, text, length, value->kinds[i % n], err))
                return false;
        }
        return true;
    }
    size_t size = (size_t)n * lar_type_size(value->type);
    char *y = lar_output_dense(call, 0, &shape, err);
    for (uint64_t i = 0; y && size && i < rows; i++)
        memcpy(y + i * size, value->data, size);
    return y != NULL;
}

static const struct lar_param_rule params[] = {{"value", LAR_TYPE_END, -1, false}, {0}};

const struct lar_operator lar_operator_repeat = {.signature = {.name = "larder.Repeat",
                                                               .version = 1,
                                                               .min_inputs = 1,
                                                               .max_inputs = 1,
                                                               .min_outputs = 1,
                                                               .max_outputs = 1,
                                                               .params = params,
                                                               .infer = infer},
                                                 .run = run};

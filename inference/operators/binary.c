/* Elementwise operators of two inputs; see binary.h.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/binary.h"

#include "inference/broadcast.h"
#include "inference/values.h"

bool lar_binary_infer(const struct lar_node_info *node, unsigned types, enum lar_type result,
                      struct lar_value_info *ret, struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, types, -1, err) || !lar_infer_dense(node, 1, types, -1, err))
        return false;
    const struct lar_value_info *a = node->inputs[0], *b = node->inputs[1];
    if (a->type != b->type)
        return lar_infer_refuse(err, "inputs of types %s and %s", lar_type_name(a->type),
                                lar_type_name(b->type));
    struct lar_shape shape;
    if (!lar_shape_broadcast(&shape, &a->shape, &b->shape)) {
        char s[128], t[128];
        return lar_infer_refuse(err, "shapes %s and %s do not fit together",
                                lar_shape_print(&a->shape, s, sizeof s),
                                lar_shape_print(&b->shape, t, sizeof t));
    }
    *ret = lar_infer_result(result == LAR_TYPE_END ? a->type : result, shape);
    return true;
}

bool lar_binary_run(struct lar_call *call, lar_binary_loop loop, struct lar_error *err)
{
    const struct lar_tensor *a = call->inputs[0], *b = call->inputs[1];
    struct lar_shape shape;
    if (!lar_shape_broadcast(&shape, &a->shape, &b->shape))
        return lar_fail(err, LAR_ERR_INVALID, "shapes do not fit together");
    char *y = lar_output_dense(call, 0, &shape, err);
    if (!y)
        return false;
    struct lar_broadcast walk;
    if (!lar_broadcast_begin(&walk, &shape, call->inputs, 2))
        return true;
    size_t size = lar_type_size(a->type), out_size = lar_type_size(call->outputs[0].type);
    do
        loop(y + walk.out * out_size, (const char *)a->data + walk.at[0] * size, walk.step[0],
             (const char *)b->data + walk.at[1] * size, walk.step[1], walk.n);
    while (lar_broadcast_next(&walk));
    return true;
}

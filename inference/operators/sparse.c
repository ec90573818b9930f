/* larder.ToDense: a CSR matrix written out; larder.ToCsr: a dense one without its zeros (NaN is
 * kept). A matrix that has the layout already passes through.
 *
 * The smallest complete example of an operator with a dynamic output: larder.ToCsr.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static bool infer(const struct lar_node_info *node, enum lar_layout layout,
                  struct lar_value_info *ret, struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err))
        return false;
    *ret = lar_infer_result(node->inputs[0]->type, node->inputs[0]->shape);
    ret->layout = layout;
    return true;
}

static bool to_dense_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                           struct lar_error *err)
{
    return infer(node, LAR_LAYOUT_DENSE, ret, err);
}

static bool to_csr_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    return infer(node, LAR_LAYOUT_CSR, ret, err);
}

static bool to_dense_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    char *out = lar_output_dense(call, 0, &in->shape, err);
    if (!out)
        return false;
    size_t item = lar_type_size(in->type), bytes = (size_t)lar_tensor_count(in) * item;
    if (in->layout == LAR_LAYOUT_DENSE) {
        memcpy(out, in->data, bytes);
        return true;
    }
    memset(out, 0, bytes);
    for (uint64_t i = 0; i < lar_rows(in); i++)
        for (uint64_t e = in->indptr[i]; e < in->indptr[i + 1]; e++)
            memcpy(out + (i * lar_columns(in) + in->indices[e]) * item,
                   (const char *)in->data + e * item, item);
    return true;
}

static bool to_csr_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    if (in->layout == LAR_LAYOUT_CSR) {
        call->outputs[0] = *in;
        return true;
    }
    uint64_t rows = lar_rows(in), columns = lar_columns(in), room = 0;
    for (uint64_t i = 0; i < rows * columns; i++)
        room += lar_real_at(in, i) != 0;
    struct lar_csr_writer w;
    if (!lar_csr_begin(&w, call, 0, rows, columns, room, err))
        return false;
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t j = 0; j < columns; j++) {
            double v = lar_real_at(in, i * columns + j);
            if (v != 0 && !lar_csr_add(&w, (uint32_t)j, v, err))
                return false;
        }
        lar_csr_row(&w);
    }
    return true;
}

#define ONE_INPUT .version = 1, .min_inputs = 1, .max_inputs = 1, .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_to_dense = {
    .signature = {.name = "larder.ToDense", ONE_INPUT, .infer = to_dense_infer},
    .run = to_dense_run};
const struct lar_operator lar_operator_to_csr = {
    .signature = {.name = "larder.ToCsr", ONE_INPUT, .infer = to_csr_infer}, .run = to_csr_run};

/* larder.OneHot: columns of codes to a CSR matrix with a one for each.
 *
 * Inputs: n columns of int64 codes [rows]. Parameters: widths [n], how many columns each gets;
 * columns, their sum; float32, the element type (float64 where false or left out). Output: CSR
 * [rows, columns]. A negative code sets nothing; one that is not below its width is an error.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t columns = lar_node_param_i64(node, "columns", 0);
    if (lar_node_param(node, "widths")->shape.dims[0] != (int64_t)node->n_inputs)
        return lar_infer_refuse(err, "%u columns, but %lld widths", node->n_inputs,
                                (long long)lar_node_param(node, "widths")->shape.dims[0]);
    if (columns < 0 || columns > UINT32_MAX)
        return lar_infer_refuse(err, "%lld columns", (long long)columns);
    for (uint32_t k = 0; k < node->n_inputs; k++) {
        if (!lar_infer_dense(node, k, LAR_TYPE_BIT(LAR_TYPE_I64), 1, err))
            return false;
        if (!lar_dims_meet(node->inputs[k]->shape.dims[0], node->inputs[0]->shape.dims[0]))
            return lar_infer_refuse(err, "columns differ in length");
    }
    *ret = (struct lar_value_info){
        .type = lar_node_flag(node, "float32") ? LAR_TYPE_F32 : LAR_TYPE_F64,
        .layout = LAR_LAYOUT_CSR,
        .shape = LAR_SHAPE(node->inputs[0]->shape.dims[0], columns),
    };
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const int64_t *widths = lar_node_param(node, "widths")->data;
    int64_t sum = 0, columns = lar_node_param_i64(node, "columns", 0);
    for (uint32_t k = 0; k < node->n_inputs; k++) {
        if (widths[k] < 0 || widths[k] > columns - sum)
            return lar_fail(err, LAR_ERR_FORMAT, "widths do not add up to %lld columns",
                            (long long)columns);
        sum += widths[k];
    }
    if (sum != columns)
        return lar_fail(err, LAR_ERR_FORMAT, "widths add up to %lld, not %lld columns",
                        (long long)sum, (long long)columns);
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    uint32_t n = call->node->n_inputs;
    const int64_t *widths = lar_node_param(call->node, "widths")->data;
    uint64_t rows = (uint64_t)call->inputs[0]->shape.dims[0], room;
    for (uint32_t k = 1; k < n; k++)
        if ((uint64_t)call->inputs[k]->shape.dims[0] != rows)
            return lar_fail(err, LAR_ERR_INVALID, "columns differ in length");
    struct lar_csr_writer w;
    if (__builtin_mul_overflow(rows, (uint64_t)n, &room))
        return lar_fail(err, LAR_ERR_LIMIT, "%llu rows", (unsigned long long)rows);
    if (!lar_csr_begin(&w, call, 0, rows, (uint64_t)lar_node_param_i64(call->node, "columns", 0),
                       room, err))
        return false;
    for (uint64_t row = 0; row < rows; row++) {
        int64_t base = 0;
        for (uint32_t k = 0; k < n; k++) {
            int64_t code = ((const int64_t *)call->inputs[k]->data)[row];
            if (code >= widths[k])
                return lar_fail(err, LAR_ERR_INVALID, "column %u, row %llu: there is no code %lld",
                                k, (unsigned long long)row, (long long)code);
            if (code >= 0 && !lar_csr_add(&w, (uint32_t)(base + code), 1, err))
                return false;
            base += widths[k];
        }
        lar_csr_row(&w);
    }
    return true;
}

static const struct lar_param_rule params[] = {
    {"widths", LAR_TYPE_I64, 1, false},
    {"columns", LAR_TYPE_I64, 0, false},
    {"float32", LAR_TYPE_BOOL, 0, true},
    {0},
};

const struct lar_operator lar_operator_one_hot = {
    .signature = {.name = "larder.OneHot",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 65536,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .verify = verify,
    .run = run,
};

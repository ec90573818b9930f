/* larder.Products: columns that are products of a matrix's columns.
 *
 * Input: float64 [rows, n]. Parameters: factors, the columns that are multiplied, those of all
 * products one after the other; ends [m], where each product's end in there. Output: float64
 * [rows, m], each product taken from its last factor to its first; 1 where there is none.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (node->inputs[0]->shape.dims[1] < 0)
        return lar_infer_refuse(err, "the number of columns is not known");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                    lar_node_param(node, "ends")->shape.dims[0]));
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *ends = lar_node_param(node, "ends");
    int64_t columns = node->inputs[0]->shape.dims[1];
    int64_t at = 0, count = lar_node_param(node, "factors")->shape.dims[0];
    for (int64_t i = 0; i < ends->shape.dims[0]; i++) {
        int64_t end = ((const int64_t *)ends->data)[i];
        if (end < at || end > count)
            return lar_fail(err, LAR_ERR_FORMAT, "product %lld ends at %lld of %lld", (long long)i,
                            (long long)end, (long long)count);
        at = end;
    }
    return lar_verify_places(node, "factors", "column", columns, err);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *list = lar_node_param(call->node, "ends");
    const int64_t *factors = lar_node_param(call->node, "factors")->data, *ends = list->data;
    int64_t m = list->shape.dims[0];
    uint64_t n = lar_columns(in), rows = m ? lar_rows(in) : 0;
    const double *x = in->data;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)lar_rows(in), m), err);
    for (uint64_t i = 0; y && i < rows; i++, x += n) {
        int64_t first = 0;
        for (int64_t k = 0; k < m; k++) {
            int64_t at = ends[k];
            double product = at > first ? x[factors[--at]] : 1;
            while (at > first)
                product *= x[factors[--at]];
            *y++ = product;
            first = ends[k];
        }
    }
    return y != NULL;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    return 10 + 2 * (double)rows * (double)lar_node_param(node, "factors")->shape.dims[0];
}

static const struct lar_param_rule params[] = {
    {"factors", LAR_TYPE_I64, 1, false}, {"ends", LAR_TYPE_I64, 1, false}, {0}};

const struct lar_operator lar_operator_products = {.signature = {.name = "larder.Products",
                                                                 .version = 1,
                                                                 .min_inputs = 1,
                                                                 .max_inputs = 1,
                                                                 .min_outputs = 1,
                                                                 .max_outputs = 1,
                                                                 .params = params,
                                                                 .infer = infer},
                                                   .verify = verify,
                                                   .cost = cost,
                                                   .run = run};

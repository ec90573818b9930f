/* larder.Unanimous: whether all of a call's rows agree on yes.
 *
 * Input: bool [rows, n]. Output: bool [rows, 1]: true in every row where every element of the input
 * is true, else false in every row.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_BOOL), 2, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_BOOL, LAR_SHAPE(node->inputs[0]->shape.dims[0], 1));
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    uint64_t rows = lar_rows(in);
    const uint8_t *x = in->data;
    uint8_t *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, 1), err);
    if (!y)
        return false;
    memset(y, !memchr(x, 0, rows * lar_columns(in)), rows);
    return true;
}

const struct lar_operator lar_operator_unanimous = {.signature = {.name = "larder.Unanimous",
                                                                  .version = 1,
                                                                  .min_inputs = 1,
                                                                  .max_inputs = 1,
                                                                  .min_outputs = 1,
                                                                  .max_outputs = 1,
                                                                  .infer = infer},
                                                    .run = run};

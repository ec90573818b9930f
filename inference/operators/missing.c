/* larder.Missing: which numbers of some columns are missing.
 *
 * Input: float64 [rows, n]. Parameters: columns [m]; missing, the number that says so (NaN as
 * well); strict: a missing number in any other column is refused. Output: bool [rows, m].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <math.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (node->inputs[0]->shape.dims[1] < 0)
        return lar_infer_refuse(err, "the number of columns is not known");
    *ret =
        lar_infer_result(LAR_TYPE_BOOL, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                  lar_node_param(node, "columns")->shape.dims[0]));
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    return lar_verify_places(node, "columns", "column", node->inputs[0]->shape.dims[1], err);
}

/* State: whether each column is asked for. */
static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, "columns");
    bool *asked = lar_arena_alloc(arena, (uint64_t)node->inputs[0]->shape.dims[1], sizeof *asked);
    if (!asked)
        return lar_arena_fail(arena, err, "columns");
    memset(asked, 0, (size_t)node->inputs[0]->shape.dims[1] * sizeof *asked);
    for (int64_t i = 0; i < list->shape.dims[0]; i++)
        asked[((const int64_t *)list->data)[i]] = true;
    *ret_state = asked;
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *list = lar_node_param(call->node, "columns");
    const int64_t *columns = list->data;
    const bool *asked = call->state;
    const double missing = *(const double *)lar_node_param(call->node, "missing")->data;
    bool nan = isnan(missing), strict = lar_node_flag(call->node, "strict");
    uint64_t n = lar_columns(in), m = (uint64_t)list->shape.dims[0], rows = n ? lar_rows(in) : 0;
    const double *x = in->data;
    uint8_t *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)lar_rows(in), (int64_t)m), err);
    for (uint64_t i = 0; y && i < rows; i++, x += n) {
        for (uint64_t j = 0; strict && j < n; j++)
            if (!asked[j] && (nan ? isnan(x[j]) : x[j] == missing))
                return lar_fail(err, LAR_ERR_INVALID,
                                "row %llu, column %llu: is missing, which never was when the "
                                "model was fitted",
                                (unsigned long long)i, (unsigned long long)j);
        for (uint64_t k = 0; k < m; k++)
            *y++ = nan ? isnan(x[columns[k]]) : x[columns[k]] == missing;
    }
    return y != NULL;
}

static const struct lar_param_rule params[] = {{"columns", LAR_TYPE_I64, 1, false},
                                               {"missing", LAR_TYPE_F64, 0, false},
                                               {"strict", LAR_TYPE_BOOL, 0, true},
                                               {0}};

const struct lar_operator lar_operator_missing = {.signature = {.name = "larder.Missing",
                                                                .version = 1,
                                                                .min_inputs = 1,
                                                                .max_inputs = 1,
                                                                .min_outputs = 1,
                                                                .max_outputs = 1,
                                                                .params = params,
                                                                .infer = infer},
                                                  .verify = verify,
                                                  .prepare = prepare,
                                                  .run = run};

/* larder.PickColumns: some columns of a CSR matrix, which stays CSR.
 *
 * Input: CSR [rows, n]. Parameter: columns [m], strictly ascending. Output: CSR [rows, m].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#define GONE UINT32_MAX

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err))
        return false;
    const struct lar_value_info *in = node->inputs[0];
    if (in->layout != LAR_LAYOUT_CSR || in->shape.dims[1] < 0 || in->shape.dims[1] > UINT32_MAX)
        return lar_infer_refuse(err, "no sparse matrix of a known number of columns");
    *ret = lar_infer_result(
        in->type, LAR_SHAPE(in->shape.dims[0], lar_node_param(node, "columns")->shape.dims[0]));
    ret->layout = LAR_LAYOUT_CSR;
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, "columns");
    const int64_t *columns = list->data;
    int64_t n = node->inputs[0]->shape.dims[1];
    for (int64_t i = 0; i < list->shape.dims[0]; i++)
        if (columns[i] < 0 || columns[i] >= n || (i && columns[i] <= columns[i - 1]))
            return lar_fail(err, LAR_ERR_FORMAT, "column %lld of %lld is out of order",
                            (long long)columns[i], (long long)n);
    return true;
}

/* State: for each column of the input, which one it becomes. */
static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, "columns");
    uint64_t n = (uint64_t)node->inputs[0]->shape.dims[1];
    uint32_t *places = lar_arena_alloc(arena, n, sizeof *places);
    if (!places)
        return lar_arena_fail(arena, err, "columns");
    memset(places, 0xFF, n * sizeof *places);
    for (int64_t i = 0; i < list->shape.dims[0]; i++)
        places[((const int64_t *)list->data)[i]] = (uint32_t)i;
    *ret_state = places;
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const uint32_t *places = call->state;
    uint64_t rows = lar_rows(in);
    uint64_t width = (uint64_t)lar_node_param(call->node, "columns")->shape.dims[0];
    struct lar_csr_writer w;
    if (!lar_csr_begin(&w, call, 0, rows, width, in->indptr[rows], err))
        return false;
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t e = in->indptr[i]; e < in->indptr[i + 1]; e++) {
            uint32_t place = places[in->indices[e]];
            if (place != GONE && !lar_csr_add(&w, place, lar_real_at(in, e), err))
                return false;
        }
        lar_csr_row(&w);
    }
    return true;
}

static const struct lar_param_rule params[] = {{"columns", LAR_TYPE_I64, 1, false}, {0}};

const struct lar_operator lar_operator_pick_columns = {.signature = {.name = "larder.PickColumns",
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

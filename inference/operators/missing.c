/* larder.Missing: which numbers of some columns are missing.
 *
 * Input: float64 [rows, n]. Parameters: columns [m]; missing, the number that says so (NaN as
 * well); strict: a missing number in any other column is refused. Output: bool [rows, m]; of a CSR
 * matrix a CSR matrix of float64, in which 1 stands for true.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <math.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err))
        return false;
    const struct lar_value_info *x = node->inputs[0];
    if (x->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "input 0 is not float64");
    if (x->shape.dims[1] < 0)
        return lar_infer_refuse(err, "the number of columns is not known");
    bool sparse = x->layout == LAR_LAYOUT_CSR;
    *ret = lar_infer_result(
        sparse ? LAR_TYPE_F64 : LAR_TYPE_BOOL,
        LAR_SHAPE(x->shape.dims[0], lar_node_param(node, "columns")->shape.dims[0]));
    ret->layout = x->layout;
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, "columns");
    const int64_t *columns = list->data;
    bool sparse = node->inputs[0]->layout == LAR_LAYOUT_CSR;
    if (!lar_verify_places(node, "columns", "column", node->inputs[0]->shape.dims[1], err))
        return false;
    for (int64_t i = 1; sparse && i < list->shape.dims[0]; i++)
        if (columns[i] <= columns[i - 1])
            return lar_fail(err, LAR_ERR_FORMAT, "columns of a sparse matrix are not ascending");
    if (sparse && *(const double *)lar_node_param(node, "missing")->data == 0)
        return lar_fail(err, LAR_ERR_FORMAT, "a sparse matrix in which 0 is missing");
    return true;
}

/* State: for each column, which of those asked for it is (of several the last), or -1. */
static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, "columns");
    uint64_t n = (uint64_t)node->inputs[0]->shape.dims[1];
    int64_t *places = lar_arena_alloc(arena, n, sizeof *places);
    if (!places)
        return lar_arena_fail(arena, err, "columns");
    for (uint64_t j = 0; j < n; j++)
        places[j] = -1;
    for (int64_t i = 0; i < list->shape.dims[0]; i++)
        places[((const int64_t *)list->data)[i]] = i;
    *ret_state = places;
    return true;
}

static bool is_missing(double x, double missing)
{
    return isnan(missing) ? isnan(x) : x == missing;
}

static bool refuse(uint64_t row, uint64_t column, struct lar_error *err)
{
    return lar_fail(err, LAR_ERR_INVALID,
                    "row %llu, column %llu: is missing, which never was when the model was fitted",
                    (unsigned long long)row, (unsigned long long)column);
}

static bool run_sparse(struct lar_call *call, double missing, bool strict, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    uint64_t rows = lar_rows(in);
    uint64_t m = (uint64_t)lar_node_param(call->node, "columns")->shape.dims[0];
    const int64_t *places = call->state;
    const double *x = in->data;
    struct lar_csr_writer w;
    if (!lar_csr_begin(&w, call, 0, rows, m, in->indptr[rows], err))
        return false;
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t e = in->indptr[i]; e < in->indptr[i + 1]; e++) {
            int64_t at = places[in->indices[e]];
            if (!is_missing(x[e], missing) || (at < 0 && !strict))
                continue;
            if (at < 0)
                return refuse(i, in->indices[e], err);
            if (!lar_csr_add(&w, (uint32_t)at, 1, err))
                return false;
        }
        lar_csr_row(&w);
    }
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *list = lar_node_param(call->node, "columns");
    const int64_t *columns = list->data, *places = call->state;
    const double missing = *(const double *)lar_node_param(call->node, "missing")->data;
    bool strict = lar_node_flag(call->node, "strict");
    if (in->layout == LAR_LAYOUT_CSR)
        return run_sparse(call, missing, strict, err);
    uint64_t n = lar_columns(in), m = (uint64_t)list->shape.dims[0], rows = n ? lar_rows(in) : 0;
    const double *x = in->data;
    uint8_t *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)lar_rows(in), (int64_t)m), err);
    for (uint64_t i = 0; y && i < rows; i++, x += n) {
        for (uint64_t j = 0; strict && j < n; j++)
            if (places[j] < 0 && is_missing(x[j], missing))
                return refuse(i, j, err);
        for (uint64_t k = 0; k < m; k++)
            *y++ = is_missing(x[columns[k]], missing);
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

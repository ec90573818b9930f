/* larder.ConcatColumns: matrices, any mix of dense and CSR, side by side: CSR if `sparse`, else
 * dense. Zeros of dense inputs are not stored; NaN is.
 * larder.ScaleColumns: each column of a matrix times its element of a vector; CSR stays CSR.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static bool wants_sparse(const struct lar_node_info *node)
{
    const struct lar_tensor *sparse = lar_node_param(node, "sparse");
    return sparse && *(const uint8_t *)sparse->data;
}

static bool concat_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err))
        return false;
    enum lar_type type = node->inputs[0]->type;
    int64_t rows = node->inputs[0]->shape.dims[0], columns = 0;
    for (uint32_t k = 0; k < node->n_inputs; k++) {
        if (!lar_infer_matrix(node, k, err))
            return false;
        const struct lar_value_info *in = node->inputs[k];
        if (in->type != type)
            return lar_infer_refuse(err, "%s beside %s", lar_type_name(in->type),
                                    lar_type_name(type));
        if (!lar_dims_meet(rows, in->shape.dims[0]))
            return lar_infer_refuse(err, "input %u has another number of rows", k);
        if (rows == LAR_DIM_UNKNOWN)
            rows = in->shape.dims[0];
        if (columns < 0 || in->shape.dims[1] < 0)
            columns = LAR_DIM_UNKNOWN;
        else if (__builtin_add_overflow(columns, in->shape.dims[1], &columns))
            return lar_infer_refuse(err, "too many columns");
    }
    *ret = lar_infer_result(type, LAR_SHAPE(rows, columns));
    if (wants_sparse(node))
        ret->layout = LAR_LAYOUT_CSR;
    return true;
}

/* Adds row I of T, whose first column becomes column FIRST. */
static bool add_row(struct lar_csr_writer *w, const struct lar_tensor *t, uint64_t i,
                    uint64_t first, struct lar_error *err)
{
    if (t->layout == LAR_LAYOUT_CSR) {
        for (uint64_t e = t->indptr[i]; e < t->indptr[i + 1]; e++)
            if (!lar_csr_add(w, (uint32_t)(first + t->indices[e]), lar_real_at(t, e), err))
                return false;
        return true;
    }
    for (uint64_t j = 0, n = lar_columns(t); j < n; j++) {
        double v = lar_real_at(t, i * n + j);
        if (v != 0 && !lar_csr_add(w, (uint32_t)(first + j), v, err))
            return false;
    }
    return true;
}

static bool concat_sparse(struct lar_call *call, uint64_t rows, uint64_t columns,
                          struct lar_error *err)
{
    struct lar_csr_writer w;
    uint64_t room = 0;
    for (uint32_t k = 0; k < call->node->n_inputs; k++) {
        const struct lar_tensor *t = call->inputs[k];
        room += t->layout == LAR_LAYOUT_CSR ? t->indptr[rows] : lar_tensor_count(t);
    }
    if (!lar_csr_begin(&w, call, 0, rows, columns, room, err))
        return false;
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t first = 0;
        for (uint32_t k = 0; k < call->node->n_inputs; k++) {
            if (!add_row(&w, call->inputs[k], i, first, err))
                return false;
            first += lar_columns(call->inputs[k]);
        }
        lar_csr_row(&w);
    }
    return true;
}

/* Writes row I of T to ROW. */
static void write_row(char *row, const struct lar_tensor *t, uint64_t i)
{
    size_t item = lar_type_size(t->type), bytes = (size_t)lar_columns(t) * item;
    if (t->layout == LAR_LAYOUT_DENSE) {
        memcpy(row, (const char *)t->data + i * bytes, bytes);
        return;
    }
    memset(row, 0, bytes);
    for (uint64_t e = t->indptr[i]; e < t->indptr[i + 1]; e++)
        memcpy(row + t->indices[e] * item, (const char *)t->data + e * item, item);
}

static bool concat_run(struct lar_call *call, struct lar_error *err)
{
    uint64_t rows = lar_rows(call->inputs[0]), columns = 0;
    for (uint32_t k = 0; k < call->node->n_inputs; k++) {
        if (lar_rows(call->inputs[k]) != rows)
            return lar_fail(err, LAR_ERR_INVALID, "%llu rows beside %llu", (unsigned long long)rows,
                            (unsigned long long)lar_rows(call->inputs[k]));
        columns += lar_columns(call->inputs[k]);
    }
    if (wants_sparse(call->node))
        return concat_sparse(call, rows, columns, err);
    char *out = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)columns), err);
    if (!out)
        return false;
    if (columns == 0)
        return true;
    size_t item = lar_type_size(call->outputs[0].type);
    for (uint64_t i = 0; i < rows; i++)
        for (uint32_t k = 0; k < call->node->n_inputs; k++) {
            write_row(out, call->inputs[k], i);
            out += lar_columns(call->inputs[k]) * item;
        }
    return true;
}

static bool scale_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err) ||
        !lar_infer_dense(node, 1, LAR_TYPE_BIT(node->inputs[0]->type), 1, err))
        return false;
    const struct lar_value_info *in = node->inputs[0];
    if (!lar_dims_meet(in->shape.dims[1], node->inputs[1]->shape.dims[0]))
        return lar_infer_refuse(err, "the vector's length is not the number of columns");
    *ret = *in;
    ret->constant = NULL;
    return true;
}

/* N values, the Ith in column COLUMNS[i], or i mod WIDTH. */
static void scale(const struct lar_tensor *in, const struct lar_tensor *by, void *out, uint64_t n,
                  const uint32_t *columns, uint64_t width)
{
    for (uint64_t i = 0, j = 0; i < n; i++, j = j + 1 == width ? 0 : j + 1) {
        uint64_t column = columns ? columns[i] : j;
        if (in->type == LAR_TYPE_F64)
            ((double *)out)[i] = ((const double *)in->data)[i] * ((const double *)by->data)[column];
        else
            ((float *)out)[i] = ((const float *)in->data)[i] * ((const float *)by->data)[column];
    }
}

static bool scale_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0], *by = call->inputs[1];
    struct lar_tensor *out = &call->outputs[0];
    if (lar_columns(in) != (uint64_t)by->shape.dims[0])
        return lar_fail(err, LAR_ERR_INVALID, "the vector's length is not the number of columns");
    if (in->layout == LAR_LAYOUT_DENSE) {
        if (!lar_output_dense(call, 0, &in->shape, err))
            return false;
        scale(in, by, out->data, lar_tensor_count(in), NULL, lar_columns(in));
        return true;
    }
    uint64_t nnz = in->indptr[lar_rows(in)];
    *out = *in;
    if (!(out->data = lar_scratch_take(call->scratch, nnz, lar_type_size(in->type))))
        return lar_scratch_fail(call->scratch, err, "the result");
    scale(in, by, out->data, nnz, in->indices, lar_columns(in));
    return true;
}

static const struct lar_param_rule concat_params[] = {{"sparse", LAR_TYPE_BOOL, 0, true}, {0}};

const struct lar_operator lar_operator_concat_columns = {
    .signature = {.name = "larder.ConcatColumns",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 65536,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = concat_params,
                  .infer = concat_infer},
    .run = concat_run};
const struct lar_operator lar_operator_scale_columns = {.signature = {.name = "larder.ScaleColumns",
                                                                      .version = 1,
                                                                      .min_inputs = 2,
                                                                      .max_inputs = 2,
                                                                      .min_outputs = 1,
                                                                      .max_outputs = 1,
                                                                      .infer = scale_infer},
                                                        .run = scale_run};

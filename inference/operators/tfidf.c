/* larder.Tfidf: counts of words to weights, as scikit-learn's TfidfTransformer does.
 *
 * For each row: x, or where `sublinear` is set log(x) + 1; times idf; divided by the row's norm.
 * Input: float64 [rows, n], CSR, or dense (of which the zeros are left out). Parameters: idf [n],
 * or left out; sublinear; norm: 0 none, 1 the sum of magnitudes, 2 Euclidean; descending: the norm
 * adds up from the last column to the first, as scikit-learn does up to 1.3, where multiplying by a
 * diagonal matrix left the columns in that order. Output: CSR float64 [rows, n]. A CSR matrix of
 * float32 stays float32, and so do the products (not sublinear, whose logarithm would differ).
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
    const struct lar_tensor *idf = lar_node_param(node, "idf");
    int64_t norm = lar_node_param_i64(node, "norm", 0);
    if (x->type != LAR_TYPE_F64 &&
        (x->layout != LAR_LAYOUT_CSR || lar_node_flag(node, "sublinear")))
        return lar_infer_refuse(err, "the input is float32");
    if (x->shape.dims[1] > UINT32_MAX)
        return lar_infer_refuse(err, "too many columns");
    if (idf && idf->shape.dims[0] != x->shape.dims[1])
        return lar_infer_refuse(err, "%lld weights for %lld columns", (long long)idf->shape.dims[0],
                                (long long)x->shape.dims[1]);
    if (norm < 0 || norm > 2)
        return lar_infer_refuse(err, "there is no norm %lld", (long long)norm);
    *ret = (struct lar_value_info){.type = x->type, .layout = LAR_LAYOUT_CSR, .shape = x->shape};
    return true;
}

static bool copy_row(const struct lar_tensor *x, uint64_t row, struct lar_csr_writer *w,
                     struct lar_error *err)
{
    const double *data = x->data;
    if (x->layout == LAR_LAYOUT_CSR) {
        for (uint64_t i = x->indptr[row]; i < x->indptr[row + 1]; i++)
            if (!lar_csr_add(w, x->indices[i], lar_real_at(x, i), err))
                return false;
        return true;
    }
    data += row * lar_columns(x);
    for (uint64_t i = 0; i < lar_columns(x); i++)
        if (data[i] != 0 && !lar_csr_add(w, (uint32_t)i, data[i], err))
            return false;
    return true;
}

static bool all_finite(const double *x, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

static double row_norm(const double *x, uint64_t n, int64_t norm, bool descending)
{
    double sum = 0;
    for (uint64_t k = 0; k < n; k++) {
        double v = x[descending ? n - 1 - k : k];
        sum += norm == 1 ? fabs(v) : v * v;
    }
    return norm == 1 ? sum : sqrt(sum);
}

/* What is done to each row. */
struct weights {
    const double *idf; /* or NULL */
    bool sublinear, descending;
    int64_t norm;
};

/* The N counts Y of the columns COLUMN become weights. */
static bool weigh(const struct weights *w, double *y, const uint32_t *column, uint64_t n,
                  uint64_t row, struct lar_error *err)
{
    for (uint64_t i = 0; i < n; i++) {
        y[i] = w->sublinear ? log(y[i]) + 1 : y[i];
        y[i] = w->idf ? y[i] * w->idf[column[i]] : y[i];
    }
    if (w->norm && !all_finite(y, n)) /* scikit-learn looks at them before it divides */
        return lar_fail(err, LAR_ERR_INVALID, "row %llu: a weight of its words is not finite",
                        (unsigned long long)row);
    double length = w->norm ? row_norm(y, n, w->norm, w->descending) : 0;
    for (uint64_t i = 0; i < n && length != 0; i++)
        y[i] /= length;
    return true;
}

/* The same in float32, whose sum of squares alone is in float64. */
static bool weigh_f32(const struct weights *w, float *y, const uint32_t *column, uint64_t n,
                      uint64_t row, struct lar_error *err)
{
    double length = 0;
    for (uint64_t i = 0; i < n; i++) {
        y[i] = w->idf ? y[i] * (float)w->idf[column[i]] : y[i];
        if (w->norm && !isfinite(y[i]))
            return lar_fail(err, LAR_ERR_INVALID, "row %llu: a weight of its words is not finite",
                            (unsigned long long)row);
    }
    for (uint64_t k = 0; k < n && w->norm; k++) {
        float v = y[w->descending ? n - 1 - k : k], square = v * v;
        length += (double)(w->norm == 1 ? fabsf(v) : square);
    }
    length = w->norm == 1 ? length : sqrt(length);
    for (uint64_t i = 0; i < n && length != 0; i++)
        y[i] = (float)((double)y[i] / length);
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0], *idf = lar_node_param(call->node, "idf");
    const struct weights weights = {
        .idf = idf ? idf->data : NULL,
        .sublinear = lar_node_flag(call->node, "sublinear"),
        .descending = lar_node_flag(call->node, "descending"),
        .norm = lar_node_param_i64(call->node, "norm", 0),
    };
    uint64_t rows = lar_rows(x), room = lar_tensor_count(x) / 4;
    struct lar_csr_writer w;
    if (x->layout == LAR_LAYOUT_CSR)
        room = x->indptr[rows];
    if (!lar_csr_begin(&w, call, 0, rows, lar_columns(x), room, err))
        return false;
    for (uint64_t row = 0; row < rows; row++) {
        uint64_t start = w.nnz;
        if (!copy_row(x, row, &w, err))
            return false;
        const uint32_t *column = w.tensor->indices + start;
        bool ok = w.tensor->type == LAR_TYPE_F32
                      ? weigh_f32(&weights, (float *)w.tensor->data + start, column, w.nnz - start,
                                  row, err)
                      : weigh(&weights, (double *)w.tensor->data + start, column, w.nnz - start,
                              row, err);
        if (!ok)
            return false;
        lar_csr_row(&w);
    }
    return true;
}

static const struct lar_param_rule params[] = {
    {"idf", LAR_TYPE_F64, 1, true},
    {"sublinear", LAR_TYPE_BOOL, 0, true},
    {"norm", LAR_TYPE_I64, 0, true},
    {"descending", LAR_TYPE_BOOL, 0, true},
    {0},
};

const struct lar_operator lar_operator_tfidf = {
    .signature = {.name = "larder.Tfidf",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .run = run,
};

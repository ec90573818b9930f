/* larder.NormalizeRows: each row of a matrix divided by its norm.
 * larder.Binarize: 1 where an element is above `threshold`, else 0 (CSR: not stored).
 *
 * Input: float64, dense or CSR, which it stays. Parameters of the norm: norm (0: sum of magnitudes,
 * 1: Euclidean, 2: largest magnitude, 3: largest number), least: a row whose norm is nearer
 * to 0 than that, or 0, stays as it is. The sums: dense magnitudes in NumPy's order (sums.h), dense
 * squares one after the other in eight partial sums, CSR one by one. SPDX-License-Identifier: MIT
 */
#include "inference/infer.h"
#include "inference/sums.h"
#include "inference/values.h"

#include <math.h>

enum norm { MAGNITUDES, EUCLIDEAN, LARGEST_MAGNITUDE, LARGEST, NORMS };

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err))
        return false;
    if (node->inputs[0]->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "the input is not of float64");
    *ret = *node->inputs[0];
    ret->constant = NULL;
    return true;
}

static bool normalize_verify(const struct lar_node_info *node, struct lar_error *err)
{
    return lar_verify_choice(node, "norm", NORMS, err);
}

static double f64_param(const struct lar_node_info *node, const char *name)
{
    return *(const double *)lar_node_param(node, name)->data;
}

static double largest(const double *x, uint64_t n, bool magnitude, double start)
{
    double best = start;
    for (uint64_t i = 0; i < n; i++) {
        double v = magnitude ? fabs(x[i]) : x[i];
        best = v > best ? v : best;
    }
    return best;
}

/* The sum of N squares in eight partial sums. */
static double squares(const double *x, uint64_t n)
{
    double part[8] = {0}, rest = 0;
    uint64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (unsigned k = 0; k < 8; k++)
            part[k] += x[i + k] * x[i + k];
    for (; i < n; i++)
        rest += x[i] * x[i];
    return ((part[0] + part[4]) + (part[2] + part[6])) +
           ((part[1] + part[5]) + (part[3] + part[7])) + rest;
}

/* The norm of a dense row; Y has room for it. */
static double norm_of(const double *x, double *y, uint64_t n, enum norm norm)
{
    switch (norm) {
    case MAGNITUDES:
        for (uint64_t i = 0; i < n; i++)
            y[i] = fabs(x[i]);
        return lar_sum_f64(y, n);
    case EUCLIDEAN: return sqrt(squares(x, n));
    case LARGEST_MAGNITUDE: return largest(x, n, true, 0);
    default: return n ? largest(x + 1, n - 1, false, x[0]) : 0;
    }
}

/* The same of N stored elements of a row of WIDTH. */
static double stored_norm(const double *x, uint64_t n, uint64_t width, enum norm norm)
{
    double sum = 0;
    switch (norm) {
    case MAGNITUDES:
        for (uint64_t i = 0; i < n; i++)
            sum += fabs(x[i]);
        return sum;
    case EUCLIDEAN:
        for (uint64_t i = 0; i < n; i++)
            sum += x[i] * x[i];
        return sqrt(sum);
    case LARGEST_MAGNITUDE: return largest(x, n, true, 0);
    default: return largest(x, n, false, n < width || !n ? 0 : x[0]);
    }
}

static bool normalize_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    struct lar_tensor *out = &call->outputs[0];
    enum norm norm = (enum norm)lar_node_param_i64(call->node, "norm", 0);
    double least = f64_param(call->node, "least");
    uint64_t width = lar_columns(in), rows = width ? lar_rows(in) : 0;
    bool sparse = in->layout == LAR_LAYOUT_CSR;
    if (sparse) {
        *out = *in;
        if (!(out->data =
                  lar_scratch_take(call->scratch, in->indptr[lar_rows(in)], sizeof(double))))
            return lar_scratch_fail(call->scratch, err, "the result");
    } else if (!lar_output_dense(call, 0, &in->shape, err)) {
        return false;
    }
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t first = sparse ? in->indptr[i] : i * width;
        uint64_t n = sparse ? in->indptr[i + 1] - first : width;
        const double *x = (const double *)in->data + first;
        double *y = (double *)out->data + first;
        double by = sparse ? stored_norm(x, n, width, norm) : norm_of(x, y, n, norm);
        by = by == 0 || fabs(by) < least ? 1 : by;
        for (uint64_t j = 0; j < n; j++)
            y[j] = x[j] / by;
    }
    return true;
}

static bool binarize_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    double threshold = f64_param(call->node, "threshold");
    const double *x = in->data;
    if (in->layout == LAR_LAYOUT_DENSE) {
        double *y = lar_output_dense(call, 0, &in->shape, err);
        for (uint64_t i = 0, n = y ? lar_tensor_count(in) : 0; i < n; i++)
            y[i] = x[i] > threshold;
        return y != NULL;
    }
    struct lar_csr_writer w;
    uint64_t rows = lar_rows(in);
    if (!lar_csr_begin(&w, call, 0, rows, lar_columns(in), in->indptr[rows], err))
        return false;
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t e = in->indptr[i]; e < in->indptr[i + 1]; e++)
            if (x[e] > threshold && !lar_csr_add(&w, in->indices[e], 1, err))
                return false;
        lar_csr_row(&w);
    }
    return true;
}

/* A negative threshold would make ones of what a CSR matrix does not store. */
static bool binarize_verify(const struct lar_node_info *node, struct lar_error *err)
{
    return node->inputs[0]->layout == LAR_LAYOUT_DENSE || f64_param(node, "threshold") >= 0 ||
           lar_fail(err, LAR_ERR_FORMAT, "a negative threshold for a sparse matrix");
}

#define ONE_INPUT .min_inputs = 1, .max_inputs = 1, .min_outputs = 1, .max_outputs = 1

static const struct lar_param_rule normalize_params[] = {
    {"norm", LAR_TYPE_I64, 0, false}, {"least", LAR_TYPE_F64, 0, false}, {0}};
static const struct lar_param_rule binarize_params[] = {{"threshold", LAR_TYPE_F64, 0, false}, {0}};

const struct lar_operator lar_operator_normalize_rows = {
    .signature = {.name = "larder.NormalizeRows",
                  .version = 1,
                  ONE_INPUT,
                  .params = normalize_params,
                  .infer = infer},
    .verify = normalize_verify,
    .run = normalize_run};
const struct lar_operator lar_operator_binarize = {.signature = {.name = "larder.Binarize",
                                                                 .version = 1,
                                                                 ONE_INPUT,
                                                                 .params = binarize_params,
                                                                 .infer = infer},
                                                   .verify = binarize_verify,
                                                   .run = binarize_run};

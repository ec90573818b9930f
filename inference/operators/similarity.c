/* Kernel functions of machine learning; see similarity.h.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/similarity.h"

#include "base/checked.h"
#include "inference/infer.h"
#include "inference/operators/similarity_functions.h"
#include "inference/values.h"

#include <math.h>

bool lar_similarity_infer(const struct lar_node_info *node, struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err) || !lar_infer_matrix(node, 1, err))
        return false;
    const struct lar_value_info *x = node->inputs[0], *v = node->inputs[1];
    const struct lar_tensor *scales = lar_node_param(node, "scales");
    int64_t kind = lar_node_param_i64(node, "kind", 0);
    if (!v->constant || x->type != LAR_TYPE_F64 || v->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "input 1 is not constant, or an input is not of float64");
    if (!lar_dims_meet(x->shape.dims[1], v->shape.dims[1]))
        return lar_infer_refuse(err, "%lld columns against %lld", (long long)x->shape.dims[1],
                                (long long)v->shape.dims[1]);
    if (kind < 0 || kind >= LAR_SIMILARITIES)
        return lar_infer_refuse(err, "there is no kind %lld", (long long)kind);
    if (v->layout == LAR_LAYOUT_CSR && (kind > LAR_SIMILARITY_SIGMOID || scales))
        return lar_infer_refuse(err, "kind %lld with sparse rows", (long long)kind);
    if (kind == LAR_SIMILARITY_MATERN && !(lar_node_param_f64(node, "degree", 1) > 0))
        return lar_infer_refuse(err, "kind %lld with a degree that is not above 0",
                                (long long)kind);
    if (scales && scales->shape.dims[0] != v->shape.dims[1])
        return lar_infer_refuse(err, "%lld columns, but scales for %lld",
                                (long long)v->shape.dims[1], (long long)scales->shape.dims[0]);
    return true;
}

bool lar_similarity_prepare(struct lar_similarity *ret, const struct lar_node_info *node,
                            struct lar_arena *arena, struct lar_error *err)
{
    const struct lar_tensor *v = node->inputs[1]->constant;
    const struct lar_tensor *scales = lar_node_param(node, "scales");
    *ret = (struct lar_similarity){
        .kind = (enum lar_similarity_kind)lar_node_param_i64(node, "kind", 0),
        .gamma = lar_node_param_f64(node, "gamma", 1),
        .coef0 = lar_node_param_f64(node, "coef0", 1),
        .degree = lar_node_param_f64(node, "degree", 1),
        .scales = scales ? scales->data : NULL,
        .csr = v->layout == LAR_LAYOUT_CSR ? v : NULL,
        .n = (size_t)lar_rows(v),
        .k = (size_t)lar_columns(v),
    };
    if (ret->kind == LAR_SIMILARITY_MATERN && ret->degree <= LAR_BESSEL_ORDER) {
        struct lar_bessel_k *bessel = lar_arena_alloc(arena, 1, sizeof *bessel);
        if (!bessel)
            return lar_arena_fail(arena, err, "a Bessel function");
        lar_bessel_k_prepare(bessel, ret->degree);
        ret->bessel = bessel;
    }
    return true;
}

/* Divides a row by the scales, or, for the cosine, by its length. */
static void make_ready(double *to, const double *x, const struct lar_similarity *s)
{
    double length = 0;
    if (s->kind == LAR_SIMILARITY_COSINE) {
        for (size_t t = 0; t < s->k; t++)
            length += x[t] * x[t];
        length = length == 0 ? 1 : sqrt(length);
        for (size_t t = 0; t < s->k; t++)
            to[t] = x[t] / length;
    } else if (s->scales) {
        for (size_t t = 0; t < s->k; t++)
            to[t] = x[t] / s->scales[t];
    } else if (to != x) {
        memcpy(to, x, s->k * sizeof *to);
    }
}

bool lar_similarity_pack(const struct lar_similarity *s, const struct lar_tensor *v, size_t first,
                         size_t n, struct lar_arena *arena, struct lar_similarity_chunk *ret,
                         struct lar_error *err)
{
    *ret = (struct lar_similarity_chunk){.first = first, .n = n};
    if (s->csr)
        return true;
    size_t panels = (n + LAR_PANEL_F64 - 1) / LAR_PANEL_F64, size;
    double *packed, *row;
    if (!lar_mul_size(panels * LAR_PANEL_F64, s->k, &size) ||
        !(packed = lar_arena_alloc_aligned(arena, size, sizeof *packed, 64)) ||
        !(row = lar_arena_alloc(arena, s->k, sizeof *row)))
        return lar_arena_fail(arena, err, "rows to compare with");
    for (size_t j = 0; j < n && s->k; j++) {
        double *panel = packed + j / LAR_PANEL_F64 * s->k * LAR_PANEL_F64 + j % LAR_PANEL_F64;
        make_ready(row, (const double *)v->data + (first + j) * s->k, s);
        for (size_t t = 0; t < s->k; t++)
            panel[t * LAR_PANEL_F64] = row[t];
    }
    ret->panels = packed;
    return true;
}

bool lar_similarity_begin(struct lar_similarity_rows *rows, const struct lar_similarity *s,
                          const struct lar_tensor *x, struct lar_scratch *scratch,
                          struct lar_error *err)
{
    size_t size;
    *rows = (struct lar_similarity_rows){.x = NULL};
    if (lar_columns(x) != s->k)
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %zu",
                        (unsigned long long)lar_columns(x), s->k);
    if (x->layout == LAR_LAYOUT_CSR || s->scales || s->kind == LAR_SIMILARITY_COSINE) {
        if (!lar_mul_size(lar_similarity_step(s), s->k, &size) ||
            !(rows->own = lar_scratch_take(scratch, size, sizeof *rows->own)))
            return lar_scratch_fail(scratch, err, "rows");
        memset(rows->own, 0, size * sizeof *rows->own);
    }
    if (s->csr && (!(rows->values = lar_scratch_take(scratch, s->k, sizeof *rows->values)) ||
                   !(rows->columns = lar_scratch_take(scratch, s->k, sizeof *rows->columns))))
        return lar_scratch_fail(scratch, err, "rows");
    return true;
}

/* The stored entries of one row, which is written out in full beside them. */
static void load_sparse(struct lar_similarity_rows *rows, const struct lar_similarity *s,
                        const struct lar_tensor *x, size_t row)
{
    if (x->layout == LAR_LAYOUT_CSR) {
        size_t at = (size_t)x->indptr[row], n = (size_t)x->indptr[row + 1] - at;
        for (size_t e = 0; e < rows->nnz; e++)
            rows->own[rows->columns[e]] = 0;
        for (size_t e = 0; e < n; e++) {
            rows->columns[e] = x->indices[at + e];
            rows->values[e] = ((const double *)x->data)[at + e];
            rows->own[rows->columns[e]] = rows->values[e];
        }
        rows->nnz = n;
        rows->x = rows->own;
    } else {
        rows->x = (const double *)x->data + row * s->k;
        rows->nnz = 0;
        for (size_t t = 0; t < s->k; t++)
            if (rows->x[t] != 0) {
                rows->columns[rows->nnz] = (uint32_t)t;
                rows->values[rows->nnz++] = rows->x[t];
            }
    }
    rows->length = 0;
    for (size_t e = 0; e < rows->nnz; e++)
        rows->length += rows->values[e] * rows->values[e];
}

/* Refuses numbers below 0. */
static bool check_sign(const struct lar_similarity_rows *rows, size_t k, size_t first,
                       struct lar_error *err)
{
    for (size_t i = 0; i < rows->m * k; i++)
        if (rows->x[i] < 0)
            return lar_fail(err, LAR_ERR_INVALID,
                            "row %zu, column %zu: the chi2 kernel takes no number below 0",
                            first + i / k, i % k);
    return true;
}

bool lar_similarity_load(struct lar_similarity_rows *rows, const struct lar_similarity *s,
                         const struct lar_tensor *x, size_t first, size_t m, struct lar_error *err)
{
    rows->m = m;
    if (s->csr) {
        load_sparse(rows, s, x, first);
        return true;
    }
    rows->x = rows->own;
    if (x->layout == LAR_LAYOUT_CSR)
        memset(rows->own, 0, m * s->k * sizeof *rows->own);
    for (size_t i = 0; i < m && x->layout == LAR_LAYOUT_CSR; i++) {
        for (uint64_t e = x->indptr[first + i]; e < x->indptr[first + i + 1]; e++)
            rows->own[i * s->k + x->indices[e]] = ((const double *)x->data)[e];
        make_ready(rows->own + i * s->k, rows->own + i * s->k, s);
    }
    const double *dense = (const double *)x->data + first * s->k;
    if (x->layout == LAR_LAYOUT_DENSE && !rows->own)
        rows->x = dense;
    for (size_t i = 0; i < m && x->layout == LAR_LAYOUT_DENSE && rows->own; i++)
        make_ready(rows->own + i * s->k, dense + i * s->k, s);
    return (s->kind != LAR_SIMILARITY_ADDITIVE_CHI2 && s->kind != LAR_SIMILARITY_CHI2) ||
           check_sign(rows, s->k, first, err);
}

void lar_similarity_run(const struct lar_similarity *s, const struct lar_kernels *kernels,
                        double *y, const struct lar_similarity_rows *rows,
                        const struct lar_similarity_chunk *chunk)
{
    if (s->csr)
        lar_similarity_sparse(s, kernels, y, rows, chunk);
    else
        lar_similarity_dense(s, kernels, y, rows, chunk);
    lar_similarity_finish(s, y, rows->m * chunk->n);
}

double lar_similarity_cost(const struct lar_node_info *node)
{
    const struct lar_tensor *v = node->inputs[1]->constant;
    int64_t kind = lar_node_param_i64(node, "kind", 0);
    double k = (double)lar_columns(v);
    double function = kind == LAR_SIMILARITY_LINEAR || kind == LAR_SIMILARITY_COSINE ? 0 : 8;
    if (kind == LAR_SIMILARITY_MATERN)
        function = 100 + 5 * fmin(lar_node_param_f64(node, "degree", 1), LAR_BESSEL_ORDER);
    if (v->layout == LAR_LAYOUT_CSR) {
        double n = (double)lar_rows(v);
        return 5 + function + 4 * (n > 0 ? (double)v->indptr[lar_rows(v)] / n : 0);
    }
    return function +
           (kind >= LAR_SIMILARITY_LAPLACIAN && kind <= LAR_SIMILARITY_CHI2 ? 2 * k : k / 8);
}

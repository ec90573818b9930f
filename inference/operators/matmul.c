/* MatMul: a matrix, dense or CSR, times a dense matrix. The order of the sums is kernels.h's.
 *
 * A constant second factor is packed once; one that is computed is packed in each run.
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/infer.h"
#include "inference/kernels.h"
#include "inference/values.h"

/* With so few columns, lanes are better spent on the eight partial sums than on columns. */
enum { MAX_DOTS = 4 };

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err) || !lar_infer_matrix(node, 1, err) ||
        !lar_infer_dense(node, 1, LAR_TYPES_FLOAT, 2, err))
        return false;
    const struct lar_value_info *a = node->inputs[0], *b = node->inputs[1];
    if (a->type != b->type)
        return lar_infer_refuse(err, "%s times %s", lar_type_name(a->type), lar_type_name(b->type));
    if (a->layout == LAR_LAYOUT_CSR && a->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "a sparse matrix must be of float64");
    if (!lar_dims_meet(a->shape.dims[1], b->shape.dims[0])) {
        char s[128], t[128];
        return lar_infer_refuse(err, "%s times %s", lar_shape_print(&a->shape, s, sizeof s),
                                lar_shape_print(&b->shape, t, sizeof t));
    }
    *ret = lar_infer_result(a->type, LAR_SHAPE(a->shape.dims[0], b->shape.dims[1]));
    return true;
}

/* Columns of a packed matrix, those that fill up a panel included. */
static size_t packed_columns(const struct lar_tensor *b)
{
    size_t n = (size_t)lar_columns(b), width = b->type == LAR_TYPE_F64 ? 8 : 16;
    if (b->type == LAR_TYPE_F64 && n <= MAX_DOTS)
        return n;
    return (n + width - 1) / width * width;
}

static void pack_f64(double *w, const double *b, size_t k, size_t n)
{
    if (n <= MAX_DOTS) {
        for (size_t j = 0; j < n; j++)
            for (size_t t = 0; t < k; t++)
                w[j * k + t] = b[t * n + j];
        return;
    }
    for (size_t j = 0; j < n; j += LAR_PANEL_F64)
        for (size_t t = 0; t < k; t++)
            for (size_t i = j; i < j + LAR_PANEL_F64; i++)
                *w++ = i < n ? b[t * n + i] : 0;
}

static void pack_f32(float *w, const float *b, size_t k, size_t n)
{
    for (size_t j = 0; j < n; j += LAR_PANEL_F32)
        for (size_t t = 0; t < k; t++)
            for (size_t i = j; i < j + LAR_PANEL_F32; i++)
                *w++ = i < n ? b[t * n + i] : 0;
}

static void pack(void *w, const struct lar_tensor *b)
{
    if (b->type == LAR_TYPE_F64)
        pack_f64(w, b->data, (size_t)lar_rows(b), (size_t)lar_columns(b));
    else
        pack_f32(w, b->data, (size_t)lar_rows(b), (size_t)lar_columns(b));
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *b = node->inputs[1]->constant;
    size_t n;
    *ret_state = NULL;
    if (!b)
        return true;
    if (b->type == LAR_TYPE_F64 && lar_columns(b) == 1) { /* its own transpose */
        *ret_state = b->data;
        return true;
    }
    if (!lar_mul_size(packed_columns(b), (size_t)lar_rows(b), &n) ||
        !(*ret_state = lar_arena_alloc_aligned(arena, n, lar_type_size(b->type), 64)))
        return lar_arena_fail(arena, err, "the prepared form");
    if (n > 0)
        pack(*ret_state, b);
    return true;
}

static void run_csr(struct lar_call *call, double *y, const struct lar_tensor *a, const double *w,
                    size_t n)
{
    size_t k = (size_t)lar_columns(a);
    for (uint64_t i = 0; i < lar_rows(a); i++) {
        uint64_t at = a->indptr[i];
        size_t nnz = (size_t)(a->indptr[i + 1] - at);
        (n <= MAX_DOTS ? call->kernels->csr_dots_f64 : call->kernels->csr_panels_f64)(
            y + i * n, (const double *)a->data + at, a->indices + at, nnz, w, k, n);
    }
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *a = call->inputs[0], *b = call->inputs[1];
    const struct lar_kernels *kernels = call->kernels;
    size_t m = (size_t)lar_rows(a), k = (size_t)lar_columns(a), n = (size_t)lar_columns(b), size;
    if (lar_columns(a) != lar_rows(b))
        return lar_fail(err, LAR_ERR_INVALID, "%zu columns times %llu rows", k,
                        (unsigned long long)lar_rows(b));
    void *y = lar_output_dense(call, 0, &LAR_SHAPE(a->shape.dims[0], b->shape.dims[1]), err);
    if (!y)
        return false;
    if (m == 0 || n == 0)
        return true;
    size_t mark = lar_scratch_mark(call->scratch);
    const void *w = call->state;
    if (!w) {
        void *packed = NULL;
        if (!lar_mul_size(packed_columns(b), k, &size) ||
            !(packed = lar_scratch_take(call->scratch, size, lar_type_size(b->type))))
            return lar_scratch_fail(call->scratch, err, "the result");
        pack(packed, b);
        w = packed;
    }
    if (a->layout == LAR_LAYOUT_CSR)
        run_csr(call, y, a, w, n);
    else if (a->type == LAR_TYPE_F32)
        kernels->panels_f32(y, a->data, m, w, k, n);
    else
        (n <= MAX_DOTS ? kernels->dots_f64 : kernels->panels_f64)(y, a->data, m, w, k, n);
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    const struct lar_value_info *a = node->inputs[0], *b = node->inputs[1];
    double m = a->shape.dims[0] > 0 ? (double)a->shape.dims[0] : (double)rows;
    double k = b->shape.dims[0] > 0 ? (double)b->shape.dims[0] : 100;
    double n = b->shape.dims[1] > 0 ? (double)b->shape.dims[1] : 100;
    if (a->layout == LAR_LAYOUT_CSR)
        k = k < 100 ? k : 100; /* a guess of the stored entries in a row */
    double pack = b->constant ? 0 : k * n;
    return 20 + m * (n <= MAX_DOTS ? 2 * n + k * n / 10 : k * n / 14) + pack;
}

const struct lar_operator lar_operator_matmul = {.signature = {.name = "MatMul",
                                                               .version = 13,
                                                               .min_inputs = 2,
                                                               .max_inputs = 2,
                                                               .min_outputs = 1,
                                                               .max_outputs = 1,
                                                               .infer = infer},
                                                 .prepare = prepare,
                                                 .cost = cost,
                                                 .run = run};

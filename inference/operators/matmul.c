/* MatMul: a matrix, dense or CSR, times a dense matrix. The order of the sums is kernels.h's.
 * larder.Layer: the same of float64, with a bias added to each row, and an activation: what MatMul,
 * Add and Relu, Tanh or Sigmoid give one after the other, bit by bit, but going through memory
 * once.
 *
 * A constant second factor is packed once; one that is computed is packed in each run. Parameters
 * of larder.Layer: weights [k, n], bias [n]; activation, 0: none, 1: Relu, 2: Tanh, 3: Sigmoid.
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/functions.h"
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

static bool pack_constant(const struct lar_tensor *b, struct lar_arena *arena, void **ret_state,
                          struct lar_error *err)
{
    size_t n;
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

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *b = node->inputs[1]->constant;
    *ret_state = NULL;
    return !b || pack_constant(b, arena, ret_state, err);
}

/* Rows [FIRST, FIRST + M) of A times W, to Y. */
static void run_f64(struct lar_call *call, double *y, const struct lar_tensor *a, uint64_t first,
                    size_t m, const double *w, size_t n)
{
    const struct lar_kernels *kernels = call->kernels;
    size_t k = (size_t)lar_columns(a);
    if (a->layout == LAR_LAYOUT_DENSE) {
        const double *x = (const double *)a->data + first * k;
        (n <= MAX_DOTS ? kernels->dots_f64 : kernels->panels_f64)(y, x, m, w, k, n);
        return;
    }
    for (uint64_t i = first; i < first + m; i++, y += n) {
        uint64_t at = a->indptr[i];
        size_t nnz = (size_t)(a->indptr[i + 1] - at);
        (n <= MAX_DOTS ? kernels->csr_dots_f64 : kernels->csr_panels_f64)(
            y, (const double *)a->data + at, a->indices + at, nnz, w, k, n);
    }
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *a = call->inputs[0], *b = call->inputs[1];
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
    if (a->type == LAR_TYPE_F32)
        call->kernels->panels_f32(y, a->data, m, w, k, n);
    else
        run_f64(call, y, a, 0, m, w, n);
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double product_cost(const struct lar_value_info *a, double k, double n, uint64_t rows)
{
    double m = a->shape.dims[0] > 0 ? (double)a->shape.dims[0] : (double)rows;
    if (a->layout == LAR_LAYOUT_CSR)
        k = k < 100 ? k : 100; /* a guess of the stored entries in a row */
    return 20 + m * (n <= MAX_DOTS ? 2 * n + k * n / 10 : k * n / 14);
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    const struct lar_value_info *b = node->inputs[1];
    double k = b->shape.dims[0] > 0 ? (double)b->shape.dims[0] : 100;
    double n = b->shape.dims[1] > 0 ? (double)b->shape.dims[1] : 100;
    return product_cost(node->inputs[0], k, n, rows) + (b->constant ? 0 : k * n);
}

enum activation { NONE, RELU, TANH, SIGMOID, ACTIVATIONS };

static bool layer_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    const struct lar_shape *w = &lar_node_param(node, "weights")->shape;
    if (!lar_infer_matrix(node, 0, err))
        return false;
    const struct lar_value_info *a = node->inputs[0];
    if (a->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "the input is not of float64");
    if (!lar_dims_meet(a->shape.dims[1], w->dims[0]))
        return lar_infer_refuse(err, "the columns do not fit the weights'");
    if (lar_node_param(node, "bias")->shape.dims[0] != w->dims[1])
        return lar_infer_refuse(err, "the bias does not fit the weights");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(a->shape.dims[0], w->dims[1]));
    return true;
}

static bool layer_verify(const struct lar_node_info *node, struct lar_error *err)
{
    int64_t activation = lar_node_param_i64(node, "activation", 0);
    return (activation >= 0 && activation < ACTIVATIONS) ||
           lar_fail(err, LAR_ERR_FORMAT, "there is no activation %lld", (long long)activation);
}

static bool layer_prepare(const struct lar_node_info *node, struct lar_arena *arena,
                          void **ret_state, struct lar_error *err)
{
    return pack_constant(lar_node_param(node, "weights"), arena, ret_state, err);
}

/* Adds the bias to M rows of Y and activates them. */
static void finish(double *y, size_t m, const double *bias, size_t n, enum activation activation)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            y[i * n + j] += bias[j];
    if (activation == RELU)
        for (size_t i = 0; i < m * n; i++)
            y[i] = y[i] < 0 ? 0 : y[i];
    else if (activation == TANH)
        for (size_t i = 0; i < m * n; i++)
            y[i] = lar_tanh(y[i]);
    else if (activation == SIGMOID)
        for (size_t i = 0; i < m * n; i++)
            y[i] = lar_logistic(y[i]);
}

static bool layer_run(struct lar_call *call, struct lar_error *err)
{
    enum { BLOCK = 96 }; /* rows at a time, which stay in the cache */
    const struct lar_tensor *a = call->inputs[0], *w = lar_node_param(call->node, "weights");
    const double *bias = lar_node_param(call->node, "bias")->data;
    enum activation activation = (enum activation)lar_node_param_i64(call->node, "activation", 0);
    size_t n = (size_t)lar_columns(w);
    if (lar_columns(a) != lar_rows(w))
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns times %llu rows",
                        (unsigned long long)lar_columns(a), (unsigned long long)lar_rows(w));
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(a->shape.dims[0], (int64_t)n), err);
    uint64_t rows = n ? lar_rows(a) : 0;
    for (uint64_t i = 0; y && i < rows; i += BLOCK) {
        size_t m = (size_t)(rows - i < BLOCK ? rows - i : BLOCK);
        run_f64(call, y + i * n, a, i, m, call->state, n);
        finish(y + i * n, m, bias, n, activation);
    }
    return y != NULL;
}

static double layer_cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    const struct lar_shape *w = &lar_node_param(node, "weights")->shape;
    double n = (double)w->dims[1], each = lar_node_param_i64(node, "activation", 0) > RELU ? 6 : 1;
    return product_cost(node->inputs[0], (double)w->dims[0], n, rows) + (double)rows * n * each;
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

static const struct lar_param_rule layer_params[] = {{"weights", LAR_TYPE_F64, 2, false},
                                                     {"bias", LAR_TYPE_F64, 1, false},
                                                     {"activation", LAR_TYPE_I64, 0, true},
                                                     {0}};

const struct lar_operator lar_operator_layer = {.signature = {.name = "larder.Layer",
                                                              .version = 1,
                                                              .min_inputs = 1,
                                                              .max_inputs = 1,
                                                              .min_outputs = 1,
                                                              .max_outputs = 1,
                                                              .params = layer_params,
                                                              .infer = layer_infer},
                                                .verify = layer_verify,
                                                .prepare = layer_prepare,
                                                .cost = layer_cost,
                                                .run = layer_run};

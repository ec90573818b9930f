/* larder.Products: columns that are products of a matrix's columns.
 *
 * Input: float64 [rows, n]. Parameters: factors, the columns that are multiplied, those of all
 * products one after the other; ends [m], where each product's end in there. Output: float64
 * [rows, m], each product taken from its last factor to its first; 1 where there is none. Of a CSR
 * matrix a CSR matrix, in which a product is stored if all its factors are.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/scratch.h"
#include "inference/values.h"

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_matrix(node, 0, err))
        return false;
    const struct lar_value_info *x = node->inputs[0];
    int64_t m = lar_node_param(node, "ends")->shape.dims[0];
    if (x->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "input 0 is not float64");
    if (x->shape.dims[1] < 0)
        return lar_infer_refuse(err, "the number of columns is not known");
    if (m > UINT32_MAX)
        return lar_infer_refuse(err, "%lld products", (long long)m);
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(x->shape.dims[0], m));
    ret->layout = x->layout;
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *ends = lar_node_param(node, "ends");
    int64_t columns = node->inputs[0]->shape.dims[1];
    int64_t at = 0, count = lar_node_param(node, "factors")->shape.dims[0];
    for (int64_t i = 0; i < ends->shape.dims[0]; i++) {
        int64_t end = ((const int64_t *)ends->data)[i];
        if (end < at || end > count)
            return lar_fail(err, LAR_ERR_FORMAT, "product %lld ends at %lld of %lld", (long long)i,
                            (long long)end, (long long)count);
        at = end;
    }
    return lar_verify_places(node, "factors", "column", columns, err);
}

/* Products one behind another whose last factors are the same column, or that have none. */
struct run {
    int64_t first, end, column; /* -1: no factors */
};

/* What a sparse matrix is walked by: products of a column that is not stored are passed over. */
struct runs {
    struct run *data;
    uint64_t n;
};

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, "ends");
    const int64_t *factors = lar_node_param(node, "factors")->data, *ends = list->data;
    int64_t m = list->shape.dims[0];
    if (node->inputs[0]->layout != LAR_LAYOUT_CSR)
        return true;
    struct runs *runs = lar_arena_alloc(arena, 1, sizeof *runs);
    if (!runs || !(runs->data = lar_arena_alloc(arena, (uint64_t)m + 1, sizeof *runs->data)))
        return lar_arena_fail(arena, err, "products");
    runs->n = 0;
    for (int64_t k = 0; k < m; k++) {
        int64_t column = ends[k] > (k ? ends[k - 1] : 0) ? factors[ends[k] - 1] : -1;
        if (runs->n == 0 || runs->data[runs->n - 1].column != column)
            runs->data[runs->n++] = (struct run){.first = k, .column = column};
        runs->data[runs->n - 1].end = k + 1;
    }
    *ret_state = runs;
    return true;
}

/* Product K of the row whose stored elements PLACES finds among VALUES (place 0: not stored). False
 * if one of its factors is not stored. */
static bool product_of(const struct lar_node_info *node, int64_t k, const uint64_t *places,
                       const double *values, double *ret)
{
    const int64_t *factors = lar_node_param(node, "factors")->data;
    const int64_t *ends = lar_node_param(node, "ends")->data;
    int64_t first = k ? ends[k - 1] : 0;
    *ret = 1;
    for (int64_t at = ends[k]; at > first; at--) {
        uint64_t place = places[factors[at - 1]];
        if (!place)
            return false;
        *ret = at == ends[k] ? values[place - 1] : *ret * values[place - 1];
    }
    return true;
}

static bool run_sparse(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct runs *runs = call->state;
    int64_t m = lar_node_param(call->node, "ends")->shape.dims[0];
    uint64_t n = lar_columns(in), rows = lar_rows(in), *places;
    struct lar_csr_writer w;
    if (!lar_csr_begin(&w, call, 0, rows, (uint64_t)m, 2 * in->indptr[rows] + rows, err))
        return false;
    if (!(places = lar_scratch_take(call->scratch, n, sizeof *places)))
        return lar_scratch_fail(call->scratch, err, "products");
    memset(places, 0, n * sizeof *places);
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t e = in->indptr[i]; e < in->indptr[i + 1]; e++)
            places[in->indices[e]] = e + 1;
        for (uint64_t r = 0; r < runs->n; r++) {
            const struct run *run = &runs->data[r];
            double v;
            if (run->column >= 0 && !places[run->column])
                continue;
            for (int64_t k = run->first; k < run->end; k++)
                if (product_of(call->node, k, places, in->data, &v) &&
                    !lar_csr_add(&w, (uint32_t)k, v, err))
                    return false;
        }
        lar_csr_row(&w);
        for (uint64_t e = in->indptr[i]; e < in->indptr[i + 1]; e++)
            places[in->indices[e]] = 0;
    }
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    if (call->inputs[0]->layout == LAR_LAYOUT_CSR)
        return run_sparse(call, err);
    const struct lar_tensor *in = call->inputs[0];
    const struct lar_tensor *list = lar_node_param(call->node, "ends");
    const int64_t *factors = lar_node_param(call->node, "factors")->data, *ends = list->data;
    int64_t m = list->shape.dims[0];
    uint64_t n = lar_columns(in), rows = m ? lar_rows(in) : 0;
    const double *x = in->data;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)lar_rows(in), m), err);
    for (uint64_t i = 0; y && i < rows; i++, x += n) {
        int64_t first = 0;
        for (int64_t k = 0; k < m; k++) {
            int64_t at = ends[k];
            double product = at > first ? x[factors[--at]] : 1;
            while (at > first)
                product *= x[factors[--at]];
            *y++ = product;
            first = ends[k];
        }
    }
    return y != NULL;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    return 10 + 2 * (double)rows * (double)lar_node_param(node, "factors")->shape.dims[0];
}

static const struct lar_param_rule params[] = {
    {"factors", LAR_TYPE_I64, 1, false}, {"ends", LAR_TYPE_I64, 1, false}, {0}};

const struct lar_operator lar_operator_products = {.signature = {.name = "larder.Products",
                                                                 .version = 1,
                                                                 .min_inputs = 1,
                                                                 .max_inputs = 1,
                                                                 .min_outputs = 1,
                                                                 .max_outputs = 1,
                                                                 .params = params,
                                                                 .infer = infer},
                                                   .verify = verify,
                                                   .prepare = prepare,
                                                   .cost = cost,
                                                   .run = run};

/* larder.Digitize: in which bin each number of a matrix lies: how many of its column's edges are
 * not above it.
 *
 * Input: float64 [rows, n]. Parameters: edges, those of all columns one after the other, ascending
 * within each; ends [n], where each column's end in there; near: 1e-8 and 1e-5 of its magnitude are
 * added to a number before it is compared. Output: float64 [rows, n]. NaN lies in the last bin.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <math.h>

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    return lar_infer_by_column(node, "ends", ret, err);
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *edges = lar_node_param(node, "edges");
    const struct lar_tensor *ends = lar_node_param(node, "ends");
    const double *edge = edges->data;
    int64_t at = 0, n = ends->shape.dims[0], count = edges->shape.dims[0];
    for (int64_t i = 0; i < n; i++) {
        int64_t end = ((const int64_t *)ends->data)[i];
        if (end < at || end > count)
            return lar_fail(err, LAR_ERR_FORMAT, "column %lld: edges end at %lld of %lld",
                            (long long)i, (long long)end, (long long)count);
        for (int64_t k = at; k < end; k++)
            if (isnan(edge[k]) || (k > at && edge[k] < edge[k - 1]))
                return lar_fail(err, LAR_ERR_FORMAT, "column %lld: edges are not ascending",
                                (long long)i);
        at = end;
    }
    return at == count || lar_fail(err, LAR_ERR_FORMAT, "edges of no column");
}

/* How many of N ascending edges are not above X. */
static int64_t bin_of(const double *edges, int64_t n, double x)
{
    int64_t low = 0;
    while (low < n) {
        int64_t middle = low + (n - low) / 2;
        if (x < edges[middle])
            n = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const double *x = in->data, *edges = lar_node_param(call->node, "edges")->data;
    const int64_t *ends = lar_node_param(call->node, "ends")->data;
    bool near = lar_node_flag(call->node, "near");
    uint64_t n = lar_columns(in), rows = n ? lar_rows(in) : 0;
    double *y = lar_output_dense(call, 0, &in->shape, err);
    for (uint64_t i = 0; y && i < rows; i++) {
        int64_t at = 0;
        for (uint64_t j = 0; j < n; j++, x++) {
            double v = near ? *x + (1e-8 + 1e-5 * fabs(*x)) : *x;
            *y++ = (double)bin_of(edges + at, ends[j] - at, v);
            at = ends[j];
        }
    }
    return y != NULL;
}

static const struct lar_param_rule params[] = {{"edges", LAR_TYPE_F64, 1, false},
                                               {"ends", LAR_TYPE_I64, 1, false},
                                               {"near", LAR_TYPE_BOOL, 0, true},
                                               {0}};

const struct lar_operator lar_operator_digitize = {.signature = {.name = "larder.Digitize",
                                                                 .version = 1,
                                                                 .min_inputs = 1,
                                                                 .max_inputs = 1,
                                                                 .min_outputs = 1,
                                                                 .max_outputs = 1,
                                                                 .params = params,
                                                                 .infer = infer},
                                                   .verify = verify,
                                                   .run = run};

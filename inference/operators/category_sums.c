/* larder.CategorySums: each column's category picks a row of a table; the rows are added.
 *
 * Input: float64 [rows, n]: categories, cut to integers. Parameters: table [m, k], the tables of
 * all columns one after the other; ends [n], where each column's end in there. Output: float64
 * [rows, k], added from the first column to the last. Below 0, or beyond a column's table: an
 * error.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t columns = lar_node_param(node, "ends")->shape.dims[0];
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (!lar_dims_meet(node->inputs[0]->shape.dims[1], columns))
        return lar_infer_refuse(err, "the columns do not fit the table's");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0],
                                                    lar_node_param(node, "table")->shape.dims[1]));
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, "ends");
    const int64_t *ends = list->data;
    int64_t rows = lar_node_param(node, "table")->shape.dims[0], at = 0;
    for (int64_t j = 0; j < list->shape.dims[0]; j++) {
        if (ends[j] < at || ends[j] > rows)
            return lar_fail(err, LAR_ERR_FORMAT, "column %lld ends at %lld of %lld", (long long)j,
                            (long long)ends[j], (long long)rows);
        at = ends[j];
    }
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0], *table = lar_node_param(call->node, "table");
    const struct lar_tensor *list = lar_node_param(call->node, "ends");
    const int64_t *ends = list->data;
    const double *x = in->data, *picked = table->data;
    uint64_t n = (uint64_t)list->shape.dims[0], k = lar_columns(table);
    if (lar_columns(in) != n)
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %llu",
                        (unsigned long long)lar_columns(in), (unsigned long long)n);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0], (int64_t)k), err);
    uint64_t rows = y && (n || k) ? lar_rows(in) : 0;
    for (uint64_t i = 0; i < rows; i++, y += k) {
        for (uint64_t c = 0; c < k; c++)
            y[c] = 0;
        for (uint64_t j = 0; j < n; j++, x++) {
            int64_t first = j ? ends[j - 1] : 0;
            if (!(*x > -1 && *x < (double)(ends[j] - first)))
                return lar_fail(err, LAR_ERR_INVALID,
                                "row %llu, column %llu: there is no category %g, they are 0 to "
                                "%lld",
                                (unsigned long long)i, (unsigned long long)j, *x,
                                (long long)(ends[j] - first - 1));
            const double *row = picked + (uint64_t)(first + (int64_t)*x) * k;
            for (uint64_t c = 0; c < k; c++)
                y[c] += row[c];
        }
    }
    return y != NULL;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double n = (double)lar_node_param(node, "ends")->shape.dims[0];
    double k = (double)lar_node_param(node, "table")->shape.dims[1];
    return 10 + (double)rows * n * (3 + k);
}

static const struct lar_param_rule params[] = {
    {"table", LAR_TYPE_F64, 2, false}, {"ends", LAR_TYPE_I64, 1, false}, {0}};

const struct lar_operator lar_operator_category_sums = {.signature = {.name = "larder.CategorySums",
                                                                      .version = 1,
                                                                      .min_inputs = 1,
                                                                      .max_inputs = 1,
                                                                      .min_outputs = 1,
                                                                      .max_outputs = 1,
                                                                      .params = params,
                                                                      .infer = infer},
                                                        .verify = verify,
                                                        .cost = cost,
                                                        .run = run};

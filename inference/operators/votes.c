/* larder.Votes: how often each class is chosen.
 * larder.SpreadColumns: columns of a matrix put at places of a wider one.
 *
 * Votes. Inputs: one or more vectors [rows] of int64, the class that each voter chooses; what is
 * out of range counts for none. Parameters: classes (how many), weights [voters] (1 each where left
 * out). Output: float64 [rows, classes]; votes are added in the order of the inputs.
 *
 * SpreadColumns. Input: float64 [rows, n]. Parameters: places [n] within [0, width), width, fill
 * (what the other columns hold; 0 where left out). Output: float64 [rows, width].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

static bool votes_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    int64_t classes = lar_node_param_i64(node, "classes", 0);
    const struct lar_tensor *weights = lar_node_param(node, "weights");
    if (classes < 1 || classes > INT32_MAX)
        return lar_infer_refuse(err, "%lld classes", (long long)classes);
    if (weights && weights->shape.dims[0] != (int64_t)node->n_inputs)
        return lar_infer_refuse(err, "%lld weights for %u voters",
                                (long long)weights->shape.dims[0], node->n_inputs);
    int64_t rows = LAR_DIM_UNKNOWN;
    for (uint32_t k = 0; k < node->n_inputs; k++) {
        if (!lar_infer_dense(node, k, LAR_TYPE_BIT(LAR_TYPE_I64), 1, err))
            return false;
        int64_t n = node->inputs[k]->shape.dims[0];
        if (!lar_dims_meet(rows, n))
            return lar_infer_refuse(err, "input %u has another number of rows", k);
        rows = rows == LAR_DIM_UNKNOWN ? n : rows;
    }
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(rows, classes));
    return true;
}

static bool votes_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *weights = lar_node_param(call->node, "weights");
    uint64_t classes = (uint64_t)lar_node_param_i64(call->node, "classes", 0);
    int64_t rows = call->inputs[0]->shape.dims[0];
    for (uint32_t k = 1; k < call->node->n_inputs; k++)
        if (call->inputs[k]->shape.dims[0] != rows)
            return lar_fail(err, LAR_ERR_INVALID, "inputs have different numbers of rows");
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(rows, (int64_t)classes), err);
    if (!y)
        return false;
    memset(y, 0, (size_t)rows * classes * sizeof *y);
    for (uint32_t k = 0; k < call->node->n_inputs; k++) {
        const int64_t *choice = call->inputs[k]->data;
        double weight = weights ? ((const double *)weights->data)[k] : 1;
        for (uint64_t i = 0; i < (uint64_t)rows; i++)
            if ((uint64_t)choice[i] < classes)
                y[i * classes + (uint64_t)choice[i]] += weight;
    }
    return true;
}

static bool spread_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    int64_t width = lar_node_param_i64(node, "width", 0);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    const struct lar_shape *in = &node->inputs[0]->shape;
    if (width < 1 || width > INT32_MAX)
        return lar_infer_refuse(err, "%lld columns", (long long)width);
    if (in->dims[1] != lar_node_param(node, "places")->shape.dims[0])
        return lar_infer_refuse(err, "not one place for each column");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(in->dims[0], width));
    return true;
}

static bool spread_verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *places = lar_node_param(node, "places");
    int64_t width = lar_node_param_i64(node, "width", 0);
    for (uint64_t i = 0; i < lar_tensor_count(places); i++) {
        int64_t place = ((const int64_t *)places->data)[i];
        if (place < 0 || place >= width)
            return lar_fail(err, LAR_ERR_FORMAT, "place %lld is not among %lld", (long long)place,
                            (long long)width);
    }
    return true;
}

static bool spread_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const int64_t *places = lar_node_param(call->node, "places")->data;
    int64_t width = lar_node_param_i64(call->node, "width", 0);
    double fill = lar_node_param_f64(call->node, "fill", 0);
    uint64_t rows = lar_rows(in), n = lar_columns(in);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0], width), err);
    const double *x = in->data;
    if (!y)
        return false;
    for (uint64_t i = 0; i < rows; i++, x += n, y += width) {
        for (int64_t j = 0; j < width; j++)
            y[j] = fill;
        for (uint64_t j = 0; j < n; j++)
            y[places[j]] = x[j];
    }
    return true;
}

static const struct lar_param_rule votes_params[] = {
    {"classes", LAR_TYPE_I64, 0, false}, {"weights", LAR_TYPE_F64, 1, true}, {0}};
static const struct lar_param_rule spread_params[] = {{"places", LAR_TYPE_I64, 1, false},
                                                      {"width", LAR_TYPE_I64, 0, false},
                                                      {"fill", LAR_TYPE_F64, 0, true},
                                                      {0}};

const struct lar_operator lar_operator_votes = {.signature = {.name = "larder.Votes",
                                                              .version = 1,
                                                              .min_inputs = 1,
                                                              .max_inputs = 65536,
                                                              .min_outputs = 1,
                                                              .max_outputs = 1,
                                                              .params = votes_params,
                                                              .infer = votes_infer},
                                                .run = votes_run};
const struct lar_operator lar_operator_spread_columns = {
    .signature = {.name = "larder.SpreadColumns",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = spread_params,
                  .infer = spread_infer},
    .verify = spread_verify,
    .run = spread_run};

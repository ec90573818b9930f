/* larder.Impute: puts a fixed value where a number is missing.
 *
 * Input: float64 [rows, n]. Parameters: missing, the number that stands for a missing one (NaN, or
 * another); columns [m], which of the n are kept, in order; values [m], what replaces a missing
 * number in each; indicators [q], optional: columns of the input that add one column each, 1 where
 * the number is missing, else 0. Output: float64 [rows, m + q].
 *
 * larder.ImputeText: the same for one column of strings, of shape [rows] or [rows, n]. Parameters:
 * missing [1] and value [1] (text, NaN or None); column; name [1], of the column, and refuse_nan:
 * NaN is an error. Outputs: strings [rows]; and, where asked for, float64 [rows], 1 where missing.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/text.h"
#include "inference/values.h"

#include <math.h>

/* The parameter NAME's columns; none where it was left out. */
static const int64_t *columns_of(const struct lar_node_info *node, const char *name, int64_t *ret_n)
{
    const struct lar_tensor *t = lar_node_param(node, name);
    *ret_n = t ? t->shape.dims[0] : 0;
    return t ? t->data : NULL;
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t m, q, width;
    (void)columns_of(node, "columns", &m);
    (void)columns_of(node, "indicators", &q);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (node->inputs[0]->shape.dims[1] < 0)
        return lar_infer_refuse(err, "the number of columns is not known");
    if (lar_node_param(node, "values")->shape.dims[0] != m)
        return lar_infer_refuse(err, "%lld values for %lld columns",
                                (long long)lar_node_param(node, "values")->shape.dims[0],
                                (long long)m);
    if (__builtin_add_overflow(m, q, &width))
        return lar_infer_refuse(err, "too many columns");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], width));
    return true;
}

static bool verify_columns(const struct lar_node_info *node, const char *name,
                           struct lar_error *err)
{
    int64_t m, n = node->inputs[0]->shape.dims[1];
    const int64_t *at = columns_of(node, name, &m);
    for (int64_t i = 0; at && i < m; i++)
        if (at[i] < 0 || at[i] >= n)
            return lar_fail(err, LAR_ERR_FORMAT, "%s: there is no column %lld", name,
                            (long long)at[i]);
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    return verify_columns(node, "columns", err) && verify_columns(node, "indicators", err);
}

static inline bool is_missing(double v, double missing)
{
    return v == missing || (isnan(v) && isnan(missing));
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    int64_t m, q;
    const int64_t *kept = columns_of(call->node, "columns", &m);
    const int64_t *marked = columns_of(call->node, "indicators", &q);
    const double *values = lar_node_param(call->node, "values")->data;
    double missing = lar_node_param_f64(call->node, "missing", NAN);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(in->shape.dims[0], m + q), err);
    if (!y || m + q == 0)
        return y != NULL;
    const double *x = in->data;
    for (uint64_t row = 0; row < lar_rows(in); row++, x += lar_columns(in)) {
        for (int64_t i = 0; kept && i < m; i++)
            *y++ = is_missing(x[kept[i]], missing) ? values[i] : x[kept[i]];
        for (int64_t i = 0; marked && i < q; i++)
            *y++ = is_missing(x[marked[i]], missing);
    }
    return true;
}

static bool text_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                       struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_STRING), -1, err))
        return false;
    const struct lar_value_info *x = node->inputs[0];
    int64_t column = lar_node_param_i64(node, "column", 0);
    if (x->shape.rank < 1 || x->shape.rank > 2)
        return lar_infer_refuse(err, "the input has %u dimensions, not 1 or 2", x->shape.rank);
    if (column < 0 || column >= (x->shape.rank == 2 ? x->shape.dims[1] : 1))
        return lar_infer_refuse(err, "there is no column %lld", (long long)column);
    static const char *const ones[] = {"missing", "value", "name"};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (lar_node_param(node, ones[i])->shape.dims[0] != 1)
            return lar_infer_refuse(err, "'%s' is not one string", ones[i]);
    ret[0] = lar_infer_result(LAR_TYPE_STRING, LAR_SHAPE(x->shape.dims[0]));
    if (node->n_outputs == 2)
        ret[1] = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(x->shape.dims[0]));
    return true;
}

static bool text_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0], *missing = lar_node_param(call->node, "missing");
    const struct lar_tensor *value = lar_node_param(call->node, "value");
    bool refuse_nan = lar_node_flag(call->node, "refuse_nan");
    uint64_t step = x->shape.rank == 2 ? lar_columns(x) : 1, rows = (uint64_t)x->shape.dims[0];
    uint64_t i = (uint64_t)lar_node_param_i64(call->node, "column", 0);
    struct lar_string_writer w;
    double *was = NULL;
    if (call->node->n_outputs == 2 &&
        !(was = lar_output_dense(call, 1, &LAR_SHAPE(x->shape.dims[0]), err)))
        return false;
    if (!lar_strings_begin(&w, call, 0, &LAR_SHAPE(x->shape.dims[0]), err))
        return false;
    for (uint64_t row = 0; row < rows; row++, i += step) {
        size_t n;
        bool hole = lar_text_equal(x, i, missing, 0);
        if (refuse_nan && x->kinds[i] == LAR_STRING_NAN) {
            const struct lar_tensor *name = lar_node_param(call->node, "name");
            const char *column = lar_text_at(name, 0, &n);
            return lar_fail(err, LAR_ERR_INVALID, "column %.*s, row %llu: NaN is not accepted here",
                            lar_text_shown(column, n, 128), column, (unsigned long long)row);
        }
        const struct lar_tensor *from = hole ? value : x;
        const char *text = lar_text_at(from, hole ? 0 : i, &n);
        if (!lar_strings_add(&w, text, n, (enum lar_string_kind)from->kinds[hole ? 0 : i], err))
            return false;
        if (was)
            was[row] = hole;
    }
    return true;
}

static const struct lar_param_rule params[] = {
    {"columns", LAR_TYPE_I64, 1, false},
    {"values", LAR_TYPE_F64, 1, false},
    {"missing", LAR_TYPE_F64, 0, false},
    {"indicators", LAR_TYPE_I64, 1, true},
    {0},
};

static const struct lar_param_rule text_params[] = {
    {"missing", LAR_TYPE_STRING, 1, false}, {"value", LAR_TYPE_STRING, 1, false},
    {"name", LAR_TYPE_STRING, 1, false},    {"column", LAR_TYPE_I64, 0, true},
    {"refuse_nan", LAR_TYPE_BOOL, 0, true}, {0},
};

const struct lar_operator lar_operator_impute = {
    .signature = {.name = "larder.Impute",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .verify = verify,
    .run = run,
};

const struct lar_operator lar_operator_impute_text = {
    .signature = {.name = "larder.ImputeText",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 2,
                  .params = text_params,
                  .infer = text_infer},
    .run = text_run,
};

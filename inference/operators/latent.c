/* Parts of Gaussian processes: larder.SolveLower, larder.LatentProbabilities.
 *
 * SolveLower: input float64 [rows, n]; parameter lower [n, n], of which the lower triangle is read.
 *   Each row b becomes the x for which lower x = b.
 * LatentProbabilities: inputs, float64 [rows], the mean and the variance of a normally distributed
 *   number f; output [rows, 2], 1 - p and p, where p is the mean of 1 / (1 + exp(-f)) as Williams
 *   and Barber (1998, appendix A) approximate it by five error functions.
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/infer.h"
#include "inference/kernels.h"
#include "inference/values.h"

#include <math.h>

static bool solve_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    const struct lar_shape *lower = &lar_node_param(node, "lower")->shape;
    if (lower->dims[0] != lower->dims[1])
        return lar_infer_refuse(err, "lower is %lld by %lld", (long long)lower->dims[0],
                                (long long)lower->dims[1]);
    return lar_infer_by_column(node, "lower", ret, err);
}

/* LAR_PANEL_F64 rows at once, as columns of one panel: X [n][LAR_PANEL_F64] is B and then the
 * result. */
static void solve_panel(const struct lar_kernels *kernels, const double *lower, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double sums[LAR_PANEL_F64];
        kernels->panels_f64(sums, lower + i * n, 1, x, i, LAR_PANEL_F64);
        for (size_t j = 0; j < LAR_PANEL_F64; j++)
            x[i * LAR_PANEL_F64 + j] = (x[i * LAR_PANEL_F64 + j] - sums[j]) / lower[i * n + i];
    }
}

static bool solve_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const double *lower = lar_node_param(call->node, "lower")->data, *b = in->data;
    size_t n = (size_t)lar_columns(in), rows = n ? (size_t)lar_rows(in) : 0, size;
    double *y = lar_output_dense(call, 0, &in->shape, err), *x = NULL;
    size_t mark = lar_scratch_mark(call->scratch);
    if (!y)
        return false;
    if (!lar_mul_size(n, LAR_PANEL_F64, &size) ||
        !(x = lar_scratch_take(call->scratch, size, sizeof *x)))
        return lar_scratch_fail(call->scratch, err, "rows");
    for (size_t row = 0; row < rows; row += LAR_PANEL_F64) {
        size_t m = rows - row < LAR_PANEL_F64 ? rows - row : LAR_PANEL_F64;
        memset(x, 0, size * sizeof *x);
        for (size_t j = 0; j < m; j++)
            for (size_t i = 0; i < n; i++)
                x[i * LAR_PANEL_F64 + j] = b[(row + j) * n + i];
        solve_panel(call->kernels, lower, x, n);
        for (size_t j = 0; j < m; j++)
            for (size_t i = 0; i < n; i++)
                y[(row + j) * n + i] = x[i * LAR_PANEL_F64 + j];
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double solve_cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double n = (double)lar_node_param(node, "lower")->shape.dims[0];
    return 100 + (double)rows * n * (5 + n / 40);
}

static bool latent_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    for (uint32_t k = 0; k < 2; k++)
        if (!lar_infer_dense(node, k, LAR_TYPE_BIT(LAR_TYPE_F64), 1, err))
            return false;
    int64_t rows = node->inputs[0]->shape.dims[0];
    if (!lar_dims_meet(rows, node->inputs[1]->shape.dims[0]))
        return lar_infer_refuse(err, "as many means as variances are expected");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(rows, 2));
    return true;
}

/* 1 / (1 + exp(-f)) is nearly the sum of these times (erf(scale f) + 1) / 2. */
static const double scales[] = {0.41, 0.4, 0.37, 0.44, 0.39};
static const double shares[] = {-1854.8214151, 3516.89893646, 221.29346712, 128.12323805,
                                -2010.49422654};
enum { FUNCTIONS = sizeof scales / sizeof *scales };

static double expected(double mean, double variance)
{
    double alpha = 1 / (2 * variance), sum = 0, all = 0;
    for (int i = 0; i < FUNCTIONS; i++) {
        double bend = sqrt(alpha / (alpha + scales[i] * scales[i]));
        double integral =
            sqrt(M_PI / alpha) * erf(scales[i] * mean * bend) / (2 * sqrt(variance * 2 * M_PI));
        sum += shares[i] * integral;
        all += shares[i];
    }
    return sum + 0.5 * all;
}

static bool latent_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *means = call->inputs[0], *variances = call->inputs[1];
    size_t rows = (size_t)lar_tensor_count(means);
    if (lar_tensor_count(variances) != rows)
        return lar_fail(err, LAR_ERR_INVALID, "%zu means, but not so many variances", rows);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, 2), err);
    for (size_t i = 0; y && i < rows; i++) {
        double p = expected(((const double *)means->data)[i], ((const double *)variances->data)[i]);
        y[2 * i] = 1 - p;
        y[2 * i + 1] = p;
    }
    return y != NULL;
}

static double latent_cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)node;
    (void)state;
    return 20 + 150 * (double)rows;
}

static const struct lar_param_rule solve_params[] = {{"lower", LAR_TYPE_F64, 2, false}, {0}};

const struct lar_operator lar_operator_solve_lower = {.signature = {.name = "larder.SolveLower",
                                                                    .version = 1,
                                                                    .min_inputs = 1,
                                                                    .max_inputs = 1,
                                                                    .min_outputs = 1,
                                                                    .max_outputs = 1,
                                                                    .params = solve_params,
                                                                    .infer = solve_infer},
                                                      .cost = solve_cost,
                                                      .run = solve_run};
const struct lar_operator lar_operator_latent_probabilities = {
    .signature = {.name = "larder.LatentProbabilities",
                  .version = 1,
                  .min_inputs = 2,
                  .max_inputs = 2,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .infer = latent_infer},
    .cost = latent_cost,
    .run = latent_run};

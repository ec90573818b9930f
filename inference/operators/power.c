/* larder.PowerTransform: each column of a matrix through a power of its own.
 *
 * Input: float64 [rows, n]. Parameters: lambdas [n]; method, 0: Box-Cox, which refuses what is not
 * above 0; 1: Yeo-Johnson by pow(); 2: Yeo-Johnson by expm1() and log1p(); float32 (false where
 * left out): 2 - lambda is rounded to that, as NumPy does where lambda is of it. NaN stays NaN.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <float.h>
#include <math.h>

enum method { BOX_COX, BY_POW, BY_EXPM1, METHODS };

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    return lar_infer_by_column(node, "lambdas", ret, err);
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    return lar_verify_choice(node, "method", METHODS, err);
}

static double box_cox(double x, double lambda)
{
    if (fabs(lambda) < 1e-19)
        return log(x);
    return expm1(lambda * log(x)) / lambda;
}

/* ((1 + x)^lambda - 1) / lambda of x >= 0, or its limit where lambda is 0. */
static double power(double x, double lambda, bool zero, bool by_pow)
{
    if (zero)
        return log1p(x);
    return (by_pow ? pow(x + 1, lambda) - 1 : expm1(lambda * log1p(x))) / lambda;
}

static double yeo_johnson(double x, double lambda, bool by_pow, bool narrow)
{
    double other = narrow ? (double)(float)(2 - lambda) : 2 - lambda;
    if (x >= 0)
        return power(x, lambda, fabs(lambda) < DBL_EPSILON, by_pow);
    return -power(-x, other, fabs(lambda - 2) <= DBL_EPSILON, by_pow);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const double *x = in->data, *lambdas = lar_node_param(call->node, "lambdas")->data;
    enum method method = (enum method)lar_node_param_i64(call->node, "method", 0);
    bool narrow = lar_node_flag(call->node, "float32");
    uint64_t n = lar_columns(in), rows = n ? lar_rows(in) : 0;
    double *y = lar_output_dense(call, 0, &in->shape, err);
    for (uint64_t i = 0; y && i < rows; i++)
        for (uint64_t j = 0; j < n; j++, x++) {
            if (method == BOX_COX && *x <= 0)
                return lar_fail(err, LAR_ERR_INVALID,
                                "row %llu, column %llu: Box-Cox takes only what is above 0",
                                (unsigned long long)i, (unsigned long long)j);
            *y++ = method == BOX_COX ? box_cox(*x, lambdas[j])
                                     : yeo_johnson(*x, lambdas[j], method == BY_POW, narrow);
        }
    return y != NULL;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    return 10 + 30 * (double)rows * (double)lar_node_param(node, "lambdas")->shape.dims[0];
}

static const struct lar_param_rule params[] = {{"lambdas", LAR_TYPE_F64, 1, false},
                                               {"method", LAR_TYPE_I64, 0, false},
                                               {"float32", LAR_TYPE_BOOL, 0, true},
                                               {0}};

const struct lar_operator lar_operator_power_transform = {
    .signature = {.name = "larder.PowerTransform",
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

/* larder.PowerInverse: undoes larder.PowerTransform, each column by a power of its own.
 *
 * Input: float64 [rows, n]. Parameters: lambdas [n]; method, 0: Box-Cox by pow(); 1: Box-Cox by
 * exp() and log1p(), which answers NaN where pow() still finds a root of a negative number; 2:
 * Yeo-Johnson; float32 (false where left out): the powers made of lambda are rounded to that, as
 * NumPy does where lambda is of it (not those of method 1, which divides by lambda). NaN stays NaN.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <float.h>
#include <math.h>

enum method { BOX_COX_POW, BOX_COX_LOG, YEO_JOHNSON, METHODS };

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    return lar_infer_by_column(node, "lambdas", ret, err);
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    return lar_verify_choice(node, "method", METHODS, err);
}

/* 1 / X as NumPy has it. */
static double inverse(double x, bool narrow)
{
    return narrow ? (double)(1 / (float)x) : 1 / x;
}

static double box_cox(double y, double lambda, bool by_pow, bool narrow)
{
    if (lambda == 0)
        return exp(y);
    return by_pow ? pow(y * lambda + 1, inverse(lambda, narrow)) : exp(log1p(lambda * y) / lambda);
}

static double yeo_johnson(double y, double lambda, bool narrow)
{
    double other = narrow ? (double)(float)(2 - lambda) : 2 - lambda;
    if (y >= 0)
        return fabs(lambda) < DBL_EPSILON ? exp(y) - 1
                                          : pow(y * lambda + 1, inverse(lambda, narrow)) - 1;
    if (isnan(y))
        return y;
    if (fabs(lambda - 2) > DBL_EPSILON)
        return 1 - pow(-other * y + 1, inverse(other, narrow));
    return 1 - exp(-y);
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
        for (uint64_t j = 0; j < n; j++, x++)
            *y++ = method == YEO_JOHNSON ? yeo_johnson(*x, lambdas[j], narrow)
                                         : box_cox(*x, lambdas[j], method == BOX_COX_POW, narrow);
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

const struct lar_operator lar_operator_power_inverse = {.signature = {.name = "larder.PowerInverse",
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

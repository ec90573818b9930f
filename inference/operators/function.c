/* larder.Function: a function of one number, of each element: those that have no operator of their
 * own.
 *
 * Input: float64, dense. Parameter: name [1], as NumPy or scipy.special calls it. Output: float64
 * of the same shape. SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

typedef double function(double);

static double sign(double x)
{
    return isnan(x) ? x : (double)((x > 0) - (x < 0));
}

static double radians(double x)
{
    return x * (3.14159265358979323846 / 180);
}

static double degrees(double x)
{
    return x * (180 / 3.14159265358979323846);
}

static const struct {
    const char *name;
    function *function;
} functions[] = {
    {"arccos", acos}, {"arccosh", acosh}, {"arcsin", asin},     {"arctan", atan},
    {"ceil", ceil},   {"cosh", cosh},     {"deg2rad", radians}, {"degrees", degrees},
    {"fabs", fabs},   {"floor", floor},   {"rad2deg", degrees}, {"radians", radians},
    {"rint", rint},   {"sign", sign},     {"tan", tan},         {"trunc", trunc},
};

static function *find(const struct lar_node_info *node)
{
    const struct lar_tensor *name = lar_node_param(node, "name");
    size_t length;
    if (name->shape.dims[0] != 1)
        return NULL;
    const char *text = lar_text_at(name, 0, &length);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strlen(functions[i].name) == length && memcmp(functions[i].name, text, length) == 0)
            return functions[i].function;
    return NULL;
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), -1, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_F64, node->inputs[0]->shape);
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    return find(node) || lar_fail(err, LAR_ERR_FORMAT, "there is no such function");
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const double *x = in->data;
    function *f = find(call->node);
    double *y = lar_output_dense(call, 0, &in->shape, err);
    for (uint64_t i = 0, n = y ? lar_tensor_count(in) : 0; i < n; i++)
        y[i] = f(x[i]);
    return y != NULL;
}

static const struct lar_param_rule params[] = {{"name", LAR_TYPE_STRING, 1, false}, {0}};

const struct lar_operator lar_operator_function = {.signature = {.name = "larder.Function",
                                                                 .version = 1,
                                                                 .min_inputs = 1,
                                                                 .max_inputs = 1,
                                                                 .min_outputs = 1,
                                                                 .max_outputs = 1,
                                                                 .params = params,
                                                                 .infer = infer},
                                                   .verify = verify,
                                                   .run = run};

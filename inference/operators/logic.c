/* Greater, GreaterOrEqual, Less, LessOrEqual, Equal, And, Or, Not, Where. Comparisons with NaN are
 * false. Equal also takes bool and strings, where a missing string equals none, as NaN does.
 * SPDX-License-Identifier: MIT */
#include "inference/broadcast.h"
#include "inference/operators/binary.h"
#include "inference/values.h"

LAR_BINARY_LOOP(greater_f64, double, uint8_t, x > v)
LAR_BINARY_LOOP(greater_f32, float, uint8_t, x > v)
LAR_BINARY_LOOP(greater_i64, int64_t, uint8_t, x > v)
LAR_BINARY_LOOP(greater_i32, int32_t, uint8_t, x > v)
LAR_BINARY_LOOP(greater_equal_f64, double, uint8_t, x >= v)
LAR_BINARY_LOOP(greater_equal_f32, float, uint8_t, x >= v)
LAR_BINARY_LOOP(greater_equal_i64, int64_t, uint8_t, x >= v)
LAR_BINARY_LOOP(greater_equal_i32, int32_t, uint8_t, x >= v)
LAR_BINARY_LOOP(less_f64, double, uint8_t, x < v)
LAR_BINARY_LOOP(less_f32, float, uint8_t, x < v)
LAR_BINARY_LOOP(less_i64, int64_t, uint8_t, x < v)
LAR_BINARY_LOOP(less_i32, int32_t, uint8_t, x < v)
LAR_BINARY_LOOP(less_equal_f64, double, uint8_t, x <= v)
LAR_BINARY_LOOP(less_equal_f32, float, uint8_t, x <= v)
LAR_BINARY_LOOP(less_equal_i64, int64_t, uint8_t, x <= v)
LAR_BINARY_LOOP(less_equal_i32, int32_t, uint8_t, x <= v)
LAR_BINARY_LOOP(equal_f64, double, uint8_t, x == v)
LAR_BINARY_LOOP(equal_f32, float, uint8_t, x == v)
LAR_BINARY_LOOP(equal_i64, int64_t, uint8_t, x == v)
LAR_BINARY_LOOP(equal_i32, int32_t, uint8_t, x == v)
LAR_BINARY_LOOP(equal_bool, uint8_t, uint8_t, x == v)
LAR_BINARY_LOOP(and_bool, uint8_t, uint8_t, x &v)
LAR_BINARY_LOOP(or_bool, uint8_t, uint8_t, x | v)

static bool run(struct lar_call *call, const lar_binary_loop loops[4], struct lar_error *err)
{
    switch (call->inputs[0]->type) {
    case LAR_TYPE_F64: return lar_binary_run(call, loops[0], err);
    case LAR_TYPE_F32: return lar_binary_run(call, loops[1], err);
    case LAR_TYPE_I64: return lar_binary_run(call, loops[2], err);
    default: return lar_binary_run(call, loops[3], err);
    }
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    return lar_binary_infer(node, LAR_TYPES_ARITHMETIC, LAR_TYPE_BOOL, ret, err);
}

static bool equal_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    return lar_binary_infer(
        node, LAR_TYPES_ARITHMETIC | LAR_TYPE_BIT(LAR_TYPE_BOOL) | LAR_TYPE_BIT(LAR_TYPE_STRING),
        LAR_TYPE_BOOL, ret, err);
}

static bool bool_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                       struct lar_error *err)
{
    return lar_binary_infer(node, LAR_TYPE_BIT(LAR_TYPE_BOOL), LAR_TYPE_BOOL, ret, err);
}

static bool greater_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){greater_f64, greater_f32, greater_i64, greater_i32},
               err);
}

static bool greater_equal_run(struct lar_call *call, struct lar_error *err)
{
    return run(call,
               (const lar_binary_loop[]){greater_equal_f64, greater_equal_f32, greater_equal_i64,
                                         greater_equal_i32},
               err);
}

static bool less_run(struct lar_call *call, struct lar_error *err)
{
    return run(call, (const lar_binary_loop[]){less_f64, less_f32, less_i64, less_i32}, err);
}

static bool less_equal_run(struct lar_call *call, struct lar_error *err)
{
    return run(
        call,
        (const lar_binary_loop[]){less_equal_f64, less_equal_f32, less_equal_i64, less_equal_i32},
        err);
}

static bool equal_strings(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *a = call->inputs[0], *b = call->inputs[1];
    struct lar_shape shape;
    if (!lar_shape_broadcast(&shape, &a->shape, &b->shape))
        return lar_fail(err, LAR_ERR_INVALID, "shapes do not fit together");
    uint8_t *y = lar_output_dense(call, 0, &shape, err);
    struct lar_broadcast w;
    if (!y || !lar_broadcast_begin(&w, &shape, call->inputs, 2))
        return y != NULL;
    do
        for (uint64_t i = 0; i < w.n; i++) {
            uint64_t p = w.at[0] + i * w.step[0], q = w.at[1] + i * w.step[1];
            y[w.out + i] = a->kinds[p] == LAR_STRING_TEXT && lar_text_equal(a, p, b, q);
        }
    while (lar_broadcast_next(&w));
    return true;
}

static bool equal_run(struct lar_call *call, struct lar_error *err)
{
    if (call->inputs[0]->type == LAR_TYPE_STRING)
        return equal_strings(call, err);
    if (call->inputs[0]->type == LAR_TYPE_BOOL)
        return lar_binary_run(call, equal_bool, err);
    return run(call, (const lar_binary_loop[]){equal_f64, equal_f32, equal_i64, equal_i32}, err);
}

static bool and_run(struct lar_call *call, struct lar_error *err)
{
    return lar_binary_run(call, and_bool, err);
}

static bool or_run(struct lar_call *call, struct lar_error *err)
{
    return lar_binary_run(call, or_bool, err);
}

static bool not_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                      struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_BOOL), -1, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_BOOL, node->inputs[0]->shape);
    return true;
}

static bool not_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *a = call->inputs[0];
    const uint8_t *x = a->data;
    uint8_t *y = lar_output_dense(call, 0, &a->shape, err);
    for (uint64_t i = 0, n = lar_tensor_count(a); y && i < n; i++)
        y[i] = !x[i];
    return y != NULL;
}

/* Where(condition, x, y) */
static bool where_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    const unsigned types = LAR_TYPES_ANY & ~LAR_TYPE_BIT(LAR_TYPE_STRING);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_BOOL), -1, err) ||
        !lar_infer_dense(node, 1, types, -1, err) || !lar_infer_dense(node, 2, types, -1, err))
        return false;
    const struct lar_value_info *x = node->inputs[1], *y = node->inputs[2];
    struct lar_shape shape;
    if (x->type != y->type)
        return lar_infer_refuse(err, "inputs of types %s and %s", lar_type_name(x->type),
                                lar_type_name(y->type));
    if (!lar_shape_broadcast(&shape, &x->shape, &y->shape) ||
        !lar_shape_broadcast(&shape, &shape, &node->inputs[0]->shape))
        return lar_infer_refuse(err, "shapes do not fit together");
    *ret = lar_infer_result(x->type, shape);
    return true;
}

/* One run of the walk: elements of TYPE are as wide as those of X and Y. */
#define SELECT(type)                                                                               \
    for (uint64_t i = 0; i < w->n; i++)                                                            \
        ((type *)out)[w->out + i] = c[w->at[0] + i * w->step[0]]                                   \
                                        ? ((const type *)x)[w->at[1] + i * w->step[1]]             \
                                        : ((const type *)y)[w->at[2] + i * w->step[2]];            \
    break

static void select_run(const struct lar_broadcast *w, size_t size, void *out, const uint8_t *c,
                       const void *x, const void *y)
{
    switch (size) {
    case 1: SELECT(uint8_t);
    case 2: SELECT(uint16_t);
    case 4: SELECT(uint32_t);
    default: SELECT(uint64_t);
    }
}

static bool where_run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *c = call->inputs[0], *x = call->inputs[1], *y = call->inputs[2];
    struct lar_shape shape;
    if (!lar_shape_broadcast(&shape, &x->shape, &y->shape) ||
        !lar_shape_broadcast(&shape, &shape, &c->shape))
        return lar_fail(err, LAR_ERR_INVALID, "shapes do not fit together");
    void *out = lar_output_dense(call, 0, &shape, err);
    struct lar_broadcast w;
    if (!out || !lar_broadcast_begin(&w, &shape, call->inputs, 3))
        return out != NULL;
    do
        select_run(&w, lar_type_size(x->type), out, c->data, x->data, y->data);
    while (lar_broadcast_next(&w));
    return true;
}

#define TWO_INPUTS .min_inputs = 2, .max_inputs = 2, .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_greater = {
    .signature = {.name = "Greater", .version = 13, TWO_INPUTS, .infer = infer},
    .run = greater_run};
const struct lar_operator lar_operator_greater_or_equal = {
    .signature = {.name = "GreaterOrEqual", .version = 16, TWO_INPUTS, .infer = infer},
    .run = greater_equal_run};
const struct lar_operator lar_operator_less = {
    .signature = {.name = "Less", .version = 13, TWO_INPUTS, .infer = infer}, .run = less_run};
const struct lar_operator lar_operator_less_or_equal = {
    .signature = {.name = "LessOrEqual", .version = 16, TWO_INPUTS, .infer = infer},
    .run = less_equal_run};
const struct lar_operator lar_operator_equal = {
    .signature = {.name = "Equal", .version = 19, TWO_INPUTS, .infer = equal_infer},
    .run = equal_run};
const struct lar_operator lar_operator_and = {
    .signature = {.name = "And", .version = 7, TWO_INPUTS, .infer = bool_infer}, .run = and_run};
const struct lar_operator lar_operator_or = {
    .signature = {.name = "Or", .version = 7, TWO_INPUTS, .infer = bool_infer}, .run = or_run};
const struct lar_operator lar_operator_not = {.signature = {.name = "Not",
                                                            .version = 1,
                                                            .min_inputs = 1,
                                                            .max_inputs = 1,
                                                            .min_outputs = 1,
                                                            .max_outputs = 1,
                                                            .infer = not_infer},
                                              .run = not_run};
const struct lar_operator lar_operator_where = {.signature = {.name = "Where",
                                                              .version = 16,
                                                              .min_inputs = 3,
                                                              .max_inputs = 3,
                                                              .min_outputs = 1,
                                                              .max_outputs = 1,
                                                              .infer = where_infer},
                                                .run = where_run};

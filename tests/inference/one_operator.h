/* Running one operator without a graph: infers, verifies, prepares, runs.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_INFERENCE_ONE_OPERATOR_H
#define TESTS_INFERENCE_ONE_OPERATOR_H

#include "inference/kernels.h"
#include "inference/operator.h"
#include "tests/check_main.h"

#include <math.h>
#include <string.h>

#define ONE_MAX 16 /* inputs, params */

/* Tensors over literal values, which live as long as the block they stand in; over arrays. */
#define TENSOR(lar_type_, type_, shape_, ...)                                                      \
    {                                                                                              \
        .type = (lar_type_), .layout = LAR_LAYOUT_DENSE, .shape = shape_, .data = (type_[])        \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define ARRAY(lar_type_, data_, ...)                                                               \
    {                                                                                              \
        .type = (lar_type_), .layout = LAR_LAYOUT_DENSE, .shape = LAR_SHAPE(__VA_ARGS__),          \
        .data = (data_)                                                                            \
    }
#define F64(shape_, ...) TENSOR(LAR_TYPE_F64, double, shape_, __VA_ARGS__)
#define F32(shape_, ...) TENSOR(LAR_TYPE_F32, float, shape_, __VA_ARGS__)
#define I64(shape_, ...) TENSOR(LAR_TYPE_I64, int64_t, shape_, __VA_ARGS__)
#define I32(shape_, ...) TENSOR(LAR_TYPE_I32, int32_t, shape_, __VA_ARGS__)
#define BOOLS(shape_, ...) TENSOR(LAR_TYPE_BOOL, uint8_t, shape_, __VA_ARGS__)
#define S(...) LAR_SHAPE(__VA_ARGS__)
#define SCALAR_I64(v) I64(LAR_SCALAR, v)

struct one {
    const char *op;
    struct lar_tensor inputs[ONE_MAX];
    uint32_t n_inputs;
    unsigned constants; /* bit k: input k is a constant */
    unsigned rows;      /* bit k: dimension 0 of input k is the batch's */
    unsigned left_out;  /* bit k: input k is left out */
    uint32_t n_outputs; /* 0 means 1; a second one is in out_1 */
    struct {
        const char *name;
        struct lar_tensor tensor;
    } params[ONE_MAX];

    /* filled by one_infer(), one_run() */
    struct lar_value_info infos[ONE_MAX], result, result_1;
    const struct lar_value_info *info_list[ONE_MAX];
    struct lar_param param_list[ONE_MAX];
    struct lar_node_info node;
    struct lar_arena arena;
    struct lar_scratch *scratch;
    struct lar_tensor out, out_1;
    struct lar_error err;
};

static inline bool one_infer(struct one *o)
{
    o->err = (struct lar_error){0};
    const struct lar_signature *s = lar_operators.find(o->op, 0);
    ck_assert_msg(s != NULL, "no operator %s", o->op);
    uint32_t n_params = 0;
    for (uint32_t k = 0; k < o->n_inputs; k++) {
        const struct lar_tensor *t = &o->inputs[k];
        o->infos[k] =
            (struct lar_value_info){t->type, t->layout, t->shape, o->constants >> k & 1 ? t : NULL};
        if (o->rows >> k & 1)
            o->infos[k].shape.dims[0] = LAR_DIM_ROWS;
        o->info_list[k] = o->left_out >> k & 1 ? NULL : &o->infos[k];
    }
    for (; n_params < ONE_MAX && o->params[n_params].name; n_params++)
        o->param_list[n_params] =
            (struct lar_param){o->params[n_params].name, &o->params[n_params].tensor};
    uint32_t n_outputs = o->n_outputs ? o->n_outputs : 1;
    struct lar_value_info results[2] = {0};
    ck_assert_uint_le(n_outputs, 2);
    o->node =
        (struct lar_node_info){s, o->info_list, o->param_list, o->n_inputs, n_params, n_outputs};
    bool ok = lar_node_infer(&o->node, results, &o->err);
    o->result = results[0];
    o->result_1 = results[1];
    return ok;
}

/* An output of what RESULT says, with memory where its shape is known before the run. */
static inline struct lar_tensor one_output(const struct one *o, const struct lar_value_info *result,
                                           bool view)
{
    struct lar_tensor out = {.type = result->type, .layout = result->layout};
    struct lar_shape shape = result->shape;
    uint64_t n;
    for (uint32_t d = 0; d < shape.rank; d++)
        if (shape.dims[d] == LAR_DIM_ROWS)
            for (uint32_t k = 0; k < o->n_inputs; k++)
                if (o->rows >> k & 1)
                    shape.dims[d] = o->inputs[k].shape.dims[0];
    if (!view && result->layout == LAR_LAYOUT_DENSE && result->type != LAR_TYPE_STRING &&
        lar_shape_count(&shape, &n)) {
        out.shape = shape;
        out.data = lar_scratch_take(o->scratch, n, lar_type_size(out.type));
    }
    return out;
}

/* Runs with KERNELS; the result is in o->out, its memory in o->scratch. */
static inline bool one_run_with(struct one *o, const struct lar_kernels *kernels)
{
    if (!one_infer(o))
        return false;
    const struct lar_operator *op = lar_operator_of(o->node.signature);
    void *state = NULL;
    lar_arena_init(&o->arena, 1 << 30);
    o->scratch = lar_scratch_new(1 << 20, 1 << 28, &o->err);
    ck_assert_ptr_nonnull(o->scratch);
    if ((op->verify && !op->verify(&o->node, &o->err)) ||
        (op->prepare && !op->prepare(&o->node, &o->arena, &state, &o->err)))
        return false;
    const struct lar_tensor *inputs[ONE_MAX];
    for (uint32_t k = 0; k < o->n_inputs; k++)
        inputs[k] = o->left_out >> k & 1 ? NULL : &o->inputs[k];
    struct lar_tensor outputs[2] = {one_output(o, &o->result, op->view)};
    if (o->n_outputs > 1)
        outputs[1] = one_output(o, &o->result_1, false);
    struct lar_call call = {&o->node, state, inputs, outputs, o->scratch, kernels};
    bool ok = op->run(&call, &o->err);
    o->out = outputs[0];
    o->out_1 = outputs[1];
    return ok;
}

static inline bool one_run(struct one *o)
{
    return one_run_with(o, lar_kernels_best());
}

static inline void one_finish(struct one *o)
{
    lar_arena_finish(&o->arena);
    lar_scratch_free(o->scratch);
    o->scratch = NULL;
}

static inline void assert_shape(const struct lar_shape *is, struct lar_shape should)
{
    char a[128], b[128];
    ck_assert_msg(lar_shape_equal(is, &should), "shape %s, not %s",
                  lar_shape_print(is, a, sizeof a), lar_shape_print(&should, b, sizeof b));
}

/* Equal in every bit; any NaN equals any other. */
static inline void assert_f64(const struct lar_tensor *t, struct lar_shape shape,
                              const double *should)
{
    ck_assert_int_eq(t->type, LAR_TYPE_F64);
    assert_shape(&t->shape, shape);
    const double *is = t->data;
    for (uint64_t i = 0; i < lar_tensor_count(t); i++)
        ck_assert_msg((isnan(is[i]) && isnan(should[i])) ||
                          memcmp(&is[i], &should[i], sizeof *is) == 0,
                      "element %llu is %.17g, not %.17g", (unsigned long long)i, is[i], should[i]);
}

/* Equal bytes: for integers, bool and float32 without NaN. */
static inline void assert_bytes(const struct lar_tensor *t, enum lar_type type,
                                struct lar_shape shape, const void *should)
{
    ck_assert_int_eq(t->type, type);
    assert_shape(&t->shape, shape);
    ck_assert_mem_eq(t->data, should, lar_tensor_count(t) * lar_type_size(type));
}

static inline void assert_texts(const struct lar_tensor *t, struct lar_shape shape,
                                const char *const *should)
{
    ck_assert_int_eq(t->type, LAR_TYPE_STRING);
    assert_shape(&t->shape, shape);
    ck_assert_ptr_null(lar_tensor_fault(t, t->offsets[lar_tensor_count(t)]));
    for (uint64_t i = 0; i < lar_tensor_count(t); i++) {
        size_t n = (size_t)(t->offsets[i + 1] - t->offsets[i]);
        ck_assert_uint_eq(n, strlen(should[i]));
        ck_assert_mem_eq((const char *)t->data + t->offsets[i], should[i], n);
    }
}

/* Runs O, which must succeed, and compares with the float64 values. */
#define EXPECT_F64(o, shape_, ...)                                                                 \
    do {                                                                                           \
        ck_assert_msg(one_run(o), "%s", (o)->err.text);                                            \
        assert_f64(&(o)->out, shape_, (const double[]){__VA_ARGS__});                              \
        one_finish(o);                                                                             \
    } while (0)
#define EXPECT_BYTES(o, lar_type_, type_, shape_, ...)                                             \
    do {                                                                                           \
        ck_assert_msg(one_run(o), "%s", (o)->err.text);                                            \
        assert_bytes(&(o)->out, lar_type_, shape_, (const type_[]){__VA_ARGS__});                  \
        one_finish(o);                                                                             \
    } while (0)
/* infer() must refuse O with a text that holds TEXT. */
#define EXPECT_REFUSED(o, text_)                                                                   \
    do {                                                                                           \
        ck_assert(!one_infer(o));                                                                  \
        ck_assert_msg(strstr((o)->err.text, text_) != NULL, "%s", (o)->err.text);                  \
    } while (0)

#endif

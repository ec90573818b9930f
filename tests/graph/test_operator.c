/* What lar_node_infer() checks before and after an operator's own infer.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/graph/tiny.h"

static double two[] = {1, 2};
static uint8_t yes = 1;
static const struct lar_tensor factor = {
    .type = LAR_TYPE_F64, .layout = LAR_LAYOUT_DENSE, .shape = {1, {2}}, .data = two};
static const struct lar_tensor sparse = {
    .type = LAR_TYPE_BOOL, .layout = LAR_LAYOUT_DENSE, .shape = {0, {0}}, .data = &yes};
static const struct lar_tensor matrix = {
    .type = LAR_TYPE_F32, .layout = LAR_LAYOUT_CSR, .shape = {2, {0, 0}}};
static const struct lar_value_info x = {
    .type = LAR_TYPE_F64, .layout = LAR_LAYOUT_DENSE, .shape = {2, {LAR_DIM_ROWS, 2}}};

/* Infers OP over up to two inputs; the error's text, or NULL. */
static const char *infer(const char *op, uint32_t n_inputs, uint32_t n_outputs,
                         const struct lar_param *params, uint32_t n_params)
{
    static struct lar_error err;
    struct lar_value_info ret[4];
    const struct lar_value_info *inputs[] = {&x, n_inputs > 2 ? NULL : &x, &x, &x};
    const struct lar_node_info node = {.signature = tiny_find(op, 0),
                                       .inputs = inputs,
                                       .params = params,
                                       .n_inputs = n_inputs,
                                       .n_params = n_params,
                                       .n_outputs = n_outputs};
    lar_error_clear(&err);
    if (!lar_node_infer(&node, ret, &err))
        return err.text;
    for (uint32_t i = 0; i < n_outputs; i++)
        ck_assert_ptr_null(ret[i].constant);
    return NULL;
}

#define INFER(op, inputs, outputs, ...)                                                            \
    infer(op, inputs, outputs, (const struct lar_param[]){__VA_ARGS__},                            \
          sizeof((const struct lar_param[]){__VA_ARGS__}) / sizeof(struct lar_param))

START_TEST(numbers_of_inputs_and_outputs)
{
    ck_assert_ptr_null(infer("Add", 2, 1, NULL, 0));
    ck_assert_ptr_null(infer("test.Copy", 1, 3, NULL, 0));
    ck_assert_str_eq(infer("Add", 1, 1, NULL, 0), "Add: 1 inputs where 2 to 2 are taken");
    ck_assert_str_eq(infer("Add", 3, 1, NULL, 0), "Add: 3 inputs where 2 to 2 are taken");
    ck_assert_str_eq(infer("Add", 2, 0, NULL, 0), "Add: 0 outputs where 1 to 1 are given");
    ck_assert_str_eq(infer("test.Copy", 1, 4, NULL, 0),
                     "test.Copy: 4 outputs where 1 to 3 are given");
}
END_TEST

START_TEST(params_as_declared)
{
    ck_assert_ptr_null(INFER("test.Scale", 1, 1, {"factor", &factor}));
    ck_assert_ptr_null(
        INFER("test.Scale", 1, 1, {"matrix", &matrix}, {"factor", &factor}, {"sparse", &sparse}));
    ck_assert_str_eq(infer("test.Scale", 1, 1, NULL, 0),
                     "test.Scale: parameter 'factor' is missing");
    ck_assert_str_eq(INFER("test.Scale", 1, 1, {"factor", &factor}, {"factor", &factor}),
                     "test.Scale: parameter 'factor' is given twice");
    ck_assert_str_eq(INFER("test.Scale", 1, 1, {"weight", &factor}),
                     "test.Scale: it has no parameter 'weight'");
    ck_assert_str_eq(INFER("Add", 2, 1, {"factor", &factor}), "Add: it has no parameter 'factor'");
    ck_assert_str_eq(INFER("test.Scale", 1, 1, {"factor", &sparse}),
                     "test.Scale: parameter 'factor' has rank 0, not 1");
    ck_assert_str_eq(INFER("test.Scale", 1, 1, {"words", &factor}),
                     "test.Scale: parameter 'words' is float64, not string");
    ck_assert_str_eq(INFER("test.Scale", 1, 1, {"words", &matrix}),
                     "test.Scale: parameter 'words' is sparse float32, not string");
}
END_TEST

START_TEST(what_infer_gives_is_checked)
{
    ck_assert_str_eq(infer("test.Silent", 0, 1, NULL, 0),
                     "test.Silent: no type was inferred for output 0");
    struct lar_error err = {0};
    struct lar_value_info ret, wide = x;
    const struct lar_value_info *inputs[] = {&wide};
    const struct lar_node_info node = {
        .signature = tiny_find("test.Flat", 1), .inputs = inputs, .n_inputs = 1, .n_outputs = 1};
    wide.shape = LAR_SHAPE(1 << 10, 1 << 10);
    ck_assert(lar_node_infer(&node, &ret, &err));
    wide.shape = LAR_SHAPE(1 << 10, 1 << 11);
    ck_assert(!lar_node_infer(&node, &ret, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "test.Flat: the shape of output 0 is out of range"));
}
END_TEST

static int64_t read_i64(enum lar_type type, const void *data)
{
    const struct lar_tensor t = {
        .type = type, .layout = LAR_LAYOUT_DENSE, .data = (void *)(uintptr_t)data};
    const struct lar_param params[] = {{"other", &factor}, {"n", &t}};
    const struct lar_node_info node = {.params = params, .n_params = 2};
    return lar_node_param_i64(&node, "n", 99);
}

START_TEST(scalars_are_read)
{
    const int64_t minus = -2;
    const double d = 0.1;
    const float f = 0.5f;
    const struct lar_tensor td = {.type = LAR_TYPE_F64, .data = (void *)(uintptr_t)&d};
    const struct lar_tensor tf = {.type = LAR_TYPE_F32, .data = (void *)(uintptr_t)&f};
    const struct lar_param params[] = {{"d", &td}, {"f", &tf}};
    const struct lar_node_info node = {.params = params, .n_params = 2};
    ck_assert_int_eq(read_i64(LAR_TYPE_I64, &minus), -2);
    ck_assert_int_eq(read_i64(LAR_TYPE_I32, &minus), -2);
    ck_assert_int_eq(read_i64(LAR_TYPE_I16, &minus), -2);
    ck_assert_int_eq(read_i64(LAR_TYPE_I8, &minus), -2);
    ck_assert_int_eq(read_i64(LAR_TYPE_U8, &minus), 254);
    ck_assert_int_eq(read_i64(LAR_TYPE_U16, &minus), 65534);
    ck_assert_int_eq(read_i64(LAR_TYPE_U32, &minus), 4294967294);
    ck_assert_int_eq(read_i64(LAR_TYPE_BOOL, &yes), 1);
    ck_assert_int_eq(lar_node_param_i64(&node, "n", 99), 99);
    ck_assert_double_eq(lar_node_param_f64(&node, "d", 9), 0.1);
    ck_assert_double_eq(lar_node_param_f64(&node, "f", 9), 0.5);
    ck_assert_double_eq(lar_node_param_f64(&node, "g", 9), 9);
    ck_assert_ptr_eq(lar_node_param(&node, "f"), &tf);
    ck_assert_ptr_null(lar_node_param(&node, "g"));
}
END_TEST

int main(void)
{
    return check_main("operator",
                      (const TTest *[]){numbers_of_inputs_and_outputs, params_as_declared,
                                        what_infer_gives_is_checked, scalars_are_read, NULL});
}

/* SPDX-License-Identifier: MIT */
#include "inference/plan.h"

#include "inference/plan_private.h"
#include "tests/inference/model.h"

#include <math.h>
#include <pthread.h>

/* Counted by the linker's --wrap: whatever our code allocates. */
static _Atomic unsigned long allocations;
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n)
{
    allocations++;
    return __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t size)
{
    allocations++;
    return __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n)
{
    allocations++;
    return __real_realloc(p, n);
}

/* A logistic regression over 3 columns with the classes no, perhaps, yes; and an input that only
 * method "other" reads. */
static void classifier(struct model *m)
{
    static const double coef[] = {1, 0, -1, 0, 1, 0, 0.5, 0.5, 0.5}, intercept[] = {0, 0.25, 0};
    static const int64_t one[] = {1};
    struct lar_draft *d = model_draft();
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_value z = lar_draft_input(d, "Z", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS));
    lar_value w = lar_draft_f64(d, coef, LAR_SHAPE(3, 3));
    lar_value b = lar_draft_f64(d, intercept, LAR_SHAPE(3));
    lar_value classes =
        lar_draft_strings(d, (const char *const[]){"no", "perhaps", "yes"}, NULL, NULL, 3);
    lar_value axis = lar_draft_scalar_i64(d, 1), zero = lar_draft_scalar_i64(d, 0);
    lar_value scores = lar_draft_apply(d, "Add", 2, lar_draft_apply(d, "MatMul", 2, x, w), b);
    lar_value proba = lar_draft_apply(d, "Softmax", 1, scores);
    lar_value best =
        lar_draft_node(d, &(struct lar_node_args){.op = "ArgMax",
                                                  .inputs = &scores,
                                                  .n_inputs = 1,
                                                  .params = {{"axis", axis}, {"keepdims", zero}}});
    lar_value labels = lar_draft_apply(d, "Gather", 2, classes, best);
    lar_value column = lar_draft_apply(d, "Unsqueeze", 2, z, lar_draft_i64(d, one, LAR_SHAPE(1)));
    uint32_t predict = lar_draft_method(d, "predict");
    lar_draft_output(d, predict, "predict", labels, LAR_NO_VALUE);
    lar_draft_output(d, lar_draft_method(d, "predict_proba"), "predict_proba", proba, classes);
    lar_draft_output(d, lar_draft_method(d, "decision_function"), "decision_function", scores,
                     classes);
    uint32_t other = lar_draft_method(d, "other");
    lar_draft_output(d, other, "other", lar_draft_apply(d, "Mul", 2, column, x), LAR_NO_VALUE);
    lar_draft_output(d, other, "same", x, LAR_NO_VALUE);
    lar_draft_output(d, other, "classes", classes, LAR_NO_VALUE);
    model_plan(m, d);
}

static const double rows_of_x[] = {1, 2, 3, -1, 0, 4, 0, 0, 0, 2, -2, 2};
/* X times the coefficients and the intercepts, by hand */
static const double scores_of_x[] = {2.5, 3.75, 0.5, 1, 2.25, 3, 0, 0.25, 0, 3, -0.75, -1};

static const char *text(const struct lar_tensor *t, uint64_t i)
{
    static char copy[64];
    size_t n = (size_t)(t->offsets[i + 1] - t->offsets[i]);
    ck_assert_uint_lt(n, sizeof copy);
    memcpy(copy, (const char *)t->data + t->offsets[i], n);
    copy[n] = 0;
    return copy;
}

START_TEST(methods_answer)
{
    struct model m;
    struct lar_error err = {0};
    classifier(&m);
    struct lar_scratch *s = lar_scratch_new(1 << 20, 1 << 24, &err);
    struct lar_tensor inputs[2] = {matrix_f64(rows_of_x, 4, 3)}, ret[3];
    uint32_t all[] = {model_output(&m, "predict_proba"), model_output(&m, "predict"),
                      model_output(&m, "decision_function")};
    ck_assert_msg(lar_plan_run(m.plan, s, inputs, 4, all, 3, ret, &err), "%s", err.text);
    ck_assert_mem_eq(ret[2].data, scores_of_x, sizeof scores_of_x);
    ck_assert_int_eq(ret[1].shape.rank, 1);
    ck_assert_int_eq(ret[1].shape.dims[0], 4);
    ck_assert_str_eq(text(&ret[1], 0), "perhaps");
    ck_assert_str_eq(text(&ret[1], 1), "yes");
    ck_assert_str_eq(text(&ret[1], 2), "perhaps");
    ck_assert_str_eq(text(&ret[1], 3), "no");
    const double *p = ret[0].data;
    for (int i = 0; i < 4; i++) {
        double e[3], sum = 0;
        for (int j = 0; j < 3; j++)
            sum += e[j] = exp(scores_of_x[3 * i + j]);
        for (int j = 0; j < 3; j++)
            ck_assert_double_eq_tol(p[3 * i + j], e[j] / sum, 1e-15);
    }
    lar_scratch_free(s);
    model_finish(&m);
}
END_TEST

START_TEST(only_what_is_asked_for_is_needed)
{
    struct model m;
    struct lar_error err = {0};
    classifier(&m);
    struct lar_scratch *s = lar_scratch_new(1 << 20, 1 << 24, &err);
    struct lar_tensor inputs[2] = {matrix_f64(rows_of_x, 4, 3)}, ret[3];
    uint32_t other[] = {model_output(&m, "other"), model_output(&m, "same"),
                        model_output(&m, "classes")};
    ck_assert(!lar_plan_run(m.plan, s, inputs, 4, other, 3, ret, &err));
    ck_assert_str_eq(err.text, "input 'Z' is missing");
    err = (struct lar_error){0};
    lar_scratch_reset(s);
    static const double z[] = {1, 2, 3, 4};
    inputs[1] = matrix_f64(z, 4, 0);
    inputs[1].shape = LAR_SHAPE(4);
    ck_assert_msg(lar_plan_run(m.plan, s, inputs, 4, other, 3, ret, &err), "%s", err.text);
    ck_assert_mem_eq(ret[0].data, ((const double[]){1, 2, 3, -2, 0, 8, 0, 0, 0, 8, -8, 8}),
                     12 * sizeof *z);
    ck_assert_ptr_eq(ret[1].data, rows_of_x);
    ck_assert_str_eq(text(&ret[2], 2), "yes");
    lar_scratch_free(s);
    model_finish(&m);
}
END_TEST

static void refuses(const struct model *m, struct lar_scratch *s, struct lar_tensor x,
                    uint64_t rows, const char *text)
{
    struct lar_error err = {0};
    struct lar_tensor ret, inputs[2] = {x};
    uint32_t predict = model_output(m, "predict");
    lar_scratch_reset(s);
    ck_assert(!lar_plan_run(m->plan, s, inputs, rows, &predict, 1, &ret, &err));
    ck_assert_msg(err.code == LAR_ERR_INVALID || err.code == LAR_ERR_LIMIT, "%d", err.code);
    ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
}

START_TEST(inputs_are_checked)
{
    struct model m;
    struct lar_error err = {0};
    classifier(&m);
    struct lar_scratch *s = lar_scratch_new(1 << 20, 1 << 24, &err);
    struct lar_tensor x = matrix_f64(rows_of_x, 3, 4);
    refuses(&m, s, x, 3, "input 'X' has shape [3,4], not [rows,3] (of 3 rows)");
    x.shape = LAR_SHAPE(4, 3);
    refuses(&m, s, x, 3, "input 'X' has shape [4,3]");
    x.shape = LAR_SHAPE(12);
    refuses(&m, s, x, 4, "input 'X' has shape [12]");
    x = matrix_f64(rows_of_x, 4, 3);
    x.type = LAR_TYPE_F32;
    refuses(&m, s, x, 4, "input 'X' is float32, not float64");
    x.type = LAR_TYPE_F64;
    x.layout = LAR_LAYOUT_CSR;
    refuses(&m, s, x, 4, "input 'X'");
    refuses(&m, s, matrix_f64(NULL, 4, 3), 4, "input 'X' is missing");
    /* a number of rows whose product with the columns' bytes wraps */
    refuses(&m, s, matrix_f64(rows_of_x, INT64_MAX / 3, 3), INT64_MAX / 3, "");
    refuses(&m, s, matrix_f64(rows_of_x, (int64_t)1 << 59, 3), UINT64_C(1) << 59, "");
    refuses(&m, s, matrix_f64(rows_of_x, (int64_t)1 << 30, 3), 1 << 30, "limit of 16777216 bytes");
    lar_scratch_free(s);
    model_finish(&m);
}
END_TEST

START_TEST(zero_rows)
{
    struct model m;
    struct lar_error err = {0};
    classifier(&m);
    struct lar_scratch *s = lar_scratch_new(1 << 20, 1 << 24, &err);
    struct lar_tensor inputs[2] = {matrix_f64(rows_of_x, 0, 3)}, ret[2];
    uint32_t outputs[] = {model_output(&m, "predict_proba"), model_output(&m, "predict")};
    ck_assert_msg(lar_plan_run(m.plan, s, inputs, 0, outputs, 2, ret, &err), "%s", err.text);
    ck_assert_int_eq(ret[0].shape.dims[0], 0);
    ck_assert_int_eq(ret[0].shape.dims[1], 3);
    ck_assert_int_eq(ret[1].shape.dims[0], 0);
    ck_assert_ptr_nonnull(ret[1].offsets);
    lar_scratch_free(s);
    model_finish(&m);
}
END_TEST

/* Dimensions besides the rows: a symbol is one size in a run, an unknown one any. */
START_TEST(symbols_are_one_size)
{
    struct model m;
    struct lar_error err = {0};
    static const double x[] = {1, 2, 3, 4, 5, 6}, y[] = {10, 20, 30, 40, 50, 60};
    struct lar_draft *d = model_draft();
    struct lar_shape shape = LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_SYMBOL(1));
    lar_value a = lar_draft_input(d, "a", LAR_TYPE_F64, shape);
    lar_value b = lar_draft_input(d, "b", LAR_TYPE_F64, shape);
    lar_value c = lar_draft_input(d, "c", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_UNKNOWN, 1));
    uint32_t method = lar_draft_method(d, "predict");
    lar_value sum = lar_draft_apply(d, "Add", 2, a, b);
    lar_draft_output(d, method, "sum", sum, LAR_NO_VALUE);
    lar_draft_output(d, method, "more", lar_draft_apply(d, "Add", 2, sum, c), LAR_NO_VALUE);
    model_plan(&m, d);
    struct lar_scratch *s = lar_scratch_new(1 << 20, 1 << 24, &err);
    const uint32_t all[] = {0, 1};
    struct lar_tensor ret[2],
        inputs[] = {matrix_f64(x, 2, 3), matrix_f64(y, 2, 3), matrix_f64(x, 1, 1)};
    ck_assert_msg(lar_plan_run(m.plan, s, inputs, 2, all, 2, ret, &err), "%s", err.text);
    ck_assert_mem_eq(ret[0].data, ((const double[]){11, 22, 33, 44, 55, 66}), sizeof x);
    ck_assert_mem_eq(ret[1].data, ((const double[]){12, 23, 34, 45, 56, 67}), sizeof x);
    inputs[1] = matrix_f64(y, 2, 1); /* would broadcast, but the symbol says otherwise */
    ck_assert(!lar_plan_run(m.plan, s, inputs, 2, all, 2, ret, &err));
    ck_assert_int_eq(err.code, LAR_ERR_INVALID);
    err = (struct lar_error){0};
    inputs[1] = matrix_f64(y, 2, 3);
    inputs[2] = matrix_f64(x, 3, 1); /* fits neither 1 nor the rows */
    ck_assert(!lar_plan_run(m.plan, s, inputs, 2, all, 2, ret, &err));
    ck_assert_int_eq(err.code, LAR_ERR_INVALID);
    lar_scratch_free(s);
    model_finish(&m);
}
END_TEST

START_TEST(running_allocates_nothing)
{
    struct model m;
    struct lar_error err = {0};
    classifier(&m);
    struct lar_scratch *s = lar_scratch_new(1 << 20, 1 << 24, &err);
    struct lar_tensor inputs[2] = {0}, ret[2];
    uint32_t outputs[] = {model_output(&m, "predict_proba"), model_output(&m, "predict")};
    ck_assert_uint_gt(allocations, 0); /* the counter counts */
    unsigned long before = allocations;
    bool ok = true; /* check's assertions allocate */
    for (int i = 0; i < 5000; i++) {
        lar_scratch_reset(s);
        inputs[0] = matrix_f64(rows_of_x, i % 5, 3);
        ok &= lar_plan_run(m.plan, s, inputs, (uint64_t)(i % 5), outputs, 2, ret, &err);
    }
    unsigned long after = allocations;
    ck_assert(ok);
    ck_assert_uint_eq(after, before);
    lar_scratch_free(s);
    model_finish(&m);
}
END_TEST

/* y = x + 1 + 1 + ...: a chain that two buffers are enough for, of which outputs keep theirs. */
START_TEST(buffers_are_shared)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_draft *d = model_draft();
    lar_value v = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 2));
    lar_value one = lar_draft_scalar_f64(d, 1), middle = v;
    static const int64_t shape[] = {-1, 2, 1}, back[] = {-1, 2};
    for (int i = 0; i < 40; i++) {
        v = lar_draft_apply(d, "Add", 2, v, one);
        if (i == 19)
            middle = v;
        if (i % 10 == 5) { /* a view keeps what it shows alive */
            v = lar_draft_apply(d, "Reshape", 2, v, lar_draft_i64(d, shape, LAR_SHAPE(3)));
            v = lar_draft_apply(d, "Reshape", 2, v, lar_draft_i64(d, back, LAR_SHAPE(2)));
        }
    }
    uint32_t method = lar_draft_method(d, "predict");
    lar_draft_output(d, method, "last", v, LAR_NO_VALUE);
    lar_draft_output(d, method, "middle", middle, LAR_NO_VALUE);
    model_plan(&m, d);
    ck_assert_uint_eq(m.plan->n_slots, 3);
    struct lar_scratch *s = lar_scratch_new(1 << 20, 1 << 24, &err);
    static const double x[] = {1, 2, 3, 4, 5, 6};
    struct lar_tensor input = matrix_f64(x, 3, 2), ret[2];
    ck_assert_msg(lar_plan_run(m.plan, s, &input, 3, (const uint32_t[]){0, 1}, 2, ret, &err), "%s",
                  err.text);
    ck_assert_mem_eq(ret[0].data, ((const double[]){41, 42, 43, 44, 45, 46}), sizeof x);
    ck_assert_mem_eq(ret[1].data, ((const double[]){21, 22, 23, 24, 25, 26}), sizeof x);
    lar_scratch_free(s);
    model_finish(&m);
}
END_TEST

START_TEST(cost_grows_with_rows_and_work)
{
    struct model m;
    classifier(&m);
    uint32_t proba = model_output(&m, "predict_proba"), same = model_output(&m, "same");
    double one = lar_plan_cost(m.plan, &proba, 1, 1),
           many = lar_plan_cost(m.plan, &proba, 1, 10000);
    ck_assert_double_gt(one, 0);
    ck_assert_double_lt(one, 20000);
    ck_assert_double_gt(many, 100 * one);
    ck_assert_double_lt(lar_plan_cost(m.plan, &same, 1, 10000), one);
    ck_assert_uint_gt(lar_plan_bytes(m.plan), 9 * sizeof(double));
    ck_assert_ptr_eq(lar_plan_flat(m.plan), &m.flat);
    model_finish(&m);
}
END_TEST

START_TEST(wrong_constants_are_refused)
{
    struct model m;
    struct lar_error err = {0};
    static const int64_t index[] = {0, 3};
    struct lar_draft *d = model_draft();
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_value y = lar_draft_node(
        d,
        &(struct lar_node_args){.op = "Gather",
                                .inputs = (lar_value[]){x, lar_draft_i64(d, index, LAR_SHAPE(2))},
                                .n_inputs = 2,
                                .params = {{"axis", lar_draft_scalar_i64(d, 1)}}});
    lar_draft_output(d, lar_draft_method(d, "transform"), "transform", y, LAR_NO_VALUE);
    model_open(&m, d);
    ck_assert(!lar_plan_new(&m.plan, &m.flat, &err));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    ck_assert_str_eq(err.text, "node 0: Gather: index 3 is not among 3");
    model_finish(&m);
}
END_TEST

struct thread {
    const struct model *m;
    int seed;
    bool ok;
};

static void *run_many(void *argument)
{
    struct thread *t = argument;
    struct lar_error err = {0};
    struct lar_scratch *s = lar_scratch_new(1 << 16, 1 << 24, &err);
    uint32_t outputs[] = {model_output(t->m, "decision_function"), model_output(t->m, "predict")};
    t->ok = s != NULL;
    for (int i = 0; i < 300 && t->ok; i++) {
        struct lar_tensor ret[2], inputs[2] = {matrix_f64(rows_of_x, (i + t->seed) % 5, 3)};
        lar_scratch_reset(s);
        t->ok =
            lar_plan_run(t->m->plan, s, inputs, (uint64_t)((i + t->seed) % 5), outputs, 2, ret,
                         &err) &&
            memcmp(ret[0].data, scores_of_x, (size_t)((i + t->seed) % 5) * 3 * sizeof(double)) == 0;
    }
    lar_scratch_free(s);
    return NULL;
}

START_TEST(threads_share_a_plan)
{
    struct model m;
    classifier(&m);
    struct thread threads[4];
    pthread_t ids[4];
    for (int i = 0; i < 4; i++) {
        threads[i] = (struct thread){&m, i, false};
        ck_assert_int_eq(pthread_create(&ids[i], NULL, run_many, &threads[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(ids[i], NULL);
        ck_assert(threads[i].ok);
    }
    model_finish(&m);
}
END_TEST

int main(void)
{
    return check_main("plan",
                      (const TTest *[]){methods_answer, only_what_is_asked_for_is_needed,
                                        inputs_are_checked, zero_rows, symbols_are_one_size,
                                        running_allocates_nothing, buffers_are_shared,
                                        cost_grows_with_rows_and_work, wrong_constants_are_refused,
                                        threads_share_a_plan, NULL});
}

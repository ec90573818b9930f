/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#include <stdlib.h>

START_TEST(small_products)
{
    struct one o = {.op = "MatMul",
                    .inputs = {F64(S(2, 3), 1, 2, 3, 4, 5, 6), F64(S(3, 2), 1, 0, 0, 1, 1, -1)},
                    .n_inputs = 2,
                    .constants = 2,
                    .rows = 1};
    EXPECT_F64(&o, S(2, 2), 4, -1, 10, -1);
    ck_assert_int_eq(o.result.shape.dims[0], LAR_DIM_ROWS);
    o.constants = 0; /* packed in run() */
    EXPECT_F64(&o, S(2, 2), 4, -1, 10, -1);
    o.inputs[1] =
        (struct lar_tensor)F64(S(3, 6), 1, 0, 0, 1, 1, -1, 2, 0, 0, 1, 1, -1, 3, 0, 0, 1, 1, NAN);
    EXPECT_F64(&o, S(2, 6), 14, 0, 0, 6, 6, NAN, 32, 0, 0, 15, 15, NAN);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 3), 0);
    EXPECT_F64(&o, S(0, 6), 0);
    o.inputs[0] = (struct lar_tensor)F64(S(2, 0), 0); /* sums of nothing */
    o.inputs[1] = (struct lar_tensor)F64(S(0, 2), 0);
    EXPECT_F64(&o, S(2, 2), 0, 0, 0, 0);
    o.inputs[0] = (struct lar_tensor)F32(S(1, 2), 2, 3);
    o.inputs[1] = (struct lar_tensor)F32(S(2, 2), 1, 10, 100, 1000);
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(1, 2), 302, 3020);
}
END_TEST

static struct one csr_times(struct lar_tensor dense)
{
    static double data[] = {2, 3, 4};
    static uint64_t indptr[] = {0, 1, 1, 3};
    static uint32_t indices[] = {1, 0, 2};
    return (struct one){.op = "MatMul",
                        .inputs = {{.type = LAR_TYPE_F64,
                                    .layout = LAR_LAYOUT_CSR,
                                    .shape = S(3, 3),
                                    .data = data,
                                    .indptr = indptr,
                                    .indices = indices},
                                   dense},
                        .n_inputs = 2,
                        .constants = 2,
                        .rows = 1};
}

START_TEST(sparse_products)
{
    struct one o = csr_times((struct lar_tensor)F64(S(3, 1), 1, 10, 100));
    EXPECT_F64(&o, S(3, 1), 20, 0, 403);
    o = csr_times((struct lar_tensor)F64(S(3, 5), 1, 0, 0, 0, 2, 0, 1, 0, 0, 2, 0, 0, 1, 0, 2));
    EXPECT_F64(&o, S(3, 5), 0, 2, 0, 0, 4, 0, 0, 0, 0, 0, 3, 0, 4, 0, 14);
    o.inputs[0].type = o.inputs[1].type = LAR_TYPE_F32;
    EXPECT_REFUSED(&o, "a sparse matrix must be of float64");
}
END_TEST

/* A row's results are the same alone, in any batch, at any place, on any CPU level, and whether the
 * second factor is constant or not. */
START_TEST(bits_depend_on_the_row_only)
{
    enum { M = 37, K = 91, N = 21 };
    static double x[M * K], w[K * N], all[M * N];
    uint64_t state = 1;
    for (int i = 0; i < M * K; i++)
        x[i] = ldexp((double)((state = state * UINT64_C(6364136223846793005) + 1) >> 20), -40) - 5;
    for (int i = 0; i < K * N; i++)
        w[i] =
            ldexp((double)((state = state * UINT64_C(6364136223846793005) + 1) >> 20), -44) - 0.3;
    const int widths[] = {1, 3, 4, 5, 8, N};
    for (size_t c = 0; c < sizeof widths / sizeof *widths; c++) {
        int n = widths[c];
        struct one o = {.op = "MatMul",
                        .inputs = {ARRAY(LAR_TYPE_F64, x, M, K), ARRAY(LAR_TYPE_F64, w, K, n)},
                        .n_inputs = 2,
                        .constants = 2};
        ck_assert(one_run_with(&o, &lar_kernels_plain));
        memcpy(all, o.out.data, (size_t)(M * n) * sizeof *all);
        one_finish(&o);
        for (int first = 0; first < M; first += 5)
            for (int rows = 1; rows <= 7 && first + rows <= M; rows++) {
                o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, x + first * K, rows, K);
                o.constants = rows % 2 ? 2 : 0;
                ck_assert(one_run(&o));
                assert_f64(&o.out, S(rows, n), all + first * n);
                one_finish(&o);
            }
    }
}
END_TEST

START_TEST(refused)
{
    struct one o = {
        .op = "MatMul", .inputs = {F64(S(2, 2), 1, 2, 3, 4), F64(S(3, 1), 1, 2, 3)}, .n_inputs = 2};
    EXPECT_REFUSED(&o, "MatMul: [2,2] times [3,1]");
    o.inputs[1] = (struct lar_tensor)F64(S(2), 1, 2);
    EXPECT_REFUSED(&o, "not a matrix of float32 or float64");
    o.inputs[1] = (struct lar_tensor)F32(S(2, 1), 1, 2);
    EXPECT_REFUSED(&o, "float64 times float32");
    o.inputs[1] = (struct lar_tensor)I64(S(2, 1), 1, 2);
    EXPECT_REFUSED(&o, "not a matrix");
    o = csr_times((struct lar_tensor)F64(S(3, 1), 1, 1, 1));
    struct lar_tensor swap = o.inputs[0];
    o.inputs[0] = o.inputs[1];
    o.inputs[1] = swap;
    EXPECT_REFUSED(&o, "is sparse float64 [3,3], not dense");
}
END_TEST

START_TEST(huge_empty_shapes_take_no_time)
{
    struct one o = {.op = "MatMul",
                    .inputs = {F64(S(3, 0), 0), F64(S(0, INT64_C(1) << 38), 0)},
                    .n_inputs = 2,
                    .constants = 2};
    ck_assert(!one_run(&o)); /* the result does not fit */
    one_finish(&o);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 0), 0);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    one_finish(&o);
    o.inputs[1] = (struct lar_tensor)F64(S(INT64_C(1) << 38, 0), 0);
    o.inputs[0] = (struct lar_tensor)F64(S(0, INT64_C(1) << 38), 0);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    one_finish(&o);
}
END_TEST

/* The same bits as MatMul, Add and the activation, for dense rows and for the same ones as CSR. */
static void check_layer(size_t m, size_t k, size_t n, int64_t activation)
{
    static const char *const names[] = {"Identity", "Relu", "Tanh", "Sigmoid"};
    double *x = malloc(m * k * 8), *w = malloc(k * n * 8), *b = malloc(n * 8);
    uint32_t *columns = malloc(m * k * 4);
    uint64_t *rows = malloc((m + 1) * 8);
    for (size_t i = 0; i < m * k; i++) {
        x[i] = sin((double)i * 7 + 1);
        columns[i] = (uint32_t)(i % k);
    }
    for (size_t i = 0; i <= m; i++)
        rows[i] = i * k;
    for (size_t i = 0; i < k * n; i++)
        w[i] = sin((double)i * 3 + 2);
    for (size_t i = 0; i < n; i++)
        b[i] = sin((double)i);
    struct one product = {.op = "MatMul",
                          .inputs = {ARRAY(LAR_TYPE_F64, x, (int64_t)m, (int64_t)k),
                                     ARRAY(LAR_TYPE_F64, w, (int64_t)k, (int64_t)n)},
                          .n_inputs = 2,
                          .constants = 2};
    ck_assert(one_run(&product));
    struct one sum = {
        .op = "Add", .inputs = {product.out, ARRAY(LAR_TYPE_F64, b, (int64_t)n)}, .n_inputs = 2};
    ck_assert(one_run(&sum));
    struct one active = {.op = names[activation], .inputs = {sum.out}, .n_inputs = 1};
    ck_assert(one_run(&active));
    struct one layer = {.op = "larder.Layer",
                        .inputs = {product.inputs[0]},
                        .n_inputs = 1,
                        .params = {{"weights", product.inputs[1]},
                                   {"bias", ARRAY(LAR_TYPE_F64, b, (int64_t)n)},
                                   {"activation", SCALAR_I64(activation)}}};
    for (int csr = 0; csr < 2; csr++) {
        ck_assert_msg(one_run(&layer), "%s", layer.err.text);
        ck_assert_mem_eq(layer.out.data, active.out.data, m * n * 8);
        one_finish(&layer);
        layer.inputs[0].layout = LAR_LAYOUT_CSR;
        layer.inputs[0].indptr = rows;
        layer.inputs[0].indices = columns;
    }
    one_finish(&active);
    one_finish(&sum);
    one_finish(&product);
    free(x), free(w), free(b), free(columns), free(rows);
}

START_TEST(layers)
{
    static const size_t shapes[][3] = {{1, 3, 1},    {5, 8, 4},    {96, 5, 9},
                                       {97, 17, 16}, {200, 4, 21}, {193, 1, 3}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int64_t activation = 0; activation < 4; activation++)
            check_layer(shapes[i][0], shapes[i][1], shapes[i][2], activation);
}
END_TEST

START_TEST(odd_layers)
{
    struct one o = {.op = "larder.Layer",
                    .inputs = {F64(S(2, 0), 0)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"weights", F64(S(0, 2), 0)}, {"bias", F64(S(2), -1, 2)}}};
    EXPECT_F64(&o, S(2, 2), -1, 2, -1, 2);
    o.params[2].name = "activation";
    o.params[2].tensor = (struct lar_tensor)SCALAR_I64(4);
    ck_assert(!one_run(&o));
    ck_assert_str_eq(o.err.text, "there is no activation 4");
    one_finish(&o);
    o.params[1].tensor = (struct lar_tensor)F64(S(3), 1, 2, 3);
    EXPECT_REFUSED(&o, "the bias does not fit");
    o.inputs[0] = (struct lar_tensor)F64(S(2, 1), 1, 1);
    EXPECT_REFUSED(&o, "columns do not fit");
    o.inputs[0] = (struct lar_tensor)F32(S(2, 1), 1, 1);
    EXPECT_REFUSED(&o, "not of float64");
}
END_TEST

int main(void)
{
    return check_main("matmul",
                      (const TTest *[]){small_products, sparse_products,
                                        bits_depend_on_the_row_only, refused,
                                        huge_empty_shapes_take_no_time, layers, odd_layers, NULL});
}

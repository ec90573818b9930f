/* larder.ConcatColumns, larder.ScaleColumns, larder.ToDense, larder.ToCsr.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

/* [[0, 2, 0], [0, 0, 0], [3, 0, 4]] */
#define CSR                                                                                        \
    {                                                                                              \
        .type = LAR_TYPE_F64, .layout = LAR_LAYOUT_CSR, .shape = S(3, 3),                          \
        .data = (double[]){2, 3, 4}, .indptr = (uint64_t[]){0, 1, 1, 3}, .indices = (uint32_t[])   \
        {                                                                                          \
            1, 0, 2                                                                                \
        }                                                                                          \
    }
#define DENSE F64(S(3, 2), 0, 7, NAN, 0, -0.0, 1)

/* Compares a CSR result that is exactly these rows and entries. */
static void assert_csr(const struct lar_tensor *t, struct lar_shape shape, const uint64_t *indptr,
                       const uint32_t *indices, const double *data)
{
    ck_assert_int_eq(t->layout, LAR_LAYOUT_CSR);
    ck_assert_int_eq(t->type, LAR_TYPE_F64);
    assert_shape(&t->shape, shape);
    uint64_t nnz = indptr[shape.dims[0]];
    ck_assert_mem_eq(t->indptr, indptr, ((size_t)shape.dims[0] + 1) * sizeof *indptr);
    ck_assert_mem_eq(t->indices, indices, nnz * sizeof *indices);
    for (uint64_t i = 0; i < nnz; i++)
        ck_assert(memcmp((double *)t->data + i, data + i, sizeof *data) == 0 ||
                  (isnan(data[i]) && isnan(((double *)t->data)[i])));
    ck_assert_ptr_null(lar_tensor_fault(t, nnz));
}

START_TEST(concat_to_dense)
{
    struct one o = {
        .op = "larder.ConcatColumns", .inputs = {DENSE, CSR, DENSE}, .n_inputs = 3, .rows = 7};
    EXPECT_F64(&o, S(3, 7), 0, 7, 0, 2, 0, 0, 7, NAN, 0, 0, 0, 0, NAN, 0, -0.0, 1, 3, 0, 4, -0.0,
               1);
    ck_assert_int_eq(o.result.shape.dims[0], LAR_DIM_ROWS);
    o = (struct one){
        .op = "larder.ConcatColumns", .inputs = {F64(S(0, 2), 0), F64(S(0, 1), 0)}, .n_inputs = 2};
    EXPECT_F64(&o, S(0, 3), 0);
}
END_TEST

START_TEST(concat_to_sparse)
{
    struct one o = {.op = "larder.ConcatColumns",
                    .inputs = {CSR, DENSE, CSR},
                    .n_inputs = 3,
                    .rows = 7,
                    .params = {{"sparse", BOOLS(LAR_SCALAR, 1)}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_csr(&o.out, S(3, 8), (uint64_t[]){0, 3, 4, 9}, (uint32_t[]){1, 4, 6, 3, 0, 2, 4, 5, 7},
               (double[]){2, 7, 2, NAN, 3, 4, 1, 3, 4});
    one_finish(&o);
}
END_TEST

START_TEST(concat_refuses)
{
    struct one o = {
        .op = "larder.ConcatColumns", .inputs = {DENSE, F64(S(2, 1), 1, 2)}, .n_inputs = 2};
    EXPECT_REFUSED(&o, "input 1 has another number of rows");
    o.inputs[1] = (struct lar_tensor)F32(S(3, 1), 1, 2, 3);
    EXPECT_REFUSED(&o, "float32 beside float64");
    o.inputs[1] = (struct lar_tensor)F64(S(3), 1, 2, 3);
    EXPECT_REFUSED(&o, "not a matrix");
}
END_TEST

START_TEST(scale)
{
    struct one o = {
        .op = "larder.ScaleColumns", .inputs = {DENSE, F64(S(2), 2, -1)}, .n_inputs = 2, .rows = 1};
    EXPECT_F64(&o, S(3, 2), 0, -7, NAN, -0.0, -0.0, -1);
    o.inputs[0] = (struct lar_tensor)CSR;
    EXPECT_REFUSED(&o, "the vector's length is not the number of columns");
    o.inputs[1] = (struct lar_tensor)F64(S(3), 10, 100, 0);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_csr(&o.out, S(3, 3), (uint64_t[]){0, 1, 1, 3}, (uint32_t[]){1, 0, 2},
               (double[]){200, 30, 0});
    one_finish(&o);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 3), 0);
    EXPECT_F64(&o, S(0, 3), 0);
}
END_TEST

START_TEST(pick)
{
    struct one o = {.op = "larder.PickColumns",
                    .inputs = {CSR},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"columns", I64(S(2), 1, 2)}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_csr(&o.out, S(3, 2), (uint64_t[]){0, 1, 1, 2}, (uint32_t[]){0, 1}, (double[]){2, 4});
    one_finish(&o);
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 2, 2);
    ck_assert(!one_run(&o));
    ck_assert_ptr_nonnull(strstr(o.err.text, "column 2 of 3 is out of order"));
    one_finish(&o);
    o.params[0].tensor = (struct lar_tensor)I64(S(1), 3);
    ck_assert(!one_run(&o));
    ck_assert_ptr_nonnull(strstr(o.err.text, "column 3 of 3 is out of order"));
    one_finish(&o);
    o.inputs[0] = (struct lar_tensor)DENSE;
    EXPECT_REFUSED(&o, "no sparse matrix");
}
END_TEST

START_TEST(layouts)
{
    struct one o = {.op = "larder.ToDense", .inputs = {CSR}, .n_inputs = 1, .rows = 1};
    EXPECT_F64(&o, S(3, 3), 0, 2, 0, 0, 0, 0, 3, 0, 4);
    o.inputs[0] = (struct lar_tensor)DENSE;
    EXPECT_F64(&o, S(3, 2), 0, 7, NAN, 0, -0.0, 1);
    o.op = "larder.ToCsr";
    ck_assert(one_run(&o));
    assert_csr(&o.out, S(3, 2), (uint64_t[]){0, 1, 2, 3}, (uint32_t[]){1, 0, 1},
               (double[]){7, NAN, 1});
    one_finish(&o);
    o.inputs[0] = (struct lar_tensor)CSR;
    ck_assert(one_run(&o));
    assert_csr(&o.out, S(3, 3), (uint64_t[]){0, 1, 1, 3}, (uint32_t[]){1, 0, 2},
               (double[]){2, 3, 4});
    one_finish(&o);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 4), 0);
    ck_assert(one_run(&o));
    assert_csr(&o.out, S(0, 4), (uint64_t[]){0}, (uint32_t[]){0}, (double[]){0});
    one_finish(&o);
    o.inputs[0] = (struct lar_tensor)I64(S(1, 1), 0);
    EXPECT_REFUSED(&o, "not a matrix of float32 or float64");
}
END_TEST

int main(void)
{
    return check_main("columns", (const TTest *[]){concat_to_dense, concat_to_sparse,
                                                   concat_refuses, scale, pick, layouts, NULL});
}

/* Digitize, Products, Missing, Unanimous.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

static void expect_failure(struct one *o, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

START_TEST(bins)
{
    struct one o = {.op = "larder.Digitize",
                    .inputs = {F64(S(3, 3), 0, 5, 1, 1, 6, 2, 4, NAN, 3)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"edges", F64(S(4), 1, 2, 2, 6)}, {"ends", I64(S(3), 3, 4, 4)}}};
    EXPECT_F64(&o, S(3, 3), 0, 0, 0, 1, 1, 0, 3, 1, 0);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 3), 0);
    EXPECT_F64(&o, S(0, 3), 0);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 0, 0);
    EXPECT_REFUSED(&o, "2 columns, but ends for 3");
}
END_TEST

START_TEST(near_an_edge)
{
    struct one o = {.op = "larder.Digitize",
                    .inputs = {F64(S(4, 1), 0.99998, 0.999991, -5e-9, -2e-8)},
                    .n_inputs = 1,
                    .params = {{"edges", F64(S(2), 0, 1)}, {"ends", I64(S(1), 2)}}};
    EXPECT_F64(&o, S(4, 1), 1, 1, 0, 0);
    o.params[2].name = "near";
    o.params[2].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    EXPECT_F64(&o, S(4, 1), 1, 2, 1, 0);
}
END_TEST

/* [[0, 2, 0], [0, 0, 0], [3, NaN, -1]]; 0 is stored in row 1 */
#define CSR                                                                                        \
    {                                                                                              \
        .type = LAR_TYPE_F64, .layout = LAR_LAYOUT_CSR, .shape = S(3, 3),                          \
        .data = (double[]){2, 0, 3, NAN, -1}, .indptr = (uint64_t[]){0, 1, 2, 5},                  \
        .indices = (uint32_t[])                                                                    \
        {                                                                                          \
            1, 2, 0, 1, 2                                                                          \
        }                                                                                          \
    }

/* Runs O and compares with a CSR matrix of three rows. */
static void expect_csr(struct one *o, int64_t columns, const uint64_t *indptr,
                       const uint32_t *indices, const double *data)
{
    ck_assert_msg(one_run(o), "%s", o->err.text);
    ck_assert_int_eq(o->out.layout, LAR_LAYOUT_CSR);
    assert_shape(&o->out.shape, S(3, columns));
    ck_assert_mem_eq(o->out.indptr, indptr, 4 * sizeof *indptr);
    ck_assert_mem_eq(o->out.indices, indices, indptr[3] * sizeof *indices);
    for (uint64_t i = 0; i < indptr[3]; i++)
        ck_assert(((double *)o->out.data)[i] == data[i] ||
                  (isnan(data[i]) && isnan(((double *)o->out.data)[i])));
    ck_assert_ptr_null(lar_tensor_fault(&o->out, indptr[3]));
    one_finish(o);
}

START_TEST(edges_are_verified)
{
    struct one o = {.op = "larder.Digitize",
                    .inputs = {F64(S(1, 2), 0, 5)},
                    .n_inputs = 1,
                    .params = {{"edges", F64(S(3), 1, 3, 2)}, {"ends", I64(S(2), 1, 3)}}};
    expect_failure(&o, "column 1: edges are not ascending");
    o.params[0].tensor = (struct lar_tensor)F64(S(3), NAN, 3, 4);
    expect_failure(&o, "column 0: edges are not ascending");
    o.params[0].tensor = (struct lar_tensor)F64(S(3), 1, 2, 3);
    o.params[1].tensor = (struct lar_tensor)I64(S(2), 1, 4);
    expect_failure(&o, "column 1: edges end at 4 of 3");
    o.params[1].tensor = (struct lar_tensor)I64(S(2), 2, 1);
    expect_failure(&o, "column 1: edges end at 1 of 3");
    o.params[1].tensor = (struct lar_tensor)I64(S(2), 1, 2);
    expect_failure(&o, "edges of no column");
}
END_TEST

START_TEST(products)
{
    struct one o = {
        .op = "larder.Products",
        .inputs = {F64(S(2, 2), 3, 1e200, -0.0, 2)},
        .n_inputs = 1,
        .rows = 1,
        .params = {{"factors", I64(S(6), 0, 0, 1, 0, 1, 1)}, {"ends", I64(S(4), 0, 1, 3, 6)}}};
    EXPECT_F64(&o, S(2, 4), 1, 3, 3e200, INFINITY, 1, -0.0, -0.0, -0.0);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 2), 0);
    EXPECT_F64(&o, S(0, 4), 0);
}
END_TEST

/* 1, x0, x1, x2, x0 x2, x1 x1 */
START_TEST(products_of_what_is_stored)
{
    struct one o = {.op = "larder.Products",
                    .inputs = {CSR},
                    .n_inputs = 1,
                    .rows = 7,
                    .params = {{"factors", I64(S(7), 0, 1, 2, 0, 2, 1, 1)},
                               {"ends", I64(S(6), 0, 1, 2, 3, 5, 7)}}};
    expect_csr(&o, 6, (uint64_t[]){0, 3, 5, 11}, (uint32_t[]){0, 2, 5, 0, 3, 0, 1, 2, 3, 4, 5},
               (double[]){1, 2, 4, 1, 0, 1, 3, NAN, -1, -3, NAN});
}
END_TEST

/* (0.1 * 0.2) * 0.3 and 0.1 * (0.2 * 0.3) differ. */
START_TEST(the_last_factor_is_the_first)
{
    volatile double a = 0.1, b = 0.2, c = 0.3;
    struct one o = {
        .op = "larder.Products",
        .inputs = {F64(S(1, 3), a, b, c)},
        .n_inputs = 1,
        .params = {{"factors", I64(S(6), 0, 1, 2, 2, 1, 0)}, {"ends", I64(S(2), 3, 6)}}};
    EXPECT_F64(&o, S(1, 2), (c * b) * a, (a * b) * c);
    ck_assert((c * b) * a != (a * b) * c);
}
END_TEST

START_TEST(factors_are_verified)
{
    struct one o = {.op = "larder.Products",
                    .inputs = {F64(S(1, 2), 1, 2)},
                    .n_inputs = 1,
                    .params = {{"factors", I64(S(2), 0, 2)}, {"ends", I64(S(1), 2)}}};
    expect_failure(&o, "there is no column 2 of 2");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), -1, 0);
    expect_failure(&o, "there is no column -1 of 2");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 1, 0);
    o.params[1].tensor = (struct lar_tensor)I64(S(1), 3);
    expect_failure(&o, "product 0 ends at 3 of 2");
}
END_TEST

START_TEST(missing)
{
    struct one o = {.op = "larder.Missing",
                    .inputs = {F64(S(2, 3), NAN, 1, -1, 2, NAN, -1)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"columns", I64(S(2), 1, 2)}, {"missing", F64(LAR_SCALAR, NAN)}}};
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(2, 2), 0, 0, 1, 0);
    o.params[2].name = "strict";
    o.params[2].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    expect_failure(&o, "row 0, column 0: is missing");
    o.params[1].tensor = (struct lar_tensor)F64(LAR_SCALAR, -1);
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(2, 2), 0, 1, 0, 1);
    o.params[0].tensor = (struct lar_tensor)I64(S(1), 3);
    expect_failure(&o, "there is no column 3 of 3");
}
END_TEST

START_TEST(missing_among_what_is_stored)
{
    struct one o = {.op = "larder.Missing",
                    .inputs = {CSR},
                    .n_inputs = 1,
                    .rows = 7,
                    .params = {{"columns", I64(S(2), 1, 2)}, {"missing", F64(LAR_SCALAR, NAN)}}};
    expect_csr(&o, 2, (uint64_t[]){0, 0, 0, 1}, (uint32_t[]){0}, (double[]){1});
    o.params[1].tensor = (struct lar_tensor)F64(LAR_SCALAR, 3);
    expect_csr(&o, 2, (uint64_t[]){0, 0, 0, 0}, (uint32_t[]){0}, (double[]){0});
    o.params[2].name = "strict";
    o.params[2].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    expect_failure(&o, "row 2, column 0: is missing");
    o.params[1].tensor = (struct lar_tensor)F64(LAR_SCALAR, 0);
    expect_failure(&o, "a sparse matrix in which 0 is missing");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 2, 1);
    expect_failure(&o, "columns of a sparse matrix are not ascending");
}
END_TEST

START_TEST(all_or_none)
{
    struct one o = {
        .op = "larder.Unanimous", .inputs = {BOOLS(S(2, 2), 1, 1, 1, 1)}, .n_inputs = 1, .rows = 1};
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(2, 1), 1, 1);
    o.inputs[0] = (struct lar_tensor)BOOLS(S(2, 2), 1, 1, 0, 1);
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(2, 1), 0, 0);
}
END_TEST

int main(void)
{
    return check_main("features",
                      (const TTest *[]){bins, near_an_edge, edges_are_verified, products,
                                        products_of_what_is_stored, missing_among_what_is_stored,
                                        the_last_factor_is_the_first, factors_are_verified, missing,
                                        all_or_none, NULL});
}

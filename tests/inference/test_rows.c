/* NormalizeRows, Binarize.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#include <float.h>

/* [[3, 0, -4], [], [0], [-2, -1, -5]], the zero stored. */
#define CSR                                                                                        \
    {                                                                                              \
        .type = LAR_TYPE_F64, .layout = LAR_LAYOUT_CSR, .shape = S(4, 3),                          \
        .data = (double[]){3, -4, 0, -2, -1, -5}, .indptr = (uint64_t[]){0, 2, 2, 3, 6},           \
        .indices = (uint32_t[])                                                                    \
        {                                                                                          \
            0, 2, 1, 0, 1, 2                                                                       \
        }                                                                                          \
    }

static int64_t norms[] = {0, 1, 2, 3, 4};
static double zero = 0, least = 10 * DBL_EPSILON, half = 0.5, minus = -0.5;

static struct one normalized(struct lar_tensor x, int64_t *norm, double *bound)
{
    return (struct one){
        .op = "larder.NormalizeRows",
        .inputs = {x},
        .n_inputs = 1,
        .params = {{"norm", {.type = LAR_TYPE_I64, .layout = LAR_LAYOUT_DENSE, .data = norm}},
                   {"least", {.type = LAR_TYPE_F64, .layout = LAR_LAYOUT_DENSE, .data = bound}}}};
}

START_TEST(dense_rows)
{
    struct lar_tensor x = F64(S(3, 2), 3, -4, 0, -0.0, -2, -8);
    struct one o = normalized(x, &norms[0], &zero);
    EXPECT_F64(&o, S(3, 2), 3.0 / 7, -4.0 / 7, 0, -0.0, -0.2, -0.8);
    o = normalized(x, &norms[1], &zero);
    EXPECT_F64(&o, S(3, 2), 0.6, -0.8, 0, -0.0, -2 / sqrt(68), -8 / sqrt(68));
    o = normalized(x, &norms[2], &zero);
    EXPECT_F64(&o, S(3, 2), 0.75, -1, 0, -0.0, -0.25, -1);
    o = normalized(x, &norms[3], &zero);
    EXPECT_F64(&o, S(3, 2), 1, -4.0 / 3, 0, -0.0, 1, 4);
}
END_TEST

START_TEST(eight_partial_sums)
{
    struct lar_tensor x = F64(S(1, 18), 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, -1);
    struct one o = normalized(x, &norms[1], &zero);
    ck_assert(one_run(&o));
    for (int i = 0; i < 18; i++)
        ck_assert(((double *)o.out.data)[i] == ((double *)x.data)[i] / sqrt(50));
    one_finish(&o);
}
END_TEST

START_TEST(small_norms)
{
    struct lar_tensor x = F64(S(2, 1), 1e-15, 1e-14), none = F64(S(2, 0), 0);
    struct one o = normalized(x, &norms[0], &least);
    EXPECT_F64(&o, S(2, 1), 1e-15, 1);
    o = normalized(x, &norms[0], &zero);
    EXPECT_F64(&o, S(2, 1), 1, 1);
    o = normalized(none, &norms[3], &zero);
    EXPECT_F64(&o, S(2, 0), 0);
}
END_TEST

static void expect_data(struct one *o, const double *data)
{
    ck_assert_msg(one_run(o), "%s", o->err.text);
    ck_assert_int_eq(o->out.layout, LAR_LAYOUT_CSR);
    ck_assert_ptr_null(lar_tensor_fault(&o->out, 6));
    ck_assert_mem_eq(o->out.data, data, 6 * sizeof *data);
    one_finish(o);
}

START_TEST(sparse_rows)
{
    struct lar_tensor x = CSR;
    struct one o = normalized(x, &norms[0], &zero);
    expect_data(&o, (double[]){3.0 / 7, -4.0 / 7, 0, -0.25, -0.125, -0.625});
    o = normalized(x, &norms[1], &zero);
    expect_data(&o, (double[]){0.6, -0.8, 0, -2 / sqrt(30), -1 / sqrt(30), -5 / sqrt(30)});
    o = normalized(x, &norms[2], &zero);
    expect_data(&o, (double[]){0.75, -1, 0, -0.4, -0.2, -1});
    o = normalized(x, &norms[3], &zero);
    expect_data(&o, (double[]){1, -4.0 / 3, 0, 2, 1, 5});
}
END_TEST

START_TEST(norms_are_verified)
{
    struct lar_tensor x = CSR, narrow = F32(S(1, 1), 1);
    struct one o = normalized(x, &norms[4], &zero);
    ck_assert(!one_run(&o));
    ck_assert_ptr_nonnull(strstr(o.err.text, "there is no norm 4"));
    one_finish(&o);
    o = normalized(narrow, &norms[0], &zero);
    EXPECT_REFUSED(&o, "not of float64");
}
END_TEST

static struct one binarized(struct lar_tensor x, double *threshold)
{
    return (struct one){
        .op = "larder.Binarize",
        .inputs = {x},
        .n_inputs = 1,
        .params = {
            {"threshold", {.type = LAR_TYPE_F64, .layout = LAR_LAYOUT_DENSE, .data = threshold}}}};
}

START_TEST(binarize)
{
    struct lar_tensor x = F64(S(2, 2), 0.5, 0.6, -0.4, -1), sparse = CSR;
    struct one o = binarized(x, &half);
    EXPECT_F64(&o, S(2, 2), 0, 1, 0, 0);
    o = binarized(x, &minus);
    EXPECT_F64(&o, S(2, 2), 1, 1, 1, 0);
    o = binarized(sparse, &half);
    ck_assert(one_run(&o));
    ck_assert_mem_eq(o.out.indptr, ((uint64_t[]){0, 1, 1, 1, 1}), 5 * sizeof(uint64_t));
    ck_assert_uint_eq(o.out.indices[0], 0);
    ck_assert(((double *)o.out.data)[0] == 1);
    one_finish(&o);
    o = binarized(sparse, &minus);
    ck_assert(!one_run(&o));
    ck_assert_ptr_nonnull(strstr(o.err.text, "negative threshold"));
    one_finish(&o);
}
END_TEST

int main(void)
{
    return check_main("rows", (const TTest *[]){dense_rows, eight_partial_sums, small_norms,
                                                sparse_rows, norms_are_verified, binarize, NULL});
}

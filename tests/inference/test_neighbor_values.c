/* NeighborGraph, NeighborImpute, KernelDensity, NearestCenter.
 * SPDX-License-Identifier: MIT */
#include "graph/metrics.h"
#include "tests/inference/one_operator.h"

static void expect_failure(struct one *o, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

START_TEST(graph)
{
    struct one o = {.op = "larder.NeighborGraph",
                    .inputs = {F64(S(2, 2), 0, 1, 2, 3), I64(S(2, 2), 3, 1, 0, 0)},
                    .n_inputs = 2,
                    .rows = 3,
                    .params = {{"points", SCALAR_I64(4)}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_mem_eq(o.out.indptr, ((const uint64_t[]){0, 2, 3}), 3 * sizeof(uint64_t));
    ck_assert_mem_eq(o.out.indices, ((const uint32_t[]){1, 3, 0}), 3 * sizeof(uint32_t));
    ck_assert(((double *)o.out.data)[0] == 1 && ((double *)o.out.data)[1] == 0);
    one_finish(&o);
    o.params[1].name = "ones";
    o.params[1].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    ck_assert(one_run(&o));
    ck_assert(((double *)o.out.data)[1] == 1);
    one_finish(&o);
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(3);
    expect_failure(&o, "there is no point 3 of 3");
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(0);
    EXPECT_REFUSED(&o, "0 points");
    o.inputs[1] = (struct lar_tensor)I64(S(2, 1), 3, 1);
    EXPECT_REFUSED(&o, "differ in shape");
}
END_TEST

/* Column 3 is in no point. */
#define IMPUTE(k_)                                                                                 \
    {                                                                                              \
        .op = "larder.NeighborImpute",                                                             \
        .inputs = {F64(S(3, 4), 1, NAN, 0, 9, NAN, NAN, NAN, NAN, NAN, 8, 6, NAN)}, .n_inputs = 1, \
        .rows = 1, .params = {                                                                     \
            {"points", F64(S(3, 4), 1, 2, 0, NAN, 3, 4, NAN, NAN, NAN, 9, 6, NAN)},                \
            {"metric", SCALAR_I64(LAR_METRIC_NAN_EUCLIDEAN)},                                      \
            {"k", SCALAR_I64(k_)},                                                                 \
            {"columns", I64(S(3), 0, 1, 2)}                                                        \
        }                                                                                          \
    }

START_TEST(donors)
{
    struct one o = IMPUTE(1);
    EXPECT_F64(&o, S(3, 3), 1, 2, 0, 2, 5, 3, 3, 8, 6);
    o = (struct one)IMPUTE(9);
    EXPECT_F64(&o, S(3, 3), 1, 5, 0, 2, 5, 3, 2, 8, 6);
    o.params[4].name = "weighted";
    o.params[4].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert(((double *)o.out.data)[1] == 2); /* at distance 0 */
    one_finish(&o);
    o = (struct one)IMPUTE(1);
    o.params[3].tensor = (struct lar_tensor)I64(S(2), 3, 0);
    o.params[4].name = "empty";
    o.params[4].tensor = (struct lar_tensor)F64(LAR_SCALAR, 0);
    EXPECT_F64(&o, S(3, 2), 0, 1, 0, 2, 0, 3);
    o.params[3].tensor = (struct lar_tensor)I64(S(1), 4);
    expect_failure(&o, "there is no column 4 of 4");
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(LAR_METRIC_EUCLIDEAN);
    EXPECT_REFUSED(&o, "does not skip missing numbers");
    o = (struct one)IMPUTE(0);
    EXPECT_REFUSED(&o, "k is below 1");
}
END_TEST

START_TEST(another_number_is_missing)
{
    struct one o = IMPUTE(1);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 4), 1, -1, 0, 9);
    o.params[4].name = "missing";
    o.params[4].tensor = (struct lar_tensor)F64(LAR_SCALAR, -1);
    EXPECT_F64(&o, S(1, 3), 1, 2, 0);
}
END_TEST

/* Points 0, 1, 2, 10 on a line, in two leaves. */
#define DENSITY(kernel_, depth_)                                                                   \
    {                                                                                              \
        .op = "larder.KernelDensity", .inputs = {F64(S(2, 1), 1, 30)}, .n_inputs = 1, .rows = 1,   \
        .params = {                                                                                \
            {"points", F64(S(4, 1), 0, 1, 2, 10)},                                                 \
            {"metric", SCALAR_I64(LAR_METRIC_EUCLIDEAN)},                                          \
            {"order", I64(S(4), 1, 0, 2, 3)},                                                      \
            {"starts", I64(S(3), 0, 0, 2)},                                                        \
            {"ends", I64(S(3), 4, 2, 4)},                                                          \
            {"leaf", I64(S(3), 0, 1, 1)},                                                          \
            {"radius", F64(S(3), 5, 0.5, 4)},                                                      \
            {"bounds", F64(S(2, 3, 1), 0, 0, 2, 10, 1, 10)},                                       \
            {"kernel", SCALAR_I64(kernel_)},                                                       \
            {"bandwidth", F64(LAR_SCALAR, 1.5)},                                                   \
            {"atol", F64(LAR_SCALAR, 0)},                                                          \
            {"rtol", F64(LAR_SCALAR, 0)},                                                          \
            {"depth_first", BOOLS(LAR_SCALAR, depth_)},                                            \
            {"norm", F64(LAR_SCALAR, 0)},                                                          \
            {"share", F64(LAR_SCALAR, 0)}                                                          \
        }                                                                                          \
    }

START_TEST(densities)
{
    double h = 1.5;
    const double sums[] = {1 + 2 * exp(-0.5 / (h * h)) + exp(-0.5 * 81 / (h * h)),
                           3,
                           1 + 2 * (1 - 1 / (h * h)),
                           1 + 2 * exp(-1 / h) + exp(-9 / h),
                           1 + 2 * (1 - 1 / h),
                           1 + 2 * cos(0.5 * M_PI / h)};
    for (int64_t kernel = 0; kernel < 6; kernel++)
        for (int depth = 0; depth < 2; depth++) {
            struct one o = DENSITY(kernel, (uint8_t)depth);
            ck_assert_msg(one_run(&o), "%s", o.err.text);
            const double *is = o.out.data;
            ck_assert_msg(fabs(is[0] - log(sums[kernel])) < 1e-12, "kernel %d: %.17g", (int)kernel,
                          is[0]);
            ck_assert(kernel == 0 || kernel == 3 || (isinf(is[1]) && is[1] < 0));
            one_finish(&o);
        }
    struct one o = DENSITY(6, 0);
    EXPECT_REFUSED(&o, "there is no kernel 6");
    o = (struct one)DENSITY(0, 0);
    o.params[15].name = "point_weights";
    o.params[15].tensor = (struct lar_tensor)F64(S(3), 1, 1, 1);
    EXPECT_REFUSED(&o, "weights do not fit");
    o.params[2].tensor = (struct lar_tensor)I64(S(4), 1, 0, 2, 4);
    o.params[15].name = NULL;
    expect_failure(&o, "there is no point 4 of 4");
}
END_TEST

/* A row between two centres has the first; many rows, of which each is as it is alone. */
START_TEST(centers)
{
    struct one o = {.op = "larder.NearestCenter",
                    .inputs = {F64(S(4, 2), 0, 0, 1, 0, 9, 9, 3, 4)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"centers", F64(S(3, 2), 2, 0, 0, 0, 5, 5)}}};
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(4), 1, 0, 2, 2);
    double rows[2 * 70], many[2 * 70];
    int64_t should[70];
    for (int i = 0; i < 70; i++) {
        rows[2 * i] = many[2 * i] = (i * 37) % 70;
        rows[2 * i + 1] = many[2 * i + 1] = (i * 11) % 7;
        should[i] = i;
    }
    o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, rows, 70, 2);
    o.params[0].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_F64, many, 70, 2);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_bytes(&o.out, LAR_TYPE_I64, S(70), should);
    one_finish(&o);
    uint64_t indptr[] = {0, 1, 1};
    uint32_t indices[] = {0};
    o.inputs[0] = (struct lar_tensor)F64(S(2, 2), 5);
    o.inputs[0].layout = LAR_LAYOUT_CSR;
    o.inputs[0].indptr = indptr;
    o.inputs[0].indices = indices;
    o.params[0].tensor = (struct lar_tensor)F64(S(2, 2), 1, 1, 4, 0);
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(2), 1, 0);
    o.params[0].tensor = (struct lar_tensor)F64(S(2, 1), 1, 4);
    EXPECT_REFUSED(&o, "centres have 1");
    o.params[0].tensor = (struct lar_tensor)F64(S(0, 2), 1);
    EXPECT_REFUSED(&o, "there are no centres");
}
END_TEST

int main(void)
{
    return check_main("neighbor_values", (const TTest *[]){graph, donors, another_number_is_missing,
                                                           densities, centers, NULL});
}

/* PowerTransform, Quantiles.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

static void expect_failure(struct one *o, enum lar_error_code code, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_int_eq(o->err.code, code);
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

/* Runs O and compares with N numbers, each within TOLERANCE of itself. */
static void expect_near(struct one *o, const double *should, uint64_t n, double tolerance)
{
    ck_assert_msg(one_run(o), "%s", o->err.text);
    ck_assert_uint_eq(lar_tensor_count(&o->out), n);
    for (uint64_t i = 0; i < n; i++) {
        double is = ((double *)o->out.data)[i];
        ck_assert_msg((isnan(is) && isnan(should[i])) ||
                          fabs(is - should[i]) <= tolerance * fabs(should[i]),
                      "element %llu is %.17g, not %.17g", (unsigned long long)i, is, should[i]);
    }
    one_finish(o);
}

START_TEST(yeo_johnson)
{
    struct one o = {.op = "larder.PowerTransform",
                    .inputs = {F64(S(3, 4), 3, 3, 3, 3, -3, -3, -3, -3, 0, NAN, -0.0, 0)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"lambdas", F64(S(4), 0, 2, 1, 0.5)}, {"method", SCALAR_I64(1)}}};
    const double should[] = {log(4), 7.5, 3, 2, -7.5, -log(4), -3, -14.0 / 3, 0, NAN, 0, 0};
    expect_near(&o, should, 12, 1e-15);
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(2);
    expect_near(&o, should, 12, 1e-15);
}
END_TEST

/* What NumPy makes of a float32 lambda: 2 - lambda and the inverse are of it, too. */
START_TEST(powers_of_float32)
{
    const double lambda = (double)(1 / 3.0F), other = (double)(float)(2 - lambda);
    struct one o = {.op = "larder.PowerTransform",
                    .inputs = {F64(S(2, 1), -3, 7)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"lambdas", F64(S(1), lambda)},
                               {"method", SCALAR_I64(1)},
                               {"float32", BOOLS(LAR_SCALAR, 1)}}};
    ck_assert(other != 2 - lambda);
    const double powers[] = {-(pow(4, other) - 1) / other, (pow(8, lambda) - 1) / lambda};
    expect_near(&o, powers, 2, 1e-15);
    o.op = "larder.PowerInverse";
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(2);
    const double back[] = {1 - pow(other * 3 + 1, (double)(1 / (float)other)),
                           pow(7 * lambda + 1, (double)(1 / (float)lambda)) - 1};
    expect_near(&o, back, 2, 1e-15);
}
END_TEST

START_TEST(box_cox)
{
    struct one o = {.op = "larder.PowerTransform",
                    .inputs = {F64(S(2, 3), 3, 3, 4, 1, NAN, 1)},
                    .n_inputs = 1,
                    .params = {{"lambdas", F64(S(3), 0, 2, -0.5)}, {"method", SCALAR_I64(0)}}};
    expect_near(&o, (double[]){log(3), 4, 1, 0, NAN, 0}, 6, 1e-15);
    o.inputs[0] = (struct lar_tensor)F64(S(2, 3), 3, 3, 4, 1, 0, 1);
    expect_failure(&o, LAR_ERR_INVALID, "row 1, column 1: Box-Cox takes only what is above 0");
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(3);
    expect_failure(&o, LAR_ERR_FORMAT, "there is no method 3");
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 3, 3);
    EXPECT_REFUSED(&o, "2 columns, but lambdas for 3");
}
END_TEST

START_TEST(power_inverse)
{
    struct one o = {.op = "larder.PowerInverse",
                    .inputs = {F64(S(3, 3), log(4), 7.5, -7.5, -14.0 / 3, 0, NAN, 0, -0.5, 1)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"lambdas", F64(S(3), 0, 2, 0)}, {"method", SCALAR_I64(2)}}};
    const double powers[] = {
        3, 3, 1 - sqrt(16), 1 - sqrt(1 + 28.0 / 3), 0, NAN, 0, 1 - exp(0.5), exp(1) - 1};
    expect_near(&o, powers, 9, 1e-15);
    o.inputs[0] = (struct lar_tensor)F64(S(2, 3), 1, -2, 0, -1, -0.5, NAN);
    o.params[0].tensor = (struct lar_tensor)F64(S(3), 0, 1, -0.5);
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(0);
    expect_near(&o, (double[]){exp(1), -1, 1, exp(-1), 0.5, NAN}, 6, 1e-15);
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(1);
    expect_near(&o, (double[]){exp(1), NAN, 1, exp(-1), 0.5, NAN}, 6, 1e-15);
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(3);
    expect_failure(&o, LAR_ERR_FORMAT, "there is no method 3");
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 3, 3);
    EXPECT_REFUSED(&o, "2 columns, but lambdas for 3");
}
END_TEST

START_TEST(quantile_inverse)
{
    struct one o = {.op = "larder.Quantiles",
                    .inputs = {F64(S(6, 1), -1, 0, 0.125, 0.9, 2, NAN)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"quantiles", F64(S(5, 1), 1, 2, 2, 2, 4)},
                               {"references", F64(S(5), 0, 0.25, 0.5, 0.75, 1)},
                               {"inverse", BOOLS(LAR_SCALAR, 1)},
                               {"normal", BOOLS(LAR_SCALAR, 0)}}};
    expect_near(&o, (double[]){1, 1, 1.5, 3.2, 4, NAN}, 6, 1e-15);
    o.inputs[0] = (struct lar_tensor)F64(S(4, 1), -9, 9, 0, NAN);
    o.params[3].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    expect_near(&o, (double[]){1, 4, 2, NAN}, 4, 1e-15);
}
END_TEST

/* What is not stored stays 0, wherever that would lie among the quantiles. */
START_TEST(quantiles_of_what_is_stored)
{
    struct one o = {.op = "larder.Quantiles",
                    .inputs = {{.type = LAR_TYPE_F64,
                                .layout = LAR_LAYOUT_CSR,
                                .shape = S(2, 2),
                                .data = (double[]){1.5, -4, 0},
                                .indptr = (uint64_t[]){0, 1, 3},
                                .indices = (uint32_t[]){1, 0, 1}}},
                    .n_inputs = 1,
                    .rows = 7,
                    .params = {{"quantiles", F64(S(3, 2), -5, -1, -4, 1, -4, 2)},
                               {"references", F64(S(3), 0, 0.5, 1)}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_int_eq(o.out.layout, LAR_LAYOUT_CSR);
    const double *y = o.out.data;
    ck_assert(y[0] == 0.75 && y[1] == 1 && y[2] == 0.25);
    ck_assert_ptr_null(lar_tensor_fault(&o.out, 3));
    one_finish(&o);
    o.params[2].name = "positive";
    o.params[2].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    expect_failure(&o, LAR_ERR_INVALID, "row 1, column 0: a sparse matrix must not be negative");
    o.params[2].name = "inverse";
    expect_failure(&o, LAR_ERR_UNSUPPORTED, "a sparse matrix, backward");
}
END_TEST

START_TEST(uniform)
{
    struct one o = {.op = "larder.Quantiles",
                    .inputs = {F64(S(7, 1), 0, 1, 1.5, 2, 3, 9, NAN)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"quantiles", F64(S(5, 1), 1, 2, 2, 2, 4)},
                               {"references", F64(S(5), 0, 0.25, 0.5, 0.75, 1)}}};
    EXPECT_F64(&o, S(7, 1), 0, 0, 0.125, 0.5, 0.875, 1, NAN);
    const double least = 1e-7 - 0x1p-52;
    o.params[2].name = "cut";
    o.params[2].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    EXPECT_F64(&o, S(7, 1), least, least, 0.125, 0.5, 0.875, 1 - least, NAN);
    o.params[2].name = NULL;
    o.params[0].tensor = (struct lar_tensor)F64(S(1, 1), 2);
    o.params[1].tensor = (struct lar_tensor)F64(S(1), 0);
    EXPECT_F64(&o, S(7, 1), 0, 0, 0, 0, 0, 0, NAN);
    o.inputs[0] = (struct lar_tensor)F64(S(0, 1), 0);
    EXPECT_F64(&o, S(0, 1), 0);
}
END_TEST

START_TEST(normal)
{
    struct one o = {
        .op = "larder.Quantiles",
        .inputs = {F64(S(10, 1), -1, 0, 1e-5, 0.025, 0.25, 0.5, 0.5000001, 0.9, 1, NAN)},
        .n_inputs = 1,
        .params = {{"quantiles", F64(S(2, 1), 0, 1)},
                   {"references", F64(S(2), 0, 1)},
                   {"normal", BOOLS(LAR_SCALAR, 1)},
                   {"cut", BOOLS(LAR_SCALAR, 1)}}};
    expect_near(&o,
                (double[]){-5.199337582605575, -5.199337582605575, -4.264890793922825,
                           -1.959963984540054, -0.6744897501960817, 0, 2.506628273311648e-07,
                           1.2815515655446004, 5.19933758270342, NAN},
                10, 1e-12);
}
END_TEST

START_TEST(quantiles_are_verified)
{
    struct one o = {
        .op = "larder.Quantiles",
        .inputs = {F64(S(1, 2), 1, 2)},
        .n_inputs = 1,
        .params = {{"quantiles", F64(S(2, 2), 0, 3, 1, 2)}, {"references", F64(S(2), 0, 1)}}};
    expect_failure(&o, LAR_ERR_FORMAT, "column 1: quantiles are not ascending");
    o.params[0].tensor = (struct lar_tensor)F64(S(2, 2), 0, 3, NAN, 4);
    expect_failure(&o, LAR_ERR_FORMAT, "column 0: quantiles are not ascending");
    o.params[0].tensor = (struct lar_tensor)F64(S(2, 2), 0, 3, 1, 4);
    o.params[1].tensor = (struct lar_tensor)F64(S(2), 1, 0);
    expect_failure(&o, LAR_ERR_FORMAT, "references are not ascending");
    o.params[1].tensor = (struct lar_tensor)F64(S(3), 0, 1, 2);
    EXPECT_REFUSED(&o, "2 quantiles, but 3 references");
    o.params[0].tensor = (struct lar_tensor)F64(S(3, 1), 0, 1, 2);
    EXPECT_REFUSED(&o, "2 columns, but quantiles for 1");
    o.params[0].tensor = (struct lar_tensor)F64(S(0, 2), 0);
    o.params[1].tensor = (struct lar_tensor)F64(S(0), 0);
    EXPECT_REFUSED(&o, "0 quantiles");
}
END_TEST

int main(void)
{
    return check_main("distributions",
                      (const TTest *[]){yeo_johnson, powers_of_float32, box_cox, power_inverse,
                                        quantile_inverse, quantiles_of_what_is_stored, uniform,
                                        normal, quantiles_are_verified, NULL});
}

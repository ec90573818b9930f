/* SupportVectors, KernelMatrix, PairVotes, PairScores, PairProbabilities, SolveLower,
 * LatentProbabilities.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

/* The rows (1, 0, 2), (0, 3, 0), sparse. */
static uint64_t some_indptr[] = {0, 2, 3};
static uint32_t some_indices[] = {0, 2, 1};
static double some_values[] = {1, 2, 3};
#define SPARSE_ROWS                                                                                \
    {                                                                                              \
        .type = LAR_TYPE_F64, .layout = LAR_LAYOUT_CSR, .shape = LAR_SHAPE(2, 3),                  \
        .data = some_values, .indptr = some_indptr, .indices = some_indices                        \
    }
#define DENSE_ROWS F64(S(2, 3), 1, 0, 2, 0, 3, 0)

static struct one machine(int64_t kind, double gamma, double coef0, double degree)
{
    static double numbers[3];
    static int64_t kinds[1];
    numbers[0] = gamma, numbers[1] = coef0, numbers[2] = degree, kinds[0] = kind;
    return (struct one){
        .op = "larder.SupportVectors",
        .n_inputs = 2,
        .constants = 2,
        .rows = 1,
        .params = {
            {"kind", {LAR_TYPE_I64, LAR_LAYOUT_DENSE, LAR_SCALAR, kinds, 0, 0, 0, 0}},
            {"gamma", {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SCALAR, numbers, 0, 0, 0, 0}},
            {"coef0", {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SCALAR, numbers + 1, 0, 0, 0, 0}},
            {"degree", {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SCALAR, numbers + 2, 0, 0, 0, 0}}}};
}

/* Each kind for the rows (1, 1, 1), (2, 0, 0) against those above, weighted 1 and 10. */
static void expect_sums(int64_t kind, double gamma, double coef0, double degree, const double s[4])
{
    for (int form = 0; form < 4; form++) {
        struct one o = machine(kind, gamma, coef0, degree);
        static double weights[] = {1, 10}, zero[] = {0.5}, rows[] = {1, 1, 1, 2, 0, 0};
        static uint64_t indptr[] = {0, 3, 4};
        static uint32_t indices[] = {0, 1, 2, 0};
        static double values[] = {1, 1, 1, 2};
        if (form >= 2 && kind > 3)
            break; /* not with sparse rows */
        o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, rows, 2, 3);
        if (form % 2)
            o.inputs[0] = (struct lar_tensor){.type = LAR_TYPE_F64,
                                              .layout = LAR_LAYOUT_CSR,
                                              .shape = LAR_SHAPE(2, 3),
                                              .data = values,
                                              .indptr = indptr,
                                              .indices = indices};
        o.inputs[1] = (struct lar_tensor)DENSE_ROWS;
        if (form >= 2)
            o.inputs[1] = (struct lar_tensor)SPARSE_ROWS;
        o.params[4].name = "weights";
        o.params[4].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_F64, weights, 1, 2);
        o.params[5].name = "intercepts";
        o.params[5].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_F64, zero, 1);
        ck_assert_msg(one_run(&o), "%s", o.err.text);
        for (int i = 0; i < 2; i++) {
            double is = ((double *)o.out.data)[i], should = s[2 * i] + 10 * s[2 * i + 1] + 0.5;
            ck_assert_msg(fabs(is - should) <= 1e-14 * (1 + fabs(should)),
                          "kind %d form %d row %d: %.17g, not %.17g", (int)kind, form, i, is,
                          should);
        }
        one_finish(&o);
    }
}

START_TEST(kinds)
{
    expect_sums(0, 1, 1, 1, (double[]){3, 3, 2, 0});
    expect_sums(1, 0.5, 2, 3, (double[]){pow(3.5, 3), pow(3.5, 3), 27, 8});
    expect_sums(1, 0.5, 2, 0.5, (double[]){sqrt(3.5), sqrt(3.5), sqrt(3), sqrt(2)});
    expect_sums(2, 0.25, 1, 1, (double[]){exp(-0.5), exp(-1.5), exp(-1.25), exp(-3.25)});
    expect_sums(2, 9, 1, 1, (double[]){exp(-18.0), exp(-54.0), exp(-45.0), exp(-117.0)});
    expect_sums(2, -3, 1, 1, (double[]){exp(6), exp(18), exp(15), exp(39)});
    expect_sums(3, 0.5, -1, 1, (double[]){tanh(0.5), tanh(0.5), 0, tanh(-1)});
    expect_sums(4, 0.5, 1, 1, (double[]){exp(-1), exp(-2), exp(-1.5), exp(-2.5)});
    expect_sums(5, 1, 1, 1, (double[]){-4.0 / 3, -3, -7.0 / 3, -5});
    expect_sums(6, 0.5, 1, 1, (double[]){exp(-2.0 / 3), exp(-1.5), exp(-7.0 / 6), exp(-2.5)});
    expect_sums(7, 1, 1, 1, (double[]){3 / sqrt(15), 1 / sqrt(3), 1 / sqrt(5), 0});
    const double d[] = {sqrt(2), sqrt(6), sqrt(5), sqrt(13)};
    double m[4];
    for (int i = 0; i < 4; i++)
        m[i] = exp(-d[i] / 2);
    expect_sums(8, 0.5, 1, 1, m);
    for (int i = 0; i < 4; i++)
        m[i] = (1 + d[i] / 2) * exp(-d[i] / 2);
    expect_sums(9, 0.5, 1, 1, m);
    for (int i = 0; i < 4; i++)
        m[i] = (1 + d[i] / 2 + d[i] * d[i] / 12) * exp(-d[i] / 2);
    expect_sums(10, 0.5, 1, 1, m);
    for (int i = 0; i < 4; i++)
        m[i] = pow(1 + d[i] * d[i] / 3, -1.5);
    expect_sums(11, 1, 3, 1.5, m);
    for (int i = 0; i < 4; i++)
        m[i] = exp(-2 * pow(sin(0.7 * d[i]) / 1.3, 2));
    expect_sums(12, 0.7, 1.3, 1, m);
    for (int i = 0; i < 4; i++)
        m[i] =
            (1 + 0.8 * d[i] + 0.256 * d[i] * d[i] + 0.512 / 15 * pow(d[i], 3)) * exp(-0.8 * d[i]);
    expect_sums(13, 0.8, 1, 3.5, m);
}
END_TEST

/* Matern's function of any nu at the distances 0, 1 and 800, as NumPy and SciPy have it. */
START_TEST(matern)
{
    static const struct {
        double nu, gamma, should[3];
    } cases[] = {
        {0.01, 0x1.21a1851ff630ap-3, {0x1.111b87a698bb1p-1, 0x1.4efe11cd6adddp-5, 0}},
        {0.7, 0x1.2ee73dadc9b57p+0, {1, 0x1.9fee21e292654p-2, 0}},
        {20, 0x1.94c583ada5b53p+2, {INFINITY, 0x1.30b924fea76ffp-1, 0}},
        {160, 0x1.1e3779b97f4a8p+4, {NAN, 0, NAN}},
        {1e6, 0x1.618dab0184066p+10, {NAN, NAN, NAN}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one o = machine(13, cases[i].gamma, 1, cases[i].nu);
        o.op = "larder.KernelMatrix";
        o.inputs[0] = (struct lar_tensor)F64(S(1, 1), 1000);
        o.inputs[1] = (struct lar_tensor)F64(S(3, 1), 1000, 1001, 200);
        ck_assert_msg(one_run(&o), "%s", o.err.text);
        for (int j = 0; j < 3; j++) {
            double is = ((double *)o.out.data)[j], should = cases[i].should[j];
            ck_assert_msg(isfinite(should) ? fabs(is - should) <= 1e-14
                          : isnan(should)  ? isnan(is)
                                           : is == should,
                          "nu %g, %d: %.17g, not %.17g", cases[i].nu, j, is, should);
        }
        one_finish(&o);
    }
}
END_TEST

/* Three classes of 300, 1 and 140 rows, so that chunks begin and end everywhere; 1 to 40 rows ask,
 * and each alone gives the same bits. */
START_TEST(classes)
{
    enum { N = 441, K = 5, ROWS = 40 };
    static double v[N * K], x[ROWS * K], weights[2 * N], kept[ROWS * 3];
    for (size_t i = 0; i < N * K; i++)
        v[i] = (double)(i * 37 % 101) / 50 - 1;
    for (size_t i = 0; i < ROWS * K; i++)
        x[i] = (double)(i * 53 % 97) / 40 - 1.1;
    for (size_t i = 0; i < 2 * N; i++)
        weights[i] = (double)(i * 29 % 83) / 40 - 1;
    for (size_t rows = ROWS; rows; rows = rows == 1 ? 0 : rows == 17 ? 1 : 17) {
        struct one o = machine(2, 0.3, 1, 1);
        o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, x, (int64_t)rows, K);
        o.inputs[1] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, v, N, K);
        o.params[4].name = "weights";
        o.params[4].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_F64, weights, 2, N);
        o.params[5].name = "intercepts";
        o.params[5].tensor = (struct lar_tensor)F64(S(3), 0.25, -0.5, 1);
        o.params[6].name = "counts";
        o.params[6].tensor = (struct lar_tensor)I64(S(3), 300, 1, 140);
        ck_assert_msg(one_run(&o), "%s", o.err.text);
        if (rows == ROWS)
            memcpy(kept, o.out.data, sizeof kept);
        ck_assert_mem_eq(kept, o.out.data, rows * 3 * sizeof *kept);
        one_finish(&o);
    }
    static const size_t first[] = {0, 300, 301, 441};
    for (size_t i = 0; i < ROWS; i++)
        for (size_t a = 0, p = 0; a < 3; a++)
            for (size_t b = a + 1; b < 3; b++, p++) {
                double sum = (const double[]){0.25, -0.5, 1}[p], size = 1;
                for (size_t j = 0; j < N; j++) {
                    double d = 0;
                    for (size_t t = 0; t < K; t++)
                        d += (x[i * K + t] - v[j * K + t]) * (x[i * K + t] - v[j * K + t]);
                    bool of_a = j >= first[a] && j < first[a + 1];
                    bool of_b = j >= first[b] && j < first[b + 1];
                    double w = of_a ? weights[(b - 1) * N + j] : of_b ? weights[a * N + j] : 0;
                    sum += w * exp(-0.3 * d);
                    size += fabs(w * exp(-0.3 * d));
                }
                ck_assert_double_le(fabs(kept[i * 3 + p] - sum), 1e-14 * size);
            }
}
END_TEST

START_TEST(refused)
{
    struct one o = machine(2, 1, 1, 1);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 3), 1, 2, 3);
    o.inputs[1] = (struct lar_tensor)DENSE_ROWS;
    o.params[4].name = "weights";
    o.params[4].tensor = (struct lar_tensor)F64(S(1, 2), 1, 2);
    o.params[5].name = "intercepts";
    o.params[5].tensor = (struct lar_tensor)F64(S(1), 0);
    o.params[6].name = "counts";
    o.params[6].tensor = (struct lar_tensor)I64(S(2), 1, 2);
    ck_assert(!one_run(&o));
    ck_assert_str_eq(o.err.text, "class 1 has 2 rows of 1");
    one_finish(&o);
    o.params[6].tensor = (struct lar_tensor)I64(S(2), 1, 0);
    ck_assert(!one_run(&o));
    ck_assert_str_eq(o.err.text, "1 rows are of no class");
    one_finish(&o);
    o.params[6].tensor = (struct lar_tensor)I64(S(3), 1, 0, 1);
    EXPECT_REFUSED(&o, "1 rows of weights do not fit");
    o.params[6].name = NULL;
    o.params[5].tensor = (struct lar_tensor)F64(S(2), 0, 0);
    EXPECT_REFUSED(&o, "2 intercepts for 1 rows of weights");
    o.params[4].tensor = (struct lar_tensor)F64(S(1, 3), 1, 2, 3);
    EXPECT_REFUSED(&o, "2 rows, but weights for 3");
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 1, 2);
    EXPECT_REFUSED(&o, "2 columns against 3");
    o.inputs[0] = (struct lar_tensor)F64(S(1, 3), 1, 2, 3);
    o.inputs[1] = (struct lar_tensor)SPARSE_ROWS;
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(4);
    EXPECT_REFUSED(&o, "kind 4 with sparse rows");
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(14);
    EXPECT_REFUSED(&o, "there is no kind 14");
    o = machine(13, 1, 1, NAN);
    o.op = "larder.KernelMatrix";
    o.inputs[0] = (struct lar_tensor)F64(S(1, 3), 1, 2, 3);
    o.inputs[1] = (struct lar_tensor)DENSE_ROWS;
    EXPECT_REFUSED(&o, "kind 13 with a degree that is not above 0");
}
END_TEST

START_TEST(below_zero)
{
    struct one o = machine(5, 1, 1, 1);
    o.inputs[0] = (struct lar_tensor)F64(S(2, 3), 1, 2, 3, 0, -0.5, 1);
    o.inputs[1] = (struct lar_tensor)DENSE_ROWS;
    o.params[4].name = "weights";
    o.params[4].tensor = (struct lar_tensor)F64(S(1, 2), 1, 2);
    o.params[5].name = "intercepts";
    o.params[5].tensor = (struct lar_tensor)F64(S(1), 0);
    ck_assert(!one_run(&o));
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    ck_assert_str_eq(o.err.text, "row 1, column 1: the chi2 kernel takes no number below 0");
    one_finish(&o);
}
END_TEST

START_TEST(pairs)
{
    struct one o = {.op = "larder.PairVotes",
                    .inputs = {F64(S(4, 3), 1, 2, 3, -1, 2, 3, 0, 0, 0, 1, -1, 1)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"classes", SCALAR_I64(3)}}};
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(4), 0, 1, 2, 0);
    o.op = "larder.PairScores";
    EXPECT_F64(&o, S(4, 3), 2 + 3 / 12.0, 1 + 2 / 9.0, 0 - 5 / 18.0, 1 + 1 / 6.0, 2 + 4 / 15.0,
               0 - 5 / 18.0, 2, 1, 0, 1, 1, 1);
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(4);
    EXPECT_REFUSED(&o, "3 pairs for 4 classes");
}
END_TEST

START_TEST(probabilities)
{
    struct one o = {
        .op = "larder.PairProbabilities",
        .inputs = {F64(S(3, 1), 0, 2, -1000)},
        .n_inputs = 1,
        .rows = 1,
        .params = {{"classes", SCALAR_I64(2)}, {"a", F64(S(1), -1)}, {"b", F64(S(1), 0)}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    const double *p = o.out.data, two = 1 / (1 + exp(-2.0));
    const double should[] = {0.5, 0.5, two, 1 - two, 1e-7, 1 - 1e-7};
    for (int i = 0; i < 6; i++)
        ck_assert_double_le(fabs(p[i] - should[i]), 3e-3); /* as near as libsvm iterates */
    one_finish(&o);
    o.params[2].tensor = (struct lar_tensor)F64(S(2), 0, 0);
    EXPECT_REFUSED(&o, "a or b is not for 1 pairs");
}
END_TEST

/* Of 300 rows, so that there are several chunks. */
START_TEST(matrix)
{
    enum { N = 300, ROWS = 15 };
    static double v[N * 2], x[ROWS * 2];
    for (size_t i = 0; i < N * 2; i++)
        v[i] = (double)(i * 37 % 101) - 50;
    for (size_t i = 0; i < ROWS * 2; i++)
        x[i] = (double)(i * 53 % 97) - 48;
    struct one o = machine(0, 1, 1, 1);
    o.op = "larder.KernelMatrix";
    o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, x, ROWS, 2);
    o.inputs[1] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, v, N, 2);
    o.params[4].name = "scales";
    o.params[4].tensor = (struct lar_tensor)F64(S(2), 2, 0.25);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_shape(&o.out.shape, S(ROWS, N));
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < N; j++)
            ck_assert_double_eq(((double *)o.out.data)[i * N + j],
                                x[2 * i] * v[2 * j] / 4 + x[2 * i + 1] * v[2 * j + 1] * 16);
    one_finish(&o);
    o.params[4].tensor = (struct lar_tensor)F64(S(1), 2);
    EXPECT_REFUSED(&o, "2 columns, but scales for 1");
}
END_TEST

START_TEST(lower)
{
    struct one o = {.op = "larder.SolveLower",
                    .inputs = {F64(S(2, 3), 2, 7, -1, 4, 0, 0)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"lower", F64(S(3, 3), 2, 99, 99, 3, 4, 99, -1, 2, 0.5)}}};
    EXPECT_F64(&o, S(2, 3), 1, 1, -4, 2, -1.5, 10);
    o.params[0].tensor = (struct lar_tensor)F64(S(2, 3), 1, 2, 3, 4, 5, 6);
    EXPECT_REFUSED(&o, "lower is 2 by 3");
}
END_TEST

/* Against the integral of the logistic function over the normal distribution, by small steps: the
 * approximation is good to five places. */
START_TEST(latent)
{
    static const double means[] = {0, 1, -2, 0.3}, variances[] = {1, 0.25, 4, 1e-3};
    struct one o = {.op = "larder.LatentProbabilities",
                    .inputs = {ARRAY(LAR_TYPE_F64, (void *)(uintptr_t)means, 4),
                               ARRAY(LAR_TYPE_F64, (void *)(uintptr_t)variances, 4)},
                    .n_inputs = 2,
                    .rows = 3};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    for (int i = 0; i < 4; i++) {
        double sum = 0, all = 0;
        for (double z = -9; z <= 9; z += 1.0 / 1024) {
            double weight = exp(-z * z / 2);
            sum += weight / (1 + exp(-(means[i] + z * sqrt(variances[i]))));
            all += weight;
        }
        const double *p = (double *)o.out.data + (ptrdiff_t)2 * i;
        ck_assert_double_le(fabs(p[1] - sum / all), 1e-4);
        ck_assert_double_eq(p[0], 1 - p[1]);
    }
    one_finish(&o);
}
END_TEST

int main(void)
{
    return check_main("kernel machines",
                      (const TTest *[]){kinds, matern, classes, refused, below_zero, pairs,
                                        probabilities, matrix, lower, latent, NULL});
}

/* larder.TopicShares, against the iteration in its plainest form.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#include <float.h>

enum { K = 3, D = 5, ROWS = 4 };

static const double topics[K * D] = {0.1,  0.5, 0.2, 0,   0.3, 0.7, 0.01, 0.1,
                                     1e-9, 0.2, 0.2, 0.2, 0,   0,   0.6};
static const double rows[ROWS * D] = {1,    0, 3, 0, 2, 0, 0, 0, 0, 0,
                                      0.25, 7, 0, 4, 0, 0, 0, 0, 9, 0};

/* The terms of psi's series, with which scikit-learn ends. */
static double psi(double x)
{
    return x < 6 ? psi(x + 1) - 1 / x
                 : log(x) - 1 / (2 * x) - 1 / (12 * x * x) + 1 / (120 * pow(x, 4)) -
                       1 / (252 * pow(x, 6));
}

/* WORDS come first, then what they add to each topic. */
static void shares(const double *x, double prior, int rounds, double tolerance, double *ret)
{
    double gamma[K] = {1, 1, 1}, next[K], change = 1, sum = 0;
    for (int round = 0; round < rounds && !(round && change < tolerance); round++) {
        double theta[K], total = gamma[0] + gamma[1] + gamma[2];
        change = 0;
        for (int t = 0; t < K; t++)
            theta[t] = exp(psi(gamma[t]) - psi(total));
        for (int t = 0; t < K; t++) {
            next[t] = prior;
            for (int j = 0; j < D; j++) {
                double norm = DBL_EPSILON;
                for (int u = 0; u < K; u++)
                    norm += theta[u] * topics[u * D + j];
                next[t] += theta[t] * x[j] / norm * topics[t * D + j];
            }
        }
        for (int t = 0; t < K; t++) {
            change += fabs(next[t] - gamma[t]) / K;
            gamma[t] = next[t];
        }
    }
    for (int t = 0; t < K; t++)
        sum += gamma[t];
    for (int t = 0; t < K; t++)
        ret[t] = gamma[t] / sum;
}

static struct one operator_of(double prior, int64_t rounds, double tolerance)
{
    static double amounts[2];
    static int64_t most;
    amounts[0] = prior;
    amounts[1] = tolerance;
    most = rounds;
    struct one o = {
        .op = "larder.TopicShares",
        .inputs = {ARRAY(LAR_TYPE_F64, (double *)(uintptr_t)rows, ROWS, D)},
        .n_inputs = 1,
        .rows = 1,
        .params = {{"topics", ARRAY(LAR_TYPE_F64, (double *)(uintptr_t)topics, K, D)},
                   {"prior", {LAR_TYPE_F64, LAR_LAYOUT_DENSE, .data = &amounts[0]}},
                   {"rounds", {LAR_TYPE_I64, LAR_LAYOUT_DENSE, .data = &most}},
                   {"tolerance", {LAR_TYPE_F64, LAR_LAYOUT_DENSE, .data = &amounts[1]}}}};
    return o;
}

static void expect_shares(struct one *o, double prior, int rounds, double tolerance)
{
    double want[K];
    ck_assert_msg(one_run(o), "%s", o->err.text);
    assert_shape(&o->out.shape, S(ROWS, K));
    for (int i = 0; i < ROWS; i++) {
        shares(rows + i * D, prior, rounds, tolerance, want);
        for (int t = 0; t < K; t++)
            ck_assert_double_eq_tol(((double *)o->out.data)[i * K + t], want[t], 1e-14);
    }
    one_finish(o);
}

START_TEST(to_the_end_and_not)
{
    static const struct {
        double prior, tolerance;
        int rounds;
    } cases[] = {{0.3, 1e-3, 100}, {2, 1e-12, 500}, {0.01, 1e-3, 2}, {1, 0, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one o = operator_of(cases[i].prior, cases[i].rounds, cases[i].tolerance);
        expect_shares(&o, cases[i].prior, cases[i].rounds, cases[i].tolerance);
    }
    struct one o = operator_of(0.3, 0, 1);
    EXPECT_F64(&o, S(ROWS, K), 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3,
               1. / 3, 1. / 3, 1. / 3, 1. / 3);
}
END_TEST

/* A zero that is stored adds nothing. */
START_TEST(sparse_rows)
{
    struct one o = operator_of(0.3, 100, 1e-3);
    o.inputs[0] = (struct lar_tensor){.type = LAR_TYPE_F64,
                                      .layout = LAR_LAYOUT_CSR,
                                      .shape = S(ROWS, D),
                                      .data = (double[]){1, 0, 3, 2, 0.25, 7, 4, 9},
                                      .indptr = (uint64_t[]){0, 4, 4, 7, 8},
                                      .indices = (uint32_t[]){0, 1, 2, 4, 0, 1, 3, 3}};
    expect_shares(&o, 0.3, 100, 1e-3);
}
END_TEST

static void expect_failure(struct one *o, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

START_TEST(what_is_refused)
{
    struct one o = operator_of(-1, 100, 1e-3);
    expect_failure(&o, "prior is -1");
    o = operator_of(1, 100, NAN);
    expect_failure(&o, "tolerance is nan");
    o = operator_of(1, 100001, 1);
    expect_failure(&o, "100001 rounds");
    o = operator_of(1, 10, 1);
    o.params[0].tensor = (struct lar_tensor)F64(S(1, D), 1, 0, -2, 0, 0);
    expect_failure(&o, "a topic has -2 in it");
    o.params[0].tensor = (struct lar_tensor)F64(S(1, 2), 1, 0);
    expect_failure(&o, "5 columns against topics of 2");
    o = operator_of(1, 10, 1);
    o.inputs[0] = (struct lar_tensor)F64(S(1, D), 0, 0, 1, -1, 0);
    expect_failure(&o, "row 0, column 3: is below 0");
}
END_TEST

int main(void)
{
    return check_main("topics",
                      (const TTest *[]){to_the_end_and_not, sparse_rows, what_is_refused, NULL});
}

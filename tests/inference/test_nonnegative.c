/* larder.NonnegativeWeights, against the solvers in their plainest form.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#include <float.h>

enum { D = 13, MOST_K = 11, MOST_ROWS = 21 };
enum { DESCENT, ERROR, CHANGE };

/* One factorization, its rows and what is expected of it. */
struct problem {
    size_t k, rows;
    int64_t rule, rounds;
    double beta, l1, l2, tolerance;
    bool raise_small;
    double h[MOST_K * D], x[MOST_ROWS * D], w[MOST_ROWS * MOST_K];
    /* x as CSR */
    uint64_t indptr[MOST_ROWS + 1];
    uint32_t indices[MOST_ROWS * D];
    double stored[MOST_ROWS * D];
};

/* From 0 to 1, the same each time. */
static double noise(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return (double)(*seed >> 8) / 0x1p24;
}

/* SPARE: so many of ten numbers of X are 0. */
static void fill(struct problem *p, uint32_t seed, int spare)
{
    size_t n = 0;
    for (size_t i = 0; i < p->k * D; i++)
        p->h[i] = noise(&seed) < 0.3 ? 0 : noise(&seed);
    for (size_t i = 0; i < p->rows * D; i++)
        p->x[i] = noise(&seed) * 10 < spare ? 0 : 4 * noise(&seed) * noise(&seed) + 0.01;
    for (size_t i = 0; i < p->rows; i++) {
        p->indptr[i] = n;
        for (uint32_t j = 0; j < D; j++)
            if (p->x[i * D + j] != 0) {
                p->indices[n] = j;
                p->stored[n++] = p->x[i * D + j];
            }
    }
    p->indptr[p->rows] = n;
}

static double product(const struct problem *p, size_t i, size_t j)
{
    double sum = 0;
    for (size_t t = 0; t < p->k; t++)
        sum += p->w[i * p->k + t] * p->h[t * D + j];
    return sum;
}

static void expect_descent(struct problem *p)
{
    double first = 0;
    memset(p->w, 0, sizeof p->w);
    for (int64_t round = 0; round < p->rounds; round++) {
        double violation = 0;
        for (size_t t = 0; t < p->k; t++)
            for (size_t i = 0; i < p->rows; i++) {
                double *w = p->w + i * p->k, gradient = p->l1 + p->l2 * w[t], curve = p->l2;
                for (size_t j = 0; j < D; j++) {
                    gradient += (product(p, i, j) - p->x[i * D + j]) * p->h[t * D + j];
                    curve += p->h[t * D + j] * p->h[t * D + j];
                }
                violation += w[t] == 0 && gradient > 0 ? 0 : fabs(gradient);
                w[t] = curve == 0 ? w[t] : fmax(w[t] - gradient / curve, 0);
            }
        first = round ? first : violation;
        if (first == 0 || violation / first <= p->tolerance)
            return;
    }
}

static double raised(const struct problem *p, double v)
{
    return (p->raise_small ? v < 0x1p-23 : v == 0) ? 0x1p-23 : v;
}

static double divergence(const struct problem *p)
{
    double sum = 0, b = p->beta;
    for (size_t i = 0; i < p->rows; i++)
        for (size_t j = 0; j < D; j++) {
            double x = p->x[i * D + j], wh = product(p, i, j), safe = raised(p, wh);
            bool counts = x > 0x1p-23;
            if (b == 2)
                sum += (x - wh) * (x - wh) / 2;
            else if (b == 1)
                sum += wh + (counts ? x * log(x / safe) - x : 0);
            else if (b == 0)
                sum += (counts ? x / safe - log(x / safe) : 0) - 1;
            else
                sum +=
                    ((counts ? pow(x, b) - b * x * pow(safe, b - 1) : 0) + (b - 1) * pow(wh, b)) /
                    (b * (b - 1));
        }
    return sqrt(2 * fmax(sum, 0));
}

static double updated(const struct problem *p, const double *wh, size_t i, size_t t, int64_t round)
{
    double above = 0, below = p->l1 * (p->beta == 1 && p->rule == ERROR ? (double)round : 1);
    double gamma = p->beta < 1 ? 1 / (2 - p->beta) : p->beta > 2 ? 1 / (p->beta - 1) : 1;
    for (size_t j = 0; j < D; j++) {
        double safe = p->beta < 2 ? raised(p, wh[j]) : wh[j];
        above += p->x[i * D + j] * pow(safe, p->beta - 2) * p->h[t * D + j];
        below += pow(p->beta < 1 ? safe : wh[j], p->beta - 1) * p->h[t * D + j];
    }
    below += p->l2 * p->w[i * p->k + t];
    return p->w[i * p->k + t] * pow(above / (below == 0 ? 0x1p-23 : below), gamma);
}

/* All rows once; the change of W by its norm. */
static double update(struct problem *p, int64_t round)
{
    double moved = 0, all = 0;
    for (size_t i = 0; i < p->rows; i++) {
        double wh[D], next[MOST_K];
        for (size_t j = 0; j < D; j++)
            wh[j] = product(p, i, j);
        for (size_t t = 0; t < p->k; t++)
            next[t] = updated(p, wh, i, t, round);
        for (size_t t = 0; t < p->k; t++) {
            double *w = &p->w[i * p->k + t];
            if (p->rule == ERROR && p->beta < 1 && next[t] < DBL_EPSILON)
                next[t] = 0;
            moved += (next[t] - *w) * (next[t] - *w);
            all += next[t] * next[t];
            *w = next[t];
        }
    }
    return sqrt(moved) / sqrt(all);
}

static void expect_updates(struct problem *p)
{
    double mean = 0;
    for (size_t i = 0; i < p->rows * D; i++)
        mean += p->x[i] / (double)(p->rows * D);
    for (size_t i = 0; i < p->rows * p->k; i++)
        p->w[i] = sqrt(mean / (double)p->k);
    double first = p->rule == ERROR ? divergence(p) : 0, previous = first;
    for (int64_t round = 1; round <= p->rounds; round++) {
        double change = update(p, round);
        if (p->tolerance > 0 && p->rule == CHANGE && change <= p->tolerance)
            return;
        if (p->tolerance > 0 && p->rule == ERROR && round % 10 == 0) {
            double error = divergence(p);
            if ((previous - error) / first < p->tolerance)
                return;
            previous = error;
        }
    }
}

static struct one node_of(struct problem *p, bool sparse)
{
    struct one o = {.op = "larder.NonnegativeWeights",
                    .inputs = {ARRAY(LAR_TYPE_F64, p->x, (int64_t)p->rows, D)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"components", ARRAY(LAR_TYPE_F64, p->h, (int64_t)p->k, D)},
                               {"rule", SCALAR_I64(0)},
                               {"rounds", SCALAR_I64(0)},
                               {"beta", F64(LAR_SCALAR, 0)},
                               {"l1", F64(LAR_SCALAR, 0)},
                               {"l2", F64(LAR_SCALAR, 0)},
                               {"tolerance", F64(LAR_SCALAR, 0)},
                               {"raise_small", BOOLS(LAR_SCALAR, 0)},
                               {"from_zero", BOOLS(LAR_SCALAR, 1)}}};
    /* literals of this function are gone behind it */
    o.params[1].tensor.data = &p->rule;
    o.params[2].tensor.data = &p->rounds;
    o.params[3].tensor.data = &p->beta;
    o.params[4].tensor.data = &p->l1;
    o.params[5].tensor.data = &p->l2;
    o.params[6].tensor.data = &p->tolerance;
    o.params[7].tensor.data = &p->raise_small;
    static const uint8_t yes = 1;
    o.params[8].tensor.data = (void *)(uintptr_t)&yes;
    if (sparse) {
        o.inputs[0].layout = LAR_LAYOUT_CSR;
        o.inputs[0].indptr = p->indptr;
        o.inputs[0].indices = p->indices;
        o.inputs[0].data = p->stored;
    }
    return o;
}

static void expect_weights(struct problem *p, bool sparse, const struct lar_kernels *kernels)
{
    struct one o = node_of(p, sparse);
    ck_assert_msg(one_run_with(&o, kernels), "rule %lld, beta %g, %zu components, %zu rows%s: %s",
                  (long long)p->rule, p->beta, p->k, p->rows, sparse ? ", sparse" : "", o.err.text);
    assert_shape(&o.out.shape, S((int64_t)p->rows, (int64_t)p->k));
    const double *w = o.out.data;
    for (size_t i = 0; i < p->rows; i++) {
        double scale = 0;
        for (size_t t = 0; t < p->k; t++)
            scale = fmax(scale, p->w[i * p->k + t]);
        for (size_t t = 0; t < p->k; t++) {
            double error = fabs(w[i * p->k + t] - p->w[i * p->k + t]);
            ck_assert_msg(error <= 1e-12 * scale,
                          "rule %lld, beta %g, %zu components, %zu rows%s: weight %zu of row %zu "
                          "is %.17g, not %.17g",
                          (long long)p->rule, p->beta, p->k, p->rows, sparse ? ", sparse" : "", t,
                          i, w[i * p->k + t], p->w[i * p->k + t]);
        }
    }
    one_finish(&o);
}

/* Dense and sparse, at two levels of the CPU. */
static void compare(struct problem *p)
{
    if (p->rule == DESCENT)
        expect_descent(p);
    else
        expect_updates(p);
    for (int sparse = 0; sparse < 2; sparse++) {
        expect_weights(p, sparse, lar_kernels_best());
        expect_weights(p, sparse, &lar_kernels_plain);
    }
}

static const size_t counts[] = {1, 2, 7, 8, 9, MOST_ROWS}, widths[] = {1, 3, 8, MOST_K};

START_TEST(descent)
{
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t j = 0; j < sizeof widths / sizeof *widths; j++) {
            struct problem p = {.k = widths[j], .rows = counts[i], .rounds = 50, .tolerance = 1e-3};
            fill(&p, (uint32_t)(i * 10 + j), 4);
            p.beta = 2;
            compare(&p);
            p.rounds = 1;
            compare(&p);
            p.rounds = 50;
            p.l1 = 0.3;
            p.l2 = 0.2;
            compare(&p);
        }
}
END_TEST

START_TEST(updates)
{
    static const double betas[] = {2, 1, 0, 1.5, 0.5, -0.5, 3, 2.5, 1.25};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t b = 0; b < sizeof betas / sizeof *betas; b++)
            for (int64_t rule = ERROR; rule <= CHANGE; rule++) {
                struct problem p = {.k = widths[(i + b) % 4],
                                    .rows = counts[i],
                                    .rule = rule,
                                    .rounds = 45,
                                    .beta = betas[b],
                                    .tolerance = 1e-3,
                                    .raise_small = b % 2 || betas[b] < 1};
                fill(&p, (uint32_t)(i * 100 + b), rule == ERROR && p.beta <= 0 ? 0 : 4);
                compare(&p);
                p.l1 = 0.02;
                compare(&p);
                p.l2 = 0.01;
                p.tolerance = 0;
                p.rounds = 13;
                compare(&p);
            }
}
END_TEST

/* A column that no component has: W H is 0 there. */
START_TEST(nothing_to_divide_by)
{
    static const double betas[] = {1, 1.5, 0.5, 2};
    for (size_t b = 0; b < 4; b++)
        for (int raise_small = 0; raise_small < 2; raise_small++) {
            struct problem p = {.k = 3,
                                .rows = 9,
                                .rule = ERROR,
                                .rounds = 20,
                                .beta = betas[b],
                                .tolerance = 1e-4,
                                .raise_small = raise_small};
            fill(&p, 7, 3);
            for (size_t t = 0; t < p.k; t++)
                p.h[t * D + 4] = p.h[t * D + 5] = 0;
            memset(p.h + D, 0, D * sizeof *p.h); /* and a component that no column has */
            compare(&p);
            p.rule = CHANGE;
            compare(&p);
            p.rule = DESCENT;
            compare(&p);
        }
}
END_TEST

/* The rows of a call end together: alone they may end sooner or later. */
START_TEST(rows_end_together)
{
    struct problem p = {.k = 8, .rows = 9, .rounds = 200, .beta = 2, .tolerance = 1e-2};
    fill(&p, 3, 2);
    struct one all = node_of(&p, false), alone = node_of(&p, false);
    ck_assert(one_run(&all));
    size_t differ = 0;
    for (size_t i = 0; i < p.rows; i++) {
        alone.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, p.x + i * D, 1, D);
        ck_assert(one_run(&alone));
        differ += memcmp(alone.out.data, (double *)all.out.data + i * p.k, p.k * 8) != 0;
        one_finish(&alone);
    }
    ck_assert_uint_gt(differ, 0);
    one_finish(&all);
}
END_TEST

START_TEST(all_zero)
{
    for (int64_t rule = DESCENT; rule <= CHANGE; rule++) {
        struct problem p = {.k = 3, .rows = 5, .rule = rule, .rounds = 30, .beta = 1};
        p.tolerance = 1e-4;
        fill(&p, 5, 10);
        for (int sparse = 0; sparse < 2; sparse++) {
            struct one o = node_of(&p, sparse);
            ck_assert_msg(one_run(&o), "%s", o.err.text);
            for (size_t i = 0; i < p.rows * p.k; i++)
                ck_assert_double_eq(((double *)o.out.data)[i], 0);
            one_finish(&o);
        }
        struct one none = node_of(&p, false);
        none.inputs[0].shape.dims[0] = 0;
        ck_assert(one_run(&none));
        assert_shape(&none.out.shape, S(0, 3));
        one_finish(&none);
    }
}
END_TEST

static void expect_failure(struct problem *p, bool sparse, const char *text)
{
    struct one o = node_of(p, sparse);
    ck_assert(!one_run(&o));
    ck_assert_msg(strstr(o.err.text, text) != NULL, "%s", o.err.text);
    one_finish(&o);
}

START_TEST(refused_rows)
{
    struct problem p = {.k = 3, .rows = 5, .rounds = 30, .beta = 2};
    fill(&p, 5, 0);
    p.x[12] = p.stored[12] = -0.5;
    for (int sparse = 0; sparse < 2; sparse++)
        for (p.rule = DESCENT; p.rule <= ERROR; p.rule++)
            expect_failure(&p, sparse, "row 0, column 12: a nonnegative factorization");
    p.rule = CHANGE;
    compare(&p);
    for (size_t i = 0; i < p.rows * D; i++)
        p.x[i] = p.stored[i] = -1;
    expect_failure(&p, false, "no numbers");
    p.rule = ERROR;
    p.beta = -0.5;
    fill(&p, 5, 1);
    for (int sparse = 0; sparse < 2; sparse++)
        expect_failure(&p, sparse, "takes no 0");
}
END_TEST

START_TEST(refused_parameters)
{
    struct problem p = {.k = 3, .rows = 2, .rounds = 0, .beta = 2};
    fill(&p, 5, 0);
    expect_failure(&p, false, "0 rounds");
    p.rounds = 100001;
    expect_failure(&p, false, "100001 rounds");
    p.rounds = -1;
    expect_failure(&p, false, "-1 rounds");
    p.rounds = 100000;
    static double wide[2048];
    struct one o = node_of(&p, false);
    o.inputs[0].shape = S(2 * D, 1);
    o.params[0].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_F64, wide, 2048, 1);
    ck_assert(!one_run(&o));
    ck_assert_msg(strstr(o.err.text, "rounds with 2048 components"), "%s", o.err.text);
    one_finish(&o);
    p.rounds = 5;
    p.rule = 3;
    expect_failure(&p, false, "rule");
    p.rule = -1;
    expect_failure(&p, false, "rule");
    p.rule = ERROR;
    p.beta = NAN;
    expect_failure(&p, false, "beta");
    p.beta = 1;
    double *const amounts[] = {&p.l1, &p.l2, &p.tolerance};
    for (int i = 0; i < 3; i++) {
        *amounts[i] = -1e-9;
        expect_failure(&p, false, i == 2 ? "tolerance" : i ? "l2" : "l1");
        *amounts[i] = INFINITY;
        expect_failure(&p, false, "inf");
        *amounts[i] = 0;
    }
    p.h[7] = -1;
    expect_failure(&p, false, "a component has -1");
    p.h[7] = NAN;
    expect_failure(&p, false, "a component has nan");
}
END_TEST

START_TEST(refused_shapes)
{
    struct problem p = {.k = 3, .rows = 2, .rounds = 5, .beta = 2};
    fill(&p, 5, 0);
    struct one o = node_of(&p, false);
    o.inputs[0].shape.dims[1] = D - 1;
    EXPECT_REFUSED(&o, "columns");
    o = node_of(&p, false);
    o.params[0].tensor.shape = S(0, D);
    EXPECT_REFUSED(&o, "0 components");
    o.params[0].tensor.shape = S(2049, D);
    EXPECT_REFUSED(&o, "2049 components");
    o.params[0].tensor.shape = S(3, 0);
    o.inputs[0].shape.dims[1] = 0;
    EXPECT_REFUSED(&o, "3 components of 0 columns");
    o = node_of(&p, false);
    float narrow[2 * D] = {0};
    o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F32, narrow, 2, D);
    EXPECT_REFUSED(&o, "float64");
    o = node_of(&p, false);
    o.params[2].name = NULL; /* rounds must be given */
    EXPECT_REFUSED(&o, "rounds");
}
END_TEST

static double cost_of(struct problem *p, int64_t rounds, uint64_t rows)
{
    void *state;
    p->rounds = rounds;
    struct one o = node_of(p, false);
    const struct lar_operator *op;
    ck_assert(one_infer(&o));
    op = lar_operator_of(o.node.signature);
    lar_arena_init(&o.arena, 1 << 20);
    ck_assert(op->prepare(&o.node, &o.arena, &state, &o.err));
    double ret = op->cost(&o.node, state, rows);
    lar_arena_finish(&o.arena);
    return ret;
}

/* Rows times rounds. */
START_TEST(cost)
{
    static const struct {
        int64_t rule;
        double beta;
    } kinds[] = {{DESCENT, 2}, {ERROR, 2}, {ERROR, 1}, {ERROR, 0.5}, {CHANGE, 1}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct problem p = {.k = 10, .rows = 2, .rule = kinds[i].rule, .beta = kinds[i].beta};
        fill(&p, 5, 0);
        double once = cost_of(&p, 100, 1000);
        ck_assert_double_ge(once, 2e5); /* too much to be answered on the spot */
        ck_assert_double_ge(cost_of(&p, 1000, 1000), 8 * once);
        ck_assert_double_ge(cost_of(&p, 100, 2000), 1.8 * once);
    }
}
END_TEST

int main(void)
{
    return check_main("nonnegative",
                      (const TTest *[]){descent, updates, nothing_to_divide_by, rows_end_together,
                                        all_zero, refused_rows, refused_parameters, refused_shapes,
                                        cost, NULL});
}

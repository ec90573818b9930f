/* larder.TopicShares: how much of each topic is in a row of counts, by variational Bayes (latent
 * Dirichlet allocation, Hoffman, Blei and Bach 2010).
 *
 * Input: float64 [rows, d], dense or CSR, none below 0. Parameters:
 *   topics     [k, d], none below 0: exp(E[log beta])
 *   prior      of a row's topics, not below 0
 *   rounds     at most
 *   tolerance  a row is done when a round changes its numbers by less than that in the mean
 * Output: float64 [rows, k], whose rows add up to 1. Each row is solved for by itself, from ones.
 *
 * psi is the approximation that scikit-learn has (Bernardo, 1976: Algorithm AS 103), not the
 * function: they differ from the ninth digit on.
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/scratch.h"
#include "inference/sums.h"
#include "inference/values.h"

#include <float.h>
#include <math.h>

/* Bounds of what a small file may ask for: of time, and of products for one row. */
enum { TOPICS = 65536, ROUNDS = 100000 };
#define PRODUCTS 2e10

/* Parameters; topics by word: [d][k]. */
struct state {
    const double *words;
    size_t k, d;
    double prior, tolerance;
    int64_t rounds;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    return lar_infer_shares(node, "topics", "words", TOPICS, ret, err);
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *topics = lar_node_param(node, "topics");
    int64_t rounds = lar_node_param_i64(node, "rounds", 0);
    uint64_t n = lar_tensor_count(topics);
    if (rounds < 0 || rounds > ROUNDS || (double)rounds * (double)n > PRODUCTS)
        return lar_fail(err, LAR_ERR_FORMAT, "%lld rounds with %llu topics of %llu words",
                        (long long)rounds, (unsigned long long)lar_rows(topics),
                        (unsigned long long)lar_columns(topics));
    return lar_verify_not_negative(node, "prior", NULL, err) &&
           lar_verify_not_negative(node, "tolerance", NULL, err) &&
           lar_verify_not_negative(node, "topics", "a topic", err);
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *topics = lar_node_param(node, "topics");
    const double *data = topics->data;
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    double *words = lar_arena_alloc(arena, lar_tensor_count(topics), sizeof *words);
    if (!s || !words)
        return lar_arena_fail(arena, err, "topics");
    *s = (struct state){.words = words,
                        .k = (size_t)lar_rows(topics),
                        .d = (size_t)lar_columns(topics),
                        .prior = lar_node_param_f64(node, "prior", 0),
                        .tolerance = lar_node_param_f64(node, "tolerance", 0),
                        .rounds = lar_node_param_i64(node, "rounds", 0)};
    for (size_t i = 0; i < s->k; i++)
        for (size_t j = 0; j < s->d; j++)
            words[j * s->k + i] = data[i * s->d + j];
    *ret_state = s;
    return true;
}

static double psi(double x)
{
    const double euler = 0.577215664901532860606512090082402431;
    double result = 0;
    if (x <= 1e-6)
        return -euler - 1. / x;
    while (x < 6) {
        result -= 1. / x;
        x += 1;
    }
    double r = 1. / x;
    result += log(x) - .5 * r;
    r = r * r;
    return result - r * ((1. / 12.) - r * ((1. / 120.) - r * (1. / 252.)));
}

/* exp(E[log theta]) of a row whose K numbers are GAMMA. */
static void expect(double *ret, const double *gamma, size_t k)
{
    double total = 0;
    for (size_t i = 0; i < k; i++)
        total += gamma[i];
    total = psi(total);
    for (size_t i = 0; i < k; i++)
        ret[i] = exp(psi(gamma[i]) - total);
}

/* What a row is made of: N counts, of the words COLUMNS. */
struct words {
    const double *counts;
    const uint32_t *columns;
    size_t n;
};

/* One round: NEXT[k] from THETA[k]. */
static void update(const struct state *s, const struct words *w, const double *restrict theta,
                   double *restrict next)
{
    size_t k = s->k;
    for (size_t i = 0; i < k; i++)
        next[i] = 0;
    for (size_t e = 0; e < w->n; e++) {
        const double *word = s->words + w->columns[e] * k;
        double norm = 0;
        for (size_t i = 0; i < k; i++)
            norm += theta[i] * word[i];
        double share = w->counts[e] / (norm + DBL_EPSILON);
        for (size_t i = 0; i < k; i++)
            next[i] += share * word[i];
    }
    for (size_t i = 0; i < k; i++)
        next[i] = theta[i] * next[i] + s->prior;
}

/* The shares of the topics in W, to GAMMA[k]. ROOM has 2 k numbers. */
static void solve(const struct state *s, const struct words *w, double *restrict gamma,
                  double *restrict room)
{
    size_t k = s->k;
    double *theta = room, *next = room + k;
    for (size_t i = 0; i < k; i++)
        gamma[i] = 1;
    expect(theta, gamma, k);
    for (int64_t round = 0; round < s->rounds; round++) {
        double change = 0;
        update(s, w, theta, next);
        expect(theta, next, k);
        for (size_t i = 0; i < k; i++) {
            change += fabs(gamma[i] - next[i]);
            gamma[i] = next[i];
        }
        if (change / (double)k < s->tolerance)
            break;
    }
    double sum = lar_sum_f64(gamma, k);
    for (size_t i = 0; i < k; i++)
        gamma[i] /= sum;
}

/* Row I of X in the rooms of W, where it is dense. */
static bool read_row(const struct lar_tensor *x, uint64_t i, double *counts, uint32_t *columns,
                     struct words *w, struct lar_error *err)
{
    const double *data = x->data;
    bool sparse = x->layout == LAR_LAYOUT_CSR;
    uint64_t first = sparse ? x->indptr[i] : i * lar_columns(x);
    uint64_t end = sparse ? x->indptr[i + 1] : first + lar_columns(x);
    *w = sparse ? (struct words){data + first, x->indices + first, (size_t)(end - first)}
                : (struct words){counts, columns, 0};
    for (uint64_t e = first; e < end; e++) {
        uint64_t column = sparse ? x->indices[e] : e - first;
        if (data[e] < 0)
            return lar_fail(err, LAR_ERR_INVALID,
                            "row %llu, column %llu: is below 0, which counts of words are not",
                            (unsigned long long)i, (unsigned long long)column);
        if (!sparse && data[e] != 0) {
            counts[w->n] = data[e];
            columns[w->n++] = (uint32_t)column;
        }
    }
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const struct lar_tensor *x = call->inputs[0];
    struct words w;
    if (lar_columns(x) != s->d)
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %zu",
                        (unsigned long long)lar_columns(x), s->d);
    double *y = lar_output_dense(call, 0, &LAR_SHAPE(x->shape.dims[0], (int64_t)s->k), err);
    if (!y)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    double *room = lar_scratch_take(call->scratch, 2 * s->k + s->d, sizeof *room);
    uint32_t *columns = lar_scratch_take(call->scratch, s->d, sizeof *columns);
    if (!room || !columns)
        return lar_scratch_fail(call->scratch, err, "topics");
    for (uint64_t i = 0; i < lar_rows(x); i++, y += s->k) {
        if (!read_row(x, i, room + 2 * s->k, columns, &w, err))
            return false;
        solve(s, &w, y, room);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

/* As if a quarter of the rounds were needed. */
static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct lar_tensor *topics = lar_node_param(node, "topics");
    double k = (double)lar_rows(topics), d = (double)lar_columns(topics);
    double rounds = (double)lar_node_param_i64(node, "rounds", 0) / 4 + 1;
    double width = node->inputs[0]->layout == LAR_LAYOUT_CSR && d > 100 ? 100 : d;
    (void)state;
    return 100 + (double)rows * rounds * k * (width * 2 + 80);
}

static const struct lar_param_rule params[] = {{"topics", LAR_TYPE_F64, 2, false},
                                               {"prior", LAR_TYPE_F64, 0, false},
                                               {"rounds", LAR_TYPE_I64, 0, false},
                                               {"tolerance", LAR_TYPE_F64, 0, false},
                                               {0}};

const struct lar_operator lar_operator_topic_shares = {.signature = {.name = "larder.TopicShares",
                                                                     .version = 1,
                                                                     .min_inputs = 1,
                                                                     .max_inputs = 1,
                                                                     .min_outputs = 1,
                                                                     .max_outputs = 1,
                                                                     .params = params,
                                                                     .infer = infer},
                                                       .verify = verify,
                                                       .prepare = prepare,
                                                       .cost = cost,
                                                       .run = run};

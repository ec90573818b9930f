/* What several classes make of one decision for each pair of them: larder.PairVotes,
 * larder.PairScores, larder.PairProbabilities.
 *
 * Input 0: float64 [rows, k (k - 1) / 2], the pairs (0, 1), (0, 2), ..., (1, 2), ...; a decision
 * above 0 is for the first of its pair. Parameter: classes, k.
 *
 * PairVotes: int64 [rows], the class with the most votes, the first of those that are equal.
 * PairScores: float64 [rows, k]: votes (a decision of 0 counts for the first class here), plus the
 *   sum s of the decisions for less those against a class, as s / (3 (|s| + 1)): scikit-learn's
 *   _ovr_decision_function.
 * PairProbabilities: float64 [rows, k]; parameters a, b [pairs]: a decision d becomes the
 *   probability 1 / (1 + exp(a d + b)) of the first class, and those of pairs become those of
 *   classes by the second method of Wu, Lin and Weng (2004), with libsvm's bounds.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#include <math.h>

enum { MAX_CLASSES = 1 << 12 };

static bool infer_pairs(const struct lar_node_info *node, int64_t *ret_k, struct lar_error *err)
{
    int64_t k = lar_node_param_i64(node, "classes", 0);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (k < 2 || k > MAX_CLASSES || node->inputs[0]->shape.dims[1] != k * (k - 1) / 2)
        return lar_infer_refuse(err, "%lld pairs for %lld classes",
                                (long long)node->inputs[0]->shape.dims[1], (long long)k);
    *ret_k = k;
    return true;
}

static bool infer_votes(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    int64_t k = 0;
    if (!infer_pairs(node, &k, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_I64, LAR_SHAPE(node->inputs[0]->shape.dims[0]));
    return true;
}

static bool infer_scores(const struct lar_node_info *node, struct lar_value_info *ret,
                         struct lar_error *err)
{
    int64_t k = 0;
    if (!infer_pairs(node, &k, err))
        return false;
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], k));
    return true;
}

static bool infer_probabilities(const struct lar_node_info *node, struct lar_value_info *ret,
                                struct lar_error *err)
{
    if (!infer_scores(node, ret, err))
        return false;
    int64_t pairs = node->inputs[0]->shape.dims[1];
    if (lar_node_param(node, "a")->shape.dims[0] != pairs ||
        lar_node_param(node, "b")->shape.dims[0] != pairs)
        return lar_infer_refuse(err, "a or b is not for %lld pairs", (long long)pairs);
    return true;
}

static size_t classes_of(const struct lar_call *call)
{
    return (size_t)lar_node_param_i64(call->node, "classes", 0);
}

static bool run_votes(struct lar_call *call, struct lar_error *err)
{
    size_t k = classes_of(call), rows = (size_t)lar_rows(call->inputs[0]);
    const double *d = call->inputs[0]->data;
    int64_t *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows), err);
    size_t mark = lar_scratch_mark(call->scratch);
    uint32_t *votes = y ? lar_scratch_take(call->scratch, k, sizeof *votes) : NULL;
    if (!votes)
        return y && lar_scratch_fail(call->scratch, err, "votes");
    for (size_t i = 0; i < rows; i++) {
        size_t most = 0;
        memset(votes, 0, k * sizeof *votes);
        for (size_t a = 0; a < k; a++)
            for (size_t b = a + 1; b < k; b++)
                votes[*d++ > 0 ? a : b]++;
        for (size_t a = 1; a < k; a++)
            most = votes[a] > votes[most] ? a : most;
        y[i] = (int64_t)most;
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static bool run_scores(struct lar_call *call, struct lar_error *err)
{
    size_t k = classes_of(call), rows = (size_t)lar_rows(call->inputs[0]);
    const double *d = call->inputs[0]->data;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)k), err);
    size_t mark = lar_scratch_mark(call->scratch);
    uint32_t *votes = y ? lar_scratch_take(call->scratch, k, sizeof *votes) : NULL;
    if (!votes)
        return y && lar_scratch_fail(call->scratch, err, "votes");
    for (size_t i = 0; i < rows; i++, y += k) {
        memset(votes, 0, k * sizeof *votes);
        for (size_t a = 0; a < k; a++)
            y[a] = 0;
        for (size_t a = 0; a < k; a++)
            for (size_t b = a + 1; b < k; b++, d++) {
                y[a] += *d;
                y[b] -= *d;
                votes[*d < 0 ? b : a]++;
            }
        for (size_t a = 0; a < k; a++)
            y[a] = votes[a] + y[a] / (3 * (fabs(y[a]) + 1));
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

/* 1 / (1 + exp(v)) without overflow, at least a ten-millionth from 0 and from 1. */
static double bounded_sigmoid(double v)
{
    const double least = 1e-7;
    double p = v >= 0 ? exp(-v) / (1 + exp(-v)) : 1 / (1 + exp(v));
    p = p < least ? least : p;
    return p > 1 - least ? 1 - least : p;
}

/* One round: each P in turn is moved to where its equation holds and all are scaled to sum to 1. */
static void move(double *p, const double *q, double *qp, double pqp, size_t k)
{
    for (size_t t = 0; t < k; t++) {
        double step = (-qp[t] + pqp) / q[t * k + t];
        p[t] += step;
        pqp = (pqp + step * (step * q[t * k + t] + 2 * qp[t])) / (1 + step) / (1 + step);
        for (size_t j = 0; j < k; j++) {
            qp[j] = (qp[j] + step * q[t * k + j]) / (1 + step);
            p[j] /= 1 + step;
        }
    }
}

/* The probabilities P of K classes from R[i][j], that of i against j. Q [k][k] and QP [k] are
 * working memory. The order of operations is libsvm's: the iteration amplifies rounding. */
static void couple(double *p, const double *r, double *q, double *qp, size_t k)
{
    const double enough = 0.005 / (double)k;
    for (size_t t = 0; t < k; t++) {
        p[t] = 1.0 / (double)k;
        q[t * k + t] = 0;
        for (size_t j = 0; j < t; j++) {
            q[t * k + t] += r[j * k + t] * r[j * k + t];
            q[t * k + j] = q[j * k + t];
        }
        for (size_t j = t + 1; j < k; j++) {
            q[t * k + t] += r[j * k + t] * r[j * k + t];
            q[t * k + j] = -r[j * k + t] * r[t * k + j];
        }
    }
    for (size_t round = 0, last = k > 100 ? k : 100; round < last; round++) {
        double pqp = 0, worst = 0;
        for (size_t t = 0; t < k; t++) {
            qp[t] = 0;
            for (size_t j = 0; j < k; j++)
                qp[t] += q[t * k + j] * p[j];
            pqp += p[t] * qp[t];
        }
        for (size_t t = 0; t < k; t++)
            worst = fabs(qp[t] - pqp) > worst ? fabs(qp[t] - pqp) : worst;
        if (worst < enough)
            return;
        move(p, q, qp, pqp, k);
    }
}

static bool run_probabilities(struct lar_call *call, struct lar_error *err)
{
    size_t k = classes_of(call), rows = (size_t)lar_rows(call->inputs[0]);
    const double *d = call->inputs[0]->data;
    const double *a = lar_node_param(call->node, "a")->data;
    const double *b = lar_node_param(call->node, "b")->data;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)k), err);
    size_t mark = lar_scratch_mark(call->scratch);
    double *r = y ? lar_scratch_take(call->scratch, k * (2 * k + 1), sizeof *r) : NULL;
    if (!r)
        return y && lar_scratch_fail(call->scratch, err, "probabilities");
    for (size_t row = 0; row < rows; row++, y += k) {
        for (size_t i = 0, pair = 0; i < k; i++)
            for (size_t j = i + 1; j < k; j++, pair++) {
                r[i * k + j] = bounded_sigmoid(a[pair] * *d++ + b[pair]);
                r[j * k + i] = 1 - r[i * k + j];
            }
        couple(y, r, r + k * k, r + 2 * k * k, k);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost_pairs(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    return 20 + 2 * (double)rows * (double)node->inputs[0]->shape.dims[1];
}

static double cost_probabilities(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double pairs = (double)node->inputs[0]->shape.dims[1];
    return 20 + (double)rows * pairs * (30 + 20 * sqrt(pairs));
}

static const struct lar_param_rule pair_params[] = {{"classes", LAR_TYPE_I64, 0, false}, {0}};
static const struct lar_param_rule probability_params[] = {{"classes", LAR_TYPE_I64, 0, false},
                                                           {"a", LAR_TYPE_F64, 1, false},
                                                           {"b", LAR_TYPE_F64, 1, false},
                                                           {0}};

#define ONE_INPUT .min_inputs = 1, .max_inputs = 1, .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_pair_votes = {.signature = {.name = "larder.PairVotes",
                                                                   .version = 1,
                                                                   ONE_INPUT,
                                                                   .params = pair_params,
                                                                   .infer = infer_votes},
                                                     .cost = cost_pairs,
                                                     .run = run_votes};
const struct lar_operator lar_operator_pair_scores = {.signature = {.name = "larder.PairScores",
                                                                    .version = 1,
                                                                    ONE_INPUT,
                                                                    .params = pair_params,
                                                                    .infer = infer_scores},
                                                      .cost = cost_pairs,
                                                      .run = run_scores};
const struct lar_operator lar_operator_pair_probabilities = {
    .signature = {.name = "larder.PairProbabilities",
                  .version = 1,
                  ONE_INPUT,
                  .params = probability_params,
                  .infer = infer_probabilities},
    .cost = cost_probabilities,
    .run = run_probabilities};

/* larder.NonnegativeWeights: the weights W, none below 0, with which rows X are nearly sums of
 * components H: X ~ W H. All rows of a call are solved for together: they end in the same round.
 *
 * Input: float64 [rows, d], dense or CSR. Parameters:
 *   components   [k, d], none below 0
 *   rule         0: coordinate descent from W = 0 for half the squared error; it ends when a pass
 *                violates the conditions of an optimum by no more than tolerance times what the
 *                first one did (the sum of the projected gradients' magnitudes).
 *                1: multiplicative updates (Fevotte and Idier, 2011) for the beta-divergence, from
 *                W = sqrt(mean of X / k); they end when ten of them lower the error by less than
 *                tolerance times the first error. 2: the same; they end when an update changes W by
 *                no more than tolerance times its norm. 1 and 2 know no end where tolerance is 0
 *   rounds       passes or updates at most
 *   beta         of rules 1 and 2: 2 half the squared error, 1 Kullback and Leibler's, 0 Itakura
 *                and Saito's, or any other
 *   l1, l2       what the weights and half their squares cost
 *   raise_small  W H below 2^-23, not only 0, counts as 2^-23 where it is divided by
 *   from_zero    rule 1: an error whose square is below 0 by rounding is 0, not NaN
 * Output: float64 [rows, k].
 *
 * Numbers below 0 are refused by rules 0 and 1, and 0 by rule 1 where beta is not above 0; what is
 * no number in the end by rule 2. By rule 1 with beta 1, l1 is added to the denominators again in
 * every update, as scikit-learn does.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/nonnegative.h"

#include "base/checked.h"
#include "inference/infer.h"
#include "inference/kernels.h"
#include "inference/params.h"
#include "inference/sums.h"
#include "inference/values.h"

#include <math.h>

/* Bounds of what a small file may ask for: of H H', of time, and of products for one row. */
enum { COMPONENTS = 2048, ROUNDS = 100000 };
#define PRODUCTS 2e10

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    return lar_infer_shares(node, "components", "columns", COMPONENTS, ret, err);
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *h = lar_node_param(node, "components");
    int64_t rounds = lar_node_param_i64(node, "rounds", 0);
    int64_t rule = lar_node_param_i64(node, "rule", 0);
    if (!lar_verify_choice(node, "rule", LAR_NONNEGATIVE_RULES, err))
        return false;
    if (rounds < 1 || rounds > ROUNDS)
        return lar_fail(err, LAR_ERR_FORMAT, "%lld rounds", (long long)rounds);
    double k = (double)lar_rows(h),
           each = k + (rule == LAR_NONNEGATIVE_DESCENT ? 0 : (double)lar_columns(h));
    if ((double)rounds * k * each > PRODUCTS)
        return lar_fail(err, LAR_ERR_FORMAT, "%lld rounds with %g components of %llu columns",
                        (long long)rounds, k, (unsigned long long)lar_columns(h));
    if (!isfinite(lar_node_param_f64(node, "beta", 2)))
        return lar_fail(err, LAR_ERR_FORMAT, "beta is not finite");
    return lar_verify_not_negative(node, "l1", NULL, err) &&
           lar_verify_not_negative(node, "l2", NULL, err) &&
           lar_verify_not_negative(node, "tolerance", NULL, err) &&
           lar_verify_not_negative(node, "components", "a component", err);
}

/* W [k, n] in panels of columns; read from AT(t, j) = data[t * down + j * right]. */
static double *packed(struct lar_arena *arena, const double *data, size_t k, size_t n, size_t down,
                      size_t right)
{
    size_t panels = (n + LAR_PANEL_F64 - 1) / LAR_PANEL_F64, size;
    double *ret = NULL;
    if (lar_mul_size(panels * LAR_PANEL_F64, k, &size))
        ret = lar_arena_alloc_aligned(arena, size, sizeof *ret, 64);
    double *to = ret;
    for (size_t j = 0; ret && j < n; j += LAR_PANEL_F64)
        for (size_t t = 0; t < k; t++)
            for (size_t i = j; i < j + LAR_PANEL_F64; i++)
                *to++ = i < n ? data[t * down + i * right] : 0;
    return ret;
}

static bool prepare_components(struct lar_nonnegative *s, const double *h, struct lar_arena *arena)
{
    size_t k = s->k, d = s->d;
    double *gram = lar_arena_alloc(arena, k * k, sizeof *gram);
    double *sums = lar_arena_alloc(arena, k, sizeof *sums);
    s->across = packed(arena, h, d, k, 1, d);
    if (!gram || !sums || !s->across)
        return false;
    lar_kernels_best()->dots_f64(gram, h, k, h, d, k);
    for (size_t t = 0; t < k; t++) {
        sums[t] = lar_sum_f64(h + t * d, d);
        gram[t * k + t] += s->rule == LAR_NONNEGATIVE_DESCENT ? s->l2 : 0;
    }
    s->gram = gram;
    s->sums = sums;
    if (s->rule == LAR_NONNEGATIVE_DESCENT)
        return true;
    s->along = packed(arena, h, k, d, d, 1);
    s->grams = packed(arena, gram, k, k, k, 1);
    return s->along && s->grams;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *h = lar_node_param(node, "components");
    struct lar_nonnegative *s = *ret_state = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "the prepared form");
    double beta = lar_node_param_f64(node, "beta", 2);
    *s = (struct lar_nonnegative){
        .k = (size_t)lar_rows(h),
        .d = (size_t)lar_columns(h),
        .rule = (enum lar_nonnegative_rule)lar_node_param_i64(node, "rule", 0),
        .beta = beta,
        .l1 = lar_node_param_f64(node, "l1", 0),
        .l2 = lar_node_param_f64(node, "l2", 0),
        .tolerance = lar_node_param_f64(node, "tolerance", 0),
        .gamma = beta < 1   ? 1 / (2 - beta)
                 : beta > 2 ? 1 / (beta - 1)
                            : 1,
        .rounds = (uint64_t)lar_node_param_i64(node, "rounds", 1),
        .raise_small = lar_node_flag(node, "raise_small"),
        .from_zero = lar_node_flag(node, "from_zero"),
    };
    return prepare_components(s, h->data, arena) || lar_arena_fail(arena, err, "the prepared form");
}

void lar_nonnegative_products(const struct lar_nonnegative_call *c, size_t first, size_t m,
                              double *y)
{
    const struct lar_nonnegative *s = c->s;
    const struct lar_tensor *x = c->x;
    if (x->layout == LAR_LAYOUT_DENSE) {
        c->kernels->panels_f64(y, (const double *)x->data + first * s->d, m, s->across, s->d, s->k);
        return;
    }
    for (size_t i = first; i < first + m; i++, y += s->k) {
        size_t at = (size_t)x->indptr[i], nnz = (size_t)x->indptr[i + 1] - at;
        c->kernels->csr_panels_f64(y, (const double *)x->data + at, x->indices + at, nnz, s->across,
                                   s->d, s->k);
    }
}

/* Refuses the stored number I of X, which is below 0. */
static bool refuse_sign(const struct lar_nonnegative_call *c, uint64_t i, struct lar_error *err)
{
    const struct lar_tensor *x = c->x;
    uint64_t row = i / c->s->d, column = i % c->s->d;
    if (x->layout == LAR_LAYOUT_CSR) {
        for (row = 0; x->indptr[row + 1] <= i;)
            row++;
        column = x->indices[i];
    }
    return lar_fail(err, LAR_ERR_INVALID,
                    "row %llu, column %llu: a nonnegative factorization takes no number below 0",
                    (unsigned long long)row, (unsigned long long)column);
}

/* Refuses what X may not hold. */
static bool check_values(const struct lar_nonnegative_call *c, struct lar_error *err)
{
    const struct lar_tensor *x = c->x;
    const double *data = x->data;
    uint64_t all = (uint64_t)c->rows * c->s->d;
    uint64_t n = x->layout == LAR_LAYOUT_CSR ? x->indptr[c->rows] : all;
    if (c->s->rule == LAR_NONNEGATIVE_CHANGE)
        return true;
    double least = n < all ? 0 : (double)INFINITY;
    for (uint64_t i = 0; i < n; i++)
        least = data[i] < least ? data[i] : least;
    for (uint64_t i = 0; least < 0 && i < n; i++)
        if (data[i] < 0)
            return refuse_sign(c, i, err);
    if (least == 0 && c->s->rule == LAR_NONNEGATIVE_ERROR && c->s->beta <= 0)
        return lar_fail(err, LAR_ERR_INVALID,
                        "a nonnegative factorization with a beta_loss of %g takes no 0",
                        c->s->beta);
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_nonnegative *s = call->state;
    const struct lar_tensor *x = call->inputs[0];
    if (lar_columns(x) != s->d)
        return lar_fail(err, LAR_ERR_INVALID, "%llu columns, not %zu",
                        (unsigned long long)lar_columns(x), s->d);
    struct lar_nonnegative_call c = {.s = s,
                                     .kernels = call->kernels,
                                     .scratch = call->scratch,
                                     .x = x,
                                     .rows = (size_t)lar_rows(x)};
    c.w = lar_output_dense(call, 0, &LAR_SHAPE(x->shape.dims[0], (int64_t)s->k), err);
    if (!c.w || c.rows == 0)
        return c.w != NULL;
    if (!check_values(&c, err))
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    bool ok = s->rule == LAR_NONNEGATIVE_DESCENT ? lar_nonnegative_descend(&c, err)
                                                 : lar_nonnegative_update(&c, err);
    lar_scratch_release(call->scratch, mark);
    return ok;
}

/* As if all rounds were needed. */
static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct lar_nonnegative *s = state;
    double k = (double)s->k, d = (double)s->d, m = (double)rows, rounds = (double)s->rounds;
    double width = node->inputs[0]->layout == LAR_LAYOUT_CSR && d > 100 ? 100 : d;
    double once = k * width / 14 + width;
    if (s->rule == LAR_NONNEGATIVE_DESCENT)
        return 100 + m * once + rounds * (m + 8) * k * (1 + k / 16);
    if (s->beta == 2)
        return 100 + m * once + rounds * m * (k * k / 14 + 3 * k + once / 5);
    if (s->beta == 1)
        return 100 + rounds * m * 3 * once;
    return 100 + rounds * m * (3 * k * d / 14 + 12 * d);
}

static const struct lar_param_rule params[] = {
    {"components", LAR_TYPE_F64, 2, false}, {"rule", LAR_TYPE_I64, 0, false},
    {"rounds", LAR_TYPE_I64, 0, false},     {"tolerance", LAR_TYPE_F64, 0, true},
    {"beta", LAR_TYPE_F64, 0, true},        {"l1", LAR_TYPE_F64, 0, true},
    {"l2", LAR_TYPE_F64, 0, true},          {"raise_small", LAR_TYPE_BOOL, 0, true},
    {"from_zero", LAR_TYPE_BOOL, 0, true},  {0}};

const struct lar_operator lar_operator_nonnegative_weights = {
    .signature = {.name = "larder.NonnegativeWeights",
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

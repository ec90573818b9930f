/* larder.CheckFinite: hands a matrix on, and refuses a request whose values an estimator would
 * refuse: NaN (unless allow_nan), infinity and, where float32 is set, what float32 cannot hold.
 *
 * Input: dense or CSR, float32 or float64, any rank. Parameters: who [1], the name of the estimator
 * for the message; allow_nan, float32 (both false where left out). Output: the input.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <assert.h>
#include <math.h>

#define INFINITE INT64_C(0x7FF0000000000000)
/* The smallest double that rounds to an infinite float32: 0x1.ffffffp127. */
#define TOO_LARGE INT64_C(0x47EFFFFFF0000000)
#define SIGNLESS INT64_C(0x7FFFFFFFFFFFFFFF)

struct rule {
    int64_t limit;  /* bits of the smallest magnitude that is refused */
    bool allow_nan; /* those above INFINITE are not */
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_value_info *in = node->inputs[0];
    if (!in || !(LAR_TYPES_FLOAT & LAR_TYPE_BIT(in->type)))
        return lar_infer_refuse(err, "the input is not of float32 or float64");
    if (lar_node_param(node, "who")->shape.dims[0] != 1)
        return lar_infer_refuse(err, "'who' is not one name");
    *ret = *in;
    ret->constant = NULL;
    return true;
}

static inline bool refused(int64_t bits, const struct rule *rule)
{
    int64_t magnitude = bits & SIGNLESS;
    return magnitude >= rule->limit && !(rule->allow_nan && magnitude > INFINITE);
}

static inline int64_t bits_of(const struct lar_tensor *t, uint64_t i)
{
    double v = lar_real_at(t, i);
    int64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* Whether all of N doubles are finite and below LIMIT: what most requests are, found out without a
 * comparison of integers, for which older CPUs have no vectors. */
static bool all_plain(const double *x, uint64_t n, double limit)
{
    enum { LANES = 8 };
    double zeros[LANES] = {0}, greatest[LANES] = {0}; /* 0 * x is 0, or NaN */
    bool ok = true;
    uint64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int q = 0; q < LANES; q++) {
            double v = fabs(x[i + (uint64_t)q]);
            zeros[q] += v * 0;
            greatest[q] = v > greatest[q] ? v : greatest[q];
        }
    for (int q = 0; q < LANES; q++)
        ok &= zeros[q] == 0 && greatest[q] < limit;
    for (; i < n; i++)
        ok &= fabs(x[i]) < limit;
    return ok;
}

/* Whether any of N doubles is refused; without a branch for each, so that it vectorises. */
static bool any_refused(const double *x, uint64_t n, const struct rule *rule)
{
    double limit;
    memcpy(&limit, &rule->limit, sizeof limit);
    if (all_plain(x, n, limit))
        return false;
    int64_t found = 0, infinite_only = rule->allow_nan ? -1 : 0;
    for (uint64_t i = 0; i < n; i++) {
        int64_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= SIGNLESS;
        int64_t large = -(int64_t)(bits >= rule->limit), nan = -(int64_t)(bits > INFINITE);
        found |= large & ~(nan & infinite_only);
    }
    return found != 0;
}

/* Where element I of T stands: its row and column. */
static void place_of(const struct lar_tensor *t, uint64_t i, uint64_t *row, uint64_t *column)
{
    if (t->layout == LAR_LAYOUT_CSR) {
        *row = 0;
        while (t->indptr[*row + 1] <= i)
            ++*row;
        *column = t->indices[i];
        return;
    }
    uint64_t width = 1;
    for (uint32_t k = 1; k < t->shape.rank; k++)
        width *= (uint64_t)t->shape.dims[k];
    *row = i / width;
    *column = i % width;
}

static bool refuse(const struct lar_call *call, uint64_t n, const struct rule *rule,
                   struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0], *who = lar_node_param(call->node, "who");
    uint64_t i = 0, row, column;
    while (i < n && !refused(bits_of(x, i), rule))
        i++;
    assert(i < n);
    place_of(x, i, &row, &column);
    int64_t magnitude = bits_of(x, i) & SIGNLESS;
    const char *what = magnitude > INFINITE    ? "NaN (a missing value)"
                       : magnitude == INFINITE ? "infinite"
                                               : "too large for float32";
    size_t length;
    const char *name = lar_text_at(who, 0, &length);
    return lar_fail(err, LAR_ERR_INVALID,
                    "%.*s does not accept such input: row %llu, column %llu is %s",
                    (int)(length < 200 ? length : 200), name, (unsigned long long)row,
                    (unsigned long long)column, what);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0];
    struct rule rule = {
        .limit = lar_node_flag(call->node, "float32") ? TOO_LARGE : INFINITE,
        .allow_nan = lar_node_flag(call->node, "allow_nan"),
    };
    bool sparse = x->layout == LAR_LAYOUT_CSR, bad = false;
    uint64_t n = sparse ? x->indptr[lar_rows(x)] : lar_tensor_count(x);
    if (x->type == LAR_TYPE_F64)
        bad = any_refused(x->data, n, &rule);
    for (uint64_t i = 0; x->type == LAR_TYPE_F32 && i < n && !bad; i++)
        bad = refused(bits_of(x, i), &rule);
    if (bad)
        return refuse(call, n, &rule, err);
    call->outputs[0] = *x;
    return true;
}

static const struct lar_param_rule params[] = {
    {"who", LAR_TYPE_STRING, 1, false},
    {"allow_nan", LAR_TYPE_BOOL, 0, true},
    {"float32", LAR_TYPE_BOOL, 0, true},
    {0},
};

const struct lar_operator lar_operator_check_finite = {
    .signature = {.name = "larder.CheckFinite",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .run = run,
    .view = true,
};

/* larder.Splines: each column of a matrix as the values of B-splines, as scikit-learn's
 * SplineTransformer has them from scipy.
 *
 * Input: float64 [rows, n]. Parameters: knots [n, m], ascending in each row; degree; coefficients
 * [m - degree - 1, s]: what of each basis function goes into each spline; extrapolation, beyond the
 * basis' interval: enum below; drop: the last spline of each column is left out; zeros: a missing
 * number has zeros. Output: float64 [rows, n * s], or n * (s - 1).
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/values.h"

#include <math.h>

enum extrapolation {
    CONTINUE, /* the outermost polynomials go on */
    ERROR,    /* an error of the request */
    CONSTANT, /* the values at the end */
    LINEAR,   /* from there with the slope at the end */
    PERIODIC,
    EXTRAPOLATIONS
};

enum { MOST_DEGREE = 32 };

struct column {
    const double *knots;
    double low, high;                            /* where extrapolation begins */
    double *at_low, *at_high, *by_low, *by_high; /* values and slopes there, [s] each */
    int64_t edge; /* how many of the outermost splines are extrapolated on each side */
};

struct state {
    struct column *columns;
    const double *coefficients;
    int64_t n, m, s, degree;
    enum extrapolation extrapolation;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_shape *knots = &lar_node_param(node, "knots")->shape;
    const struct lar_shape *c = &lar_node_param(node, "coefficients")->shape;
    int64_t degree = lar_node_param_i64(node, "degree", 0), n = knots->dims[0], s = c->dims[1];
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    const struct lar_shape *x = &node->inputs[0]->shape;
    if (degree < 0 || degree > MOST_DEGREE || n < 1 || s < 1 || s > INT32_MAX ||
        c->dims[0] <= degree || knots->dims[1] != c->dims[0] + degree + 1)
        return lar_infer_refuse(err, "%lld knots and %lld coefficients for degree %lld",
                                (long long)knots->dims[1], (long long)c->dims[0],
                                (long long)degree);
    if (!lar_dims_meet(x->dims[1], n))
        return lar_infer_refuse(err, "%lld columns, but knots for %lld", (long long)x->dims[1],
                                (long long)n);
    if (s > LAR_DIM_MAX / n)
        return lar_infer_refuse(err, "%lld splines for %lld columns", (long long)s, (long long)n);
    *ret = lar_infer_result(LAR_TYPE_F64,
                            LAR_SHAPE(x->dims[0], n * (s - lar_node_flag(node, "drop"))));
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *knots = lar_node_param(node, "knots");
    const double *t = knots->data;
    uint64_t n = lar_rows(knots), m = lar_columns(knots);
    if (!lar_verify_choice(node, "extrapolation", EXTRAPOLATIONS, err))
        return false;
    for (uint64_t i = 0; i < n * m; i++)
        if (!isfinite(t[i]) || (i % m && t[i] < t[i - 1]))
            return lar_fail(err, LAR_ERR_FORMAT, "column %llu: knots are not ascending",
                            (unsigned long long)(i / m));
    return true;
}

/* The basis functions that are not 0 between knots [AT] and [AT + 1], at X: degree + 1 of them; or
 * their slopes. */
static void basis(const double *t, int64_t at, int64_t degree, double x, bool slope,
                  double h[MOST_DEGREE + 1])
{
    double before[MOST_DEGREE + 1];
    h[0] = 1;
    for (int64_t j = 1; j <= degree; j++) {
        bool derive = slope && j == degree;
        memcpy(before, h, (size_t)j * sizeof *h);
        h[0] = 0;
        for (int64_t i = 1; i <= j; i++) {
            double above = t[at + i], below = t[at + i - j];
            if (above == below) {
                h[i] = 0;
                continue;
            }
            double w = (derive ? (double)j * before[i - 1] : before[i - 1]) / (above - below);
            h[i - 1] += derive ? -w : w * (above - x);
            h[i] = derive ? w : w * (x - below);
        }
    }
    if (slope && degree == 0)
        h[0] = 0;
}

/* The knot at which X's interval begins: from [degree] to the last but degree. */
static int64_t interval(const struct state *s, const double *t, double x)
{
    int64_t low = s->degree, high = s->m - s->degree - 1;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (x >= t[middle])
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The S splines at X, or their slopes. */
static void evaluate(const struct state *s, const double *t, double x, bool slope, int64_t n,
                     double *y)
{
    double h[MOST_DEGREE + 1];
    int64_t at = interval(s, t, x);
    basis(t, at, s->degree, x, slope, h);
    for (int64_t j = 0; j < n; j++)
        y[j] = 0;
    for (int64_t a = 0; a <= s->degree; a++) {
        const double *c = s->coefficients + (at + a - s->degree) * s->s;
        for (int64_t j = 0; j < n; j++)
            y[j] += c[j] * h[a];
    }
}

/* scikit-learn raises a degree below 2 for linear extrapolation, and forgets that for the columns
 * behind: EDGE is what it has by now. */
static bool prepare_column(const struct state *s, struct column *c, int64_t *edge,
                           struct lar_arena *arena, struct lar_error *err)
{
    double *values = lar_arena_alloc(arena, 4 * (size_t)s->s, sizeof *values);
    if (!values)
        return lar_arena_fail(arena, err, "splines");
    if (*edge >= s->m)
        return lar_fail(err, LAR_ERR_FORMAT, "too few knots for linear extrapolation");
    c->low = c->knots[*edge];
    c->high = c->knots[s->m - 1 - *edge];
    if (s->extrapolation == LINEAR && *edge <= 1)
        ++*edge;
    c->edge = *edge < s->s ? *edge : s->s;
    c->at_low = values;
    c->at_high = values + s->s;
    c->by_low = values + 2 * s->s;
    c->by_high = values + 3 * s->s;
    evaluate(s, c->knots, c->low, false, s->s, c->at_low);
    evaluate(s, c->knots, c->high, false, s->s, c->at_high);
    evaluate(s, c->knots, c->low, true, s->s, c->by_low);
    evaluate(s, c->knots, c->high, true, s->s, c->by_high);
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *knots = lar_node_param(node, "knots");
    const struct lar_tensor *coefficients = lar_node_param(node, "coefficients");
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    int64_t degree = lar_node_param_i64(node, "degree", 0), edge = degree;
    if (!s)
        return lar_arena_fail(arena, err, "splines");
    *s = (struct state){
        .coefficients = coefficients->data,
        .n = knots->shape.dims[0],
        .m = knots->shape.dims[1],
        .s = coefficients->shape.dims[1],
        .degree = degree,
        .extrapolation = (enum extrapolation)lar_node_param_i64(node, "extrapolation", 0),
    };
    s->columns = lar_arena_alloc(arena, (size_t)s->n, sizeof *s->columns);
    if (!s->columns)
        return lar_arena_fail(arena, err, "splines");
    for (int64_t i = 0; i < s->n; i++) {
        s->columns[i].knots = (const double *)knots->data + i * s->m;
        if (!prepare_column(s, &s->columns[i], &edge, arena, err))
            return false;
    }
    *ret_state = s;
    return true;
}

/* X as a place of the first period, as NumPy's % has it. */
static double wrap(const struct state *s, const double *t, double x)
{
    double first = t[s->degree], period = t[s->m - s->degree - 1] - first;
    if (period <= 0)
        return 0;
    double rest = fmod(x - first, period);
    return first + (rest < 0 ? rest + period : rest);
}

/* The N splines (of s->s) of column C at X, which is no NaN. */
static bool one(const struct state *s, const struct column *c, double x, int64_t n, double *y)
{
    const double *t = c->knots;
    bool below = x<c->low, above = x> c->high;
    if (s->extrapolation == PERIODIC)
        x = wrap(s, t, x);
    else if (s->extrapolation == ERROR && (below || above))
        return false;
    else if ((below || above) && s->extrapolation != CONTINUE) {
        bool linear = s->extrapolation == LINEAR;
        const double *value = below ? c->at_low : c->at_high;
        const double *slope = below ? c->by_low : c->by_high;
        for (int64_t j = 0; j < n; j++) {
            bool edge = below ? j < c->edge : j >= s->s - c->edge;
            double way = linear ? (x - (below ? c->low : c->high)) * slope[j] : 0;
            y[j] = !edge ? 0 : linear ? value[j] + way : value[j];
        }
        return true;
    }
    evaluate(s, t, x, false, n, y);
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    const struct state *s = call->state;
    const double *x = in->data;
    bool zeros = lar_node_flag(call->node, "zeros");
    int64_t n = s->s - lar_node_flag(call->node, "drop");
    struct lar_shape shape = LAR_SHAPE(in->shape.dims[0], s->n * n);
    double *y = lar_output_dense(call, 0, &shape, err);
    if (y && in->shape.dims[1] != s->n)
        return lar_fail(err, LAR_ERR_INVALID, "%lld columns, not %lld",
                        (long long)in->shape.dims[1], (long long)s->n);
    for (int64_t row = 0; y && row < in->shape.dims[0]; row++)
        for (int64_t i = 0; i < s->n; i++, x++, y += n) {
            if (isnan(*x)) {
                for (int64_t j = 0; j < n; j++)
                    y[j] = zeros ? 0 : *x;
                continue;
            }
            if (!one(s, &s->columns[i], *x, n, y))
                return lar_fail(err, LAR_ERR_INVALID,
                                "row %lld, column %lld: beyond the limits of the knots",
                                (long long)row, (long long)i);
        }
    return y != NULL;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    double degree = (double)lar_node_param_i64(node, "degree", 0);
    double s = (double)lar_node_param(node, "coefficients")->shape.dims[1];
    (void)state;
    return (double)rows * (double)lar_node_param(node, "knots")->shape.dims[0] *
           (10 + (degree + 1) * (3 * degree + s));
}

static const struct lar_param_rule params[] = {
    {"knots", LAR_TYPE_F64, 2, false},
    {"coefficients", LAR_TYPE_F64, 2, false},
    {"degree", LAR_TYPE_I64, 0, false},
    {"extrapolation", LAR_TYPE_I64, 0, false},
    {"drop", LAR_TYPE_BOOL, 0, true},
    {"zeros", LAR_TYPE_BOOL, 0, true},
    {0},
};

const struct lar_operator lar_operator_splines = {.signature = {.name = "larder.Splines",
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

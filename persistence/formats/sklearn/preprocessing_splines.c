/* sklearn.preprocessing: SplineTransformer, with the BSpline objects of scipy.
 *
 * Tolerance: 1e-12 of the largest number of a row: scipy may add up its basis in another way.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

/* All columns' splines. */
struct splines {
    double *knots; /* [n][m] */
    struct sk_numbers coefficients;
    size_t n, m, degree;
};

/* The attributes t, c and k are the object's own, or since scipy 1.17 those of one inside. */
static const struct pk_node *inner(const struct pk_node *spline)
{
    const struct pk_node *state = spline && spline->kind == PK_OBJECT ? spline->object.state : NULL;
    bool pair = state && state->kind == PK_TUPLE && state->items.n == 2;
    return pair && pk_attribute(state->items.data[0], "t") ? state->items.data[0] : spline;
}

static bool read_spline(struct sk_context *sk, const struct pk_node *node, struct splines *s,
                        size_t i)
{
    struct sk_numbers t = {.n = 0}, c = {.n = 0};
    size_t degree = 0;
    const struct pk_node *spline = inner(node);
    if (!pk_is_global(pk_class(node), "scipy.interpolate._bsplines", "BSpline"))
        return sk_refuse_attribute(sk, node, "bsplines_", "must hold BSpline objects");
    if (!sk_numbers(sk, pk_attribute(spline, "t"), "t", 1, 1, &t) ||
        !sk_numbers(sk, pk_attribute(spline, "c"), "c", 2, 2, &c) ||
        !sk_get_size(sk, spline, "k", SK_UNKNOWN, &degree))
        return false;
    if (i == 0) {
        s->m = t.n;
        s->coefficients = c;
        s->degree = degree;
        if (degree > 32 || (size_t)c.shape.dims[0] <= degree || c.shape.dims[1] < 1 ||
            t.n != (size_t)c.shape.dims[0] + degree + 1)
            return sk_fail(sk, LAR_ERR_FORMAT, "t, c, k: %zu knots and %lld coefficients for %zu",
                           t.n, (long long)c.shape.dims[0], degree);
        if (!(s->knots = sk_alloc(sk, s->n * s->m, sizeof *s->knots)))
            return false;
    }
    if (!s->knots || !t.data || !c.data || !s->coefficients.data || t.n != s->m ||
        degree != s->degree || c.n != s->coefficients.n ||
        memcmp(c.data, s->coefficients.data, c.n * sizeof *c.data) != 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "t, c, k: differ from those of the first column");
    memcpy(s->knots + i * s->m, t.data, t.n * sizeof *t.data);
    return true;
}

/* The place of extrapolation among those of larder.Splines. */
static bool get_extrapolation(struct sk_context *sk, const struct pk_node *object, int64_t *ret)
{
    static const char *const names[] = {"continue", "error", "constant", "linear", "periodic"};
    for (*ret = 0; *ret < 5; ++*ret)
        if (sk_option_is(object, "extrapolation", "constant", names[*ret]))
            return true;
    return sk_refuse_attribute(sk, pk_attribute(object, "extrapolation"), "extrapolation",
                               "must be continue, error, constant, linear or periodic");
}

static bool read_splines(struct sk_context *sk, const struct pk_node *object, struct splines *s)
{
    struct pk_items items;
    size_t degree;
    const struct pk_node *node = sk_fitted(sk, object, "bsplines_");
    if (!node || !sk_get_size(sk, object, "degree", 3, &degree))
        return false;
    if (!sk_items(sk, node, &items) || items.n == 0)
        return sk_refuse_attribute(sk, node, "bsplines_", "must be a list");
    *s = (struct splines){.n = items.n};
    for (size_t i = 0; i < items.n; i++)
        if (!read_spline(sk, items.data[i], s, i))
            return sk_within(sk, "bsplines_", i);
    return degree == s->degree ||
           sk_fail(sk, LAR_ERR_FORMAT, "degree: is %zu, bsplines_ have %zu", degree, s->degree);
}

bool sk_read_spline_transformer(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct splines s = {.n = 0};
    struct lar_draft *d = sk->draft;
    int64_t extrapolation;
    bool bias, sparse, zeros = sk_option_is(object, "handle_missing", "error", "zeros");
    if (!zeros && !sk_option_is(object, "handle_missing", "error", "error"))
        return sk_refuse_attribute(sk, pk_attribute(object, "handle_missing"), "handle_missing",
                                   "must be error or zeros");
    if (!read_splines(sk, object, &s) || !get_extrapolation(sk, object, &extrapolation) ||
        !sk_get_flag(sk, object, "include_bias", true, &bias) ||
        !sk_get_flag(sk, object, "sparse_output", false, &sparse) ||
        !sk_frame_expect(sk, in, s.n, "bsplines_"))
        return false;
    if (s.degree == 0 && extrapolation == 2)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "degree: 0 with constant extrapolation");
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, zeros, false);
    lar_value knots = lar_draft_f64(d, s.knots, LAR_SHAPE((int64_t)s.n, (int64_t)s.m));
    x = lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.Splines",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"knots", knots},
                                         {"coefficients", lar_draft_f64(d, s.coefficients.data,
                                                                        s.coefficients.shape)},
                                         {"degree", lar_draft_scalar_i64(d, (int64_t)s.degree)},
                                         {"extrapolation", lar_draft_scalar_i64(d, extrapolation)},
                                         {"drop", lar_draft_scalar_bool(d, !bias)},
                                         {"zeros", lar_draft_scalar_bool(d, zeros)}},
                          });
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, sparse ? lar_draft_apply(d, "larder.ToCsr", 1, x) : x);
    return lar_draft_ok(d, sk->err);
}

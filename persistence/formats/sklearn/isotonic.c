/* sklearn.isotonic: IsotonicRegression: straight lines between its thresholds.
 *
 * Tolerance: 1e-12 of the result, for the order of a line's operations is SciPy's. With thresholds
 * in float32 scikit-learn rounds what enters to float32, as is done here, and computes in it: then
 * it is 1e-6 of the result.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

/* What is done with numbers outside the thresholds; operators/interpolate.c numbers them. */
static bool read_bounds(struct sk_context *sk, const struct pk_node *object, int64_t *ret)
{
    static const char *const names[] = {"nan", "clip", "raise"};
    for (int64_t i = 0; i < 3; i++)
        if (sk_option_is(object, "out_of_bounds", "nan", names[i])) {
            *ret = i;
            return true;
        }
    return sk_refuse_attribute(sk, pk_attribute(object, "out_of_bounds"), "out_of_bounds",
                               "must be nan, clip or raise");
}

/* The thresholds and their values. */
static bool read_thresholds(struct sk_context *sk, const struct pk_node *object,
                            struct sk_numbers *x, struct sk_numbers *y)
{
    bool old = !pk_attribute(object, "X_thresholds_") && pk_attribute(object, "_necessary_X_");
    const char *const names[] = {old ? "_necessary_X_" : "X_thresholds_",
                                 old ? "_necessary_y_" : "y_thresholds_"};
    if (!sk_get_numbers(sk, object, names[0], 1, 1, x) ||
        !sk_get_numbers(sk, object, names[1], 1, 1, y))
        return false;
    if (x->n == 0 || x->n != y->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s, %s: have %zu and %zu elements", names[0], names[1],
                       x->n, y->n);
    for (size_t i = 0; i < x->n; i++)
        if (!(i == 0 ? x->data[0] == x->data[0] : x->data[i] > x->data[i - 1]))
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: is not ascending", names[0]);
    return true;
}

bool sk_read_isotonic_regression(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers x, y;
    int64_t bounds = 0;
    if (!read_bounds(sk, object, &bounds) || !read_thresholds(sk, object, &x, &y) ||
        !sk_frame_expect(sk, in, 1, "X_thresholds_"))
        return false;
    lar_value value = sk_frame_dense(sk, in);
    if (value == LAR_NO_VALUE)
        return false;
    /* Until 0.21 nothing looked at what enters: NaN gave NaN. */
    if (sk_release(object) >= SK_RELEASE(0, 22))
        value = sk_check_finite(sk, object, value, false, false);
    value = sk_as_vector(sk, value);
    if (x.float32)
        value = sk_cast(sk, sk_cast(sk, value, LAR_TYPE_F32), LAR_TYPE_F64);
    value = lar_draft_node(
        sk->draft, &(struct lar_node_args){
                       .op = "larder.Interpolate",
                       .inputs = &value,
                       .n_inputs = 1,
                       .params = {{"x", lar_draft_f64(sk->draft, x.data, LAR_SHAPE((int64_t)x.n))},
                                  {"y", lar_draft_f64(sk->draft, y.data, LAR_SHAPE((int64_t)y.n))},
                                  {"outside", lar_draft_scalar_i64(sk->draft, bounds)}},
                   });
    if (x.float32)
        value = sk_cast(sk, value, LAR_TYPE_F32);
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return sk_answer(sk, ret, SK_PREDICT, value, LAR_NO_VALUE);
}

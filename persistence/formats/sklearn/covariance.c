/* sklearn.covariance: EllipticEnvelope. (The estimators of covariances themselves predict nothing.)
 *
 * Tolerance: 1e-12 S, S = sum |x_i - m_i| |p_ij| |x_j - m_j|; where the precision is not stored and
 * the covariance is inverted here, times its condition.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/nodes.h"

/* The inverse of covariance_, where it has one: scikit-learn's pseudo-inverse then is the same. */
static bool inverted(struct sk_context *sk, const struct pk_node *object, size_t n,
                     struct sk_matrix *ret)
{
    double log_det, *data;
    bool negative;
    if (!sk_get_matrix(sk, object, "covariance_", n, n, ret))
        return false;
    long double *a = n <= SK_INVERTED ? sk_alloc(sk, n * n, sizeof *a) : NULL;
    if (!a || !(data = sk_alloc(sk, n * n, sizeof *data)))
        return n <= SK_INVERTED ? false
                                : sk_fail(sk, LAR_ERR_LIMIT,
                                          "covariance_: has %zu columns, at most %d are inverted",
                                          n, SK_INVERTED);
    double greatest = 0, least = 0;
    for (size_t i = 0; i < n * n; i++)
        a[i] = ret->data[i];
    bool regular = sk_invert_matrix(a, n, &log_det, &negative) && !negative;
    for (size_t i = 0; i < n * n; i++) {
        data[i] = (double)a[i];
        greatest = data[i] > greatest ? data[i] : greatest;
    }
    for (size_t i = 0; i < n * n; i++)
        least = ret->data[i] > least ? ret->data[i] : least;
    if (!regular || !(greatest * least < 1e12))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "covariance_: is nearly singular, and store_precision was not asked for");
    ret->data = data;
    return true;
}

/* The squared Mahalanobis distance from LOCATION: [rows]. The root is taken and squared again, as
 * scikit-learn does: what is below 0 becomes NaN. */
static lar_value squared_distance(struct sk_context *sk, lar_value x, const double *location,
                                  const struct sk_matrix *precision)
{
    struct lar_draft *d = sk->draft;
    x = sk_with_vector(sk, "Sub", x, location, precision->rows);
    lar_value y = lar_draft_apply(d, "Mul", 2, x, sk_times(sk, x, precision));
    y = lar_draft_apply(d, "Sqrt", 1, sk_row_sums(sk, y, false));
    return lar_draft_apply(d, "Mul", 2, y, y);
}

bool sk_read_elliptic_envelope(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    static const int64_t labels[] = {-1, 1};
    struct lar_draft *d = sk->draft;
    struct sk_numbers location;
    struct sk_matrix precision;
    double offset;
    bool stored;
    if (!sk_get_numbers(sk, object, "location_", 1, 1, &location) ||
        !sk_get_number(sk, object, "offset_", &offset) ||
        !sk_get_flag(sk, object, "store_precision", true, &stored))
        return false;
    size_t n = location.n;
    if (stored ? !sk_get_matrix(sk, object, "precision_", n, n, &precision)
               : !inverted(sk, object, n, &precision))
        return false;
    lar_value x = sk_enter(sk, object, in, n, "location_", false);
    if (x == LAR_NO_VALUE)
        return false;
    lar_value score =
        lar_draft_apply(d, "Neg", 1, squared_distance(sk, x, location.data, &precision));
    lar_value decision = sk_with_number(sk, "Sub", score, offset);
    lar_value inside = sk_with_number(sk, "GreaterOrEqual", decision, 0);
    lar_value label =
        sk_gather(sk, lar_draft_i64(d, labels, LAR_SHAPE(2)), sk_cast(sk, inside, LAR_TYPE_I64), 0);
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, decision, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_SCORE_SAMPLES, score, LAR_NO_VALUE);
}

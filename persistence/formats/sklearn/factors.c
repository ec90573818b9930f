/* Gaussians of a few factors; see factors.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/factors.h"

#include <math.h>

enum { LONGEST = 1 << 30 }; /* products at load: some seconds */

static void fill(long double *m, const struct sk_factors *f)
{
    size_t k = f->c.rows, n = f->c.columns;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++) {
            const double *a = f->c.data + i * n, *b = f->c.data + j * n;
            long double sum = 0;
            for (size_t t = 0; t < n; t++)
                sum += (long double)a[t] * (long double)b[t] / (long double)f->noise[t];
            if (i == j)
                sum += f->d ? 1 / (long double)f->d[i] : (long double)f->ridge;
            m[i * k + j] = m[j * k + i] = sum;
        }
}

static const double *narrowed(struct sk_context *sk, const long double *a, size_t n)
{
    double *ret = sk_alloc(sk, n, sizeof *ret);
    for (size_t i = 0; ret && i < n; i++)
        ret[i] = (double)a[i];
    return ret;
}

bool sk_factors_invert(struct sk_context *sk, const struct sk_factors *f, struct sk_matrix *ret,
                       double *ret_log_det)
{
    size_t k = f->c.rows;
    bool negative;
    *ret = (struct sk_matrix){.rows = k, .columns = k};
    if (k > SK_INVERTED || f->c.columns > LONGEST / (k * k))
        return true;
    long double *m = sk_alloc(sk, k * k, sizeof *m);
    if (!m)
        return false;
    fill(m, f);
    if (!sk_invert_matrix(m, k, ret_log_det, &negative) || negative)
        return true;
    ret->data = narrowed(sk, m, k * k);
    return ret->data != NULL;
}

bool sk_factors_weights(struct sk_context *sk, const struct sk_factors *f, struct sk_matrix *ret)
{
    size_t n = f->c.columns, count = f->c.rows * n;
    double *data = sk_alloc(sk, count, sizeof *data);
    for (size_t i = 0; data && i < count; i++)
        data[i] = f->c.data[i] / f->noise[i % n];
    *ret = f->c;
    ret->data = data;
    return data != NULL;
}

static lar_value density_of(struct sk_context *sk, lar_value quadratic, size_t n,
                            double precision_log_det)
{
    const double log_2_pi = 1.8378770664093454836;
    return sk_with_number(sk, "Sub", sk_with_number(sk, "Mul", quadratic, -0.5),
                          0.5 * ((double)n * log_2_pi - precision_log_det));
}

bool sk_factors_answer(struct sk_context *sk, const struct sk_factors *f, lar_value x,
                       struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    size_t n = f->c.columns;
    struct sk_matrix weights, inverse;
    double log_det;
    if (!sk_factors_invert(sk, f, &inverse, &log_det))
        return false;
    if (!inverse.data)
        return true;
    for (size_t i = 0; i < f->c.rows; i++)
        log_det += f->d ? log(f->d[i]) : -log(f->ridge);
    for (size_t j = 0; j < n; j++)
        log_det += log(f->noise[j]);
    if (!sk_factors_weights(sk, f, &weights))
        return false;
    lar_value z = sk_times_transposed(sk, x, &weights);
    lar_value inner =
        sk_row_sums(sk, lar_draft_apply(d, "Mul", 2, z, sk_times(sk, z, &inverse)), false);
    lar_value outer = sk_with_vector(sk, "Div", lar_draft_apply(d, "Mul", 2, x, x), f->noise, n);
    lar_value quadratic = lar_draft_apply(d, "Sub", 2, sk_row_sums(sk, outer, false), inner);
    return sk_answer(sk, ret, SK_SCORE_SAMPLES, density_of(sk, quadratic, n, -log_det),
                     LAR_NO_VALUE);
}

bool sk_factors_answer_full(struct sk_context *sk, const struct sk_factors *f, lar_value x,
                            struct sk_result *ret)
{
    size_t n = f->c.columns;
    double log_det, greatest = 0, least = INFINITY;
    bool negative;
    for (size_t i = 0; i < n; i++) {
        greatest = fmax(greatest, f->d[i]);
        least = fmin(least, f->d[i]);
    }
    if (n > SK_INVERTED || !(least > 1e-12 * greatest) || isinf(greatest))
        return true;
    long double *m = sk_alloc(sk, n * n, sizeof *m);
    if (!m)
        return false;
    for (size_t i = 0; i < n * n; i++)
        m[i] = f->c.data[i];
    if (!sk_invert_matrix(m, n, &log_det, &negative))
        return true;
    long double sum = 2 * (long double)log_det;
    for (size_t j = 0; j < n; j++)
        sum += logl(f->d[j]);
    struct sk_matrix inverse = {.data = narrowed(sk, m, n * n), .rows = n, .columns = n};
    if (!inverse.data)
        return false;
    lar_value z = sk_times(sk, x, &inverse);
    z = sk_with_vector(sk, "Div", lar_draft_apply(sk->draft, "Mul", 2, z, z), f->d, n);
    return sk_answer(sk, ret, SK_SCORE_SAMPLES,
                     density_of(sk, sk_row_sums(sk, z, false), n, (double)-sum), LAR_NO_VALUE);
}

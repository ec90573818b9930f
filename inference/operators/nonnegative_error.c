/* The beta-divergence of larder.NonnegativeWeights, as scikit-learn takes it: numbers of X that are
 * not above 2^-23 count as 0, and W H is raised to that where it is divided by.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/nonnegative.h"

#include "base/checked.h"
#include "inference/kernels.h"

#include <math.h>

#define LEAST 0x1p-23

/* Half of |x - w H|^2. Of a sparse row without w H: |x|^2 + w H H' w' - 2 x H' w'. */
static double squared(struct lar_nonnegative_work *u, size_t first, size_t i)
{
    const struct lar_nonnegative *s = u->c->s;
    const double *w = u->c->w + (first + i) * s->k, *products = u->products + (first + i) * s->k;
    const struct lar_tensor *x = u->c->x;
    double sum = 0;
    if (u->whole) {
        struct lar_nonnegative_entries row = lar_nonnegative_row(u, first, i);
        for (size_t e = 0; e < row.n; e++)
            sum += (row.x[e] - row.wh[e]) * (row.x[e] - row.wh[e]);
        return sum / 2;
    }
    for (uint64_t e = x->indptr[first + i]; e < x->indptr[first + i + 1]; e++)
        sum += ((const double *)x->data)[e] * ((const double *)x->data)[e];
    u->c->kernels->panels_f64(u->denominators, w, 1, s->grams, s->k, s->k);
    for (size_t t = 0; t < s->k; t++)
        sum += w[t] * (u->denominators[t] - 2 * products[t]);
    return sum / 2;
}

/* Kullback and Leibler's: x log(x / w H) - x + w H. */
static double logarithmic(const struct lar_nonnegative *s,
                          const struct lar_nonnegative_entries *row, const double *w)
{
    double sum = 0, all = 0;
    for (size_t e = 0; e < row->n; e++)
        if (row->x[e] > LEAST) {
            sum += row->x[e] * log(row->x[e] / lar_nonnegative_raised(s, row->wh[e]));
            all += row->x[e];
        }
    for (size_t t = 0; t < s->k; t++)
        sum += w[t] * s->sums[t];
    return sum - all;
}

/* Itakura and Saito's: x / w H - log(x / w H) - 1. */
static double spectral(const struct lar_nonnegative *s, const struct lar_nonnegative_entries *row)
{
    double sum = 0;
    for (size_t e = 0; e < row->n; e++)
        if (row->x[e] > LEAST) {
            double ratio = row->x[e] / lar_nonnegative_raised(s, row->wh[e]);
            sum += ratio - log(ratio);
        }
    return sum - (double)s->d;
}

/* Any other: (x^b - b x (w H)^(b - 1) + (b - 1) (w H)^b) / (b (b - 1)), but for x^b, which the
 * constant has. W H is gone afterwards. */
static double general(struct lar_nonnegative_work *u, const struct lar_nonnegative_entries *row,
                      size_t i)
{
    const struct lar_nonnegative *s = u->c->s;
    double sum = 0, all = 0, b = s->beta, *wh = u->wh + i * s->d, *powers = u->ratios + i * s->d;
    for (size_t j = 0; j < s->d; j++)
        powers[j] = lar_nonnegative_raised(s, wh[j]);
    lar_nonnegative_powers(u->c->kernels, powers, powers, s->d, b - 1);
    for (size_t e = 0; e < row->n; e++)
        if (row->x[e] > LEAST)
            sum += row->x[e] * powers[row->columns ? row->columns[e] : e];
    lar_nonnegative_times(s, wh, powers, s->d, b);
    for (size_t j = 0; j < s->d; j++)
        all += wh[j];
    return ((b - 1) * all - b * sum) / (b * (b - 1));
}

static double row_error(struct lar_nonnegative_work *u, size_t first, size_t i)
{
    const struct lar_nonnegative *s = u->c->s;
    if (s->beta == 2)
        return squared(u, first, i);
    struct lar_nonnegative_entries row = lar_nonnegative_row(u, first, i);
    if (s->beta == 1)
        return logarithmic(s, &row, u->c->w + (first + i) * s->k);
    return s->beta == 0 ? spectral(s, &row) : general(u, &row, i);
}

/* What X alone gives to the error, the same in every round. */
static double constant(const struct lar_nonnegative_call *c)
{
    double sum = 0, b = c->s->beta;
    const double *x = c->x->data;
    size_t n = c->x->layout == LAR_LAYOUT_CSR ? (size_t)c->x->indptr[c->rows] : c->rows * c->s->d;
    if (b == 0 || b == 1 || b == 2)
        return 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] > LEAST ? pow(x[i], b) : 0;
    return sum / (b * (b - 1));
}

double lar_nonnegative_error(struct lar_nonnegative_work *u)
{
    const struct lar_nonnegative *s = u->c->s;
    if (!u->has_constant)
        u->constant = constant(u->c);
    u->has_constant = true;
    double sum = u->constant;
    for (size_t first = 0; first < u->c->rows; first += u->block) {
        size_t m = u->c->rows - first < u->block ? u->c->rows - first : u->block;
        lar_nonnegative_load(u, first, m);
        for (size_t i = 0; i < m; i++)
            sum += row_error(u, first, i);
    }
    if (s->beta != 2 && s->from_zero && sum < 0)
        sum = 0;
    return sqrt(2 * sum);
}

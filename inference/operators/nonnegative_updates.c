/* larder.NonnegativeWeights by multiplicative updates: each weight times a numerator by a
 * denominator, for which W H may be needed in full, or only where X is stored.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/nonnegative.h"

#include "base/checked.h"
#include "inference/kernels.h"
#include "inference/sums.h"
#include "inference/values.h"

#include <float.h>
#include <math.h>

#define LEAST 0x1p-23 /* in the place of a denominator of 0: the epsilon of float32 */

enum { BLOCK = 16, LANES = LAR_PANEL_F64 };

void lar_nonnegative_load(struct lar_nonnegative_work *u, size_t first, size_t m)
{
    const struct lar_nonnegative *s = u->c->s;
    if (u->whole)
        u->c->kernels->panels_f64(u->wh, u->c->w + first * s->k, m, s->along, s->k, s->d);
}

/* W of row I times column COLUMN of H. */
static double product_at(const struct lar_nonnegative_call *c, size_t i, uint32_t column)
{
    const double *w = c->w + i * c->s->k;
    double sums[LANES] = {0}, all = 0;
    for (size_t t = 0; t < c->s->k; t += LANES) {
        const double *h = c->s->across + (t / LANES * c->s->d + column) * LANES;
        size_t n = c->s->k - t;
        if (n >= LANES)
            for (int q = 0; q < LANES; q++)
                sums[q] += w[t + (size_t)q] * h[q];
        else
            for (size_t q = 0; q < n; q++)
                sums[q] += w[t + q] * h[q];
    }
    for (int q = 0; q < LANES; q++)
        all += sums[q];
    return all;
}

struct lar_nonnegative_entries lar_nonnegative_row(struct lar_nonnegative_work *u, size_t first,
                                                   size_t i)
{
    const struct lar_nonnegative_call *c = u->c;
    const struct lar_tensor *x = c->x;
    size_t d = c->s->d;
    if (x->layout == LAR_LAYOUT_DENSE)
        return (struct lar_nonnegative_entries){
            .x = (const double *)x->data + (first + i) * d, .wh = u->wh + i * d, .n = d};
    size_t at = (size_t)x->indptr[first + i];
    struct lar_nonnegative_entries ret = {.x = (const double *)x->data + at,
                                          .wh = u->gathered,
                                          .columns = x->indices + at,
                                          .n = (size_t)x->indptr[first + i + 1] - at};
    for (size_t e = 0; e < ret.n; e++)
        u->gathered[e] =
            u->whole ? u->wh[i * d + ret.columns[e]] : product_at(c, first + i, ret.columns[e]);
    return ret;
}

void lar_nonnegative_powers(const struct lar_kernels *kernels, double *to, const double *v,
                            size_t n, double e)
{
    if (e == 1)
        memmove(to, v, n * sizeof *to);
    else if (e == 2)
        for (size_t i = 0; i < n; i++)
            to[i] = v[i] * v[i];
    else if (e == 0.5)
        for (size_t i = 0; i < n; i++)
            to[i] = sqrt(v[i]);
    else if (e == -0.5)
        for (size_t i = 0; i < n; i++)
            to[i] = 1 / sqrt(v[i]);
    else if (e == -1)
        for (size_t i = 0; i < n; i++)
            to[i] = 1 / v[i];
    else if (e == -2)
        for (size_t i = 0; i < n; i++)
            to[i] = 1 / v[i] * (1 / v[i]);
    else
        kernels->powers_f64(to, v, n, e);
}

void lar_nonnegative_times(const struct lar_nonnegative *s, double *wh, const double *powers,
                           size_t n, double e)
{
    bool plain = true;
    for (size_t i = 0; i < n; i++)
        plain &= (lar_nonnegative_raised(s, wh[i]) == wh[i]) & (powers[i] <= DBL_MAX);
    for (size_t i = 0; plain && i < n; i++)
        wh[i] *= powers[i];
    for (size_t i = 0; !plain && i < n; i++) {
        bool same = lar_nonnegative_raised(s, wh[i]) == wh[i] && !isinf(powers[i]);
        wh[i] = same ? wh[i] * powers[i] : pow(wh[i], e);
    }
}

/* Kullback and Leibler's: X / (W H), by H'; the denominators are sums of components. */
static void divide_plain(struct lar_nonnegative_work *u, size_t first, size_t m)
{
    const struct lar_nonnegative *s = u->c->s;
    const struct lar_kernels *kernels = u->c->kernels;
    bool sparse = u->c->x->layout == LAR_LAYOUT_CSR;
    lar_nonnegative_load(u, first, m);
    for (size_t i = 0; i < m; i++) {
        struct lar_nonnegative_entries row = lar_nonnegative_row(u, first, i);
        double *ratios = u->ratios + (sparse ? 0 : i * s->d);
        for (size_t e = 0; e < row.n; e++)
            ratios[e] = row.x[e] / lar_nonnegative_raised(s, row.wh[e]);
        if (sparse)
            kernels->csr_panels_f64(u->numerators + i * s->k, ratios, row.columns, row.n, s->across,
                                    s->d, s->k);
        memcpy(u->denominators + i * s->k, u->sums, s->k * sizeof *u->sums);
    }
    if (!sparse)
        kernels->panels_f64(u->numerators, u->ratios, m, s->across, s->d, s->k);
}

/* (W H)^(beta - 2) of M rows to ratios, (W H)^(beta - 1) in the place of W H. */
static void raise_block(struct lar_nonnegative_work *u, size_t m)
{
    const struct lar_nonnegative *s = u->c->s;
    double *wh = u->wh, *powers = u->ratios, beta = s->beta;
    size_t n = m * s->d;
    for (size_t i = 0; i < n; i++)
        powers[i] = beta < 2 ? lar_nonnegative_raised(s, wh[i]) : wh[i];
    if (beta < 1)
        memcpy(wh, powers, n * sizeof *wh);
    lar_nonnegative_powers(u->c->kernels, powers, powers, n, beta - 2);
    if (beta < 2)
        lar_nonnegative_times(s, wh, powers, n, beta - 1);
    else
        for (size_t i = 0; i < n; i++)
            wh[i] *= powers[i];
}

/* Any other: X (W H)^(beta - 2), by H'; the denominators are (W H)^(beta - 1) H'. */
static void divide_powers(struct lar_nonnegative_work *u, size_t first, size_t m)
{
    const struct lar_nonnegative *s = u->c->s;
    const struct lar_kernels *kernels = u->c->kernels;
    const struct lar_tensor *x = u->c->x;
    lar_nonnegative_load(u, first, m);
    raise_block(u, m);
    kernels->panels_f64(u->denominators, u->wh, m, s->across, s->d, s->k);
    if (x->layout == LAR_LAYOUT_DENSE) {
        const double *data = (const double *)x->data + first * s->d;
        for (size_t i = 0; i < m * s->d; i++)
            u->ratios[i] *= data[i];
        kernels->panels_f64(u->numerators, u->ratios, m, s->across, s->d, s->k);
        return;
    }
    for (size_t i = 0; i < m; i++) {
        size_t at = (size_t)x->indptr[first + i], n = (size_t)x->indptr[first + i + 1] - at;
        for (size_t e = 0; e < n; e++)
            u->gathered[e] =
                ((const double *)x->data)[at + e] * u->ratios[i * s->d + x->indices[at + e]];
        kernels->csr_panels_f64(u->numerators + i * s->k, u->gathered, x->indices + at, n,
                                s->across, s->d, s->k);
    }
}

/* Half the squared error. */
static void divide_products(struct lar_nonnegative_work *u, size_t first, size_t m)
{
    const struct lar_nonnegative *s = u->c->s;
    memcpy(u->numerators, u->products + first * s->k, m * s->k * sizeof *u->numerators);
    u->c->kernels->panels_f64(u->denominators, u->c->w + first * s->k, m, s->grams, s->k, s->k);
}

/* Sums of squares of how far the weights moved, and of the weights, in units of the first. */
struct moves {
    double unit, moved, all;
};

static void multiply(struct lar_nonnegative_work *u, size_t first, size_t m, struct moves *moves)
{
    const struct lar_nonnegative *s = u->c->s;
    double *w = u->c->w + first * s->k;
    bool drop = s->beta < 1 && s->rule == LAR_NONNEGATIVE_ERROR;
    double *factors = u->numerators;
    size_t n = m * s->k;
    for (size_t i = 0; i < n; i++) {
        double below = u->denominators[i];
        if (s->l1 > 0 && s->beta != 1)
            below += s->l1;
        if (s->l2 > 0)
            below += s->l2 * w[i];
        factors[i] /= below == 0 ? LEAST : below;
    }
    if (s->gamma != 1)
        lar_nonnegative_powers(u->c->kernels, factors, factors, n, s->gamma);
    for (size_t i = 0; i < n; i++) {
        double next = w[i] * factors[i];
        next = drop && next < DBL_EPSILON ? 0 : next;
        double move = (next - w[i]) * moves->unit, size = next * moves->unit;
        moves->moved += move * move;
        moves->all += size * size;
        w[i] = next;
    }
}

static void update_all(struct lar_nonnegative_work *u, struct moves *moves)
{
    const struct lar_nonnegative *s = u->c->s;
    moves->moved = moves->all = 0;
    for (size_t t = 0; s->l1 > 0 && t < s->k; t++)
        u->sums[t] = (s->rule == LAR_NONNEGATIVE_ERROR ? u->sums[t] : s->sums[t]) + s->l1;
    for (size_t first = 0; first < u->c->rows; first += u->block) {
        size_t m = u->c->rows - first < u->block ? u->c->rows - first : u->block;
        if (s->beta == 2)
            divide_products(u, first, m);
        else if (s->beta == 1)
            divide_plain(u, first, m);
        else
            divide_powers(u, first, m);
        multiply(u, first, m, moves);
    }
}

static bool take(struct lar_nonnegative_work *u)
{
    const struct lar_nonnegative_call *c = u->c;
    struct lar_scratch *scratch = c->scratch;
    size_t k = c->s->k, d = c->s->d, n, cells;
    double beta = c->s->beta;
    u->whole = c->x->layout == LAR_LAYOUT_DENSE || (beta != 1 && beta != 2);
    u->block = d < 4096 ? BLOCK : 4;
    if (!lar_mul_size(c->rows, k, &n) || !lar_mul_size(u->block, d, &cells))
        return false;
    u->products = lar_scratch_take(scratch, beta == 2 ? n : 0, sizeof(double));
    u->sums = lar_scratch_take(scratch, k, sizeof(double));
    u->wh = lar_scratch_take(scratch, u->whole ? cells : 0, sizeof(double));
    u->ratios = lar_scratch_take(scratch, u->whole ? cells : d, sizeof(double));
    u->gathered = lar_scratch_take(scratch, d, sizeof(double));
    u->numerators = lar_scratch_take(scratch, u->block * k, sizeof(double));
    u->denominators = lar_scratch_take(scratch, u->block * k, sizeof(double));
    return u->products && u->sums && u->wh && u->ratios && u->gathered && u->numerators &&
           u->denominators;
}

/* Rule 1: whether the error of round ROUND is so near to that of ten rounds before. */
static bool is_settled(struct lar_nonnegative_work *u, uint64_t round, double first,
                       double *previous)
{
    double tolerance = u->c->s->tolerance;
    if (!(tolerance > 0) || round % 10 != 0)
        return false;
    double error = lar_nonnegative_error(u);
    bool settled = (*previous - error) / first < tolerance;
    *previous = error;
    return settled;
}

bool lar_nonnegative_update(const struct lar_nonnegative_call *c, struct lar_error *err)
{
    const struct lar_nonnegative *s = c->s;
    const double *data = c->x->data;
    struct lar_nonnegative_work u = {.c = c};
    uint64_t all = (uint64_t)c->rows * s->d;
    uint64_t n = c->x->layout == LAR_LAYOUT_CSR ? c->x->indptr[c->rows] : all;
    double start = sqrt(lar_sum_f64(data, n) / (double)all / (double)s->k);
    struct moves moves = {.unit = start > 0 ? 1 / start : 1};
    for (size_t i = 0; i < c->rows * s->k; i++)
        c->w[i] = start;
    if (!take(&u))
        return lar_scratch_fail(c->scratch, err, "weights");
    memcpy(u.sums, s->sums, s->k * sizeof *u.sums);
    if (s->beta == 2)
        lar_nonnegative_products(c, 0, c->rows, u.products);
    double first = s->rule == LAR_NONNEGATIVE_ERROR ? lar_nonnegative_error(&u) : 0;
    double previous = first;
    for (uint64_t round = 1; round <= s->rounds; round++) {
        update_all(&u, &moves);
        if (s->rule == LAR_NONNEGATIVE_ERROR) {
            if (is_settled(&u, round, first, &previous))
                break;
        } else if (!isfinite(moves.all)) {
            return lar_fail(err, LAR_ERR_INVALID,
                            "the nonnegative factorization of these rows leads to no numbers");
        } else if (s->tolerance > 0 && sqrt(moves.moved) / sqrt(moves.all) <= s->tolerance) {
            break;
        }
    }
    return true;
}

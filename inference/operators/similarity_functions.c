/* Products, distances, and the functions of them; see similarity_functions.h.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/similarity_functions.h"

#include <float.h>
#include <math.h>

/* Of one row to the LAR_PANEL_F64 columns of a panel: -sum (x - v)^2 / (x + v). */
static void chi2_panel(double *y, const double *x, const double *panel, size_t k)
{
    for (size_t t = 0; t < k; t++, panel += LAR_PANEL_F64)
        for (size_t j = 0; j < LAR_PANEL_F64; j++) {
            double d = x[t] - panel[j], sum = x[t] + panel[j];
            y[j] -= sum != 0 ? d * d / sum : 0;
        }
}

static void chi2(double *y, const struct lar_similarity_rows *rows,
                 const struct lar_similarity_chunk *chunk, size_t k)
{
    for (size_t i = 0; i < rows->m; i++)
        for (size_t j = 0; j < chunk->n; j += LAR_PANEL_F64) {
            double d[LAR_PANEL_F64] = {0};
            chi2_panel(d, rows->x + i * k, chunk->panels + j * k, k);
            for (size_t q = 0; q < LAR_PANEL_F64 && j + q < chunk->n; q++)
                y[i * chunk->n + j + q] = d[q];
        }
}

void lar_similarity_dense(const struct lar_similarity *s, const struct lar_kernels *kernels,
                          double *y, const struct lar_similarity_rows *rows,
                          const struct lar_similarity_chunk *chunk)
{
    switch (s->kind) {
    case LAR_SIMILARITY_LINEAR:
    case LAR_SIMILARITY_POLYNOMIAL:
    case LAR_SIMILARITY_SIGMOID:
    case LAR_SIMILARITY_COSINE:
        kernels->panels_f64(y, rows->x, rows->m, chunk->panels, s->k, chunk->n);
        return;
    case LAR_SIMILARITY_LAPLACIAN:
        kernels->magnitudes_f64(y, rows->x, rows->m, chunk->panels, s->k, chunk->n);
        return;
    case LAR_SIMILARITY_ADDITIVE_CHI2:
    case LAR_SIMILARITY_CHI2: chi2(y, rows, chunk, s->k); return;
    default: kernels->squares_f64(y, rows->x, rows->m, chunk->panels, s->k, chunk->n);
    }
}

/* |x - v|^2 of two sparse rows with ascending columns. */
static double merged_square(const double *x, const uint32_t *xc, size_t nx, const double *v,
                            const uint32_t *vc, size_t nv)
{
    double sum = 0;
    size_t i = 0, j = 0;
    while (i < nx && j < nv) {
        double d = xc[i] == vc[j] ? x[i] - v[j] : xc[i] < vc[j] ? x[i] : v[j];
        bool left = xc[i] <= vc[j], right = vc[j] <= xc[i];
        sum += d * d;
        i += left;
        j += right;
    }
    for (; i < nx; i++)
        sum += x[i] * x[i];
    for (; j < nv; j++)
        sum += v[j] * v[j];
    return sum;
}

/* |x - v|^2 as |x|^2 - 2 x.v + |v|^2 where GAMMA times that is small: then the error of the
 * exponent is below 64 roundings. Else entry by entry. */
static double sparse_square(const struct lar_similarity_rows *rows, double gamma, const double *v,
                            const uint32_t *columns, size_t n)
{
    double products[4] = {0}, squares[4] = {0};
    size_t e = 0;
    for (; e + 4 <= n; e += 4)
        for (size_t q = 0; q < 4; q++) {
            products[q] += v[e + q] * rows->x[columns[e + q]];
            squares[q] += v[e + q] * v[e + q];
        }
    for (; e < n; e++) {
        products[0] += v[e] * rows->x[columns[e]];
        squares[0] += v[e] * v[e];
    }
    double length = (squares[0] + squares[1]) + (squares[2] + squares[3]);
    double product = (products[0] + products[1]) + (products[2] + products[3]);
    if (!(fabs(gamma) * (rows->length + length) <= 64))
        return merged_square(rows->values, rows->columns, rows->nnz, v, columns, n);
    double square = rows->length - 2 * product + length;
    return square > 0 ? square : 0;
}

void lar_similarity_sparse(const struct lar_similarity *s, const struct lar_kernels *kernels,
                           double *y, const struct lar_similarity_rows *rows,
                           const struct lar_similarity_chunk *chunk)
{
    for (size_t j = 0; j < chunk->n; j++) {
        size_t at = (size_t)s->csr->indptr[chunk->first + j];
        size_t nnz = (size_t)s->csr->indptr[chunk->first + j + 1] - at;
        const double *values = (const double *)s->csr->data + at;
        const uint32_t *columns = s->csr->indices + at;
        if (s->kind == LAR_SIMILARITY_RBF)
            y[j] = sparse_square(rows, s->gamma, values, columns, nnz);
        else
            kernels->csr_dots_f64(y + j, values, columns, nnz, rows->x, s->k, 1);
    }
}

/* By squaring, as libsvm does. */
static double whole_power(double base, unsigned exponent)
{
    double power = 1;
    for (; exponent; exponent /= 2, base *= base)
        if (exponent % 2)
            power *= base;
    return power;
}

static void polynomial(const struct lar_similarity *s, double *y, size_t n)
{
    bool whole = s->degree >= 0 && s->degree <= 1e6 && s->degree == floor(s->degree);
    unsigned exponent = whole ? (unsigned)s->degree : 0;
    for (size_t i = 0; i < n; i++) {
        double base = s->gamma * y[i] + s->coef0;
        y[i] = whole ? whole_power(base, exponent) : pow(base, s->degree);
    }
}

/* exp(x), without libm's slow way where the answer is below the smallest double: rows far from a
 * support vector are common. */
static inline double exp_or_zero(double x)
{
    return x < -746 ? 0 : exp(x);
}

/* Matern's function with any nu, as scikit-learn computes it: in this order, because products of
 * the parts overflow, or are 0 times inf, where the whole would not. */
static void matern(const struct lar_similarity *s, double *y, size_t n)
{
    const double nu = s->degree, factor = pow(2, 1 - nu) / tgamma(nu);
    for (size_t i = 0; i < n; i++) {
        double root = sqrt(y[i]), d = s->gamma * (root == 0 ? DBL_EPSILON : root);
        if (s->bessel && factor != 0)
            y[i] = factor * pow(d, nu) * lar_bessel_k(s->bessel, d);
        else
            y[i] = factor * pow(d, nu) * (lar_bessel_k_overflows(nu, d) ? INFINITY : 0);
    }
}

#define EACH(expression)                                                                           \
    for (size_t i = 0; i < n; i++) {                                                               \
        const double v = y[i];                                                                     \
        y[i] = (expression);                                                                       \
    }                                                                                              \
    return

void lar_similarity_finish(const struct lar_similarity *s, double *y, size_t n)
{
    const double gamma = s->gamma, coef0 = s->coef0, degree = s->degree;
    switch (s->kind) {
    case LAR_SIMILARITY_POLYNOMIAL: polynomial(s, y, n); return;
    case LAR_SIMILARITY_RBF:
    case LAR_SIMILARITY_LAPLACIAN: EACH(exp_or_zero(-gamma * v));
    case LAR_SIMILARITY_SIGMOID: EACH(tanh(gamma * v + coef0));
    case LAR_SIMILARITY_CHI2: EACH(exp_or_zero(gamma * v));
    case LAR_SIMILARITY_MATERN_1: EACH(exp_or_zero(-gamma * sqrt(v)));
    case LAR_SIMILARITY_MATERN_3: EACH((1 + gamma * sqrt(v)) * exp(-gamma * sqrt(v)));
    case LAR_SIMILARITY_MATERN_5:
        EACH((1 + gamma * sqrt(v) + gamma * gamma * v / 3) * exp(-gamma * sqrt(v)));
    case LAR_SIMILARITY_RATIONAL: EACH(pow(1 + v / coef0, -degree));
    case LAR_SIMILARITY_PERIODIC:
        EACH(exp(-2 * (sin(gamma * sqrt(v)) / coef0) * (sin(gamma * sqrt(v)) / coef0)));
    case LAR_SIMILARITY_MATERN: matern(s, y, n); return;
    default: return; /* linear, cosine, additive chi2: the sum itself */
    }
}

/* Products in plain C: what every level must equal bit for bit. See kernels.h.
 * SPDX-License-Identifier: MIT */
#include "inference/kernels.h"

#include <math.h>

static double combine(const double s[8])
{
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

static void dots_f64(double *y, const double *x, size_t m, const double *w, size_t k, size_t n)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double s[8] = {0};
            for (size_t t = 0; t < k; t++)
                s[t % 8] = fma(x[i * k + t], w[j * k + t], s[t % 8]);
            y[i * n + j] = combine(s);
        }
}

static void panels_f64(double *y, const double *x, size_t m, const double *w, size_t k, size_t n)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const double *panel = w + j / LAR_PANEL_F64 * k * LAR_PANEL_F64 + j % LAR_PANEL_F64;
            double s[8] = {0};
            for (size_t t = 0; t < k; t++)
                s[t % 8] = fma(x[i * k + t], panel[t * LAR_PANEL_F64], s[t % 8]);
            y[i * n + j] = combine(s);
        }
}

static void squares_f64(double *y, const double *x, size_t m, const double *w, size_t k, size_t n)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const double *panel = w + j / LAR_PANEL_F64 * k * LAR_PANEL_F64 + j % LAR_PANEL_F64;
            double s[8] = {0};
            for (size_t t = 0; t < k; t++) {
                double d = x[i * k + t] - panel[t * LAR_PANEL_F64];
                s[t % 8] = fma(d, d, s[t % 8]);
            }
            y[i * n + j] = combine(s);
        }
}

static void magnitudes_f64(double *y, const double *x, size_t m, const double *w, size_t k,
                           size_t n)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const double *panel = w + j / LAR_PANEL_F64 * k * LAR_PANEL_F64 + j % LAR_PANEL_F64;
            double s[8] = {0};
            for (size_t t = 0; t < k; t++)
                s[t % 8] += fabs(x[i * k + t] - panel[t * LAR_PANEL_F64]);
            y[i * n + j] = combine(s);
        }
}

static void panels_f32(float *y, const float *x, size_t m, const float *w, size_t k, size_t n)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const float *panel = w + j / LAR_PANEL_F32 * k * LAR_PANEL_F32 + j % LAR_PANEL_F32;
            float s = 0;
            for (size_t t = 0; t < k; t++)
                s = fmaf(x[i * k + t], panel[t * LAR_PANEL_F32], s);
            y[i * n + j] = s;
        }
}

static void csr_dots_f64(double *y, const double *values, const uint32_t *columns, size_t nnz,
                         const double *w, size_t k, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double s[8] = {0};
        for (size_t e = 0; e < nnz; e++)
            s[e % 8] = fma(values[e], w[j * k + columns[e]], s[e % 8]);
        y[j] = combine(s);
    }
}

static void csr_panels_f64(double *y, const double *values, const uint32_t *columns, size_t nnz,
                           const double *w, size_t k, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        const double *panel = w + j / LAR_PANEL_F64 * k * LAR_PANEL_F64 + j % LAR_PANEL_F64;
        double s[8] = {0};
        for (size_t e = 0; e < nnz; e++)
            s[e % 8] = fma(values[e], panel[(size_t)columns[e] * LAR_PANEL_F64], s[e % 8]);
        y[j] = combine(s);
    }
}

static void unfused_squares_f64(double *y, const double *x, const double *panels, size_t k,
                                size_t n_panels)
{
    for (size_t i = 0; i < n_panels; i++, panels += k * LAR_PANEL_F64)
        for (size_t q = 0; q < LAR_PANEL_F64; q++) {
            double s = 0;
            for (size_t t = 0; t < k; t++) {
                double difference = x[t] - panels[t * LAR_PANEL_F64 + q];
                s += difference * difference;
            }
            *y++ = s;
        }
}

/* kernels/powers.c */
void lar_powers_f64_plain(double *to, const double *v, size_t n, double e);

const struct lar_kernels lar_kernels_plain = {
    .name = "plain",
    .dots_f64 = dots_f64,
    .panels_f64 = panels_f64,
    .squares_f64 = squares_f64,
    .magnitudes_f64 = magnitudes_f64,
    .panels_f32 = panels_f32,
    .csr_dots_f64 = csr_dots_f64,
    .csr_panels_f64 = csr_panels_f64,
    .unfused_squares_f64 = unfused_squares_f64,
    .powers_f64 = lar_powers_f64_plain,
};

/* Products in gcc's vector extensions, compiled once for each CPU level: meson gives LEVEL (the
 * name) and LANES (doubles in a register). This file, unlike the others, is compiled with
 * -ffp-contract=fast: a product that meets a sum is one fma, as kernels.h wants it.
 * SPDX-License-Identifier: MIT */
#include "inference/kernels.h"

#include <string.h>

enum {
    PARTS = 8 / LANES,         /* registers for eight doubles */
    ROWS = LANES == 8 ? 3 : 1, /* rows at a time against one panel: 8 accumulators each */
    DOT_ROWS = 4,
    DOT_BLOCK = 32, /* rows that stay near for the next column */
    ROWS_F32 = 6,
    LANES_F32 = 2 * LANES,
    PARTS_F32 = LAR_PANEL_F32 / LANES_F32,
};

typedef double vec __attribute__((vector_size(LANES * 8), aligned(8), may_alias));
typedef double vec4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t veci __attribute__((vector_size(LANES * 8), aligned(8), may_alias));
typedef float vecf __attribute__((vector_size(LANES * 8), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const double *p)
{
    return *(const vec *)p;
}

INLINE double combine(const double s[8])
{
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

INLINE vec combine_vectors(const vec s[8])
{
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/* One row of X times one column W: a register holds LANES of the eight partial sums. */
INLINE double dot_row(const double *x, const double *w, size_t k)
{
    vec s[PARTS];
    double sums[8] __attribute__((aligned(64)));
    size_t t = 0;
    for (int h = 0; h < PARTS; h++)
        s[h] = (vec){0};
    for (; t + 8 <= k; t += 8)
        for (int h = 0; h < PARTS; h++)
            s[h] += load(x + t + h * LANES) * load(w + t + h * LANES);
    for (int h = 0; h < PARTS; h++)
        *(vec *)(sums + h * LANES) = s[h];
#pragma GCC unroll 8
    for (size_t q = 0; q < 7; q++)
        if (t + q < k)
            sums[q] = __builtin_fma(x[t + q], w[t + q], sums[q]);
    return combine(sums);
}

/* s0 + s4, s1 + s5, s2 + s6, s3 + s7 */
INLINE vec4 fold(const vec s[PARTS])
{
#if LANES == 8
    return __builtin_shufflevector(s[0], s[0], 0, 1, 2, 3) +
           __builtin_shufflevector(s[0], s[0], 4, 5, 6, 7);
#else
    return s[0] + s[1];
#endif
}

/* The first two parts of combine() for two rows: each row's even sum beside its odd one. */
INLINE vec4 fold_two(vec4 a, vec4 b)
{
    return __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

/* The last K mod 8 terms of a column: W, filled up with zeros, and which of the eight exist. */
struct tail {
    size_t n;
    vec w[PARTS];
    veci mask[PARTS];
};

/* Four rows of X at once. Where there is a tail, eight doubles can be read from its start on. */
INLINE void dot_rows(double *y, size_t y_stride, const double *x, const double *w, size_t k,
                     const struct tail *tail)
{
    vec s[DOT_ROWS][PARTS];
    size_t t = 0;
    for (size_t r = 0; r < DOT_ROWS; r++)
        for (int h = 0; h < PARTS; h++)
            s[r][h] = (vec){0};
    for (; t + 8 <= k; t += 8)
        for (int h = 0; h < PARTS; h++)
            for (size_t r = 0; r < DOT_ROWS; r++)
                s[r][h] += load(x + r * k + t + h * LANES) * load(w + t + h * LANES);
    if (tail->n)
        for (int h = 0; h < PARTS; h++)
            for (size_t r = 0; r < DOT_ROWS; r++) {
                veci mask = tail->mask[h];
                vec more = s[r][h] + load(x + r * k + t + h * LANES) * tail->w[h];
                s[r][h] = (vec)(((veci)more & mask) | ((veci)s[r][h] & ~mask));
            }
    vec4 ab = fold_two(fold(s[0]), fold(s[1])), cd = fold_two(fold(s[2]), fold(s[3]));
    vec4 sums =
        __builtin_shufflevector(ab, cd, 0, 2, 4, 6) + __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
    for (size_t r = 0; r < DOT_ROWS; r++)
        y[r * y_stride] = sums[r];
}

/* M rows of X times one column W; READABLE doubles follow from X on. */
INLINE void dot_column(double *y, size_t y_stride, const double *x, size_t m, size_t readable,
                       const double *w, size_t k)
{
    static const int64_t exists[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    double rest[8] = {0};
    struct tail tail = {.n = k % 8};
    size_t i = 0, beyond = tail.n ? 8 - tail.n : 0; /* what a row's last eight reach into */
    memcpy(rest, w + k - tail.n, tail.n * sizeof *rest);
    for (int h = 0; h < PARTS; h++) {
        tail.w[h] = load(rest + h * LANES);
        tail.mask[h] = *(const veci *)(exists + 8 - tail.n + h * LANES);
    }
    for (; i + DOT_ROWS <= m && (i + DOT_ROWS) * k + beyond <= readable; i += DOT_ROWS)
        dot_rows(y + i * y_stride, y_stride, x + i * k, w, k, &tail);
    for (; i < m; i++)
        y[i * y_stride] = dot_row(x + i * k, w, k);
}

static void dots_f64(double *y, const double *x, size_t m, const double *w, size_t k, size_t n)
{
    for (size_t i = 0; i < m; i += DOT_BLOCK)
        for (size_t j = 0; j < n; j++)
            dot_column(y + i * n + j, n, x + i * k, m - i < DOT_BLOCK ? m - i : DOT_BLOCK,
                       (m - i) * k, w + j * k, k);
}

/* Stores up to WIDTH results. */
INLINE void store_some(double *y, vec v, size_t width)
{
    if (width >= LANES)
        *(vec *)y = v;
    else
        memcpy(y, &v, width * sizeof *y);
}

enum terms { PRODUCTS, SQUARES, MAGNITUDES };

/* One more term: a product, or the square or the magnitude of a difference. */
INLINE vec term(vec sum, double x, vec w, enum terms kind)
{
    vec d = x - w;
    if (kind == MAGNITUDES)
        return sum + (vec)((veci)d & INT64_MAX);
    return kind == SQUARES ? sum + d * d : sum + x * w;
}

/* M (constant) rows of X against LANES columns of a panel; WIDTH of them exist. */
INLINE void panel_rows(double *y, size_t y_stride, size_t width, const double *x, size_t m,
                       const double *w, size_t k, enum terms kind)
{
    vec s[ROWS][8];
    size_t t = 0;
    for (size_t r = 0; r < m; r++)
        for (int q = 0; q < 8; q++)
            s[r][q] = (vec){0};
    for (; t + 8 <= k; t += 8) {
#pragma GCC unroll 8
        for (int q = 0; q < 8; q++) {
            vec wv = load(w + (t + (size_t)q) * LAR_PANEL_F64);
            for (size_t r = 0; r < m; r++)
                s[r][q] = term(s[r][q], x[r * k + t + (size_t)q], wv, kind);
        }
    }
#pragma GCC unroll 8
    for (int q = 0; q < 7; q++)
        if (t + (size_t)q < k) {
            vec wv = load(w + (t + (size_t)q) * LAR_PANEL_F64);
            for (size_t r = 0; r < m; r++)
                s[r][q] = term(s[r][q], x[r * k + t + (size_t)q], wv, kind);
        }
    for (size_t r = 0; r < m; r++)
        store_some(y + r * y_stride, combine_vectors(s[r]), width);
}

INLINE void all_panels(double *y, const double *x, size_t m, const double *w, size_t k, size_t n,
                       enum terms kind)
{
    for (size_t j = 0; j < n; j += LANES) {
        const double *panel = w + j / LAR_PANEL_F64 * k * LAR_PANEL_F64 + j % LAR_PANEL_F64;
        size_t i = 0;
        for (; i + ROWS <= m; i += ROWS)
            panel_rows(y + i * n + j, n, n - j, x + i * k, ROWS, panel, k, kind);
        for (; i < m; i++)
            panel_rows(y + i * n + j, n, n - j, x + i * k, 1, panel, k, kind);
    }
}

static void panels_f64(double *y, const double *x, size_t m, const double *w, size_t k, size_t n)
{
    all_panels(y, x, m, w, k, n, PRODUCTS);
}

static void squares_f64(double *y, const double *x, size_t m, const double *w, size_t k, size_t n)
{
    all_panels(y, x, m, w, k, n, SQUARES);
}

static void magnitudes_f64(double *y, const double *x, size_t m, const double *w, size_t k,
                           size_t n)
{
    all_panels(y, x, m, w, k, n, MAGNITUDES);
}

/* M (constant) rows times one panel of float32, one chain for each output. */
INLINE void panel_rows_f32(float *y, size_t y_stride, size_t width, const float *x, size_t m,
                           const float *w, size_t k)
{
    vecf s[ROWS_F32][PARTS_F32];
    for (size_t r = 0; r < m; r++)
        for (int h = 0; h < PARTS_F32; h++)
            s[r][h] = (vecf){0};
    for (size_t t = 0; t < k; t++)
        for (int h = 0; h < PARTS_F32; h++) {
            vecf wv = *(const vecf *)(w + t * LAR_PANEL_F32 + h * LANES_F32);
            for (size_t r = 0; r < m; r++)
                s[r][h] += x[r * k + t] * wv;
        }
    for (size_t r = 0; r < m; r++)
        memcpy(y + r * y_stride, s[r], width * sizeof *y);
}

static void panels_f32(float *y, const float *x, size_t m, const float *w, size_t k, size_t n)
{
    for (size_t j = 0; j < n; j += LAR_PANEL_F32) {
        const float *panel = w + j * k;
        size_t width = n - j < LAR_PANEL_F32 ? n - j : LAR_PANEL_F32, i = 0;
        for (; i + ROWS_F32 <= m; i += ROWS_F32)
            panel_rows_f32(y + i * n + j, n, width, x + i * k, ROWS_F32, panel, k);
        for (; i < m; i++)
            panel_rows_f32(y + i * n + j, n, width, x + i * k, 1, panel, k);
    }
}

static void csr_dots_f64(double *y, const double *values, const uint32_t *columns, size_t nnz,
                         const double *w, size_t k, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double s[8] = {0};
        size_t e = 0;
        for (; e + 8 <= nnz; e += 8) {
#pragma GCC unroll 8
            for (int q = 0; q < 8; q++)
                s[q] =
                    __builtin_fma(values[e + (size_t)q], w[j * k + columns[e + (size_t)q]], s[q]);
        }
        for (size_t i = e; i < nnz; i++)
            s[i - e] = __builtin_fma(values[i], w[j * k + columns[i]], s[i - e]);
        y[j] = combine(s);
    }
}

static void csr_panels_f64(double *y, const double *values, const uint32_t *columns, size_t nnz,
                           const double *w, size_t k, size_t n)
{
    for (size_t j = 0; j < n; j += LANES) {
        const double *panel = w + j / LAR_PANEL_F64 * k * LAR_PANEL_F64 + j % LAR_PANEL_F64;
        vec s[8] = {0};
        size_t e = 0;
        for (; e + 8 <= nnz; e += 8) {
#pragma GCC unroll 8
            for (int q = 0; q < 8; q++)
                s[q] += values[e + (size_t)q] *
                        load(panel + (size_t)columns[e + (size_t)q] * LAR_PANEL_F64);
        }
#pragma GCC unroll 8
        for (int q = 0; q < 7; q++)
            if (e + (size_t)q < nnz)
                s[q] += values[e + (size_t)q] *
                        load(panel + (size_t)columns[e + (size_t)q] * LAR_PANEL_F64);
        store_some(y + j, combine_vectors(s), n - j);
    }
}

/* kernels/squares.c */
#define SQUARES_OF(level) lar_unfused_squares_f64_##level
#define SQUARES(level) SQUARES_OF(level)
void SQUARES(LEVEL)(double *y, const double *x, const double *panels, size_t k, size_t n_panels);

/* kernels/powers.c */
#define POWERS_OF(level) lar_powers_f64_##level
#define POWERS(level) POWERS_OF(level)
void POWERS(LEVEL)(double *to, const double *v, size_t n, double e);

#define STRING(x) #x
#define NAME_OF(level) STRING(level)
#define TABLE_OF(level) lar_kernels_##level
#define TABLE(level) TABLE_OF(level)

extern const struct lar_kernels TABLE(LEVEL);
const struct lar_kernels TABLE(LEVEL) = {
    .name = NAME_OF(LEVEL),
    .dots_f64 = dots_f64,
    .panels_f64 = panels_f64,
    .squares_f64 = squares_f64,
    .magnitudes_f64 = magnitudes_f64,
    .panels_f32 = panels_f32,
    .csr_dots_f64 = csr_dots_f64,
    .csr_panels_f64 = csr_panels_f64,
    .unfused_squares_f64 = SQUARES(LEVEL),
    .powers_f64 = POWERS(LEVEL),
};

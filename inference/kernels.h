/* Products, for each level of CPU.
 *
 * One source in gcc's vector extensions (kernels/products.c) is compiled once for each level; the
 * plain form (kernels/plain.c) says what is computed. All levels give the same bits, and one output
 * element depends on its own row and column only, never on the number or position of the rows:
 *
 *   float64   the terms of an output are dealt to eight partial sums by k mod 8 (CSR: by the number
 *             of the stored entry in its row, mod 8); each is a chain s = fma(x, w, s) from +0; the
 *             result is ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)).
 *   float32   one chain s = fma(x, w, s) from +0 over rising k.
 *
 * (Which NaN comes out of several is not defined.)
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_KERNELS_H
#define INFERENCE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The second factor [k, n] is packed: as its transpose w[n][k] ("dots", for few columns), or in
 * panels of columns w[panel][k][LAR_PANEL], the last filled up with zeros. */
enum { LAR_PANEL_F64 = 8, LAR_PANEL_F32 = 16 };

struct lar_kernels {
    const char *name; /* "plain", "avx2", "avx512" */

    /* y[m][n] = x[m][k] * w */
    void (*dots_f64)(double *y, const double *x, size_t m, const double *w, size_t k, size_t n);
    void (*panels_f64)(double *y, const double *x, size_t m, const double *w, size_t k, size_t n);
    /* distances: with x - w in the place of both factors; with |x - w| as terms, plainly added */
    void (*squares_f64)(double *y, const double *x, size_t m, const double *w, size_t k, size_t n);
    void (*magnitudes_f64)(double *y, const double *x, size_t m, const double *w, size_t k,
                           size_t n);
    void (*panels_f32)(float *y, const float *x, size_t m, const float *w, size_t k, size_t n);

    /* y[n] = one CSR row of NNZ entries * w; dots: w[n][k] as well. */
    void (*csr_dots_f64)(double *y, const double *values, const uint32_t *columns, size_t nnz,
                         const double *w, size_t k, size_t n);
    void (*csr_panels_f64)(double *y, const double *values, const uint32_t *columns, size_t nnz,
                           const double *w, size_t k, size_t n);

    /* Squared distances from one point to points in panels: y[n_panels][LAR_PANEL_F64] from x[k]
     * and panels[n_panels][k][LAR_PANEL_F64]. Over rising k, from +0, the square of the difference
     * is rounded, then added: never fused. */
    void (*unfused_squares_f64)(double *y, const double *x, const double *panels, size_t k,
                                size_t n_panels);

    /* to[n] = v^e, within 2 + |e| ulp; TO may be V. What is beyond the usual is what pow() says. */
    void (*powers_f64)(double *to, const double *v, size_t n, double e);
};

/* Levels beyond the plain form, as bits. */
enum { LAR_CPU_AVX2 = 1, LAR_CPU_AVX512 = 2, LAR_CPU_ALL = 3 };

/* What this CPU (and this build) has. */
unsigned lar_cpu_levels(void);

/* The best kernels among LEVELS, all of which the CPU must have. */
const struct lar_kernels *lar_kernels_of(unsigned levels);

/* The best kernels; the variable LAR_CPU_MASK (a number: the levels allowed) masks levels off. */
const struct lar_kernels *lar_kernels_best(void);

extern const struct lar_kernels lar_kernels_plain;

#endif

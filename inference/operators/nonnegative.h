/* Parts of larder.NonnegativeWeights; see nonnegative.c.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_OPERATORS_NONNEGATIVE_H
#define INFERENCE_OPERATORS_NONNEGATIVE_H

#include "inference/operator.h"

/* How the weights are solved for, and what ends it. */
enum lar_nonnegative_rule {
    LAR_NONNEGATIVE_DESCENT, /* coordinate descent: the violation in a pass */
    LAR_NONNEGATIVE_ERROR,   /* multiplicative updates: the error, looked at after every tenth */
    LAR_NONNEGATIVE_CHANGE,  /* multiplicative updates: how far the weights moved */
    LAR_NONNEGATIVE_RULES
};

/* A node, prepared. H is the matrix of components, [k, d]. */
struct lar_nonnegative {
    size_t k, d;
    enum lar_nonnegative_rule rule;
    double beta, l1, l2, tolerance, gamma;
    uint64_t rounds;
    bool raise_small, from_zero;
    const double *gram;   /* [k, k]: H H'; of the descent with l2 along the diagonal */
    const double *grams;  /* the same in panels; not of the descent */
    const double *across; /* H' in panels: [k / 8][d][8] */
    const double *along;  /* H in panels: [d / 8][k][8]; not of the descent */
    const double *sums;   /* [k]: of each component */
};

/* One execution. */
struct lar_nonnegative_call {
    const struct lar_nonnegative *s;
    const struct lar_kernels *kernels;
    struct lar_scratch *scratch;
    const struct lar_tensor *x; /* [rows, d] */
    size_t rows;                /* at least 1 */
    double *w;                  /* [rows, k]: the result */
};

/* Rows [first, first + m) of X times H': to Y [m, k]. */
void lar_nonnegative_products(const struct lar_nonnegative_call *c, size_t first, size_t m,
                              double *y);

/* The two solvers. */
bool lar_nonnegative_descend(const struct lar_nonnegative_call *c, struct lar_error *err);
bool lar_nonnegative_update(const struct lar_nonnegative_call *c, struct lar_error *err);

/* ---- of the updates -------------------------------------------------------------------------- */

/* Their working memory. A block is up to `block` rows. */
struct lar_nonnegative_work {
    const struct lar_nonnegative_call *c;
    size_t block;
    bool whole;       /* W H is needed in full, not only where X is stored */
    double *products; /* [rows, k]: X H'; only where beta is 2 */
    double *sums;     /* [k]: what the denominators are where beta is 1 */
    double *wh;       /* [block, d]: W H of a block; only where whole */
    double *ratios;   /* [block, d], or [1, d]: what the numerators are products of */
    double *gathered; /* [d]: W H where one sparse row is stored */
    double *numerators, *denominators; /* [block, k] */
    bool has_constant;                 /* from the first error on */
    double constant;                   /* what X alone gives to the error */
};

/* The numbers of a row that count, and W H there: all of a dense row, the stored ones of a sparse
 * one. */
struct lar_nonnegative_entries {
    const double *x, *wh;
    const uint32_t *columns; /* of a sparse row */
    size_t n;
};

/* Computes W H of rows [FIRST, FIRST + M), where it is needed in full. */
void lar_nonnegative_load(struct lar_nonnegative_work *u, size_t first, size_t m);

/* Row I of them, FIRST + I of all. */
struct lar_nonnegative_entries lar_nonnegative_row(struct lar_nonnegative_work *u, size_t first,
                                                   size_t i);

/* What W H is taken to be where it is divided by. */
static inline double lar_nonnegative_raised(const struct lar_nonnegative *s, double v)
{
    const double epsilon = 0x1p-23; /* of float32 */
    return (s->raise_small ? v < epsilon : v == 0) ? epsilon : v;
}

/* V[N] to the power of E: to TO, which may be V. */
void lar_nonnegative_powers(const struct lar_kernels *kernels, double *to, const double *v,
                            size_t n, double e);

/* From POWERS, (W H)^(e - 1) where W H was raised, to W H[N]^e itself, in the place of W H. */
void lar_nonnegative_times(const struct lar_nonnegative *s, double *wh, const double *powers,
                           size_t n, double e);

/* How far W H is from X, as the root of twice the divergence. */
double lar_nonnegative_error(struct lar_nonnegative_work *u);

#endif

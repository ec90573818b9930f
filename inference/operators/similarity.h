/* Kernel functions of machine learning: how alike two rows are. (The kernels of
 * inference/kernels.h are another thing: code for a CPU.)
 *
 * Operators that use one take input 0, rows X (a matrix, dense or CSR), and input 1, constant rows
 * V, and declare LAR_SIMILARITY_PARAMS. With CSR rows V only the first four kinds exist, and no
 * scales. A result depends on its own row of X and on V only.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_OPERATORS_SIMILARITY_H
#define INFERENCE_OPERATORS_SIMILARITY_H

#include "inference/bessel.h"
#include "inference/kernels.h"
#include "inference/operator.h"

/* The param "kind"; its other params default to 1. The numbers are part of the flat form. */
enum lar_similarity_kind {
    LAR_SIMILARITY_LINEAR,        /* x.v */
    LAR_SIMILARITY_POLYNOMIAL,    /* (gamma x.v + coef0)^degree */
    LAR_SIMILARITY_RBF,           /* exp(-gamma |x - v|^2) */
    LAR_SIMILARITY_SIGMOID,       /* tanh(gamma x.v + coef0) */
    LAR_SIMILARITY_LAPLACIAN,     /* exp(-gamma sum |x - v|) */
    LAR_SIMILARITY_ADDITIVE_CHI2, /* -sum (x - v)^2 / (x + v), terms 0/0 left out */
    LAR_SIMILARITY_CHI2,          /* exp(gamma times that) */
    LAR_SIMILARITY_COSINE,        /* x.v / (|x| |v|) */
    LAR_SIMILARITY_MATERN_1,      /* exp(-d), d = gamma |x - v| */
    LAR_SIMILARITY_MATERN_3,      /* (1 + d) exp(-d) */
    LAR_SIMILARITY_MATERN_5,      /* (1 + d + d^2 / 3) exp(-d) */
    LAR_SIMILARITY_RATIONAL,      /* (1 + |x - v|^2 / coef0)^-degree */
    LAR_SIMILARITY_PERIODIC,      /* exp(-2 (sin(gamma |x - v|) / coef0)^2) */
    LAR_SIMILARITY_MATERN,        /* 2^(1-nu) / Gamma(nu) d^nu K_nu(d), nu = degree, for d = 0 with
                                     d = gamma times 2^-52; K_nu is that of inference/bessel.h */
    LAR_SIMILARITIES
};

#define LAR_SIMILARITY_PARAMS                                                                      \
    {"kind", LAR_TYPE_I64, 0, false}, {"gamma", LAR_TYPE_F64, 0, true},                            \
        {"coef0", LAR_TYPE_F64, 0, true}, {"degree", LAR_TYPE_F64, 0, true},                       \
    {                                                                                              \
        "scales", LAR_TYPE_F64, 1, true /* what the columns are divided by first */                \
    }

/* Checks inputs 0 and 1 and those params. */
bool lar_similarity_infer(const struct lar_node_info *node, struct lar_error *err);

/* Rows V made ready. */
struct lar_similarity {
    enum lar_similarity_kind kind;
    double gamma, coef0, degree;
    const double *scales;              /* [k], or NULL */
    const struct lar_tensor *csr;      /* V, where it is sparse; else panels are used */
    size_t n, k;                       /* rows and columns of V */
    const struct lar_bessel_k *bessel; /* of the last kind, if the order is one that it takes */
};

/* A run of rows of V: panels as inference/kernels.h has them. */
enum { LAR_SIMILARITY_CHUNK = 128, LAR_SIMILARITY_ROWS = 12 };
struct lar_similarity_chunk {
    const double *panels; /* NULL: sparse */
    size_t first, n;
};

bool lar_similarity_prepare(struct lar_similarity *ret, const struct lar_node_info *node,
                            struct lar_arena *arena, struct lar_error *err);

/* Makes the chunk of rows [FIRST, FIRST + N) of V, in ARENA. */
bool lar_similarity_pack(const struct lar_similarity *s, const struct lar_tensor *v, size_t first,
                         size_t n, struct lar_arena *arena, struct lar_similarity_chunk *ret,
                         struct lar_error *err);

/* A few rows of X while they are compared with chunks, one after the other. */
struct lar_similarity_rows {
    const double *x; /* [m][k], made ready */
    double *own;     /* the same where it is memory of its own: [LAR_SIMILARITY_ROWS][k] */
    size_t m;
    double *values; /* sparse V: the stored entries of the only row */
    uint32_t *columns;
    size_t nnz;
    double length; /* |x|^2 of it */
};

/* How many rows of X are taken at a time. */
static inline size_t lar_similarity_step(const struct lar_similarity *s)
{
    return s->csr ? 1 : LAR_SIMILARITY_ROWS;
}

/* Takes the working memory from SCRATCH. */
bool lar_similarity_begin(struct lar_similarity_rows *rows, const struct lar_similarity *s,
                          const struct lar_tensor *x, struct lar_scratch *scratch,
                          struct lar_error *err);

/* Makes rows [FIRST, FIRST + M) of X ready, M at most lar_similarity_step(). Fails where the kind
 * does not take such numbers. */
bool lar_similarity_load(struct lar_similarity_rows *rows, const struct lar_similarity *s,
                         const struct lar_tensor *x, size_t first, size_t m, struct lar_error *err);

/* y[m][chunk->n] */
void lar_similarity_run(const struct lar_similarity *s, const struct lar_kernels *kernels,
                        double *y, const struct lar_similarity_rows *rows,
                        const struct lar_similarity_chunk *chunk);

/* The predicted time of one pair, in nanoseconds. */
double lar_similarity_cost(const struct lar_node_info *node);

#endif

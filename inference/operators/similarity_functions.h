/* The parts of lar_similarity_run(): for similarity.c only.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_OPERATORS_SIMILARITY_FUNCTIONS_H
#define INFERENCE_OPERATORS_SIMILARITY_FUNCTIONS_H

#include "inference/operators/similarity.h"

/* What the kind is a function of, x.v or a distance: y[m][chunk->n]. */
void lar_similarity_dense(const struct lar_similarity *s, const struct lar_kernels *kernels,
                          double *y, const struct lar_similarity_rows *rows,
                          const struct lar_similarity_chunk *chunk);
void lar_similarity_sparse(const struct lar_similarity *s, const struct lar_kernels *kernels,
                           double *y, const struct lar_similarity_rows *rows,
                           const struct lar_similarity_chunk *chunk);

/* The function of that, in place. */
void lar_similarity_finish(const struct lar_similarity *s, double *y, size_t n);

#endif

/* Keeping the K nearest of many, and their order where distances are equal: as scikit-learn does
 * it, so that the same ones of equals are kept and come out in the same order.
 *
 * VALUES and INDICES are two arrays in step.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_NEAREST_H
#define INFERENCE_NEAREST_H

#include <stddef.h>
#include <stdint.h>

/* A heap of the K least: full from the start, with infinities. */
void lar_nearest_clear(double *values, int64_t *indices, size_t k);
void lar_nearest_push(double *values, int64_t *indices, size_t k, double value, int64_t index);

/* Ascending, by the quicksort of releases before 1.9 ... */
void lar_nearest_quick(double *values, int64_t *indices, size_t n);
/* ... and by the introsort since. */
void lar_nearest_intro(double *values, int64_t *indices, size_t n);

/* Moves the K least of N to the front, as numpy.argpartition(values, k - 1) does on a CPU of no
 * special kind; NaN is the greatest. 0 < K <= N. */
void lar_nearest_select(double *values, int64_t *indices, size_t n, size_t k);

/* Ascending, as numpy.argsort does it on such a CPU: equals of up to 16 numbers stay in order. */
void lar_nearest_argsort(double *values, int64_t *indices, size_t n);

#endif

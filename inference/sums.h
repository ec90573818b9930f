/* Sums of contiguous numbers in NumPy's order (np.add.reduce along a contiguous last axis): up to 8
 * terms one by one; up to 128 in eight partial sums by position mod 8, combined
 * ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)), the terms beyond the last full eight one by
 * one after that; more are halved, at a multiple of 8, and added.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_SUMS_H
#define INFERENCE_SUMS_H

#include <stdint.h>

double lar_sum_f64(const double *x, uint64_t n);
float lar_sum_f32(const float *x, uint64_t n);

#endif

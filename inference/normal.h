/* The normal distribution.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_NORMAL_H
#define INFERENCE_NORMAL_H

/* The number below which a standard normal variable lies with probability P; -inf and inf at and
 * beyond 0 and 1. The bits are those of scipy.special.ndtri, because scikit-learn compares what
 * comes out with edges of bins: the same fits (those of ndtri() in Cephes, S. L. Moshier), summed
 * in the same order. */
double lar_normal_quantile(double p);

#endif

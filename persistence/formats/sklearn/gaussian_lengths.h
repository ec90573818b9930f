/* The length_scale of a kernel of sklearn.gaussian_process.kernels.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_GAUSSIAN_LENGTHS_H
#define PERSISTENCE_FORMATS_SKLEARN_GAUSSIAN_LENGTHS_H

#include "persistence/formats/sklearn/gaussian_kernels.h"

struct sk_lengths {
    const double *data; /* all above 0 */
    size_t n;           /* 1, or one for each column */
    bool divided;       /* X and VECTORS are ROWS divided already, and the length is 1 */
    lar_value x, vectors;
};

/* Reads the length_scale of OBJECT, which compares ROWS.
 *
 * scikit-learn divides rows by it. Rows X_train_ in float32 divided by one number are float32 in
 * NumPy before 2, and float64 since; the rows that a request brings are float64 always. Where that
 * makes a difference and nothing tells which NumPy it is, the model is refused. */
bool sk_read_lengths(struct sk_context *sk, const struct pk_node *object,
                     const struct sk_compared *rows, struct sk_lengths *ret);

#endif

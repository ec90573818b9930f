/* Functions of NumPy and SciPy that pickles name: those of a closed table, by operators that
 * compute the same. No other function is applied, and no code of a file is ever run.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_FUNCTIONS_H
#define PERSISTENCE_FORMATS_SKLEARN_FUNCTIONS_H

#include "persistence/formats/sklearn/estimator.h"

/* NODE, the attribute NAME, of X (dense float64); None gives X itself. Others are refused.
 * Tolerance: 1e-12 of the result, plus 1 where a logarithm of a number near 1 is meant. */
bool sk_function(struct sk_context *sk, const struct pk_node *node, const char *name, lar_value x,
                 lar_value *ret);

#endif

/* Element types as estimators keep them among their options.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_DTYPE_H
#define PERSISTENCE_FORMATS_SKLEARN_DTYPE_H

#include "persistence/formats/sklearn/estimator.h"

/* The option "dtype" of OBJECT (a type of NumPy's or Python's, a numpy.dtype, a text); FALLBACK
 * where it is missing. */
bool sk_get_dtype(struct sk_context *sk, const struct pk_node *object, enum lar_type fallback,
                  enum lar_type *ret);

/* The type in which NumPy puts numbers of A beside numbers of B. */
enum lar_type sk_promote(enum lar_type a, enum lar_type b);

#endif

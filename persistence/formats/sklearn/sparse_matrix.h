/* scipy.sparse matrices and arrays as constants: csr, csc, coo and dia, of each release of SciPy.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_SPARSE_MATRIX_H
#define PERSISTENCE_FORMATS_SKLEARN_SPARSE_MATRIX_H

#include "persistence/formats/sklearn/attributes.h"

bool sk_is_sparse_matrix(const struct pk_node *node);
bool sk_is_csr(const struct pk_node *node); /* in compressed rows */

/* NODE (called NAME in messages), which is one, as dense numbers; elements that are given twice are
 * added, as SciPy does. Indices may be int32 or int64. */
bool sk_dense_of_sparse(struct sk_context *sk, const struct pk_node *node, const char *name,
                        struct sk_numbers *ret);

#endif

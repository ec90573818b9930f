/* A signature that stands beside the model, held against what the model was fitted with.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_DECLARED_H
#define PERSISTENCE_FORMATS_SKLEARN_DECLARED_H

#include "persistence/formats/sklearn/estimator.h"

/* Gives the columns the names that are declared, where the file itself has none. */
bool sk_declared_names(struct sk_context *sk);

/* Fills root.types, once uses and number of columns are known: each column that is read must be
 * declared, in the order of the model's columns, with a type that it can be read from. */
bool sk_declared_types(struct sk_context *sk);

/* The same for one column of texts without a table around it. */
bool sk_declared_documents(struct sk_context *sk);

/* The name of the only input: what is declared of a tensor, or else FALLBACK. */
const char *sk_declared_name(const struct sk_context *sk, const char *fallback);

#endif

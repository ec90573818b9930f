/* Columns as a ColumnTransformer names them: names, positions, slices, masks.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_SELECTION_H
#define PERSISTENCE_FORMATS_SKLEARN_SELECTION_H

#include "persistence/formats/sklearn/estimator.h"

/* The table that is selected from. */
struct sk_table {
    size_t n;
    const char *const *names; /* or NULL */
};

/* The names of the columns that OBJECT was fitted with, wherever its release keeps them; NULL with
 * no error where there are none. */
bool sk_column_names(struct sk_context *sk, const struct pk_node *object, const char *const **ret,
                     size_t *ret_n);

/* The positions that SPEC selects. SERIES: it is one column, not a list. */
bool sk_select(struct sk_context *sk, const struct sk_table *table, const struct pk_node *spec,
               const int64_t **ret, size_t *ret_n, bool *series);

#endif

/* A graph as text for people: `larder inspect`, tests, LAR_DUMP_GRAPH. The form may change.
 *
 *   inputs
 *     X %0: float64[rows,3], columns {"a", "b", "c"}
 *     note: unread
 *   nodes
 *     %4: float64[rows,3] = Add-14(%0, float64[3]{0.5, -1, 2})
 *     %5: sparse float64[rows,3] = larder.Scale-1(%4; factor=float64[3]{0.5, -1, 2})
 *   methods
 *     predict (default): X, note
 *       predict %4: float64[rows,3], labels int64[3]{10, 20, 30}
 *
 * Constants stand where they are used, cut after a few elements.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_PRINT_H
#define GRAPH_PRINT_H

#include "graph/flat.h"

#include <stdio.h>

/* Errors of OUT are the caller's to ask for (ferror()). */
void lar_print_flat(const struct lar_flat *flat, FILE *out);

/* "float64[3]{0.5, -1, 2}" */
void lar_print_tensor(const struct lar_tensor *t, FILE *out);

/* "float64[rows,3]", "sparse float64[2,3]" */
void lar_print_type(const struct lar_value_info *info, FILE *out);

#endif

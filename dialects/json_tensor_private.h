/* What the files of json_tensor share; for them only.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_JSON_TENSOR_PRIVATE_H
#define DIALECTS_JSON_TENSOR_PRIVATE_H

#include "dialects/json_tensor.h"

enum lar_cells_class { LAR_CLASS_BOOL, LAR_CLASS_INTEGER, LAR_CLASS_FLOAT, LAR_CLASS_STRING };

static inline enum lar_cells_class lar_cells_class(enum lar_type type)
{
    if (type == LAR_TYPE_BOOL)
        return LAR_CLASS_BOOL;
    if (type == LAR_TYPE_STRING)
        return LAR_CLASS_STRING;
    return type >= LAR_TYPE_F16 ? LAR_CLASS_FLOAT : LAR_CLASS_INTEGER;
}

/* The largest finite value of a float type. */
double lar_cells_float_limit(enum lar_type type);

/* Makes room for more elements: as many as the text's rest promises, but no more than it can hold.
 */
bool lar_cells_grow(struct lar_cells *cells, struct lar_json *js, struct lar_error *err);

/* Appends one element, for which there is room and which fits. */
void lar_cells_store_float(struct lar_cells *cells, double v);
void lar_cells_store_integer(struct lar_cells *cells, bool negative, uint64_t magnitude);

/* Whether the stored type holds the integer. */
bool lar_cells_integer_fits(const struct lar_cells *cells, bool negative, uint64_t magnitude);

#endif

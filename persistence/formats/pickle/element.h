/* One element of an array, read by itself.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_ELEMENT_H
#define PERSISTENCE_FORMATS_PICKLE_ELEMENT_H

#include "persistence/formats/pickle/numpy.h"

/* From bool, ints, floats of up to 8 bytes; false for other types. */
bool np_element_f64(const struct np_dtype *dtype, const uint8_t *data, double *ret);

/* From bool and ints; false for other types and above 2^63 - 1. */
bool np_element_i64(const struct np_dtype *dtype, const uint8_t *data, int64_t *ret);

double np_half(uint16_t bits);

/* Type and bytes of a NumPy scalar of a type without fields; exactly itemsize bytes. False if NODE
 * is none, and for objects. */
bool np_scalar_bytes(const struct pk_node *node, struct np_dtype *ret_dtype,
                     const uint8_t **ret_data);

#endif

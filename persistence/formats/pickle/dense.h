/* Elements of any array in C order and native byte order.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_DENSE_H
#define PERSISTENCE_FORMATS_PICKLE_DENSE_H

#include "persistence/formats/pickle/numpy.h"

/* Fills the strides of an array that lies without gaps, given dtype and shape. The product of the
 * dimensions, zeros left out, must fit, so that no part of it overflows later. */
bool np_lay_out(struct np_array *array, bool fortran, size_t *ret_count, struct lar_error *err);

/* The number of elements. */
size_t np_count(const struct np_array *array);

/* Writes them to OUT, count * itemsize bytes. Not for objects. */
void np_copy_dense(const struct np_array *array, uint8_t *out);

/* The same as memory: the array's own if it is so already, else a copy in ARENA. Unaligned. NULL
 * on failure. */
const uint8_t *np_dense(const struct np_array *array, struct lar_arena *arena,
                        struct lar_error *err);

/* U, S and object arrays of str as a string tensor; RET's shape is set already. */
bool np_to_strings(struct lar_tensor *ret, const struct np_array *array, struct lar_arena *arena,
                   struct lar_error *err);

#endif

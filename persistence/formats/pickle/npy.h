/* .npy files, versions 1 to 3 (numpy/lib/format.py): magic, a header that is a Python literal, the
 * elements. The header is parsed by a grammar of our own, which is what NumPy writes; nothing is
 * evaluated.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_NPY_H
#define PERSISTENCE_FORMATS_PICKLE_NPY_H

#include "persistence/formats/pickle/numpy.h"

/* Reads the array at the start of DATA, which must outlive it. An object array is a pickle, read as
 * any other. What follows the elements is ignored, as NumPy does. */
bool np_read_npy(struct np_array *ret, const void *data, size_t size, struct lar_arena *arena,
                 struct lar_error *err);

#endif

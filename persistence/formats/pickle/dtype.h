/* NumPy's data types, as pickles have them.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_DTYPE_H
#define PERSISTENCE_FORMATS_PICKLE_DTYPE_H

#include "persistence/formats/pickle/numpy.h"

#include <string.h>

/* Whether the type's kind is one of these letters. */
static inline bool np_kind_is(const struct np_dtype *dtype, const char *kinds)
{
    return dtype->kind && strchr(kinds, dtype->kind);
}

/* A dtype object (numpy.dtype("f8", ...) with its state), or a scalar type (numpy.float64). */
bool np_dtype_parse(const struct np_dtype **ret, const struct pk_node *node,
                    struct lar_arena *arena, struct lar_error *err);

/* The same without memory, for types without fields and sub-arrays; false if NODE is none. */
bool np_dtype_plain(struct np_dtype *ret, const struct pk_node *node);

/* "<f8", ">i4", "|S3", "U2", "O": NumPy's short form; false if TEXT is none. */
bool np_dtype_code(struct np_dtype *ret, const char *text, size_t size);

/* Whether elements, or parts of them, are Python objects. */
bool np_dtype_has_object(const struct np_dtype *dtype);

/* "float64", "complex128", "structured": for messages; into BUFFER, returned. */
const char *np_dtype_name(const struct np_dtype *dtype, char *buffer, size_t size);

#endif

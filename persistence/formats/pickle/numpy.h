/* NumPy objects in pickles: ndarray in each protocol's form, scalars, dtypes, joblib's array
 * wrapper; both numpy.core and numpy._core names.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_NUMPY_H
#define PERSISTENCE_FORMATS_PICKLE_NUMPY_H

#include "graph/tensor.h"
#include "persistence/formats/pickle/object.h"

struct np_field {
    struct pk_bytes name;
    struct np_dtype *dtype;
    size_t offset;
};

/* A data type. KIND is NumPy's letter: b bool, i int, u uint, f float, c complex, S bytes, U text,
 * O object, V raw or structured, M datetime64, m timedelta64. */
struct np_dtype {
    char kind;
    bool swapped;    /* elements are big-endian */
    size_t itemsize; /* U: 4 bytes a character */
    struct np_field *fields;
    size_t n_fields;
    struct np_dtype *base; /* a sub-array's element, or NULL */
    struct lar_shape subshape;
};

struct np_array {
    const struct np_dtype *dtype;
    struct lar_shape shape;
    int64_t strides[LAR_MAX_RANK];  /* in bytes */
    const uint8_t *data;            /* unaligned; every element lies inside */
    const struct pk_node **objects; /* dtype O: the elements in C order; else NULL */
};

/* Whether NODE is an array (in any of its forms). */
bool np_is_array(const struct pk_node *node);

/* Reads an array's description; elements are neither copied nor converted. */
bool np_array(struct np_array *ret, const struct pk_node *node, struct lar_arena *arena,
              struct lar_error *err);

/* Elements in C order, native, in ARENA. f64: from bool, ints, floats (also an object array of
 * Python numbers). i64: from bool and ints; u64 above 2^63 - 1 is refused. */
const double *np_to_f64(const struct np_array *array, struct lar_arena *arena,
                        struct lar_error *err);
const int64_t *np_to_i64(const struct np_array *array, struct lar_arena *arena,
                         struct lar_error *err);

/* The same array as a dense constant, keeping its element type: bool, ints, floats as they are; U,
 * S and object arrays of str (None and float nan as kinds) become strings; object arrays all of
 * int, all of bool or all of float become i64, bool, f64. Others (mixed, complex, datetime) are
 * refused. */
bool np_to_tensor(struct lar_tensor *ret, const struct np_array *array, struct lar_arena *arena,
                  struct lar_error *err);

/* A field of a structured array, as an array of the same shape. False if there is no such field
 * (ERR untouched). */
bool np_field_of(struct np_array *ret, const struct np_array *array, const char *name);

/* A NumPy scalar (multiarray.scalar(dtype, bytes)) as an array of rank 0. False (ERR untouched) if
 * NODE is none. */
bool np_scalar(struct np_array *ret, const struct pk_node *node, struct lar_arena *arena);

#endif

/* Tensors from JSON text and back, in one pass and without a document in between.
 *
 * No json_* function of a library is used here: a test reads the object files' symbols.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_JSON_TENSOR_H
#define DIALECTS_JSON_TENSOR_H

#include "dialects/json_scan.h"
#include "dialects/text_buffer.h"
#include "graph/tensor.h"

/* Elements as they are read: a tensor that grows. */
struct lar_cells {
    enum lar_type type; /* what is stored */
    enum lar_type wire; /* what the text is held to hold */
    bool nulls;         /* strings: null was met, and is stored as LAR_STRING_NAN */
    double float_limit; /* the largest float that both types hold */
    uint64_t count, capacity;
    void *data;
    uint64_t *offsets; /* strings only, as in struct lar_tensor */
    uint8_t *kinds;
    size_t bytes, bytes_capacity;
    const char *start; /* where the first element lies: tells how many are to come */
};

/* What WIRE says of the text's elements:
 *   floats    numbers, the tokens NaN, Infinity, -Infinity, and null, which is NaN; all are read as
 *             float64 and must be within WIRE's range;
 *   integers  numbers without fraction or exponent within WIRE's range;
 *   bool      true and false;
 *   string    strings, objects {"b64": "..."} whose bytes are UTF-8, and null.
 * Floats are stored in floats, integers and bools in any number, strings in strings; a value that
 * TYPE does not hold is refused. Returns NULL, or why TYPE cannot hold WIRE. */
const char *lar_cells_init(struct lar_cells *cells, enum lar_type type, enum lar_type wire);

/* Reads one element. */
bool lar_cells_read(struct lar_cells *cells, struct lar_json *js, struct lar_error *err);

/* Reads arrays within arrays, RANK deep (0: one element), to the end of CELLS. DIMS[RANK] holds
 * what each level must have; -1 is learnt from the first. Where the last dimension is 1, its
 * brackets may be missing. Ragged arrays are refused by row and position. */
bool lar_cells_read_nested(struct lar_cells *cells, struct lar_json *js, uint32_t rank,
                           int64_t *dims, struct lar_error *err);

/* Reads a flat array, or one nested as SHAPE says; either way the count must be SHAPE's. */
bool lar_cells_read_flat(struct lar_cells *cells, struct lar_json *js,
                         const struct lar_shape *shape, struct lar_error *err);

/* Room for exactly COUNT elements and BYTES of strings in empty cells. */
bool lar_cells_reserve(struct lar_cells *cells, struct lar_json *js, uint64_t count, size_t bytes,
                       struct lar_error *err);

/* Appends a string of N bytes, which are text. */
bool lar_cells_add_text(struct lar_cells *cells, struct lar_json *js, const char *bytes, size_t n,
                        struct lar_error *err);

/* The same of several texts put together. */
bool lar_cells_add_texts(struct lar_cells *cells, struct lar_json *js,
                         const struct lar_json_string *parts, size_t n, struct lar_error *err);

/* Appends a float to cells of floats. */
bool lar_cells_add_float(struct lar_cells *cells, struct lar_json *js, double v,
                         struct lar_error *err);

/* Appends a string that is missing, for which lar_cells_reserve() has made room. */
void lar_cells_add_missing(struct lar_cells *cells);

/* Base64 with or without its padding (RFC 4648, section 4), to TO, which has room for as many bytes
 * as S. Returns the size, or -1. */
ptrdiff_t lar_base64_decode(const struct lar_json_string *s, char *to);

/* Makes a tensor of CELLS, whose count is SHAPE's. False: no memory. */
bool lar_cells_tensor(struct lar_cells *cells, struct lar_json *js, const struct lar_shape *shape,
                      struct lar_tensor *ret, struct lar_error *err);

/* How numbers that JSON does not have are written. */
enum lar_json_floats {
    LAR_JSON_NULLS,  /* NaN and infinities as null */
    LAR_JSON_TOKENS, /* as NaN, Infinity, -Infinity */
};

struct lar_json_style {
    enum lar_json_floats floats;
    bool b64; /* strings as {"b64": "..."} */
};

/* Appends T as arrays within arrays, an element without any where T has rank 0; CSR dense. Strings
 * that are NaN or None are null. */
void lar_json_write(struct lar_text *text, const struct lar_tensor *t, struct lar_json_style style);

/* The same as one array of all elements, and of row ROW alone (without the first dimension). */
void lar_json_write_flat(struct lar_text *text, const struct lar_tensor *t,
                         struct lar_json_style style);
void lar_json_write_row(struct lar_text *text, const struct lar_tensor *t, uint64_t row,
                        struct lar_json_style style);

#endif

/* Rows from a file as a call of a local model: JSON, CSV, .npy or .npz, told apart by content.
 *
 *   {...}   a body of TensorFlow Serving's :predict, or of MLflow's /invocations
 *   [...]   a list of rows, each a list or an object
 *   .npy    a matrix, a vector of texts, or a structured array, whose fields are columns
 *   .npz    one such array, or an array for each input or column, by name
 *   CSV     as the server reads it
 *
 * SPDX-License-Identifier: MIT */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "dialects/dialect.h"

/* Reads BYTES, which must outlive RET, for method METHOD of FLAT (an index); memory is
 * ARENA's and SCRATCH's. NAMED: the user named the method; a body that names another is refused. */
bool lar_question_read(struct lar_call_request *ret, const struct lar_flat *flat, uint32_t method,
                       bool named, const char *bytes, size_t size, struct lar_arena *arena,
                       struct lar_scratch *scratch, struct lar_error *err);

/* Whether an object is a body of MLflow's rather than of TensorFlow Serving's. False: it is no JSON
 * object. */
bool lar_question_is_mlflow(const char *text, size_t size, struct lar_scratch *scratch, bool *ret,
                            struct lar_error *err);
/* The first byte of TEXT behind a byte order mark and blanks; NUL: there is none. */
char lar_question_first(const char *text, size_t n);
/* Whether BYTES begin as .npy or .npz. */
bool lar_question_is_arrays(const char *bytes, size_t size);

/* The columns that the method's rows have, by the names that a person knows: of its one matrix, or
 * its inputs. */
struct lar_columns {
    const struct lar_tensor *names;       /* of a matrix, or NULL: it has none of its own */
    const struct lar_flat_input **inputs; /* NULL: one matrix */
    size_t n;                             /* 0: a matrix of any width */
};
enum { LAR_COLUMN_NAME = 24 };

/* Memory is SCRATCH's. */
bool lar_columns_of(struct lar_columns *ret, const struct lar_flat *flat, uint32_t method,
                    struct lar_scratch *scratch, struct lar_error *err);
/* Name I; BUFFER is for those that are made up ("x3"). */
const char *lar_columns_name(const struct lar_columns *columns, size_t i,
                             char buffer[LAR_COLUMN_NAME], size_t *ret_size);
/* The column called NAME, or -1. */
ptrdiff_t lar_columns_find(const struct lar_columns *columns, const char *name, size_t size);

/* An array of a value for each row, under its key: strings, or float64. */
struct lar_key_column {
    const char *name;
    size_t size;
    struct lar_tensor values;
};
/* Records of N such COLUMNS as the two inputs that a model reads of them. */
bool lar_key_columns_join(struct lar_tensor ret[2], const struct lar_key_column *columns, size_t n,
                          uint64_t rows, const struct lar_tensor *separator,
                          struct lar_scratch *scratch, struct lar_error *err);

/* .npy and .npz. */
bool lar_arrays_read(struct lar_call_request *ret, const struct lar_flat *flat, uint32_t method,
                     const void *bytes, size_t size, struct lar_arena *arena,
                     struct lar_scratch *scratch, struct lar_error *err);

#endif

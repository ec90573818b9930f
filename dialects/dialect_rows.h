/* Rows and columns as TensorFlow Serving's and MLflow's clients write them. Private to the
 * dialects. SPDX-License-Identifier: MIT */
#ifndef DIALECTS_DIALECT_ROWS_H
#define DIALECTS_DIALECT_ROWS_H

#include "dialects/dialect_inputs.h"

struct lar_rows {
    struct lar_json *js;
    struct lar_inputs in;
    bool ignores; /* columns that the model lacks are passed over, not refused */
    bool boxed;   /* a value may be in a list of one */
    bool objects; /* rows are objects, nothing else */
    const struct lar_json_string *header; /* rows are lists in this order; NULL: they are not */
    uint32_t n_header;
    const char **fallback; /* where values lie that a row need not have, by column; NULL: none */
    uint64_t row;          /* the one that is being read, from 1 */
    uint32_t *order;       /* the column of each member of the row before */
    const char **saved;    /* values of the row's columns that wait for one before them */
};

/* ROWS, which is zeroed but for JS and what is said above, gets the inputs that CALL needs. */
bool lar_rows_begin(struct lar_rows *rows, const struct lar_flat *flat,
                    const struct lar_call_request *call, struct lar_error *err);

/* The next value of row ROWS->row, whose names are its own or the header's, and its name. It is the
 * Ith. */
enum lar_json_step lar_rows_next_value(struct lar_rows *rows, uint32_t i,
                                       struct lar_json_string *ret_key, struct lar_error *err);

/* A list of rows, each a value, a list or an object. */
bool lar_rows_read_instances(struct lar_rows *rows, struct lar_error *err);

/* Whole inputs: the only one's value, or an object of inputs or columns. */
bool lar_rows_read_inputs(struct lar_rows *rows, struct lar_error *err);

/* The values that rows need not have: an object of columns, passed over. */
bool lar_rows_read_fallback(struct lar_rows *rows, struct lar_error *err);

/* MLflow's data frame {"columns"?, "index"?, "data"}: the names may come after what they name. */
bool lar_mlflow_read_split(struct lar_rows *rows, struct lar_error *err);

/* TensorFlow Serving's signature_name selects the call's method. *RET_NAMED: it is one of the
 * model's, not only a word for the default. */
bool lar_tfs_read_signature(struct lar_call_request *call, const struct lar_flat *flat,
                            struct lar_json *js, bool *ret_named, struct lar_error *err);

/* A list with an object for each row, of several outputs. False, without ERR: they do not have one
 * row for each row. */
bool lar_rows_write(struct lar_text *text, const struct lar_flat *flat,
                    const struct lar_call_request *call, const struct lar_tensor *results,
                    bool tokens);
/* An object with each output whole. */
void lar_rows_write_columns(struct lar_text *text, const struct lar_flat *flat,
                            const struct lar_call_request *call, const struct lar_tensor *results,
                            bool tokens);

#endif

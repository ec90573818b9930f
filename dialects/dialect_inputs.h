/* What the dialects share in reading a call: which of the model's inputs it needs, their names, and
 * the tensors that grow as the text is read. Private to the dialects.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_DIALECT_INPUTS_H
#define DIALECTS_DIALECT_INPUTS_H

#include "dialects/dialect.h"
#include "dialects/json_tensor.h"

/* What is said where the model's columns have no names of their own. */
#define LAR_NAMES_HINT                                                                             \
    " (the model has no column names of its own; `inputs` in its model.yaml gives them)"

/* Names with a position each: of inputs or of a matrix's columns. */
struct lar_names {
    struct lar_json_string *names;
    uint32_t n;
    uint32_t *table; /* of positions + 1, open addressing; NULL: few names, compared in turn */
    uint32_t mask;
    bool numbered; /* made up, x0, x1, ...: there are none; "0" is then the first, too */
};

/* One of the model's inputs that the call needs. */
struct lar_slot {
    const struct lar_flat_input *input;
    const struct lar_value_info *info; /* NULL: nothing reads it, anything may come */
    struct lar_cells cells;
    struct lar_shape shape; /* of what is read; -1 not known yet */
    uint64_t seen;          /* the last row (from 1) or call that brought it */
};

/* Where the inputs are the names and values of records: how they are read, dialect_records.h. */
struct lar_records {
    struct lar_slot *features, *values; /* NULL: they are not */
    struct lar_json_string separator;   /* of a key and its text */
    unsigned holds;                     /* enum lar_record_values */
    uint64_t *ends;                     /* how many pairs there were at the end of each row */
    uint64_t n_rows, room;
    struct lar_record_key *keys; /* of the row KEY_ROW, open addressing */
    uint32_t n_keys, mask;
    uint64_t key_row;
    struct lar_record_column *columns; /* that came as tensors */
    uint32_t n_columns, columns_room;
};

struct lar_inputs {
    const struct lar_flat *flat;
    struct lar_json *js;
    struct lar_slot *slots; /* in the order of flat->inputs */
    uint32_t n_slots;
    struct lar_names names;      /* of the slots */
    struct lar_names columns;    /* of the only input's columns; n is 0 if it is no matrix */
    struct lar_cells *by_column; /* the matrix's columns, where they come one by one */
    uint64_t *column_rows;       /* 1 + rows of each, 0: not there yet */
    struct lar_records records;
};

/* Whether all methods take the same inputs, so that tensors can be read before the method is
 * known. */
bool lar_inputs_agree(const struct lar_flat *flat);

/* The inputs that OUTPUTS need. IN->js is set. */
bool lar_inputs_begin(struct lar_inputs *in, const struct lar_flat *flat, struct lar_json *js,
                      const uint32_t *outputs, size_t n_outputs, struct lar_error *err);

/* For tables of names. */
uint32_t lar_names_hash(const struct lar_json_string *name);

/* The position of KEY, first tried at HINT, or -1. */
int64_t lar_names_find(const struct lar_names *names, const struct lar_json_string *key,
                       uint32_t hint);

/* Collects the names, which only calls that use names need. */
bool lar_inputs_names(struct lar_inputs *in, struct lar_error *err);
bool lar_inputs_columns(struct lar_inputs *in, struct lar_error *err);

/* "unknown input 'x', expected one of 'a', 'b'": WHAT is "input" or "column". */
bool lar_names_unknown(const struct lar_names *names, const char *what,
                       const struct lar_json_string *key, struct lar_error *err);
/* "input 'x' is missing", "... is given twice". */
bool lar_names_fail(const struct lar_names *names, const char *what, uint32_t position,
                    const char *fault, struct lar_error *err);

/* Starts SLOT's cells: the text holds WIRE. */
bool lar_slot_begin(struct lar_slot *slot, enum lar_type wire, struct lar_error *err);

/* One column of the matrix, whose cells RET points to afterwards. */
bool lar_inputs_column(struct lar_inputs *in, uint32_t column, enum lar_type wire,
                       struct lar_cells **ret, struct lar_error *err);

/* Puts the columns that came one by one together. */
bool lar_inputs_join_columns(struct lar_inputs *in, struct lar_error *err);

/* Checks that all inputs have come and agree in their rows, and fills CALL's inputs and rows. */
bool lar_inputs_finish(struct lar_inputs *in, struct lar_call_request *call, struct lar_error *err);

/* All outputs of METHOD. */
bool lar_call_select_method(struct lar_call_request *call, const struct lar_flat *flat,
                            uint32_t method, struct lar_json *js, struct lar_error *err);

/* The method called NAME, or -1. */
int64_t lar_call_find_method(const struct lar_flat *flat, const struct lar_json_string *name);

#endif

/* CSV as pandas.read_csv() reads it: cells, their values as JSON, and what the first line says.
 * Private to the dialects.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_CSV_H
#define DIALECTS_CSV_H

#include "dialects/dialect_rows.h"

/* A reader of cells. */
struct lar_csv {
    struct lar_json *js; /* whose scratch the memory comes from */
    const char *at, *end;
    struct lar_json_string cell; /* the last one, without its quotes; valid until the next */
    char *plain;                 /* where a cell with doubled quotes is decoded to */
    size_t plain_room;
};

/* The next cell; behind it lies ',', a line's end or the end. False: what is wrong with it. */
bool lar_csv_next(struct lar_csv *csv, struct lar_error *err);
/* Passes a line's end over; false: none is there. */
bool lar_csv_end_line(struct lar_csv *csv);

/* JSON text that grows in the scratch. */
struct lar_csv_json {
    struct lar_json *js;
    char *data;
    size_t size, capacity;
};

bool lar_csv_put(struct lar_csv_json *to, const char *text, struct lar_error *err);
bool lar_csv_put_string(struct lar_csv_json *to, const struct lar_json_string *cell,
                        struct lar_error *err);
/* CELL of a column of TYPE. What pandas reads as missing is null; True and False are 1 and 0 in a
 * column of numbers; numbers may be ".5", "3.", "007", "+1", too large (an infinity) and stand
 * between blanks. What is no value of TYPE becomes a string, which the reader of the JSON refuses
 * by column and row. */
bool lar_csv_put_value(struct lar_csv_json *to, const struct lar_json_string *cell,
                       enum lar_type type, struct lar_error *err);

/* pandas.read_csv()'s na_values: CELL as a whole, quoted or not. */
bool lar_csv_is_missing(const struct lar_json_string *cell);
/* Whether CELL is True or False as pandas knows them. */
bool lar_csv_is_flag(const struct lar_json_string *cell);
/* Whether CELL is a number, infinities among them, but none of those that are missing. */
bool lar_csv_is_number(const struct lar_json_string *cell);

/* What the first line is, and the columns of the lines that follow. */
struct lar_csv_header {
    struct lar_json_string *cells;
    uint32_t n, room;
    enum lar_type *types; /* of the model's column that each is; a string where it is none */
    bool names;           /* else the columns are the model's in their order */
    bool row;             /* and the first line is a row already */
};

/* Reads CSV's first line for the inputs of ROWS. The columns go by name, if
 *   - one of the cells is the name of one of the model's columns, or
 *   - the cells are 0, 1, 2, ..., as pandas names columns that have no names, or
 *   - none of the two following holds: then some of the model's columns are missing.
 * They go by position, as many as the model has, if
 *   - all cells are numbers or missing: the line is a row; or
 *   - no cell is a number, and the model's columns have no names of their own.
 * For a model that takes records all lines are looked at, and the names are its keys: a column is
 * of numbers if all that is there are numbers, or all True and False, else of texts. Columns that
 * the model lacks are passed over; LAR_ERR_INVALID names those that are missing. */
bool lar_csv_read_header(struct lar_csv_header *ret, struct lar_csv *csv, struct lar_rows *rows,
                         struct lar_error *err);

#endif

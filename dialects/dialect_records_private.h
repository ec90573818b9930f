/* What the files of dialect_records share; for them only.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_DIALECT_RECORDS_PRIVATE_H
#define DIALECTS_DIALECT_RECORDS_PRIVATE_H

#include "dialects/dialect_records.h"

/* One key of the row KEY_ROW. */
struct lar_record_key {
    struct lar_json_string name;
    uint64_t row; /* 0: empty */
};

/* A column of records: of JSON's arrays, or a tensor. */
struct lar_record_column {
    struct lar_json_string name;
    const char *at; /* where it goes on */
    struct lar_cells cells;
    uint64_t rows;
};

/* Makes KEY, a string of JS, stay while others are read. */
bool lar_records_keep_key(struct lar_json *js, struct lar_json_string *key, struct lar_error *err);

/* Refuses NAME if row ROW, from 1, has it already. */
bool lar_records_take_key(struct lar_inputs *in, const struct lar_json_string *name, uint64_t row,
                          struct lar_error *err);

/* Refuses the column NAME, whose rows are not as many as the first one's; returns false. */
bool lar_records_uneven(const struct lar_json_string *name, struct lar_error *err);

/* Adds a feature to the row. */
bool lar_records_add_text(struct lar_inputs *in, const struct lar_json_string *key,
                          const struct lar_json_string *text, struct lar_error *err);
bool lar_records_add_number(struct lar_inputs *in, const struct lar_json_string *key, double value,
                            struct lar_error *err);
bool lar_records_end_row(struct lar_inputs *in, struct lar_error *err);

#endif

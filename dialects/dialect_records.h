/* Records: rows that are objects with keys of their own, for models that say so (graph/flat.h).
 * They become the names and values of features, two of the model's inputs, each row filled up to
 * the longest. Private to the dialects. SPDX-License-Identifier: MIT */
#ifndef DIALECTS_DIALECT_RECORDS_H
#define DIALECTS_DIALECT_RECORDS_H

#include "dialects/dialect_rows.h"

/* Whether the call's inputs are those of records, which may still be sent as the tensors that they
 * are. */
static inline bool lar_takes_records(const struct lar_inputs *in)
{
    return in->records.features != NULL;
}

/* A row: an object {key: value}, as long as ROWS has no header; or a list of [name, value]. */
bool lar_records_read_row(struct lar_rows *rows, struct lar_error *err);

/* Whether the object that comes holds whole inputs: its first name is one's, its value [[... */
bool lar_records_are_whole(struct lar_rows *rows, struct lar_error *err);

/* All rows: an object {key: [value of each row]}. */
bool lar_records_read_columns(struct lar_rows *rows, struct lar_error *err);

/* One key's values of ROWS rows, that are held to be WIRE: *RET is where they go, until the next
 * column is begun. */
bool lar_records_column(struct lar_inputs *in, const struct lar_json_string *name,
                        enum lar_type wire, uint64_t rows, struct lar_cells **ret,
                        struct lar_error *err);

/* Makes the two inputs of what was read as above, if anything was. */
bool lar_records_finish(struct lar_inputs *in, struct lar_error *err);

#endif

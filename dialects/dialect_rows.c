/* Rows and columns of JSON; see dialect_rows.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect_rows.h"

#include "dialects/dialect_records.h"

/* Whether {"b64": ...} comes, which stands for a string of SLOT, and not an object with the inputs'
 * names. */
static bool is_base64(struct lar_rows *t, const struct lar_slot *slot)
{
    struct lar_error ignored = {0};
    struct lar_json_string key;
    if (!slot->info || slot->info->type != LAR_TYPE_STRING || lar_json_peek(t->js) != '{' ||
        strcmp(slot->input->name, "b64") == 0)
        return false;
    const char *from = t->js->at++;
    bool ret = lar_json_peek(t->js) == '"' && lar_json_text(t->js, &key, &ignored) &&
               lar_json_is(&key, "b64");
    t->js->at = from;
    return ret;
}

/* The value of one row of SLOT. */
static bool read_cell(struct lar_rows *t, struct lar_slot *slot, struct lar_error *err)
{
    int64_t one = 1;
    slot->seen = t->row;
    if (!slot->info)
        return lar_json_skip(t->js, err);
    if (t->boxed && slot->shape.rank == 1)
        return lar_cells_read_nested(&slot->cells, t->js, 1, &one, err);
    return lar_cells_read_nested(&slot->cells, t->js, slot->shape.rank - 1, slot->shape.dims + 1,
                                 err);
}

static bool read_named_cell(struct lar_rows *t, struct lar_slot *slot, struct lar_error *err)
{
    return read_cell(t, slot, err) ||
           lar_json_at_member(err, slot->input->name, strlen(slot->input->name));
}

/* A row as a list: a value for each input, in the model's order. */
static bool read_list(struct lar_rows *t, struct lar_error *err)
{
    uint32_t i = 0;
    enum lar_json_step step;
    if (!lar_json_open(t->js, '[', err))
        return false;
    while ((step = lar_json_element(t->js, i == 0, err)) == LAR_JSON_MORE) {
        if (i == t->in.n_slots)
            break;
        if (!read_named_cell(t, &t->in.slots[i], err))
            return false;
        i++;
    }
    if (step == LAR_JSON_FAILED || (step == LAR_JSON_CLOSED && i == t->in.n_slots))
        return step != LAR_JSON_FAILED;
    return lar_fail(err, LAR_ERR_INVALID, "expected %u values, one for each column, found %s%u",
                    t->in.n_slots, step == LAR_JSON_MORE ? "more than " : "", i);
}

enum lar_json_step lar_rows_next_value(struct lar_rows *t, uint32_t i,
                                       struct lar_json_string *ret_key, struct lar_error *err)
{
    if (!t->header)
        return lar_json_member(t->js, i == 0, ret_key, err);
    enum lar_json_step step = lar_json_element(t->js, i == 0, err);
    if (step == LAR_JSON_FAILED)
        return step;
    if ((step == LAR_JSON_MORE) != (i < t->n_header)) {
        lar_fail(err, LAR_ERR_INVALID, "expected %u values, one for each column, found %s%u",
                 t->n_header, i < t->n_header ? "" : "more than ", i);
        return LAR_JSON_FAILED;
    }
    if (step == LAR_JSON_MORE)
        *ret_key = t->header[i];
    return step;
}

/* Reads from FALLBACK what the row lacks of the inputs. */
static bool read_missing(struct lar_rows *t, struct lar_error *err)
{
    struct lar_inputs *in = &t->in;
    for (uint32_t i = 0; i < in->n_slots; i++) {
        if (in->slots[i].seen == t->row || !in->slots[i].info)
            continue;
        if (!t->fallback || !t->fallback[i])
            return lar_names_fail(&in->names, "column", i, "is missing", err);
        const char *back = t->js->at;
        t->js->at = t->fallback[i];
        if (!read_named_cell(t, &in->slots[i], err))
            return false;
        t->js->at = back;
    }
    return true;
}

/* A row with the inputs' names. */
static bool read_object(struct lar_rows *t, struct lar_error *err)
{
    struct lar_inputs *in = &t->in;
    struct lar_json_string key;
    enum lar_json_step step;
    uint32_t known = 0;
    if (!lar_inputs_names(in, err) || !lar_json_open(t->js, t->header ? '[' : '{', err))
        return false;
    for (uint32_t i = 0; (step = lar_rows_next_value(t, i, &key, err)) == LAR_JSON_MORE; i++) {
        uint32_t hint = known < in->n_slots ? t->order[known] : 0;
        int64_t at = lar_names_find(&in->names, &key, hint);
        if (at < 0 && !t->ignores)
            return lar_names_unknown(&in->names, "column", &key, err);
        if (at < 0) {
            if (!lar_json_skip(t->js, err))
                return false;
            continue;
        }
        if (in->slots[at].seen == t->row)
            return lar_names_fail(&in->names, "column", (uint32_t)at, "is given twice", err);
        if (!read_named_cell(t, &in->slots[at], err))
            return false;
        t->order[known++] = (uint32_t)at;
    }
    return step == LAR_JSON_CLOSED && read_missing(t, err);
}

/* The value of one column of the matrix. */
static bool read_column_value(struct lar_rows *t, uint32_t column, struct lar_error *err)
{
    const struct lar_json_string *name = &t->in.columns.names[column];
    int64_t one = 1;
    struct lar_cells *cells = &t->in.slots[0].cells;
    bool ok = t->boxed ? lar_cells_read_nested(cells, t->js, 1, &one, err)
                       : lar_cells_read(cells, t->js, err);
    return ok || lar_json_at_member(err, name->text, name->size);
}

/* The next columns of the matrix, as far as their values are there. */
static bool read_saved(struct lar_rows *t, uint32_t *next, struct lar_error *err)
{
    const char *back = t->js->at;
    for (; *next < t->in.columns.n && t->saved[*next]; ++*next) {
        t->js->at = t->saved[*next];
        if (!read_column_value(t, *next, err))
            return false;
    }
    t->js->at = back;
    return true;
}

/* One member of a matrix's row: read if its turn has come, else remembered. */
static bool take_column(struct lar_rows *t, uint32_t column, uint32_t *next, struct lar_error *err)
{
    const struct lar_json_string *name = &t->in.columns.names[column];
    if (t->saved[column])
        return lar_names_fail(&t->in.columns, "column", column, "is given twice", err);
    t->saved[column] = t->js->at;
    if (column > *next)
        return lar_json_skip(t->js, err) || lar_json_at_member(err, name->text, name->size);
    ++*next;
    return read_column_value(t, column, err) && read_saved(t, next, err);
}

/* A row of a matrix with the columns' names. A value that comes before its turn is passed over and
 * read when its turn comes. */
static bool read_columns_object(struct lar_rows *t, struct lar_error *err)
{
    struct lar_names *columns = &t->in.columns;
    struct lar_json_string key;
    enum lar_json_step step;
    uint32_t next = 0, known = 0;
    memset(t->saved, 0, columns->n * sizeof *t->saved);
    if (!lar_json_open(t->js, t->header ? '[' : '{', err))
        return false;
    for (uint32_t i = 0; (step = lar_rows_next_value(t, i, &key, err)) == LAR_JSON_MORE; i++) {
        uint32_t hint = known < columns->n ? t->order[known] : 0;
        int64_t at = lar_names_find(columns, &key, hint);
        if (at < 0 && !t->ignores)
            return lar_names_unknown(columns, "column", &key, err);
        if (at < 0 ? !lar_json_skip(t->js, err) : !take_column(t, (uint32_t)at, &next, err))
            return false;
        if (at >= 0)
            t->order[known++] = (uint32_t)at;
    }
    if (step == LAR_JSON_FAILED)
        return false;
    for (uint32_t i = next; t->fallback && i < columns->n; i++)
        if (!t->saved[i])
            t->saved[i] = t->fallback[i];
    if (!read_saved(t, &next, err))
        return false;
    return next == columns->n || lar_names_fail(columns, "column", next, "is missing", err);
}

/* Whether the row or object that comes holds columns of the only input, which is a matrix, rather
 * than the input itself: its first name is not the input's, or is a column's too. */
static bool begins_with_column(struct lar_rows *t, struct lar_error *err)
{
    struct lar_json_string key = {0};
    struct lar_error ignored = {0};
    if (t->in.columns.n == 0 || !lar_inputs_columns(&t->in, err))
        return false;
    const char *from = t->js->at++;
    bool read = t->header ? t->n_header > 0
                          : lar_json_peek(t->js) == '"' && lar_json_text(t->js, &key, &ignored);
    t->js->at = from;
    if (t->header && read)
        key = t->header[0];
    if (!read)
        return t->fallback != NULL;
    return lar_names_find(&t->in.columns, &key, 0) >= 0 ||
           !lar_json_is(&key, t->in.slots[0].input->name);
}

static bool read_row(struct lar_rows *t, struct lar_error *err)
{
    struct lar_slot *slot = &t->in.slots[0];
    bool one = t->in.n_slots == 1;
    char c = lar_json_peek(t->js);
    if (t->objects && c != '{')
        return lar_json_fail(t->js, err, "an object");
    if (lar_takes_records(&t->in))
        return lar_records_read_row(t, err);
    if (t->header || (c == '{' && !(one && slot->shape.rank == 1 && is_base64(t, slot)))) {
        bool columns = one && begins_with_column(t, err);
        if (err->code != LAR_ERR_NONE)
            return false;
        if (!columns)
            return read_object(t, err);
        slot->seen = t->row;
        return read_columns_object(t, err);
    }
    if (!one || (slot->info && slot->shape.rank == 1 && c == '['))
        return read_list(t, err);
    return read_cell(t, slot, err);
}

/* Gets the slots ready to receive rows. */
static bool begin_rows(struct lar_rows *t, struct lar_error *err)
{
    struct lar_inputs *in = &t->in;
    uint32_t n = in->n_slots > in->columns.n ? in->n_slots : in->columns.n;
    for (uint32_t i = 0; i < in->n_slots; i++) {
        struct lar_slot *slot = &in->slots[i];
        if (!slot->info)
            continue;
        if (!lar_slot_begin(slot, slot->info->type, err))
            return false;
        if (slot->shape.rank == 0)
            return lar_fail(err, LAR_ERR_INVALID,
                            "input '%.64s' has no rows; send \"inputs\" instead",
                            slot->input->name);
    }
    if (!lar_json_grow(t->js, &t->order, 0, n * sizeof *t->order, err) ||
        !lar_json_grow(t->js, &t->saved, 0, n * sizeof *t->saved, err))
        return false;
    for (uint32_t i = 0; i < n; i++)
        t->order[i] = i;
    return true;
}

bool lar_rows_read_instances(struct lar_rows *t, struct lar_error *err)
{
    enum lar_json_step step;
    if (!begin_rows(t, err) || !lar_json_open(t->js, '[', err))
        return false;
    while ((step = lar_json_element(t->js, t->row == 0, err)) == LAR_JSON_MORE) {
        t->row++;
        if (!read_row(t, err))
            return lar_json_at_index(err, t->row - 1);
    }
    if (step == LAR_JSON_FAILED)
        return false;
    if (t->row == 0)
        return lar_fail(err, LAR_ERR_INVALID, "expected at least one row, found none");
    for (uint32_t i = 0; i < t->in.n_slots; i++) {
        struct lar_slot *slot = &t->in.slots[i];
        if (!slot->info)
            continue;
        if (slot->shape.dims[0] >= 0 && (uint64_t)slot->shape.dims[0] != t->row)
            return lar_fail(err, LAR_ERR_INVALID, "expected %lld rows, found %llu",
                            (long long)slot->shape.dims[0], (unsigned long long)t->row);
        slot->shape.dims[0] = (int64_t)t->row;
    }
    return true;
}

/* A column of numbers or strings, as [n] or [n,1]. */
static bool read_column(struct lar_rows *t, struct lar_cells *cells, int64_t *rows,
                        struct lar_error *err)
{
    int64_t dims[2] = {*rows, 1};
    const char *from = t->js->at;
    bool nested = lar_json_peek(t->js) == '[';
    if (nested) {
        t->js->at++;
        nested = lar_json_peek(t->js) == '[';
        t->js->at = from;
    }
    if (!lar_cells_read_nested(cells, t->js, nested ? 2 : 1, dims, err))
        return false;
    *rows = dims[0];
    return true;
}

/* All rows of SLOT. */
static bool read_whole(struct lar_rows *t, struct lar_slot *slot, struct lar_error *err)
{
    slot->seen = 1;
    if (!slot->info)
        return lar_json_skip(t->js, err);
    if (!lar_slot_begin(slot, slot->info->type, err))
        return false;
    if (slot->shape.rank == 1)
        return read_column(t, &slot->cells, &slot->shape.dims[0], err);
    return lar_cells_read_nested(&slot->cells, t->js, slot->shape.rank, slot->shape.dims, err);
}

/* One column of the only input, a matrix. */
static bool read_matrix_column(struct lar_rows *t, uint32_t column, struct lar_error *err)
{
    struct lar_cells *cells;
    int64_t rows = -1;
    if (!lar_inputs_column(&t->in, column, t->in.slots[0].info->type, &cells, err) ||
        !read_column(t, cells, &rows, err))
        return false;
    t->in.column_rows[column] = (uint64_t)rows + 1;
    return true;
}

static bool read_inputs_member(struct lar_rows *t, bool columns, const struct lar_json_string *key,
                               uint32_t hint, struct lar_error *err)
{
    const struct lar_names *names = columns ? &t->in.columns : &t->in.names;
    int64_t at = lar_names_find(names, key, hint);
    if (at < 0)
        return lar_names_unknown(names, columns ? "column" : "input", key, err);
    const struct lar_json_string *name = &names->names[at];
    if (columns)
        return read_matrix_column(t, (uint32_t)at, err) ||
               lar_json_at_member(err, name->text, name->size);
    if (t->in.slots[at].seen)
        return lar_names_fail(names, "input", (uint32_t)at, "is given twice", err);
    return read_whole(t, &t->in.slots[at], err) || lar_json_at_member(err, name->text, name->size);
}

bool lar_rows_read_inputs(struct lar_rows *t, struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    bool one = t->in.n_slots == 1, columns = false;
    if (one && (lar_json_peek(t->js) != '{' || is_base64(t, &t->in.slots[0])))
        return read_whole(t, &t->in.slots[0], err);
    if (lar_json_peek(t->js) == '{')
        columns = one && begins_with_column(t, err);
    if (err->code != LAR_ERR_NONE || !lar_inputs_names(&t->in, err))
        return false;
    if (lar_takes_records(&t->in) && lar_json_peek(t->js) == '[')
        return lar_rows_read_instances(t, err);
    if (lar_takes_records(&t->in) && !lar_records_are_whole(t, err))
        return err->code == LAR_ERR_NONE && lar_records_read_columns(t, err);
    if (!lar_json_open(t->js, '{', err))
        return false;
    for (uint32_t i = 0; (step = lar_json_member(t->js, i == 0, &key, err)) == LAR_JSON_MORE; i++)
        if (!read_inputs_member(t, columns, &key, i, err))
            return false;
    if (step == LAR_JSON_FAILED)
        return false;
    return !columns || lar_inputs_join_columns(&t->in, err);
}

bool lar_rows_read_fallback(struct lar_rows *t, struct lar_error *err)
{
    struct lar_inputs *in = &t->in;
    bool columns = in->columns.n > 0;
    uint32_t n = columns ? in->columns.n : in->n_slots;
    struct lar_json_string key;
    enum lar_json_step step;
    if (lar_takes_records(in))
        return lar_fail(err, LAR_ERR_INVALID,
                        "examples of this model have keys of their own: give them in each example");
    if (!(columns ? lar_inputs_columns(in, err) : lar_inputs_names(in, err)) ||
        !lar_json_grow(t->js, &t->fallback, 0, n * sizeof *t->fallback, err) ||
        !lar_json_open(t->js, '{', err))
        return false;
    memset(t->fallback, 0, n * sizeof *t->fallback);
    const struct lar_names *names = columns ? &in->columns : &in->names;
    for (uint32_t i = 0; (step = lar_json_member(t->js, i == 0, &key, err)) == LAR_JSON_MORE; i++) {
        int64_t at = lar_names_find(names, &key, i);
        if (at < 0 && columns && n == 1 && lar_json_is(&key, in->slots[0].input->name))
            at = 0; /* the input is its column */
        if (at < 0)
            return lar_names_unknown(names, "column", &key, err);
        if (t->fallback[at])
            return lar_names_fail(names, "column", (uint32_t)at, "is given twice", err);
        t->fallback[at] = t->js->at;
        if (!lar_json_skip(t->js, err))
            return false;
    }
    return step == LAR_JSON_CLOSED;
}

bool lar_rows_begin(struct lar_rows *rows, const struct lar_flat *flat,
                    const struct lar_call_request *call, struct lar_error *err)
{
    if (!lar_inputs_begin(&rows->in, flat, rows->js, call->outputs, call->n_outputs, err))
        return false;
    return rows->in.n_slots > 0 || lar_fail(err, LAR_ERR_INVALID, "method '%.64s' takes no inputs",
                                            flat->methods[call->method].name);
}

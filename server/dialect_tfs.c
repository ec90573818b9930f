/* TensorFlow Serving's :predict requests; see dialect.h. Answers are in dialect_tfs_write.c.
 * SPDX-License-Identifier: MIT */
#include "server/dialect_inputs.h"

enum form { NEITHER, INSTANCES, INPUTS };

struct tfs {
    struct lar_call_request *call;
    const struct lar_flat *flat;
    struct lar_json *js;
    struct lar_inputs in;
    enum form form;
    bool signature;      /* signature_name was there */
    bool ready;          /* the inputs are known, whatever comes later */
    const char *pending; /* where the form's value lies if it could not be read yet */
    uint64_t row;        /* the one that is being read, from 1 */
    uint32_t *order;     /* the column of each member of the object before */
    const char **saved;  /* values of the object's columns that wait for one before them */
};

static const char *form_name(enum form form)
{
    return form == INSTANCES ? "instances" : "inputs";
}

/* Whether {"b64": ...} comes, which stands for a string of SLOT, and not an object with the inputs'
 * names. */
static bool is_base64(struct tfs *t, const struct lar_slot *slot)
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
static bool read_cell(struct tfs *t, struct lar_slot *slot, struct lar_error *err)
{
    slot->seen = t->row;
    if (!slot->info)
        return lar_json_skip(t->js, err);
    return lar_cells_read_nested(&slot->cells, t->js, slot->shape.rank - 1, slot->shape.dims + 1,
                                 err);
}

static bool read_named_cell(struct tfs *t, struct lar_slot *slot, struct lar_error *err)
{
    return read_cell(t, slot, err) ||
           lar_json_at_member(err, slot->input->name, strlen(slot->input->name));
}

/* A row as a list: a value for each input, in the model's order. */
static bool read_list(struct tfs *t, struct lar_error *err)
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

/* A row as an object with the inputs' names. */
static bool read_object(struct tfs *t, struct lar_error *err)
{
    struct lar_inputs *in = &t->in;
    struct lar_json_string key;
    enum lar_json_step step;
    if (!lar_inputs_names(in, err) || !lar_json_open(t->js, '{', err))
        return false;
    for (uint32_t i = 0; (step = lar_json_member(t->js, i == 0, &key, err)) == LAR_JSON_MORE; i++) {
        uint32_t hint = i < in->n_slots ? t->order[i] : 0;
        int64_t at = lar_names_find(&in->names, &key, hint);
        if (at < 0)
            return lar_names_unknown(&in->names, "column", &key, err);
        if (in->slots[at].seen == t->row)
            return lar_names_fail(&in->names, "column", (uint32_t)at, "is given twice", err);
        if (!read_named_cell(t, &in->slots[at], err))
            return false;
        t->order[i] = (uint32_t)at;
    }
    if (step == LAR_JSON_FAILED)
        return false;
    for (uint32_t i = 0; i < in->n_slots; i++)
        if (in->slots[i].seen != t->row && in->slots[i].info)
            return lar_names_fail(&in->names, "column", i, "is missing", err);
    return true;
}

/* The next columns of the matrix, as far as their values are there. */
static bool read_saved(struct tfs *t, uint32_t *next, struct lar_error *err)
{
    const char *back = t->js->at;
    for (; *next < t->in.columns.n && t->saved[*next]; ++*next) {
        const struct lar_json_string *name = &t->in.columns.names[*next];
        t->js->at = t->saved[*next];
        if (!lar_cells_read(&t->in.slots[0].cells, t->js, err))
            return lar_json_at_member(err, name->text, name->size);
    }
    t->js->at = back;
    return true;
}

/* A row of a matrix as an object with the columns' names. A value that comes before its turn is
 * passed over and read when its turn comes. */
static bool read_columns_object(struct tfs *t, struct lar_error *err)
{
    struct lar_names *columns = &t->in.columns;
    struct lar_json_string key;
    enum lar_json_step step;
    uint32_t next = 0;
    memset(t->saved, 0, columns->n * sizeof *t->saved);
    if (!lar_json_open(t->js, '{', err))
        return false;
    for (uint32_t i = 0; (step = lar_json_member(t->js, i == 0, &key, err)) == LAR_JSON_MORE; i++) {
        uint32_t hint = i < columns->n ? t->order[i] : 0;
        int64_t at = lar_names_find(columns, &key, hint);
        if (at < 0)
            return lar_names_unknown(columns, "column", &key, err);
        if (t->saved[at])
            return lar_names_fail(columns, "column", (uint32_t)at, "is given twice", err);
        t->order[i] = (uint32_t)at;
        t->saved[at] = t->js->at;
        const struct lar_json_string *name = &columns->names[at];
        if (at > next) {
            if (!lar_json_skip(t->js, err))
                return lar_json_at_member(err, name->text, name->size);
            continue;
        }
        next++;
        if (!lar_cells_read(&t->in.slots[0].cells, t->js, err))
            return lar_json_at_member(err, name->text, name->size);
        if (!read_saved(t, &next, err))
            return false;
    }
    if (step == LAR_JSON_CLOSED && next < columns->n)
        return lar_names_fail(columns, "column", next, "is missing", err);
    return step == LAR_JSON_CLOSED;
}

/* Whether the object that comes begins with the name of one of the only input's columns (so that it
 * holds columns), rather than with the input's name. */
static bool begins_with_column(struct tfs *t, struct lar_error *err)
{
    struct lar_json_string key;
    struct lar_error ignored = {0};
    if (t->in.columns.n == 0 || !lar_inputs_columns(&t->in, err))
        return false;
    const char *from = t->js->at++;
    bool read = lar_json_peek(t->js) == '"' && lar_json_text(t->js, &key, &ignored);
    t->js->at = from;
    return read && (lar_names_find(&t->in.columns, &key, 0) >= 0 ||
                    !lar_json_is(&key, t->in.slots[0].input->name));
}

static bool read_row(struct tfs *t, struct lar_error *err)
{
    struct lar_slot *slot = &t->in.slots[0];
    bool one = t->in.n_slots == 1;
    char c = lar_json_peek(t->js);
    if (c == '{' && !(one && slot->shape.rank == 1 && is_base64(t, slot))) {
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
static bool begin_rows(struct tfs *t, struct lar_error *err)
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

static bool read_instances(struct tfs *t, struct lar_error *err)
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
static bool read_column(struct tfs *t, struct lar_cells *cells, int64_t *rows,
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
static bool read_whole(struct tfs *t, struct lar_slot *slot, struct lar_error *err)
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
static bool read_matrix_column(struct tfs *t, uint32_t column, struct lar_error *err)
{
    struct lar_cells *cells;
    int64_t rows = -1;
    if (!lar_inputs_column(&t->in, column, t->in.slots[0].info->type, &cells, err) ||
        !read_column(t, cells, &rows, err))
        return false;
    t->in.column_rows[column] = (uint64_t)rows + 1;
    return true;
}

static bool read_inputs_member(struct tfs *t, bool columns, const struct lar_json_string *key,
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

static bool read_inputs(struct tfs *t, struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    bool one = t->in.n_slots == 1, columns = false;
    if (one && (lar_json_peek(t->js) != '{' || is_base64(t, &t->in.slots[0])))
        return read_whole(t, &t->in.slots[0], err);
    if (lar_json_peek(t->js) == '{')
        columns = one && begins_with_column(t, err);
    if (err->code != LAR_ERR_NONE || !lar_inputs_names(&t->in, err) ||
        !lar_json_open(t->js, '{', err))
        return false;
    for (uint32_t i = 0; (step = lar_json_member(t->js, i == 0, &key, err)) == LAR_JSON_MORE; i++)
        if (!read_inputs_member(t, columns, &key, i, err))
            return false;
    if (step == LAR_JSON_FAILED)
        return false;
    return !columns || lar_inputs_join_columns(&t->in, err);
}

/* The value of "instances" or "inputs", once the call's inputs are known. */
static bool read_form(struct tfs *t, struct lar_error *err)
{
    if (!lar_inputs_begin(&t->in, t->flat, t->js, t->call->outputs, t->call->n_outputs, err))
        return false;
    if (t->in.n_slots == 0)
        return lar_fail(err, LAR_ERR_INVALID, "method '%.64s' takes no inputs",
                        t->flat->methods[t->call->method].name);
    bool ok = t->form == INSTANCES ? read_instances(t, err) : read_inputs(t, err);
    return ok || lar_json_at_name(err, form_name(t->form));
}

static bool read_signature(struct tfs *t, struct lar_error *err)
{
    struct lar_json_string name;
    if (lar_json_null(t->js))
        return true;
    if (!lar_json_text(t->js, &name, err))
        return lar_json_at_name(err, "signature_name");
    if (t->signature)
        return lar_fail(err, LAR_ERR_INVALID, "signature_name is given twice");
    t->signature = t->ready = true;
    int64_t method = lar_call_find_method(t->flat, &name);
    if (method < 0 && (name.size == 0 || lar_json_is(&name, "serving_default")))
        method = t->flat->default_method;
    if (method < 0)
        return lar_fail(err, LAR_ERR_NOTFOUND, "the model has no signature '%.*s'",
                        name.size < 64 ? (int)name.size : 64, name.text);
    return lar_call_select_method(t->call, t->flat, (uint32_t)method, t->js, err);
}

static bool read_member(struct tfs *t, const struct lar_json_string *key, struct lar_error *err)
{
    enum form form = lar_json_is(key, "instances") ? INSTANCES
                     : lar_json_is(key, "inputs")  ? INPUTS
                                                   : NEITHER;
    if (lar_json_is(key, "signature_name"))
        return read_signature(t, err);
    if (form == NEITHER)
        return lar_json_skip(t->js, err);
    if (t->form == form)
        return lar_fail(err, LAR_ERR_INVALID, "'%s' is given twice", form_name(form));
    if (t->form != NEITHER)
        return lar_fail(err, LAR_ERR_INVALID,
                        "'inputs' and 'instances' are both given; send one of them");
    t->form = form;
    t->call->as_rows = form == INSTANCES;
    if (t->ready)
        return read_form(t, err);
    t->pending = t->js->at;
    return lar_json_skip(t->js, err);
}

bool lar_tfs_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                  size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    struct lar_json js;
    struct lar_json_string key;
    enum lar_json_step step;
    struct tfs t = {.call = ret, .flat = flat, .js = &js, .ready = lar_inputs_agree(flat)};
    lar_json_init(&js, body, size, scratch);
    *ret = (struct lar_call_request){0};
    if (!lar_call_select_method(ret, flat, flat->default_method, &js, err) ||
        !lar_json_open(&js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(&js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (!read_member(&t, &key, err))
            return false;
    if (step == LAR_JSON_FAILED || !lar_json_end(&js, err))
        return false;
    if (t.form == NEITHER)
        return lar_fail(err, LAR_ERR_INVALID, "Missing 'inputs' or 'instances' key");
    if (t.pending) {
        js.at = t.pending;
        if (!read_form(&t, err))
            return false;
    }
    return lar_inputs_finish(&t.in, ret, err);
}

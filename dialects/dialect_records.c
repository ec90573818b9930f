/* Records as JSON's objects; see dialect_records.h. Tensors are in dialect_records_tensor.c.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect_records_private.h"

/* ---- keys ---- */

bool lar_records_keep_key(struct lar_json *js, struct lar_json_string *key, struct lar_error *err)
{
    char *copy = NULL;
    if (key->size == 0 || (key->text >= js->begin && key->text < js->end))
        return true;
    if (!lar_json_grow(js, &copy, 0, key->size, err))
        return false;
    memcpy(copy, key->text, key->size);
    key->text = copy;
    return true;
}

/* Twice as many places for the keys of a row. */
static bool grow_keys(struct lar_inputs *in, uint64_t row, struct lar_error *err)
{
    enum { FIRST = 64 };
    struct lar_records *r = &in->records;
    const struct lar_record_key *old = r->keys;
    uint32_t n = old ? r->mask + 1 : 0, size = old ? 2 * n : FIRST;
    r->keys = NULL;
    if (!lar_json_grow(in->js, &r->keys, 0, size * sizeof *r->keys, err))
        return false;
    memset(r->keys, 0, size * sizeof *r->keys);
    r->mask = size - 1;
    r->n_keys = 0;
    for (uint32_t i = 0; i < n; i++)
        if (old[i].row == row && !lar_records_take_key(in, &old[i].name, row, err))
            return false;
    return true;
}

bool lar_records_take_key(struct lar_inputs *in, const struct lar_json_string *name, uint64_t row,
                          struct lar_error *err)
{
    enum { STEPS = 256 }; /* never met but where names were made to collide */
    struct lar_records *r = &in->records;
    if (r->key_row != row) {
        r->key_row = row;
        r->n_keys = 0;
    }
    if ((!r->keys || r->n_keys > r->mask / 4) && !grow_keys(in, row, err))
        return false;
    uint32_t at = lar_names_hash(name) & r->mask;
    for (int steps = 0; r->keys[at].row == row; at = (at + 1) & r->mask) {
        const struct lar_json_string *other = &r->keys[at].name;
        if (other->size == name->size && memcmp(other->text, name->text, name->size) == 0)
            return lar_fail(err, LAR_ERR_INVALID, "key '%.*s' is given twice",
                            name->size < 64 ? (int)name->size : 64, name->text);
        if (++steps == STEPS)
            return lar_fail(err, LAR_ERR_LIMIT, "more than %d keys of one hash in a row", STEPS);
    }
    r->keys[at] = (struct lar_record_key){*name, row};
    r->n_keys++;
    return true;
}

/* ---- values ---- */

bool lar_records_add_text(struct lar_inputs *in, const struct lar_json_string *key,
                          const struct lar_json_string *text, struct lar_error *err)
{
    const struct lar_json_string parts[] = {*key, in->records.separator, *text};
    return lar_cells_add_texts(&in->records.features->cells, in->js, parts, 3, err) &&
           lar_cells_add_float(&in->records.values->cells, in->js, 1, err);
}

bool lar_records_add_number(struct lar_inputs *in, const struct lar_json_string *key, double value,
                            struct lar_error *err)
{
    return lar_cells_add_texts(&in->records.features->cells, in->js, key, 1, err) &&
           lar_cells_add_float(&in->records.values->cells, in->js, value, err);
}

/* What a value may be, by the flags of enum lar_record_values. */
static const char *expected(const struct lar_inputs *in)
{
    static const char *const texts[] = {
        "a number, a text, true or false",
        "a number, a text, true, false or a list of texts",
        "a number, a text, true, false or null",
        "a number, a text, true, false, null or a list of texts",
    };
    return texts[in->records.holds >> 1];
}

static bool read_scalar(struct lar_inputs *in, const struct lar_json_string *key,
                        struct lar_error *err)
{
    struct lar_json *js = in->js;
    struct lar_json_string text;
    bool flag;
    switch (lar_json_peek(js)) {
    case '"': return lar_json_text(js, &text, err) && lar_records_add_text(in, key, &text, err);
    case 't':
    case 'f': return lar_json_bool(js, &flag, err) && lar_records_add_number(in, key, flag, err);
    case 'n':
        if (!(in->records.holds & LAR_RECORDS_NULLS))
            return lar_json_fail(js, err, expected(in));
        break;
    case '[':
    case '{': return lar_json_fail(js, err, expected(in));
    default: break;
    }
    return lar_cells_read(&in->records.values->cells, js, err) &&
           lar_cells_add_texts(&in->records.features->cells, js, key, 1, err);
}

/* The value of KEY. BOXED: it may be in a list of one. */
static bool read_value(struct lar_inputs *in, const struct lar_json_string *key, bool boxed,
                       struct lar_error *err)
{
    bool lists = in->records.holds & LAR_RECORDS_LISTS;
    enum lar_json_step step;
    uint64_t n = 0;
    if (lar_json_peek(in->js) != '[' || (!boxed && !lists))
        return read_scalar(in, key, err);
    if (!lar_json_open(in->js, '[', err))
        return false;
    for (; (step = lar_json_element(in->js, n == 0, err)) == LAR_JSON_MORE; n++) {
        bool text = lar_json_peek(in->js) == '"';
        if (text ? !lists && n > 0 : !boxed || n > 0)
            return lar_json_fail(in->js, err, lists ? "a text" : "']'") ||
                   lar_json_at_index(err, n);
        if (!read_scalar(in, key, err))
            return lar_json_at_index(err, n);
    }
    return step == LAR_JSON_CLOSED;
}

/* ---- rows ---- */

bool lar_records_end_row(struct lar_inputs *in, struct lar_error *err)
{
    struct lar_records *r = &in->records;
    if (r->n_rows == r->room) {
        uint64_t room = 2 * r->room + 64;
        if (!lar_json_grow(in->js, &r->ends, r->room * sizeof *r->ends, room * sizeof *r->ends,
                           err))
            return false;
        r->room = room;
    }
    r->ends[r->n_rows++] = r->features->cells.count;
    return true;
}

/* [[name, value], ...] */
static bool read_pairs(struct lar_rows *t, struct lar_error *err)
{
    struct lar_json *js = t->js;
    struct lar_json_string name;
    enum lar_json_step step;
    uint64_t n = 0;
    if (!lar_json_open(js, '[', err))
        return false;
    for (; (step = lar_json_element(js, n == 0, err)) == LAR_JSON_MORE; n++) {
        bool ok = lar_json_peek(js) == '[' || lar_json_fail(js, err, "a pair [name, value]");
        ok = ok && lar_json_open(js, '[', err) &&
             lar_json_element(js, true, err) == LAR_JSON_MORE && lar_json_text(js, &name, err) &&
             lar_records_keep_key(js, &name, err);
        if (ok && lar_json_element(js, false, err) != LAR_JSON_MORE)
            ok = lar_fail(err, LAR_ERR_INVALID, "expected [name, value], found one alone");
        ok = ok && read_scalar(&t->in, &name, err);
        if (ok && lar_json_element(js, false, err) != LAR_JSON_CLOSED)
            ok = lar_fail(err, LAR_ERR_INVALID, "expected [name, value], found more than two");
        if (!ok && err->code == LAR_ERR_NONE) /* an empty one */
            (void)lar_json_fail(js, err, "a pair [name, value]");
        if (!ok)
            return lar_json_at_index(err, n);
    }
    return step == LAR_JSON_CLOSED;
}

/* {key: value, ...} */
static bool read_object(struct lar_rows *t, struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    if (!lar_json_open(t->js, t->header ? '[' : '{', err))
        return false;
    for (uint32_t i = 0; (step = lar_rows_next_value(t, i, &key, err)) == LAR_JSON_MORE; i++)
        if (!lar_records_keep_key(t->js, &key, err) ||
            !lar_records_take_key(&t->in, &key, t->row, err))
            return false;
        else if (!read_value(&t->in, &key, t->boxed, err))
            return lar_json_at_member(err, key.text, key.size);
    return step == LAR_JSON_CLOSED;
}

bool lar_records_read_row(struct lar_rows *t, struct lar_error *err)
{
    char c = lar_json_peek(t->js);
    if (!t->header && c != '{' && c != '[')
        return lar_json_fail(t->js, err, "an object or a list of pairs [name, value]");
    return (t->header || c == '{' ? read_object : read_pairs)(t, err) &&
           lar_records_end_row(&t->in, err);
}

/* ---- columns ---- */

bool lar_records_uneven(const struct lar_json_string *name, struct lar_error *err)
{
    return lar_fail(err, LAR_ERR_INVALID, "column '%.*s' has another number of rows than the first",
                    name->size < 64 ? (int)name->size : 64, name->text);
}

bool lar_records_are_whole(struct lar_rows *t, struct lar_error *err)
{
    struct lar_json *js = t->js;
    struct lar_json_string key;
    struct lar_error ignored = {0};
    const char *from = js->at;
    bool ret = lar_json_open(js, '{', err) &&
               lar_json_member(js, true, &key, &ignored) == LAR_JSON_MORE &&
               lar_names_find(&t->in.names, &key, 0) >= 0 && lar_json_peek(js) == '[';
    if (ret) {
        js->at++;
        ret = lar_json_peek(js) == '[';
    }
    js->at = from;
    return ret;
}

/* Opens the columns; RET: they go on there, one after the other. */
static bool open_columns(struct lar_rows *t, struct lar_record_column **ret, uint32_t *ret_n,
                         struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    uint32_t n = 0, room = 0;
    *ret = NULL;
    if (!lar_json_open(t->js, '{', err))
        return false;
    for (; (step = lar_json_member(t->js, n == 0, &key, err)) == LAR_JSON_MORE; n++) {
        if (n == room) {
            room = 2 * n + 16;
            if (!lar_json_grow(t->js, ret, n * sizeof **ret, room * sizeof **ret, err))
                return false;
        }
        if (!lar_records_keep_key(t->js, &key, err) || !lar_records_take_key(&t->in, &key, 1, err))
            return false;
        if (lar_json_peek(t->js) != '[')
            return lar_json_fail(t->js, err, "an array of a value for each row") ||
                   lar_json_at_member(err, key.text, key.size);
        (*ret)[n] = (struct lar_record_column){.name = key, .at = t->js->at + 1};
        if (!lar_json_skip(t->js, err))
            return lar_json_at_member(err, key.text, key.size);
    }
    *ret_n = n;
    return step == LAR_JSON_CLOSED &&
           (n > 0 || lar_fail(err, LAR_ERR_INVALID, "expected at least one column, found none"));
}

/* The next value of each column; *RET_MORE: there was one. */
static bool read_across(struct lar_rows *t, struct lar_record_column *columns, uint32_t n,
                        bool *ret_more, struct lar_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        struct lar_record_column *c = &columns[i];
        t->js->at = c->at;
        enum lar_json_step step = lar_json_element(t->js, t->row == 0, err);
        if (step == LAR_JSON_FAILED)
            return false;
        if (i > 0 && *ret_more != (step == LAR_JSON_MORE))
            return lar_records_uneven(&c->name, err);
        *ret_more = step == LAR_JSON_MORE;
        if (*ret_more && !read_value(&t->in, &c->name, true, err)) {
            lar_json_at_index(err, t->row);
            return lar_json_at_member(err, c->name.text, c->name.size);
        }
        c->at = t->js->at;
    }
    return true;
}

bool lar_records_read_columns(struct lar_rows *t, struct lar_error *err)
{
    struct lar_record_column *columns;
    uint32_t n = 0;
    bool more = true;
    if (!lar_slot_begin(t->in.records.features, LAR_TYPE_STRING, err) ||
        !lar_slot_begin(t->in.records.values, LAR_TYPE_F64, err) ||
        !open_columns(t, &columns, &n, err))
        return false;
    const char *back = t->js->at;
    for (; more; t->row += more)
        if (!read_across(t, columns, n, &more, err) || (more && !lar_records_end_row(&t->in, err)))
            return false;
    t->js->at = back;
    return t->row > 0 || lar_fail(err, LAR_ERR_INVALID, "expected at least one row, found none");
}

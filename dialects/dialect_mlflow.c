/* MLflow's /invocations; see dialect.h. CSV is in dialect_csv.c.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect_rows.h"

enum form { NO_FORM, SPLIT, RECORDS, INSTANCES, INPUTS };
static const char *const forms[] = {NULL, "dataframe_split", "dataframe_records", "instances",
                                    "inputs"};

struct mlflow {
    struct lar_call_request *call;
    const struct lar_flat *flat;
    struct lar_rows rows;
    enum form form;
    bool ready;          /* the inputs are known, whatever comes later */
    const char *pending; /* where the form's value lies if it could not be read yet */
};

/* A data frame's column names; numbers are positions, and then there are no names. */
static bool read_names(struct lar_rows *rows, struct lar_error *err)
{
    struct lar_json *js = rows->js;
    struct lar_json_string *names = NULL;
    enum lar_json_step step;
    uint32_t n = 0, room = 0;
    bool numbers = false;
    if (!lar_json_open(js, '[', err))
        return false;
    for (; (step = lar_json_element(js, n == 0, err)) == LAR_JSON_MORE; n++) {
        if (n == room &&
            !lar_json_grow(js, &names, room * sizeof *names, (room * 2 + 16) * sizeof *names, err))
            return false;
        room = n == room ? room * 2 + 16 : room;
        char c = lar_json_peek(js);
        numbers |= c == '-' || (c >= '0' && c <= '9');
        names[n] = (struct lar_json_string){"", 0};
        if (numbers ? !lar_json_skip(js, err) : !lar_json_keep_text(js, &names[n], err))
            return lar_json_at_index(err, n);
    }
    rows->header = numbers ? NULL : names;
    rows->n_header = n;
    return step == LAR_JSON_CLOSED;
}

bool lar_mlflow_read_split(struct lar_rows *rows, struct lar_error *err)
{
    struct lar_json *js = rows->js;
    struct lar_json_string key;
    enum lar_json_step step;
    const char *data = NULL;
    bool named = false, done = false;
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false) {
        if (lar_json_is(&key, "columns")) {
            named = true;
            if (!lar_json_null(js) && !read_names(rows, err))
                return lar_json_at_member(err, "columns", 7);
            continue;
        }
        if (lar_json_is(&key, "data")) {
            if (data)
                return lar_fail(err, LAR_ERR_INVALID, "'data' is given twice");
            data = js->at;
            if (named && !lar_rows_read_instances(rows, err))
                return lar_json_at_member(err, "data", 4);
            done = named;
            if (done)
                continue;
        } else if (!lar_json_is(&key, "index"))
            return lar_fail(err, LAR_ERR_INVALID,
                            "unknown member '%.*s'; a data frame has 'columns', 'index', 'data'",
                            key.size < 64 ? (int)key.size : 64, key.text);
        if (!lar_json_skip(js, err))
            return false;
    }
    if (step == LAR_JSON_FAILED)
        return false;
    if (!data)
        return lar_fail(err, LAR_ERR_INVALID, "'data' is missing");
    if (done)
        return true;
    const char *back = js->at;
    js->at = data;
    if (!lar_rows_read_instances(rows, err))
        return lar_json_at_member(err, "data", 4);
    js->at = back;
    return true;
}

/* The value of the form, once the call's inputs are known. */
static bool read_form(struct mlflow *m, struct lar_error *err)
{
    struct lar_rows *rows = &m->rows;
    bool ok = lar_rows_begin(rows, m->flat, m->call, err);
    rows->ignores = m->form == SPLIT || m->form == RECORDS;
    rows->objects = m->form == RECORDS;
    if (ok)
        ok = m->form == SPLIT    ? lar_mlflow_read_split(rows, err)
             : m->form == INPUTS ? lar_rows_read_inputs(rows, err)
                                 : lar_rows_read_instances(rows, err);
    return ok || lar_json_at_name(err, forms[m->form]);
}

/* `method` among the parameters selects the method; a signature's own mean nothing here. */
static bool read_parameters(struct mlflow *m, struct lar_error *err)
{
    struct lar_json *js = m->rows.js;
    struct lar_json_string key, name;
    enum lar_json_step step;
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false) {
        if (!lar_json_is(&key, "method") || lar_json_null(js)) {
            if (!lar_json_is(&key, "method") && !lar_json_skip(js, err))
                return false;
            continue;
        }
        if (!lar_json_text(js, &name, err))
            return lar_json_at_name(err, "method");
        int64_t method = lar_call_find_method(m->flat, &name);
        if (method < 0)
            return lar_fail(err, LAR_ERR_NOTFOUND, "the model has no method '%.*s'",
                            name.size < 64 ? (int)name.size : 64, name.text);
        if (!lar_call_select_method(m->call, m->flat, (uint32_t)method, js, err))
            return false;
    }
    return step == LAR_JSON_CLOSED;
}

static bool read_member(void *context, const struct lar_json_string *key, struct lar_error *err)
{
    struct mlflow *m = context;
    struct lar_json *js = m->rows.js;
    enum form form = SPLIT;
    if (lar_json_null(js)) /* as if it were absent */
        return true;
    while (form <= INPUTS && !lar_json_is(key, forms[form]))
        form++;
    if (lar_json_is(key, "params"))
        return read_parameters(m, err) || lar_json_at_name(err, "params");
    if (form > INPUTS)
        return lar_json_skip(js, err);
    if (m->form != NO_FORM)
        return lar_fail(err, LAR_ERR_INVALID, "'%s' and '%s' are both given; send one of them",
                        forms[m->form], forms[form]);
    m->form = form;
    if (m->ready)
        return read_form(m, err);
    m->pending = js->at;
    return lar_json_skip(js, err);
}

bool lar_mlflow_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                     size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    struct lar_json js;
    struct mlflow m = {
        .call = ret, .flat = flat, .rows = {.js = &js}, .ready = lar_inputs_agree(flat)};
    lar_json_init(&js, body, size, scratch);
    *ret = (struct lar_call_request){0};
    if (!lar_call_select_method(ret, flat, flat->default_method, &js, err) ||
        !lar_json_object(&js, read_member, &m, err) || !lar_json_end(&js, err))
        return false;
    if (m.form == NO_FORM)
        return lar_fail(err, LAR_ERR_INVALID,
                        "The request must be an object with exactly one of 'dataframe_split', "
                        "'dataframe_records', 'instances', 'inputs'");
    if (m.pending) {
        js.at = m.pending;
        if (!read_form(&m, err))
            return false;
    }
    return lar_inputs_finish(&m.rows.in, ret, err);
}

bool lar_mlflow_write(struct lar_text *text, const struct lar_flat *flat,
                      const struct lar_call_request *call, const struct lar_tensor *results,
                      struct lar_error *err)
{
    lar_text_puts(text, "{\"predictions\": ");
    if (call->n_outputs == 1)
        lar_json_write(text, &results[0], (struct lar_json_style){.floats = LAR_JSON_NULLS});
    else if (!lar_rows_write(text, flat, call, results, false))
        lar_rows_write_columns(text, flat, call, results, false);
    lar_text_char(text, '}');
    return lar_text_ok(text, err);
}

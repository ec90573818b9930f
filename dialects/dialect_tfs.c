/* TensorFlow Serving's :predict requests; see dialect.h. Answers are in dialect_tfs_write.c.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect_rows.h"

enum form { NEITHER, INSTANCES, INPUTS };

struct tfs {
    struct lar_call_request *call;
    const struct lar_flat *flat;
    struct lar_rows rows;
    enum form form;
    bool signature;      /* signature_name was there */
    bool ready;          /* the inputs are known, whatever comes later */
    const char *pending; /* where the form's value lies if it could not be read yet */
};

static const char *form_name(enum form form)
{
    return form == INSTANCES ? "instances" : "inputs";
}

/* The value of "instances" or "inputs", once the call's inputs are known. */
static bool read_form(struct tfs *t, struct lar_error *err)
{
    if (!lar_rows_begin(&t->rows, t->flat, t->call, err))
        return false;
    bool ok = t->form == INSTANCES ? lar_rows_read_instances(&t->rows, err)
                                   : lar_rows_read_inputs(&t->rows, err);
    return ok || lar_json_at_name(err, form_name(t->form));
}

bool lar_tfs_read_signature(struct lar_call_request *call, const struct lar_flat *flat,
                            struct lar_json *js, bool *ret_named, struct lar_error *err)
{
    struct lar_json_string name;
    if (!lar_json_text(js, &name, err))
        return lar_json_at_name(err, "signature_name");
    int64_t method = lar_call_find_method(flat, &name);
    *ret_named = method >= 0;
    if (method < 0 && (name.size == 0 || lar_json_is(&name, "serving_default")))
        method = flat->default_method;
    if (method < 0)
        return lar_fail(err, LAR_ERR_NOTFOUND, "the model has no signature '%.*s'",
                        name.size < 64 ? (int)name.size : 64, name.text);
    return lar_call_select_method(call, flat, (uint32_t)method, js, err);
}

static bool read_signature(struct tfs *t, struct lar_error *err)
{
    bool named;
    if (lar_json_null(t->rows.js))
        return true;
    if (t->signature)
        return lar_fail(err, LAR_ERR_INVALID, "signature_name is given twice");
    t->signature = t->ready = true;
    return lar_tfs_read_signature(t->call, t->flat, t->rows.js, &named, err);
}

static bool read_member(void *context, const struct lar_json_string *key, struct lar_error *err)
{
    struct tfs *t = context;
    enum form form = lar_json_is(key, "instances") ? INSTANCES
                     : lar_json_is(key, "inputs")  ? INPUTS
                                                   : NEITHER;
    if (lar_json_is(key, "signature_name"))
        return read_signature(t, err);
    if (form == NEITHER)
        return lar_json_skip(t->rows.js, err);
    if (t->form == form)
        return lar_fail(err, LAR_ERR_INVALID, "'%s' is given twice", form_name(form));
    if (t->form != NEITHER)
        return lar_fail(err, LAR_ERR_INVALID,
                        "'inputs' and 'instances' are both given; send one of them");
    t->form = form;
    t->call->as_rows = form == INSTANCES;
    if (t->ready)
        return read_form(t, err);
    t->pending = t->rows.js->at;
    return lar_json_skip(t->rows.js, err);
}

bool lar_tfs_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                  size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    struct lar_json js;
    struct tfs t = {
        .call = ret, .flat = flat, .rows = {.js = &js}, .ready = lar_inputs_agree(flat)};
    lar_json_init(&js, body, size, scratch);
    *ret = (struct lar_call_request){0};
    if (!lar_call_select_method(ret, flat, flat->default_method, &js, err) ||
        !lar_json_object(&js, read_member, &t, err) || !lar_json_end(&js, err))
        return false;
    if (t.form == NEITHER)
        return lar_fail(err, LAR_ERR_INVALID, "Missing 'inputs' or 'instances' key");
    if (t.pending) {
        js.at = t.pending;
        if (!read_form(&t, err))
            return false;
    }
    return lar_inputs_finish(&t.rows.in, ret, err);
}

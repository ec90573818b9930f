/* TensorFlow Serving's :classify and :regress; see dialect.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect_rows.h"

struct examples {
    struct lar_call_request *call;
    const struct lar_flat *flat;
    struct lar_rows rows;
    bool regress, signature, named;
    const char *examples, *context; /* where their values lie */
};

static bool read_member(void *context, const struct lar_json_string *key, struct lar_error *err)
{
    struct examples *e = context;
    struct lar_json *js = e->rows.js;
    const char **place = lar_json_is(key, "examples")  ? &e->examples
                         : lar_json_is(key, "context") ? &e->context
                                                       : NULL;
    if (lar_json_is(key, "signature_name") && !lar_json_null(js)) {
        if (e->signature)
            return lar_fail(err, LAR_ERR_INVALID, "signature_name is given twice");
        e->signature = true;
        return lar_tfs_read_signature(e->call, e->flat, js, &e->named, err);
    }
    if (place && *place)
        return lar_fail(err, LAR_ERR_INVALID, "'%s' is given twice",
                        place == &e->examples ? "examples" : "context");
    if (place)
        *place = js->at;
    return lar_json_skip(js, err);
}

static bool gives_numbers(const struct lar_flat *flat, uint32_t method)
{
    const struct lar_flat_method *m = &flat->methods[method];
    return m->n_outputs == 1 &&
           flat->values[flat->outputs[m->first_output].value].type != LAR_TYPE_STRING;
}

/* What answers where no signature is named: scores for classes; a number for regress. */
static bool select_method(struct examples *e, struct lar_error *err)
{
    static const char *const scores[] = {"predict_proba", "decision_function"};
    struct lar_call_request *call = e->call;
    for (size_t i = 0; !e->regress && !e->named && i < sizeof scores / sizeof *scores; i++) {
        struct lar_json_string name = {scores[i], strlen(scores[i])};
        int64_t method = lar_call_find_method(e->flat, &name);
        if (method >= 0)
            return lar_call_select_method(call, e->flat, (uint32_t)method, e->rows.js, err);
    }
    if (call->n_outputs == 0 &&
        !lar_call_select_method(call, e->flat, e->flat->default_method, e->rows.js, err))
        return false;
    return gives_numbers(e->flat, call->method) ||
           lar_fail(err, LAR_ERR_INVALID, "signature '%.64s' gives no %s; name another one",
                    e->flat->methods[call->method].name,
                    e->regress ? "number for each example" : "scores of classes");
}

static bool read_examples(struct examples *e, struct lar_error *err)
{
    struct lar_rows *rows = &e->rows;
    if (!select_method(e, err) || !lar_rows_begin(rows, e->flat, e->call, err))
        return false;
    rows->boxed = rows->objects = true;
    if (e->context) {
        rows->js->at = e->context;
        if (!lar_rows_read_fallback(rows, err))
            return lar_json_at_name(err, "context");
    }
    rows->js->at = e->examples;
    return lar_rows_read_instances(rows, err) || lar_json_at_name(err, "examples");
}

bool lar_tfs_read_examples(struct lar_call_request *ret, const struct lar_flat *flat, bool regress,
                           const void *body, size_t size, struct lar_scratch *scratch,
                           struct lar_error *err)
{
    struct lar_json js;
    struct examples e = {.call = ret, .flat = flat, .rows = {.js = &js}, .regress = regress};
    lar_json_init(&js, body, size, scratch);
    *ret = (struct lar_call_request){0};
    if (!lar_json_object(&js, read_member, &e, err) || !lar_json_end(&js, err))
        return false;
    if (!e.examples)
        return lar_fail(err, LAR_ERR_INVALID, "Missing 'examples' key");
    return read_examples(&e, err) && lar_inputs_finish(&e.rows.in, ret, err);
}

/* Element I of T alone. */
static void write_element(struct lar_text *text, const struct lar_tensor *t, uint64_t i)
{
    struct lar_tensor flat = *t;
    flat.shape = LAR_SHAPE((int64_t)lar_tensor_count(t));
    lar_json_write_row(text, &flat, i, (struct lar_json_style){.floats = LAR_JSON_TOKENS});
}

/* The name of class I of N, always a string. Two labels and one score: of the second. */
static void write_label(struct lar_text *text, const struct lar_tensor *labels, uint64_t i,
                        uint64_t n)
{
    uint64_t known = labels ? lar_tensor_count(labels) : 0;
    if (n == 1 && known == 2)
        i = 1;
    if (i < known && labels->type == LAR_TYPE_STRING && labels->kinds[i] == LAR_STRING_TEXT) {
        write_element(text, labels, i);
        return;
    }
    lar_text_char(text, '"');
    if (i < known)
        write_element(text, labels, i);
    else if (n > 1)
        lar_text_u64(text, i);
    lar_text_char(text, '"');
}

bool lar_tfs_write_classes(struct lar_text *text, const struct lar_flat *flat,
                           const struct lar_call_request *call, const struct lar_tensor *results,
                           struct lar_error *err)
{
    const struct lar_tensor *t = &results[0];
    const struct lar_flat_output *output = &flat->outputs[call->outputs[0]];
    const struct lar_tensor *labels =
        output->labels == LAR_NO_VALUE ? NULL : flat->values[output->labels].constant;
    if (t->layout != LAR_LAYOUT_DENSE || t->shape.rank < 1 || t->shape.rank > 2)
        return lar_fail(err, LAR_ERR_INVALID, "output '%.64s' does not give a score for each class",
                        output->name);
    uint64_t n = t->shape.rank == 2 ? (uint64_t)t->shape.dims[1] : 1;
    lar_text_puts(text, "{\"results\": [");
    for (int64_t row = 0; row < t->shape.dims[0] && text->failure == LAR_ERR_NONE; row++) {
        lar_text_puts(text, row > 0 ? ", [" : "[");
        for (uint64_t i = 0; i < n; i++) {
            lar_text_puts(text, i > 0 ? ", [" : "[");
            write_label(text, labels, i, n);
            lar_text_puts(text, ", ");
            write_element(text, t, (uint64_t)row * n + i);
            lar_text_char(text, ']');
        }
        lar_text_char(text, ']');
    }
    lar_text_puts(text, "]}");
    return lar_text_ok(text, err);
}

bool lar_tfs_write_values(struct lar_text *text, const struct lar_flat *flat,
                          const struct lar_call_request *call, const struct lar_tensor *results,
                          struct lar_error *err)
{
    const struct lar_tensor *t = &results[0];
    if (t->layout != LAR_LAYOUT_DENSE || t->shape.rank < 1 ||
        lar_tensor_count(t) != (uint64_t)t->shape.dims[0])
        return lar_fail(err, LAR_ERR_INVALID, "output '%.64s' is not one number for each example",
                        flat->outputs[call->outputs[0]].name);
    lar_text_puts(text, "{\"results\": ");
    lar_json_write_flat(text, t, (struct lar_json_style){.floats = LAR_JSON_TOKENS});
    lar_text_char(text, '}');
    return lar_text_ok(text, err);
}

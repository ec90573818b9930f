/* What an Open Inference Protocol request asks for; see dialect_oip_private.h.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/dialect_oip_private.h"

static bool unknown_output(struct oip *o, const struct lar_json_string *name, struct lar_error *err)
{
    struct lar_names outputs = {.n = o->flat->n_outputs};
    if (!lar_json_grow(o->js, &outputs.names, 0, (outputs.n + 1) * sizeof *outputs.names, err))
        return false;
    for (uint32_t i = 0; i < outputs.n; i++)
        outputs.names[i] =
            (struct lar_json_string){o->flat->outputs[i].name, strlen(o->flat->outputs[i].name)};
    return lar_names_unknown(&outputs, "output", name, err);
}

/* How one output is to be answered. */
static bool read_output_parameters(struct lar_json *js, struct lar_call_form *form,
                                   struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    bool binary;
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false) {
        if (lar_json_null(js))
            continue;
        if (lar_json_is(&key, "binary_data")) {
            if (!lar_json_bool(js, &binary, err))
                return lar_json_at_member(err, "binary_data", 11);
            form->binary = binary ? LAR_FORM_BINARY : LAR_FORM_JSON;
        } else if (lar_json_is(&key, "classification")) {
            (void)lar_json_peek(js);
            if (lar_number_read_u64(&js->at, js->end, &form->classes) != LAR_NUMBER_OK)
                return lar_json_fail(js, err, "a number of classes") ||
                       lar_json_at_member(err, "classification", 14);
        } else if (lar_json_is(&key, "shared_memory_region")) {
            return lar_fail(err, LAR_ERR_INVALID, "shared memory regions are not offered");
        } else if (!lar_json_skip(js, err)) {
            return false;
        }
    }
    return step == LAR_JSON_CLOSED;
}

static bool read_output_member(struct oip *o, const struct lar_json_string *key,
                               struct lar_json_string *name, struct lar_call_form *form,
                               struct lar_error *err)
{
    if (lar_json_is(key, "name"))
        return lar_json_keep_text(o->js, name, err) || lar_json_at_member(err, "name", 4);
    if (lar_json_is(key, "parameters") && !lar_json_null(o->js))
        return read_output_parameters(o->js, form, err) ||
               lar_json_at_member(err, "parameters", 10);
    return lar_json_skip(o->js, err);
}

/* One of "outputs": adds it to the call's. */
static bool read_output(struct oip *o, struct lar_error *err)
{
    struct lar_json_string key, name = {0};
    enum lar_json_step step;
    struct lar_call_request *call = o->call;
    struct lar_call_form form = {0};
    if (!lar_json_open(o->js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(o->js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (!read_output_member(o, &key, &name, &form, err))
            return false;
    if (step == LAR_JSON_FAILED)
        return false;
    if (!name.text)
        return lar_fail(err, LAR_ERR_INVALID, "'name' is missing");
    uint32_t at = 0;
    while (at < o->flat->n_outputs && !lar_json_is(&name, o->flat->outputs[at].name))
        at++;
    if (at == o->flat->n_outputs)
        return unknown_output(o, &name, err);
    for (size_t i = 0; i < call->n_outputs; i++)
        if (call->outputs[i] == at)
            return lar_fail(err, LAR_ERR_INVALID, "output '%.64s' is asked for twice",
                            o->flat->outputs[at].name);
    call->forms[call->n_outputs] = form;
    call->outputs[call->n_outputs++] = at;
    return true;
}

bool lar_oip_read_outputs(struct oip *o, struct lar_error *err)
{
    struct lar_call_request *call = o->call;
    enum lar_json_step step;
    uint64_t n = 0;
    if (call->outputs)
        return lar_fail(err, LAR_ERR_INVALID, "'outputs' is given twice");
    if (!lar_json_grow(o->js, &call->outputs, 0, (o->flat->n_outputs + 1) * sizeof *call->outputs,
                       err) ||
        !lar_json_grow(o->js, &call->forms, 0, (o->flat->n_outputs + 1) * sizeof *call->forms,
                       err) ||
        !lar_json_open(o->js, '[', err))
        return false;
    for (; (step = lar_json_element(o->js, n == 0, err)) == LAR_JSON_MORE; n++)
        if (!read_output(o, err))
            return lar_json_at_index(err, n);
    return step == LAR_JSON_CLOSED;
}

static bool read_method(struct oip *o, struct lar_error *err)
{
    struct lar_json_string name;
    if (!lar_json_text(o->js, &name, err))
        return lar_json_at_name(err, "method");
    o->method = lar_call_find_method(o->flat, &name);
    return o->method >= 0 || lar_fail(err, LAR_ERR_NOTFOUND, "the model has no method '%.*s'",
                                      name.size < 64 ? (int)name.size : 64, name.text);
}

/* `method` names the method whose outputs are wanted, `binary_data_output` their form. */
bool lar_oip_read_parameters(struct oip *o, struct lar_error *err)
{
    static const char reserved[] = "triton_";
    struct lar_json_string key;
    enum lar_json_step step;
    if (!lar_json_open(o->js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(o->js, first, &key, err)) == LAR_JSON_MORE;
         first = false) {
        bool ok = true;
        if (key.size >= sizeof reserved - 1 && memcmp(key.text, reserved, sizeof reserved - 1) == 0)
            return lar_fail(err, LAR_ERR_INVALID,
                            "parameter keys starting with 'triton_' are reserved for Triton usage "
                            "and should not be specified.");
        if (lar_json_null(o->js))
            continue;
        if (lar_json_is(&key, "method"))
            ok = read_method(o, err);
        else if (lar_json_is(&key, "binary_data_output"))
            ok = lar_json_bool(o->js, &o->binary, err) ||
                 lar_json_at_member(err, "binary_data_output", 18);
        else
            ok = lar_json_skip(o->js, err);
        if (!ok)
            return false;
    }
    return step == LAR_JSON_CLOSED;
}

bool lar_oip_finish_forms(struct oip *o, struct lar_error *err)
{
    struct lar_call_request *call = o->call;
    if (!call->forms) {
        if (!o->binary)
            return true;
        if (!lar_json_grow(o->js, &call->forms, 0, (call->n_outputs + 1) * sizeof *call->forms,
                           err))
            return false;
        memset(call->forms, 0, call->n_outputs * sizeof *call->forms);
    }
    for (size_t i = 0; i < call->n_outputs; i++)
        if (call->forms[i].binary == LAR_FORM_UNSAID)
            call->forms[i].binary = o->binary ? LAR_FORM_BINARY : LAR_FORM_JSON;
    return true;
}

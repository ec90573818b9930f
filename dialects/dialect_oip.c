/* Open Inference Protocol v2 requests; see dialect.h. Answers are in dialect_oip_write.c.
 * SPDX-License-Identifier: MIT */
#include "dialects/binary_tensor.h"
#include "dialects/dialect_oip_private.h"

/* The outputs that CALL wants by what is known of it. */
static bool select_outputs(struct oip *o, struct lar_call_request *call, struct lar_error *err)
{
    if (call->n_outputs > 0) {
        call->method = o->flat->outputs[call->outputs[0]].method;
        return true;
    }
    uint32_t method = o->method < 0 ? o->flat->default_method : (uint32_t)o->method;
    return lar_call_select_method(call, o->flat, method, o->js, err);
}

/* The array "inputs", once the call's inputs are known. */
static bool read_inputs(struct oip *o, struct lar_error *err)
{
    uint64_t n = 0;
    enum lar_json_step step;
    struct lar_call_request call = *o->call; /* whose outputs may still come: o->ready */
    if (!select_outputs(o, &call, err) ||
        !lar_inputs_begin(&o->in, o->flat, o->js, call.outputs, call.n_outputs, err))
        return false;
    if (!lar_json_open(o->js, '[', err))
        return lar_json_at_name(err, "inputs");
    for (; (step = lar_json_element(o->js, n == 0, err)) == LAR_JSON_MORE; n++)
        if (!lar_oip_read_tensor(o, err)) {
            lar_json_at_index(err, n);
            return lar_json_at_name(err, "inputs");
        }
    if (step == LAR_JSON_FAILED)
        return lar_json_at_name(err, "inputs");
    if (o->in.by_column && o->in.slots[0].seen)
        return lar_fail(err, LAR_ERR_INVALID, "input '%.64s' is given whole and in columns",
                        o->in.slots[0].input->name);
    return !o->in.by_column || lar_inputs_join_columns(&o->in, err);
}

static bool read_member(void *context, const struct lar_json_string *key, struct lar_error *err)
{
    struct oip *o = context;
    struct lar_json *js = o->js;
    if (lar_json_null(js))
        return true;
    if (lar_json_is(key, "parameters"))
        return lar_oip_read_parameters(o, err) || lar_json_at_name(err, "parameters");
    if (lar_json_is(key, "outputs"))
        return lar_oip_read_outputs(o, err) || lar_json_at_name(err, "outputs");
    if (lar_json_is(key, "id")) {
        size_t size;
        bool escaped;
        (void)lar_json_peek(js);
        o->call->id = js->at;
        if (!lar_json_string_skip(js, &size, &escaped, err))
            return lar_json_at_name(err, "id");
        o->call->id_size = (size_t)(js->at - o->call->id);
        return true;
    }
    if (!lar_json_is(key, "inputs"))
        return lar_json_skip(js, err);
    if (o->there)
        return lar_fail(err, LAR_ERR_INVALID, "'inputs' is given twice");
    o->there = true;
    if (o->ready)
        return read_inputs(o, err);
    o->pending = js->at;
    return lar_json_skip(js, err);
}

static bool read_text(struct oip *o, struct lar_error *err)
{
    struct lar_json *js = o->js;
    if (!lar_json_object(js, read_member, o, err) || !lar_json_end(js, err))
        return false;
    if (!o->there)
        return lar_fail(err, LAR_ERR_INVALID, "'inputs' is missing");
    if (o->pending) {
        js->at = o->pending;
        if (!read_inputs(o, err))
            return false;
    }
    if (o->tail_size)
        return lar_fail(err, LAR_ERR_INVALID, "unexpected additional input data for model '%.128s'",
                        o->model);
    return select_outputs(o, o->call, err) && lar_oip_finish_forms(o, err);
}

/* The shape that SIZE bytes have as the input INFO: at most one dimension may vary. */
static bool raw_shape(const struct lar_value_info *info, size_t size, struct lar_shape *ret,
                      uint64_t *ret_count)
{
    size_t width = lar_type_size(info->type);
    int64_t fixed = 1, *varies = NULL;
    *ret = info->shape;
    if (info->type == LAR_TYPE_STRING) {
        *ret_count = 1;
        for (uint32_t i = 0; i < ret->rank; i++) {
            if (ret->dims[i] > 1)
                return false;
            ret->dims[i] = 1;
        }
        return true;
    }
    for (uint32_t i = 0; i < ret->rank; i++) {
        if (ret->dims[i] < 0 && varies)
            return false;
        if (ret->dims[i] < 0)
            varies = &ret->dims[i];
        else if (__builtin_mul_overflow(fixed, ret->dims[i], &fixed))
            return false;
    }
    *ret_count = size / width;
    if (size % width || fixed == 0 || *ret_count % (uint64_t)fixed)
        return false;
    if (varies)
        *varies = (int64_t)(*ret_count / (uint64_t)fixed);
    return varies || *ret_count == (uint64_t)fixed;
}

/* The whole body is the only input's elements. */
static bool read_raw(struct oip *o, struct lar_error *err)
{
    char wanted[96];
    uint64_t count;
    o->binary = true;
    if (!select_outputs(o, o->call, err) ||
        !lar_inputs_begin(&o->in, o->flat, o->js, o->call->outputs, o->call->n_outputs, err))
        return false;
    struct lar_slot *slot = &o->in.slots[0];
    if (o->in.n_slots != 1 || !slot->info)
        return lar_fail(err, LAR_ERR_INVALID,
                        "raw input is only for models with one input; model '%.128s' has %u",
                        o->model, o->in.n_slots);
    if (!lar_slot_begin(slot, slot->info->type, err))
        return false;
    if (!raw_shape(slot->info, o->tail_size, &slot->shape, &count))
        return lar_fail(err, LAR_ERR_INVALID, "raw input of %zu bytes does not make %s of %s",
                        o->tail_size, lar_shape_print(&slot->info->shape, wanted, sizeof wanted),
                        lar_type_name(slot->info->type));
    slot->seen = 1;
    bool ok = slot->info->type == LAR_TYPE_STRING
                  ? lar_binary_read_text(&slot->cells, o->js, o->tail, o->tail_size, err)
                  : lar_binary_read(&slot->cells, o->js, o->tail, o->tail_size, count, err);
    return ok && lar_oip_finish_forms(o, err);
}

bool lar_oip_read_parts(struct lar_call_request *ret, const struct lar_flat *flat,
                        const char *model, const void *body, size_t size, size_t text_size,
                        struct lar_oip_heads *heads, uint64_t key, struct lar_scratch *scratch,
                        struct lar_error *err)
{
    struct lar_json js;
    struct lar_oip_head *head = text_size < size ? lar_oip_head_of(heads, key) : NULL;
    if (head && lar_oip_head_read(head, ret, flat, key, body, size, text_size, scratch))
        return true;
    if (head)
        head->key = head->n_inputs = 0;
    struct oip o = {.call = ret,
                    .flat = flat,
                    .js = &js,
                    .model = model,
                    .ready = lar_inputs_agree(flat),
                    .method = -1,
                    .tail = (const char *)body + text_size,
                    .tail_size = size - text_size,
                    .head = head};
    lar_json_init(&js, body, text_size, scratch);
    *ret = (struct lar_call_request){0};
    bool ok = (text_size == 0 && size > 0 ? read_raw(&o, err) : read_text(&o, err)) &&
              lar_inputs_finish(&o.in, ret, err);
    if (ok && head)
        lar_oip_head_keep(&o, key, body, size, text_size);
    return ok;
}

bool lar_oip_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                  size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    return lar_oip_read_parts(ret, flat, "", body, size, size, NULL, 0, scratch, err);
}

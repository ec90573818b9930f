/* Open Inference Protocol v2 requests; see dialect.h. Answers are in dialect_oip_write.c.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "server/dialect_inputs.h"
#include "server/oip_types.h"

struct oip {
    struct lar_call_request *call;
    const struct lar_flat *flat;
    struct lar_json *js;
    struct lar_inputs in;
    bool ready;          /* the inputs are known, whatever comes later */
    bool there;          /* "inputs" was there */
    const char *pending; /* where its value lies if it could not be read yet */
    uint64_t n_read;     /* tensors */
    int64_t method;      /* the parameter, or -1 */
};

/* A tensor as the request describes it. */
struct tensor {
    struct lar_json_string name;
    struct lar_shape shape;
    enum lar_type type; /* 0: not said yet */
    bool named, shaped, binary, done;
    const char *data; /* passed over until the rest is known */
};

/* A string that stays while others are read. */
static bool keep_text(struct lar_json *js, struct lar_json_string *ret, struct lar_error *err)
{
    char *copy = NULL;
    if (!lar_json_text(js, ret, err))
        return false;
    if (ret->text != js->decoded)
        return true;
    if (!lar_json_grow(js, &copy, 0, ret->size + 1, err))
        return false;
    memcpy(copy, ret->text, ret->size);
    ret->text = copy;
    return true;
}

static bool read_shape(struct lar_json *js, struct lar_shape *ret, struct lar_error *err)
{
    enum lar_json_step step;
    *ret = (struct lar_shape){0};
    if (!lar_json_open(js, '[', err))
        return false;
    while ((step = lar_json_element(js, ret->rank == 0, err)) == LAR_JSON_MORE) {
        uint64_t dim;
        if (ret->rank == LAR_MAX_RANK)
            return lar_fail(err, LAR_ERR_INVALID, "more than %d dimensions", LAR_MAX_RANK);
        if (lar_number_read_u64(&js->at, js->end, &dim) != LAR_NUMBER_OK || dim > LAR_DIM_MAX)
            return lar_json_fail(js, err, "a number of elements");
        ret->dims[ret->rank++] = (int64_t)dim;
    }
    return step == LAR_JSON_CLOSED;
}

static bool read_type(struct lar_json *js, enum lar_type *ret, struct lar_error *err)
{
    struct lar_json_string name;
    if (!lar_json_text(js, &name, err))
        return false;
    for (int i = 1; i < LAR_TYPE_END; i++)
        if (lar_json_is(&name, lar_oip_types[i])) {
            *ret = (enum lar_type)i;
            return true;
        }
    return lar_fail(err, LAR_ERR_INVALID, "unknown datatype '%.*s'",
                    name.size < 64 ? (int)name.size : 64, name.text);
}

/* The parameters of a tensor: all are passed over, but those that say that its data lies outside
 * the JSON text are noticed. */
static bool read_tensor_parameters(struct lar_json *js, struct tensor *t, struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false) {
        if (lar_json_is(&key, "binary_data_size") || lar_json_is(&key, "shared_memory_region"))
            t->binary = true;
        if (!lar_json_skip(js, err))
            return false;
    }
    return step == LAR_JSON_CLOSED;
}

/* Whether a tensor of SHAPE is what INFO wants; RET is the shape that it then gets. A column may be
 * [n] or [n,1]. */
static bool fit_shape(const struct lar_shape *shape, const struct lar_shape *want,
                      struct lar_shape *ret)
{
    *ret = *shape;
    if (want->rank == 2 && want->dims[1] == 1 && shape->rank == 1)
        *ret = LAR_SHAPE(shape->dims[0], 1);
    else if (want->rank == 1 && shape->rank == 2 && shape->dims[1] == 1)
        *ret = LAR_SHAPE(shape->dims[0]);
    if (ret->rank != want->rank)
        return false;
    for (uint32_t i = 0; i < want->rank; i++)
        if (want->dims[i] >= 0 && want->dims[i] != ret->dims[i])
            return false;
    return true;
}

/* The whole of one input. */
static bool read_slot(struct oip *o, struct lar_slot *slot, const struct tensor *t,
                      struct lar_error *err)
{
    char given[96], wanted[96];
    struct lar_shape shape;
    if (slot->seen)
        return lar_fail(err, LAR_ERR_INVALID, "input '%.64s' is given twice", slot->input->name);
    slot->seen = 1;
    if (!slot->info)
        return lar_json_skip(o->js, err);
    if (!fit_shape(&t->shape, &slot->info->shape, &shape))
        return lar_fail(err, LAR_ERR_INVALID, "shape %s where the model takes %s",
                        lar_shape_print(&t->shape, given, sizeof given),
                        lar_shape_print(&slot->info->shape, wanted, sizeof wanted));
    if (!lar_slot_begin(slot, t->type, err))
        return false;
    slot->shape = shape;
    return lar_cells_read_flat(&slot->cells, o->js, &t->shape, err) ||
           lar_json_at_member(err, "data", 4);
}

/* One column of the only input, a matrix. */
static bool read_column(struct oip *o, uint32_t column, const struct tensor *t,
                        struct lar_error *err)
{
    struct lar_cells *cells;
    if (!lar_inputs_column(&o->in, column, t->type, &cells, err))
        return false;
    o->in.column_rows[column] = (uint64_t)t->shape.dims[0] + 1;
    return lar_cells_read_flat(cells, o->js, &t->shape, err) || lar_json_at_member(err, "data", 4);
}

/* Reads the data of T, which lies at o->js, to where its name says. A model with one input takes it
 * under any name; a matrix also comes in columns. */
static bool read_data(struct oip *o, const struct tensor *t, struct lar_error *err)
{
    struct lar_inputs *in = &o->in;
    uint64_t before = o->n_read++;
    bool column_shape = t->shape.rank == 1 || (t->shape.rank == 2 && t->shape.dims[1] == 1);
    if (in->n_slots == 1) {
        if (!lar_inputs_columns(in, err))
            return false;
        bool named = lar_json_is(&t->name, in->slots[0].input->name);
        int64_t column = lar_names_find(&in->columns, &t->name, (uint32_t)before);
        if (column >= 0 && column_shape)
            return read_column(o, (uint32_t)column, t, err);
        if (before == 0 || named)
            return read_slot(o, &in->slots[0], t, err);
        if (in->by_column)
            return lar_names_unknown(&in->columns, "column", &t->name, err);
    }
    if (!lar_inputs_names(in, err))
        return false;
    int64_t at = lar_names_find(&in->names, &t->name, (uint32_t)before);
    if (at < 0)
        return lar_names_unknown(&in->names, "input", &t->name, err);
    return read_slot(o, &in->slots[at], t, err);
}

static bool read_tensor_member(struct oip *o, struct tensor *t, const struct lar_json_string *key,
                               struct lar_error *err)
{
    struct lar_json *js = o->js;
    if (lar_json_null(js))
        return true;
    if (lar_json_is(key, "name")) {
        t->named = true;
        return keep_text(js, &t->name, err) || lar_json_at_member(err, "name", 4);
    }
    if (lar_json_is(key, "shape")) {
        t->shaped = true;
        return read_shape(js, &t->shape, err) || lar_json_at_member(err, "shape", 5);
    }
    if (lar_json_is(key, "datatype"))
        return read_type(js, &t->type, err) || lar_json_at_member(err, "datatype", 8);
    if (lar_json_is(key, "parameters"))
        return read_tensor_parameters(js, t, err) || lar_json_at_member(err, "parameters", 10);
    if (!lar_json_is(key, "data"))
        return lar_json_skip(js, err);
    if (t->data)
        return lar_fail(err, LAR_ERR_INVALID, "'data' is given twice");
    t->data = js->at;
    if (!t->named || !t->shaped || !t->type)
        return lar_json_skip(js, err);
    t->done = true;
    return read_data(o, t, err);
}

/* One of "inputs". */
static bool read_tensor(struct oip *o, struct lar_error *err)
{
    struct tensor t = {0};
    struct lar_json_string key;
    enum lar_json_step step;
    struct lar_json *js = o->js;
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (!read_tensor_member(o, &t, &key, err))
            return false;
    if (step == LAR_JSON_FAILED)
        return false;
    const char *missing = !t.named    ? "name"
                          : !t.type   ? "datatype"
                          : !t.shaped ? "shape"
                          : !t.data   ? "data"
                                      : NULL;
    if (missing && t.binary && !t.data)
        return lar_fail(err, LAR_ERR_INVALID,
                        "data outside the JSON text is not read; send it as \"data\"");
    if (missing)
        return lar_fail(err, LAR_ERR_INVALID, "'%s' is missing", missing);
    if (t.done)
        return true;
    const char *back = js->at;
    js->at = t.data;
    if (!read_data(o, &t, err))
        return false;
    js->at = back;
    return true;
}

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
        if (!read_tensor(o, err)) {
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

/* One of "outputs": adds it to the call's. */
static bool read_output(struct oip *o, struct lar_error *err)
{
    struct lar_json_string key, name = {0};
    enum lar_json_step step;
    struct lar_call_request *call = o->call;
    if (!lar_json_open(o->js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(o->js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (lar_json_is(&key, "name") ? !keep_text(o->js, &name, err) : !lar_json_skip(o->js, err))
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
    call->outputs[call->n_outputs++] = at;
    return true;
}

static bool read_outputs(struct oip *o, struct lar_error *err)
{
    struct lar_call_request *call = o->call;
    enum lar_json_step step;
    uint64_t n = 0;
    if (call->outputs)
        return lar_fail(err, LAR_ERR_INVALID, "'outputs' is given twice");
    if (!lar_json_grow(o->js, &call->outputs, 0, (o->flat->n_outputs + 1) * sizeof *call->outputs,
                       err) ||
        !lar_json_open(o->js, '[', err))
        return false;
    for (; (step = lar_json_element(o->js, n == 0, err)) == LAR_JSON_MORE; n++)
        if (!read_output(o, err))
            return lar_json_at_index(err, n);
    return step == LAR_JSON_CLOSED;
}

/* The parameters of the request: `method` names the method whose outputs are wanted. */
static bool read_parameters(struct oip *o, struct lar_error *err)
{
    struct lar_json_string key, name;
    enum lar_json_step step;
    if (!lar_json_open(o->js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(o->js, first, &key, err)) == LAR_JSON_MORE;
         first = false) {
        if (!lar_json_is(&key, "method")) {
            if (!lar_json_skip(o->js, err))
                return false;
            continue;
        }
        if (lar_json_null(o->js))
            continue;
        if (!lar_json_text(o->js, &name, err))
            return lar_json_at_name(err, "method");
        o->method = lar_call_find_method(o->flat, &name);
        if (o->method < 0)
            return lar_fail(err, LAR_ERR_NOTFOUND, "the model has no method '%.*s'",
                            name.size < 64 ? (int)name.size : 64, name.text);
    }
    return step == LAR_JSON_CLOSED;
}

static bool read_member(struct oip *o, const struct lar_json_string *key, struct lar_error *err)
{
    struct lar_json *js = o->js;
    if (lar_json_null(js))
        return true;
    if (lar_json_is(key, "parameters"))
        return read_parameters(o, err) || lar_json_at_name(err, "parameters");
    if (lar_json_is(key, "outputs"))
        return read_outputs(o, err) || lar_json_at_name(err, "outputs");
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

bool lar_oip_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                  size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    struct lar_json js;
    struct lar_json_string key;
    enum lar_json_step step;
    struct oip o = {
        .call = ret, .flat = flat, .js = &js, .ready = lar_inputs_agree(flat), .method = -1};
    lar_json_init(&js, body, size, scratch);
    *ret = (struct lar_call_request){0};
    if (!lar_json_open(&js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(&js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (!read_member(&o, &key, err))
            return false;
    if (step == LAR_JSON_FAILED || !lar_json_end(&js, err))
        return false;
    if (!o.there)
        return lar_fail(err, LAR_ERR_INVALID, "'inputs' is missing");
    if (o.pending) {
        js.at = o.pending;
        if (!read_inputs(&o, err))
            return false;
    }
    return select_outputs(&o, ret, err) && lar_inputs_finish(&o.in, ret, err);
}

/* One of the tensors that an Open Inference Protocol request brings; see dialect_oip_private.h.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/binary_tensor.h"
#include "dialects/dialect_oip_private.h"
#include "dialects/oip_types.h"
#include "graph/text.h"

/* A tensor as the request describes it. */
struct tensor {
    struct lar_json_string name;
    struct lar_shape shape;
    enum lar_type type; /* 0: not said yet */
    bool named, shaped, binary, done;
    bool base64;             /* MLServer's content type: the strings are base64 */
    uint64_t binary_size;    /* if binary: bytes behind the JSON text */
    const char *data;        /* passed over until the rest is known */
    struct lar_cells *cells; /* where it was read to; NULL: nowhere */
};

static int shown(const struct lar_json_string *s)
{
    return s->size < 64 ? (int)s->size : 64;
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
    char filled[LAR_OIP_TYPE_SIZE] = "";
    if (!lar_json_text(js, &name, err))
        return false;
    if (name.size > 0 && name.size < sizeof filled)
        memcpy(filled, name.text, name.size);
    for (int i = 1; i < LAR_TYPE_END; i++)
        if (memcmp(filled, lar_oip_types[i], sizeof filled) == 0) {
            *ret = (enum lar_type)i;
            return true;
        }
    return lar_fail(err, LAR_ERR_INVALID, "unknown datatype '%.*s'",
                    name.size < 64 ? (int)name.size : 64, name.text);
}

static bool read_content_type(struct lar_json *js, struct tensor *t, struct lar_error *err)
{
    struct lar_json_string type;
    if (!lar_json_text(js, &type, err))
        return lar_json_at_member(err, "content_type", 12);
    t->base64 = lar_json_is(&type, "base64");
    return !lar_json_is(&type, "pd_json") ||
           lar_fail(err, LAR_ERR_INVALID,
                    "content type 'pd_json' is not read; send an input for each column ('pd')");
}

/* The parameters of a tensor that matter: where its data lies, and how it is coded. */
static bool read_tensor_parameters(struct lar_json *js, struct tensor *t, struct lar_error *err)
{
    struct lar_json_string key, region;
    enum lar_json_step step;
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false) {
        if (lar_json_null(js))
            continue;
        if (lar_json_is(&key, "binary_data_size")) {
            (void)lar_json_peek(js);
            t->binary = true;
            if (lar_number_read_u64(&js->at, js->end, &t->binary_size) != LAR_NUMBER_OK)
                return lar_json_fail(js, err, "a number of bytes") ||
                       lar_json_at_member(err, "binary_data_size", 16);
        } else if (lar_json_is(&key, "shared_memory_region")) {
            if (!lar_json_text(js, &region, err))
                return lar_json_at_member(err, "shared_memory_region", 20);
            return lar_fail(err, LAR_ERR_INVALID, "Unable to find shared memory region: '%.*s'",
                            shown(&region), region.text);
        } else if (lar_json_is(&key, "content_type")) {
            if (!read_content_type(js, t, err))
                return false;
        } else if (!lar_json_skip(js, err)) {
            return false;
        }
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

/* The next bytes behind the JSON text, which are T's. */
static bool take_tail(struct oip *o, const struct tensor *t, const char **ret,
                      struct lar_error *err)
{
    if (t->binary_size > o->tail_size)
        return lar_fail(err, LAR_ERR_INVALID,
                        "unexpected size for input '%.*s', expecting %llu additional bytes for "
                        "model '%.128s'",
                        shown(&t->name), t->name.text,
                        (unsigned long long)(t->binary_size - o->tail_size), o->model);
    *ret = o->tail;
    o->tail += t->binary_size;
    o->tail_size -= (size_t)t->binary_size;
    return true;
}

/* T's elements, from the JSON text or behind it, to CELLS. */
static bool read_cells(struct oip *o, struct lar_cells *cells, struct tensor *t,
                       struct lar_error *err)
{
    const char *bytes = NULL;
    uint64_t count;
    size_t width = lar_type_size(t->type);
    t->cells = cells;
    if (!t->binary)
        return lar_cells_read_flat(cells, o->js, &t->shape, err) ||
               lar_json_at_member(err, "data", 4);
    if (!lar_shape_count(&t->shape, &count))
        return lar_fail(err, LAR_ERR_INVALID, "a shape of more elements than can be");
    if (width && (t->binary_size % width || t->binary_size / width != count))
        return lar_fail(err, LAR_ERR_INVALID,
                        "input byte size mismatch for input '%.*s' for model '%.128s'. Expected "
                        "%llu elements of %zu bytes, got %llu bytes",
                        shown(&t->name), t->name.text, o->model, (unsigned long long)count, width,
                        (unsigned long long)t->binary_size);
    return take_tail(o, t, &bytes, err) &&
           lar_binary_read(cells, o->js, bytes, (size_t)t->binary_size, count, err);
}

static bool pass_over(struct oip *o, const struct tensor *t, struct lar_error *err)
{
    const char *bytes = NULL;
    return t->binary ? take_tail(o, t, &bytes, err) : lar_json_skip(o->js, err);
}

/* The whole of one input. */
static bool read_slot(struct oip *o, struct lar_slot *slot, struct tensor *t, struct lar_error *err)
{
    char given[96], wanted[96];
    struct lar_shape shape;
    if (slot->seen)
        return lar_fail(err, LAR_ERR_INVALID, "input '%.64s' is given twice", slot->input->name);
    slot->seen = 1;
    if (!slot->info)
        return pass_over(o, t, err);
    if (!fit_shape(&t->shape, &slot->info->shape, &shape))
        return lar_fail(err, LAR_ERR_INVALID, "shape %s where the model takes %s",
                        lar_shape_print(&t->shape, given, sizeof given),
                        lar_shape_print(&slot->info->shape, wanted, sizeof wanted));
    if (!lar_slot_begin(slot, t->type, err))
        return false;
    slot->shape = shape;
    if (!read_cells(o, &slot->cells, t, err))
        return false;
    if (t->binary)
        lar_oip_head_note(o, slot, (size_t)(o->tail - o->js->end) - (size_t)t->binary_size);
    return true;
}

/* A tensor that can only be a column has no column's name. */
static bool unknown_column(const struct oip *o, const struct tensor *t, struct lar_error *err)
{
    char given[96], wanted[96];
    (void)lar_names_unknown(&o->in.columns, "column", &t->name, err);
    return lar_error_within(err, "shape %s where the model takes %s or a column",
                            lar_shape_print(&t->shape, given, sizeof given),
                            lar_shape_print(&o->in.slots[0].info->shape, wanted, sizeof wanted));
}

/* One column of the only input, a matrix. */
static bool read_column(struct oip *o, uint32_t column, struct tensor *t, struct lar_error *err)
{
    struct lar_cells *cells;
    if (!lar_inputs_column(&o->in, column, t->type, &cells, err))
        return false;
    o->in.column_rows[column] = (uint64_t)t->shape.dims[0] + 1;
    return read_cells(o, cells, t, err);
}

/* Reads the data of T, which lies at o->js or behind the text, to where its name says. A model with
 * one input takes it under any name; a matrix also comes in columns. */
static bool read_data(struct oip *o, struct tensor *t, struct lar_error *err)
{
    struct lar_inputs *in = &o->in;
    uint64_t before = o->n_read++;
    bool column_shape = t->shape.rank == 1 || (t->shape.rank == 2 && t->shape.dims[1] == 1);
    if (in->n_slots == 1) {
        bool named = lar_json_is(&t->name, in->slots[0].input->name);
        int64_t column = -1;
        if (column_shape && !lar_inputs_columns(in, err))
            return false;
        if (column_shape)
            column = lar_names_find(&in->columns, &t->name, (uint32_t)before);
        if (column >= 0)
            return read_column(o, (uint32_t)column, t, err);
        if (column_shape && in->columns.n > 1 && !named && !in->by_column)
            return unknown_column(o, t, err);
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
        return lar_json_keep_text(js, &t->name, err) || lar_json_at_member(err, "name", 4);
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

/* The strings of T, which were base64, decoded where they lie. */
static bool decode_strings(const struct tensor *t, struct lar_error *err)
{
    struct lar_cells *cells = t->cells;
    uint64_t bytes = 0;
    if (!cells || cells->type != LAR_TYPE_STRING)
        return true;
    for (uint64_t i = 0, from = 0; i < cells->count; i++) {
        struct lar_json_string s = {(char *)cells->data + from, cells->offsets[i + 1] - from};
        char *to = (char *)cells->data + bytes;
        from = cells->offsets[i + 1];
        ptrdiff_t n = lar_base64_decode(&s, to);
        if (n < 0 || !lar_text_valid(to, (size_t)n, false))
            return lar_fail(err, LAR_ERR_INVALID, "element %llu is not base64 of UTF-8 text",
                            (unsigned long long)i);
        bytes += (uint64_t)n;
        cells->offsets[i + 1] = bytes;
    }
    cells->bytes = bytes;
    return true;
}

/* What T lacks, or has too much of. */
static bool check_tensor(const struct tensor *t, struct lar_error *err)
{
    const char *missing = !t->named                ? "name"
                          : !t->type               ? "datatype"
                          : !t->shaped             ? "shape"
                          : !t->data && !t->binary ? "data"
                                                   : NULL;
    if (missing)
        return lar_fail(err, LAR_ERR_INVALID, "'%s' is missing", missing);
    return !t->data || !t->binary ||
           lar_fail(err, LAR_ERR_INVALID,
                    "Input must set only one of the following fields: 'data', 'binary_data_size' "
                    "in 'parameters', 'shared_memory_region' in 'parameters'. But more than one "
                    "is specified");
}

bool lar_oip_read_tensor(struct oip *o, struct lar_error *err)
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
    if (step == LAR_JSON_FAILED || !check_tensor(&t, err))
        return false;
    if (!t.done) {
        const char *back = js->at;
        js->at = t.binary ? js->at : t.data;
        if (!read_data(o, &t, err))
            return false;
        js->at = back;
    }
    return !t.base64 || decode_strings(&t, err);
}

/* What a call brings in; see dialect_inputs.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect_inputs.h"

#include "dialects/dialect_records.h"

bool lar_inputs_agree(const struct lar_flat *flat)
{
    const struct lar_flat_method *first = &flat->methods[0];
    for (uint32_t i = 1; i < flat->n_methods; i++) {
        const struct lar_flat_method *m = &flat->methods[i];
        if (m->n_inputs != first->n_inputs ||
            (m->n_inputs && memcmp(m->inputs, first->inputs, m->n_inputs * sizeof *m->inputs) != 0))
            return false;
    }
    return true;
}

/* Two inputs that are the features and the values of records. */
static void find_records(struct lar_inputs *in)
{
    const struct lar_flat_input *input = in->n_slots == 2 ? in->slots[0].input : NULL;
    if (!input || !input->records || in->slots[1].input != input + 1)
        return;
    const struct lar_tensor *t = in->flat->values[input->columns].constant;
    in->records.features = &in->slots[0];
    in->records.values = &in->slots[1];
    in->records.separator = (struct lar_json_string){t->data, t->offsets[1]};
    in->records.holds = input->records;
}

bool lar_inputs_begin(struct lar_inputs *in, const struct lar_flat *flat, struct lar_json *js,
                      const uint32_t *outputs, size_t n_outputs, struct lar_error *err)
{
    bool *wanted = NULL;
    *in = (struct lar_inputs){.flat = flat, .js = js};
    if (!lar_json_grow(js, &wanted, 0, flat->n_inputs + 1, err) ||
        !lar_json_grow(js, &in->slots, 0, (flat->n_inputs + 1) * sizeof *in->slots, err))
        return false;
    memset(wanted, 0, flat->n_inputs);
    for (size_t i = 0; i < n_outputs; i++) {
        const struct lar_flat_method *m = &flat->methods[flat->outputs[outputs[i]].method];
        for (uint32_t k = 0; k < m->n_inputs; k++)
            wanted[m->inputs[k]] = true;
    }
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_flat_input *input = &flat->inputs[i];
        const struct lar_value_info *info =
            input->value == LAR_NO_VALUE ? NULL : &flat->values[input->value];
        if (wanted[i])
            in->slots[in->n_slots++] = (struct lar_slot){.input = input, .info = info};
    }
    if (in->n_slots == 1 && in->slots[0].info) {
        const struct lar_shape *shape = &in->slots[0].info->shape;
        if (shape->rank == 2 && shape->dims[1] > 0 && shape->dims[1] < UINT32_MAX)
            in->columns.n = (uint32_t)shape->dims[1];
    }
    find_records(in);
    return true;
}

bool lar_slot_begin(struct lar_slot *slot, enum lar_type wire, struct lar_error *err)
{
    const char *fault = lar_cells_init(&slot->cells, slot->info->type, wire);
    slot->shape = slot->info->shape;
    for (uint32_t i = 0; i < slot->shape.rank; i++)
        if (slot->shape.dims[i] < 0)
            slot->shape.dims[i] = -1;
    return !fault || lar_fail(err, LAR_ERR_INVALID, "input '%.64s' is given as %s, but %s",
                              slot->input->name, lar_type_name(wire), fault);
}

bool lar_inputs_column(struct lar_inputs *in, uint32_t column, enum lar_type wire,
                       struct lar_cells **ret, struct lar_error *err)
{
    uint32_t n = in->columns.n;
    if (!in->by_column) {
        if (!lar_json_grow(in->js, &in->by_column, 0, n * sizeof *in->by_column, err) ||
            !lar_json_grow(in->js, &in->column_rows, 0, n * sizeof *in->column_rows, err))
            return false;
        memset(in->column_rows, 0, n * sizeof *in->column_rows);
    }
    if (in->column_rows[column])
        return lar_names_fail(&in->columns, "column", column, "is given twice", err);
    *ret = &in->by_column[column];
    const char *fault = lar_cells_init(*ret, in->slots[0].info->type, wire);
    const struct lar_json_string *name = &in->columns.names[column];
    return !fault ||
           lar_fail(err, LAR_ERR_INVALID, "column '%.*s' is given as %s, but %s",
                    name->size < 64 ? (int)name->size : 64, name->text, lar_type_name(wire), fault);
}

/* Element FROM of SOURCE, a string, to the end of TO, which has room. */
static void append_string(struct lar_cells *to, const struct lar_cells *source, uint64_t from)
{
    uint64_t begin = source->offsets[from], n = source->offsets[from + 1] - begin;
    if (n)
        memcpy((char *)to->data + to->bytes, (const char *)source->data + begin, n);
    to->bytes += n;
    to->kinds[to->count] = source->kinds[from];
    to->offsets[++to->count] = to->bytes;
}

bool lar_inputs_join_columns(struct lar_inputs *in, struct lar_error *err)
{
    struct lar_slot *slot = &in->slots[0];
    uint32_t n = in->columns.n;
    uint64_t rows = in->column_rows[0];
    size_t bytes = 0, size = lar_type_size(slot->info->type);
    for (uint32_t c = 0; c < n; c++) {
        if (in->column_rows[c] == 0)
            return lar_names_fail(&in->columns, "column", c, "is missing", err);
        if (in->column_rows[c] != rows)
            return lar_names_fail(&in->columns, "column", c,
                                  "has another number of rows than "
                                  "the first",
                                  err);
        bytes += in->by_column[c].bytes;
        slot->cells.nulls |= in->by_column[c].nulls;
    }
    rows--;
    bool nulls = slot->cells.nulls;
    if (!lar_slot_begin(slot, slot->info->type, err) ||
        !lar_cells_reserve(&slot->cells, in->js, rows * n, bytes, err))
        return false;
    slot->cells.nulls = nulls;
    for (uint64_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < n; c++)
            if (size == 0)
                append_string(&slot->cells, &in->by_column[c], r);
            else
                memcpy((char *)slot->cells.data + slot->cells.count++ * size,
                       (const char *)in->by_column[c].data + r * size, size);
    slot->shape = LAR_SHAPE((int64_t)rows, (int64_t)n);
    slot->seen = 1;
    return true;
}

/* The string constant T has elements without text of the two kinds. */
static void look_for_missing(const struct lar_tensor *t, bool *nan, bool *none)
{
    if (!t || t->type != LAR_TYPE_STRING || !t->kinds)
        return;
    for (uint64_t i = 0, n = lar_tensor_count(t); i < n; i++) {
        *nan |= t->kinds[i] == LAR_STRING_NAN;
        *none |= t->kinds[i] == LAR_STRING_NONE;
    }
}

/* Null in a string input means None where a fitted category is None and none is NaN: so say the
 * string constants of the nodes that the input's strings come to. */
static bool null_is_none(const struct lar_inputs *in, lar_value value, bool *ret,
                         struct lar_error *err)
{
    const struct lar_flat *flat = in->flat;
    bool nan = false, none = false, *reached = NULL;
    if (!lar_json_grow(in->js, &reached, 0, flat->n_values, err))
        return false;
    memset(reached, 0, flat->n_values);
    reached[value] = true;
    for (uint32_t i = 0; i < flat->n_nodes; i++) {
        const struct lar_flat_node *node = &flat->nodes[i];
        bool reads = false;
        for (uint32_t k = 0; k < node->n_inputs; k++)
            reads |= node->inputs[k] != LAR_NO_VALUE && reached[node->inputs[k]];
        if (!reads)
            continue;
        for (uint32_t k = 0; k < node->n_inputs; k++)
            if (node->inputs[k] != LAR_NO_VALUE)
                look_for_missing(flat->values[node->inputs[k]].constant, &nan, &none);
        for (uint32_t k = 0; k < node->n_params; k++)
            look_for_missing(node->params[k].tensor, &nan, &none);
        for (uint32_t k = 0; k < node->n_outputs; k++)
            reached[node->outputs[k]] = flat->values[node->outputs[k]].type == LAR_TYPE_STRING;
    }
    *ret = none && !nan;
    return true;
}

/* What SLOT read, as a tensor of its final shape. */
static bool finish_slot(struct lar_inputs *in, struct lar_slot *slot, struct lar_tensor *ret,
                        struct lar_error *err)
{
    bool none = false;
    for (uint32_t i = 0; i < slot->shape.rank; i++)
        if (slot->shape.dims[i] < 0)
            slot->shape.dims[i] = 0;
    if (!lar_cells_tensor(&slot->cells, in->js, &slot->shape, ret, err))
        return false;
    if (slot->cells.nulls && !null_is_none(in, slot->input->value, &none, err))
        return false;
    for (uint64_t i = 0; none && i < slot->cells.count; i++)
        if (ret->kinds[i] == LAR_STRING_NAN)
            ret->kinds[i] = LAR_STRING_NONE;
    return true;
}

bool lar_inputs_finish(struct lar_inputs *in, struct lar_call_request *call, struct lar_error *err)
{
    const struct lar_slot *first = NULL;
    uint32_t n = in->flat->n_inputs;
    call->rows = 1;
    if (!lar_records_finish(in, err) ||
        !lar_json_grow(in->js, &call->inputs, 0, (n + 1) * sizeof *call->inputs, err))
        return false;
    memset(call->inputs, 0, n * sizeof *call->inputs);
    for (uint32_t i = 0; i < in->n_slots; i++) {
        struct lar_slot *slot = &in->slots[i];
        const struct lar_value_info *info = slot->info;
        if (!info)
            continue;
        if (!slot->seen)
            return lar_fail(err, LAR_ERR_INVALID, "input '%.64s' is missing", slot->input->name);
        if (!finish_slot(in, slot, &call->inputs[slot->input - in->flat->inputs], err))
            return false;
        if (info->shape.rank == 0 || info->shape.dims[0] != LAR_DIM_ROWS)
            continue;
        uint64_t rows = (uint64_t)slot->shape.dims[0];
        if (first && rows != call->rows)
            return lar_fail(err, LAR_ERR_INVALID, "input '%.64s' has %llu rows, '%.64s' has %llu",
                            slot->input->name, (unsigned long long)rows, first->input->name,
                            (unsigned long long)call->rows);
        if (rows == 0) /* as scikit-learn does */
            return lar_fail(err, LAR_ERR_INVALID,
                            "input '%.64s' has no rows, at least one is needed", slot->input->name);
        first = slot;
        call->rows = rows;
    }
    return true;
}

bool lar_call_select_method(struct lar_call_request *call, const struct lar_flat *flat,
                            uint32_t method, struct lar_json *js, struct lar_error *err)
{
    const struct lar_flat_method *m = &flat->methods[method];
    call->method = method;
    call->n_outputs = m->n_outputs;
    if (!lar_json_grow(js, &call->outputs, 0, (m->n_outputs + 1) * sizeof *call->outputs, err))
        return false;
    for (uint32_t i = 0; i < m->n_outputs; i++)
        call->outputs[i] = m->first_output + i;
    return true;
}

int64_t lar_call_find_method(const struct lar_flat *flat, const struct lar_json_string *name)
{
    for (uint32_t i = 0; i < flat->n_methods; i++)
        if (lar_json_is(name, flat->methods[i].name))
            return i;
    return -1;
}

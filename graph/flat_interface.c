/* Inputs, outputs and methods; see flat_check.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_check.h"

#include <string.h>

/* Takes name INDEX for one of a kind whose names differ; NULL if it does not exist or is taken. */
static const char *take_name(struct lar_flat_check *c, uint32_t index)
{
    if (index >= c->header.n_names || c->taken[index])
        return NULL;
    c->taken[index] = true;
    return c->names[index];
}

static void begin_names(struct lar_flat_check *c)
{
    memset(c->taken, 0, c->header.n_names * sizeof *c->taken);
}

/* A value's info, or NULL if it does not exist. */
static const struct lar_value_info *value_info(const struct lar_flat_check *c, lar_value value)
{
    return value < c->graph.n_values ? &c->flat->values[value] : NULL;
}

static const char *check_input(struct lar_flat_check *c, const struct lar_flat_input_record *record,
                               bool last, struct lar_flat_input *ret)
{
    ret->name = take_name(c, record->name);
    ret->value = record->value;
    ret->columns = record->columns;
    ret->records = record->records;
    if (!ret->name)
        return "its name does not exist or is another's";
    if (record->columns == LAR_NO_VALUE)
        return record->records ? "records without a separator" : NULL;
    const struct lar_value_info *input = value_info(c, record->value);
    const struct lar_value_info *columns = value_info(c, record->columns);
    if (!input || !columns)
        return "names of columns for no matrix or from no value";
    if (!record->records)
        return lar_columns_fault(input, columns);
    return lar_records_fault(input, last ? NULL : value_info(c, record[1].value), columns,
                             record->records);
}

bool lar_flat_check_inputs(struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_input_record *record = (const void *)(c->block + c->places.inputs);
    lar_value next = 0;
    begin_names(c);
    for (uint32_t i = 0; i < c->graph.n_inputs; i++, record++) {
        const char *fault = check_input(c, record, i + 1 == c->graph.n_inputs, &c->flat->inputs[i]);
        if (fault)
            return lar_fail(err, LAR_ERR_FORMAT, "input %u: %s", i, fault);
        if (record->value == LAR_NO_VALUE)
            continue;
        next = lar_flat_next_value(c, LAR_ORIGIN_INPUT, next);
        if (record->value != next || next == c->graph.n_values)
            return lar_fail(err, LAR_ERR_FORMAT, "input %u: value %u is not the next input", i,
                            record->value);
        next++;
    }
    next = lar_flat_next_value(c, LAR_ORIGIN_INPUT, next);
    if (next != c->graph.n_values)
        return lar_fail(err, LAR_ERR_FORMAT, "value %u: it is no input's", next);
    return true;
}

static const char *check_output(struct lar_flat_check *c,
                                const struct lar_flat_output_record *record,
                                struct lar_flat_output *ret)
{
    ret->name = take_name(c, record->name);
    ret->value = record->value;
    ret->labels = record->labels;
    if (!ret->name)
        return "its name does not exist or is another's";
    if (record->zero)
        return "bytes that must be zero are not";
    const struct lar_value_info *value = value_info(c, record->value);
    if (!value)
        return "its value does not exist";
    if (record->labels == LAR_NO_VALUE)
        return NULL;
    const struct lar_value_info *labels = value_info(c, record->labels);
    return labels ? lar_labels_fault(value, labels) : "its labels do not exist";
}

bool lar_flat_check_outputs(struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_output_record *record = (const void *)(c->block + c->places.outputs);
    begin_names(c);
    for (uint32_t i = 0; i < c->graph.n_outputs; i++) {
        const char *fault = check_output(c, &record[i], &c->flat->outputs[i]);
        if (fault)
            return lar_fail(err, LAR_ERR_FORMAT, "output %u: %s", i, fault);
    }
    return true;
}

/* Marks what each method needs, from its outputs backwards. */
static void find_needs(struct lar_flat_check *c)
{
    const struct lar_flat *flat = c->flat;
    for (uint32_t i = 0; i < c->graph.n_outputs; i++)
        c->need[flat->outputs[i].value] |= UINT64_C(1) << flat->outputs[i].method;
    for (uint32_t i = c->graph.n_nodes; i-- > 0;) {
        const struct lar_flat_node *node = &flat->nodes[i];
        uint64_t need = 0;
        for (uint32_t k = 0; k < node->n_outputs; k++)
            need |= c->need[node->outputs[k]];
        for (uint32_t k = 0; k < node->n_inputs; k++)
            if (node->inputs[k] != LAR_NO_VALUE)
                c->need[node->inputs[k]] |= need;
    }
}

/* A method lists, ascending, the inputs that its outputs need and those that nothing reads. */
static bool check_method_inputs(const struct lar_flat_check *c, uint32_t method,
                                struct lar_error *err)
{
    const struct lar_flat_method *m = &c->flat->methods[method];
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->graph.n_inputs; i++) {
        lar_value value = c->flat->inputs[i].value;
        if (value != LAR_NO_VALUE && !(c->need[value] & UINT64_C(1) << method))
            continue;
        if (n == m->n_inputs || m->inputs[n] != i)
            return lar_fail(err, LAR_ERR_FORMAT, "method %u: it needs input %u", method, i);
        n++;
    }
    if (n != m->n_inputs)
        return lar_fail(err, LAR_ERR_FORMAT, "method %u: it does not need all of its inputs",
                        method);
    return true;
}

bool lar_flat_check_methods(struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_method_record *record = (const void *)(c->block + c->places.methods);
    const uint32_t *input = (const void *)(c->block + c->places.method_inputs);
    struct lar_flat_output *output = c->flat->outputs;
    begin_names(c);
    for (uint32_t i = 0; i < c->header.n_methods; i++, record++) {
        struct lar_flat_method *m = &c->flat->methods[i];
        m->name = take_name(c, record->name);
        m->inputs = input;
        m->n_inputs = record->n_inputs;
        m->first_output = (uint32_t)(output - c->flat->outputs);
        m->n_outputs = record->n_outputs;
        input += record->n_inputs;
        if (!m->name)
            return lar_fail(err, LAR_ERR_FORMAT,
                            "method %u: its name does not exist or is another's", i);
        for (uint32_t k = 0; k < record->n_outputs; k++, output++)
            output->method = i;
    }
    find_needs(c);
    for (uint32_t i = 0; i < c->header.n_methods; i++)
        if (!check_method_inputs(c, i, err))
            return false;
    return true;
}

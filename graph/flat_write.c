/* A draft's bytes; see flat.h and docs/flat-form.md.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_write.h"

#include "graph/flat.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *key, const void *name)
{
    return strcmp(key, *(const char *const *)name);
}

static uint32_t name_index(const struct lar_flat_writing *w, const char *name)
{
    const char **at = bsearch(name, w->names, w->header.n_names, sizeof *w->names, by_text);
    return (uint32_t)(at - w->names);
}

/* Copies one array of a constant; returns where the next one begins. */
static uint8_t *write_part(uint8_t *at, const void *data, size_t size)
{
    if (size)
        memcpy(at, data, size);
    memset(at + size, 0, lar_flat_align(size) - size);
    return at + lar_flat_align(size);
}

static void write_values(const struct lar_draft *draft, const struct lar_flat_writing *w,
                         uint8_t *block)
{
    struct lar_flat_value_record *value = (void *)(block + w->places.values);
    struct lar_flat_constant_record *constant = (void *)(block + w->places.constants);
    uint8_t *at = block + w->places.data;
    for (uint32_t i = 0; i < draft->n_values; i++) {
        const struct lar_value_info *info = &draft->values[i].info;
        if (w->number[i] == LAR_NO_VALUE)
            continue;
        value->origin = (uint8_t)draft->values[i].origin;
        value->type = (uint8_t)info->type;
        value->layout = (uint8_t)info->layout;
        value->rank = (uint8_t)info->shape.rank;
        memcpy(value->dims, info->shape.dims, sizeof value->dims);
        value++;
        const struct lar_tensor *t = info->constant;
        if (!t)
            continue;
        size_t size[LAR_FLAT_PARTS];
        bool strings = t->type == LAR_TYPE_STRING;
        constant->offset = (uint64_t)(at - block);
        constant->length = lar_tensor_length(t);
        (void)lar_flat_parts(info, constant->length, SIZE_MAX / 64, size);
        constant++;
        at = write_part(at, strings ? (const void *)t->offsets : t->data, size[0]);
        at = write_part(at, strings ? t->data : (const void *)t->indptr, size[1]);
        at = write_part(at, strings ? (const void *)t->kinds : t->indices, size[2]);
    }
    assert((size_t)(at - block) == w->header.size);
}

static void write_nodes(const struct lar_draft *draft, const struct lar_flat_writing *w,
                        uint8_t *block)
{
    struct lar_flat_node_record *record = (void *)(block + w->places.nodes);
    struct lar_flat_param_record *param = (void *)(block + w->places.params);
    uint32_t *link = (void *)(block + w->places.links);
    for (uint32_t i = 0; i < draft->n_nodes; i++) {
        const struct lar_draft_node *node = &draft->nodes[i];
        if (!lar_writing_keeps_node(w, node))
            continue;
        *record++ = (struct lar_flat_node_record){.op = name_index(w, node->signature->name),
                                                  .version = node->signature->version,
                                                  .n_inputs = node->n_inputs,
                                                  .n_outputs = node->n_outputs,
                                                  .n_params = node->n_params};
        for (uint32_t k = 0; k < node->n_inputs; k++)
            *link++ = lar_writing_number(w, node->inputs[k]);
        for (uint32_t k = 0; k < node->n_outputs; k++)
            *link++ = w->number[node->first_output + k];
        for (uint32_t k = 0; k < node->n_params; k++)
            *param++ = (struct lar_flat_param_record){name_index(w, node->params[k].name),
                                                      w->number[node->params[k].value]};
    }
}

static void write_inputs(const struct lar_draft *draft, const struct lar_flat_writing *w,
                         uint8_t *block)
{
    struct lar_flat_input_record *record = (void *)(block + w->places.inputs);
    for (uint32_t i = 0; i < draft->n_inputs; i++) {
        const struct lar_draft_input *input = &draft->inputs[i];
        record[i] = (struct lar_flat_input_record){
            .name = name_index(w, input->name),
            .value = lar_writing_number(w, input->value),
            .columns = lar_writing_number(w, input->columns),
            .records = input->records,
        };
        /* The names may be needed elsewhere while the matrix is not. */
        if (record[i].value == LAR_NO_VALUE) {
            record[i].columns = LAR_NO_VALUE;
            record[i].records = 0;
        }
    }
}

static void write_methods(const struct lar_draft *draft, const struct lar_flat_writing *w,
                          uint8_t *block)
{
    struct lar_flat_method_record *method = (void *)(block + w->places.methods);
    struct lar_flat_output_record *output = (void *)(block + w->places.outputs);
    uint32_t *input = (void *)(block + w->places.method_inputs);
    for (uint32_t m = 0; m < draft->n_methods; m++, method++) {
        method->name = name_index(w, draft->methods[m]);
        for (uint32_t i = 0; i < draft->n_inputs; i++) {
            if (!lar_writing_takes(w, m, &draft->inputs[i]))
                continue;
            *input++ = i;
            method->n_inputs++;
        }
        for (uint32_t i = 0; i < draft->n_outputs; i++) {
            const struct lar_draft_output *out = &draft->outputs[i];
            if (out->method != m)
                continue;
            *output++ =
                (struct lar_flat_output_record){.name = name_index(w, out->name),
                                                .value = w->number[out->value],
                                                .labels = lar_writing_number(w, out->labels)};
            method->n_outputs++;
        }
    }
}

void lar_flat_fill(const struct lar_draft *draft, const char *report, size_t report_size,
                   void *block)
{
    const struct lar_flat_writing *w = draft->writing;
    assert(w && report_size == w->header.report_size);
    uint8_t *at = block;
    memset(at, 0, w->places.data);
    memcpy(at, &w->header, sizeof w->header);
    memcpy(at + sizeof w->header, &w->graph, sizeof w->graph);
    write_values(draft, w, at);
    write_nodes(draft, w, at);
    write_inputs(draft, w, at);
    write_methods(draft, w, at);
    uint8_t *name = at + w->places.names;
    for (uint32_t i = 0; i < w->header.n_names; i++) {
        size_t length = strlen(w->names[i]) + 1;
        memcpy(name, w->names[i], length);
        name += length;
    }
    if (report_size)
        memcpy(at + w->places.report, report, report_size);
}

/* Reads everything that an opened flat points to, as its users would.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_GRAPH_WALK_H
#define TESTS_GRAPH_WALK_H

#include "graph/flat.h"

#include <stdlib.h>
#include <string.h>

static inline uint64_t walk_bytes(const void *data, size_t size)
{
    const uint8_t *p = data;
    uint64_t sum = size;
    for (size_t i = 0; i < size; i++)
        sum = sum * 31 + p[i];
    return sum;
}

static inline uint64_t walk_tensor(const struct lar_tensor *t)
{
    uint64_t sum = 0;
    if (t->layout == LAR_LAYOUT_CSR) {
        for (int64_t r = 0; r < t->shape.dims[0]; r++)
            for (uint64_t k = t->indptr[r]; k < t->indptr[r + 1]; k++) {
                size_t size = lar_type_size(t->type);
                sum += walk_bytes((const char *)t->data + k * size, size);
                if (t->indices[k] >= t->shape.dims[1])
                    abort();
            }
        return sum;
    }
    uint64_t n = lar_tensor_count(t);
    if (t->type != LAR_TYPE_STRING)
        return walk_bytes(t->data, n * lar_type_size(t->type));
    for (uint64_t i = 0; i < n; i++)
        sum +=
            walk_bytes((const char *)t->data + t->offsets[i], t->offsets[i + 1] - t->offsets[i]) +
            t->kinds[i];
    return sum;
}

static inline uint64_t walk_node(const struct lar_flat *flat, uint32_t index)
{
    const struct lar_flat_node *node = &flat->nodes[index];
    const struct lar_value_info **buffer = calloc(node->n_inputs + 1u, sizeof *buffer);
    uint64_t sum = strlen(node->signature->name);
    if (!buffer)
        abort();
    const struct lar_node_info info = lar_flat_node_info(flat, index, buffer);
    for (uint32_t i = 0; i < info.n_inputs; i++)
        sum += info.inputs[i] ? info.inputs[i]->shape.rank : 0;
    for (uint32_t i = 0; i < node->n_outputs; i++)
        sum += flat->values[node->outputs[i]].shape.rank;
    for (uint32_t i = 0; i < info.n_params; i++)
        sum += strlen(info.params[i].name) + walk_tensor(info.params[i].tensor);
    free(buffer);
    return sum;
}

/* A number that depends on all bytes that it reads. */
static inline uint64_t walk_flat(const struct lar_flat *flat)
{
    uint64_t sum = walk_bytes(flat->report, strlen(flat->report));
    for (uint32_t i = 0; i < flat->n_values; i++)
        if (flat->values[i].constant)
            sum += walk_tensor(flat->values[i].constant);
    for (uint32_t i = 0; i < flat->n_nodes; i++)
        sum += walk_node(flat, i);
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_flat_input *in = &flat->inputs[i];
        sum += strlen(in->name);
        sum += in->value == LAR_NO_VALUE ? 0 : flat->values[in->value].shape.rank;
        sum += in->columns == LAR_NO_VALUE ? 0 : walk_tensor(flat->values[in->columns].constant);
    }
    for (uint32_t i = 0; i < flat->n_outputs; i++) {
        const struct lar_flat_output *out = &flat->outputs[i];
        sum += strlen(out->name) + flat->values[out->value].shape.rank;
        sum += strlen(flat->methods[out->method].name);
        sum += out->labels == LAR_NO_VALUE ? 0 : walk_tensor(flat->values[out->labels].constant);
    }
    for (uint32_t m = 0; m < flat->n_methods; m++)
        for (uint32_t i = 0; i < flat->methods[m].n_inputs; i++)
            sum += strlen(flat->inputs[flat->methods[m].inputs[i]].name);
    return sum + strlen(flat->methods[flat->default_method].name);
}

#endif

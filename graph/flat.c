/* Opening a block: memory for what is found in it, and the order of the checks. See flat.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat.h"

#include "graph/flat_check.h"

#include <string.h>

/* Cuts arrays from one piece of memory; without memory it only adds up what they need. */
struct cutter {
    uint8_t *memory;
    size_t used;
};

static void *cut(struct cutter *cutter, size_t n, size_t size)
{
    void *ret = cutter->memory ? cutter->memory + cutter->used : NULL;
    cutter->used += (n * size + 15) & ~(size_t)15;
    return ret;
}

static void cut_flat(struct lar_flat_check *c, struct cutter *cutter)
{
    struct lar_flat *flat = c->flat;
    flat->values = cut(cutter, c->graph.n_values, sizeof *flat->values);
    flat->nodes = cut(cutter, c->graph.n_nodes, sizeof *flat->nodes);
    flat->inputs = cut(cutter, c->graph.n_inputs, sizeof *flat->inputs);
    flat->outputs = cut(cutter, c->graph.n_outputs, sizeof *flat->outputs);
    flat->methods = cut(cutter, c->header.n_methods, sizeof *flat->methods);
    c->tensors = cut(cutter, c->graph.n_constants, sizeof *c->tensors);
    c->params = cut(cutter, c->graph.n_params, sizeof *c->params);
}

static void cut_work(struct lar_flat_check *c, struct cutter *cutter)
{
    c->names = cut(cutter, c->header.n_names, sizeof *c->names);
    c->taken = cut(cutter, c->header.n_names, sizeof *c->taken);
    c->need = cut(cutter, c->graph.n_values, sizeof *c->need);
    c->origins = cut(cutter, c->graph.n_values, sizeof *c->origins);
    c->node_inputs = cut(cutter, c->max_inputs, sizeof(void *));
    c->node_outputs = cut(cutter, c->max_outputs, sizeof *c->node_outputs);
}

/* All counts are bounded, so sums and products stay far below SIZE_MAX. */
static bool make_arrays(struct lar_flat_check *c, struct lar_arena *arena,
                        void (*cut_arrays)(struct lar_flat_check *, struct cutter *),
                        struct lar_error *err)
{
    struct cutter cutter = {0};
    cut_arrays(c, &cutter);
    cutter.memory = lar_arena_alloc(arena, cutter.used, 1);
    if (!cutter.memory)
        return lar_arena_fail(arena, err, "the graph's arrays");
    cutter.used = 0;
    cut_arrays(c, &cutter);
    return true;
}

static void fill_rest(struct lar_flat_check *c)
{
    struct lar_flat *flat = c->flat;
    flat->block = c->block;
    flat->size = c->size;
    flat->n_values = c->graph.n_values;
    flat->n_nodes = c->graph.n_nodes;
    flat->n_inputs = c->graph.n_inputs;
    flat->n_outputs = c->graph.n_outputs;
    flat->n_methods = c->header.n_methods;
    flat->default_method = c->header.default_method;
    flat->report = (const char *)c->block + c->places.report;
    flat->report_size = c->header.report_size;
}

bool lar_flat_open(struct lar_flat *ret, const void *block, size_t size,
                   const struct lar_operator_set *operators, struct lar_error *err)
{
    struct lar_arena work;
    struct lar_flat_check c = {.block = block, .size = size, .operators = operators, .flat = ret};
    memset(ret, 0, sizeof *ret);
    lar_arena_init(&ret->arena, SIZE_MAX);
    lar_arena_init(&work, SIZE_MAX);
    bool ok = lar_flat_check_header(&c, err) && lar_flat_check_counts(&c, err) &&
              make_arrays(&c, &ret->arena, cut_flat, err) &&
              make_arrays(&c, &work, cut_work, err) && lar_flat_check_names(&c, err) &&
              lar_flat_check_values(&c, err) && lar_flat_check_nodes(&c, err) &&
              lar_flat_check_inputs(&c, err) && lar_flat_check_outputs(&c, err) &&
              lar_flat_check_methods(&c, err);
    lar_arena_finish(&work);
    if (ok)
        fill_rest(&c);
    else
        lar_flat_finish(ret);
    return ok;
}

void lar_flat_finish(struct lar_flat *flat)
{
    lar_arena_finish(&flat->arena);
    memset(flat, 0, sizeof *flat);
}

struct lar_node_info lar_flat_node_info(const struct lar_flat *flat, uint32_t node,
                                        const struct lar_value_info **buffer)
{
    const struct lar_flat_node *n = &flat->nodes[node];
    for (uint32_t i = 0; i < n->n_inputs; i++)
        buffer[i] = n->inputs[i] == LAR_NO_VALUE ? NULL : &flat->values[n->inputs[i]];
    return (struct lar_node_info){.signature = n->signature,
                                  .inputs = buffer,
                                  .params = n->params,
                                  .n_inputs = n->n_inputs,
                                  .n_params = n->n_params,
                                  .n_outputs = n->n_outputs};
}

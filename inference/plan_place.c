/* Placing buffers: values that are never alive at the same time share memory.
 *
 * Nodes always run in their order, whichever of them a request needs, so what is dead after a node
 * in the whole graph is dead after it in any run.
 * SPDX-License-Identifier: MIT */
#include "inference/plan_private.h"

enum {
    LOOK_AT = 64,      /* free slots that are compared */
    NOMINAL_ROWS = 16, /* at which sizes are compared */
};

/* Working memory. Values are named by their root: the value whose memory they show (views). */
struct placing {
    struct lar_plan *plan;
    uint32_t *root;     /* of each value */
    uint32_t *last_use; /* of each root: the last node that reads it; UINT32_MAX: stays */
    uint32_t *output;   /* of each value: its place among the outputs of all nodes */
    uint32_t *free;     /* slots that nothing alive uses */
    uint32_t n_free;
};

/* The size of values like INFO, if it is known but for the rows; false: dynamic. */
static bool size_of(const struct lar_value_info *info, struct lar_slot *ret, uint32_t *ret_dim)
{
    uint64_t n = lar_type_size(info->type);
    *ret_dim = LAR_MAX_RANK;
    if (info->layout != LAR_LAYOUT_DENSE || n == 0)
        return false;
    for (uint32_t d = 0; d < info->shape.rank; d++) {
        int64_t dim = info->shape.dims[d];
        if (dim == LAR_DIM_ROWS && *ret_dim == LAR_MAX_RANK)
            *ret_dim = d;
        else if (dim < 0 || __builtin_mul_overflow(n, (uint64_t)dim, &n))
            return false;
    }
    bool by_row = *ret_dim < LAR_MAX_RANK;
    ret->fixed = by_row ? 0 : n;
    ret->row = by_row ? n : 0;
    return true;
}

static uint64_t nominal(const struct lar_slot *s)
{
    uint64_t n;
    if (__builtin_mul_overflow(s->row, (uint64_t)NOMINAL_ROWS, &n) ||
        __builtin_add_overflow(n, s->fixed, &n))
        return UINT64_MAX;
    return n;
}

/* A slot for a value of SIZE: of the free ones the tightest that holds it, else the one that needs
 * to grow least, else a new one. */
static uint32_t choose(struct placing *p, const struct lar_slot *size)
{
    struct lar_slot *slots = p->plan->slots;
    uint64_t need = nominal(size), best_growth = 0, best_waste = 0;
    uint32_t best = UINT32_MAX, stop = p->n_free > LOOK_AT ? p->n_free - LOOK_AT : 0;
    for (uint32_t i = p->n_free; i-- > stop;) {
        uint64_t room = nominal(&slots[p->free[i]]);
        uint64_t growth = need > room ? need - room : 0, waste = room > need ? room - need : 0;
        if (best == UINT32_MAX || growth < best_growth ||
            (growth == best_growth && waste < best_waste)) {
            best = i;
            best_growth = growth;
            best_waste = waste;
        }
    }
    if (best == UINT32_MAX) {
        slots[p->plan->n_slots] = *size;
        return p->plan->n_slots++;
    }
    uint32_t slot = p->free[best];
    p->free[best] = p->free[--p->n_free];
    slots[slot].fixed = slots[slot].fixed > size->fixed ? slots[slot].fixed : size->fixed;
    slots[slot].row = slots[slot].row > size->row ? slots[slot].row : size->row;
    return slot;
}

static void find_roots_and_uses(struct placing *p)
{
    const struct lar_flat *flat = p->plan->flat;
    for (uint32_t v = 0; v < flat->n_values; v++) {
        p->root[v] = v;
        p->output[v] = UINT32_MAX;
    }
    for (uint32_t i = 0; i < flat->n_nodes; i++) {
        const struct lar_flat_node *node = &flat->nodes[i];
        for (uint32_t k = 0; k < node->n_inputs; k++)
            if (node->inputs[k] != LAR_NO_VALUE)
                p->last_use[p->root[node->inputs[k]]] = i;
        for (uint32_t k = 0; k < node->n_outputs; k++) {
            p->output[node->outputs[k]] = p->plan->nodes[i].first_output + k;
            p->last_use[node->outputs[k]] = i;
        }
        if (p->plan->nodes[i].op->view)
            p->root[node->outputs[0]] = p->root[node->inputs[0]];
    }
    for (uint32_t i = 0; i < flat->n_outputs; i++)
        p->last_use[p->root[flat->outputs[i].value]] = UINT32_MAX;
}

/* Frees the slot of VALUE if node I is the last that uses it. */
static void release(struct placing *p, lar_value value, uint32_t i)
{
    uint32_t root = p->root[value];
    if (p->last_use[root] != i || p->output[root] == UINT32_MAX)
        return;
    p->last_use[root] = UINT32_MAX; /* once */
    const struct lar_place *place = &p->plan->places[p->output[root]];
    if (place->kind == LAR_PLACE_SLOT)
        p->free[p->n_free++] = place->slot;
}

static void place_node(struct placing *p, uint32_t i)
{
    const struct lar_flat *flat = p->plan->flat;
    const struct lar_flat_node *node = &flat->nodes[i];
    for (uint32_t k = 0; k < node->n_outputs; k++) {
        struct lar_place *place = &p->plan->places[p->plan->nodes[i].first_output + k];
        struct lar_slot size;
        bool known = size_of(&flat->values[node->outputs[k]], &size, &place->rows_dim);
        place->kind = LAR_PLACE_DYNAMIC;
        if (!known || p->plan->nodes[i].op->view)
            continue;
        place->kind = LAR_PLACE_SLOT;
        place->slot = choose(p, &size);
    }
    for (uint32_t k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] != LAR_NO_VALUE)
            release(p, node->inputs[k], i);
    for (uint32_t k = 0; k < node->n_outputs; k++)
        release(p, node->outputs[k], i);
}

bool lar_plan_place(struct lar_plan *plan, struct lar_arena *temporary, struct lar_error *err)
{
    size_t n = plan->flat->n_values;
    struct placing p = {.plan = plan,
                        .root = lar_arena_alloc(temporary, n, sizeof *p.root),
                        .last_use = lar_arena_alloc(temporary, n, sizeof *p.last_use),
                        .output = lar_arena_alloc(temporary, n, sizeof *p.output),
                        .free = lar_arena_alloc(temporary, n, sizeof *p.free)};
    plan->places = lar_arena_alloc(&plan->arena, plan->n_outputs, sizeof *plan->places);
    plan->slots = lar_arena_alloc(&plan->arena, plan->n_outputs, sizeof *plan->slots);
    if (!p.root || !p.last_use || !p.output || !p.free || !plan->places || !plan->slots)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the plan");
    find_roots_and_uses(&p);
    for (uint32_t i = 0; i < plan->flat->n_nodes; i++)
        place_node(&p, i);
    return true;
}

/* Making a plan; see plan.h.
 * SPDX-License-Identifier: MIT */
#include "inference/plan.h"

#include "inference/kernels.h"
#include "inference/plan_private.h"

#include <stdlib.h>

enum { MAX_NEEDS = 64 << 20 }; /* bytes of the table of what outputs need */

/* Elements of values like INFO for ROWS rows; a guess where a dimension is not known. */
static double elements(const struct lar_value_info *info, double rows)
{
    double n = 1;
    for (uint32_t d = 0; d < info->shape.rank; d++) {
        int64_t dim = info->shape.dims[d];
        n *= dim >= 0 ? (double)dim : dim == LAR_DIM_ROWS ? rows : 10;
    }
    return info->layout == LAR_LAYOUT_CSR ? n / 10 : n;
}

/* The cost of an operator that states none: what it reads and writes. */
static double default_cost(const struct lar_plan *plan, uint32_t i, uint64_t rows)
{
    const struct lar_flat *flat = plan->flat;
    const struct lar_flat_node *node = &flat->nodes[i];
    double ns = 15;
    for (uint32_t k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] != LAR_NO_VALUE && !flat->values[node->inputs[k]].constant)
            ns += 0.4 * elements(&flat->values[node->inputs[k]], (double)rows);
    for (uint32_t k = 0; k < node->n_outputs; k++) {
        const struct lar_value_info *out = &flat->values[node->outputs[k]];
        ns += (out->type == LAR_TYPE_STRING ? 10 : 0.4) * elements(out, (double)rows);
    }
    return ns;
}

static double node_cost(const struct lar_plan *plan, uint32_t i, uint64_t rows)
{
    const struct lar_plan_node *node = &plan->nodes[i];
    return node->op->cost ? node->op->cost(&node->info, node->state, rows)
                          : default_cost(plan, i, rows);
}

static bool make_node(struct lar_plan *plan, uint32_t i, struct lar_error *err)
{
    const struct lar_flat_node *from = &plan->flat->nodes[i];
    struct lar_plan_node *node = &plan->nodes[i];
    const struct lar_value_info **inputs =
        lar_arena_alloc(&plan->arena, from->n_inputs, sizeof(void *));
    if (!inputs)
        return lar_arena_fail(&plan->arena, err, "the plan");
    node->op = lar_operator_of(from->signature);
    node->info = lar_flat_node_info(plan->flat, i, inputs);
    node->first_output = plan->n_outputs;
    plan->n_outputs += from->n_outputs;
    if (plan->max_inputs < from->n_inputs)
        plan->max_inputs = from->n_inputs;
    if ((node->op->verify && !node->op->verify(&node->info, err)) ||
        (node->op->prepare && !node->op->prepare(&node->info, &plan->arena, &node->state, err))) {
        lar_error_within(err, "%s", from->signature->name);
        return lar_error_within(err, "node %u", i);
    }
    node->cost = node_cost(plan, i, 1);
    node->row_cost = (node_cost(plan, i, 1001) - node->cost) / 1000;
    node->cost = node->cost > node->row_cost ? node->cost - node->row_cost : 0;
    return true;
}

/* Sets in BITS what VALUE needs, given ORIGIN: for each value the bit of what gives it, or
 * UINT32_MAX. Nodes are in topological order, so one walk backwards is enough. */
static void find_needs(const struct lar_plan *plan, lar_value value, const uint32_t *origin,
                       uint64_t *bits)
{
    if (origin[value] != UINT32_MAX)
        bits[origin[value] / 64] |= UINT64_C(1) << origin[value] % 64;
    for (uint32_t i = plan->flat->n_nodes; i-- > 0;) {
        const struct lar_flat_node *node = &plan->flat->nodes[i];
        if (!lar_plan_bit(bits, i))
            continue;
        for (uint32_t k = 0; k < node->n_inputs; k++) {
            uint32_t bit = node->inputs[k] == LAR_NO_VALUE ? UINT32_MAX : origin[node->inputs[k]];
            if (bit != UINT32_MAX)
                bits[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
}

static bool make_needs(struct lar_plan *plan, struct lar_arena *temporary, struct lar_error *err)
{
    const struct lar_flat *flat = plan->flat;
    uint32_t *origin = lar_arena_alloc(temporary, flat->n_values, sizeof *origin);
    plan->words = ((size_t)flat->n_nodes + flat->n_inputs + 63) / 64;
    if (plan->words * sizeof(uint64_t) > MAX_NEEDS / (flat->n_outputs + (size_t)1))
        return lar_fail(err, LAR_ERR_LIMIT, "%u outputs of %u nodes are too many", flat->n_outputs,
                        flat->n_nodes);
    plan->needs = lar_arena_alloc(&plan->arena, flat->n_outputs, plan->words * sizeof(uint64_t));
    plan->constants = lar_arena_alloc(&plan->arena, flat->n_values, sizeof(void *));
    if (!origin || !plan->needs || !plan->constants)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the plan");
    for (uint32_t v = 0; v < flat->n_values; v++) {
        origin[v] = UINT32_MAX;
        plan->constants[v] = flat->values[v].constant;
    }
    for (uint32_t i = 0; i < flat->n_nodes; i++)
        for (uint32_t k = 0; k < flat->nodes[i].n_outputs; k++)
            origin[flat->nodes[i].outputs[k]] = i;
    for (uint32_t i = 0; i < flat->n_inputs; i++)
        if (flat->inputs[i].value != LAR_NO_VALUE)
            origin[flat->inputs[i].value] = flat->n_nodes + i;
    for (uint32_t i = 0; i < flat->n_outputs; i++)
        find_needs(plan, flat->outputs[i].value, origin, plan->needs + i * plan->words);
    return true;
}

static bool make(struct lar_plan *plan, struct lar_arena *temporary, struct lar_error *err)
{
    plan->nodes = lar_arena_alloc(&plan->arena, plan->flat->n_nodes, sizeof *plan->nodes);
    if (!plan->nodes)
        return lar_arena_fail(&plan->arena, err, "the plan");
    for (uint32_t i = 0; i < plan->flat->n_nodes; i++)
        if (!make_node(plan, i, err))
            return false;
    return lar_plan_place(plan, temporary, err) && make_needs(plan, temporary, err);
}

bool lar_plan_new(struct lar_plan **ret, const struct lar_flat *flat, struct lar_error *err)
{
    struct lar_plan *plan = calloc(1, sizeof *plan);
    struct lar_arena temporary;
    if (!plan)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the plan");
    plan->flat = flat;
    plan->kernels = lar_kernels_best();
    lar_arena_init(&plan->arena, SIZE_MAX);
    lar_arena_init(&temporary, SIZE_MAX);
    bool ok = make(plan, &temporary, err);
    lar_arena_finish(&temporary);
    if (ok)
        *ret = plan;
    else
        lar_plan_free(plan);
    return ok;
}

void lar_plan_free(struct lar_plan *plan)
{
    if (!plan)
        return;
    lar_arena_finish(&plan->arena);
    free(plan);
}

const struct lar_flat *lar_plan_flat(const struct lar_plan *plan)
{
    return plan->flat;
}

size_t lar_plan_bytes(const struct lar_plan *plan)
{
    return sizeof *plan + plan->arena.used;
}

double lar_plan_cost(const struct lar_plan *plan, const uint32_t *outputs, size_t n_outputs,
                     uint64_t rows)
{
    double ns = 100;
    for (size_t w = 0; w <= (plan->flat->n_nodes - (size_t)1) / 64 && plan->flat->n_nodes; w++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < n_outputs; i++)
            bits |= plan->needs[outputs[i] * plan->words + w];
        for (; bits; bits &= bits - 1) {
            size_t i = w * 64 + (size_t)__builtin_ctzll(bits);
            if (i < plan->flat->n_nodes)
                ns += plan->nodes[i].cost + plan->nodes[i].row_cost * (double)rows;
        }
    }
    return ns;
}

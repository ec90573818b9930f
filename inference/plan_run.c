/* Running a plan; see plan.h.
 *
 * All memory is the thread's scratch: tables of this run, then slots as they are first used, then
 * what operators take for outputs whose size nobody could know.
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/plan_private.h"

#include <assert.h>
#include <string.h>

enum { SYMBOLS = 16 }; /* symbolic dimensions besides the rows, in one run */

struct run {
    const struct lar_plan *plan;
    struct lar_scratch *scratch;
    uint64_t rows;
    uint64_t *needs;                  /* the union of the outputs' needs */
    const struct lar_tensor **values; /* what is computed of each value */
    const struct lar_tensor **inputs; /* of the present node */
    struct lar_tensor *outputs;       /* of all nodes */
    void **slots;                     /* memory of those that are in use */
    struct {
        int64_t symbol, size;
    } symbols[SYMBOLS];
    uint32_t n_symbols;
};

static bool begin(struct run *r, const uint32_t *outputs, size_t n_outputs, struct lar_error *err)
{
    const struct lar_plan *plan = r->plan;
    size_t n_values = plan->flat->n_values;
    struct lar_scratch *s = r->scratch;
    if (!(r->needs = lar_scratch_take(s, plan->words, sizeof *r->needs)) ||
        !(r->values = lar_scratch_take(s, n_values, sizeof(void *))) ||
        !(r->inputs = lar_scratch_take(s, plan->max_inputs, sizeof(void *))) ||
        !(r->outputs = lar_scratch_take(s, plan->n_outputs, sizeof *r->outputs)) ||
        !(r->slots = lar_scratch_take(s, plan->n_slots, sizeof *r->slots))) {
        lar_scratch_fail(s, err, "the request");
        return false;
    }
    memset(r->needs, 0, plan->words * sizeof *r->needs);
    for (size_t i = 0; i < n_outputs; i++)
        for (size_t w = 0; w < plan->words; w++)
            r->needs[w] |= plan->needs[outputs[i] * plan->words + w];
    if (n_values)
        memcpy(r->values, plan->constants, n_values * sizeof(void *));
    for (uint32_t i = 0; i < plan->n_slots; i++)
        r->slots[i] = NULL;
    return true;
}

/* Whether a dimension of SIZE is what was DECLARED. */
static bool dim_fits(struct run *r, int64_t declared, int64_t size)
{
    if (size < 0)
        return false;
    if (declared >= 0)
        return declared == size;
    if (declared == LAR_DIM_ROWS)
        return (uint64_t)size == r->rows;
    if (declared == LAR_DIM_UNKNOWN)
        return true;
    for (uint32_t i = 0; i < r->n_symbols; i++)
        if (r->symbols[i].symbol == declared)
            return r->symbols[i].size == size;
    if (r->n_symbols == SYMBOLS)
        return false;
    r->symbols[r->n_symbols].symbol = declared;
    r->symbols[r->n_symbols++].size = size;
    return true;
}

static bool shape_fits(struct run *r, const struct lar_shape *declared,
                       const struct lar_shape *shape)
{
    if (declared->rank != shape->rank)
        return false;
    for (uint32_t d = 0; d < shape->rank; d++)
        if (!dim_fits(r, declared->dims[d], shape->dims[d]))
            return false;
    return true;
}

static bool check_input(struct run *r, uint32_t i, const struct lar_tensor *t,
                        struct lar_error *err)
{
    const struct lar_flat_input *input = &r->plan->flat->inputs[i];
    const struct lar_value_info *info = &r->plan->flat->values[input->value];
    char got[128], want[128];
    uint64_t n;
    if (!t->data || (info->type == LAR_TYPE_STRING && (!t->offsets || !t->kinds)))
        return lar_fail(err, LAR_ERR_INVALID, "input '%s' is missing", input->name);
    if (t->type != info->type || t->layout != info->layout)
        return lar_fail(err, LAR_ERR_INVALID, "input '%s' is %s, not %s", input->name,
                        lar_type_name(t->type), lar_type_name(info->type));
    if (!shape_fits(r, &info->shape, &t->shape) || !lar_shape_count(&t->shape, &n))
        return lar_fail(err, LAR_ERR_INVALID, "input '%s' has shape %s, not %s (of %llu rows)",
                        input->name, lar_shape_print(&t->shape, got, sizeof got),
                        lar_shape_print(&info->shape, want, sizeof want),
                        (unsigned long long)r->rows);
    r->values[input->value] = t;
    return true;
}

static bool check_inputs(struct run *r, const struct lar_tensor *inputs, struct lar_error *err)
{
    const struct lar_flat *flat = r->plan->flat;
    for (uint32_t i = 0; i < flat->n_inputs; i++)
        if (lar_plan_bit(r->needs, (size_t)flat->n_nodes + i) &&
            !check_input(r, i, &inputs[i], err))
            return false;
    return true;
}

/* The memory of SLOT, taken when it is first used. */
static void *slot_memory(struct run *r, uint32_t slot, struct lar_error *err)
{
    const struct lar_slot *s = &r->plan->slots[slot];
    size_t bytes;
    if (r->slots[slot])
        return r->slots[slot];
    if (!lar_mul_size(s->row, r->rows, &bytes) || !lar_add_size(bytes, s->fixed, &bytes)) {
        lar_fail(err, LAR_ERR_LIMIT, "%llu rows are too many", (unsigned long long)r->rows);
        return NULL;
    }
    r->slots[slot] = lar_scratch_take(r->scratch, bytes, 1);
    if (!r->slots[slot])
        lar_scratch_fail(r->scratch, err, "the request");
    return r->slots[slot];
}

/* Fills what is known of output K of NODE before it runs. */
static bool place_output(struct run *r, const struct lar_plan_node *node, lar_value value,
                         uint32_t k, struct lar_error *err)
{
    const struct lar_place *place = &r->plan->places[node->first_output + k];
    const struct lar_value_info *info = &r->plan->flat->values[value];
    struct lar_tensor *out = &r->outputs[node->first_output + k];
    *out = (struct lar_tensor){.type = info->type, .layout = info->layout};
    if (place->kind == LAR_PLACE_DYNAMIC)
        return true;
    out->shape = info->shape;
    if (place->rows_dim < LAR_MAX_RANK)
        out->shape.dims[place->rows_dim] = (int64_t)r->rows;
    out->data = slot_memory(r, place->slot, err);
    return out->data != NULL;
}

static bool run_node(struct run *r, uint32_t i, struct lar_error *err)
{
    const struct lar_plan_node *node = &r->plan->nodes[i];
    const struct lar_flat_node *flat_node = &r->plan->flat->nodes[i];
    for (uint32_t k = 0; k < flat_node->n_inputs; k++)
        r->inputs[k] =
            flat_node->inputs[k] == LAR_NO_VALUE ? NULL : r->values[flat_node->inputs[k]];
    for (uint32_t k = 0; k < flat_node->n_outputs; k++)
        if (!place_output(r, node, flat_node->outputs[k], k, err))
            return false;
    struct lar_call call = {.node = &node->info,
                            .state = node->state,
                            .inputs = r->inputs,
                            .outputs = r->outputs + node->first_output,
                            .scratch = r->scratch,
                            .kernels = r->plan->kernels};
    if (!node->op->run(&call, err))
        return lar_error_within(err, "%s", node->info.signature->name);
    for (uint32_t k = 0; k < flat_node->n_outputs; k++) {
        lar_value value = flat_node->outputs[k];
        r->values[value] = &call.outputs[k];
        if (r->plan->places[node->first_output + k].kind == LAR_PLACE_DYNAMIC &&
            !shape_fits(r, &r->plan->flat->values[value].shape, &call.outputs[k].shape))
            return lar_fail(err, LAR_ERR_INVALID,
                            "%s: the result has not the shape that the model "
                            "declares",
                            node->info.signature->name);
    }
    return true;
}

bool lar_plan_run(const struct lar_plan *plan, struct lar_scratch *scratch,
                  const struct lar_tensor *inputs, uint64_t rows, const uint32_t *outputs,
                  size_t n_outputs, struct lar_tensor *ret, struct lar_error *err)
{
    struct run r = {.plan = plan, .scratch = scratch, .rows = rows};
    for (size_t i = 0; i < n_outputs; i++)
        assert(outputs[i] < plan->flat->n_outputs);
    if (rows > INT64_MAX)
        return lar_fail(err, LAR_ERR_LIMIT, "%llu rows are too many", (unsigned long long)rows);
    if (!begin(&r, outputs, n_outputs, err) || !check_inputs(&r, inputs, err))
        return false;
    for (size_t w = 0; w < plan->words; w++)
        for (uint64_t bits = r.needs[w]; bits; bits &= bits - 1) {
            size_t i = w * 64 + (size_t)__builtin_ctzll(bits);
            if (i < plan->flat->n_nodes && !run_node(&r, (uint32_t)i, err))
                return false;
        }
    for (size_t i = 0; i < n_outputs; i++)
        ret[i] = *r.values[plan->flat->outputs[outputs[i]].value];
    return true;
}

/* The parts of a plan: for the files of inference/plan*.c only.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_PLAN_PRIVATE_H
#define INFERENCE_PLAN_PRIVATE_H

#include "inference/operator.h"
#include "inference/plan.h"

/* Where a node's output lives while the plan runs. */
enum lar_place_kind {
    LAR_PLACE_DYNAMIC, /* run() takes memory of the scratch */
    LAR_PLACE_SLOT,    /* memory that several values use in turn */
};

struct lar_place {
    enum lar_place_kind kind;
    uint32_t slot;
    uint32_t rows_dim; /* the dimension that is the number of rows; LAR_MAX_RANK: none */
};

/* Bytes of a slot: FIXED + ROW * rows. */
struct lar_slot {
    uint64_t fixed, row;
};

struct lar_plan_node {
    const struct lar_operator *op;
    struct lar_node_info info;
    void *state;
    uint32_t first_output; /* its place among the outputs of all nodes */
    double cost, row_cost; /* ns: COST + ROW_COST * rows */
};

struct lar_plan {
    const struct lar_flat *flat;
    const struct lar_kernels *kernels;
    struct lar_plan_node *nodes;
    struct lar_place *places; /* of the outputs of all nodes */
    struct lar_slot *slots;
    const struct lar_tensor **constants; /* for each value: its constant, or NULL */
    uint64_t *needs; /* for each output of the model: bits of the nodes, then of the inputs */
    size_t words;    /* of such bits */
    uint32_t n_slots, n_outputs, max_inputs;
    struct lar_arena arena; /* everything, operators' states too */
};

static inline bool lar_plan_bit(const uint64_t *bits, size_t i)
{
    return bits[i / 64] >> i % 64 & 1;
}

/* Decides where every node's output lives. TEMPORARY is for working memory. */
bool lar_plan_place(struct lar_plan *plan, struct lar_arena *temporary, struct lar_error *err);

#endif

/* The parts of lar_flat_open(): for graph/ only. Each part relies on those before it and checks
 * what it reads as if an enemy had written it. Time and memory are linear in the block's size.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_FLAT_CHECK_H
#define GRAPH_FLAT_CHECK_H

#include "graph/flat.h"
#include "graph/flat_layout.h"

struct lar_flat_check {
    const uint8_t *block;
    size_t size;
    const struct lar_operator_set *operators;
    struct lar_flat_header header;
    struct lar_flat_graph graph;
    struct lar_flat_places places;
    uint32_t max_inputs, max_outputs; /* of one node */
    struct lar_flat *flat;            /* being filled */
    /* Arrays of the flat that it does not name. */
    struct lar_tensor *tensors;
    struct lar_param *params;
    /* Working memory, gone after opening. */
    const char **names;
    bool *taken;    /* of each name: by one of the kind that is being read */
    uint64_t *need; /* of each value: a bit for each method that needs it */
    enum lar_origin *origins;
    const struct lar_value_info **node_inputs;
    struct lar_value_info *node_outputs;
};

/* Header, counts, report and padding; then places are inside the block. */
bool lar_flat_check_header(struct lar_flat_check *check, struct lar_error *err);

/* That the nodes' and methods' own counts add up to the tables' lengths. */
bool lar_flat_check_counts(struct lar_flat_check *check, struct lar_error *err);

/* The arrays exist from here on. */
bool lar_flat_check_names(struct lar_flat_check *check, struct lar_error *err);
bool lar_flat_check_values(struct lar_flat_check *check, struct lar_error *err);
bool lar_flat_check_nodes(struct lar_flat_check *check, struct lar_error *err);
bool lar_flat_check_inputs(struct lar_flat_check *check, struct lar_error *err);
bool lar_flat_check_outputs(struct lar_flat_check *check, struct lar_error *err);
bool lar_flat_check_methods(struct lar_flat_check *check, struct lar_error *err);

/* The next value of ORIGIN from FIRST on, or the number of values. */
static inline lar_value lar_flat_next_value(const struct lar_flat_check *check,
                                            enum lar_origin origin, lar_value first)
{
    while (first < check->graph.n_values && check->origins[first] != origin)
        first++;
    return first;
}

static inline bool lar_flat_all_zero(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at == 0)
        at++;
    return at == end;
}

#endif

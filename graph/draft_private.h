/* The fields of a draft: for graph/ only.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_DRAFT_PRIVATE_H
#define GRAPH_DRAFT_PRIVATE_H

#include "graph/draft.h"
#include "graph/flat_layout.h"

struct lar_draft_value {
    struct lar_value_info info;
    enum lar_origin origin;
};

struct lar_draft_param {
    const char *name; /* the signature's */
    lar_value value;
};

struct lar_draft_node {
    const struct lar_signature *signature;
    lar_value *inputs;
    lar_value first_output;
    uint32_t n_inputs, n_outputs, n_params;
    struct lar_draft_param *params;
};

struct lar_draft_input {
    const char *name;
    lar_value value, columns; /* LAR_NO_VALUE: unread; without names */
    uint32_t records;         /* enum lar_record_values: COLUMNS is the separator */
};

struct lar_draft_output {
    const char *name;
    lar_value value, labels;
    uint32_t method;
};

struct lar_draft {
    const struct lar_operator_set *operators;
    struct lar_arena arena;
    struct lar_error failure; /* the first; then nothing is done any more */
    struct lar_draft_value *values;
    struct lar_draft_node *nodes;
    struct lar_draft_input *inputs;
    struct lar_draft_output *outputs;
    const char **methods;
    uint32_t n_values, n_nodes, n_inputs, n_outputs, n_methods;
    uint32_t cap_values, cap_nodes, cap_inputs, cap_outputs, cap_methods;
    const char *default_method;       /* NULL: the first */
    struct lar_flat_writing *writing; /* made by lar_flat_size() */
};

/* Room for one more element in an array of the draft; false if the draft failed now or before. */
bool lar_draft_reserve(struct lar_draft *draft, void *array, uint32_t n, uint32_t *capacity,
                       size_t size);

/* Arena memory, or NULL after recording the failure. */
void *lar_draft_alloc(struct lar_draft *draft, size_t n, size_t size);

lar_value lar_draft_add_value(struct lar_draft *draft, const struct lar_value_info *info,
                              enum lar_origin origin);

#endif

/* What lar_flat_size() works out and lar_flat_fill() writes: for graph/ only.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_FLAT_WRITE_H
#define GRAPH_FLAT_WRITE_H

#include "graph/draft_private.h"

struct lar_flat_writing {
    uint64_t *need;     /* of each value of the draft: a bit for each method that needs it */
    lar_value *number;  /* its number in the block, or LAR_NO_VALUE: left out */
    const char **names; /* ascending, each once */
    struct lar_flat_header header;
    struct lar_flat_graph graph;
    struct lar_flat_places places;
};

/* An input that no method needs is written as an unread one. */
static inline lar_value lar_writing_number(const struct lar_flat_writing *w, lar_value value)
{
    return value == LAR_NO_VALUE ? LAR_NO_VALUE : w->number[value];
}

static inline bool lar_writing_keeps_node(const struct lar_flat_writing *w,
                                          const struct lar_draft_node *node)
{
    return w->number[node->first_output] != LAR_NO_VALUE;
}

/* Whether METHOD lists INPUT among its own: it needs it, or nobody does. */
static inline bool lar_writing_takes(const struct lar_flat_writing *w, uint32_t method,
                                     const struct lar_draft_input *input)
{
    return lar_writing_number(w, input->value) == LAR_NO_VALUE ||
           (w->need[input->value] & UINT64_C(1) << method);
}

#endif

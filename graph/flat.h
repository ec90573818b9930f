/* The flat form: a graph as one block of bytes, the same on disk and in memory.
 *
 * Offsets, no pointers; tensors aligned to 64 bytes; little-endian. docs/flat-form.md has the
 * layout. A block that lar_flat_open() accepted satisfies everything that this header says, whoever
 * wrote it: indices are in range, nodes are in topological order (a node reads only constants,
 * inputs and outputs of earlier nodes), every value has one origin, types and shapes are those that
 * the operators infer, strings are terminated. The *values* inside constants are checked by each
 * operator's verify (lar_plan_new()).
 * An opened flat is immutable; any thread may read it.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_FLAT_H
#define GRAPH_FLAT_H

#include "base/error.h"
#include "graph/draft.h"

#define LAR_FLAT_VERSION 2u

struct lar_flat_node {
    const struct lar_signature *signature;
    const lar_value *inputs; /* LAR_NO_VALUE where left out */
    const lar_value *outputs;
    const struct lar_param *params;
    uint32_t n_inputs, n_outputs, n_params;
};

struct lar_flat_input {
    const char *name;
    lar_value value;   /* LAR_NO_VALUE: nothing reads it, any type may come */
    lar_value columns; /* a string constant [k] with the names of its columns, or LAR_NO_VALUE */
    uint32_t records; /* enum lar_record_values. Not 0: this and the next input are the features and
                         the values of records, and COLUMNS is their separator, one text */
};

struct lar_flat_output {
    const char *name;
    lar_value value;
    lar_value labels; /* a constant [k], or LAR_NO_VALUE */
    uint32_t method;
};

struct lar_flat_method {
    const char *name;
    const uint32_t *inputs; /* indices into flat->inputs */
    uint32_t n_inputs;
    uint32_t first_output, n_outputs; /* a range of flat->outputs */
};

/* Everything is the flat's; pointers lead into the block or into arrays made by lar_flat_open(). */
struct lar_flat {
    const uint8_t *block;
    size_t size;
    struct lar_value_info *values;
    struct lar_flat_node *nodes;
    struct lar_flat_input *inputs;
    struct lar_flat_output *outputs;
    struct lar_flat_method *methods;
    uint32_t n_values, n_nodes, n_inputs, n_outputs, n_methods, default_method;
    const char *report; /* UTF-8 text (JSON), never interpreted here; NUL-terminated */
    size_t report_size;
    struct lar_arena arena; /* the arrays above */
};

/* Bytes that lar_flat_fill() needs for DRAFT with REPORT; 0 and ERR if the draft has failed or
 * has no method. Nodes that no output needs are left out. */
size_t lar_flat_size(struct lar_draft *draft, size_t report_size, struct lar_error *err);

/* Writes exactly the bytes that lar_flat_size() said (call it first) to BLOCK, aligned to 64. */
void lar_flat_fill(const struct lar_draft *draft, const char *report, size_t report_size,
                   void *block);

/* Checks BLOCK as if an enemy had written it, and opens it. BLOCK is borrowed, aligned to 64 and
 * must not change while the flat is used. lar_flat_finish() afterwards, also of a zeroed flat. */
bool lar_flat_open(struct lar_flat *ret, const void *block, size_t size,
                   const struct lar_operator_set *operators, struct lar_error *err);
void lar_flat_finish(struct lar_flat *flat);

/* The node's view for its operator. BUFFER holds the inputs' pointers: n_inputs entries. */
struct lar_node_info lar_flat_node_info(const struct lar_flat *flat, uint32_t node,
                                        const struct lar_value_info **buffer);

#endif

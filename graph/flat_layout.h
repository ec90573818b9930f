/* The records of the flat form and where its sections lie: for graph/ only. docs/flat-form.md
 * describes the same for people; change both together, and LAR_FLAT_VERSION.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_FLAT_LAYOUT_H
#define GRAPH_FLAT_LAYOUT_H

#include "graph/operator.h"

enum {
    LAR_FLAT_ALIGN = 64,
    LAR_FLAT_PARTS = 3,       /* arrays of one constant */
    LAR_FLAT_NAME = 1024,     /* bytes of a name, at most */
    LAR_FLAT_METHODS = 64,    /* methods, at most: one bit each in lar_flat_live() */
    LAR_FLAT_MOST = 1 << 24,  /* entries of a table, bytes of the report: at most */
    LAR_FLAT_NAMES = 1 << 28, /* bytes of all names, at most */
};

#define LAR_FLAT_MAGIC "LARDFLAT"

enum lar_origin {
    LAR_ORIGIN_INPUT = 1,
    LAR_ORIGIN_CONSTANT,
    LAR_ORIGIN_NODE,
};

struct lar_flat_header {
    uint8_t magic[8];
    uint32_t version, operators;
    uint64_t size; /* of the block */
    uint32_t n_graphs, n_names, names_size, report_size;
    uint32_t n_methods, n_method_inputs, default_method;
    uint32_t zero[3];
};

struct lar_flat_graph {
    uint32_t n_values, n_constants, n_nodes, n_links, n_params, n_inputs, n_outputs, zero;
};

struct lar_flat_value_record {
    uint8_t origin, type, layout, rank;
    uint32_t zero;
    int64_t dims[LAR_MAX_RANK];
};

/* LENGTH: bytes of the elements (dense), bytes of all texts (strings), stored values (CSR). */
struct lar_flat_constant_record {
    uint64_t offset, length;
};

struct lar_flat_node_record {
    uint32_t op, version, n_inputs, n_outputs, n_params, zero;
};

struct lar_flat_param_record {
    uint32_t name, value;
};

struct lar_flat_input_record {
    uint32_t name, value, columns, records;
};

struct lar_flat_output_record {
    uint32_t name, value, labels, zero;
};

struct lar_flat_method_record {
    uint32_t name, n_inputs, n_outputs, zero;
};

_Static_assert(sizeof(struct lar_flat_header) == 64, "header");
_Static_assert(sizeof(struct lar_flat_graph) == 32, "graph");
_Static_assert(sizeof(struct lar_flat_value_record) == 72, "value");
_Static_assert(sizeof(struct lar_flat_constant_record) == 16, "constant");
_Static_assert(sizeof(struct lar_flat_node_record) == 24, "node");
_Static_assert(sizeof(struct lar_flat_param_record) == 8, "param");
_Static_assert(sizeof(struct lar_flat_input_record) == 16, "input");
_Static_assert(sizeof(struct lar_flat_output_record) == 16, "output");
_Static_assert(sizeof(struct lar_flat_method_record) == 16, "method");

/* Offsets of the sections, which follow from the counts and lie one after another. */
struct lar_flat_places {
    size_t values, constants, nodes, params, inputs, outputs, methods, links, method_inputs, names,
        report, report_end, data; /* data: of the first constant, the next multiple of 64 */
};

/* All counts are LAR_FLAT_MOST at most, so nothing overflows. */
struct lar_flat_places lar_flat_place(const struct lar_flat_header *header,
                                      const struct lar_flat_graph *graph);

static inline size_t lar_flat_align(size_t n)
{
    return (n + LAR_FLAT_ALIGN - 1) & ~(size_t)(LAR_FLAT_ALIGN - 1);
}

/* Bytes of each array of a constant, in the order in which they are stored (each from a multiple of
 * 64): elements; or offsets, texts, kinds; or values, indptr, indices. LENGTH as in its record.
 * False if one is larger than MOST or if LENGTH disagrees with the shape. INFO has passed
 * lar_constant_fault(). */
bool lar_flat_parts(const struct lar_value_info *info, uint64_t length, size_t most,
                    size_t ret[LAR_FLAT_PARTS]);

/* LENGTH as in a constant's record. */
uint64_t lar_tensor_length(const struct lar_tensor *t);

/* What is wrong with type, layout and shape of a constant; with the constant that names columns of
 * a matrix input, or the last axis of an output. NULL: nothing. */
const char *lar_constant_fault(const struct lar_value_info *info);
const char *lar_columns_fault(const struct lar_value_info *input,
                              const struct lar_value_info *columns);
const char *lar_labels_fault(const struct lar_value_info *output,
                             const struct lar_value_info *labels);

/* What is wrong with inputs that are said to be the features and values (NULL: there are none) of
 * records which HOLD what enum lar_record_values says, and with the separator. */
const char *lar_records_fault(const struct lar_value_info *features,
                              const struct lar_value_info *values,
                              const struct lar_value_info *separator, uint32_t hold);

#endif

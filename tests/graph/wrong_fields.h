/* The table of test_flat_check.c: what is made wrong in a valid block, and what the checker says.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_GRAPH_WRONG_FIELDS_H
#define TESTS_GRAPH_WRONG_FIELDS_H

#include "graph/flat_layout.h"
#include "graph/tensor.h"

#include <stddef.h>

enum base { TINY, PLAIN, LONG_NAMES };

/* BYTES of VALUE, OFFSET bytes after the start of a section. */
struct edit {
    size_t section; /* offset of its place in struct lar_flat_places; START: of the block */
    size_t offset, bytes;
    uint64_t value;
};

enum { START = 1000 };

#define SIZE_OF(record, field) sizeof(((struct record *)0)->field)
#define HEADER(field, v)                                                                           \
    {                                                                                              \
        START, offsetof(struct lar_flat_header, field), SIZE_OF(lar_flat_header, field), v         \
    }
#define GRAPH(field, v)                                                                            \
    {                                                                                              \
        START, sizeof(struct lar_flat_header) + offsetof(struct lar_flat_graph, field),            \
            SIZE_OF(lar_flat_graph, field), v                                                      \
    }
#define RECORD(section, record, i, field, v)                                                       \
    {                                                                                              \
        offsetof(struct lar_flat_places, section),                                                 \
            (i) * sizeof(struct record) + offsetof(struct record, field), SIZE_OF(record, field),  \
            v                                                                                      \
    }
#define VALUE(i, field, v) RECORD(values, lar_flat_value_record, i, field, v)
#define CONSTANT(i, field, v) RECORD(constants, lar_flat_constant_record, i, field, v)
#define NODE(i, field, v) RECORD(nodes, lar_flat_node_record, i, field, v)
#define PARAM(i, field, v) RECORD(params, lar_flat_param_record, i, field, v)
#define INPUT(i, field, v) RECORD(inputs, lar_flat_input_record, i, field, v)
#define OUTPUT(i, field, v) RECORD(outputs, lar_flat_output_record, i, field, v)
#define METHOD(i, field, v) RECORD(methods, lar_flat_method_record, i, field, v)
#define RAW(section, at, size, v)                                                                  \
    {                                                                                              \
        offsetof(struct lar_flat_places, section), at, size, v                                     \
    }

/* Where things are in the two blocks (see tiny.h). */
enum { X, COLUMNS, Z, FACTOR, SUM, WORDS, MATRIX, SPARSE, SCALED, COPIES, OLD = 12, LABELS, END };
enum { C_COLUMNS, C_FACTOR, C_WORDS, C_MATRIX, C_SPARSE, C_LABELS };
enum { N_ADD, N_SCALE, N_COPY, N_OLD };
enum { AT_FACTOR = 192, AT_WORDS = 256, AT_MATRIX = 448, AT_SPARSE = 640, AT_LABELS = 704 };
enum { DATA_SIZE = 768 };
enum { NONE = -1, MOST = LAR_FLAT_MOST + 1 };

static const struct row {
    const char *expected; /* in the error's text */
    enum base base;
    enum lar_error_code code;
    struct edit edits[4];
} rows[] = {
    {"no compiled model", TINY, LAR_ERR_FORMAT, {HEADER(magic[0], 'l')}},
    {"no compiled model", TINY, LAR_ERR_FORMAT, {HEADER(magic[7], 0)}},
    {"format version 1, not 2: compile", TINY, LAR_ERR_UNSUPPORTED, {HEADER(version, 1)}},
    {"format version 0", TINY, LAR_ERR_UNSUPPORTED, {HEADER(version, 0)}},
    {"operators of version 6, not 5: compile", TINY, LAR_ERR_UNSUPPORTED, {HEADER(operators, 6)}},
    {"cut short", TINY, LAR_ERR_TRUNCATED, {HEADER(size, UINT64_MAX)}},
    {"wrong size", TINY, LAR_ERR_FORMAT, {HEADER(size, 64)}},
    {"0 graphs", TINY, LAR_ERR_FORMAT, {HEADER(n_graphs, 0)}},
    {"2 graphs", TINY, LAR_ERR_FORMAT, {HEADER(n_graphs, 2)}},
    {"header: bytes that must be zero", TINY, LAR_ERR_FORMAT, {HEADER(zero[0], 1)}},
    {"header: bytes that must be zero", TINY, LAR_ERR_FORMAT, {HEADER(zero[1], 1)}},
    {"header: bytes that must be zero", TINY, LAR_ERR_FORMAT, {HEADER(zero[2], 1)}},
    {"graph 0: bytes that must be zero", TINY, LAR_ERR_FORMAT, {GRAPH(zero, 1)}},
    {"names, at most", TINY, LAR_ERR_LIMIT, {HEADER(n_names, MOST)}},
    {"bytes of names, at most", TINY, LAR_ERR_LIMIT, {HEADER(names_size, LAR_FLAT_NAMES + 1)}},
    {"bytes of the report, at most", TINY, LAR_ERR_LIMIT, {HEADER(report_size, MOST)}},
    {"65 methods, at most", TINY, LAR_ERR_LIMIT, {HEADER(n_methods, 65)}},
    {"inputs of methods, at most", TINY, LAR_ERR_LIMIT, {HEADER(n_method_inputs, MOST)}},
    {"values, at most", TINY, LAR_ERR_LIMIT, {GRAPH(n_values, MOST)}},
    {"constants, at most", TINY, LAR_ERR_LIMIT, {GRAPH(n_constants, MOST)}},
    {"nodes, at most", TINY, LAR_ERR_LIMIT, {GRAPH(n_nodes, MOST)}},
    {"links, at most", TINY, LAR_ERR_LIMIT, {GRAPH(n_links, UINT32_MAX)}},
    {"parameters, at most", TINY, LAR_ERR_LIMIT, {GRAPH(n_params, MOST)}},
    {"inputs, at most", TINY, LAR_ERR_LIMIT, {GRAPH(n_inputs, MOST)}},
    {"outputs, at most", TINY, LAR_ERR_LIMIT, {GRAPH(n_outputs, MOST)}},
    {"default method 2 of 2", TINY, LAR_ERR_FORMAT, {HEADER(default_method, 2)}},
    {"default method 0 of 0",
     TINY,
     LAR_ERR_FORMAT,
     {HEADER(n_methods, 0), HEADER(default_method, 0)}},
    {"tables do not fit", TINY, LAR_ERR_FORMAT, {GRAPH(n_values, MOST - 1)}},
    {"report: bytes after", TINY, LAR_ERR_FORMAT, {RAW(report_end, 0, 1, 1)}},
    {"report: bytes after", TINY, LAR_ERR_FORMAT, {RAW(report, 6, 1, 'x')}},
    {"report: not UTF-8", TINY, LAR_ERR_FORMAT, {RAW(report, 0, 1, 0)}},
    {"report: not UTF-8", TINY, LAR_ERR_FORMAT, {RAW(report, 5, 1, 0xC3)}},
    {"report: not UTF-8", TINY, LAR_ERR_FORMAT, {RAW(report, 0, 3, 0x80A0ED)}},

    {"method 1: no outputs", TINY, LAR_ERR_FORMAT, {METHOD(1, n_outputs, 0)}},
    {"method 0: bytes that must be zero", TINY, LAR_ERR_FORMAT, {METHOD(0, zero, 1)}},
    {"methods: their inputs", TINY, LAR_ERR_FORMAT, {METHOD(0, n_inputs, UINT32_MAX)}},
    {"methods: their inputs", TINY, LAR_ERR_FORMAT, {METHOD(0, n_outputs, 2)}},
    {"node 2: no outputs", TINY, LAR_ERR_FORMAT, {NODE(N_COPY, n_outputs, 0)}},
    {"node 0: bytes that must be zero", TINY, LAR_ERR_FORMAT, {NODE(N_ADD, zero, 1)}},
    {"nodes: their links", TINY, LAR_ERR_FORMAT, {NODE(N_ADD, n_inputs, UINT32_MAX)}},
    {"nodes: their links", TINY, LAR_ERR_FORMAT, {NODE(N_COPY, n_outputs, 4)}},
    {"nodes: their links", TINY, LAR_ERR_FORMAT, {NODE(N_SCALE, n_params, 3)}},

    {"name 0: not UTF-8", TINY, LAR_ERR_FORMAT, {RAW(names, 0, 1, 0xFF)}},
    {"name 1: not above", TINY, LAR_ERR_FORMAT, {RAW(names, 0, 1, 'z')}},
    {"name 1: longer than 1024", LONG_NAMES, LAR_ERR_LIMIT, {RAW(names, 2049, 1, 'n')}},
    {"not terminated", PLAIN, LAR_ERR_FORMAT, {RAW(report, (size_t)-1, 1, 'x')}},
    {"more bytes than names", PLAIN, LAR_ERR_FORMAT, {HEADER(n_names, 6)}},

    {"value 0: bytes that must be zero", TINY, LAR_ERR_FORMAT, {VALUE(X, zero, 1)}},
    {"value 4: its shape", TINY, LAR_ERR_FORMAT, {VALUE(SUM, rank, 9)}},
    {"value 4: its shape", TINY, LAR_ERR_FORMAT, {VALUE(SUM, dims[2], 1)}},
    {"value 4: its shape", TINY, LAR_ERR_FORMAT, {VALUE(SUM, dims[0], INT64_MAX)}},
    {"value 4: its shape", TINY, LAR_ERR_FORMAT, {VALUE(SUM, dims[0], (uint64_t)INT64_MIN + 1)}},
    {"value 4: its origin", TINY, LAR_ERR_FORMAT, {VALUE(SUM, origin, 0)}},
    {"value 4: its origin", TINY, LAR_ERR_FORMAT, {VALUE(SUM, origin, 4)}},
    {"value 0: an input: its type", TINY, LAR_ERR_FORMAT, {VALUE(X, type, 0)}},
    {"value 0: an input: its type", TINY, LAR_ERR_FORMAT, {VALUE(X, type, LAR_TYPE_END)}},
    {"value 0: an input: it is not dense", TINY, LAR_ERR_FORMAT, {VALUE(X, layout, 2)}},
    {"value 0: an input: it is not dense", TINY, LAR_ERR_FORMAT, {VALUE(X, layout, 0)}},
    {"value 2: a constant: there are more", PLAIN, LAR_ERR_FORMAT, {VALUE(2, origin, 2)}},
    {"value 3: a constant: its type", TINY, LAR_ERR_FORMAT, {VALUE(FACTOR, type, 0)}},
    {"value 3: a constant: its type", TINY, LAR_ERR_FORMAT, {VALUE(FACTOR, type, 15)}},
    {"value 3: a constant: its layout", TINY, LAR_ERR_FORMAT, {VALUE(FACTOR, layout, 3)}},
    {"dimension is no count", TINY, LAR_ERR_FORMAT, {VALUE(FACTOR, dims[0], (uint64_t)-1)}},
    {"must have rank 2", TINY, LAR_ERR_FORMAT, {VALUE(FACTOR, layout, 2)}},
    {"must be float32", TINY, LAR_ERR_FORMAT, {VALUE(MATRIX, type, LAR_TYPE_I64)}},
    {"where the one before ends", TINY, LAR_ERR_FORMAT, {CONSTANT(C_FACTOR, offset, 64)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {CONSTANT(C_FACTOR, length, 23)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {VALUE(FACTOR, dims[0], 4)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {VALUE(FACTOR, dims[0], INT64_C(1) << 40)}},
    {"its length disagrees",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(FACTOR, rank, 2), VALUE(FACTOR, dims[0], INT64_C(1) << 40),
      VALUE(FACTOR, dims[1], INT64_C(1) << 40)}},
    {"its length disagrees",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(FACTOR, rank, 2), VALUE(FACTOR, dims[0], INT64_C(1) << 40),
      VALUE(FACTOR, dims[1], INT64_C(1) << 22)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {CONSTANT(C_WORDS, length, UINT64_MAX)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {VALUE(WORDS, dims[0], INT64_C(1) << 40)}},
    {"its length disagrees",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(WORDS, rank, 2), VALUE(WORDS, dims[0], INT64_C(1) << 40),
      VALUE(WORDS, dims[1], INT64_C(1) << 22)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {CONSTANT(C_MATRIX, length, UINT64_MAX)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {CONSTANT(C_MATRIX, length, 1u << 20)}},
    {"its length disagrees", TINY, LAR_ERR_FORMAT, {VALUE(MATRIX, dims[0], INT64_C(1) << 40)}},
    {"does not fit the block",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(LABELS, dims[0], 17), CONSTANT(C_LABELS, length, 136)}},
    {"bytes after it", TINY, LAR_ERR_FORMAT, {RAW(data, AT_FACTOR + 24, 1, 1)}},
    {"bytes after it", TINY, LAR_ERR_FORMAT, {RAW(data, DATA_SIZE - 1, 1, 1)}},
    {"value 5: a constant: string offsets do not run",
     TINY,
     LAR_ERR_FORMAT,
     {RAW(data, AT_WORDS, 8, 1)}},
    {"offsets do not run", TINY, LAR_ERR_FORMAT, {RAW(data, AT_WORDS + 24, 8, 4)}},
    {"offsets do not rise", TINY, LAR_ERR_FORMAT, {RAW(data, AT_WORDS + 8, 8, UINT64_MAX)}},
    {"offsets do not rise", TINY, LAR_ERR_FORMAT, {RAW(data, AT_WORDS + 16, 8, 6)}},
    {"kind is out of range", TINY, LAR_ERR_FORMAT, {RAW(data, AT_WORDS + 128, 1, 3)}},
    {"a missing string has bytes", TINY, LAR_ERR_FORMAT, {RAW(data, AT_WORDS + 128, 1, 2)}},
    {"a string is not UTF-8", TINY, LAR_ERR_FORMAT, {RAW(data, AT_WORDS + 64, 1, 0xC0)}},
    {"a string is not UTF-8", TINY, LAR_ERR_FORMAT, {RAW(data, 8, 8, 7)}},
    {"indptr does not run", TINY, LAR_ERR_FORMAT, {RAW(data, AT_MATRIX + 64, 8, 1)}},
    {"indptr does not run", TINY, LAR_ERR_FORMAT, {RAW(data, AT_MATRIX + 80, 8, 3)}},
    {"indptr does not rise", TINY, LAR_ERR_FORMAT, {RAW(data, AT_MATRIX + 72, 8, 3)}},
    {"columns do not ascend",
     TINY,
     LAR_ERR_FORMAT,
     {RAW(data, AT_MATRIX + 72, 8, 2), RAW(data, AT_MATRIX + 132, 4, 2)}},
    {"column is out of range", TINY, LAR_ERR_FORMAT, {RAW(data, AT_MATRIX + 128, 4, 3)}},
    {"column is out of range", TINY, LAR_ERR_FORMAT, {RAW(data, AT_MATRIX + 132, 4, UINT32_MAX)}},
    {"neither 0 nor 1", TINY, LAR_ERR_FORMAT, {RAW(data, AT_SPARSE, 1, 2)}},
    {"constants: more than", PLAIN, LAR_ERR_FORMAT, {VALUE(1, origin, 3)}},

    {"node 0: there is no name", TINY, LAR_ERR_FORMAT, {NODE(N_ADD, op, UINT32_MAX)}},
    {"node 0: operator X version 14 is not known: compile",
     PLAIN,
     LAR_ERR_UNSUPPORTED,
     {NODE(0, op, 0), NODE(0, version, 14)}},
    {"node 0: operator Add version 9", TINY, LAR_ERR_UNSUPPORTED, {NODE(N_ADD, version, 9)}},
    {"node 0: operator Add version 0", TINY, LAR_ERR_UNSUPPORTED, {NODE(N_ADD, version, 0)}},
    {"node 0: output 0 is value 5", TINY, LAR_ERR_FORMAT, {RAW(links, 8, 4, 5)}},
    {"node 0: output 0 is value 2, not the next", PLAIN, LAR_ERR_FORMAT, {VALUE(2, origin, 1)}},
    {"node 0: input 1 is value 4, which does not exist",
     TINY,
     LAR_ERR_FORMAT,
     {RAW(links, 4, 4, SUM)}},
    {"which does not exist yet", TINY, LAR_ERR_FORMAT, {RAW(links, 4, 4, UINT32_MAX - 1)}},
    {"node 0: Add: input 1 is left out", TINY, LAR_ERR_FORMAT, {RAW(links, 4, 4, UINT32_MAX)}},
    {"node 0: Add: the inputs differ", TINY, LAR_ERR_UNSUPPORTED, {RAW(links, 4, 4, FACTOR)}},
    {"node 1: parameter 0: there is no name", TINY, LAR_ERR_FORMAT, {PARAM(0, name, 1000)}},
    {"parameter 1: value 8 is no earlier", TINY, LAR_ERR_FORMAT, {PARAM(1, value, SCALED)}},
    {"is no earlier", TINY, LAR_ERR_FORMAT, {PARAM(1, value, UINT32_MAX)}},
    {"parameter 0: value 0 is no earlier", TINY, LAR_ERR_FORMAT, {PARAM(0, value, X)}},
    {"it has no parameter 'Add'", TINY, LAR_ERR_FORMAT, {PARAM(0, name, 0)}},
    {"parameter 'factor' is string, not float64", TINY, LAR_ERR_FORMAT, {PARAM(0, value, WORDS)}},
    {"parameter 'factor' has rank 0", TINY, LAR_ERR_FORMAT, {PARAM(0, value, SPARSE)}},
    {"output 0 has another type", TINY, LAR_ERR_FORMAT, {VALUE(SUM, type, LAR_TYPE_F32)}},
    {"output 0 has another type", TINY, LAR_ERR_FORMAT, {VALUE(SCALED, layout, 1)}},
    {"node 2: test.Copy: output 1 has another",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(COPIES + 1, dims[0], LAR_DIM_UNKNOWN)}},
    {"output 0 has another type",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(SUM, rank, 0), VALUE(SUM, dims[0], 0), VALUE(SUM, dims[1], 0)}},
    {"value 3: no node gives it", PLAIN, LAR_ERR_FORMAT, {VALUE(3, origin, 3)}},

    {"input 0: its name", TINY, LAR_ERR_FORMAT, {INPUT(0, name, UINT32_MAX)}},
    {"input 2: its name",
     PLAIN,
     LAR_ERR_FORMAT,
     {INPUT(1, name, 0), INPUT(2, name, 0), INPUT(0, name, 1)}},
    {"input 1: records without a separator", TINY, LAR_ERR_FORMAT, {INPUT(1, records, 1)}},
    {"input 0: what separates keys",
     TINY,
     LAR_ERR_FORMAT,
     {INPUT(0, records, 1), INPUT(0, columns, LABELS)}},
    {"input 1: names of columns for no", TINY, LAR_ERR_FORMAT, {INPUT(1, columns, COLUMNS)}},
    {"input 0: names of columns for no", TINY, LAR_ERR_FORMAT, {INPUT(0, columns, END)}},
    {"input 0: names of columns must", TINY, LAR_ERR_FORMAT, {INPUT(0, columns, X)}},
    {"input 0: names of columns must",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(COLUMNS, rank, 2), VALUE(COLUMNS, dims[1], 1)}},
    {"input 0: names of columns must", TINY, LAR_ERR_FORMAT, {INPUT(0, columns, FACTOR)}},
    {"input 0: there are not as many",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(COLUMNS, dims[0], 2), CONSTANT(C_COLUMNS, length, 10), RAW(data, 24, 8, 0),
      RAW(data, 74, 5, 0)}},
    {"input 0: value 2 is not the next", TINY, LAR_ERR_FORMAT, {INPUT(0, value, Z)}},
    {"input 0: value 99", PLAIN, LAR_ERR_FORMAT, {INPUT(0, value, 99)}},
    {"input 2: value 4 is not the next", PLAIN, LAR_ERR_FORMAT, {INPUT(2, value, 4)}},
    {"value 2: it is no input's", TINY, LAR_ERR_FORMAT, {INPUT(2, value, NONE)}},

    {"output 0: its name", TINY, LAR_ERR_FORMAT, {OUTPUT(0, name, 99)}},
    {"output 1: its name", PLAIN, LAR_ERR_FORMAT, {OUTPUT(0, name, 1), OUTPUT(1, name, 1)}},
    {"output 3: bytes that must be zero", TINY, LAR_ERR_FORMAT, {OUTPUT(3, zero, 1)}},
    {"output 0: its value", TINY, LAR_ERR_FORMAT, {OUTPUT(0, value, END)}},
    {"output 0: its value", TINY, LAR_ERR_FORMAT, {OUTPUT(0, value, NONE)}},
    {"output 1: its labels", TINY, LAR_ERR_FORMAT, {OUTPUT(1, labels, END)}},
    {"output 1: labels must be", TINY, LAR_ERR_FORMAT, {OUTPUT(1, labels, X)}},
    {"output 1: labels must be", TINY, LAR_ERR_FORMAT, {OUTPUT(1, labels, MATRIX)}},
    {"output 1: labels must be", TINY, LAR_ERR_FORMAT, {OUTPUT(1, labels, SPARSE)}},
    {"output 1: a scalar", TINY, LAR_ERR_FORMAT, {OUTPUT(1, value, SPARSE)}},
    {"output 1: there are not as many",
     TINY,
     LAR_ERR_FORMAT,
     {VALUE(LABELS, dims[0], 2), CONSTANT(C_LABELS, length, 16), RAW(data, AT_LABELS + 16, 8, 0)}},

    {"method 1: its name", TINY, LAR_ERR_FORMAT, {METHOD(0, name, 3), METHOD(1, name, 3)}},
    {"method 0: its name", TINY, LAR_ERR_FORMAT, {METHOD(0, name, NONE)}},
    {"method 0: it needs input 0", TINY, LAR_ERR_FORMAT, {RAW(method_inputs, 0, 4, 2)}},
    {"method 1: it needs input 2", TINY, LAR_ERR_FORMAT, {RAW(method_inputs, 16, 4, NONE)}},
    {"method 0: it needs input 1",
     TINY,
     LAR_ERR_FORMAT,
     {METHOD(0, n_inputs, 1), METHOD(1, n_inputs, 4)}},
    {"method 0: it does not need",
     TINY,
     LAR_ERR_FORMAT,
     {METHOD(0, n_inputs, 3), METHOD(1, n_inputs, 2)}},
};

#endif

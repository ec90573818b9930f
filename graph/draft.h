/* A graph while it is being built: what readers of model files produce.
 *
 * Errors are sticky: after the first failure every call returns LAR_NO_VALUE and does nothing, so
 * that a reader can be written as a plain sequence and ask once, with lar_draft_ok(). Types and
 * shapes are inferred as nodes are added, so a reader can look at them at any time.
 * Names are UTF-8 (lone surrogates allowed) of at most 1,024 bytes. Not thread-safe.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_DRAFT_H
#define GRAPH_DRAFT_H

#include "base/arena.h"
#include "graph/operator.h"

typedef uint32_t lar_value; /* a value of one graph */
#define LAR_NO_VALUE UINT32_MAX

struct lar_draft; /* fields: graph/draft_private.h, for graph/ only */

/* A new empty draft. LIMIT bounds the bytes of its own memory. OPERATORS must outlive it. */
struct lar_draft *lar_draft_new(const struct lar_operator_set *operators, size_t limit,
                                struct lar_error *err);
void lar_draft_free(struct lar_draft *draft); /* accepts NULL */

/* The operators that the draft was made with: for a reader that tries something in a second draft.
 */
const struct lar_operator_set *lar_draft_operators(const struct lar_draft *draft);

/* Memory that lives as long as the draft: for constants that readers compute. */
struct lar_arena *lar_draft_arena(struct lar_draft *draft);

/* True unless something failed; then ERR is filled with the first failure. */
bool lar_draft_ok(const struct lar_draft *draft, struct lar_error *err);

/* Records a failure of the reader itself (first one wins); returns LAR_NO_VALUE. */
__attribute__((format(printf, 3, 4))) lar_value
lar_draft_fail(struct lar_draft *draft, enum lar_error_code code, const char *format, ...);

/* A dense input. NAME is unique among inputs (lar_flat_size() checks that) and copied. An input
 * that no output needs in the end is written as an unread one. */
lar_value lar_draft_input(struct lar_draft *draft, const char *name, enum lar_type type,
                          struct lar_shape shape);

/* An input that requests may bring, of any type, and that nothing reads (a column that no branch
 * uses): it has a name only. */
void lar_draft_unread_input(struct lar_draft *draft, const char *name);

/* Names of the columns of matrix input INPUT: N strings, copied. */
void lar_draft_input_columns(struct lar_draft *draft, lar_value input, const char *const *names,
                             size_t n);

/* What the rows of a model may hold that takes records, objects with keys of their own: always
 * numbers and texts, and so flags and what these add. */
enum lar_record_values {
    LAR_RECORDS = 1,
    LAR_RECORDS_LISTS = 2, /* a list of texts is each of them */
    LAR_RECORDS_NULLS = 4, /* null is NaN */
};

/* FEATURES and the input that was added behind it are the names and values of records, strings and
 * float64 [rows, ?]: a number under a key is a feature of that name and its value, a text is the
 * feature KEY SEPARATOR TEXT with 1. Missing features fill rows up. HOLDS: of enum
 * lar_record_values. */
void lar_draft_input_records(struct lar_draft *draft, lar_value features, const char *separator,
                             unsigned holds);

/* Gives other names: N is the number of inputs, or, of the one matrix input, of its columns. */
void lar_draft_name_inputs(struct lar_draft *draft, const char *const *names, size_t n);

/* A constant. What T points to is borrowed until the draft is written or freed; its arrays are as
 * long as the shape, offsets[count] and indptr[rows] say. Strings, CSR and bools are checked with
 * lar_tensor_fault(). */
lar_value lar_draft_constant(struct lar_draft *draft, const struct lar_tensor *t);

/* Dense constants over borrowed data. */
lar_value lar_draft_f64(struct lar_draft *draft, const double *data, struct lar_shape shape);
lar_value lar_draft_i64(struct lar_draft *draft, const int64_t *data, struct lar_shape shape);
/* Scalars (rank 0), copied. */
lar_value lar_draft_scalar_f64(struct lar_draft *draft, double v);
lar_value lar_draft_scalar_i64(struct lar_draft *draft, int64_t v);
lar_value lar_draft_scalar_bool(struct lar_draft *draft, bool v);
/* A string constant of shape [n], copied; kinds may be NULL (all text), lengths NULL (NUL-ended).
 */
lar_value lar_draft_strings(struct lar_draft *draft, const char *const *texts,
                            const size_t *lengths, const uint8_t *kinds, size_t n);

/* What a node is made of. Unused entries stay zero; a value of inputs may be LAR_NO_VALUE where the
 * operator lets it be left out. A param whose value is LAR_NO_VALUE counts as not given. */
enum { LAR_NODE_PARAMS = 24 };
struct lar_node_args {
    const char *op;   /* as in struct lar_signature */
    uint32_t version; /* 0: the newest */
    const lar_value *inputs;
    uint32_t n_inputs;
    uint32_t n_outputs; /* 0 means 1 */
    struct {
        const char *name;
        lar_value value;       /* a constant */
    } params[LAR_NODE_PARAMS]; /* ends at the first without a name */
};

/* Adds a node; returns its first output. The others follow: value + 1, value + 2, ... */
lar_value lar_draft_node(struct lar_draft *draft, const struct lar_node_args *args);

/* A node with plain inputs, no params, one output: lar_draft_apply(d, "Add", 2, a, b). */
lar_value lar_draft_apply(struct lar_draft *draft, const char *op, uint32_t n_inputs, ...);

/* What is known of a value; never NULL (after a failure: a float64 scalar). */
const struct lar_value_info *lar_draft_info(const struct lar_draft *draft, lar_value value);

/* A named method and, one by one, its outputs. Its inputs are the inputs that its outputs need,
 * in the order of lar_draft_input() calls; unread inputs belong to every method. Returns the
 * method's index. The first method is the default unless lar_draft_default_method() says other. At
 * most 64 methods. */
uint32_t lar_draft_method(struct lar_draft *draft, const char *name);

/* Output NAME of METHOD. LABELS: a constant of shape [k] that names the last axis (class labels),
 * or LAR_NO_VALUE. Output names are unique in the draft, method names too (lar_flat_size()). */
void lar_draft_output(struct lar_draft *draft, uint32_t method, const char *name, lar_value value,
                      lar_value labels);
void lar_draft_default_method(struct lar_draft *draft, const char *name);

#endif

/* What an operator is at run time. One file in inference/operators/ for each family, which ends in
 * `const struct lar_operator lar_operator_x = {...}`; one row in inference/operators.c. infer.h and
 * values.h have what their functions share; operators/sparse.c is a small complete example. Errors
 * need not name the operator: whoever calls does.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_OPERATOR_H
#define INFERENCE_OPERATOR_H

#include "base/arena.h"
#include "graph/operator.h"
#include "inference/scratch.h"

struct lar_kernels; /* inference/kernels.h */

/* One execution of one node. */
struct lar_call {
    const struct lar_node_info *node;
    const void *state;                      /* what prepare() made, or NULL */
    const struct lar_tensor *const *inputs; /* NULL where left out; shapes hold counts */
    /* Dense outputs whose shape is counts and rows are ready: shape and data are set. All others
     * (strings, CSR, unknown dimensions) run() fills with memory of the scratch. */
    struct lar_tensor *outputs;
    struct lar_scratch *scratch;
    const struct lar_kernels *kernels;
};

struct lar_operator {
    struct lar_signature signature;

    /* The values of constants (params and constant inputs): everything that run() relies on and
     * that infer() could not see in the shapes: indices in range, no cycles, CSR sound. NULL:
     * nothing to check. */
    bool (*verify)(const struct lar_node_info *node, struct lar_error *err);

    /* Makes read-only state of the version from constants, in its arena. The only allocation.
     * NULL: none. */
    bool (*prepare)(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err);

    /* Predicted time for ROWS rows, in nanoseconds; NULL: taken from the outputs' size. */
    double (*cost)(const struct lar_node_info *node, const void *state, uint64_t rows);

    /* Computes. May fail only on what depends on the request (an unknown category, a limit). Dense
     * outputs never share memory with inputs (but see `view`); CSR and string outputs may, with
     * CSR and string inputs. Time is bounded by the memory of inputs, outputs and state: shapes
     * like [2^40, 0] exist. */
    bool (*run)(struct lar_call *call, struct lar_error *err);

    /* Output 0 is the memory of input 0 under another shape (lar_output_view() in
     * inference/values.h): the plan gives it no buffer of its own. One output. */
    bool view;
};

/* All operators, as graph/ wants them. */
extern const struct lar_operator_set lar_operators;

/* The operator whose signature this is; never NULL for signatures found in lar_operators. */
const struct lar_operator *lar_operator_of(const struct lar_signature *signature);

#endif

/* What the graph must know of an operator: which inputs and parameters it takes, and which types
 * and shapes follow from them. Kernels are inference/'s business (inference/operator.h embeds
 * this).
 *
 * Operators have ONNX's names and semantics where those are exact; "larder." holds the rest. In
 * every domain, ONNX's inputs stay inputs; what ONNX calls attributes, and all fitted parameters of
 * larder operators, are named constants: params.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_OPERATOR_H
#define GRAPH_OPERATOR_H

#include "base/error.h"
#include "graph/tensor.h"

/* Type, layout and shape of a value, known before anything runs. */
struct lar_value_info {
    enum lar_type type;
    enum lar_layout layout;
    struct lar_shape shape;
    const struct lar_tensor *constant; /* its content, if it is a constant; else NULL */
};

/* One constant parameter of a node. */
struct lar_param {
    const char *name;
    const struct lar_tensor *tensor;
};

/* A node as its operator sees it. Inputs that are left out are NULL. */
struct lar_node_info {
    const struct lar_signature *signature;
    const struct lar_value_info *const *inputs;
    const struct lar_param *params;
    uint32_t n_inputs, n_params, n_outputs;
};

/* One declared parameter. */
struct lar_param_rule {
    const char *name;   /* NULL ends the list */
    enum lar_type type; /* LAR_TYPE_END: any */
    int rank;           /* -1: any */
    bool optional;
};

struct lar_signature {
    const char *name; /* "MatMul" for ai.onnx; "ai.onnx.ml.X", "larder.X" else */
    uint32_t version; /* since_version in its domain */
    uint32_t min_inputs, max_inputs, min_outputs, max_outputs;
    const struct lar_param_rule *params; /* NULL: none */

    /* Fills RET[n_outputs] (all but constant), which is zeroed. Called only with numbers of inputs
     * and outputs within the bounds, the first min_inputs inputs present, and with params as
     * declared (all that are required, no others, none twice, of the right type and rank, dense
     * unless the type is "any"); refuses what run() does not do. May look at shapes, types and the
     * *shapes* of params, and at the values of scalar params; other values are verify()'s. */
    bool (*infer)(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err);
};

/* The operators that exist, as the graph is told of them: one visible table in
 * inference/operators.c. */
struct lar_operator_set {
    uint32_t version; /* changes whenever a signature or its meaning does */
    const struct lar_signature *(*find)(const char *name,
                                        uint32_t version); /* version 0: newest; NULL: none */
};

/* The parameter NAME, or NULL. */
const struct lar_tensor *lar_node_param(const struct lar_node_info *node, const char *name);

/* The scalar parameter NAME, or FALLBACK where it was left out. It must be declared with rank 0 and
 * as an integer or bool (i64), or as float32 or float64 (f64). */
int64_t lar_node_param_i64(const struct lar_node_info *node, const char *name, int64_t fallback);
double lar_node_param_f64(const struct lar_node_info *node, const char *name, double fallback);

/* Checks what a signature declares, then calls infer; then that what it gave are types and shapes.
 * Errors begin with the operator's name. */
bool lar_node_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                    struct lar_error *err);

#endif

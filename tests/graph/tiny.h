/* A few operators that exist for tests only, and a graph over them that has one of everything.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_GRAPH_TINY_H
#define TESTS_GRAPH_TINY_H

#include "graph/flat.h"

#include <stdlib.h>
#include <string.h>

/* Two dense inputs of one type and shape. */
static inline bool tiny_add(const struct lar_node_info *node, struct lar_value_info *ret,
                            struct lar_error *err)
{
    const struct lar_value_info *a = node->inputs[0], *b = node->inputs[1];
    if (a->type != b->type || !lar_shape_equal(&a->shape, &b->shape))
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the inputs differ");
    *ret = *a;
    return true;
}

/* [n,k] times factor[k]; "sparse" makes a CSR matrix of it. */
static inline bool tiny_scale(const struct lar_node_info *node, struct lar_value_info *ret,
                              struct lar_error *err)
{
    const struct lar_value_info *x = node->inputs[0];
    const struct lar_tensor *factor = lar_node_param(node, "factor");
    if (x->shape.rank != 2 || x->shape.dims[1] != factor->shape.dims[0])
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "factor does not fit");
    *ret = *x;
    if (lar_node_param_i64(node, "sparse", 0))
        ret->layout = LAR_LAYOUT_CSR;
    return true;
}

/* Each output is the input; the second input may be left out. */
static inline bool tiny_copy(const struct lar_node_info *node, struct lar_value_info *ret,
                             struct lar_error *err)
{
    (void)err;
    for (uint32_t i = 0; i < node->n_outputs; i++)
        ret[i] = *node->inputs[0];
    return true;
}

/* [a,b] becomes [a*b*2^20], whatever comes of it. */
static inline bool tiny_flat(const struct lar_node_info *node, struct lar_value_info *ret,
                             struct lar_error *err)
{
    uint64_t n;
    (void)err;
    *ret = *node->inputs[0];
    ret->shape = LAR_SHAPE(LAR_DIM_UNKNOWN);
    if (lar_shape_count(&node->inputs[0]->shape, &n))
        ret->shape = LAR_SHAPE((int64_t)(n << 20));
    return true;
}

/* Forgets to say what it gives. */
static inline bool tiny_silent(const struct lar_node_info *node, struct lar_value_info *ret,
                               struct lar_error *err)
{
    (void)node, (void)ret, (void)err;
    return true;
}

static const struct lar_param_rule tiny_scale_params[] = {
    {"factor", LAR_TYPE_F64, 1, false},
    {"sparse", LAR_TYPE_BOOL, 0, true},
    {"words", LAR_TYPE_STRING, -1, true},
    {"matrix", LAR_TYPE_END, 2, true},
    {0},
};

static const struct lar_signature tiny_signatures[] = {
    {"Add", 7, 2, 2, 1, 1, NULL, tiny_add},
    {"Add", 14, 2, 2, 1, 1, NULL, tiny_add},
    {"test.Copy", 1, 1, 2, 1, 3, NULL, tiny_copy},
    {"test.Flat", 1, 1, 1, 1, 1, NULL, tiny_flat},
    {"test.Scale", 2, 1, 1, 1, 1, tiny_scale_params, tiny_scale},
    {"test.Silent", 1, 0, 0, 0, 1, NULL, tiny_silent},
};

/* Later rows are newer. */
static inline const struct lar_signature *tiny_find(const char *name, uint32_t version)
{
    for (size_t i = sizeof tiny_signatures / sizeof tiny_signatures[0]; i-- > 0;)
        if (strcmp(tiny_signatures[i].name, name) == 0 &&
            (version == 0 || tiny_signatures[i].version == version))
            return &tiny_signatures[i];
    return NULL;
}

static const struct lar_operator_set tiny_operators = {.version = 5, .find = tiny_find};

/* Inputs X [rows,3] with names of columns, Z [rows,3] read by one method only, "note" unread;
 * methods transform (CSR output) and predict (three outputs, one with labels); constants of every
 * kind; a dead node. The default is predict. */
static inline struct lar_draft *tiny_draft_within(size_t limit, struct lar_error *err)
{
    static const double factor[] = {0.5, -1, 2}, more[] = {1.5, 2.5};
    static const char *const columns[] = {"alpha", "b\xC3\xAAta", "gamma"};
    static const char *const words[] = {"yes", "", "no"};
    static const uint8_t kinds[] = {LAR_STRING_TEXT, LAR_STRING_NAN, LAR_STRING_TEXT};
    static const int64_t labels[] = {10, 20, 30};
    static uint64_t indptr[] = {0, 1, 2};
    static uint32_t indices[] = {2, 0};
    const struct lar_tensor csr = {.type = LAR_TYPE_F64,
                                   .layout = LAR_LAYOUT_CSR,
                                   .shape = LAR_SHAPE(2, 3),
                                   .data = (void *)(uintptr_t)more,
                                   .indptr = indptr,
                                   .indices = indices};
    struct lar_draft *d = lar_draft_new(&tiny_operators, limit, err);
    if (!d)
        return NULL;
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_draft_input_columns(d, x, columns, 3);
    lar_draft_unread_input(d, "note");
    lar_value z = lar_draft_input(d, "Z", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_value f = lar_draft_f64(d, factor, LAR_SHAPE(3));
    lar_value sum = lar_draft_apply(d, "Add", 2, x, x);
    lar_draft_apply(d, "Add", 2, z, z);
    lar_value scaled =
        lar_draft_node(d, &(struct lar_node_args){
                              .op = "test.Scale",
                              .inputs = &sum,
                              .n_inputs = 1,
                              .params = {{"factor", f},
                                         {"words", lar_draft_strings(d, words, NULL, kinds, 3)},
                                         {"matrix", lar_draft_constant(d, &csr)},
                                         {"sparse", lar_draft_scalar_bool(d, true)}},
                          });
    lar_value both[] = {z, LAR_NO_VALUE};
    lar_value copies = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "test.Copy", .version = 1, .inputs = both, .n_inputs = 2, .n_outputs = 3});
    lar_value old = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "Add", .version = 7, .inputs = (lar_value[]){sum, copies + 2}, .n_inputs = 2});
    uint32_t transform = lar_draft_method(d, "transform"), predict = lar_draft_method(d, "predict");
    lar_draft_output(d, predict, "predict", old, lar_draft_i64(d, labels, LAR_SHAPE(3)));
    lar_draft_output(d, transform, "transform", scaled, LAR_NO_VALUE);
    lar_draft_output(d, predict, "predict_copy", copies, LAR_NO_VALUE);
    lar_draft_output(d, predict, "predict_input", x, LAR_NO_VALUE);
    lar_draft_default_method(d, "predict");
    return d;
}

static inline struct lar_draft *tiny_draft(struct lar_error *err)
{
    return tiny_draft_within(1 << 20, err);
}

/* Values 0: input X [rows,3], 1: a constant, 2: what a node makes of them, 3: an input that is an
 * output as it is; the last input is unread; one method. */
static inline struct lar_draft *tiny_plain_draft(struct lar_error *err)
{
    static const double factor[] = {0.5, -1, 2};
    struct lar_draft *d = lar_draft_new(&tiny_operators, 1 << 20, err);
    if (!d)
        return NULL;
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_value f = lar_draft_f64(d, factor, LAR_SHAPE(3));
    lar_value y = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "test.Scale", .inputs = &x, .n_inputs = 1, .params = {{"factor", f}}});
    lar_value z = lar_draft_input(d, "Z", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS));
    lar_draft_unread_input(d, "note");
    uint32_t predict = lar_draft_method(d, "predict");
    lar_draft_output(d, predict, "scaled", y, LAR_NO_VALUE);
    lar_draft_output(d, predict, "same", z, LAR_NO_VALUE);
    return d;
}

/* DRAFT as a block aligned to 64 that the caller frees, or NULL. Frees DRAFT. */
static inline void *tiny_block(struct lar_draft *draft, const char *report, size_t *ret_size,
                               struct lar_error *err)
{
    void *block = NULL;
    *ret_size = draft ? lar_flat_size(draft, strlen(report), err) : 0;
    if (*ret_size)
        block = aligned_alloc(64, *ret_size);
    if (block)
        lar_flat_fill(draft, report, strlen(report), block);
    lar_draft_free(draft);
    return block;
}

#endif

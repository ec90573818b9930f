/* Constants and nodes of a draft; see draft.h.
 * SPDX-License-Identifier: MIT */
#include "graph/draft_private.h"

#include <stdarg.h>
#include <string.h>

lar_value lar_draft_constant(struct lar_draft *draft, const struct lar_tensor *t)
{
    struct lar_value_info info = {.type = t->type, .layout = t->layout, .shape = t->shape};
    size_t sizes[LAR_FLAT_PARTS];
    struct lar_tensor *copy = lar_draft_alloc(draft, 1, sizeof *copy);
    if (!copy)
        return LAR_NO_VALUE;
    const char *fault = lar_constant_fault(&info);
    if (!fault && !lar_flat_parts(&info, lar_tensor_length(t), SIZE_MAX / 64, sizes))
        fault = "larger than memory";
    if (!fault && sizes[0] && t->type != LAR_TYPE_STRING && !t->data)
        fault = "without elements";
    if (!fault)
        fault = lar_tensor_fault(t, lar_tensor_length(t));
    if (fault)
        return lar_draft_fail(draft, LAR_ERR_FORMAT, "a constant is wrong: %s", fault);
    *copy = *t;
    info.constant = copy;
    return lar_draft_add_value(draft, &info, LAR_ORIGIN_CONSTANT);
}

static lar_value dense(struct lar_draft *draft, enum lar_type type, const void *data,
                       struct lar_shape shape)
{
    const struct lar_tensor t = {
        .type = type, .layout = LAR_LAYOUT_DENSE, .shape = shape, .data = (void *)data};
    return lar_draft_constant(draft, &t);
}

lar_value lar_draft_f64(struct lar_draft *draft, const double *data, struct lar_shape shape)
{
    return dense(draft, LAR_TYPE_F64, data, shape);
}

lar_value lar_draft_i64(struct lar_draft *draft, const int64_t *data, struct lar_shape shape)
{
    return dense(draft, LAR_TYPE_I64, data, shape);
}

static lar_value scalar(struct lar_draft *draft, enum lar_type type, const void *value)
{
    void *copy = lar_draft_alloc(draft, 1, lar_type_size(type));
    if (!copy)
        return LAR_NO_VALUE;
    memcpy(copy, value, lar_type_size(type));
    return dense(draft, type, copy, LAR_SCALAR);
}

lar_value lar_draft_scalar_f64(struct lar_draft *draft, double v)
{
    return scalar(draft, LAR_TYPE_F64, &v);
}

lar_value lar_draft_scalar_i64(struct lar_draft *draft, int64_t v)
{
    return scalar(draft, LAR_TYPE_I64, &v);
}

lar_value lar_draft_scalar_bool(struct lar_draft *draft, bool v)
{
    return scalar(draft, LAR_TYPE_BOOL, &v);
}

lar_value lar_draft_strings(struct lar_draft *draft, const char *const *texts,
                            const size_t *lengths, const uint8_t *kinds, size_t n)
{
    size_t bytes = 0;
    struct lar_tensor t = {.type = LAR_TYPE_STRING,
                           .layout = LAR_LAYOUT_DENSE,
                           .shape = LAR_SHAPE((int64_t)n),
                           .offsets = lar_draft_alloc(draft, n + 1, sizeof *t.offsets),
                           .kinds = lar_draft_alloc(draft, n, 1)};
    if (!t.offsets || !t.kinds)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < n; i++) {
        t.kinds[i] = kinds ? kinds[i] : LAR_STRING_TEXT;
        if (t.kinds[i] == LAR_STRING_TEXT)
            bytes += lengths ? lengths[i] : strlen(texts[i]);
        t.offsets[i + 1] = bytes;
    }
    t.data = lar_draft_alloc(draft, bytes, 1);
    if (!t.data)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < n; i++)
        if (t.offsets[i + 1] > t.offsets[i])
            memcpy((char *)t.data + t.offsets[i], texts[i], t.offsets[i + 1] - t.offsets[i]);
    return lar_draft_constant(draft, &t);
}

/* Copies the inputs into NODE; RET gets what is known of them. */
static bool gather_inputs(struct lar_draft *draft, const struct lar_node_args *args,
                          struct lar_draft_node *node, const struct lar_value_info **ret)
{
    for (uint32_t i = 0; i < node->n_inputs; i++) {
        lar_value value = node->inputs[i] = args->inputs[i];
        if (value != LAR_NO_VALUE && value >= draft->n_values)
            return lar_fail(&draft->failure, LAR_ERR_INTERNAL, "%s: input %u is no value", args->op,
                            i);
        ret[i] = value == LAR_NO_VALUE ? NULL : &draft->values[value].info;
    }
    return true;
}

/* The same for the params that are given. */
static bool gather_params(struct lar_draft *draft, const struct lar_node_args *args,
                          struct lar_draft_node *node, struct lar_param *ret)
{
    for (uint32_t i = 0; i < LAR_NODE_PARAMS && args->params[i].name; i++) {
        const char *name = args->params[i].name;
        lar_value value = args->params[i].value;
        if (value == LAR_NO_VALUE)
            continue;
        if (value >= draft->n_values || draft->values[value].origin != LAR_ORIGIN_CONSTANT)
            return lar_fail(&draft->failure, LAR_ERR_INTERNAL, "%s: parameter '%s' is no constant",
                            args->op, name);
        ret[node->n_params] = (struct lar_param){name, draft->values[value].info.constant};
        node->params[node->n_params++] = (struct lar_draft_param){name, value};
    }
    return true;
}

/* Names of params are the caller's; the signature's live as long as the draft. */
static void own_param_names(struct lar_draft_node *node)
{
    for (uint32_t i = 0; i < node->n_params; i++) {
        const struct lar_param_rule *rule = node->signature->params;
        while (strcmp(rule->name, node->params[i].name) != 0)
            rule++;
        node->params[i].name = rule->name;
    }
}

/* Fills NODE and infers the types of its OUTPUTS. */
static bool make_node(struct lar_draft *draft, const struct lar_node_args *args,
                      struct lar_draft_node *node, struct lar_value_info *outputs)
{
    struct lar_param params[LAR_NODE_PARAMS];
    uint32_t given = 0;
    while (given < LAR_NODE_PARAMS && args->params[given].name)
        given++;
    const struct lar_value_info **inputs = lar_draft_alloc(draft, node->n_inputs, sizeof(void *));
    node->inputs = lar_draft_alloc(draft, node->n_inputs, sizeof *node->inputs);
    node->params = lar_draft_alloc(draft, given, sizeof *node->params);
    if (!inputs || !node->inputs || !node->params || !gather_inputs(draft, args, node, inputs) ||
        !gather_params(draft, args, node, params))
        return false;
    const struct lar_node_info info = {.signature = node->signature,
                                       .inputs = inputs,
                                       .params = params,
                                       .n_inputs = node->n_inputs,
                                       .n_params = node->n_params,
                                       .n_outputs = node->n_outputs};
    if (!lar_node_infer(&info, outputs, &draft->failure))
        return false;
    own_param_names(node);
    return true;
}

lar_value lar_draft_node(struct lar_draft *draft, const struct lar_node_args *args)
{
    struct lar_draft_node node = {.signature = draft->operators->find(args->op, args->version),
                                  .first_output = draft->n_values,
                                  .n_inputs = args->n_inputs,
                                  .n_outputs = args->n_outputs ? args->n_outputs : 1};
    if (!lar_draft_reserve(draft, &draft->nodes, draft->n_nodes, &draft->cap_nodes,
                           sizeof *draft->nodes))
        return LAR_NO_VALUE;
    if (!node.signature && args->version)
        return lar_draft_fail(draft, LAR_ERR_UNSUPPORTED, "operator %s version %u is not supported",
                              args->op, args->version);
    if (!node.signature)
        return lar_draft_fail(draft, LAR_ERR_UNSUPPORTED, "operator %s is not supported", args->op);
    struct lar_value_info *outputs = lar_draft_alloc(draft, node.n_outputs, sizeof *outputs);
    if (!outputs || !make_node(draft, args, &node, outputs))
        return LAR_NO_VALUE;
    for (uint32_t i = 0; i < node.n_outputs; i++)
        if (lar_draft_add_value(draft, &outputs[i], LAR_ORIGIN_NODE) == LAR_NO_VALUE)
            return LAR_NO_VALUE;
    draft->nodes[draft->n_nodes++] = node;
    return node.first_output;
}

lar_value lar_draft_apply(struct lar_draft *draft, const char *op, uint32_t n_inputs, ...)
{
    lar_value *inputs = lar_draft_alloc(draft, n_inputs, sizeof *inputs);
    if (!inputs)
        return LAR_NO_VALUE;
    va_list args;
    va_start(args, n_inputs);
    for (uint32_t i = 0; i < n_inputs; i++)
        inputs[i] = va_arg(args, lar_value);
    va_end(args);
    return lar_draft_node(
        draft, &(struct lar_node_args){.op = op, .inputs = inputs, .n_inputs = n_inputs});
}

/* What holds for the nodes of every operator; see operator.h.
 * SPDX-License-Identifier: MIT */
#include "graph/operator.h"

#include <assert.h>
#include <string.h>

const struct lar_tensor *lar_node_param(const struct lar_node_info *node, const char *name)
{
    for (uint32_t i = 0; i < node->n_params; i++)
        if (node->params[i].name[0] == name[0] && strcmp(node->params[i].name, name) == 0)
            return node->params[i].tensor;
    return NULL;
}

int64_t lar_node_param_i64(const struct lar_node_info *node, const char *name, int64_t fallback)
{
    const struct lar_tensor *t = lar_node_param(node, name);
    if (!t)
        return fallback;
    assert(t->shape.rank == 0);
    switch (t->type) {
    case LAR_TYPE_BOOL:
    case LAR_TYPE_U8: return *(const uint8_t *)t->data;
    case LAR_TYPE_U16: return *(const uint16_t *)t->data;
    case LAR_TYPE_U32: return *(const uint32_t *)t->data;
    case LAR_TYPE_I8: return *(const int8_t *)t->data;
    case LAR_TYPE_I16: return *(const int16_t *)t->data;
    case LAR_TYPE_I32: return *(const int32_t *)t->data;
    default: assert(t->type == LAR_TYPE_I64); return *(const int64_t *)t->data;
    }
}

double lar_node_param_f64(const struct lar_node_info *node, const char *name, double fallback)
{
    const struct lar_tensor *t = lar_node_param(node, name);
    if (!t)
        return fallback;
    assert(t->shape.rank == 0);
    if (t->type == LAR_TYPE_F32)
        return (double)*(const float *)t->data;
    assert(t->type == LAR_TYPE_F64);
    return *(const double *)t->data;
}

static bool check_numbers(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_signature *s = node->signature;
    if (node->n_inputs < s->min_inputs || node->n_inputs > s->max_inputs)
        return lar_fail(err, LAR_ERR_FORMAT, "%u inputs where %u to %u are taken", node->n_inputs,
                        s->min_inputs, s->max_inputs);
    if (node->n_outputs < s->min_outputs || node->n_outputs > s->max_outputs)
        return lar_fail(err, LAR_ERR_FORMAT, "%u outputs where %u to %u are given", node->n_outputs,
                        s->min_outputs, s->max_outputs);
    for (uint32_t i = 0; i < s->min_inputs; i++)
        if (!node->inputs[i])
            return lar_fail(err, LAR_ERR_FORMAT, "input %u is left out but needed", i);
    return true;
}

/* The place of NAME in the signature's list of rules, or -1. */
static int rule_of(const struct lar_signature *s, const char *name)
{
    for (int i = 0; s->params && s->params[i].name; i++)
        if (strcmp(s->params[i].name, name) == 0)
            return i;
    return -1;
}

static bool check_param(const struct lar_param *param, const struct lar_param_rule *rule,
                        struct lar_error *err)
{
    const struct lar_tensor *t = param->tensor;
    if (rule->rank >= 0 && t->shape.rank != (uint32_t)rule->rank)
        return lar_fail(err, LAR_ERR_FORMAT, "parameter '%s' has rank %u, not %d", param->name,
                        t->shape.rank, rule->rank);
    if (rule->type == LAR_TYPE_END)
        return true;
    if (t->type != rule->type || t->layout != LAR_LAYOUT_DENSE)
        return lar_fail(err, LAR_ERR_FORMAT, "parameter '%s' is %s%s, not %s", param->name,
                        t->layout == LAR_LAYOUT_DENSE ? "" : "sparse ", lar_type_name(t->type),
                        lar_type_name(rule->type));
    return true;
}

static bool check_params(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_signature *s = node->signature;
    uint64_t seen = 0; /* rules */
    for (uint32_t i = 0; i < node->n_params; i++) {
        const struct lar_param *param = &node->params[i];
        int rule = rule_of(s, param->name);
        if (rule < 0)
            return lar_fail(err, LAR_ERR_FORMAT, "it has no parameter '%s'", param->name);
        assert(rule < 64);
        if (seen & UINT64_C(1) << rule)
            return lar_fail(err, LAR_ERR_FORMAT, "parameter '%s' is given twice", param->name);
        seen |= UINT64_C(1) << rule;
        if (!check_param(param, &s->params[rule], err))
            return false;
    }
    for (int i = 0; s->params && s->params[i].name; i++)
        if (!s->params[i].optional && !(seen & UINT64_C(1) << i))
            return lar_fail(err, LAR_ERR_FORMAT, "parameter '%s' is missing", s->params[i].name);
    return true;
}

/* Shapes of hostile sizes may multiply to something that is none. */
static bool check_results(const struct lar_node_info *node, struct lar_value_info *ret,
                          struct lar_error *err)
{
    for (uint32_t i = 0; i < node->n_outputs; i++) {
        ret[i].constant = NULL;
        for (uint32_t k = ret[i].shape.rank; k < LAR_MAX_RANK; k++)
            ret[i].shape.dims[k] = 0;
        bool dense = ret[i].layout == LAR_LAYOUT_DENSE;
        bool csr = ret[i].layout == LAR_LAYOUT_CSR && ret[i].shape.rank == 2 &&
                   (ret[i].type == LAR_TYPE_F32 || ret[i].type == LAR_TYPE_F64);
        if (ret[i].type < LAR_TYPE_BOOL || ret[i].type >= LAR_TYPE_END || !(dense || csr))
            return lar_fail(err, LAR_ERR_INTERNAL, "no type was inferred for output %u", i);
        if (!lar_shape_valid(&ret[i].shape))
            return lar_fail(err, LAR_ERR_LIMIT,
                            "the shape of output %u is out of range (at most %d dimensions of at "
                            "most 2^40)",
                            i, LAR_MAX_RANK);
    }
    return true;
}

bool lar_node_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                    struct lar_error *err)
{
    memset(ret, 0, node->n_outputs * sizeof *ret);
    if (!check_numbers(node, err) || !check_params(node, err) ||
        !node->signature->infer(node, ret, err) || !check_results(node, ret, err))
        return lar_error_within(err, "%s", node->signature->name);
    return true;
}

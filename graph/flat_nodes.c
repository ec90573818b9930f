/* Nodes, their links and parameters; see flat_check.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_check.h"

/* Where the next node's entries are. */
struct walk {
    const uint32_t *link;
    const struct lar_flat_param_record *record;
    struct lar_param *param;
    lar_value value; /* the first that no node has given yet */
};

static bool check_links(struct lar_flat_check *c, struct walk *walk, struct lar_flat_node *node,
                        struct lar_error *err)
{
    node->inputs = walk->link;
    node->outputs = walk->link + node->n_inputs;
    walk->link += (size_t)node->n_inputs + node->n_outputs;
    for (uint32_t i = 0; i < node->n_outputs; i++) {
        lar_value value = lar_flat_next_value(c, LAR_ORIGIN_NODE, walk->value);
        if (value == c->graph.n_values || node->outputs[i] != value)
            return lar_fail(err, LAR_ERR_FORMAT,
                            "output %u is value %u, not the next that a node gives", i,
                            node->outputs[i]);
        walk->value = value + 1;
    }
    for (uint32_t i = 0; i < node->n_inputs; i++) {
        lar_value value = node->inputs[i];
        if (value != LAR_NO_VALUE && value >= node->outputs[0])
            return lar_fail(err, LAR_ERR_FORMAT, "input %u is value %u, which does not exist yet",
                            i, value);
    }
    return true;
}

static bool check_params(struct lar_flat_check *c, struct walk *walk, struct lar_flat_node *node,
                         struct lar_error *err)
{
    node->params = walk->param;
    for (uint32_t i = 0; i < node->n_params; i++, walk->record++, walk->param++) {
        if (walk->record->name >= c->header.n_names)
            return lar_fail(err, LAR_ERR_FORMAT, "parameter %u: there is no name %u", i,
                            walk->record->name);
        if (walk->record->value >= node->outputs[0] ||
            c->origins[walk->record->value] != LAR_ORIGIN_CONSTANT)
            return lar_fail(err, LAR_ERR_FORMAT, "parameter %u: value %u is no earlier constant", i,
                            walk->record->value);
        walk->param->name = c->names[walk->record->name];
        walk->param->tensor = c->flat->values[walk->record->value].constant;
    }
    return true;
}

static bool check_types(struct lar_flat_check *c, uint32_t index, struct lar_error *err)
{
    const struct lar_flat_node *node = &c->flat->nodes[index];
    const struct lar_node_info info = lar_flat_node_info(c->flat, index, c->node_inputs);
    if (!lar_node_infer(&info, c->node_outputs, err))
        return false;
    for (uint32_t i = 0; i < node->n_outputs; i++) {
        const struct lar_value_info *is = &c->flat->values[node->outputs[i]];
        const struct lar_value_info *should = &c->node_outputs[i];
        if (is->type != should->type || is->layout != should->layout ||
            !lar_shape_equal(&is->shape, &should->shape))
            return lar_fail(err, LAR_ERR_FORMAT,
                            "%s: output %u has another type or shape than follows from the inputs",
                            node->signature->name, i);
    }
    return true;
}

static bool check_node(struct lar_flat_check *c, struct walk *walk, uint32_t index,
                       struct lar_error *err)
{
    const struct lar_flat_node_record *record =
        (const void *)(c->block + c->places.nodes + index * sizeof *record);
    struct lar_flat_node *node = &c->flat->nodes[index];
    if (record->op >= c->header.n_names)
        return lar_fail(err, LAR_ERR_FORMAT, "there is no name %u", record->op);
    node->signature = c->operators->find(c->names[record->op], record->version);
    if (!node->signature || node->signature->version != record->version)
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "operator %.100s version %u is not known: compile the model again",
                        c->names[record->op], record->version);
    node->n_inputs = record->n_inputs;
    node->n_outputs = record->n_outputs;
    node->n_params = record->n_params;
    return check_links(c, walk, node, err) && check_params(c, walk, node, err) &&
           check_types(c, index, err);
}

bool lar_flat_check_nodes(struct lar_flat_check *c, struct lar_error *err)
{
    struct walk walk = {.link = (const void *)(c->block + c->places.links),
                        .record = (const void *)(c->block + c->places.params),
                        .param = c->params};
    for (uint32_t i = 0; i < c->graph.n_nodes; i++)
        if (!check_node(c, &walk, i, err))
            return lar_error_within(err, "node %u", i);
    lar_value rest = lar_flat_next_value(c, LAR_ORIGIN_NODE, walk.value);
    if (rest != c->graph.n_values)
        return lar_fail(err, LAR_ERR_FORMAT, "value %u: no node gives it", rest);
    return true;
}

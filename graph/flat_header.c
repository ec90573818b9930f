/* The block as a whole: header, counts, names, report. See flat_check.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_check.h"
#include "graph/text.h"

#include <string.h>

static bool check_identity(const struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_header *h = &c->header;
    if (memcmp(h->magic, LAR_FLAT_MAGIC, sizeof h->magic) != 0)
        return lar_fail(err, LAR_ERR_FORMAT, "header: this is no compiled model");
    if (h->version != LAR_FLAT_VERSION)
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "header: format version %u, not %u: compile the model again", h->version,
                        LAR_FLAT_VERSION);
    if (h->operators != c->operators->version)
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "header: operators of version %u, not %u: compile the model again",
                        h->operators, c->operators->version);
    if (h->size > c->size)
        return lar_fail(err, LAR_ERR_TRUNCATED, "header: the block is cut short");
    if (h->size != c->size || h->size % LAR_FLAT_ALIGN)
        return lar_fail(err, LAR_ERR_FORMAT, "header: wrong size of the block");
    if (h->n_graphs != 1)
        return lar_fail(err, LAR_ERR_FORMAT, "header: %u graphs, not 1", h->n_graphs);
    if (h->zero[0] || h->zero[1] || h->zero[2])
        return lar_fail(err, LAR_ERR_FORMAT, "header: bytes that must be zero are not");
    return true;
}

static bool check_limits(const struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_header *h = &c->header;
    const struct lar_flat_graph *g = &c->graph;
    const struct {
        const char *name;
        uint32_t value, most;
    } counts[] = {
        {"names", h->n_names, LAR_FLAT_MOST},
        {"bytes of names", h->names_size, LAR_FLAT_NAMES},
        {"bytes of the report", h->report_size, LAR_FLAT_MOST},
        {"methods", h->n_methods, LAR_FLAT_METHODS},
        {"inputs of methods", h->n_method_inputs, LAR_FLAT_MOST},
        {"values", g->n_values, LAR_FLAT_MOST},
        {"constants", g->n_constants, LAR_FLAT_MOST},
        {"nodes", g->n_nodes, LAR_FLAT_MOST},
        {"links", g->n_links, LAR_FLAT_MOST},
        {"parameters", g->n_params, LAR_FLAT_MOST},
        {"inputs", g->n_inputs, LAR_FLAT_MOST},
        {"outputs", g->n_outputs, LAR_FLAT_MOST},
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (counts[i].value > counts[i].most)
            return lar_fail(err, LAR_ERR_LIMIT, "header: %u %s, at most %u are allowed",
                            counts[i].value, counts[i].name, counts[i].most);
    if (h->default_method >= h->n_methods)
        return lar_fail(err, LAR_ERR_FORMAT, "header: default method %u of %u", h->default_method,
                        h->n_methods);
    if (g->zero)
        return lar_fail(err, LAR_ERR_FORMAT, "graph 0: bytes that must be zero are not");
    return true;
}

static bool check_report(const struct lar_flat_check *c, struct lar_error *err)
{
    const uint8_t *report = c->block + c->places.report;
    if (!lar_flat_all_zero(report + c->header.report_size, c->block + c->places.data))
        return lar_fail(err, LAR_ERR_FORMAT, "report: bytes after it are not zero");
    if (memchr(report, 0, c->header.report_size) ||
        !lar_text_valid(report, c->header.report_size, false))
        return lar_fail(err, LAR_ERR_FORMAT, "report: not UTF-8 text");
    return true;
}

bool lar_flat_check_header(struct lar_flat_check *c, struct lar_error *err)
{
    if ((uintptr_t)c->block % LAR_FLAT_ALIGN)
        return lar_fail(err, LAR_ERR_INTERNAL, "the block is not aligned to %d bytes",
                        LAR_FLAT_ALIGN);
    if (c->size < sizeof c->header + sizeof c->graph)
        return lar_fail(err, LAR_ERR_TRUNCATED, "header: the block is cut short");
    memcpy(&c->header, c->block, sizeof c->header);
    memcpy(&c->graph, c->block + sizeof c->header, sizeof c->graph);
    if (!check_identity(c, err) || !check_limits(c, err))
        return false;
    c->places = lar_flat_place(&c->header, &c->graph);
    if (c->places.data > c->size)
        return lar_fail(err, LAR_ERR_FORMAT, "header: the tables do not fit the block");
    return check_report(c, err);
}

static bool check_node_counts(struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_node_record *node = (const void *)(c->block + c->places.nodes);
    uint64_t links = 0, params = 0;
    for (uint32_t i = 0; i < c->graph.n_nodes; i++, node++) {
        if (node->n_outputs == 0)
            return lar_fail(err, LAR_ERR_FORMAT, "node %u: no outputs", i);
        if (node->zero)
            return lar_fail(err, LAR_ERR_FORMAT, "node %u: bytes that must be zero are not", i);
        links += (uint64_t)node->n_inputs + node->n_outputs;
        params += node->n_params;
        c->max_inputs = node->n_inputs > c->max_inputs ? node->n_inputs : c->max_inputs;
        c->max_outputs = node->n_outputs > c->max_outputs ? node->n_outputs : c->max_outputs;
    }
    if (links != c->graph.n_links || params != c->graph.n_params)
        return lar_fail(err, LAR_ERR_FORMAT,
                        "nodes: their links or parameters are not as many as the graph has");
    return true;
}

bool lar_flat_check_counts(struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_method_record *method = (const void *)(c->block + c->places.methods);
    uint64_t inputs = 0, outputs = 0;
    for (uint32_t i = 0; i < c->header.n_methods; i++, method++) {
        if (method->n_outputs == 0)
            return lar_fail(err, LAR_ERR_FORMAT, "method %u: no outputs", i);
        if (method->zero)
            return lar_fail(err, LAR_ERR_FORMAT, "method %u: bytes that must be zero are not", i);
        inputs += method->n_inputs;
        outputs += method->n_outputs;
    }
    if (inputs != c->header.n_method_inputs || outputs != c->graph.n_outputs)
        return lar_fail(err, LAR_ERR_FORMAT,
                        "methods: their inputs or outputs are not as many as the graph has");
    return check_node_counts(c, err);
}

bool lar_flat_check_names(struct lar_flat_check *c, struct lar_error *err)
{
    const char *at = (const char *)c->block + c->places.names;
    const char *end = (const char *)c->block + c->places.report;
    for (uint32_t i = 0; i < c->header.n_names; i++) {
        const char *nul = memchr(at, 0, (size_t)(end - at));
        if (!nul)
            return lar_fail(err, LAR_ERR_FORMAT, "name %u: not terminated", i);
        if (nul - at > LAR_FLAT_NAME)
            return lar_fail(err, LAR_ERR_LIMIT, "name %u: longer than %d bytes", i, LAR_FLAT_NAME);
        if (!lar_text_valid(at, (size_t)(nul - at), true))
            return lar_fail(err, LAR_ERR_FORMAT, "name %u: not UTF-8", i);
        if (i > 0 && strcmp(c->names[i - 1], at) >= 0)
            return lar_fail(err, LAR_ERR_FORMAT, "name %u: not above the one before", i);
        c->names[i] = at;
        at = nul + 1;
    }
    if (at != end)
        return lar_fail(err, LAR_ERR_FORMAT, "names: more bytes than names");
    return true;
}

/* What of a draft is written, under which numbers, and how many bytes that takes; see flat.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat.h"

#include "base/checked.h"
#include "graph/flat_write.h"

#include <stdlib.h>
#include <string.h>

/* Marks what each method needs, from its outputs backwards; draft order is topological order. */
static void find_needs(const struct lar_draft *draft, struct lar_flat_writing *w)
{
    for (uint32_t i = 0; i < draft->n_outputs; i++) {
        const struct lar_draft_output *out = &draft->outputs[i];
        w->need[out->value] |= UINT64_C(1) << out->method;
        if (out->labels != LAR_NO_VALUE)
            w->need[out->labels] |= UINT64_C(1) << out->method;
    }
    for (uint32_t i = draft->n_nodes; i-- > 0;) {
        const struct lar_draft_node *node = &draft->nodes[i];
        uint64_t need = 0;
        for (uint32_t k = 0; k < node->n_outputs; k++)
            need |= w->need[node->first_output + k];
        for (uint32_t k = 0; k < node->n_outputs; k++)
            w->need[node->first_output + k] = need;
        for (uint32_t k = 0; k < node->n_inputs; k++)
            if (node->inputs[k] != LAR_NO_VALUE)
                w->need[node->inputs[k]] |= need;
        for (uint32_t k = 0; k < node->n_params; k++)
            w->need[node->params[k].value] |= need;
    }
    for (uint32_t i = 0; i < draft->n_inputs; i++)
        if (draft->inputs[i].columns != LAR_NO_VALUE)
            w->need[draft->inputs[i].columns] |= w->need[draft->inputs[i].value];
}

/* Numbers what is needed and counts it, but for the names. */
static bool count(const struct lar_draft *draft, struct lar_flat_writing *w, struct lar_error *err)
{
    uint64_t links = 0, params = 0, method_inputs = 0;
    for (uint32_t i = 0; i < draft->n_values; i++) {
        w->number[i] = w->need[i] ? w->graph.n_values++ : LAR_NO_VALUE;
        w->graph.n_constants += w->need[i] && draft->values[i].origin == LAR_ORIGIN_CONSTANT;
    }
    for (uint32_t i = 0; i < draft->n_nodes; i++) {
        const struct lar_draft_node *node = &draft->nodes[i];
        if (!lar_writing_keeps_node(w, node))
            continue;
        w->graph.n_nodes++;
        links += (uint64_t)node->n_inputs + node->n_outputs;
        params += node->n_params;
    }
    for (uint32_t m = 0; m < draft->n_methods; m++)
        for (uint32_t i = 0; i < draft->n_inputs; i++)
            method_inputs += lar_writing_takes(w, m, &draft->inputs[i]);
    if (links > LAR_FLAT_MOST || params > LAR_FLAT_MOST || method_inputs > LAR_FLAT_MOST)
        return lar_fail(err, LAR_ERR_LIMIT,
                        "the graph has more than %d links, parameters or inputs"
                        " of methods",
                        LAR_FLAT_MOST);
    w->graph.n_links = (uint32_t)links;
    w->graph.n_params = (uint32_t)params;
    w->graph.n_inputs = draft->n_inputs;
    w->graph.n_outputs = draft->n_outputs;
    w->header.n_methods = draft->n_methods;
    w->header.n_method_inputs = (uint32_t)method_inputs;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two of KIND that have one name. RECORD i of SIZE bytes begins with its name; sorts a copy. */
static bool check_unique(struct lar_draft *draft, const char *kind, const void *records,
                         size_t size, uint32_t n, struct lar_error *err)
{
    const char **names = lar_draft_alloc(draft, n, sizeof *names);
    if (!names)
        return lar_draft_ok(draft, err);
    for (uint32_t i = 0; i < n; i++)
        memcpy(&names[i], (const char *)records + i * size, sizeof *names);
    qsort(names, n, sizeof *names, by_text);
    for (uint32_t i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return lar_fail(err, LAR_ERR_FORMAT, "two %s are called '%s'", kind, names[i]);
    return true;
}

/* All names of the block, ascending, each once. */
static bool sort_names(struct lar_draft *draft, struct lar_flat_writing *w, struct lar_error *err)
{
    size_t n = 0, most = (size_t)w->graph.n_nodes + w->graph.n_params + w->graph.n_inputs +
                         w->graph.n_outputs + w->header.n_methods;
    const char **names = w->names = lar_draft_alloc(draft, most, sizeof *names);
    if (!names)
        return lar_draft_ok(draft, err);
    for (uint32_t i = 0; i < draft->n_nodes; i++) {
        const struct lar_draft_node *node = &draft->nodes[i];
        if (!lar_writing_keeps_node(w, node))
            continue;
        names[n++] = node->signature->name;
        for (uint32_t k = 0; k < node->n_params; k++)
            names[n++] = node->params[k].name;
    }
    for (uint32_t i = 0; i < draft->n_inputs; i++)
        names[n++] = draft->inputs[i].name;
    for (uint32_t i = 0; i < draft->n_outputs; i++)
        names[n++] = draft->outputs[i].name;
    for (uint32_t i = 0; i < draft->n_methods; i++)
        names[n++] = draft->methods[i];
    qsort(names, n, sizeof *names, by_text);
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && strcmp(names[w->header.n_names - 1], names[i]) == 0)
            continue;
        names[w->header.n_names++] = names[i];
        bytes += strlen(names[i]) + 1;
    }
    if (w->header.n_names > LAR_FLAT_MOST || bytes > LAR_FLAT_NAMES)
        return lar_fail(err, LAR_ERR_LIMIT, "the graph's names take more than %d bytes",
                        LAR_FLAT_NAMES);
    w->header.names_size = (uint32_t)bytes;
    return true;
}

static bool check_methods(const struct lar_draft *draft, struct lar_flat_writing *w,
                          struct lar_error *err)
{
    bool has_output[LAR_FLAT_METHODS] = {false};
    if (draft->n_methods == 0)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the model has no method");
    if (draft->n_methods > LAR_FLAT_METHODS)
        return lar_fail(err, LAR_ERR_LIMIT, "the model has %u methods, more than %d",
                        draft->n_methods, LAR_FLAT_METHODS);
    for (uint32_t i = 0; i < draft->n_outputs; i++)
        has_output[draft->outputs[i].method] = true;
    w->header.default_method = draft->default_method ? LAR_NO_VALUE : 0;
    for (uint32_t i = 0; i < draft->n_methods; i++) {
        if (!has_output[i])
            return lar_fail(err, LAR_ERR_INTERNAL, "method '%s' has no output", draft->methods[i]);
        if (draft->default_method && strcmp(draft->methods[i], draft->default_method) == 0)
            w->header.default_method = i;
    }
    if (w->header.default_method == LAR_NO_VALUE)
        return lar_fail(err, LAR_ERR_NOTFOUND, "the model has no method '%s' to be its default",
                        draft->default_method);
    return true;
}

/* Where everything goes, and the block's size. */
static bool place(const struct lar_draft *draft, struct lar_flat_writing *w, size_t report_size,
                  struct lar_error *err)
{
    if (report_size > LAR_FLAT_MOST)
        return lar_fail(err, LAR_ERR_LIMIT, "the report is longer than %d bytes", LAR_FLAT_MOST);
    memcpy(w->header.magic, LAR_FLAT_MAGIC, sizeof w->header.magic);
    w->header.version = LAR_FLAT_VERSION;
    w->header.operators = draft->operators->version;
    w->header.n_graphs = 1;
    w->header.report_size = (uint32_t)report_size;
    w->places = lar_flat_place(&w->header, &w->graph);
    size_t end = w->places.data;
    for (uint32_t i = 0; i < draft->n_values; i++) {
        const struct lar_value_info *info = &draft->values[i].info;
        size_t sizes[LAR_FLAT_PARTS];
        if (w->number[i] == LAR_NO_VALUE || draft->values[i].origin != LAR_ORIGIN_CONSTANT)
            continue;
        (void)lar_flat_parts(info, lar_tensor_length(info->constant), SIZE_MAX / 64, sizes);
        for (int k = 0; k < LAR_FLAT_PARTS; k++)
            if (!lar_add_size(end, lar_flat_align(sizes[k]), &end))
                return lar_fail(err, LAR_ERR_LIMIT, "the graph's constants pass 2^64 bytes");
    }
    w->header.size = end;
    return true;
}

size_t lar_flat_size(struct lar_draft *draft, size_t report_size, struct lar_error *err)
{
    struct lar_flat_writing *w = lar_draft_alloc(draft, 1, sizeof *w);
    uint64_t *need = lar_draft_alloc(draft, draft->n_values, sizeof *need);
    lar_value *number = lar_draft_alloc(draft, draft->n_values, sizeof *number);
    if (!w || !need || !number)
        return lar_draft_ok(draft, err);
    w->need = need;
    w->number = number;
    if (!check_methods(draft, w, err) ||
        !check_unique(draft, "methods", draft->methods, sizeof *draft->methods, draft->n_methods,
                      err) ||
        !check_unique(draft, "inputs", draft->inputs, sizeof *draft->inputs, draft->n_inputs,
                      err) ||
        !check_unique(draft, "outputs", draft->outputs, sizeof *draft->outputs, draft->n_outputs,
                      err))
        return 0;
    find_needs(draft, w);
    if (!count(draft, w, err) || !sort_names(draft, w, err) || !place(draft, w, report_size, err))
        return 0;
    draft->writing = w;
    return w->header.size;
}

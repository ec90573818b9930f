/* What is known of a model file, printed; see inspect.h.
 * SPDX-License-Identifier: MIT */
#include "cli/escape.h"
#include "cli/grid.h"
#include "cli/inspect.h"
#include "cli/reference.h"
#include "dialects/dialect.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE = 512, INTERFACE = 16 << 20, TREE_DEPTH = 32 };

/* ---- sizes ---- */

static size_t bytes_of(const struct lar_tensor *t)
{
    uint64_t n = lar_tensor_count(t), rows = t->shape.rank ? (uint64_t)t->shape.dims[0] : 1;
    if (t->layout == LAR_LAYOUT_CSR)
        return t->indptr[rows] * (lar_type_size(t->type) + sizeof *t->indices) +
               (rows + 1) * sizeof *t->indptr;
    if (t->type == LAR_TYPE_STRING)
        return t->offsets[n] + (n + 1) * sizeof *t->offsets + n;
    return n * lar_type_size(t->type);
}

/* The model's numbers and texts, as the compiled form holds them. */
static size_t sum_arrays(const struct lar_flat *flat, size_t *ret_n)
{
    size_t ret = 0;
    *ret_n = 0;
    for (uint32_t i = 0; i < flat->n_values; i++)
        if (flat->values[i].constant) {
            ret += bytes_of(flat->values[i].constant);
            ++*ret_n;
        }
    return ret;
}

/* ---- for people ---- */

__attribute__((format(printf, 3, 4))) static void fact(struct lar_grid *grid, const char *name,
                                                       const char *format, ...)
{
    char text[VALUE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lar_grid_fact(grid, name, text);
}

static void add_pickle(struct lar_grid *grid, const json_t *report)
{
    const json_t *pickle = json_object_get(report, "pickle");
    const char *container = lar_member(report, "container");
    if (!pickle)
        lar_grid_fact(grid, "container", container);
    else
        fact(grid, "pickle", "protocol %lld%s%s%s",
             (long long)json_integer_value(json_object_get(pickle, "protocol")),
             json_is_true(json_object_get(pickle, "joblib")) ? ", with joblib's arrays" : "",
             container ? ", in " : "", container ? container : "");
}

static void add_sizes(struct lar_grid *grid, const struct lar_local *local)
{
    char text[LAR_SIZE_TEXT];
    size_t n, arrays = sum_arrays(&local->flat, &n);
    json_int_t unpacked =
        json_integer_value(json_object_get(json_object_get(local->report, "pickle"), "bytes"));
    lar_grid_fact(grid, "size", lar_size_text((double)local->size, text));
    if (unpacked > 0 && lar_member(local->report, "container"))
        lar_grid_fact(grid, "unpacked", lar_size_text((double)unpacked, text));
    if (!local->plan)
        return;
    fact(grid, "arrays", "%s in %zu", lar_size_text((double)arrays, text), n);
    fact(grid, "compiled", "%s, %u operators", lar_size_text((double)local->map.size, text),
         local->flat.n_nodes);
}

/* The class tree, two blanks for each step inwards. */
static void add_tree(struct lar_grid *grid, const json_t *node, unsigned depth)
{
    const json_t *children = json_object_get(node, "children");
    const char *class = lar_member(node, "class"), *place = lar_member(node, "place");
    json_int_t count = json_integer_value(json_object_get(node, "count"));
    char times[40] = "";
    if (!class || depth == TREE_DEPTH)
        return;
    if (count)
        snprintf(times, sizeof times, " and %lld more like it", (long long)count - 1);
    fact(grid, depth ? "part" : "model", "%*s%s%s%s%s", (int)(2 * depth), "", place ? place : "",
         place ? ": " : "", class, times);
    for (size_t i = 0; i < json_array_size(children); i++)
        add_tree(grid, json_array_get(children, i), depth + 1);
    if (json_is_true(json_object_get(node, "more")))
        lar_grid_fact(grid, "part", "  ... and more");
}

static void add_value(struct lar_grid *grid, const char *what, const struct lar_flat *flat,
                      const char *name, lar_value value)
{
    char shape[128];
    if (value == LAR_NO_VALUE) {
        fact(grid, what, "%s: not used", name);
        return;
    }
    const struct lar_value_info *info = &flat->values[value];
    fact(grid, what, "%s: %s %s", name, lar_type_name(info->type),
         lar_shape_print(&info->shape, shape, sizeof shape));
}

static void add_columns(struct lar_grid *grid, const struct lar_flat *flat, const char *name,
                        lar_value list)
{
    char text[VALUE];
    size_t used = 0;
    const struct lar_tensor *t = list == LAR_NO_VALUE ? NULL : flat->values[list].constant;
    if (!t || t->type != LAR_TYPE_STRING)
        return;
    for (uint64_t i = 0; i < lar_tensor_count(t) && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? ", " : "",
                                 (int)(t->offsets[i + 1] - t->offsets[i]),
                                 (const char *)t->data + t->offsets[i]);
    lar_grid_fact(grid, name, used ? text : NULL);
}

/* How rows that are objects become the input's features and the next one's values. */
static void add_records(struct lar_grid *grid, const struct lar_flat *flat,
                        const struct lar_flat_input *input)
{
    const struct lar_tensor *separator = flat->values[input->columns].constant;
    fact(grid, "records", "rows are objects of numbers, texts (key%.*stext)%s%s",
         separator->offsets[1] < 40 ? (int)separator->offsets[1] : 40,
         (const char *)separator->data,
         input->records & LAR_RECORDS_LISTS ? ", lists of texts" : "",
         input->records & LAR_RECORDS_NULLS ? ", null" : "");
}

static void add_interface(struct lar_grid *grid, const struct lar_flat *flat)
{
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        add_value(grid, "input", flat, flat->inputs[i].name, flat->inputs[i].value);
        if (flat->inputs[i].records)
            add_records(grid, flat, &flat->inputs[i]);
        else
            add_columns(grid, flat, "columns", flat->inputs[i].columns);
    }
    for (uint32_t i = 0; i < flat->n_methods; i++) {
        const struct lar_flat_method *m = &flat->methods[i];
        fact(grid, "method", "%s%s", m->name, i == flat->default_method ? " (default)" : "");
        for (uint32_t k = 0; k < m->n_outputs; k++) {
            const struct lar_flat_output *o = &flat->outputs[m->first_output + k];
            add_value(grid, "output", flat, o->name, o->value);
            add_columns(grid, flat, "labels", o->labels);
        }
    }
}

static void add_globals(struct lar_grid *grid, const json_t *report)
{
    const json_t *globals = json_object_get(report, "globals");
    json_int_t all =
        json_integer_value(json_object_get(json_object_get(report, "pickle"), "globals"));
    size_t n = json_array_size(globals);
    for (size_t i = 0; i < n; i++) {
        const json_t *global = json_array_get(globals, i);
        const char *why = lar_member(global, "why");
        json_int_t count = json_integer_value(json_object_get(global, "count"));
        fact(grid, "global", "%s: %s%s%s%s, %lld time%s, first at byte %lld",
             lar_member(global, "verdict"), lar_member(global, "name"), why ? " (" : "",
             why ? why : "", why ? ")" : "", (long long)count, count == 1 ? "" : "s",
             (long long)json_integer_value(json_object_get(global, "at")));
    }
    if (all > (json_int_t)n)
        fact(grid, "global", "... and %lld more", (long long)all - (long long)n);
}

static void add_list(struct lar_grid *grid, const char *name, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        lar_grid_fact(grid, name, json_string_value(json_array_get(list, i)));
}

/* What MLflow's signature says of outputs and parameters, as it has them. */
static void add_signature(struct lar_grid *grid, const json_t *mlflow)
{
    static const char *const members[] = {"outputs", "params"};
    for (size_t k = 0; k < sizeof members / sizeof *members; k++) {
        const json_t *list = json_object_get(mlflow, members[k]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            char *text = json_dumps(json_array_get(list, i), JSON_ENCODE_ANY);
            if (text)
                fact(grid, "signature", "%s: %s", members[k], text);
            free(text);
        }
    }
}

bool lar_inspect_print(const struct lar_local *local, const char *file,
                       const struct lar_screen *screen, struct lar_error *err)
{
    struct lar_grid grid;
    const json_t *report = local->report;
    lar_grid_init_facts(&grid);
    lar_grid_fact(&grid, "file", file);
    lar_grid_fact(&grid, "servable", local->plan ? "yes" : "no");
    lar_grid_fact(&grid, "refused", local->refusal.code ? local->refusal.text : NULL);
    lar_grid_fact(&grid, "format", lar_member(report, "format"));
    lar_grid_fact(&grid, "skops", lar_member(report, "skops"));
    add_pickle(&grid, report);
    lar_grid_fact(&grid, "producer", lar_member(report, "producer"));
    add_sizes(&grid, local);
    lar_grid_fact(&grid, "sha256", local->sha256);
    add_tree(&grid, json_object_get(report, "tree"), 0);
    if (local->plan)
        add_interface(&grid, &local->flat);
    add_signature(&grid, json_object_get(report, "mlflow"));
    add_list(&grid, "warning", json_object_get(report, "warnings"));
    add_globals(&grid, report);
    bool ok = lar_grid_print(&grid, screen, err);
    lar_grid_finish(&grid);
    return ok;
}

/* ---- for programs ---- */

/* Inputs, outputs, methods and default_method, as /v1/models/M/versions tells them. */
static bool add_interface_json(json_t *root, const struct lar_flat *flat, struct lar_error *err)
{
    struct lar_text text;
    lar_text_init(&text, NULL, 0, INTERFACE);
    lar_text_char(&text, '{');
    lar_oip_write_interface(&text, flat);
    lar_text_char(&text, '}');
    bool ok = lar_text_ok(&text, err);
    json_t *interface = ok ? json_loadb(text.data, text.size, 0, NULL) : NULL;
    ok = ok && (json_object_update(root, interface) == 0 ||
                lar_fail(err, LAR_ERR_INTERNAL, "the model's interface cannot be written"));
    json_decref(interface);
    lar_text_finish(&text);
    return ok;
}

static bool add_all(json_t *root, const struct lar_local *local, const char *file,
                    struct lar_error *err)
{
    size_t n, arrays = sum_arrays(&local->flat, &n);
    char *shown = lar_escaped(file); /* JSON holds no names that are not UTF-8 */
    json_object_set_new(root, "file", json_string(shown ? shown : "?"));
    free(shown);
    json_object_set_new(root, "servable", json_boolean(local->plan != NULL));
    if (local->refusal.code) {
        char *text = lar_escaped(local->refusal.text);
        json_object_set_new(root, "error", json_string(text ? text : "?"));
        json_object_set_new(root, "error_code",
                            json_string(lar_error_code_name(local->refusal.code)));
        free(text);
    }
    json_object_set_new(root, "sha256", json_string(local->sha256));
    json_t *sizes = json_pack("{s:I}", "file", (json_int_t)local->size);
    if (local->plan) {
        json_object_set_new(sizes, "arrays", json_integer((json_int_t)arrays));
        json_object_set_new(sizes, "compiled", json_integer((json_int_t)local->map.size));
    }
    json_object_set_new(root, "sizes", sizes);
    return !local->plan || add_interface_json(root, &local->flat, err);
}

bool lar_inspect_print_json(const struct lar_local *local, const char *file,
                            const struct lar_screen *screen, struct lar_error *err)
{
    json_t *root = json_copy(local->report);
    char *text = NULL;
    bool ok = root && add_all(root, local, file, err);
    if (ok)
        text = json_dumps(root, JSON_ENSURE_ASCII | JSON_SORT_KEYS);
    if (text)
        fprintf(screen->file, "%s\n", text);
    free(text);
    json_decref(root);
    return text || lar_fail(err, LAR_ERR_NOMEM, "out of memory for the report");
}

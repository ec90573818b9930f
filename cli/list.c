/* larder list: models, or the versions of one.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/grid.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>

enum { SHORT_DIGEST = 12 };

/* "canary=2 default=1": all labels of a model. */
static const char *labels_of(const json_t *versions, char to[LAR_LABELS_TEXT])
{
    size_t at = 0;
    to[0] = '\0';
    for (size_t i = 0; i < json_array_size(versions); i++) {
        const json_t *version = json_array_get(versions, i);
        const json_t *labels = json_object_get(version, "labels");
        for (size_t k = 0; k < json_array_size(labels) && at < LAR_LABELS_TEXT; k++) {
            const char *label = json_string_value(json_array_get(labels, k));
            at += (size_t)snprintf(to + at, LAR_LABELS_TEXT - at, "%s%s=%llu", at ? "," : "",
                                   label ? label : "?",
                                   (unsigned long long)lar_version_number(version));
        }
    }
    return to;
}

static void add_model(struct lar_grid *grid, const json_t *model)
{
    const json_t *versions = json_object_get(model, "versions");
    const struct lar_reference any = {0};
    struct lar_error none = {0};
    char labels[LAR_LABELS_TEXT];
    const char *error = NULL;
    size_t available = 0, n = json_array_size(versions);
    for (size_t i = 0; i < n; i++) {
        const json_t *version = json_array_get(versions, i);
        const char *text = lar_member(version, "error");
        available += lar_version_available(version);
        error = text ? text : error;
    }
    const json_t *answers = lar_versions_find(model, &any, &none);
    lar_grid_cell(grid, lar_member(model, "name"));
    lar_grid_cell(grid, lar_version_available(answers) ? lar_member(answers, "version") : NULL);
    lar_grid_cellf(grid, "%zu", available);
    lar_grid_cellf(grid, "%zu", n);
    lar_grid_cell(grid, labels_of(versions, labels));
    lar_grid_cell(grid, error);
}

/* "sklearn.linear_model._base.Ridge" is "Ridge" where room is short. */
static const char *short_class(const char *name)
{
    const char *dot = name ? strrchr(name, '.') : NULL;
    return dot && dot[1] ? dot + 1 : name;
}

static void add_version(struct lar_grid *grid, const json_t *version, bool terminal)
{
    char labels[LAR_LABELS_TEXT], size[LAR_SIZE_TEXT], digest[LAR_HASH_HEX];
    json_int_t bytes = json_integer_value(json_object_get(version, "size"));
    const char *sha256 = lar_member(version, "sha256");
    lar_grid_cell(grid, lar_member(version, "version"));
    lar_grid_cell(grid, lar_member(version, "state"));
    lar_grid_cell(grid, lar_version_labels(version, labels));
    lar_grid_cell(grid, lar_member(version, "format"));
    const char *class = lar_member(version, "class");
    lar_grid_cell(grid, terminal ? short_class(class) : class);
    if (terminal)
        lar_grid_cell(grid, lar_size_text((double)bytes, size));
    else
        lar_grid_cellf(grid, "%lld", (long long)bytes);
    lar_grid_cell(grid, lar_member(version, "created"));
    snprintf(digest, sizeof digest, "%.*s", terminal ? SHORT_DIGEST : LAR_HASH_HEX - 1,
             sha256 ? sha256 : "");
    lar_grid_cell(grid, digest);
    lar_grid_cell(grid, lar_member(version, "error"));
}

static bool print_models(const struct lar_call *call, const json_t *root, struct lar_error *err)
{
    struct lar_grid grid;
    const json_t *items = json_object_get(root, "items");
    lar_grid_init(&grid, "MODEL|>ANSWERS|>AVAILABLE|>VERSIONS|LABELS|ERROR");
    for (size_t i = 0; i < json_array_size(items); i++)
        add_model(&grid, json_array_get(items, i));
    bool ok = lar_grid_print(&grid, &call->out, err);
    lar_grid_finish(&grid);
    return ok;
}

static bool print_versions(const struct lar_call *call, const json_t *root, struct lar_error *err)
{
    struct lar_grid grid;
    const json_t *versions = json_object_get(root, "versions");
    lar_grid_init(&grid, ">VERSION|STATE|LABELS|FORMAT|CLASS|>SIZE|CREATED|SHA256|ERROR");
    for (size_t i = 0; i < json_array_size(versions); i++)
        add_version(&grid, json_array_get(versions, i), call->out.terminal);
    bool ok = lar_grid_print(&grid, &call->out, err);
    lar_grid_finish(&grid);
    return ok;
}

static bool list(struct lar_call *call, struct lar_error *err)
{
    char path[LAR_PATH_TEXT] = "/v1/models";
    struct lar_reference of;
    struct lar_ask ask = {0};
    struct lar_reply reply;
    bool one = call->n_operands == 1;
    if (one) {
        if (!lar_reference_read(&of, call->operands[0], err))
            return false;
        if (of.number || *of.label)
            return lar_fail(err, LAR_ERR_INVALID, "list takes a model's name, without a version");
        snprintf(path, sizeof path, "/v1/models/%s/versions", of.model);
    }
    if (!lar_client_ask(call->client, path, &ask, &reply, err))
        return false;
    json_t *root = lar_reply_good(&reply, err) ? lar_reply_json(&reply, err) : NULL;
    bool ok = root != NULL;
    if (ok && call->options.json)
        lar_screen_answer(&call->out, reply.body, reply.size);
    else if (ok)
        ok = one ? print_versions(call, root, err) : print_models(call, root, err);
    json_decref(root);
    lar_reply_finish(&reply);
    return ok;
}

int lar_command_list(struct lar_call *call)
{
    struct lar_error err = {0};
    return lar_call_end(call, list(call, &err), &err);
}

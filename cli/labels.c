/* larder promote and larder rollback: which version a label points to.
 * SPDX-License-Identifier: MIT */
#include "cli/labels.h"
#include "cli/command.h"
#include "cli/grid.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>

/* ---- finding the version before ---- */

static uint64_t current(const json_t *labels, const char *label)
{
    const json_t *list = json_object_get(labels, "labels");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = lar_member(json_array_get(list, i), "label");
        if (name && strcmp(name, label) == 0)
            return lar_version_number(json_array_get(list, i));
    }
    return 0;
}

static bool is_available(const json_t *listing, uint64_t number)
{
    return number && lar_version_available(lar_versions_at(listing, number));
}

/* The newest version below NUMBER that is available. */
static uint64_t below(const json_t *listing, uint64_t number)
{
    const json_t *versions = json_object_get(listing, "versions");
    for (size_t i = json_array_size(versions); i-- > 0;) {
        uint64_t n = lar_version_number(json_array_get(versions, i));
        if (n < number && is_available(listing, n))
            return n;
    }
    return 0;
}

/* LABEL was put somewhere then, or it tells who answered until `default` was put. */
static bool is_past(const json_t *event, const char *label)
{
    const char *what = lar_member(event, "what"), *name = lar_member(event, "label");
    return what && (strcmp(what, "label") == 0 || strcmp(what, "answered") == 0) && name &&
           strcmp(name, label) == 0;
}

uint64_t lar_label_before(const json_t *labels, const json_t *listing, const char *label)
{
    static const struct lar_reference any;
    struct lar_error none = {0};
    const json_t *history = json_object_get(labels, "history");
    bool decides = strcmp(label, "default") == 0;
    uint64_t now = decides ? lar_version_number(lar_versions_find(listing, &any, &none))
                           : current(labels, label);
    for (size_t i = json_array_size(history); i-- > 0;) {
        const json_t *event = json_array_get(history, i);
        uint64_t number = lar_version_number(event);
        if (is_past(event, label) && number != now && is_available(listing, number))
            return number;
    }
    return decides ? below(listing, now) : 0;
}

/* ---- setting it ---- */

static bool say(const struct lar_call *call, const struct lar_reference *to, const char *label,
                const struct lar_reply *reply, struct lar_error *err)
{
    struct lar_grid grid;
    if (call->options.json) {
        lar_screen_answer(&call->out, reply->body, reply->size);
        return true;
    }
    lar_grid_init_facts(&grid);
    lar_grid_fact(&grid, "model", to->model);
    lar_grid_fact(&grid, "label", label);
    lar_grid_cell(&grid, "version");
    lar_grid_cellf(&grid, "%llu", (unsigned long long)to->number);
    bool ok = lar_grid_print(&grid, &call->out, err);
    lar_grid_finish(&grid);
    return ok;
}

static bool put(struct lar_client *client, const char *model, const char *label, uint64_t number,
                struct lar_reply *reply, struct lar_error *err)
{
    char path[LAR_PATH_TEXT], body[64];
    struct lar_ask ask = {.method = "PUT", .body = body, .type = "application/json"};
    snprintf(path, sizeof path, "/v1/models/%s/labels/%s", model, label);
    ask.size =
        (size_t)snprintf(body, sizeof body, "{\"version\": %llu}", (unsigned long long)number);
    return lar_client_ask(client, path, &ask, reply, err) && lar_reply_good(reply, err);
}

static bool set(const struct lar_call *call, const struct lar_reference *to, const char *label,
                struct lar_error *err)
{
    struct lar_reply reply;
    bool ok = put(call->client, to->model, label, to->number, &reply, err) &&
              say(call, to, label, &reply, err);
    lar_reply_finish(&reply);
    return ok;
}

static bool read_model(struct lar_reference *ret, const char *text, struct lar_error *err)
{
    if (!lar_reference_read(ret, text, err))
        return false;
    return !(ret->number || *ret->label) ||
           lar_fail(err, LAR_ERR_INVALID, "the version stands behind the model's name: %s %s",
                    ret->model, strchr(text, '/') + 1);
}

static bool promote(const struct lar_call *call, struct lar_error *err)
{
    struct lar_reference to;
    const char *label = call->n_operands > 2 ? call->operands[2] : "default";
    if (!read_model(&to, call->operands[0], err) ||
        !lar_reference_read_version(&to, call->operands[1], err) || !lar_label_check(label, err))
        return false;
    if (*to.label) { /* the version that this other label points to */
        json_t *listing = lar_versions_get(call->client, to.model, err);
        const json_t *version = listing ? lar_versions_find(listing, &to, err) : NULL;
        to.number = lar_version_number(version);
        json_decref(listing);
        if (!to.number)
            return false;
    }
    return set(call, &to, label, err);
}

static bool roll_back(const struct lar_call *call, struct lar_error *err)
{
    struct lar_reference to;
    char path[LAR_PATH_TEXT];
    const char *label = call->n_operands > 1 ? call->operands[1] : "default";
    if (!read_model(&to, call->operands[0], err) || !lar_label_check(label, err))
        return false;
    snprintf(path, sizeof path, "/v1/models/%s/labels", to.model);
    json_t *labels = lar_client_get(call->client, path, err);
    json_t *listing = labels ? lar_versions_get(call->client, to.model, err) : NULL;
    to.number = listing ? lar_label_before(labels, listing, label) : 0;
    if (listing && !to.number)
        lar_fail(err, LAR_ERR_NOTFOUND,
                 "the label '%s' of '%s' has no earlier version that is available", label,
                 to.model);
    json_decref(labels);
    json_decref(listing);
    return to.number && set(call, &to, label, err);
}

int lar_command_promote(struct lar_call *call)
{
    struct lar_error err = {0};
    return lar_call_end(call, promote(call, &err), &err);
}

int lar_command_rollback(struct lar_call *call)
{
    struct lar_error err = {0};
    return lar_call_end(call, roll_back(call, &err), &err);
}

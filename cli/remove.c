/* larder rm: asks, then deletes.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/escape.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "version 3 of 'iris' (AVAILABLE; labels: canary)", so that people see what they answer to. */
static void describe(const struct lar_reference *what, const json_t *listing, char *to, size_t size)
{
    char labels[LAR_LABELS_TEXT];
    if (!what->number) {
        snprintf(to, size, "'%s' and all its %zu versions", what->model,
                 json_array_size(json_object_get(listing, "versions")));
        return;
    }
    const json_t *version = lar_versions_at(listing, what->number);
    const char *state = lar_member(version, "state");
    lar_version_labels(version, labels);
    snprintf(to, size, "version %llu of '%s' (%s%s%s)", (unsigned long long)what->number,
             what->model, state ? state : "?", *labels ? "; labels: " : "", labels);
}

static bool says_yes(void)
{
    char line[16];
    return fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}

/* True: go on. */
static bool ask_user(struct lar_call *call, const struct lar_reference *what, struct lar_error *err)
{
    char text[LAR_LABELS_TEXT + 2 * LAR_NAME_MAX];
    if (call->options.yes)
        return true;
    if (!isatty(STDIN_FILENO) || !call->err.terminal)
        return lar_fail(err, LAR_ERR_INVALID,
                        "nobody is there to ask whether to delete it: say --yes");
    json_t *listing = lar_versions_get(call->client, what->model, err);
    if (!listing)
        return false;
    bool there = !what->number || lar_versions_find(listing, what, err);
    if (there)
        describe(what, listing, text, sizeof text);
    json_decref(listing);
    if (!there)
        return false;
    fputs("Delete ", call->err.file);
    lar_escape(call->err.file, text, strlen(text), false);
    fputs("? [y/N] ", call->err.file);
    fflush(call->err.file);
    return says_yes() || lar_fail(err, LAR_ERR_DENIED, "nothing is deleted");
}

/* What is to go, as a path below /v1; a label needs nobody's yes: it can be put back. */
static bool name_it(struct lar_call *call, char path[LAR_PATH_TEXT], struct lar_error *err)
{
    struct lar_reference what;
    const char *label = call->options.label;
    if (!lar_reference_read(&what, call->operands[0], err))
        return false;
    if (*what.label)
        return lar_fail(err, LAR_ERR_INVALID,
                        "'%s' is a label; rm wants a version's number. To take the label away: "
                        "larder rm %s --label %s",
                        what.label, what.model, what.label);
    if (label && what.number)
        return lar_fail(err, LAR_ERR_INVALID,
                        "--label takes a label away, whatever version it points to: larder rm %s "
                        "--label %s",
                        what.model, label);
    if (label) {
        snprintf(path, LAR_PATH_TEXT, "/v1/models/%s/labels/%s", what.model, label);
        return lar_label_check(label, err);
    }
    const char *force = call->options.force ? "?force=1" : "";
    if (what.number)
        snprintf(path, LAR_PATH_TEXT, "/v1/models/%s/versions/%llu%s", what.model,
                 (unsigned long long)what.number, force);
    else
        snprintf(path, LAR_PATH_TEXT, "/v1/models/%s%s", what.model, force);
    return ask_user(call, &what, err);
}

static bool remove_it(struct lar_call *call, struct lar_error *err)
{
    char path[LAR_PATH_TEXT];
    struct lar_ask ask = {.method = "DELETE"};
    struct lar_reply reply;
    if (!name_it(call, path, err) || !lar_client_ask(call->client, path, &ask, &reply, err))
        return false;
    bool ok = lar_reply_good(&reply, err);
    if (!ok && reply.status == 409 && !call->options.force)
        lar_error_within(err, "without --force");
    lar_reply_finish(&reply);
    return ok;
}

int lar_command_remove(struct lar_call *call)
{
    struct lar_error err = {0};
    return lar_call_end(call, remove_it(call, &err), &err);
}

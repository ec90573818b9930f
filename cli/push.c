/* larder push and larder validate: a model to the server.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/facts.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>

static const char waiting[] = "all is sent; the server loads and checks it ...";

struct push {
    struct lar_call *call;
    struct lar_reference to;
    struct lar_parcel *parcel;
    char digest[LAR_HASH_FIELD];
    struct lar_reply reply;
    json_t *answer;
};

static bool open_parcel(struct push *p, const char *path, struct lar_error *err)
{
    uint8_t digest[LAR_HASH_SIZE];
    if (!lar_parcel_open(&p->parcel, path, err) || !lar_parcel_digest(p->parcel, digest, err))
        return false;
    lar_hash_field(digest, p->digest);
    return true;
}

static bool ask(struct push *p, const char *method, const char *path, bool if_none_match,
                struct lar_error *err)
{
    struct lar_progress progress;
    struct lar_ask ask = {.method = method,
                          .parcel = p->parcel,
                          .type = "application/octet-stream",
                          .digest = p->digest,
                          .if_none_match = if_none_match,
                          .progress = &progress};
    lar_progress_begin(&progress, &p->call->err, waiting);
    lar_reply_finish(&p->reply);
    return lar_client_ask(p->call->client, path, &ask, &p->reply, err);
}

/* The label goes along: the server puts it in the same step. */
static void write_path(const struct push *p, const char *number, char to[LAR_PATH_TEXT])
{
    const char *label = p->call->options.label;
    snprintf(to, LAR_PATH_TEXT, "/v1/models/%s/versions%s%s%s", p->to.model, number,
             label ? "?label=" : "", label ? label : "");
}

static bool send_new(struct push *p, struct lar_error *err)
{
    char path[LAR_PATH_TEXT];
    write_path(p, "", path);
    return ask(p, "POST", path, false, err);
}

/* Asks first whether the number is free, which costs no transfer where it is not. Where it is taken
 * the server has to compare, because the same content can be packed in different ways. */
static bool send_as(struct push *p, struct lar_error *err)
{
    char path[LAR_PATH_TEXT], number[24];
    snprintf(number, sizeof number, "/%llu", (unsigned long long)p->to.number);
    write_path(p, number, path);
    return ask(p, "PUT", path, true, err) &&
           (p->reply.status != 412 || ask(p, "PUT", path, false, err));
}

/* What the loader met, under the message, for a person. */
static void explain(const struct push *p)
{
    struct lar_grid grid;
    struct lar_error ignored = {0};
    json_t *root = json_loadb(p->reply.body, p->reply.size, 0, NULL);
    lar_grid_init_facts(&grid);
    lar_facts_of_report(&grid, json_object_get(root, "report"), true);
    if (p->call->options.json)
        lar_screen_answer(&p->call->out, p->reply.body, p->reply.size);
    else
        lar_grid_print(&grid, &p->call->err, &ignored);
    lar_grid_finish(&grid);
    json_decref(root);
}

/* Who answers where no version is named, unless it is the new one. */
static void say_answering(const struct push *p, struct lar_grid *grid, const char *version)
{
    const json_t *answering = json_object_get(p->answer, "answering");
    const char *number = lar_member(answering, "version"), *label = lar_member(answering, "label");
    if (json_is_null(answering))
        lar_grid_fact(grid, "answers", "nobody: the version of the label default is not available");
    if (!number || !version || strcmp(number, version) == 0)
        return;
    lar_grid_cell(grid, "answers");
    lar_grid_cellf(grid, "version %s%s%s%s", number, label ? ": label " : "", label ? label : "",
                   json_is_true(json_object_get(answering, "pinned"))
                       ? ", put there so that it goes on answering"
                       : "");
}

static bool say(const struct push *p, struct lar_error *err)
{
    struct lar_grid grid;
    const json_t *report = json_object_get(p->answer, "report");
    const char *version = lar_member(p->answer, "version");
    if (p->call->options.json) {
        lar_screen_answer(&p->call->out, p->reply.body, p->reply.size);
        return true;
    }
    lar_grid_init_facts(&grid);
    lar_grid_fact(&grid, "model", *p->to.model ? p->to.model : NULL);
    lar_grid_fact(&grid, "version", version);
    if (version && p->reply.status == 200)
        lar_grid_fact(&grid, "note", "it was there already, with the same content");
    lar_grid_fact(&grid, "sha256", lar_member(p->answer, "sha256"));
    lar_facts_of_report(&grid, report, false);
    lar_grid_fact(&grid, "label", lar_member(p->answer, "label"));
    say_answering(p, &grid, version);
    bool ok = lar_grid_print(&grid, &p->call->out, err);
    lar_grid_finish(&grid);
    return ok;
}

/* An older server puts no label with an upload. */
static bool check_label(const struct push *p, struct lar_error *err)
{
    const char *label = p->call->options.label, *put = lar_member(p->answer, "label");
    return !label || (put && strcmp(put, label) == 0) ||
           lar_fail(err, LAR_ERR_UNSUPPORTED,
                    "the version is there, but the label '%s' is not: this server does not put "
                    "labels with a push; larder promote does",
                    label);
}

/* The server's answer to the model, read; false where it is a refusal. */
static bool accept(struct push *p, struct lar_error *err)
{
    if (!lar_reply_good(&p->reply, err))
        return false;
    p->answer = lar_reply_json(&p->reply, err);
    return p->answer != NULL;
}

static int end(struct push *p, bool ok, const struct lar_error *err)
{
    int ret = lar_call_end(p->call, ok, err);
    if (p->reply.status == 422)
        explain(p);
    json_decref(p->answer);
    lar_reply_finish(&p->reply);
    lar_parcel_close(p->parcel);
    return ret;
}

int lar_command_push(struct lar_call *call)
{
    struct push p = {.call = call};
    struct lar_error err = {0};
    bool ok = lar_reference_read(&p.to, call->operands[1], &err);
    if (ok && *p.to.label)
        ok = lar_fail(&err, LAR_ERR_INVALID,
                      "'%s' is a label: push NAME or NAME/NUMBER, with --label %s", p.to.label,
                      p.to.label);
    ok = ok && (!call->options.label || lar_label_check(call->options.label, &err)) &&
         open_parcel(&p, call->operands[0], &err) &&
         (p.to.number ? send_as(&p, &err) : send_new(&p, &err)) && accept(&p, &err);
    ok = ok && say(&p, &err) && check_label(&p, &err);
    return end(&p, ok, &err);
}

int lar_command_validate(struct lar_call *call)
{
    struct push p = {.call = call};
    struct lar_error err = {0};
    bool ok = open_parcel(&p, call->operands[0], &err) &&
              ask(&p, "POST", "/v1/validate", false, &err) && accept(&p, &err) && say(&p, &err);
    return end(&p, ok, &err);
}

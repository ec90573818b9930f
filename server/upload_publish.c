/* What an upload becomes: a number that is free, files in their place, a version that answers.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "server/upload_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TRIES = 1000 };

/* ---- what is there already ---- */

/* Whether NUMBER may be given; sets RET->same where the same content has it. Under the lock. */
static bool check_number(const struct model *model, uint64_t number, const char *sha256,
                         struct lar_upload_result *ret, struct lar_error *err)
{
    unsigned long long n = (unsigned long long)number;
    const struct version *v = lar_version_find(model, number);
    if (v && v->slot && strcmp(v->entry.sha256, sha256) == 0) {
        ret->same = true;
        return true;
    }
    if (v && v->slot && !v->entry.sha256[0] && v->entry.state == LAR_STATE_END &&
        !v->entry.error.code)
        return lar_fail(err, LAR_ERR_CONFLICT,
                        "version %llu of '%s' is there and not loaded; its content is not known", n,
                        model->name);
    if (v && v->slot && !v->entry.sha256[0] && !v->entry.error.code)
        return lar_fail(err, LAR_ERR_BUSY, "version %llu of '%s' is just being loaded", n,
                        model->name);
    if (v && v->slot)
        return lar_fail(err, LAR_ERR_CONFLICT, "version %llu of '%s' has other content", n,
                        model->name);
    uint64_t highest = lar_registry_highest(model);
    if (number <= highest)
        return lar_fail(err, LAR_ERR_CONFLICT,
                        "%llu is not above %llu, the highest number that '%s' has had; numbers are "
                        "never given again",
                        n, (unsigned long long)highest, model->name);
    return true;
}

/* Uploads go to MODEL/NUMBER, beside which no file of the model's own may lie. */
static bool check_model(const struct model *model, struct lar_error *err)
{
    if (model->notes_error.code)
        return lar_fail(err, LAR_ERR_INTERNAL, "model '%s' cannot be changed: %s", model->name,
                        model->notes_error.text);
    size_t n = strlen(model->name);
    const struct slot *own = lar_slot_find(model, 0);
    if (own && strncmp(own->path, model->name, n) == 0 && (!own->path[n] || own->path[n] == '/'))
        return lar_fail(
            err, LAR_ERR_CONFLICT,
            "model '%s' is the single entry '%s'; move it into a numbered folder before "
            "other versions are uploaded",
            model->name, own->path);
    return true;
}

bool lar_upload_check_taken(struct lar_upload *u, struct lar_upload_result *ret,
                            struct lar_error *err)
{
    struct lar_registry *registry = u->registry;
    pthread_mutex_lock(&registry->lock);
    while (!registry->first_scan_over && !registry->stop)
        pthread_cond_wait(&registry->settled, &registry->lock);
    struct model *model = lar_registry_model_make(registry, u->model, err);
    bool ok = model && check_model(model, err) && lar_upload_label_fits(u, model, err);
    if (ok && u->kind == LAR_UPLOAD_AT)
        ok = check_number(model, u->number, ret->sha256, ret, err);
    if (model)
        lar_registry_model_tidy(registry, model);
    pthread_mutex_unlock(&registry->lock);
    return ok;
}

/* ---- publishing; `manage` is held ---- */

/* The notes of what is about to happen, in memory; their text, or NULL. Under the lock. */
static char *note(struct lar_upload *u, struct model *model, uint64_t number, const char *sha256,
                  unsigned *ret_events, struct lar_error *err)
{
    uint64_t pinned = u->pinned;
    if (number > model->history.highest)
        model->history.highest = number;
    if (!lar_upload_pin(u, model, err))
        return NULL;
    lar_history_add_event(&model->history, lar_unix_ms(), "upload", number, sha256);
    *ret_events = u->pinned == pinned ? 1 : 2;
    char *text = NULL;
    if (lar_history_add_upload(&model->history, number, err) &&
        !(text = lar_upload_note_label(u, model, number)))
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for an upload");
    return text;
}

/* Writes down that NUMBER is given, before it is, and who goes on answering. */
static bool note_number(struct lar_upload *u, uint64_t number, const char *sha256,
                        struct lar_error *err)
{
    struct lar_registry *registry = u->registry;
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model_make(registry, u->model, err);
    char *text = NULL;
    uint64_t before = model ? model->history.highest : 0, pinned = u->pinned;
    unsigned events = 0;
    if (model) {
        text = note(u, model, number, sha256, &events, err);
        model->notes_changed = true; /* keeps the model until we are through */
    }
    pthread_mutex_unlock(&registry->lock);
    if (!model)
        return false;
    bool ok =
        text && lar_history_save(&registry->store, registry->store.larder, u->model, text, err);
    free(text);
    pthread_mutex_lock(&registry->lock);
    model->notes_changed = false;
    if (!ok) {
        model->history.highest = before;
        lar_history_drop_upload(&model->history, number);
        while (events-- > 0)
            json_array_remove(model->history.events, json_array_size(model->history.events) - 1);
        if (u->pinned != pinned)
            lar_upload_unpin(u, model);
        lar_registry_model_tidy(registry, model);
    }
    pthread_mutex_unlock(&registry->lock);
    return ok;
}

static bool choose_number(struct lar_upload *u, uint64_t above, struct lar_upload_result *ret,
                          struct lar_error *err)
{
    struct lar_registry *registry = u->registry;
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model_make(registry, u->model, err);
    bool ok = model && check_model(model, err) && lar_upload_label_fits(u, model, err);
    ret->number = u->number;
    if (ok && u->kind == LAR_UPLOAD_AT) {
        ok = check_number(model, u->number, ret->sha256, ret, err);
    } else if (ok) {
        ret->number = lar_registry_highest(model) + 1;
        if (ret->number <= above)
            ret->number = above + 1;
        if (ret->number > LAR_VERSION_MAX)
            ok = lar_fail(err, LAR_ERR_CONFLICT, "model '%s' has had the highest number there is",
                          model->name);
    }
    if (model)
        lar_registry_model_tidy(registry, model);
    pthread_mutex_unlock(&registry->lock);
    return ok;
}

/* A version that did not stay was in sight for a moment: a scan may have met it. */
static void unsee(struct lar_upload *u, uint64_t number)
{
    struct lar_registry *registry = u->registry;
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model(registry, u->model);
    struct slot *slot = model ? lar_slot_find(model, number) : NULL;
    if (slot) {
        lar_slot_drop(registry, slot);
        lar_registry_publish(registry);
    }
    registry->scan_void = true;
    pthread_mutex_unlock(&registry->lock);
}

/* A number that somebody takes at this moment, by hand, is passed over. */
static bool publish_files(struct lar_upload *u, struct lar_upload_result *ret,
                          struct lar_error *err)
{
    uint64_t above = 0;
    for (int tries = 0; tries < NUMBER_TRIES; tries++) {
        struct lar_error why = {0};
        if (!choose_number(u, above, ret, err))
            return false;
        if (ret->same)
            return true;
        if (!note_number(u, ret->number, ret->sha256, err))
            return false;
        if (lar_stage_publish(&u->stage, u->model, ret->number, &why))
            return true;
        if (why.code != LAR_ERR_CONFLICT)
            unsee(u, ret->number);
        if (u->kind == LAR_UPLOAD_AT || why.code != LAR_ERR_CONFLICT)
            return lar_fail(err, why.code, "%s", why.text);
        above = ret->number;
    }
    return lar_fail(err, LAR_ERR_BUSY, "no free number for '%s'", u->model);
}

/* The table learns of the version here, so that the scanner finds nothing to do. */
static bool publish_version(struct lar_upload *u, struct load *load, uint64_t number,
                            struct lar_error *err)
{
    struct lar_registry *registry = u->registry;
    char path[LAR_NAME_MAX + 24];
    struct lar_arena arena;
    struct lar_entry entry;
    struct lar_error why = {0};
    snprintf(path, sizeof path, "%s/%llu", u->model, (unsigned long long)number);
    lar_arena_init(&arena, 1 << 20);
    bool shown = false, seen = lar_entry_look(&entry, registry->store.root, path, &arena, &why);
    lar_arena_finish(&arena);
    if (seen)
        load->identity = entry.identity;
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model_make(registry, u->model, err);
    struct slot *slot = model ? lar_slot_find(model, number) : NULL;
    if (model && !slot)
        slot = lar_slot_make(registry, model, &registry->roots[0], number, path, err);
    if (slot) {
        slot->folder = true;
        slot->is_seen = true;
        slot->seen = load->identity;
        slot->since_ms = lar_now_ms();
        slot->is_wrong = slot->held = false;
        char in_index[LAR_INDEX_PATH];
        if (seen && lar_slot_index_path(slot, in_index, sizeof in_index))
            lar_load_index(registry, load, in_index);
        lar_slot_succeed(registry, slot, load);
        lar_slot_awaited(registry, slot, false);
        load->loaded = NULL;
        shown = lar_upload_show_label(u, model, number, err);
        lar_registry_policy(registry, model);
        lar_registry_publish(registry);
    }
    pthread_mutex_unlock(&registry->lock);
    return shown;
}

static const char *format_of(const char *report, json_t **ret_root)
{
    *ret_root = report ? json_loads(report, 0, NULL) : NULL;
    return json_string_value(json_object_get(*ret_root, "format"));
}

/* The version's files under their number, written down and durable. */
static bool place(struct lar_upload *u, const struct load *load, struct lar_upload_result *ret,
                  struct lar_error *err)
{
    json_t *root;
    size_t n = u->size < LAR_UPLOAD_HEAD ? (size_t)u->size : LAR_UPLOAD_HEAD;
    const char *name = lar_name_of_upload(format_of(load->report, &root), u->head, n);
    json_decref(root);
    return lar_store_writable(&u->registry->store, err) &&
           (u->folder ? lar_stage_seal_folder(&u->stage, err)
                      : lar_stage_seal(&u->stage, name, err)) &&
           publish_files(u, ret, err);
}

bool lar_upload_publish(struct lar_upload *u, struct load *load, struct lar_upload_result *ret,
                        struct lar_error *err)
{
    pthread_mutex_lock(&u->registry->manage);
    bool placed = place(u, load, ret, err), fresh = placed && !ret->same;
    bool ok = placed && (!fresh || publish_version(u, load, ret->number, err));
    if (!fresh)
        lar_upload_withdraw_label(u);
    if (*u->label)
        lar_registry_notes_write(u->registry);
    pthread_mutex_unlock(&u->registry->manage);
    lar_registry_wake(u->registry);
    if (ok && fresh)
        lar_registry_retain(u->registry, u->model);
    return ok;
}

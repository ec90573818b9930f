/* Uploads: received beside the models, loaded, made durable, then renamed into place.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "persistence/store/name.h"
#include "persistence/store/source.h"
#include "server/upload_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUMBER_TRIES = 1000, WRITE_STEP = 8 << 10 };

static bool begin_file(struct lar_upload *u, struct lar_error *err)
{
    if (u->kind == LAR_UPLOAD_VALIDATE) {
        u->file = lar_nameless_file(u->registry->store.state, err);
        return u->file >= 0;
    }
    bool ok = lar_upload_stage(u, u->expected > 0 ? (uint64_t)u->expected : 0, err);
    if (ok)
        u->file = u->stage.file;
    return ok;
}

bool lar_upload_begin(struct lar_upload **ret, struct lar_registry *registry, const char *model,
                      enum lar_upload_kind kind, uint64_t number, int64_t expected_size,
                      struct lar_error *err)
{
    if (kind != LAR_UPLOAD_VALIDATE) {
        if (!lar_name_is_model(model, strlen(model)))
            return lar_fail(err, LAR_ERR_INVALID,
                            "'%.200s' cannot be a model's name: 1 to %d letters, digits, '.', '_' "
                            "and '-', beginning with a letter or digit",
                            model, LAR_NAME_MAX);
        if (lar_name_is_ignored(model)) /* it would be taken, then never found again */
            return lar_fail(err, LAR_ERR_INVALID,
                            "'%s' ends like an unfinished file; scans pass such names over", model);
        if (lar_registry_is_named(registry, model))
            return lar_fail(err, LAR_ERR_DENIED,
                            "model '%s' was named at start with --model; it is read-only", model);
        if (kind == LAR_UPLOAD_AT && (number == 0 || number > LAR_VERSION_MAX))
            return lar_fail(err, LAR_ERR_INVALID, "a version is a positive integer");
    }
    if (expected_size > 0 && (uint64_t)expected_size > registry->settings.max_upload)
        return lar_fail(err, LAR_ERR_LIMIT, "an upload of %lld bytes; at most %llu are taken",
                        (long long)expected_size,
                        (unsigned long long)registry->settings.max_upload);
    struct lar_upload *u = calloc(1, sizeof *u);
    if (!u)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for an upload");
    u->registry = registry;
    u->kind = kind;
    u->number = number;
    u->expected = expected_size;
    u->file = -1;
    snprintf(u->model, sizeof u->model, "%s", model ? model : "");
    if (lar_hash_begin(&u->hash, err) && begin_file(u, err)) {
        *ret = u;
        return true;
    }
    lar_upload_abort(u);
    return false;
}

bool lar_upload_write(struct lar_upload *u, const void *bytes, size_t n, struct lar_error *err)
{
    if (n > u->registry->settings.max_upload - u->size)
        return lar_fail(err, LAR_ERR_LIMIT, "an upload over the limit of %llu bytes",
                        (unsigned long long)u->registry->settings.max_upload);
    if (u->size < LAR_UPLOAD_HEAD)
        memcpy(u->head + u->size, bytes,
               n < LAR_UPLOAD_HEAD - u->size ? n : LAR_UPLOAD_HEAD - u->size);
    /* In small steps: many kernels let no other thread have the processor during one. */
    for (const char *at = bytes; n;) {
        size_t step = n < WRITE_STEP ? n : WRITE_STEP;
        if (!lar_write_all(u->file, at, step, err))
            return lar_error_within(err, "the upload");
        lar_hash_add(&u->hash, at, step);
        u->size += step;
        at += step, n -= step;
        sched_yield(); /* this thread does not wait, so it would not be taken off otherwise */
    }
    return true;
}

void lar_upload_abort(struct lar_upload *u)
{
    if (!u)
        return;
    if (u->file >= 0 && u->kind == LAR_UPLOAD_VALIDATE && !u->folder)
        close(u->file);
    lar_stage_end(&u->stage);
    lar_hash_finish(&u->hash);
    free(u);
}

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

/* Before anything is loaded: what would be refused in the end is refused now. */
static bool check_taken(struct lar_upload *u, struct lar_upload_result *ret, struct lar_error *err)
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
        !(text = lar_history_text(&model->history)))
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

static bool publish(struct lar_upload *u, struct load *load, struct lar_upload_result *ret,
                    struct lar_error *err)
{
    struct lar_error why = {0};
    pthread_mutex_lock(&u->registry->manage);
    bool placed = place(u, load, ret, err), fresh = placed && !ret->same;
    bool labelled = !fresh || lar_upload_note_label(u, ret->number, &why);
    bool ok = placed && (!fresh || publish_version(u, load, ret->number, err));
    bool changed = !placed && lar_upload_withdraw_pin(u);
    pthread_mutex_unlock(&u->registry->manage);
    if (changed)
        lar_registry_notes_save(u->registry);
    lar_registry_wake(u->registry);
    if (ok && fresh)
        lar_registry_retain(u->registry, u->model);
    if (ok && !labelled)
        return lar_fail(err, why.code, "version %llu is there, but the label '%s' is not: %s",
                        (unsigned long long)ret->number, u->label, why.text);
    return ok;
}

/* ---- the end of an upload ---- */

static bool check_bytes(const struct lar_upload *u, struct lar_error *err)
{
    if (u->expected >= 0 && u->size != (uint64_t)u->expected)
        return lar_fail(err, LAR_ERR_INVALID, "%llu bytes came, %lld were announced",
                        (unsigned long long)u->size, (long long)u->expected);
    if (u->size == 0)
        return lar_fail(err, LAR_ERR_INVALID, "the upload is empty; the body is the model file");
    return true;
}

/* What the model's settings say to the loader. */
static bool copy_options(struct lar_upload *u, char **ret, struct lar_error *err)
{
    pthread_mutex_lock(&u->registry->lock);
    const struct model *model = lar_registry_model(u->registry, u->model);
    const char *options = model ? model->settings.options : NULL;
    *ret = options ? strdup(options) : NULL;
    bool ok = !options || *ret;
    pthread_mutex_unlock(&u->registry->lock);
    return ok || lar_fail(err, LAR_ERR_NOMEM, "out of memory for an upload");
}

/* ---- all of it ---- */

static bool run(struct lar_upload *u, struct load *load, struct lar_upload_result *ret,
                struct lar_error *err)
{
    bool keeps = u->kind != LAR_UPLOAD_VALIDATE;
    if (keeps && !u->folder && !check_taken(u, ret, err))
        return false;
    if (ret->same)
        return true;
    bool ok = lar_load_run(u->registry, load, err);
    ret->report = load->report;
    if (ok && u->folder) {
        memcpy(ret->sha256, load->sha256, sizeof ret->sha256);
        ok = !keeps || check_taken(u, ret, err);
    }
    return ok && (!keeps || ret->same || publish(u, load, ret, err));
}

static bool finish(struct lar_upload *u, struct lar_upload_result *ret, struct lar_error *err)
{
    uint8_t digest[LAR_HASH_SIZE];
    char path[LAR_UPLOAD_PATH];
    lar_hash_end(&u->hash, digest);
    lar_hash_hex(digest, ret->sha256);
    if (!check_bytes(u, err) || (lar_upload_looks_packed(u) && !lar_upload_unpack(u, err)))
        return false;
    struct load load = {.root = u->file, .keep = u->kind != LAR_UPLOAD_VALIDATE};
    if (u->folder) {
        lar_upload_path(u, path);
        load.root = u->stage.larder;
        load.path = path;
    }
    if (u->kind != LAR_UPLOAD_VALIDATE && !copy_options(u, &load.options, err))
        return false;
    bool ok = run(u, &load, ret, err);
    if (ok && ret->same) {
        ret->number = u->number;
        ok = !*u->label || lar_registry_label_set(u->registry, u->model, u->label, u->number, err);
    }
    if (ok)
        lar_upload_tell(u, ret);
    lar_loaded_free(load.loaded);
    free(load.options);
    return ok;
}

bool lar_upload_finish(struct lar_upload *u, struct lar_upload_result *ret, struct lar_error *err)
{
    *ret = (struct lar_upload_result){0};
    bool ok = finish(u, ret, err);
    lar_upload_abort(u);
    return ok;
}

/* Deleting versions, and giving their bytes back.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "persistence/store/source.h"
#include "persistence/store/stage.h"
#include "server/registry_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The entry that holds the bytes of version NUMBER; under the lock. */
static struct slot *slot_of(const struct model *model, uint64_t number)
{
    for (size_t i = 0; i < model->n_versions; i++) /* also of what never had a number for good */
        if (model->versions[i]->entry.number == number)
            return model->versions[i]->slot;
    return NULL;
}

/* ---- delete ---- */

/* What a delete takes away. */
struct removal {
    char *folder, *file; /* below models/, or NULL */
    char *text;          /* notes that must be written down first, or NULL */
};

/* A whole model is its folder, and its own file where that lies beside the folder. */
static bool name_paths(const struct lar_registry *registry, struct removal *r,
                       const struct model *model, const struct slot *slot)
{
    struct stat st;
    const struct slot *own = lar_slot_find(model, 0);
    if (slot) {
        r->file = strdup(slot->path);
        return r->file != NULL;
    }
    if (fstatat(registry->store.root, model->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        r->folder = strdup(model->name);
        if (!r->folder)
            return false;
    }
    if (own && strcmp(own->path, model->name) != 0 && !strchr(own->path, '/')) {
        r->file = strdup(own->path);
        return r->file != NULL;
    }
    return true;
}

/* The notes as they are without the labels on what goes. */
static bool notes_after(struct removal *r, const struct model *model, uint64_t number,
                        struct lar_error *err)
{
    struct lar_history history;
    if (!lar_history_copy(&history, &model->history, err))
        return false;
    lar_history_drop_labels(&history, number);
    lar_history_drop_upload(&history, number);
    r->text = lar_history_text(&history);
    lar_history_finish(&history);
    return r->text || lar_fail(err, LAR_ERR_NOMEM, "out of memory for a delete");
}

/* Under the lock: what is to be removed, and what is to be written down before. */
static bool prepare(struct lar_registry *registry, struct removal *r, const char *name,
                    uint64_t number, bool force, struct lar_error *err)
{
    struct model *model = lar_registry_model(registry, name);
    if (!model)
        return lar_fail(err, LAR_ERR_NOTFOUND, "there is no model '%s'", name);
    const struct slot *slot = number ? slot_of(model, number) : NULL;
    if (number && !slot)
        return lar_fail(err, LAR_ERR_NOTFOUND, "model '%s' has no version %llu", name,
                        (unsigned long long)number);
    if (model->named)
        return lar_fail(err, LAR_ERR_DENIED,
                        "model '%s' was named at start with --model; it is read-only", name);
    if (model->notes_error.code)
        return lar_fail(err, LAR_ERR_INTERNAL, "model '%s' cannot be changed: %s", name,
                        model->notes_error.text);
    const char *label = number ? lar_history_label_on(&model->history, number) : NULL;
    if (label && !force)
        return lar_fail(err, LAR_ERR_CONFLICT,
                        "the label '%s' points to version %llu of '%s'; move it, or delete with "
                        "force=1",
                        label, (unsigned long long)number, name);
    if (!name_paths(registry, r, model, slot))
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a delete");
    uint64_t highest = lar_registry_highest(model);
    bool changed = highest > model->history.highest || model->notes_changed || label;
    model->history.highest = highest;
    return !changed || notes_after(r, model, number, err);
}

/* Until nobody is answered by what is to go. It is not loaded again meanwhile. */
static void drain(struct lar_registry *registry, const char *name, uint64_t number, bool held)
{
    struct drain drain = {0};
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model(registry, name);
    for (struct slot *slot = model ? model->slots : NULL; slot; slot = slot->next)
        if (!number || slot == slot_of(model, number))
            slot->held = held;
    if (model && held)
        lar_drain_begin(registry, &drain, model, number);
    else if (model) /* it stays after all */
        lar_registry_policy(registry, model);
    pthread_mutex_unlock(&registry->lock);
    lar_drain_wait(registry, &drain);
}

static void forget(struct lar_registry *registry, const char *name, uint64_t number)
{
    struct model *model = lar_registry_model(registry, name);
    if (!model)
        return;
    for (struct slot *slot = model->slots, *next; slot; slot = next) {
        next = slot->next;
        if (number && slot != slot_of(model, number))
            continue;
        lar_load_forget(registry, slot);
        lar_slot_drop(registry, slot);
    }
    lar_history_drop_labels(&model->history, number);
    lar_history_drop_upload(&model->history, number);
    lar_history_add_event(&model->history, lar_unix_ms(), "delete", number, NULL);
    model->notes_changed = true;
    registry->scan_void = true;
    lar_registry_publish(registry);
}

/* On a full disk the numbers are written when there is room again: a delete makes it. */
static bool take_away(struct lar_registry *registry, const struct removal *r, const char *name,
                      uint64_t number, struct lar_error *err)
{
    struct lar_error why = {0};
    if (r->text &&
        !lar_history_save(&registry->store, registry->store.larder, name, r->text, &why) &&
        why.code != LAR_ERR_FULL)
        return lar_fail(err, why.code, "%s", why.text);
    drain(registry, name, number, true);
    if ((r->folder && !lar_stage_withdraw(&registry->store, r->folder, err)) ||
        (r->file && !lar_stage_withdraw(&registry->store, r->file, err))) {
        drain(registry, name, number, false);
        return false;
    }
    if (!r->folder) /* the folder that the last version has left; others stay */
        unlinkat(registry->store.root, name, AT_REMOVEDIR);
    return true;
}

bool lar_registry_delete(struct lar_registry *registry, const char *name, uint64_t number,
                         bool force, struct lar_error *err)
{
    struct removal r = {0};
    pthread_mutex_lock(&registry->manage);
    bool ok = lar_store_writable(&registry->store, err);
    if (ok) {
        pthread_mutex_lock(&registry->lock);
        ok = prepare(registry, &r, name, number, force, err);
        pthread_mutex_unlock(&registry->lock);
    }
    ok = ok && take_away(registry, &r, name, number, err);
    if (ok) {
        pthread_mutex_lock(&registry->lock);
        forget(registry, name, number);
        pthread_mutex_unlock(&registry->lock);
    }
    pthread_mutex_unlock(&registry->manage);
    if (ok)
        lar_registry_notes_save(registry);
    free(r.folder);
    free(r.file);
    free(r.text);
    return ok;
}

/* ---- retention ---- */

/* The lowest upload that MODEL keeps too much, or 0. What bears a label or answers is kept. */
static uint64_t too_many(const struct model *model)
{
    const struct lar_history *history = &model->history;
    const struct version *answering = lar_registry_answering(model);
    uint64_t lowest = 0, n = 0;
    for (size_t i = history->n_uploads; i-- > 0;) {
        uint64_t number = history->uploads[i];
        if (!lar_slot_find(model, number))
            continue;
        bool held = lar_history_label_on(history, number) ||
                    (answering && answering->entry.number == number);
        if (++n > model->settings.keep && !held)
            lowest = number;
    }
    return lowest;
}

void lar_registry_retain(struct lar_registry *registry, const char *name)
{
    for (;;) {
        struct lar_error err = {0};
        pthread_mutex_lock(&registry->lock);
        const struct model *model = lar_registry_model(registry, name);
        uint64_t number = model && model->settings.keep ? too_many(model) : 0;
        pthread_mutex_unlock(&registry->lock);
        if (!number)
            return;
        bool ok = lar_registry_delete(registry, name, number, false, &err);
        lar_registry_log(
            registry, ok ? LAR_LOG_INFO : LAR_LOG_WARNING, "model '%s' version %llu %s%s", name,
            (unsigned long long)number,
            ok ? "is deleted: enough newer ones are kept" : "is not deleted: ", ok ? "" : err.text);
        if (!ok)
            return;
    }
}

/* ---- artifact ---- */

bool lar_registry_has(struct lar_registry *registry, const char *name, uint64_t number)
{
    pthread_mutex_lock(&registry->lock);
    const struct model *model = lar_registry_model(registry, name);
    bool ret = model && slot_of(model, number);
    pthread_mutex_unlock(&registry->lock);
    return ret;
}

int lar_registry_artifact(struct lar_registry *registry, const char *name, uint64_t number,
                          uint64_t *ret_size, char sha256[65], struct lar_error *err)
{
    struct lar_identity identity;
    sha256[0] = '\0';
    char *path = NULL;
    int root = -1, fd = -1;
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model(registry, name);
    const struct slot *slot = model ? slot_of(model, number) : NULL;
    if (!slot) {
        lar_fail(err, LAR_ERR_NOTFOUND, "version %llu of '%s' has no artifact",
                 (unsigned long long)number, name);
    } else {
        identity = slot->is_loaded ? slot->loaded : slot->seen;
        const struct version *v = slot->serving ? slot->serving : slot->coming;
        if (v->entry.number == number && slot->is_loaded)
            memcpy(sha256, v->entry.sha256, sizeof v->entry.sha256);
        path = strdup(slot->path);
        root = fcntl(slot->root->fd, F_DUPFD_CLOEXEC, 3);
    }
    pthread_mutex_unlock(&registry->lock);
    struct lar_error why = {0};
    if (path && root >= 0)
        fd = lar_source_artifact(root, path, &identity, registry->store.state, ret_size, &why);
    else if (slot)
        lar_fail(&why, LAR_ERR_UNAVAILABLE, "the artifact cannot be opened now");
    if (why.code) /* its bytes are not the ones that the number stands for */
        lar_fail(err, why.code == LAR_ERR_BUSY ? LAR_ERR_UNAVAILABLE : why.code, "%s", why.text);
    if (root >= 0)
        close(root);
    free(path);
    return fd;
}

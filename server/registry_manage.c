/* Deleting versions, and giving their bytes back.
 * SPDX-License-Identifier: MIT */
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
    char name[132];
    char *paths[2];
    size_t n_paths;
    bool notes; /* the numbers must be written down first */
    char *text;
};

static bool add_path(struct removal *r, const char *path)
{
    r->paths[r->n_paths] = strdup(path);
    return r->paths[r->n_paths] && ++r->n_paths;
}

/* A whole model is its folder, and its own file where that lies beside the folder. */
static bool add_model(const struct lar_registry *registry, struct removal *r,
                      const struct model *model)
{
    struct stat st;
    const struct slot *own = lar_slot_find(model, 0);
    if (fstatat(registry->store.root, model->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        !add_path(r, model->name))
        return false;
    return !own || strcmp(own->path, model->name) == 0 || strchr(own->path, '/') ||
           add_path(r, own->path);
}

/* Under the lock: what is to be removed, and what is to be written down before. */
static bool prepare(struct lar_registry *registry, struct removal *r, const char *name,
                    uint64_t number, struct lar_error *err)
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
    strcpy(r->name, model->name);
    uint64_t highest = lar_registry_highest(model);
    if (highest > model->history.highest || model->notes_changed) {
        model->history.highest = highest;
        r->text = lar_history_text(&model->history);
        r->notes = true;
    }
    if (!(slot ? add_path(r, slot->path) : add_model(registry, r, model)))
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a delete");
    return true;
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
    lar_history_add_event(&model->history, lar_registry_unix_ms(), "delete", number, NULL);
    model->notes_changed = true;
    registry->scan_void = true;
    lar_registry_publish(registry);
}

/* On a full disk the numbers are written when there is room again: a delete makes it. */
static bool remove_paths(struct lar_registry *registry, struct removal *r, struct lar_error *err)
{
    struct lar_error why = {0};
    if (r->notes &&
        !lar_history_save(&registry->store, registry->store.larder, r->name, r->text, &why) &&
        why.code != LAR_ERR_FULL)
        return lar_fail(err, why.code, "%s", why.text);
    for (size_t i = 0; i < r->n_paths; i++)
        if (!lar_stage_withdraw(&registry->store, r->paths[i], err))
            return false;
    return true;
}

bool lar_registry_delete(struct lar_registry *registry, const char *name, uint64_t number,
                         struct lar_error *err)
{
    struct removal r = {.n_paths = 0};
    pthread_mutex_lock(&registry->manage);
    bool ok = lar_store_writable(&registry->store, err);
    if (ok) {
        pthread_mutex_lock(&registry->lock);
        ok = prepare(registry, &r, name, number, err);
        pthread_mutex_unlock(&registry->lock);
    }
    ok = ok && remove_paths(registry, &r, err);
    if (ok) {
        pthread_mutex_lock(&registry->lock);
        forget(registry, r.name, number);
        pthread_mutex_unlock(&registry->lock);
    }
    pthread_mutex_unlock(&registry->manage);
    if (ok)
        lar_registry_notes_save(registry);
    for (size_t i = 0; i < r.n_paths; i++)
        free(r.paths[i]);
    free(r.text);
    return ok;
}

/* ---- artifact ---- */

int lar_registry_artifact(struct lar_registry *registry, const char *name, uint64_t number,
                          uint64_t *ret_size, struct lar_error *err)
{
    struct lar_identity identity;
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

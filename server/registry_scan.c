/* One scan of all roots, and what follows from it for each entry: wait, load, or go.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MISSING = 2 }; /* scans in a row after which an entry is gone */

/* One root as this scan found it. */
struct sight {
    struct lar_scan scan;
    int fd;
    uint64_t device, inode;
    bool readable;
    bool same;  /* the directory that it was before */
    bool prune; /* what is missing is gone */
    struct lar_error error;
};

struct watching {
    struct lar_watcher *watcher;
    unsigned root;
};

static void watch_folder(void *context, int fd, const char *path)
{
    struct watching *w = context;
    if (w->watcher)
        lar_watcher_add(w->watcher, w->root, fd, path);
}

/* ---- looking, without the lock ---- */

/* --model NAME=PATH: a folder is a root, a file lies in one. Links are followed, as whoever named
 * the path may decide. RET_BELOW is the caller's. */
static int open_named(const struct root *root, char **ret_below, struct lar_error *err)
{
    struct stat st;
    char *path = realpath(root->path, NULL);
    int fd = -1;
    if (!path || stat(path, &st)) {
        lar_fail_errno(err, errno, "'%s'", root->path);
    } else if (S_ISDIR(st.st_mode)) {
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        *ret_below = strdup(".");
    } else {
        char *slash = strrchr(path, '/');
        *ret_below = strdup(slash + 1);
        slash[slash == path] = '\0';
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd < 0)
        lar_fail_errno(err, errno, "'%s'", root->path);
    free(path);
    return fd;
}

static void look(struct lar_registry *registry, struct root *root, struct sight *ret)
{
    struct watching watching = {.watcher = registry->watcher,
                                .root = (unsigned)(root - registry->roots)};
    const struct lar_scan_hooks hooks = {.directory = watch_folder, .context = &watching};
    struct stat st;
    char *below = NULL;
    *ret = (struct sight){.fd = -1};
    if (root->model)
        ret->fd = open_named(root, &below, &ret->error);
    else if ((ret->fd = open(root->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        lar_fail_errno(&ret->error, errno, "the models folder");
    if (ret->fd >= 0 && fstat(ret->fd, &st) == 0 && (below || !root->model)) {
        ret->device = (uint64_t)st.st_dev;
        ret->inode = (uint64_t)st.st_ino;
        ret->same = !root->known || (ret->device == root->device && ret->inode == root->inode);
        ret->readable = root->model ? lar_scan_named(&ret->scan, ret->fd, below, root->model,
                                                     &hooks, &ret->error)
                                    : lar_scan_root(&ret->scan, ret->fd, &hooks, &ret->error);
    }
    free(below);
}

/* ---- one entry, under the lock ---- */

static bool in_index(struct lar_registry *registry, const struct slot *slot,
                     struct lar_index_record *ret)
{
    char path[LAR_INDEX_PATH];
    if (!lar_slot_index_path(slot, path, sizeof path))
        return false;
    pthread_mutex_lock(&registry->index_lock);
    bool found = lar_index_find(&registry->index, path, &slot->seen, ret);
    pthread_mutex_unlock(&registry->index_lock);
    return found;
}

static void note_state(struct lar_registry *registry, struct slot *slot,
                       const struct lar_found *found, int64_t now)
{
    if (slot->is_wrong) { /* it was, and is no more: what was decided before counts no more */
        slot->is_wrong = slot->is_done = slot->is_failed = slot->is_seen = false;
        struct version *v = slot->coming ? slot->coming : slot->serving;
        lar_error_clear(&v->entry.error);
        v->entry.state = v->loaded ? LAR_STATE_AVAILABLE : LAR_STATE_START;
    }
    if (slot->is_seen && lar_identity_equal(&slot->seen, &found->identity))
        return;
    if (slot->is_seen)
        lar_slot_awaited(registry, slot, false); /* still moving: nobody waits for that */
    slot->seen = found->identity;
    slot->is_seen = true;
    slot->since_ms = now;
    slot->closed = slot->second_look = slot->held = false;
    slot->retry_ms = 0;
    slot->deaths = slot->tries = 0;
}

/* Not to be loaded: listed with what the index knows of it. */
static void put_off(struct lar_registry *registry, struct slot *slot)
{
    struct lar_index_record record;
    struct version *v = slot->coming ? slot->coming : slot->serving;
    lar_slot_awaited(registry, slot, false);
    if (v->loaded || slot->job != JOB_NONE || v->entry.state == LAR_STATE_UNLOADING)
        return;
    if (v->entry.state == LAR_STATE_START)
        v->entry.state = LAR_STATE_END;
    if (!v->entry.sha256[0] && in_index(registry, slot, &record)) {
        memcpy(v->entry.sha256, record.sha256, sizeof v->entry.sha256);
        v->entry.size = record.size;
    }
}

static void decide(struct lar_registry *registry, struct slot *slot, int64_t now, bool await)
{
    struct lar_index_record record;
    int64_t settle = registry->settings.settle_ms;
    if (!lar_slot_wanted(slot)) {
        put_off(registry, slot);
        return;
    }
    if (lar_slot_decided(slot))
        return;
    if (await)
        lar_slot_awaited(registry, slot, true);
    if (slot->job != JOB_NONE)
        return;
    bool old = !registry->first_scan_over && !slot->second_look &&
               slot->seen.changed_ns / 1000000 <= lar_unix_ms() - settle;
    bool still = now - slot->since_ms >= settle;
    bool closed = slot->closed && !slot->second_look;
    if (still || old || closed || in_index(registry, slot, &record))
        lar_slot_queue(registry, slot, closed && !still && !old);
    else
        lar_registry_scan_by(registry, slot->since_ms + settle);
}

static void set_wrong(struct lar_registry *registry, struct slot *slot,
                      const struct lar_error *error)
{
    struct version *v = slot->coming ? slot->coming : slot->serving;
    if (!slot->is_wrong || strcmp(v->entry.error.text, error->text) != 0)
        lar_registry_log(registry, LAR_LOG_ERROR, "model '%s': %s", slot->model->name, error->text);
    v->entry.error = *error;
    if (!v->loaded)
        v->entry.state = LAR_STATE_END;
    slot->is_wrong = true;
    lar_slot_awaited(registry, slot, false);
}

static bool same_path(struct slot *slot, const char *path)
{
    if (strcmp(slot->path, path) == 0)
        return true;
    char *copy = strdup(path);
    if (!copy)
        return false;
    free(slot->path);
    slot->path = copy;
    slot->is_seen = slot->is_done = slot->is_failed = false;
    return true;
}

/* Whether MODEL's settings are known and good; SLOT waits or fails otherwise. */
static bool has_settings(struct lar_registry *registry, struct slot *slot,
                         const struct lar_scan *scan)
{
    struct model *model = slot->model;
    bool known = lar_model_take_settings(registry, model, lar_scan_settings(scan, model->name));
    if (known && !model->has_settings)
        set_wrong(registry, slot, &model->settings_error);
    return known && model->has_settings;
}

/* What is there. Whether it is loaded is decided when all of a root is known. */
static void take_found(struct lar_registry *registry, struct root *root,
                       const struct lar_scan *scan, const struct lar_found *found,
                       const struct lar_events *events)
{
    struct lar_error err = {0};
    int64_t now = lar_now_ms();
    struct model *model = lar_registry_model_make(registry, found->model, &err);
    struct slot *slot = model ? lar_slot_find(model, found->number) : NULL;
    if (model && !slot)
        slot = lar_slot_make(registry, model, root, found->number, found->path, &err);
    if (!slot || !same_path(slot, found->path)) {
        lar_registry_log(registry, LAR_LOG_ERROR, "out of memory for '%s'", found->path);
        lar_registry_scan_by(registry, now + 1000);
        return;
    }
    slot->last_scan = registry->scan;
    slot->missing = 0;
    slot->deleted = false;
    slot->folder = found->folder;
    struct version *v = slot->coming ? slot->coming : slot->serving;
    v->entry.stale = false;
    if (slot->serving)
        slot->serving->entry.stale = false;
    if (found->error) {
        set_wrong(registry, slot, found->error);
        return;
    }
    if (!has_settings(registry, slot, scan))
        return;
    note_state(registry, slot, found, now);
    if (!found->folder &&
        lar_events_has(events, (unsigned)(root - registry->roots), found->path, LAR_EVENT_CLOSED))
        slot->closed = true;
}

/* Loads and unloads what the policies of the models of ROOT want. */
static void decide_all(struct lar_registry *registry, const struct root *root, bool await)
{
    int64_t now = lar_now_ms();
    for (size_t i = 0; i < registry->n_models; i++) {
        struct model *model = registry->models[i];
        lar_policy_update(model);
        for (struct slot *slot = model->slots; slot; slot = slot->next) {
            if (slot->root != root || slot->last_scan != registry->scan || slot->is_wrong)
                continue;
            if (slot->is_seen)
                decide(registry, slot, now, await);
            else if (await) /* its settings are not known yet */
                lar_slot_awaited(registry, slot, true);
        }
        if (model->slots && model->slots->root == root)
            lar_registry_policy(registry, model);
    }
}

/* ---- entries that were not found ---- */

static void set_stale(struct slot *slot)
{
    if (slot->serving)
        slot->serving->entry.stale = true;
    if (slot->coming)
        slot->coming->entry.stale = true;
}

static bool was_deleted(const struct slot *slot, unsigned root, const struct lar_events *events)
{
    char path[4096];
    size_t n = strlen(slot->path);
    if (n >= sizeof path)
        return false;
    memcpy(path, slot->path, n + 1);
    for (;;) { /* it, or a folder that it lay in */
        if (lar_events_has(events, root, path, LAR_EVENT_DELETED))
            return true;
        char *slash = strrchr(path, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
}

/* Whether nothing about this model can be said because its folder could not be read. */
static bool is_unreadable(const struct sight *sight, const char *model)
{
    for (size_t i = 0; i < sight->scan.n; i++)
        if (sight->scan.found[i].unreadable && strcmp(sight->scan.found[i].model, model) == 0)
            return true;
    return false;
}

static bool is_unseen(const struct lar_registry *registry, const struct slot *slot)
{
    return slot->last_scan != registry->scan;
}

/* A root that is suddenly empty says nothing, unless each entry was seen to be deleted. */
static bool is_trusted(struct lar_registry *registry, const struct root *root,
                       const struct sight *sight, const struct lar_events *events)
{
    bool all_deleted = true;
    for (size_t i = 0; i < registry->n_models; i++)
        for (struct slot *slot = registry->models[i]->slots; slot; slot = slot->next) {
            if (slot->root != root || !is_unseen(registry, slot))
                continue;
            if (was_deleted(slot, (unsigned)(root - registry->roots), events))
                slot->deleted = true;
            all_deleted &= slot->deleted;
        }
    return sight->prune || (sight->readable && sight->same && (sight->scan.n || all_deleted));
}

static void take_missing(struct lar_registry *registry, struct slot *slot,
                         const struct sight *sight, bool trusted)
{
    set_stale(slot);
    slot->retry_ms = 0;
    if (!trusted || (is_unreadable(sight, slot->model->name) && !sight->prune)) {
        lar_slot_awaited(registry, slot, false);
        return;
    }
    if (++slot->missing < MISSING && !sight->prune) {
        lar_registry_scan_by(registry, lar_now_ms() + registry->settings.settle_ms);
        return;
    }
    lar_registry_log(registry, LAR_LOG_INFO, "model '%s': '%s' is gone", slot->model->name,
                     slot->path);
    lar_load_forget(registry, slot);
    lar_slot_drop(registry, slot);
}

/* Returns whether any entry of ROOT was not seen. */
static bool take_all_missing(struct lar_registry *registry, const struct root *root,
                             const struct sight *sight, const struct lar_events *events)
{
    bool any = false, trusted = is_trusted(registry, root, sight, events);
    for (size_t i = registry->n_models; i-- > 0;) {
        struct model *model = registry->models[i];
        for (struct slot *slot = model->slots, *next; slot; slot = next) {
            next = slot->next;
            if (slot->root != root || !is_unseen(registry, slot))
                continue;
            any = true;
            take_missing(registry, slot, sight, trusted);
        }
        lar_registry_model_tidy(registry, model);
    }
    return any;
}

/* ---- one root ---- */

/* Says so where there are more than before: *N. */
static void tell_misnamed(struct lar_registry *registry, const struct lar_misnamed *misnamed,
                          size_t *n, const char *rule)
{
    char more[40] = "";
    if (misnamed->n > 1)
        snprintf(more, sizeof more, " and %zu more", misnamed->n - 1);
    if (misnamed->n > *n)
        lar_registry_log(registry, LAR_LOG_WARNING, "passing over '%s'%s: %s", misnamed->last, more,
                         rule);
    *n = misnamed->n;
}

static void tell_root(struct lar_registry *registry, struct root *root, const struct sight *sight)
{
    if (sight->readable) {
        tell_misnamed(registry, &sight->scan.models, &root->n_misnamed,
                      "a model's name is a letter or digit, then letters, digits, '.', '_' and "
                      "'-', 128 at most");
        tell_misnamed(registry, &sight->scan.versions, &root->n_misnamed_versions,
                      "a version's folder in a model's folder is called by its number: 1, 2, ...");
    }
    struct lar_error why = sight->error;
    if (!why.code && sight->readable && !sight->same)
        lar_fail(&why, LAR_ERR_UNAVAILABLE,
                 "the models folder is another than before; what is missing in it stays loaded");
    if (strcmp(why.text, root->error.text) == 0)
        return;
    if (why.code)
        lar_registry_log(registry, LAR_LOG_ERROR, "%s%s%s", root->model ? root->model : "",
                         root->model ? ": " : "", why.text);
    else
        lar_registry_log(registry, LAR_LOG_INFO, "'%s' can be read again", root->path);
    root->error = why;
}

static void take_root(struct lar_registry *registry, struct root *root, struct sight *sight,
                      const struct lar_events *events, bool await)
{
    tell_root(registry, root, sight);
    if (sight->readable) {
        if (root->fd >= 0)
            close(root->fd);
        root->fd = sight->fd;
        sight->fd = -1;
        for (size_t i = 0; i < sight->scan.n; i++) {
            const struct lar_found *found = &sight->scan.found[i];
            struct model *model = lar_registry_model(registry, found->model);
            bool elsewhere = model && model->slots && model->slots->root != root;
            if (!elsewhere && (root->model || !lar_registry_is_named(registry, found->model)))
                take_found(registry, root, &sight->scan, found, events);
        }
        decide_all(registry, root, await);
    }
    bool missing = take_all_missing(registry, root, sight, events);
    /* A root that was replaced is the root once it has all that was known. */
    if (sight->readable && (sight->same || sight->prune || !missing)) {
        root->device = sight->device;
        root->inode = sight->inode;
        root->known = true;
    }
}

/* The store changes the folder that the models root is now, once nobody else does. */
static void follow_root(struct lar_registry *registry)
{
    struct lar_error err = {0};
    pthread_mutex_lock(&registry->manage);
    pthread_mutex_lock(&registry->lock);
    const struct root *root = &registry->roots[0];
    bool moved = registry->n_roots && !root->model && root->known &&
                 (root->device != registry->store.device || root->inode != registry->store.inode);
    if (moved && !lar_store_reopen_root(&registry->store, &err))
        lar_registry_log(registry, LAR_LOG_ERROR, "%s", err.text);
    bool ours = !moved && lar_store_retry_lock(&registry->store);
    if (ours)
        lar_registry_log(registry, LAR_LOG_INFO, "models can be changed from here now");
    if (ours || moved)
        lar_registry_notes_reread(registry);
    pthread_mutex_unlock(&registry->lock);
    pthread_mutex_unlock(&registry->manage);
}

bool lar_registry_scan(struct lar_registry *registry, const struct lar_events *events)
{
    struct sight *sights = calloc(registry->n_roots + 1, sizeof *sights);
    if (!sights)
        return false;
    pthread_mutex_lock(&registry->lock);
    registry->scan++;
    registry->scan_void = false;
    bool prune = registry->prune_wanted;
    registry->prune_wanted = false;
    pthread_mutex_unlock(&registry->lock);
    if (registry->watcher)
        lar_watcher_begin(registry->watcher);
    for (size_t i = 0; i < registry->n_roots; i++) {
        look(registry, &registry->roots[i], &sights[i]);
        sights[i].prune = prune;
    }
    if (registry->watcher)
        lar_watcher_end(registry->watcher);
    pthread_mutex_lock(&registry->lock);
    bool counts = !registry->scan_void;
    bool await = !registry->first_scan_over || registry->scan_wanted > registry->scans_over;
    for (size_t i = 0; i < registry->n_roots && counts; i++)
        take_root(registry, &registry->roots[i], &sights[i], events, await);
    if (counts) {
        lar_labels_arrive(registry);
        registry->first_scan_over = true;
        registry->scans_over = registry->scan;
        pthread_cond_broadcast(&registry->settled);
        lar_registry_changed(registry);
    } else {
        registry->prune_wanted |= prune;
    }
    pthread_mutex_unlock(&registry->lock);
    for (size_t i = 0; i < registry->n_roots; i++) {
        if (sights[i].fd >= 0)
            close(sights[i].fd);
        lar_scan_finish(&sights[i].scan);
    }
    free(sights);
    if (counts)
        follow_root(registry);
    return counts;
}

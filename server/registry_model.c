/* Models, versions and entries as the registry keeps them. All under the lock.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENDED_LISTED = 16 }; /* an ended version is listed until so many newer ones exist */

/* ---- models ---- */

static size_t model_place(const struct lar_registry *registry, const char *name)
{
    size_t low = 0, high = registry->n_models;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(registry->models[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct model *lar_registry_model(struct lar_registry *registry, const char *name)
{
    size_t i = model_place(registry, name);
    return i < registry->n_models && strcmp(registry->models[i]->name, name) == 0
               ? registry->models[i]
               : NULL;
}

bool lar_registry_is_named(const struct lar_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->n_roots; i++)
        if (registry->roots[i].model && strcmp(registry->roots[i].model, name) == 0)
            return true;
    return false;
}

/* Beside the models if they are ours to change; numbers of models that are read-only live under
 * state/, but not where another daemon writes down the same ones. */
int lar_registry_notes(const struct lar_registry *registry, const struct model *model)
{
    const struct lar_store *store = &registry->store;
    if (model->named)
        return store->notes;
    return store->locked ? store->larder : store->foreign ? -1 : store->notes;
}

/* From both places, if both have notes: those that know more numbers. */
static bool read_notes(struct lar_registry *registry, struct model *model, struct lar_error *err)
{
    struct lar_history other;
    int first = model->named ? -1 : registry->store.larder;
    if (!lar_history_read(&model->history, first, model->name, err))
        return false;
    if (registry->store.locked && !model->named)
        return true;
    if (!lar_history_read(&other, registry->store.notes, model->name, err))
        return false;
    if (other.highest <= model->history.highest) {
        lar_history_finish(&other);
    } else {
        lar_history_finish(&model->history);
        model->history = other;
    }
    return true;
}

/* Who changed the models until now may have given numbers that we know nothing of. */
void lar_registry_notes_reread(struct lar_registry *registry)
{
    for (size_t i = 0; i < registry->n_models; i++) {
        struct model *model = registry->models[i];
        struct lar_history before = model->history;
        model->history = (struct lar_history){0};
        lar_error_clear(&model->notes_error);
        if (!model->named && read_notes(registry, model, &model->notes_error) &&
            model->history.highest >= before.highest) {
            lar_history_finish(&before);
        } else {
            lar_history_finish(&model->history);
            model->history = before;
        }
        lar_version_renumber(model);
    }
}

/* What the model's own file was before: listed, without bytes. */
static bool list_ended(struct model *model, struct lar_error *err)
{
    const struct lar_history *history = &model->history;
    size_t first = history->n_files > ENDED_LISTED ? history->n_files - ENDED_LISTED : 0;
    for (size_t i = first; i < history->n_files; i++) {
        struct version *v = lar_version_make(model, history->files[i].number, err);
        if (!v)
            return false;
        v->entry.state = LAR_STATE_END;
        memcpy(v->entry.sha256, history->files[i].sha256, sizeof v->entry.sha256);
    }
    return true;
}

struct model *lar_registry_model_make(struct lar_registry *registry, const char *name,
                                      struct lar_error *err)
{
    struct model *model = lar_registry_model(registry, name);
    if (model)
        return model;
    if (registry->n_models == registry->models_room) {
        size_t room = registry->models_room ? 2 * registry->models_room : 16;
        struct model **grown = realloc(registry->models, room * sizeof(struct model *));
        if (!grown)
            goto no_memory;
        registry->models = grown;
        registry->models_room = room;
    }
    model = calloc(1, sizeof *model);
    if (!model || !(model->name = strdup(name)))
        goto no_memory;
    model->named = lar_registry_is_named(registry, name);
    if (!read_notes(registry, model, &model->notes_error))
        lar_registry_log(registry, LAR_LOG_ERROR, "model '%s' cannot be changed: %s", name,
                         model->notes_error.text);
    if (!list_ended(model, err)) {
        lar_registry_model_free(registry, model);
        return NULL;
    }
    size_t i = model_place(registry, name);
    memmove(&registry->models[i + 1], &registry->models[i],
            (registry->n_models - i) * sizeof *registry->models);
    registry->models[i] = model;
    registry->n_models++;
    return model;
no_memory:
    free(model);
    lar_fail(err, LAR_ERR_NOMEM, "out of memory for model '%s'", name);
    return NULL;
}

void lar_registry_model_free(struct lar_registry *registry, struct model *model)
{
    while (model->n_versions)
        lar_version_drop(registry, model, model->versions[model->n_versions - 1]);
    lar_history_finish(&model->history);
    free(model->versions);
    free(model->name);
    free(model);
}

void lar_registry_model_tidy(struct lar_registry *registry, struct model *model)
{
    if (model->slots || model->notes_changed)
        return;
    size_t i = model_place(registry, model->name);
    registry->n_models--;
    memmove(&registry->models[i], &registry->models[i + 1],
            (registry->n_models - i) * sizeof *registry->models);
    lar_registry_model_free(registry, model);
}

/* ---- versions ---- */

static size_t version_place(const struct model *model, uint64_t number)
{
    size_t i = 0;
    while (i < model->n_versions && model->versions[i]->entry.number < number)
        i++;
    return i;
}

/* The highest number that was given, or that somebody has put into the folder. */
uint64_t lar_registry_highest(const struct model *model)
{
    uint64_t ret = model->history.highest;
    for (size_t i = 0; i < model->n_versions; i++)
        if (!model->versions[i]->tentative && model->versions[i]->entry.number > ret)
            ret = model->versions[i]->entry.number;
    return ret;
}

struct version *lar_version_find(const struct model *model, uint64_t number)
{
    size_t i = version_place(model, number);
    for (; i < model->n_versions && model->versions[i]->entry.number == number; i++)
        if (!model->versions[i]->tentative)
            return model->versions[i];
    return NULL;
}

struct version *lar_version_make(struct model *model, uint64_t number, struct lar_error *err)
{
    if (model->n_versions == model->room) {
        size_t room = model->room ? 2 * model->room : 4;
        struct version **grown = realloc(model->versions, room * sizeof(struct version *));
        if (!grown) {
            lar_fail(err, LAR_ERR_NOMEM, "out of memory for a version of '%s'", model->name);
            return NULL;
        }
        model->versions = grown;
        model->room = room;
    }
    struct version *v = calloc(1, sizeof *v);
    if (!v) {
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for a version of '%s'", model->name);
        return NULL;
    }
    v->entry.number = number;
    size_t i = version_place(model, number);
    memmove(&model->versions[i + 1], &model->versions[i],
            (model->n_versions - i) * sizeof *model->versions);
    model->versions[i] = v;
    model->n_versions++;
    return v;
}

static int by_number(const void *a, const void *b)
{
    const struct version *v = *(struct version *const *)a, *w = *(struct version *const *)b;
    return (v->entry.number > w->entry.number) - (v->entry.number < w->entry.number);
}

void lar_version_sort(struct model *model)
{
    if (model->n_versions)
        qsort(model->versions, model->n_versions, sizeof *model->versions, by_number);
}

void lar_version_renumber(struct model *model)
{
    uint64_t next = lar_registry_highest(model) + 1;
    for (size_t i = 0; i < model->n_versions; i++)
        if (model->versions[i]->tentative)
            model->versions[i]->entry.number = next;
    lar_version_sort(model);
}

static void throw_away(struct lar_registry *registry, struct lar_retired *retired)
{
    retired->next = registry->garbage;
    registry->garbage = retired;
}

static void free_report(struct lar_retired *retired)
{
    free((char *)retired - offsetof(struct report, retired));
}

void lar_version_set_report(struct lar_registry *registry, struct version *version,
                            const char *text)
{
    struct report *report = NULL;
    size_t n = text ? strlen(text) + 1 : 0;
    if (text && (report = calloc(1, sizeof *report + n))) {
        report->retired.release = free_report;
        memcpy(report->text, text, n);
    }
    if (version->report)
        throw_away(registry, &version->report->retired);
    version->report = report;
    version->entry.report = report ? report->text : NULL;
}

void lar_version_set_loaded(struct lar_registry *registry, struct version *version,
                            struct loaded *loaded)
{
    if (version->loaded)
        throw_away(registry, &version->loaded->retired);
    version->loaded = loaded;
    version->entry.loaded = loaded ? &loaded->public : NULL;
}

void lar_version_drop(struct lar_registry *registry, struct model *model, struct version *version)
{
    lar_version_set_loaded(registry, version, NULL);
    lar_version_set_report(registry, version, NULL);
    for (size_t i = 0; i < model->n_versions; i++)
        if (model->versions[i] == version) {
            model->n_versions--;
            memmove(&model->versions[i], &model->versions[i + 1],
                    (model->n_versions - i) * sizeof *model->versions);
            break;
        }
    free(version);
}

void lar_version_end(struct lar_registry *registry, struct version *version)
{
    lar_version_set_loaded(registry, version, NULL);
    version->entry.state = LAR_STATE_END;
    version->entry.stale = false;
    version->slot = NULL;
}

/* ---- entries ---- */

struct slot *lar_slot_find(const struct model *model, uint64_t number)
{
    struct slot *slot = model->slots;
    while (slot && slot->number != number)
        slot = slot->next;
    return slot;
}

/* A numbered entry has its version from the start; the model's own file gets one that waits for
 * its number. */
static bool give_version(struct slot *slot, struct lar_error *err)
{
    struct model *model = slot->model;
    struct version *v = slot->number ? lar_version_find(model, slot->number) : NULL;
    uint64_t number = slot->number ? slot->number : lar_registry_highest(model) + 1;
    if (!v)
        v = lar_version_make(model, number, err);
    if (!v)
        return false;
    v->slot = slot;
    v->entry.state = LAR_STATE_START;
    v->tentative = slot->number == 0;
    if (v->tentative)
        slot->coming = v;
    else
        slot->serving = v;
    if (slot->number)
        lar_version_renumber(model);
    return true;
}

struct slot *lar_slot_make(struct lar_registry *registry, struct model *model, struct root *root,
                           uint64_t number, const char *path, struct lar_error *err)
{
    struct slot *slot = calloc(1, sizeof *slot);
    if (!slot || !(slot->path = strdup(path))) {
        free(slot);
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for '%s'", path);
        return NULL;
    }
    slot->model = model;
    slot->root = root;
    slot->number = number;
    slot->last_scan = registry->scan;
    if (!give_version(slot, err)) {
        free(slot->path);
        free(slot);
        return NULL;
    }
    slot->next = model->slots;
    model->slots = slot;
    return slot;
}

bool lar_slot_decided(const struct slot *slot)
{
    return slot->is_wrong ||
           (slot->is_seen && ((slot->is_done && lar_identity_equal(&slot->done, &slot->seen)) ||
                              (slot->is_failed && lar_identity_equal(&slot->failed, &slot->seen))));
}

void lar_slot_awaited(struct lar_registry *registry, struct slot *slot, bool awaited)
{
    if (slot->awaited == awaited)
        return;
    slot->awaited = awaited;
    if (awaited)
        registry->n_awaited++;
    else if (--registry->n_awaited == 0)
        pthread_cond_broadcast(&registry->settled);
}

/* "iris/3"; of models that were named by hand "=name/3", which no model's name begins with. */
bool lar_slot_index_path(const struct slot *slot, char *ret, size_t size)
{
    int n = slot->root->model ? snprintf(ret, size, "=%s/%s", slot->root->model, slot->path)
                              : snprintf(ret, size, "%s", slot->path);
    return n > 0 && (size_t)n < size;
}

static void unlink_slot(struct slot *slot)
{
    for (struct slot **at = &slot->model->slots; *at; at = &(*at)->next)
        if (*at == slot) {
            *at = slot->next;
            break;
        }
}

void lar_slot_drop(struct lar_registry *registry, struct slot *slot)
{
    struct model *model = slot->model;
    if (!slot->model)
        return;
    if (slot->number && slot->number > model->history.highest) {
        model->history.highest = slot->number;
        model->notes_changed = true;
    }
    if (slot->coming)
        lar_version_drop(registry, model, slot->coming);
    if (slot->serving && slot->number)
        lar_version_drop(registry, model, slot->serving);
    else if (slot->serving)
        lar_version_end(registry, slot->serving);
    lar_slot_awaited(registry, slot, false);
    unlink_slot(slot);
    slot->model = NULL;
    slot->serving = slot->coming = NULL;
    slot->gone = true;
    if (slot->job == JOB_NONE) {
        free(slot->path);
        free(slot);
    }
}

/* ---- notes ---- */

static struct model *with_notes(struct lar_registry *registry)
{
    for (size_t i = 0; i < registry->n_models; i++)
        if (registry->models[i]->notes_changed)
            return registry->models[i];
    return NULL;
}

/* A failure is logged and not tried again before the next change: the numbers live on in memory. */
void lar_registry_notes_save(struct lar_registry *registry)
{
    pthread_mutex_lock(&registry->manage);
    pthread_mutex_lock(&registry->lock);
    struct model *model;
    while ((model = with_notes(registry))) {
        struct lar_error err = {0};
        char name[132];
        strcpy(name, model->name);
        int folder = lar_registry_notes(registry, model);
        char *text = model->notes_error.code ? NULL : lar_history_text(&model->history);
        model->notes_changed = false;
        bool wanted = !model->notes_error.code && folder >= 0;
        lar_registry_model_tidy(registry, model);
        pthread_mutex_unlock(&registry->lock);
        if (wanted && !lar_history_save(&registry->store, folder, name, text, &err))
            lar_registry_log(registry, LAR_LOG_WARNING,
                             "the numbers of model '%s' are not kept: %s", name, err.text);
        free(text);
        pthread_mutex_lock(&registry->lock);
    }
    pthread_mutex_unlock(&registry->lock);
    pthread_mutex_unlock(&registry->manage);
}

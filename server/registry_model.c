/* Models and versions as the registry keeps them. All under the lock.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What the model's own file was before: listed, without bytes. */
static bool list_ended(struct model *model, struct lar_error *err)
{
    const struct lar_history *history = &model->history;
    size_t first = history->n_files > LAR_ENDED_LISTED ? history->n_files - LAR_ENDED_LISTED : 0;
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
    if (!lar_registry_notes_read(registry, model, &model->notes_error))
        lar_registry_log(registry, LAR_LOG_ERROR, "model '%s' cannot be changed: %s", name,
                         model->notes_error.text);
    if (!list_ended(model, err)) {
        lar_registry_model_free(registry, model);
        return NULL;
    }
    size_t i = model_place(registry, name);
    memmove(&registry->models[i + 1], &registry->models[i],
            (registry->n_models - i) * sizeof(struct model *));
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
    lar_model_settings_drop(model);
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
            (registry->n_models - i) * sizeof(struct model *));
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
            (model->n_versions - i) * sizeof(struct version *));
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
        qsort(model->versions, model->n_versions, sizeof(struct version *), by_number);
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
                    (model->n_versions - i) * sizeof(struct version *));
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

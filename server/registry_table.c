/* Building and swapping the registry's table. All under the lock.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include "base/clock.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_LIMIT = 1 << 30, TOGETHER_MS = 10 };

/* Where the label is set, it answers, unless what it is set on has no bytes any more: then the
 * highest does, as for a model without labels. */
struct version *lar_registry_answering(const struct model *model)
{
    for (size_t i = 0; i < model->history.n_labels; i++)
        if (strcmp(model->history.labels[i].name, "default") == 0) {
            struct version *v = lar_version_find(model, model->history.labels[i].number);
            if (v && v->slot)
                return v->loaded ? v : NULL;
        }
    for (size_t i = model->n_versions; i-- > 0;)
        if (model->versions[i]->loaded)
            return model->versions[i];
    return NULL;
}

static bool copy_model(struct lar_arena *arena, struct lar_model_entry *ret,
                       const struct model *model)
{
    const struct lar_history *history = &model->history;
    const struct version *answering = lar_registry_answering(model);
    char *name = lar_arena_strndup(arena, model->name, strlen(model->name));
    struct lar_version_entry *versions =
        lar_arena_alloc(arena, model->n_versions + 1, sizeof *versions);
    struct lar_label *labels = lar_arena_alloc(arena, history->n_labels + 1, sizeof *labels);
    if (!name || !versions || !labels)
        return false;
    *ret = (struct lar_model_entry){.name = name,
                                    .versions = versions,
                                    .labels = labels,
                                    .n_versions = model->n_versions,
                                    .n_labels = history->n_labels};
    if (model->settings_error.code &&
        !(ret->settings_error = lar_arena_strndup(arena, model->settings_error.text,
                                                  strlen(model->settings_error.text))))
        return false;
    for (size_t i = 0; i < model->n_versions; i++) {
        versions[i] = model->versions[i]->entry;
        if (model->versions[i] == answering)
            ret->answering = &versions[i];
    }
    for (size_t i = 0; i < history->n_labels; i++) {
        const struct lar_history_label *label = &history->labels[i];
        labels[i].number = label->number;
        labels[i].name = lar_arena_strndup(arena, label->name, strlen(label->name));
        if (!labels[i].name)
            return false;
    }
    return true;
}

static void free_table(struct lar_retired *retired)
{
    struct table *table = (struct table *)((char *)retired - offsetof(struct table, retired));
    lar_arena_finish(&table->arena);
    free(table);
}

static struct table *build(const struct lar_registry *registry)
{
    struct table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    table->retired.release = free_table;
    lar_arena_init(&table->arena, TABLE_LIMIT);
    struct lar_model_entry *models =
        lar_arena_alloc(&table->arena, registry->n_models + 1, sizeof *models);
    bool ok = models != NULL;
    size_t n = 0;
    for (size_t i = 0; ok && i < registry->n_models; i++)
        if (registry->models[i]->slots) /* others only wait until their notes are written */
            ok = copy_model(&table->arena, &models[n++], registry->models[i]);
    table->public =
        (struct lar_table){.models = models, .n_models = n, .complete = registry->complete};
    if (ok)
        return table;
    free_table(&table->retired);
    return NULL;
}

/* Without memory for a new table the old one stays, and with it all that it leads to; the next
 * change tries again. */
void lar_registry_publish(struct lar_registry *registry)
{
    struct table *table = build(registry);
    if (!table)
        return;
    struct table *old = atomic_exchange(&registry->table, table);
    registry->changed = false;
    registry->published_ms = lar_now_ms();
    if (old)
        lar_epochs_retire(registry->epochs, &old->retired);
    while (registry->garbage) {
        struct lar_retired *next = registry->garbage->next;
        lar_epochs_retire(registry->epochs, registry->garbage);
        registry->garbage = next;
    }
}

void lar_registry_changed(struct lar_registry *registry)
{
    registry->changed = true;
    if (registry->first_scan_over && registry->n_awaited == 0 && !registry->complete) {
        registry->complete = true;
        pthread_cond_broadcast(&registry->settled);
    }
    if (!registry->queue || lar_now_ms() - registry->published_ms >= TOGETHER_MS)
        lar_registry_publish(registry);
    else
        lar_registry_wake(registry);
}

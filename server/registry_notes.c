/* Where what must survive of a model is written, and when.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include <stdio.h>
#include <stdlib.h>

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
bool lar_registry_notes_read(struct lar_registry *registry, struct model *model,
                             struct lar_error *err)
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
        if (!model->named && lar_registry_notes_read(registry, model, &model->notes_error) &&
            model->history.highest >= before.highest) {
            lar_history_finish(&before);
        } else {
            lar_history_finish(&model->history);
            model->history = before;
        }
        lar_version_renumber(model);
    }
}

static struct model *with_notes(struct lar_registry *registry)
{
    for (size_t i = 0; i < registry->n_models; i++)
        if (registry->models[i]->notes_changed)
            return registry->models[i];
    return NULL;
}

/* A failure is logged and not tried again before the next change: the numbers live on in memory. */
void lar_registry_notes_write(struct lar_registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    struct model *model;
    while ((model = with_notes(registry))) {
        struct lar_error err = {0};
        char name[132];
        snprintf(name, sizeof name, "%s", model->name);
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
}

void lar_registry_notes_save(struct lar_registry *registry)
{
    pthread_mutex_lock(&registry->manage);
    lar_registry_notes_write(registry);
    pthread_mutex_unlock(&registry->manage);
}

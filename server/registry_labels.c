/* Labels: which version a name stands for. Written down before they count.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "persistence/store/name.h"
#include "server/registry_private.h"

#include <stdlib.h>
#include <string.h>

/* A change of one label; NUMBER 0 takes it away. */
struct change {
    const char *model, *label;
    uint64_t number;
    uint64_t answered; /* as of lar_label_untold() */
};

uint64_t lar_label_untold(const struct model *model)
{
    const struct version *answering = lar_registry_answering(model);
    uint64_t number = answering ? answering->entry.number : 0;
    return number == lar_history_label(&model->history, "default") ? 0 : number;
}

/* Who answered before `default` was put anywhere is part of its past, too: a way back. */
bool lar_label_point(struct lar_history *history, const char *label, uint64_t number,
                     uint64_t answered, struct lar_error *err)
{
    if (!lar_history_set_label(history, label, number, err))
        return false;
    if (answered && answered != number && strcmp(label, "default") == 0)
        lar_history_add_label_event(history, lar_unix_ms(), "answered", answered, label);
    lar_history_add_label_event(history, lar_unix_ms(), "label", number, label);
    return true;
}

/* A daemon that was stopped in the middle of an upload wrote its label down before the version was
 * there; it counts if the version came to be. */
void lar_labels_arrive(struct lar_registry *registry)
{
    for (size_t i = 0; i < registry->n_models; i++) {
        struct model *model = registry->models[i];
        struct lar_history_label coming = model->history.coming;
        struct lar_error ignored = {0};
        if (!coming.name || !model->slots)
            continue;
        model->history.coming = (struct lar_history_label){0};
        if (lar_slot_find(model, coming.number) &&
            lar_label_point(&model->history, coming.name, coming.number, 0, &ignored))
            lar_registry_policy(registry, model);
        free(coming.name);
        model->notes_changed = true;
    }
}

static bool apply(struct lar_history *history, const struct change *c, struct lar_error *err)
{
    uint64_t before = lar_history_label(history, c->label);
    if (c->number)
        return lar_label_point(history, c->label, c->number, c->answered, err);
    lar_history_drop_label(history, c->label);
    lar_history_add_label_event(history, lar_unix_ms(), "unlabel", before, c->label);
    return true;
}

/* Whether the version that the label is to stand for answers. */
static bool check_version(const struct model *model, const struct change *c, struct lar_error *err)
{
    unsigned long long number = (unsigned long long)c->number;
    const struct version *v = lar_version_find(model, c->number);
    if (!v)
        return lar_fail(err, LAR_ERR_NOTFOUND, "model '%s' has no version %llu", c->model, number);
    if (!v->loaded)
        return lar_fail(err, LAR_ERR_CONFLICT,
                        "version %llu of '%s' is not available (%s); only an available version "
                        "gets a label",
                        number, c->model, lar_state_name(v->entry.state));
    return true;
}

/* Under the lock: whether the change may be made; the notes as they would be then, and where they
 * are written. */
static char *prepare(struct lar_registry *registry, struct change *c, int *ret_folder,
                     struct lar_error *err)
{
    struct lar_history history;
    struct model *model = lar_registry_model(registry, c->model);
    if (!model) {
        lar_fail(err, LAR_ERR_NOTFOUND, "there is no model '%s'", c->model);
        return NULL;
    }
    if (model->notes_error.code) {
        lar_fail(err, LAR_ERR_INTERNAL, "model '%s' cannot be changed: %s", c->model,
                 model->notes_error.text);
        return NULL;
    }
    if (!c->number && !lar_history_label(&model->history, c->label)) {
        lar_fail(err, LAR_ERR_NOTFOUND, "model '%s' has no label '%s'", c->model, c->label);
        return NULL;
    }
    if ((c->number && !check_version(model, c, err)) ||
        !lar_history_copy(&history, &model->history, err))
        return NULL;
    char *text = NULL;
    c->answered = lar_label_untold(model);
    *ret_folder = lar_registry_notes(registry, model);
    if (apply(&history, c, err) && !(text = lar_history_text(&history)))
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for the labels of '%s'", c->model);
    lar_history_finish(&history);
    return text;
}

static bool make(struct lar_registry *registry, const struct change *c, struct lar_error *err)
{
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model(registry, c->model);
    bool ok = !model || apply(&model->history, c, err);
    if (model) {
        lar_registry_policy(registry, model);
        lar_registry_publish(registry);
    }
    pthread_mutex_unlock(&registry->lock);
    return ok;
}

static bool change_label(struct lar_registry *registry, struct change *c, struct lar_error *err)
{
    int folder = -1;
    pthread_mutex_lock(&registry->manage);
    pthread_mutex_lock(&registry->lock);
    bool named = lar_registry_is_named(registry, c->model);
    char *text = prepare(registry, c, &folder, err);
    pthread_mutex_unlock(&registry->lock);
    bool ok = text && (named || lar_store_writable(&registry->store, err)) &&
              lar_history_save(&registry->store, folder, c->model, text, err) &&
              make(registry, c, err);
    pthread_mutex_unlock(&registry->manage);
    free(text);
    return ok;
}

bool lar_label_check_name(const char *label, struct lar_error *err)
{
    if (!lar_name_is_model(label, strlen(label)))
        return lar_fail(err, LAR_ERR_INVALID,
                        "'%.200s' cannot be a label: 1 to %d letters, digits, '.', '_' and '-', "
                        "beginning with a letter or digit",
                        label, LAR_NAME_MAX);
    if (strspn(label, "0123456789") == strlen(label))
        return lar_fail(err, LAR_ERR_INVALID,
                        "'%s' cannot be a label: digits alone are a version's number", label);
    return true;
}

bool lar_registry_label_set(struct lar_registry *registry, const char *model, const char *label,
                            uint64_t number, struct lar_error *err)
{
    struct change c = {.model = model, .label = label, .number = number};
    if (number == 0 || number > INT64_MAX)
        return lar_fail(err, LAR_ERR_INVALID, "a version is a positive integer");
    return lar_label_check_name(label, err) && change_label(registry, &c, err);
}

bool lar_registry_label_drop(struct lar_registry *registry, const char *model, const char *label,
                             struct lar_error *err)
{
    struct change c = {.model = model, .label = label};
    return change_label(registry, &c, err);
}

char *lar_registry_history(struct lar_registry *registry, const char *name, struct lar_error *err)
{
    pthread_mutex_lock(&registry->lock);
    const struct model *model = lar_registry_model(registry, name);
    char *text = model ? lar_history_text(&model->history) : NULL;
    pthread_mutex_unlock(&registry->lock);
    if (!model)
        lar_fail(err, LAR_ERR_NOTFOUND, "there is no model '%s'", name);
    else if (!text)
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for the labels of '%s'", name);
    return text;
}

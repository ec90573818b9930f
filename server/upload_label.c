/* A version that comes with a label: who answers does not change with it, unless that is meant. All
 * of it while `manage` is held, but what the header says otherwise.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "server/upload_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lar_upload_label(struct lar_upload *u, const char *label, struct lar_error *err)
{
    if (!lar_label_check_name(label, err))
        return false;
    snprintf(u->label, sizeof u->label, "%s", label);
    return true;
}

bool lar_upload_label_fits(const struct lar_upload *u, const struct model *model,
                           struct lar_error *err)
{
    const char *names[] = {u->label, lar_label_untold(model) ? "default" : NULL};
    size_t n = names[1] && strcmp(u->label, names[1]) == 0 ? 1 : 2;
    return !*u->label || lar_history_has_room(&model->history, names, n) ||
           lar_fail(err, LAR_ERR_LIMIT, "a model has at most %d labels", LAR_HISTORY_LABELS);
}

/* ---- who goes on answering ---- */

bool lar_upload_pin(struct lar_upload *u, struct model *model, struct lar_error *err)
{
    uint64_t number = *u->label ? lar_label_untold(model) : 0;
    if (!number)
        return true;
    u->default_before = lar_history_label(&model->history, "default");
    if (!lar_label_point(&model->history, "default", number, 0, err))
        return false;
    u->pinned = number;
    return true;
}

void lar_upload_unpin(struct lar_upload *u, struct model *model)
{
    struct lar_error ignored = {0}; /* the label is there: no memory is needed */
    if (u->default_before)
        lar_history_set_label(&model->history, "default", u->default_before, &ignored);
    else
        lar_history_drop_label(&model->history, "default");
    u->pinned = 0;
}

void lar_upload_withdraw_label(struct lar_upload *u)
{
    struct lar_registry *registry = u->registry;
    pthread_mutex_lock(&registry->lock);
    struct model *model = *u->label ? lar_registry_model(registry, u->model) : NULL;
    if (model && u->pinned) {
        lar_history_add_label_event(&model->history, lar_unix_ms(), "unlabel", u->pinned,
                                    "default");
        lar_upload_unpin(u, model);
        lar_registry_publish(registry);
    }
    if (model)
        model->notes_changed = true;
    pthread_mutex_unlock(&registry->lock);
}

/* ---- the label itself ---- */

char *lar_upload_note_label(struct lar_upload *u, struct model *model, uint64_t number)
{
    if (*u->label)
        model->history.coming = (struct lar_history_label){.name = u->label, .number = number};
    char *text = lar_history_text(&model->history);
    model->history.coming = (struct lar_history_label){0};
    return text;
}

bool lar_upload_show_label(const struct lar_upload *u, struct model *model, uint64_t number,
                           struct lar_error *err)
{
    if (!*u->label)
        return true;
    model->notes_changed = true;
    return lar_label_point(&model->history, u->label, number, 0, err);
}

void lar_upload_tell(const struct lar_upload *u, struct lar_upload_result *ret)
{
    pthread_mutex_lock(&u->registry->lock);
    const struct model *model = lar_registry_model(u->registry, u->model);
    const struct version *answering = model ? lar_registry_answering(model) : NULL;
    ret->answering = answering ? answering->entry.number : 0;
    ret->by_label =
        ret->answering && lar_history_label(&model->history, "default") == ret->answering;
    ret->pinned = ret->by_label && u->pinned == ret->answering;
    pthread_mutex_unlock(&u->registry->lock);
}

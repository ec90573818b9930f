/* Entries of the folders, as the registry follows them. All under the lock.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    if (awaited) {
        registry->n_awaited++;
    } else {
        registry->n_awaited--;
        pthread_cond_broadcast(&registry->settled);
    }
}

/* "iris/3"; of models that were named by hand "=name/3", which no model's name begins with; with
 * settings that the loader reads "iris/3?<digits>". */
bool lar_slot_index_path(const struct slot *slot, char *ret, size_t size)
{
    const char *tag = slot->model->options_tag;
    int n = slot->root->model ? snprintf(ret, size, "=%s/%s%s", slot->root->model, slot->path, tag)
                              : snprintf(ret, size, "%s%s", slot->path, tag);
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

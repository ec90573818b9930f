/* Which versions are loaded: the policy of model.yaml, labels, and what was unloaded by hand. All
 * under the lock. SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

static const struct version *version_of(const struct slot *slot)
{
    return slot->coming ? slot->coming : slot->serving;
}

/* What was seen last does not load. */
static bool is_hopeless(const struct slot *slot)
{
    return slot->is_wrong ||
           (slot->is_seen && slot->is_failed && lar_identity_equal(&slot->failed, &slot->seen));
}

void lar_policy_update(struct model *model)
{
    uint64_t hoped = 0, loaded = 0, latest = model->settings.latest;
    model->load_from = model->keep_from = 0;
    if (model->settings.policy != LAR_POLICY_LATEST)
        return;
    for (size_t i = model->n_versions; i-- > 0;) {
        const struct version *v = model->versions[i];
        if (!v->slot || v->slot->held)
            continue;
        if ((v->loaded || !is_hopeless(v->slot)) && ++hoped == latest)
            model->load_from = v->entry.number;
        if (v->loaded && ++loaded == latest)
            model->keep_from = v->entry.number;
    }
}

/* A label holds its version. */
static bool is_wanted(const struct slot *slot, uint64_t from)
{
    const struct model *model = slot->model;
    uint64_t number = version_of(slot)->entry.number;
    if (slot->held)
        return false;
    if (lar_history_label_on(&model->history, number))
        return true;
    if (model->settings.policy == LAR_POLICY_LISTED)
        return lar_model_settings_lists(&model->settings, number);
    return number >= from;
}

bool lar_slot_wanted(const struct slot *slot)
{
    return is_wanted(slot, slot->model->load_from);
}

void lar_registry_policy(struct lar_registry *registry, struct model *model)
{
    lar_policy_update(model);
    for (struct slot *slot = model->slots; slot; slot = slot->next) {
        struct version *v = slot->serving;
        bool loaded = v && v->loaded;
        if (loaded && !is_wanted(slot, model->keep_from)) {
            lar_registry_log(registry, LAR_LOG_INFO, "model '%s' version %llu is unloaded",
                             model->name, (unsigned long long)v->entry.number);
            lar_version_set_loaded(registry, v, NULL);
            v->entry.state = LAR_STATE_END;
            registry->changed = true;
        } else if (!loaded && slot->job == JOB_NONE && slot->is_done && !is_hopeless(slot) &&
                   lar_slot_wanted(slot)) {
            slot->is_done = false;
            if (v)
                v->entry.state = LAR_STATE_START;
            lar_slot_queue(registry, slot, false);
        }
    }
    lar_policy_update(model);
}

/* Loading and unloading by hand.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include "base/clock.h"

#include <string.h>

bool lar_registry_unload(struct lar_registry *registry, const char *name, struct lar_error *err)
{
    struct drain drain = {0};
    pthread_mutex_lock(&registry->manage);
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model(registry, name);
    for (struct slot *slot = model ? model->slots : NULL; slot; slot = slot->next) {
        slot->held = true;
        slot->retry_ms = 0;
        lar_slot_awaited(registry, slot, false);
    }
    if (model)
        lar_drain_begin(registry, &drain, model, 0);
    pthread_mutex_unlock(&registry->lock);
    lar_drain_wait(registry, &drain);
    pthread_mutex_lock(&registry->lock);
    model = lar_registry_model(registry, name);
    for (size_t i = 0; model && i < model->n_versions; i++)
        if (model->versions[i]->entry.state == LAR_STATE_UNLOADING)
            model->versions[i]->entry.state = LAR_STATE_END;
    if (model)
        lar_registry_publish(registry);
    pthread_mutex_unlock(&registry->lock);
    pthread_mutex_unlock(&registry->manage);
    return model || lar_fail(err, LAR_ERR_NOTFOUND, "there is no model '%s'", name);
}

/* What was unloaded may be loaded again; what failed is tried once more. */
static void release(struct lar_registry *registry, struct model *model)
{
    for (struct slot *slot = model->slots; slot; slot = slot->next) {
        slot->held = false;
        if (slot->is_failed)
            slot->is_failed = slot->is_done = false;
        slot->deaths = slot->tries = 0;
    }
    lar_policy_update(model);
    for (struct slot *slot = model->slots; slot; slot = slot->next) {
        const struct version *v = slot->coming ? slot->coming : slot->serving;
        if (!v->loaded && slot->is_seen && !slot->is_wrong && lar_slot_wanted(slot))
            lar_slot_awaited(registry, slot, true);
    }
    lar_registry_policy(registry, model);
}

static bool is_awaited(struct lar_registry *registry, const char *name)
{
    const struct model *model = lar_registry_model(registry, name);
    for (const struct slot *slot = model ? model->slots : NULL; slot; slot = slot->next)
        if (slot->awaited)
            return true;
    return false;
}

/* Whether something of MODEL answers; else why not. */
static bool check_loaded(const struct model *model, const char *name, struct lar_error *err)
{
    const struct lar_error *why = NULL;
    if (!model)
        return lar_fail(err, LAR_ERR_NOTFOUND, "there is no model '%s'", name);
    for (size_t i = model->n_versions; i-- > 0;) {
        const struct version *v = model->versions[i];
        if (v->loaded)
            return true;
        if (v->entry.error.code && !why)
            why = &v->entry.error;
    }
    return lar_fail(err, LAR_ERR_INVALID, "failed to load '%s': %s", name,
                    why ? why->text : "no version is there that its settings want");
}

bool lar_registry_load(struct lar_registry *registry, const char *name, struct lar_error *err)
{
    pthread_mutex_lock(&registry->lock);
    struct model *model = lar_registry_model(registry, name);
    if (model)
        release(registry, model);
    uint64_t wanted = registry->scan + 1; /* the scan that runs may have begun before this call */
    if (wanted > registry->scan_wanted)
        registry->scan_wanted = wanted;
    lar_registry_scan_by(registry, lar_now_ms());
    while (!registry->stop && (registry->scans_over < wanted || is_awaited(registry, name)))
        pthread_cond_wait(&registry->settled, &registry->lock);
    if (registry->changed)
        lar_registry_publish(registry);
    bool ok = check_loaded(lar_registry_model(registry, name), name, err);
    pthread_mutex_unlock(&registry->lock);
    return ok;
}

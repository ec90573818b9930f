/* Waiting for those who still use what has left the table.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

enum { DRAIN_MS = 10000, PAUSE_MS = 2 };

void lar_drain_begin(struct lar_registry *registry, struct drain *drain, struct model *model,
                     uint64_t number)
{
    *drain = (struct drain){.loaded = calloc(model->n_versions + 1, sizeof(struct loaded *))};
    for (size_t i = 0; i < model->n_versions; i++) {
        struct version *v = model->versions[i];
        if (!v->slot || (number && v->entry.number != number))
            continue;
        if (v->loaded && drain->loaded) {
            lar_loaded_acquire(&v->loaded->public);
            drain->loaded[drain->n++] = v->loaded;
        }
        v->entry.state = v->loaded ? LAR_STATE_UNLOADING : LAR_STATE_END;
        lar_version_set_loaded(registry, v, NULL);
    }
    lar_registry_publish(registry);
}

/* Nobody but us holds it, and nobody can find it any more. */
static bool is_drained(const struct lar_registry *registry, const struct loaded *loaded)
{
    return lar_epochs_passed(registry->epochs, &loaded->retired) &&
           atomic_load(&loaded->public.references) == 1;
}

void lar_drain_wait(struct lar_registry *registry, struct drain *drain)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
    int64_t until = lar_now_ms() + DRAIN_MS;
    for (size_t i = 0; i < drain->n; i++) {
        while (!is_drained(registry, drain->loaded[i]) && lar_now_ms() < until)
            nanosleep(&pause, NULL);
        lar_loaded_release(&drain->loaded[i]->public);
    }
    free(drain->loaded);
    *drain = (struct drain){0};
}

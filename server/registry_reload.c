/* Scans on demand, and what they have changed.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lar_registry_reload(struct lar_registry *registry, bool prune, struct lar_error *err)
{
    pthread_mutex_lock(&registry->lock);
    /* The scan that may be running began before this call: the one after it counts. */
    uint64_t wanted = registry->scan + 1;
    if (wanted > registry->scan_wanted)
        registry->scan_wanted = wanted;
    registry->prune_wanted |= prune;
    lar_registry_scan_by(registry, lar_now_ms());
    while (!registry->stop && (registry->scans_over < wanted || registry->n_awaited))
        pthread_cond_wait(&registry->settled, &registry->lock);
    bool stopped = registry->stop;
    if (registry->changed)
        lar_registry_publish(registry);
    const struct root *root = &registry->roots[0];
    bool failed = registry->n_roots && !root->model && root->error.code && !prune;
    if (failed)
        lar_fail(err, LAR_ERR_UNAVAILABLE, "%s", root->error.text);
    pthread_mutex_unlock(&registry->lock);
    if (stopped)
        return lar_fail(err, LAR_ERR_BUSY, "larderd is stopping");
    return !failed;
}

void lar_registry_await(struct lar_registry *registry, unsigned ms)
{
    struct timespec end = lar_after_ms(CLOCK_REALTIME, ms);
    int rc = 0;
    pthread_mutex_lock(&registry->lock);
    while (!registry->complete && !registry->stop && rc == 0)
        rc = pthread_cond_timedwait(&registry->settled, &registry->lock, &end);
    if (registry->changed)
        lar_registry_publish(registry);
    pthread_mutex_unlock(&registry->lock);
}

/* ---- what has changed ---- */

/* A version as it was. */
struct seen {
    char *model;
    uint64_t number;
    enum lar_state state;
    char sha256[LAR_HASH_HEX];
    struct lar_error error;
};

struct picture {
    struct seen *seen; /* ascending by model and number */
    size_t n;
};

static void finish_picture(struct picture *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->seen[i].model);
    free(p->seen);
    *p = (struct picture){0};
}

static bool take_picture(struct lar_registry *registry, struct picture *ret, struct lar_error *err)
{
    size_t n = 0;
    *ret = (struct picture){0};
    pthread_mutex_lock(&registry->lock);
    for (size_t i = 0; i < registry->n_models; i++)
        n += registry->models[i]->n_versions;
    ret->seen = calloc(n + 1, sizeof *ret->seen);
    bool ok = ret->seen != NULL;
    for (size_t i = 0; ok && i < registry->n_models; i++)
        for (size_t k = 0; ok && k < registry->models[i]->n_versions; k++) {
            const struct lar_version_entry *e = &registry->models[i]->versions[k]->entry;
            struct seen *s = &ret->seen[ret->n];
            *s = (struct seen){.model = strdup(registry->models[i]->name),
                               .number = e->number,
                               .state = e->state,
                               .error = e->error};
            memcpy(s->sha256, e->sha256, sizeof s->sha256);
            ok = s->model != NULL;
            ret->n += ok;
        }
    pthread_mutex_unlock(&registry->lock);
    if (ok)
        return true;
    finish_picture(ret);
    return lar_fail(err, LAR_ERR_NOMEM, "out of memory for what a scan has changed");
}

static int compare(const struct seen *a, const struct seen *b)
{
    int order = strcmp(a->model, b->model);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

static bool is_same(const struct seen *a, const struct seen *b)
{
    return a->state == b->state && strcmp(a->sha256, b->sha256) == 0 &&
           strcmp(a->error.text, b->error.text) == 0;
}

static void list(json_t *to, const struct seen *s)
{
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)s->number);
    json_t *row = json_pack("{s:s, s:s, s:s}", "name", s->model, "version", number, "state",
                            lar_state_name(s->state));
    if (s->error.code)
        json_object_set_new(row, "error", json_string(s->error.text));
    json_array_append_new(to, row);
}

static char *tell(const struct picture *before, const struct picture *after)
{
    json_t *added = json_array(), *changed = json_array(), *removed = json_array();
    for (size_t i = 0, k = 0; i < before->n || k < after->n;) {
        int order = i == before->n  ? 1
                    : k == after->n ? -1
                                    : compare(&before->seen[i], &after->seen[k]);
        if (order < 0) {
            list(removed, &before->seen[i++]);
        } else if (order > 0) {
            list(added, &after->seen[k++]);
        } else {
            if (!is_same(&before->seen[i], &after->seen[k]))
                list(changed, &after->seen[k]);
            i++;
            k++;
        }
    }
    json_t *root = json_pack("{s:b, s:o, s:o, s:o}", "reloaded", 1, "added", added, "changed",
                             changed, "removed", removed);
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}

char *lar_registry_reload_told(struct lar_registry *registry, bool prune, struct lar_error *err)
{
    struct picture before, after = {0};
    char *text = NULL;
    if (!take_picture(registry, &before, err))
        return NULL;
    if (lar_registry_reload(registry, prune, err) && take_picture(registry, &after, err) &&
        !(text = tell(&before, &after)))
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for what a scan has changed");
    finish_picture(&before);
    finish_picture(&after);
    return text;
}

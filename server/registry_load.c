/* Load jobs: the queue, the threads that work on it, and what follows from their ends.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "persistence/store/name.h"
#include "server/registry_private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEATHS = 3, LONGEST_RETRY_MS = 300000 };

static struct version *version_of(const struct slot *slot)
{
    return slot->coming ? slot->coming : slot->serving;
}

void lar_slot_queue(struct lar_registry *registry, struct slot *slot, bool by_event)
{
    if (slot->job != JOB_NONE)
        return;
    slot->job = JOB_QUEUED;
    slot->by_event = by_event;
    slot->retry_ms = 0;
    slot->queue_next = NULL;
    *registry->queue_end = slot;
    registry->queue_end = &slot->queue_next;
    pthread_cond_signal(&registry->work);
}

int64_t lar_registry_retry(struct lar_registry *registry, int64_t now_ms)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < registry->n_models; i++)
        for (struct slot *slot = registry->models[i]->slots; slot; slot = slot->next) {
            if (!slot->retry_ms || slot->job != JOB_NONE || slot->missing)
                continue;
            if (slot->retry_ms <= now_ms)
                lar_slot_queue(registry, slot, false);
            else if (slot->retry_ms < next)
                next = slot->retry_ms;
        }
    return next;
}

/* ---- success ---- */

/* The number of the content that was loaded from the model's own file; 0: none is left. */
static uint64_t give_number(struct model *model, const char *sha256, struct lar_error *err)
{
    struct lar_error full = {0};
    uint64_t number = lar_history_number(&model->history, sha256);
    struct version *v = number ? lar_version_find(model, number) : NULL;
    bool is_folder = v && v->slot && v->slot->number; /* put there by hand, under a number given */
    if (number && !is_folder)
        return number;
    number = lar_registry_highest(model) + 1;
    if (number > LAR_VERSION_MAX) {
        lar_fail(err, LAR_ERR_CONFLICT, "model '%s' has had the highest number there is",
                 model->name);
        return 0;
    }
    if (model->history.highest == 0 && !lar_version_find(model, 1))
        number = 1;
    lar_history_add_file(&model->history, number, sha256, &full);
    lar_history_add_event(&model->history, lar_unix_ms(), "file", number, sha256);
    model->notes_changed = true;
    return number;
}

/* Ended versions leave the listing when enough newer ones are there. */
static void drop_long_ended(struct lar_registry *registry, struct model *model)
{
    for (size_t i = 0; i + LAR_ENDED_LISTED < model->n_versions;) {
        struct version *v = model->versions[i];
        if (!v->slot && !v->tentative)
            lar_version_drop(registry, model, v);
        else
            i++;
    }
}

/* The version that the own file's content is; the earlier one ends. */
static struct version *own_version(struct lar_registry *registry, struct slot *slot,
                                   const char *sha256, struct lar_error *err)
{
    struct model *model = slot->model;
    uint64_t number = give_number(model, sha256, err);
    if (!number)
        return NULL;
    struct version *v = lar_version_find(model, number), *coming = slot->coming;
    slot->coming = NULL;
    if (v && coming) {
        lar_version_drop(registry, model, coming);
    } else if (coming) {
        v = coming;
        v->tentative = false;
        v->entry.number = number;
        lar_version_sort(model);
    } else if (!v) {
        v = lar_version_make(model, number, err);
    }
    if (!v)
        return NULL;
    if (slot->serving && slot->serving != v)
        lar_version_end(registry, slot->serving);
    slot->serving = v;
    v->slot = slot;
    drop_long_ended(registry, model);
    return v;
}

static void tell_loaded(struct lar_registry *registry, const struct slot *slot,
                        const struct version *v, const char *before)
{
    const char *name = slot->model->name;
    unsigned long long number = (unsigned long long)v->entry.number;
    if (!*before)
        lar_registry_log(registry, LAR_LOG_INFO, "model '%s' version %llu is available (%.16s)",
                         name, number, v->entry.sha256);
    else if (strcmp(before, v->entry.sha256) != 0)
        lar_registry_log(registry, LAR_LOG_WARNING,
                         "model '%s' version %llu has other content under its number (%.16s, was "
                         "%.16s)",
                         name, number, v->entry.sha256, before);
}

static void clear_trouble(struct slot *slot)
{
    slot->is_failed = slot->second_look = false;
    slot->deaths = slot->tries = 0;
    slot->retry_ms = 0;
}

/* ---- failure ---- */

enum verdict { LOOK_AGAIN, TRY_AGAIN, DIED, FOR_GOOD };

/* What is the file's own fault does not pass; what is the machine's does. */
static enum verdict judge(const struct slot *slot, const struct load *load,
                          const struct lar_error *err)
{
    switch (err->code) {
    case LAR_ERR_BUSY:
    case LAR_ERR_NOTFOUND: return load->stage == LOAD_SOURCE ? LOOK_AGAIN : TRY_AGAIN;
    case LAR_ERR_TRUNCATED:
        return slot->by_event && load->stage == LOAD_LOADER ? LOOK_AGAIN : FOR_GOOD;
    case LAR_ERR_FULL: return TRY_AGAIN;
    case LAR_ERR_IO:
    case LAR_ERR_NOMEM:
    case LAR_ERR_INTERNAL:
    case LAR_ERR_DENIED: return load->stage == LOAD_LOADER ? DIED : TRY_AGAIN;
    case LAR_ERR_DIED: return DIED;
    default: return FOR_GOOD;
    }
}

static int64_t backoff_ms(const struct lar_registry *registry, unsigned tries)
{
    int64_t ms = registry->settings.settle_ms < 20 ? 20 : registry->settings.settle_ms;
    for (unsigned i = 0; i < tries && ms < LONGEST_RETRY_MS; i++)
        ms *= 2;
    if (ms > LONGEST_RETRY_MS)
        ms = LONGEST_RETRY_MS;
    return ms - ms / 8 + lar_now_ms() % (ms / 4 + 1); /* spread, so that few meet */
}

static void record_failure(struct lar_registry *registry, struct slot *slot,
                           const struct load *load, const struct lar_error *err, bool for_good)
{
    struct version *v = version_of(slot);
    bool known = v->entry.error.code && strcmp(v->entry.error.text, err->text) == 0;
    v->entry.error = *err;
    if (!v->loaded) {
        v->entry.state = for_good ? LAR_STATE_END : LAR_STATE_START;
        lar_version_set_report(registry, v, load->report);
        v->entry.size = load->size;
        memcpy(v->entry.sha256, load->sha256, sizeof v->entry.sha256);
    }
    if (!known)
        lar_registry_log(registry, for_good ? LAR_LOG_ERROR : LAR_LOG_WARNING,
                         "model '%s' version %llu does not load%s: %s", slot->model->name,
                         (unsigned long long)v->entry.number, for_good ? "" : " now", err->text);
}

static void fail(struct lar_registry *registry, struct slot *slot, const struct load *load,
                 const struct lar_error *err)
{
    enum verdict verdict = judge(slot, load, err);
    int64_t now = lar_now_ms();
    struct version *v = version_of(slot);
    if (verdict == LOOK_AGAIN) {
        slot->since_ms = now;
        slot->second_look = true;
        slot->is_seen = err->code == LAR_ERR_TRUNCATED;
        if (!slot->is_seen) /* still moving: nobody waits for that */
            lar_slot_awaited(registry, slot, false);
        if (!v->loaded)
            v->entry.state = LAR_STATE_START;
        lar_registry_scan_by(registry, now + registry->settings.settle_ms);
        return;
    }
    bool for_good = verdict == FOR_GOOD || (verdict == DIED && ++slot->deaths >= DEATHS);
    slot->failed = *load->expected;
    slot->is_failed = true;
    if (for_good) {
        slot->done = *load->expected;
        slot->is_done = true;
        slot->retry_ms = 0;
    } else {
        slot->retry_ms = now + backoff_ms(registry, slot->tries++);
        lar_registry_wake(registry);
    }
    record_failure(registry, slot, load, err, for_good);
}

/* ---- either ---- */

/* Settings may have changed meanwhile: then it is translated again. */
static bool same_options(const struct model *model, const struct load *load)
{
    const char *now = model->settings.options;
    return strcmp(now ? now : "", load->options ? load->options : "") == 0;
}

void lar_slot_succeed(struct lar_registry *registry, struct slot *slot, struct load *load)
{
    struct lar_error err = {0};
    struct version *v =
        slot->number ? slot->serving : own_version(registry, slot, load->sha256, &err);
    if (!v) {
        lar_loaded_free(load->loaded);
        load->loaded = NULL;
        if (err.code == LAR_ERR_CONFLICT)
            fail(registry, slot, load, &err);
        else
            slot->retry_ms = lar_now_ms() + 1000;
        return;
    }
    char before[LAR_HASH_HEX] = "";
    if (v->loaded)
        memcpy(before, v->entry.sha256, sizeof before);
    if (v->loaded && strcmp(v->loaded->key, load->key) == 0) {
        lar_loaded_free(load->loaded); /* the same bytes, touched: what answers goes on */
    } else {
        lar_loaded_name(load->loaded, slot->model->name, v->entry.number, load->sha256);
        load->loaded->public.serial = ++registry->n_loaded;
        lar_version_set_loaded(registry, v, load->loaded);
        lar_version_set_report(registry, v, load->report);
        memcpy(v->entry.sha256, load->sha256, sizeof v->entry.sha256);
        v->entry.size = load->size;
        v->entry.created_ms = load->identity.modified_ns / 1000000;
        v->entry.loaded_ms = lar_unix_ms();
    }
    lar_error_clear(&v->entry.error);
    v->entry.state = LAR_STATE_AVAILABLE;
    slot->done = slot->loaded = load->identity;
    slot->is_loaded = true;
    slot->is_done = same_options(slot->model, load);
    clear_trouble(slot);
    tell_loaded(registry, slot, v, before);
}

/* ---- the threads ---- */

static void finish_job(struct lar_registry *registry, struct slot *slot, struct load *load, bool ok,
                       const struct lar_error *err)
{
    slot->job = JOB_NONE;
    if (slot->gone) {
        lar_loaded_free(load->loaded);
        free(slot->path);
        free(slot);
        return;
    }
    if (ok)
        lar_slot_succeed(registry, slot, load);
    else
        fail(registry, slot, load, err);
    lar_registry_policy(registry, slot->model);
    if (lar_slot_decided(slot))
        lar_slot_awaited(registry, slot, false);
    if (slot->model->notes_changed)
        lar_registry_wake(registry);
    lar_registry_changed(registry);
}

static void run_job(struct lar_registry *registry, struct slot *slot)
{
    struct lar_error err = {0};
    struct lar_identity expected = slot->seen;
    char in_index[LAR_INDEX_PATH];
    struct version *v = version_of(slot);
    slot->job = JOB_RUNNING;
    if (!v->loaded)
        v->entry.state = LAR_STATE_LOADING;
    const char *options = slot->model->settings.options;
    struct load load = {.root = fcntl(slot->root->fd, F_DUPFD_CLOEXEC, 3),
                        .path = strdup(slot->path),
                        .index_path =
                            lar_slot_index_path(slot, in_index, sizeof in_index) ? in_index : NULL,
                        .expected = &expected,
                        .options = options ? strdup(options) : NULL,
                        .keep = true};
    lar_registry_changed(registry);
    pthread_mutex_unlock(&registry->lock);
    bool ok = load.root >= 0 && load.path && !load.options == !options
                  ? lar_load_run(registry, &load, &err)
                  : lar_fail(&err, LAR_ERR_NOMEM, "out of memory or descriptors for a load");
    if (load.root >= 0)
        close(load.root);
    free((char *)load.path);
    pthread_mutex_lock(&registry->lock);
    finish_job(registry, slot, &load, ok, &err);
    free(load.report);
    free(load.options);
}

static struct slot *next_job(struct lar_registry *registry)
{
    struct slot *slot = registry->queue;
    registry->queue = slot->queue_next;
    if (!registry->queue)
        registry->queue_end = &registry->queue;
    return slot;
}

void *lar_registry_load_thread(void *arg)
{
    struct lar_registry *registry = arg;
    bool gives_way = false;
    pthread_setname_np(pthread_self(), "load");
    pthread_mutex_lock(&registry->lock);
    while (!registry->stop) {
        lar_registry_give_way(registry, &gives_way);
        if (!registry->queue) {
            pthread_cond_wait(&registry->work, &registry->lock);
            continue;
        }
        struct slot *slot = next_job(registry);
        if (slot->gone) {
            free(slot->path);
            free(slot);
        } else {
            run_job(registry, slot);
        }
    }
    pthread_mutex_unlock(&registry->lock);
    return NULL;
}

/* The registry's life: start, its own thread, reload, stop.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/priority.h"
#include "persistence/store/compiled.h"
#include "persistence/store/name.h"
#include "server/registry_private.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { NICENESS = 5, DEBOUNCE_MS = 100, TABLE_WAIT_MS = 10 };

void lar_registry_wake(struct lar_registry *registry)
{
    uint64_t one = 1;
    if (write(registry->wake, &one, sizeof one) < 0)
        return; /* the counter is full: it is awake */
}

void lar_registry_scan_by(struct lar_registry *registry, int64_t ms)
{
    if (ms >= registry->next_scan_ms)
        return;
    registry->next_scan_ms = ms;
    lar_registry_wake(registry);
}

void lar_registry_log(struct lar_registry *registry, enum lar_log_level level, const char *format,
                      ...)
{
    char text[1024];
    va_list args;
    if (!registry->log)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lar_log(registry->log, level, "%s", text);
}

void lar_registry_give_way(const struct lar_registry *registry, bool *gives_way)
{
    if (*gives_way || !registry->complete)
        return;
    lar_priority_give_way(NICENESS);
    *gives_way = true;
}

/* ---- the registry's own thread ---- */

static int64_t period_ms(const struct lar_registry *registry)
{
    int64_t ms = (int64_t)registry->settings.scan_seconds * 1000;
    if (ms == 0)
        ms = 5000;
    return ms - ms / 10 + lar_now_ms() % (ms / 5 + 1);
}

static bool index_uses(const void *index, const char *key)
{
    return lar_index_uses(index, key);
}

/* Writes what has changed for the next start; once, when all is loaded, forgets what nobody uses.
 */
static void keep_state(struct lar_registry *registry, bool *swept)
{
    pthread_mutex_lock(&registry->lock);
    bool idle = !registry->queue || registry->stop, notes = false, complete = registry->complete;
    for (size_t i = 0; i < registry->n_models; i++)
        notes |= registry->models[i]->notes_changed;
    pthread_mutex_unlock(&registry->lock);
    if (notes)
        lar_registry_notes_save(registry);
    pthread_mutex_lock(&registry->index_lock);
    if (complete && !*swept && registry->store.locked) {
        lar_compiled_sweep(&registry->store, &registry->started, index_uses, &registry->index);
        *swept = true;
    }
    if (idle)
        lar_index_write(&registry->index, &registry->store);
    pthread_mutex_unlock(&registry->index_lock);
}

/* How long to sleep, after what is due has been started. */
static int64_t due_ms(struct lar_registry *registry, bool *ret_scan)
{
    pthread_mutex_lock(&registry->lock);
    int64_t now = lar_now_ms(), retry = lar_registry_retry(registry, now);
    if (registry->changed && now - registry->published_ms >= TABLE_WAIT_MS)
        lar_registry_publish(registry);
    int64_t next = registry->next_scan_ms;
    if (retry < next)
        next = retry;
    if (registry->changed && registry->published_ms + TABLE_WAIT_MS < next)
        next = registry->published_ms + TABLE_WAIT_MS;
    *ret_scan = registry->next_scan_ms <= now;
    pthread_mutex_unlock(&registry->lock);
    return next > now ? next - now : 0;
}

static void hear(struct lar_registry *registry, struct lar_events *events)
{
    uint64_t count;
    if (read(registry->wake, &count, sizeof count) < 0 && errno != EAGAIN)
        return;
    if (!registry->watcher)
        return;
    bool before = events->any;
    lar_watcher_read(registry->watcher, events);
    if (events->any && !before) {
        int64_t wait = registry->settings.settle_ms / 10;
        pthread_mutex_lock(&registry->lock);
        lar_registry_scan_by(registry, lar_now_ms() + (wait < DEBOUNCE_MS ? wait : DEBOUNCE_MS));
        pthread_mutex_unlock(&registry->lock);
    }
}

static void scan(struct lar_registry *registry, struct lar_events *events)
{
    pthread_mutex_lock(&registry->lock);
    registry->next_scan_ms = lar_now_ms() + period_ms(registry);
    pthread_mutex_unlock(&registry->lock);
    if (registry->watcher)
        lar_watcher_read(registry->watcher, events);
    lar_events_sort(events);
    if (lar_registry_scan(registry, events)) {
        lar_events_finish(events);
    } else {
        pthread_mutex_lock(&registry->lock);
        lar_registry_scan_by(registry, lar_now_ms());
        pthread_mutex_unlock(&registry->lock);
    }
}

static void *run(void *arg)
{
    struct lar_registry *registry = arg;
    struct lar_events events = {0};
    bool swept = false, stop = false, gives_way = false;
    clock_gettime(CLOCK_REALTIME_COARSE, &registry->started); /* nothing has been loaded yet */
    pthread_setname_np(pthread_self(), "registry");
    while (!stop) {
        bool due;
        int64_t wait = due_ms(registry, &due);
        struct pollfd fds[] = {
            {.fd = registry->wake, .events = POLLIN},
            {.fd = registry->watcher ? lar_watcher_fd(registry->watcher) : -1, .events = POLLIN}};
        poll(fds, 2, due ? 0 : wait > 60000 ? 60000 : (int)wait);
        hear(registry, &events);
        if (due)
            scan(registry, &events);
        keep_state(registry, &swept);
        pthread_mutex_lock(&registry->lock);
        lar_registry_give_way(registry, &gives_way);
        stop = registry->stop;
        pthread_mutex_unlock(&registry->lock);
    }
    lar_events_finish(&events);
    return NULL;
}

/* ---- start and stop ---- */

static bool make_roots(struct lar_registry *registry, const struct lar_registry_settings *settings,
                       struct lar_error *err)
{
    registry->roots = calloc(settings->n_named + 1, sizeof *registry->roots);
    if (!registry->roots)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the registry");
    if (settings->models) {
        struct root *root = &registry->roots[registry->n_roots++];
        root->fd = -1;
        root->path = strdup(settings->models);
        if (!root->path)
            return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a path");
    }
    for (size_t i = 0; i < settings->n_named; i++) {
        const char *name = settings->named[i].name;
        if (!lar_name_is_model(name, strlen(name)) || lar_registry_is_named(registry, name))
            return lar_fail(err, LAR_ERR_INVALID, "'%s' is no name for a model, or is given twice",
                            name);
        struct root *root = &registry->roots[registry->n_roots++];
        root->fd = -1;
        root->model = strdup(name);
        root->path = strdup(settings->named[i].path);
        if (!root->model || !root->path)
            return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a path");
    }
    return true;
}

static bool start_threads(struct lar_registry *registry, struct lar_error *err)
{
    size_t n = registry->settings.loaders ? registry->settings.loaders : 1;
    registry->load_threads = calloc(n, sizeof *registry->load_threads);
    if (!registry->load_threads)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the registry");
    int rc = pthread_create(&registry->thread, NULL, run, registry);
    if (rc)
        return lar_fail_errno(err, rc, "starting the registry's thread");
    registry->has_thread = true;
    for (size_t i = 0; i < n; i++) {
        rc = pthread_create(&registry->load_threads[i], NULL, lar_registry_load_thread, registry);
        if (rc)
            return lar_fail_errno(err, rc, "starting a load thread");
        registry->n_load_threads++;
    }
    return true;
}

static bool start(struct lar_registry *registry, const struct lar_registry_settings *settings,
                  struct lar_error *err)
{
    struct lar_error why = {0};
    if (!lar_store_open(&registry->store, settings->models, settings->state, err))
        return false;
    registry->has_store = true;
    if (settings->models && registry->store.read_only[0])
        lar_registry_log(registry, LAR_LOG_WARNING, "models are read-only: %s",
                         registry->store.read_only);
    if (registry->store.compiled < 0)
        lar_registry_log(registry, LAR_LOG_WARNING,
                         "compiled models are not kept: there is no writable state folder");
    if (!lar_index_read(&registry->index, &registry->store, lar_spawner_build_id(registry->spawner),
                        err) ||
        !make_roots(registry, settings, err))
        return false;
    registry->epochs = lar_epochs_new(err);
    registry->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!registry->epochs || registry->wake < 0)
        return lar_fail_errno(err, errno, "starting the registry");
    registry->watcher = lar_watcher_new(&why);
    if (!registry->watcher)
        lar_registry_log(registry, LAR_LOG_WARNING,
                         "changes are seen by scans only, every %u s: %s",
                         registry->settings.scan_seconds, why.text);
    lar_registry_publish(registry);
    if (!atomic_load(&registry->table))
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the registry's table");
    return start_threads(registry, err);
}

bool lar_registry_start(struct lar_registry **ret, const struct lar_registry_settings *settings,
                        struct lar_spawner *spawner, struct lar_error *err)
{
    struct lar_registry *registry = calloc(1, sizeof *registry);
    if (!registry)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the registry");
    registry->settings = *settings;
    registry->settings.models = registry->settings.state = NULL;
    registry->settings.named = NULL;
    registry->log = settings->log;
    registry->spawner = spawner;
    registry->wake = -1;
    registry->queue_end = &registry->queue;
    pthread_mutex_init(&registry->manage, NULL);
    pthread_mutex_init(&registry->lock, NULL);
    pthread_mutex_init(&registry->index_lock, NULL);
    pthread_cond_init(&registry->work, NULL);
    pthread_cond_init(&registry->settled, NULL);
    sem_init(&registry->loaders, 0, settings->loaders ? settings->loaders : 1);
    if (start(registry, settings, err)) {
        *ret = registry;
        return true;
    }
    lar_registry_stop(registry);
    return false;
}

static void stop_threads(struct lar_registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    registry->stop = true;
    pthread_cond_broadcast(&registry->work);
    pthread_cond_broadcast(&registry->settled);
    pthread_mutex_unlock(&registry->lock);
    for (size_t i = 0; i < registry->n_load_threads; i++)
        pthread_join(registry->load_threads[i], NULL);
    if (registry->has_thread) {
        lar_registry_wake(registry);
        pthread_join(registry->thread, NULL);
        bool swept = true;
        keep_state(registry, &swept);
    }
    free(registry->load_threads);
}

static void free_models(struct lar_registry *registry)
{
    struct table *table = atomic_exchange(&registry->table, NULL);
    if (table)
        lar_epochs_retire(registry->epochs, &table->retired);
    while (registry->queue) { /* so that dropping an entry frees it */
        struct slot *slot = registry->queue;
        registry->queue = slot->queue_next;
        slot->job = JOB_NONE;
        if (slot->gone) {
            free(slot->path);
            free(slot);
        }
    }
    while (registry->n_models) {
        struct model *model = registry->models[--registry->n_models];
        while (model->slots)
            lar_slot_drop(registry, model->slots);
        lar_registry_model_free(registry, model);
    }
    while (registry->garbage) {
        struct lar_retired *next = registry->garbage->next;
        lar_epochs_retire(registry->epochs, registry->garbage);
        registry->garbage = next;
    }
    free(registry->models);
}

void lar_registry_stop(struct lar_registry *registry)
{
    if (!registry)
        return;
    stop_threads(registry);
    if (registry->epochs)
        free_models(registry);
    lar_epochs_free(registry->epochs);
    lar_watcher_free(registry->watcher);
    for (size_t i = 0; i < registry->n_roots; i++) {
        if (registry->roots[i].fd >= 0)
            close(registry->roots[i].fd);
        free(registry->roots[i].model);
        free(registry->roots[i].path);
    }
    free(registry->roots);
    lar_index_finish(&registry->index);
    if (registry->has_store)
        lar_store_close(&registry->store);
    if (registry->wake >= 0)
        close(registry->wake);
    sem_destroy(&registry->loaders);
    pthread_cond_destroy(&registry->work);
    pthread_cond_destroy(&registry->settled);
    pthread_mutex_destroy(&registry->manage);
    pthread_mutex_destroy(&registry->lock);
    pthread_mutex_destroy(&registry->index_lock);
    free(registry);
}

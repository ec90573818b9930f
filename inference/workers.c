/* The pool of threads; see workers.h.
 * SPDX-License-Identifier: MIT */
#include "inference/workers.h"

#include "base/priority.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    lar_job job;
    void *argument;
};

struct worker {
    struct lar_workers *pool;
    struct lar_scratch *scratch;
    pthread_t thread;
};

struct lar_workers {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* a job came, or the end */
    struct entry *ring;
    size_t room, first, waiting;
    bool stopping;
    int nice;
    struct worker *workers;
    unsigned n_workers; /* whose threads run */
};

/* Waits for a job; false: there is none and will be none. */
static bool take(struct lar_workers *pool, struct entry *ret)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->waiting == 0 && !pool->stopping)
        pthread_cond_wait(&pool->wake, &pool->lock);
    bool found = pool->waiting > 0;
    if (found) {
        *ret = pool->ring[pool->first];
        pool->first = (pool->first + 1) % pool->room;
        pool->waiting--;
    }
    pthread_mutex_unlock(&pool->lock);
    return found;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct entry entry;
    if (worker->pool->nice > 0)
        lar_priority_give_way(worker->pool->nice);
    while (take(worker->pool, &entry)) {
        lar_scratch_reset(worker->scratch);
        entry.job(entry.argument, worker->scratch);
        lar_scratch_reset(worker->scratch); /* what was much goes back before the thread sleeps */
    }
    return NULL;
}

static bool start_thread(struct lar_workers *pool, const struct lar_workers_settings *settings,
                         struct lar_error *err)
{
    struct worker *worker = &pool->workers[pool->n_workers];
    sigset_t all, before;
    worker->pool = pool;
    worker->scratch = lar_scratch_new(settings->keep, settings->limit, err);
    if (!worker->scratch)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        lar_scratch_free(worker->scratch);
        return lar_fail_errno(err, error, "cannot start a thread");
    }
    pthread_setname_np(worker->thread, settings->name ? settings->name : "worker");
    pool->n_workers++;
    return true;
}

bool lar_workers_start(struct lar_workers **ret, const struct lar_workers_settings *settings,
                       struct lar_error *err)
{
    struct lar_workers *pool = calloc(1, sizeof *pool);
    if (!pool)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the workers");
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->nice = settings->nice;
    pool->room = settings->queue ? settings->queue : 1;
    pool->ring = calloc(pool->room, sizeof *pool->ring);
    pool->workers = calloc(settings->threads ? settings->threads : 1, sizeof *pool->workers);
    bool ok = pool->ring && pool->workers;
    if (!ok)
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for the workers");
    while (ok && (pool->n_workers < settings->threads || pool->n_workers == 0))
        ok = start_thread(pool, settings, err);
    if (ok)
        *ret = pool;
    else
        lar_workers_stop(pool);
    return ok;
}

bool lar_workers_submit(struct lar_workers *pool, lar_job job, void *argument,
                        struct lar_error *err)
{
    pthread_mutex_lock(&pool->lock);
    bool stopping = pool->stopping, full = pool->waiting == pool->room;
    if (!stopping && !full) {
        pool->ring[(pool->first + pool->waiting++) % pool->room] = (struct entry){job, argument};
        pthread_cond_signal(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);
    if (stopping)
        return lar_fail(err, LAR_ERR_UNAVAILABLE, "the server is stopping");
    return !full || lar_fail(err, LAR_ERR_BUSY, "%zu requests are waiting already", pool->room);
}

size_t lar_workers_waiting(struct lar_workers *pool)
{
    pthread_mutex_lock(&pool->lock);
    size_t n = pool->waiting;
    pthread_mutex_unlock(&pool->lock);
    return n;
}

void lar_workers_stop(struct lar_workers *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->n_workers; i++) {
        pthread_join(pool->workers[i].thread, NULL);
        lar_scratch_free(pool->workers[i].scratch);
    }
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool->ring);
    free(pool->workers);
    free(pool);
}

/* Readers, epochs and the thread that frees; see epoch.h.
 * SPDX-License-Identifier: MIT */
#include "server/epoch.h"

#include "base/clock.h"
#include "base/priority.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_WAIT_MS = 5, LONGEST_WAIT_MS = 200, NICENESS = 5 };

struct lar_epochs {
    _Atomic uint64_t now; /* begins at 1 */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work;
    struct lar_epoch_reader *readers;
    struct lar_retired *retired;
    bool stop;
    pthread_t thread;
};

/* The oldest epoch that a reader may still be in. */
static uint64_t oldest(const struct lar_epochs *e)
{
    uint64_t ret = UINT64_MAX;
    for (const struct lar_epoch_reader *r = e->readers; r; r = r->next) {
        uint64_t seen = atomic_load(&r->seen);
        if (seen && seen < ret)
            ret = seen;
    }
    return ret;
}

/* Takes what can be freed off the list. */
static struct lar_retired *collect(struct lar_epochs *e)
{
    struct lar_retired *ret = NULL;
    uint64_t passed = oldest(e);
    for (struct lar_retired **at = &e->retired; *at;) {
        struct lar_retired *r = *at;
        if (r->epoch <= passed && (!r->references || atomic_load(r->references) == 0)) {
            *at = r->next;
            r->next = ret;
            ret = r;
        } else {
            at = &r->next;
        }
    }
    return ret;
}

static void release_all(struct lar_retired *list)
{
    while (list) {
        struct lar_retired *next = list->next;
        list->release(list);
        list = next;
    }
}

static void wait_ms(struct lar_epochs *e, long ms)
{
    struct timespec until = lar_after_ms(CLOCK_MONOTONIC, ms);
    pthread_cond_timedwait(&e->work, &e->lock, &until);
}

static void *reclaim(void *arg)
{
    struct lar_epochs *e = arg;
    long wait = FIRST_WAIT_MS;
    pthread_setname_np(pthread_self(), "reclaim");
    lar_priority_give_way(NICENESS);
    pthread_mutex_lock(&e->lock);
    while (!e->stop) {
        struct lar_retired *list = collect(e);
        if (list) {
            pthread_mutex_unlock(&e->lock);
            release_all(list);
            pthread_mutex_lock(&e->lock);
            wait = FIRST_WAIT_MS;
        } else if (e->retired) {
            wait_ms(e, wait);
            wait = wait * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait * 2;
        } else {
            wait = FIRST_WAIT_MS;
            pthread_cond_wait(&e->work, &e->lock);
        }
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

struct lar_epochs *lar_epochs_new(struct lar_error *err)
{
    struct lar_epochs *e = calloc(1, sizeof *e);
    if (!e) {
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for the registry");
        return NULL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    atomic_init(&e->now, 1);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int rc = pthread_create(&e->thread, NULL, reclaim, e);
    if (rc) {
        lar_fail_errno(err, rc, "starting the reclaiming thread");
        pthread_cond_destroy(&e->work);
        pthread_mutex_destroy(&e->lock);
        free(e);
        return NULL;
    }
    return e;
}

void lar_epochs_free(struct lar_epochs *e)
{
    if (!e)
        return;
    pthread_mutex_lock(&e->lock);
    e->stop = true;
    pthread_cond_signal(&e->work);
    pthread_mutex_unlock(&e->lock);
    pthread_join(e->thread, NULL);
    release_all(e->retired);
    pthread_cond_destroy(&e->work);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

void lar_epochs_add(struct lar_epochs *e, struct lar_epoch_reader *reader)
{
    atomic_init(&reader->seen, 0);
    pthread_mutex_lock(&e->lock);
    reader->next = e->readers;
    e->readers = reader;
    pthread_mutex_unlock(&e->lock);
}

void lar_epochs_remove(struct lar_epochs *e, struct lar_epoch_reader *reader)
{
    pthread_mutex_lock(&e->lock);
    for (struct lar_epoch_reader **at = &e->readers; *at; at = &(*at)->next)
        if (*at == reader) {
            *at = reader->next;
            break;
        }
    pthread_mutex_unlock(&e->lock);
}

/* Sequentially consistent, all of it: either the reclaiming thread sees this turn, or the pointer
 * that the reader loads next is the one that was put before the retirement. */
void lar_epochs_turn(struct lar_epochs *e, struct lar_epoch_reader *reader)
{
    atomic_store(&reader->seen, atomic_load(&e->now));
}

void lar_epochs_idle(struct lar_epoch_reader *reader)
{
    atomic_store_explicit(&reader->seen, 0, memory_order_release);
}

void lar_epochs_retire(struct lar_epochs *e, struct lar_retired *retired)
{
    pthread_mutex_lock(&e->lock);
    retired->epoch = atomic_fetch_add(&e->now, 1) + 1;
    retired->next = e->retired;
    e->retired = retired;
    pthread_cond_signal(&e->work);
    pthread_mutex_unlock(&e->lock);
}

bool lar_epochs_passed(struct lar_epochs *e, const struct lar_retired *retired)
{
    pthread_mutex_lock(&e->lock);
    bool ret = retired->epoch && retired->epoch <= oldest(e);
    pthread_mutex_unlock(&e->lock);
    return ret;
}

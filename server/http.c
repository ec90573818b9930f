/* The HTTP service: its threads, and the acceptor that feeds them.
 * SPDX-License-Identifier: MIT */
#include "server/http.h"
#include "base/clock.h"
#include "server/http_thread.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/* Deals connections round: with several instances on one listener, one would get them all. */
static void deliver(void *context, const struct lar_accepted *accepted)
{
    struct lar_http *http = context;
    struct lar_connection *c = calloc(1, sizeof *c);
    if (!c) {
        close(accepted->fd);
        lar_acceptor_release(http->acceptor);
        return;
    }
    c->mail.kind = LAR_MAIL_CONNECTION;
    c->accepted = *accepted;
    struct lar_http_thread *t = &http->threads[http->next++ % http->n_threads];
    lar_mailbox_send(&t->home.box, &c->mail.mail);
}

static bool thread_init(struct lar_http *http, struct lar_http_thread *t, struct lar_error *err)
{
    t->http = http;
    t->home.settings = &http->settings;
    t->home.slabs.budget = &http->budget;
    t->home.box.fd = -1;
    if (getrandom(t->home.id_key, sizeof t->home.id_key, 0) != sizeof t->home.id_key)
        return lar_fail_errno(err, errno, "random bytes");
    if (!lar_mailbox_init(&t->home.box, err))
        return false;
    t->home.lane = http->settings.lane_new(http->settings.service, err);
    return t->home.lane && lar_http_thread_start(t, err);
}

bool lar_http_start(struct lar_http **ret, const struct lar_http_settings *settings,
                    struct lar_listeners *listeners, struct lar_error *err)
{
    struct lar_http *http = calloc(1, sizeof *http);
    if (http)
        http->threads = calloc(settings->threads, sizeof *http->threads);
    if (!http || !http->threads) {
        free(http);
        return lar_fail(err, LAR_ERR_NOMEM, "HTTP service");
    }
    http->settings = *settings;
    atomic_init(&http->budget.left, settings->bodies_memory);
    *ret = http; /* before anything is accepted: the first request may ask for it */
    bool ok = true;
    while (ok && http->n_threads < settings->threads)
        ok = thread_init(http, &http->threads[http->n_threads++], err);
    ok = ok &&
         lar_acceptor_start(&http->acceptor, listeners, settings->connections, deliver, http, err);
    if (!ok) {
        lar_http_stop(http, 0);
        lar_http_free(http);
        *ret = NULL;
    }
    return ok;
}

void lar_http_stop(struct lar_http *http, int64_t time_ms)
{
    if (http->acceptor)
        lar_acceptor_stop(http->acceptor);
    atomic_store(&http->force_at, lar_now_ms() + time_ms);
    atomic_store(&http->stopping, true);
    for (unsigned i = 0; i < http->n_threads; i++)
        lar_mailbox_wake(&http->threads[i].home.box);
    for (unsigned i = 0; i < http->n_threads; i++)
        lar_http_thread_finish(&http->threads[i]);
}

void lar_http_free(struct lar_http *http)
{
    if (!http)
        return;
    for (unsigned i = 0; i < http->n_threads; i++) {
        struct lar_http_thread *t = &http->threads[i];
        lar_exchange_home_finish(&t->home);
        lar_deadlines_finish(&t->deadlines);
        lar_mailbox_finish(&t->home.box);
        if (t->home.lane)
            http->settings.lane_free(t->home.lane);
    }
    lar_acceptor_free(http->acceptor);
    free(http->threads);
    free(http);
}

uint64_t lar_http_answers(const struct lar_http *http, unsigned status)
{
    uint64_t n = 0;
    for (unsigned i = 0; status < LAR_HTTP_STATUSES && i < http->n_threads; i++)
        n += atomic_load_explicit(&http->threads[i].answers[status], memory_order_relaxed);
    return n;
}

void lar_http_sizes(const struct lar_http *http, struct lar_sizes_read *received,
                    struct lar_sizes_read *sent)
{
    for (unsigned i = 0; i < http->n_threads; i++) {
        lar_sizes_read(&http->threads[i].received, received);
        lar_sizes_read(&http->threads[i].sent, sent);
    }
}

uint64_t lar_http_in_flight(const struct lar_http *http)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < http->n_threads; i++)
        n += atomic_load_explicit(&http->threads[i].home.in_flight, memory_order_relaxed);
    return n;
}

size_t lar_http_connections(const struct lar_http *http)
{
    return http->acceptor ? lar_acceptor_open(http->acceptor) : 0;
}

int64_t lar_http_bodies_left(const struct lar_http *http)
{
    return atomic_load_explicit(&http->budget.left, memory_order_relaxed);
}

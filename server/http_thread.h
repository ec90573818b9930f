/* One HTTP thread; for http.c, http_thread.c and connection.c only.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_HTTP_THREAD_H
#define SERVER_HTTP_THREAD_H

#include "server/acceptor.h"
#include "server/deadlines.h"
#include "server/exchange.h"
#include "server/sizes.h"

#include <pthread.h>

enum { LAR_HTTP_STATUSES = 600 };

struct lar_connection {
    struct lar_http_mail mail; /* first */
    struct lar_accepted accepted;
    struct MHD_Connection *mhd;    /* NULL until the library has it */
    struct lar_deadline deadline;  /* when it ends, or is looked at before that */
    int64_t until;                 /* when it ends */
    struct lar_exchange *exchange; /* the request under way */
    struct lar_connection *next, *previous;
    bool shut;
};

struct lar_http_thread {
    struct lar_exchange_home home;
    struct lar_http *http;
    struct MHD_Daemon *library;
    struct lar_deadlines deadlines;
    struct lar_connection *adding, *connections;
    size_t n_connections;
    int64_t now; /* milliseconds, read once a turn */
    bool draining, running;
    pthread_t id;
    /* Written by this thread only. */
    _Atomic uint64_t answers[LAR_HTTP_STATUSES]; /* by status */
    struct lar_sizes received, sent;             /* bodies */
};

struct lar_http {
    struct lar_http_settings settings;
    struct lar_budget budget;
    struct lar_acceptor *acceptor;
    struct lar_http_thread *threads;
    unsigned n_threads;
    unsigned next; /* the acceptor's: gets the next connection */
    _Atomic bool stopping;
    _Atomic int64_t force_at; /* then connections are ended */
    struct lar_log_limit log_limit;
};

static inline int64_t lar_limit_of(_Atomic int64_t *limit)
{
    return atomic_load_explicit(limit, memory_order_relaxed);
}

/* connection.c: C ends MS from now. */
void lar_connection_allow(struct lar_http_thread *t, struct lar_connection *c, int64_t ms);
/* The same, for one whose client has more to send: a look at it comes first. */
void lar_connection_await(struct lar_http_thread *t, struct lar_connection *c, int64_t ms);
/* A request has begun: whether its client is still there is looked at soon. */
void lar_connection_look(struct lar_http_thread *t, struct lar_connection *c);
/* Ends it; the library notices. */
void lar_connection_shut(struct lar_http_thread *t, struct lar_connection *c);
/* Ends those whose time is over or whose client has gone. */
void lar_connections_expire(struct lar_http_thread *t, int64_t now);

/* T is zeroed but for home and http. */
bool lar_http_thread_start(struct lar_http_thread *t, struct lar_error *err);
/* Waits for the thread, which ends after http->stopping. */
void lar_http_thread_finish(struct lar_http_thread *t);

#endif

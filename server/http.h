/* The HTTP service: connections in, endpoints called, answers out.
 *
 * A few threads, each with its own instance of the HTTP library, its own connections, deadlines,
 * slabs and lane; an acceptor deals connections to them. An endpoint that cannot answer at once
 * goes to the workers; the connection waits meanwhile, its thread does not.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "base/log.h"
#include "server/access_log.h"
#include "server/cors.h"
#include "server/listeners.h"
#include "server/networks.h"
#include "server/routes.h"

#include <stdatomic.h>

struct lar_http;

/* What may change while serving; milliseconds and bytes. */
struct lar_http_limits {
    _Atomic int64_t body; /* of a predict call */
    _Atomic int64_t header_time, body_time, response_time, idle_time;
};

/* Work for a worker. Runs once with the worker's lane. */
struct lar_task {
    struct lar_task *next; /* for whoever queues it */
    void (*run)(struct lar_task *task, void *lane);
};

struct lar_http_settings {
    unsigned threads;
    size_t connections; /* at a time, of all threads together */
    size_t upload_limit, answer_limit;
    int64_t bodies_memory;
    struct lar_http_limits *limits;
    const struct lar_route *routes; /* ends with a NULL pattern */
    void *service;                  /* becomes rq->service */
    struct lar_log *log;
    struct lar_access_log *access_log;          /* NULL: off */
    const struct lar_cors *cors;                /* NULL: off */
    const char *base_path;                      /* NULL: none */
    const char *const *everywhere;              /* ends with NULL: paths that need no base_path */
    const struct lar_networks *trusted_proxies; /* NULL: none */

    /* A lane is what a thread that runs endpoints owns. Between turn() and idle() it runs them. */
    void *(*lane_new)(void *service, struct lar_error *err);
    void (*lane_free)(void *lane);
    void (*lane_turn)(void *lane);
    void (*lane_idle)(void *lane);

    /* Whether RQ, matched and changing something, may; NULL: everyone may everything. */
    bool (*admit)(struct lar_request *rq, struct lar_error *err);

    /* RQ is being answered, with what its answer says: called once, on its HTTP thread, between
     * turn() and idle(). May be NULL. */
    void (*answered)(struct lar_request *rq);

    /* Gives TASK, of RQ, to a worker; false: the queue is full. It must run some time. */
    bool (*submit)(void *service, const struct lar_request *rq, struct lar_task *task);
};

/* LISTENERS are taken over on success. */
bool lar_http_start(struct lar_http **ret, const struct lar_http_settings *settings,
                    struct lar_listeners *listeners, struct lar_error *err);

/* Stops accepting; answers carry Connection: close; waits until all requests under way have been
 * answered or TIME_MS have passed, then ends what is left. Workers must still run. */
void lar_http_stop(struct lar_http *http, int64_t time_ms);
void lar_http_free(struct lar_http *http); /* accepts NULL; stopped before */

/* Numbers for metrics: any thread. */
uint64_t lar_http_answers(const struct lar_http *http, unsigned status);
struct lar_sizes_read;
/* Adds the sizes of all bodies to *RECEIVED (as they came) and *SENT. */
void lar_http_sizes(const struct lar_http *http, struct lar_sizes_read *received,
                    struct lar_sizes_read *sent);
/* Requests between the end of their target and the end of their answer. */
uint64_t lar_http_in_flight(const struct lar_http *http);
size_t lar_http_connections(const struct lar_http *http);
int64_t lar_http_bodies_left(const struct lar_http *http);

#endif

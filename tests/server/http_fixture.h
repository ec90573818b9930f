/* The HTTP service with endpoints made for tests, in this process.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SERVER_HTTP_FIXTURE_H
#define TESTS_SERVER_HTTP_FIXTURE_H

#include "server/http.h"
#include "tests/server/client.h"

#include <stdio.h>

struct fixture {
    struct lar_http *http;
    struct lar_http_limits limits;
    struct lar_log log;
    struct pool *pool;
    int port;
    char socket_path[64];        /* of the second listener */
    _Atomic int abandoned, runs; /* streams given up; endpoints run on workers */
    _Atomic int gate;            /* /gate waits while it is 0 */
};

/* What differs between tests; 0: a default. */
struct fixture_options {
    unsigned threads, workers, queue;
    size_t connections, upload_limit;
    int64_t bodies_memory;
    int64_t header_time, body_time, response_time, idle_time;
};

void fixture_start(struct fixture *f, const struct fixture_options *options);
void fixture_stop(struct fixture *f, int64_t time_ms);

#endif

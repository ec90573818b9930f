/* The HTTP service with endpoints made for tests, in this process, and a client of raw bytes.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SERVER_HTTP_FIXTURE_H
#define TESTS_SERVER_HTTP_FIXTURE_H

#include "server/http.h"

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

/* A connected socket, with a receive time-out of 10 s. */
int client_open(const struct fixture *f);
void client_send(int fd, const char *bytes, size_t n);
/* Reads until the other side closes or N bytes are there; returns how many; text is terminated. */
size_t client_read_all(int fd, char *text, size_t n);
/* Reads one answer with Content-Length; returns its status, or 0 where the connection ended. */
int client_answer(int fd, char *text, size_t n);
/* Sends BYTES on a new connection and returns all that comes until it is closed. */
const char *client_talk(const struct fixture *f, const char *bytes, size_t n);
int client_status(const char *answer); /* of the first status line, or 0 */
unsigned client_count(const char *text, const char *what);

#endif

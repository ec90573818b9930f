/* An HTTP thread: the only file that knows libmicrohttpd.
 *
 * Each thread drives an instance of its own in external epoll mode and never lets it wait: the
 * library's internal loops stall when 128 events come at once, and its timeouts do not bound a
 * client that sends a byte a second.
 * SPDX-License-Identifier: MIT */
#include "server/http_thread.h"
#include "base/clock.h"
#include "base/priority.h"

#include <microhttpd.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CONNECTION_BYTES = 16 * 1024, /* of the library, for one connection: bounds headers */
    WORKER_MS = 24 * 3600 * 1000, /* for what waits for a loader, which has limits of its own */
    LOG_PER_SECOND = 5,
    LARGE_PIECE = 4 << 10, /* of a body; the library reads less than 8 KiB at a time */
    LAST_CALL_MS = 500,    /* while draining, for a request that is on its way to us */
};

/* The library joins a folded line to the header's name, which then no longer lies before its value
 * in the buffer: the only trace of a fold, and folds hide lengths from some parsers. */
static bool was_folded(struct lar_span name, const char *value)
{
    const char *between = name.at + name.size;
    if ((uintptr_t)value <= (uintptr_t)between ||
        (uintptr_t)value - (uintptr_t)between > CONNECTION_BYTES || *between != '\0')
        return true;
    for (between++; between < value; between++)
        if (*between != ' ' && *between != '\t')
            return true;
    return false;
}

/* What take_header() knows so far. */
struct headers {
    struct lar_guard guard;
    const char *end; /* of the last value, in the library's buffer; NULL: there was none */
};

/* The library takes a value to end at a NUL. Where it truly ends, the line's end has been
 * overwritten, and NEXT, the name of the header that follows, comes at once (NULL: none follows,
 * but the end of the header). */
static bool was_cut(const char *end, const char *next)
{
    return end && (next ? next != end + 1 && next != end + 2 : end[1] != '\0');
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct headers *headers = context;
    struct lar_guard *guard = &headers->guard;
    struct lar_span key = {name, name_size};
    lar_guard_header(guard, key, (struct lar_span){value ? value : "", value ? value_size : 0});
    if (value && was_folded(key, value))
        guard->fault = "a folded header";
    if (was_cut(headers->end, name))
        guard->fault = "NUL in a header";
    headers->end = value ? value + value_size : NULL;
    return MHD_YES;
}

static void count_answer(struct lar_http_thread *t, struct lar_exchange *ex, uint64_t bytes)
{
    unsigned status = ex->rq.answer.status;
    lar_count_own(&t->answers[status < LAR_HTTP_STATUSES ? status : 0], 1);
    lar_sizes_add(&t->received, ex->received);
    lar_sizes_add(&t->sent, bytes);
    ex->rq.lane = t->home.lane; /* a worker had its own */
    if (t->http->settings.answered)
        t->http->settings.answered(&ex->rq);
}

static enum MHD_Result send_answer(struct lar_http_thread *t, struct lar_connection *c)
{
    struct lar_answer *answer = &c->exchange->rq.answer;
    struct MHD_Response *response;
    count_answer(t, c->exchange, answer->fd >= 0 ? answer->fd_size : answer->text.size);
    if (answer->fd >= 0) {
        response = MHD_create_response_from_fd64(answer->fd_size, answer->fd);
        if (response)
            answer->fd = -1; /* the library closes it */
    } else {
        /* Lies in the exchange until the library has sent it: on_completed(). */
        response = MHD_create_response_from_buffer(answer->text.size, answer->text.data,
                                                   MHD_RESPMEM_PERSISTENT);
    }
    if (!response)
        return MHD_NO;
    const char *type = answer->type ? answer->type : "application/json";
    if (answer->status != 204)
        MHD_add_response_header(response, "Content-Type", type);
    for (unsigned i = 0; i < answer->n_headers; i++)
        MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    struct lar_cors_header shared[LAR_CORS_HEADERS];
    size_t n_shared = lar_cors_answer(t->http->settings.cors, &c->exchange->rq, shared);
    for (size_t i = 0; i < n_shared; i++)
        MHD_add_response_header(response, shared[i].name, shared[i].value);
    if (c->exchange->request_id)
        MHD_add_response_header(response, "X-Request-Id", c->exchange->request_id);
    if (answer->close || t->draining)
        MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(c->mhd, answer->status, response);
    MHD_destroy_response(response);
    lar_connection_allow(t, c, lar_limit_of(&t->http->settings.limits->response_time));
    return queued;
}

static void suspend(struct lar_http_thread *t, struct lar_connection *c)
{
    enum lar_where where = c->exchange->rq.route->where;
    bool loader = where == LAR_ON_WORKER || where == LAR_STREAMED;
    MHD_suspend_connection(c->mhd);
    lar_connection_allow(
        t, c, loader ? WORKER_MS : lar_limit_of(&t->http->settings.limits->response_time));
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *n, void **request)
{
    struct lar_http_thread *t = context;
    struct lar_exchange *ex = *request;
    if (!ex)
        return MHD_NO;
    struct lar_connection *c = ex->connection;
    enum lar_step step;
    if (!ex->begun) {
        struct headers headers = {0};
        MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, take_header, &headers);
        if (was_cut(headers.end, NULL))
            headers.guard.fault = "NUL in a header";
        ex->rq.peer = c->accepted.peer;
        ex->path = url;
        step = lar_exchange_begin(ex, method, version, &headers.guard);
        if (step == LAR_STEP_READ && ex->rq.headers.length != 0)
            lar_connection_await(t, c, lar_limit_of(&t->http->settings.limits->body_time));
    } else if (*n) {
        size_t taken, had = *n;
        step = lar_exchange_bytes(ex, bytes, had, &taken);
        *n -= taken;
        if (had >= LARGE_PIECE)
            sched_yield(); /* or a fast sender keeps this CPU while other threads' calls wait */
    } else {
        step = lar_exchange_end(ex);
    }
    switch (step) {
    case LAR_STEP_READ: return MHD_YES;
    case LAR_STEP_WAIT: suspend(t, c); return MHD_YES;
    case LAR_STEP_ANSWER: return send_answer(t, c);
    default: return MHD_NO;
    }
}

static void end_exchange(struct lar_connection *c)
{
    if (c->exchange)
        lar_exchange_finish(c->exchange);
    c->exchange = NULL;
}

/* The first that is heard of a request. What it returns becomes *request. */
static void *on_target(void *context, const char *target, struct MHD_Connection *mhd)
{
    struct lar_http_thread *t = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct lar_connection *c = info->socket_context;
    end_exchange(c);
    c->exchange = lar_exchange_new(&t->home, target);
    if (c->exchange)
        c->exchange->connection = c;
    lar_connection_look(t, c);
    return c->exchange;
}

static int64_t idle_ms(struct lar_http_thread *t)
{
    int64_t idle = lar_limit_of(&t->http->settings.limits->idle_time);
    return t->draining && idle > LAST_CALL_MS ? LAST_CALL_MS : idle;
}

static void on_completed(void *context, struct MHD_Connection *mhd, void **request,
                         enum MHD_RequestTerminationCode code)
{
    (void)mhd;
    struct lar_http_thread *t = context;
    struct lar_exchange *ex = *request;
    if (!ex)
        return;
    struct lar_connection *c = ex->connection;
    if (ex->begun && lar_access_log_on(t->http->settings.access_log))
        lar_access_log_exchange(t->http->settings.access_log, ex, &c->accepted.address,
                                code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    end_exchange(c);
    *request = NULL;
    lar_connection_await(t, c, idle_ms(t)); /* the library ends those whose answer said close */
}

static void forget(struct lar_http_thread *t, struct lar_connection *c)
{
    lar_deadlines_remove(&t->deadlines, &c->deadline);
    *(c->previous ? &c->previous->next : &t->connections) = c->next;
    if (c->next)
        c->next->previous = c->previous;
    t->n_connections--;
    free(c);
    lar_acceptor_release(t->http->acceptor);
}

static void on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct lar_http_thread *t = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct lar_connection *c = t->adding;
        *socket_context = c;
        c->mhd = mhd;
        t->adding = NULL;
        return;
    }
    struct lar_connection *c = *socket_context;
    end_exchange(c);
    forget(t, c);
}

/* Hands a new connection to the library. */
static void add(struct lar_http_thread *t, struct lar_connection *c)
{
    struct lar_error err = {0};
    c->next = t->connections;
    c->previous = NULL;
    if (c->next)
        c->next->previous = c;
    t->connections = c;
    t->n_connections++;
    if (!lar_deadlines_reserve(&t->deadlines, t->n_connections, &err)) {
        close(c->accepted.fd);
        forget(t, c);
        return;
    }
    lar_connection_await(t, c, lar_limit_of(&t->http->settings.limits->header_time));
    t->adding = c;
    MHD_add_connection(t->library, c->accepted.fd, (struct sockaddr *)&c->accepted.address,
                       c->accepted.address_size);
    if (t->adding) /* refused before on_connection(); the library has closed it */
        forget(t, c);
    t->adding = NULL;
}

static void take_mail(struct lar_http_thread *t)
{
    struct lar_mail *next;
    for (struct lar_mail *mail = lar_mailbox_take(&t->home.box); mail; mail = next) {
        next = mail->next;
        if (((struct lar_http_mail *)mail)->kind == LAR_MAIL_CONNECTION) {
            add(t, (struct lar_connection *)mail);
            continue;
        }
        struct lar_exchange *ex = (struct lar_exchange *)mail;
        struct lar_connection *c = ex->connection;
        if (!lar_exchange_back(ex))
            continue;
        /* What is left of the body may take its time again. */
        lar_connection_await(t, c, lar_limit_of(&t->http->settings.limits->body_time));
        MHD_resume_connection(c->mhd);
    }
}

/* From here on every answer says that it is the connection's last. A connection between requests is
 * not ended at once: who sends into it at this moment could not know, and would lose a request that
 * many may not repeat. A header that has begun has as long as a first one. */
static void begin_drain(struct lar_http_thread *t)
{
    char byte;
    int64_t header = lar_limit_of(&t->http->settings.limits->header_time);
    t->draining = true;
    for (struct lar_connection *c = t->connections; c; c = c->next) {
        bool begun = c->exchange || recv(c->accepted.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
        if (!c->exchange || !c->exchange->begun)
            lar_connection_allow(t, c, begun ? header : idle_ms(t));
    }
}

/* Whether the thread has more to do; notices that the service stops. */
static bool goes_on(struct lar_http_thread *t, int64_t now)
{
    if (!atomic_load(&t->http->stopping))
        return true;
    if (!t->draining) {
        take_mail(t); /* the last connections: the acceptor has ended before */
        begin_drain(t);
    }
    if (now >= atomic_load(&t->http->force_at))
        for (struct lar_connection *c = t->connections; c; c = c->next)
            if (!c->shut)
                lar_connection_shut(t, c);
    return t->n_connections || t->home.abandoned;
}

static int wait_ms(struct lar_http_thread *t, int64_t now)
{
    MHD_UNSIGNED_LONG_LONG library;
    int64_t wait = lar_deadlines_wait(&t->deadlines, now);
    if (MHD_get_timeout(t->library, &library) == MHD_YES && (wait < 0 || (int64_t)library < wait))
        wait = (int64_t)library;
    if (t->draining) {
        int64_t force = atomic_load(&t->http->force_at) - now;
        if (force > 0 && (wait < 0 || force < wait))
            wait = force;
    }
    return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

static void *serve(void *context)
{
    struct lar_http_thread *t = context;
    const struct lar_http_settings *settings = &t->http->settings;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(t->library, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd polled[2] = {{.fd = info->epoll_fd, .events = POLLIN},
                               {.fd = t->home.box.fd, .events = POLLIN}};
    lar_priority_answer();
    for (;;) {
        t->home.now_us = lar_now_us();
        t->now = t->home.now_us / 1000;
        settings->lane_turn(t->home.lane);
        if (polled[1].revents)
            take_mail(t);
        MHD_run(t->library);
        lar_connections_expire(t, t->now);
        settings->lane_idle(t->home.lane);
        if (!goes_on(t, t->now))
            return NULL;
        poll(polled, 2, wait_ms(t, t->now));
    }
}

/* The library's own words: clients can cause them at will. */
__attribute__((format(printf, 2, 0))) static void log_library(void *context, const char *format,
                                                              va_list args)
{
    struct lar_http *http = context;
    unsigned skipped = 0;
    if (!lar_log_allow(&http->log_limit, LOG_PER_SECOND, &skipped))
        return;
    char text[512];
    int n = vsnprintf(text, sizeof text, format, args);
    while (n > 0 && (size_t)n < sizeof text && text[n - 1] == '\n')
        text[--n] = '\0';
    lar_log(http->settings.log, LAR_LOG_DEBUG, "libmicrohttpd: %s (%u more held back)", text,
            skipped);
}

/* After this the library's state is undefined. */
static void panic(void *context, const char *file, unsigned line, const char *reason)
{
    struct lar_http *http = context;
    lar_log(http->settings.log, LAR_LOG_ERROR, "libmicrohttpd: %s:%u: %s", file, line,
            reason ? reason : "panic");
    abort();
}

/* Targets are decoded by the guard, once. */
static size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context;
    (void)mhd;
    return strlen(text);
}

bool lar_http_thread_start(struct lar_http_thread *t, struct lar_error *err)
{
    struct lar_http *http = t->http;
    MHD_set_panic_func(panic, http);
    t->library = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
        NULL, NULL, on_request, t, MHD_OPTION_EXTERNAL_LOGGER, log_library, http,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)http->settings.connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        0u, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, t, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, t, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, t, MHD_OPTION_END);
    if (!t->library)
        return lar_fail(err, LAR_ERR_INTERNAL, "libmicrohttpd does not start");
    int failed = pthread_create(&t->id, NULL, serve, t);
    t->running = !failed;
    if (!failed)
        pthread_setname_np(t->id, "http");
    return !failed || lar_fail_errno(err, failed, "HTTP thread");
}

void lar_http_thread_finish(struct lar_http_thread *t)
{
    if (t->running)
        pthread_join(t->id, NULL);
    t->running = false;
    if (t->library)
        MHD_stop_daemon(t->library);
    t->library = NULL;
}

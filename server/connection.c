/* How long connections may take; see http_thread.h.
 * SPDX-License-Identifier: MIT */
#include "server/http_thread.h"

#include <errno.h>
#include <stdio.h>

enum {
    TOO_SLOW = 408,
    BODY_BYTES_PER_MS = 100,
    LOOK_MS = 100, /* whether clients that we wait for are still there */
};

void lar_connection_allow(struct lar_http_thread *t, struct lar_connection *c, int64_t ms)
{
    c->until = t->now + ms;
    if (!c->shut)
        lar_deadlines_set(&t->deadlines, &c->deadline, c->until);
}

void lar_connection_await(struct lar_http_thread *t, struct lar_connection *c, int64_t ms)
{
    c->until = t->now + ms;
    if (!c->shut)
        lar_deadlines_set(&t->deadlines, &c->deadline, t->now + (ms < LOOK_MS ? ms : LOOK_MS));
}

void lar_connection_look(struct lar_http_thread *t, struct lar_connection *c)
{
    if (c->deadline.at > t->now + LOOK_MS && !c->shut)
        lar_deadlines_set(&t->deadlines, &c->deadline, t->now + LOOK_MS);
}

void lar_connection_shut(struct lar_http_thread *t, struct lar_connection *c)
{
    c->shut = true;
    lar_deadlines_remove(&t->deadlines, &c->deadline);
    shutdown(c->accepted.fd, SHUT_RDWR);
}

/* A body has longer the more of it has come, as long as it keeps coming. */
static bool may_go_on(struct lar_http_thread *t, struct lar_connection *c, int64_t now)
{
    struct lar_exchange *ex = c->exchange;
    if (!ex || !ex->begun || ex->waiting || ex->rq.answer.status || ex->received == ex->checked)
        return false;
    int64_t patience = lar_limit_of(&t->http->settings.limits->body_time);
    int64_t allowed =
        ex->rq.started_us / 1000 + patience + (int64_t)(ex->received / BODY_BYTES_PER_MS);
    if (allowed <= now)
        return false;
    ex->checked = ex->received;
    c->until = allowed < now + patience ? allowed : now + patience;
    return true;
}

/* Whether the client has gone in the middle of a request. The library takes a short read for the
 * last there is, so it does not notice an end that came together with the bytes before it. */
static bool has_gone(const struct lar_connection *c)
{
    char byte;
    const struct lar_exchange *ex = c->exchange;
    if (ex && (ex->waiting || ex->rq.answer.status))
        return false;
    ssize_t n = recv(c->accepted.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* A client that is too slow gets the answer that the library cannot give: it has the floor until
 * the request is complete. Best effort, from this thread: what does not fit the socket's buffer is
 * lost. */
static void answer_late(struct lar_http_thread *t, struct lar_connection *c)
{
    char text[512], answer[768], ignored[4096];
    struct lar_exchange *ex = c->exchange;
    if (!ex || ex->waiting || ex->rq.answer.status)
        return;
    int n = snprintf(text, sizeof text,
                     "{\"error\": \"The %s did not arrive in time; at most %lld ms are given "
                     "(limits.%s_time)\"}",
                     ex->begun ? "body" : "header",
                     (long long)lar_limit_of(ex->begun ? &t->http->settings.limits->body_time
                                                       : &t->http->settings.limits->header_time),
                     ex->begun ? "body" : "header");
    n = snprintf(answer, sizeof answer,
                 "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: "
                 "application/json\r\nContent-Length: %d\r\n\r\n%s",
                 n, text);
    if (send(c->accepted.fd, answer, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) == n) {
        ex->late = true;
        lar_count_own(&t->answers[TOO_SLOW], 1);
    }
    /* What lies here unread would end the connection with a reset, which can overtake the answer.
     */
    for (int i = 0; i < 64; i++)
        if (recv(c->accepted.fd, ignored, sizeof ignored, MSG_DONTWAIT) <= 0)
            break;
}

void lar_connections_expire(struct lar_http_thread *t, int64_t now)
{
    struct lar_deadline *entry;
    while ((entry = lar_deadlines_expired(&t->deadlines, now))) {
        struct lar_connection *c =
            (struct lar_connection *)((char *)entry - offsetof(struct lar_connection, deadline));
        bool gone = has_gone(c);
        if (gone || (c->until <= now && !may_go_on(t, c, now))) {
            if (!gone)
                answer_late(t, c);
            lar_connection_shut(t, c);
        } else {
            lar_deadlines_set(&t->deadlines, &c->deadline,
                              c->exchange && now + LOOK_MS < c->until ? now + LOOK_MS : c->until);
        }
    }
}

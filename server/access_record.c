/* Requests as lines of the access log.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "server/deadlines.h"
#include "server/exchange.h"

enum {
    TOO_SLOW = 408,
    CLIENT_GONE = 499, /* the status of what was never answered, as nginx says it */
};

/* What was answered. A worker that still has the exchange may be writing it. */
static void take_answer(struct lar_access *access, const struct lar_exchange *ex)
{
    const struct lar_answer *answer = &ex->rq.answer;
    access->status = ex->late ? TOO_SLOW : CLIENT_GONE;
    if (ex->waiting || !answer->status)
        return;
    access->status = answer->status;
    access->model = ex->rq.model;
    access->version = ex->rq.answered ? ex->rq.answered : ex->rq.number;
    access->rows = answer->status == 200 ? ex->rq.rows : 0;
    if (ex->rq.method != LAR_HEAD)
        access->bytes_out = answer->fd_size ? answer->fd_size : answer->text.size;
}

void lar_access_log_exchange(struct lar_access_log *a, const struct lar_exchange *ex,
                             const struct sockaddr_storage *address, bool complete)
{
    char line[LAR_ACCESS_LINE_BYTES], peer[LAR_PEER_BYTES], client[LAR_PEER_BYTES];
    struct lar_text text;
    const struct lar_request *rq = &ex->rq;
    lar_peer_text(peer, address);
    struct lar_access access = {
        .time_ms = lar_unix_ms(),
        .request_id = ex->request_id,
        .peer = peer,
        .method = ex->method,
        .route = rq->route ? rq->route->pattern : NULL,
        .path = ex->path,
        .bytes_in = ex->received,
        .duration_us = lar_now_us() - rq->started_us,
        .aborted = !complete,
    };
    lar_traceparent_read(rq->headers.traceparent, &access.trace_id, &access.parent_id);
    const struct lar_networks *proxies = ex->home->settings->trusted_proxies;
    if (proxies && lar_networks_client(proxies, address, rq->headers.forwarded_for,
                                       rq->headers.forwarded, client))
        access.client = client;
    take_answer(&access, ex);
    lar_text_init(&text, line, sizeof line, sizeof line);
    lar_access_write(&text, &access);
    if (lar_text_ok(&text, &(struct lar_error){0}))
        lar_access_log_add(a, text.data, text.size);
}

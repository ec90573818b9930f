/* The steps of a request; see exchange.h.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "server/deadlines.h"
#include "server/exchange_private.h"
#include "server/sizes.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    KEPT_EXCHANGES = 64,
    IGNORED_BYTES = 1024 * 1024, /* of a refused body, in the hope of its end */
    SHORT_BYTES = 64 * 1024,
    PACK_BYTES = 1400, /* what fits a packet is not made smaller */
};

struct lar_exchange *lar_exchange_new(struct lar_exchange_home *home, const char *raw)
{
    struct lar_exchange *ex = home->free;
    if (ex) {
        home->free = ex->next_free;
        home->n_free--;
    } else {
        ex = malloc(sizeof *ex);
        if (!ex)
            return NULL;
    }
    lar_count_own(&home->in_flight, 1);
    memset(ex, 0, offsetof(struct lar_exchange, rq.answer.header_text));
    lar_error_clear(&ex->err);
    ex->mail.kind = LAR_MAIL_EXCHANGE;
    ex->home = home;
    ex->rq.service = home->settings->service;
    ex->rq.answer.fd = -1;
    ex->target_fault = lar_target_parse(&ex->target, raw);
    return ex;
}

static void release(struct lar_exchange *ex)
{
    struct lar_exchange_home *home = ex->home;
    lar_count_own(&home->in_flight, (uint64_t)-1);
    lar_body_finish(&ex->body, &home->slabs);
    lar_unpacked_finish(&ex->unpacked, home->slabs.budget);
    if (ex->rq.answer.text.heap)
        lar_text_finish(&ex->rq.answer.text);
    lar_slab_give(&home->slabs, ex->answer_slab);
    if (ex->rq.answer.fd >= 0)
        close(ex->rq.answer.fd);
    if (home->n_free >= KEPT_EXCHANGES) {
        free(ex);
        return;
    }
    ex->next_free = home->free;
    home->free = ex;
    home->n_free++;
}

void lar_exchange_home_finish(struct lar_exchange_home *home)
{
    while (home->free) {
        struct lar_exchange *next = home->free->next_free;
        free(home->free);
        home->free = next;
    }
    lar_slabs_finish(&home->slabs);
}

/* An answer before or instead of the endpoint's. */
static enum lar_step refuse(struct lar_exchange *ex)
{
    struct lar_log *log = ex->home->settings->log;
    ex->refused = true;
    if (lar_error_is_ours(ex->err.code))
        lar_log(log, LAR_LOG_ERROR, "%s %s: %s", lar_method_name(ex->rq.method),
                ex->rq.route ? ex->rq.route->pattern : "", ex->err.text);
    if (!ex->answer_slab) {
        ex->answer_slab = lar_slab_take(&ex->home->slabs);
        lar_text_init(&ex->rq.answer.text, ex->answer_slab, ex->answer_slab ? LAR_SLAB_BYTES : 0,
                      ex->home->settings->answer_limit);
    }
    lar_answer_refuse(&ex->rq.answer, &ex->err);
    return LAR_STEP_ANSWER;
}

static enum lar_step refuse_malformed(struct lar_exchange *ex, const char *fault)
{
    lar_error_clear(&ex->err);
    lar_fail(&ex->err, LAR_ERR_INVALID, "%s", fault);
    ex->rq.answer.close = true;
    if (fault == lar_target_long)
        ex->rq.answer.status = 414;
    return refuse(ex);
}

static enum lar_method method_of(const char *name)
{
    for (enum lar_method m = LAR_GET; m < LAR_METHOD_OTHER; m++) {
        const char *known = lar_method_name(m);
        if (known[0] == name[0] && strcmp(known, name) == 0)
            return m;
    }
    return LAR_METHOD_OTHER;
}

bool lar_exchange_answer_begin(struct lar_exchange *ex)
{
    if (ex->answer_slab)
        return true;
    ex->answer_slab = lar_slab_take(&ex->home->slabs);
    if (!ex->answer_slab)
        return lar_fail(&ex->err, LAR_ERR_BUSY, "memory for answers is spent");
    lar_text_init(&ex->rq.answer.text, ex->answer_slab, LAR_SLAB_BYTES,
                  ex->home->settings->answer_limit);
    return true;
}

/* By what this request is known, in the log and to who sent it: the client's word for it, or ours.
 */
static void name_request(struct lar_exchange *ex)
{
    struct lar_exchange_home *home = ex->home;
    struct lar_span sent = ex->rq.headers.request_id;
    if (!sent.at && !lar_access_log_on(home->settings->access_log))
        return;
    ex->request_id = sent.at; /* the HTTP library ends it by NUL */
    if (lar_request_id_valid(sent))
        return;
    lar_request_id_make(ex->made_id, home->id_key, home->n_ids++);
    ex->request_id = ex->made_id;
}

enum lar_step lar_exchange_begin(struct lar_exchange *ex, const char *method, const char *version,
                                 struct lar_guard *guard)
{
    struct lar_request *rq = &ex->rq;
    ex->begun = true;
    rq->started_us = ex->home->now_us;
    rq->method = method_of(method);
    ex->method = method;
    const char *fault = lar_guard_check(guard, version);
    rq->headers = guard->headers;
    name_request(ex);
    rq->origin_listed = lar_cors_lists(ex->home->settings->cors, rq->headers.origin);
    if (fault || ex->target_fault) {
        ex->early = true;
        return refuse_malformed(ex, fault ? fault : ex->target_fault);
    }
    rq->query = ex->target.query;
    if (lar_exchange_admit(ex))
        return LAR_STEP_READ;
    refuse(ex);
    /* With no body, or a short one that is sent anyway, the answer waits for the end of the request
     * and the connection lives. Ended with bytes unread, it would be reset, and a proxy that is
     * still sending them might see that instead of the answer. */
    bool takes = rq->route && rq->route->body != LAR_NO_BODY && !rq->headers.expects;
    if (rq->headers.length >= 0 && rq->headers.length <= (takes ? SHORT_BYTES : 0))
        return LAR_STEP_READ;
    rq->answer.close = true;
    ex->early = true;
    return LAR_STEP_ANSWER;
}

/* Calls the endpoint; what it leaves to be done is in answer.status, refused or neither. */
static void run_endpoint(struct lar_exchange *ex, void *lane, bool on_worker)
{
    struct lar_request *rq = &ex->rq;
    rq->lane = lane;
    rq->on_worker = on_worker;
    rq->body = ex->unpacked.data ? ex->unpacked.data : ex->body.data ? ex->body.data : "";
    rq->body_size = ex->unpacked.data ? ex->unpacked.size : ex->body.size;
    switch (rq->route->run(rq, &ex->err)) {
    case LAR_ANSWERED:
        if (lar_text_ok(&rq->answer.text, &ex->err) && !rq->answer.status)
            rq->answer.status = 200;
        ex->refused = ex->err.code != LAR_ERR_NONE;
        if (ex->refused)
            rq->answer.status = 0;
        break;
    case LAR_REFUSED:
        ex->refused = true;
        if (rq->kept && rq->route->abandon)
            rq->route->abandon(rq);
        break;
    case LAR_LATER:
    case LAR_MORE:
        ex->refused = on_worker && (rq->last || rq->route->where != LAR_STREAMED);
        if (ex->refused)
            lar_fail(&ex->err, LAR_ERR_INTERNAL, "no answer was made");
        break;
    }
    if (rq->route->where == LAR_STREAMED)
        ex->body.size = 0;
}

/* Takes the body's coding away. */
static bool unpack(struct lar_exchange *ex)
{
    if (!ex->rq.packed)
        return true;
    if (!lar_coding_unpack(&ex->unpacked, ex->coding, ex->body.data, ex->body.size,
                           lar_exchange_body_limit(ex), ex->home->slabs.budget, &ex->err)) {
        if (ex->err.code == LAR_ERR_LIMIT)
            ex->rq.answer.status = 413;
        ex->refused = true;
        if (ex->rq.kept)
            ex->rq.route->abandon(&ex->rq);
        return false;
    }
    ex->rq.packed = false;
    return true;
}

/* How the answer, which is made, may be packed; NONE: it goes as it is. Triton packs answers to
 * infer only, and its asyncio client, which always says that it takes gzip, can unpack no others.
 */
static enum lar_coding answer_coding(const struct lar_exchange *ex)
{
    const struct lar_answer *answer = &ex->rq.answer;
    const struct lar_route *route = ex->rq.route;
    struct lar_span accepted = ex->rq.headers.accept_encoding;
    if (ex->refused || answer->status != 200 || answer->fd >= 0 || !answer->text.size ||
        route->where == LAR_STREAMED ||
        (lar_route_speaks_oip(route) && route->where != LAR_BY_COST) ||
        (answer->text.size < PACK_BYTES && !lar_coding_plain_refused(accepted)))
        return LAR_CODING_NONE;
    return lar_coding_accepted(accepted);
}

static void pack(struct lar_exchange *ex)
{
    enum lar_coding coding = answer_coding(ex);
    bool must = lar_coding_plain_refused(ex->rq.headers.accept_encoding);
    if (coding == LAR_CODING_NONE || !lar_coding_pack(&ex->rq.answer.text, coding, must))
        return;
    lar_answer_header(&ex->rq.answer, "Content-Encoding",
                      coding == LAR_CODING_GZIP ? "gzip" : "deflate");
    lar_answer_header(&ex->rq.answer, "Vary", "Accept-Encoding");
}

static void run_task(struct lar_task *task, void *lane)
{
    struct lar_exchange *ex =
        (struct lar_exchange *)((char *)task - offsetof(struct lar_exchange, task));
    struct lar_request *rq = &ex->rq;
    rq->on_worker = true;
    rq->lane = lane;
    if (!ex->connection) {
        if (rq->kept)
            rq->route->abandon(rq);
    } else if (rq->answer.status) { /* made on the HTTP thread */
        pack(ex);
    } else if (lar_now_ms() > ex->deadline) {
        ex->refused = true;
        lar_fail(&ex->err, LAR_ERR_BUSY, "no worker was free in time");
        if (rq->kept)
            rq->route->abandon(rq);
    } else if (unpack(ex)) {
        run_endpoint(ex, lane, true);
        pack(ex);
    }
    lar_mailbox_send(&ex->home->box, &ex->mail.mail);
}

/* Hands the exchange to a worker. */
static enum lar_step dispatch(struct lar_exchange *ex)
{
    const struct lar_http_settings *settings = ex->home->settings;
    int64_t patience = atomic_load_explicit(&settings->limits->response_time, memory_order_relaxed);
    ex->deadline = lar_now_ms() + patience;
    ex->task.run = run_task;
    ex->waiting = true;
    if (settings->submit(settings->service, &ex->rq, &ex->task))
        return LAR_STEP_WAIT;
    ex->waiting = false;
    ex->refused = true;
    lar_fail(&ex->err, LAR_ERR_BUSY, "too many requests are waiting");
    return LAR_STEP_READ;
}

enum lar_step lar_exchange_bytes(struct lar_exchange *ex, const char *bytes, size_t n,
                                 size_t *ret_taken)
{
    struct lar_request *rq = &ex->rq;
    *ret_taken = 0;
    if (ex->waiting) /* libmicrohttpd 0.9.75 offers the next chunk to who has suspended */
        return LAR_STEP_READ;
    *ret_taken = n;
    ex->received += n;
    if (ex->early)
        return LAR_STEP_READ;
    if (ex->refused)
        return ex->received > lar_exchange_body_limit(ex) + IGNORED_BYTES ? LAR_STEP_DROP
                                                                          : LAR_STEP_READ;
    if (rq->route->where != LAR_STREAMED) {
        lar_body_add(&ex->body, &ex->home->slabs, bytes, n);
        ex->refused = ex->body.failure != LAR_ERR_NONE;
        return LAR_STEP_READ;
    }
    if (rq->headers.length < 0 && ex->received > lar_exchange_body_limit(ex)) {
        lar_exchange_too_large(ex);
        ex->refused = true;
        return LAR_STEP_READ;
    }
    size_t room = LAR_PIECE_BYTES - ex->body.size;
    *ret_taken = n < room ? n : room;
    ex->received -= n - *ret_taken;
    lar_body_add(&ex->body, &ex->home->slabs, bytes, *ret_taken);
    return ex->body.size == LAR_PIECE_BYTES ? dispatch(ex) : LAR_STEP_READ;
}

/* The answer is made: it goes, or a worker packs it first. */
static enum lar_step send_or_pack(struct lar_exchange *ex)
{
    if (answer_coding(ex) == LAR_CODING_NONE)
        return LAR_STEP_ANSWER;
    if (dispatch(ex) == LAR_STEP_WAIT)
        return LAR_STEP_WAIT;
    lar_error_clear(&ex->err); /* no worker is free: as it is, then */
    ex->refused = false;
    return LAR_STEP_ANSWER;
}

/* Runs the endpoint here or hands it on. */
static enum lar_step start(struct lar_exchange *ex)
{
    const struct lar_route *route = ex->rq.route;
    if (!lar_exchange_answer_begin(ex))
        return refuse(ex);
    ex->rq.last = true;
    if (route->where == LAR_ON_THREAD && !unpack(ex)) /* small bodies only */
        return refuse(ex);
    if (route->where == LAR_ON_THREAD || route->where == LAR_BY_COST)
        run_endpoint(ex, ex->home->lane, false);
    if (ex->rq.answer.status && !ex->refused)
        return send_or_pack(ex);
    if (ex->refused)
        return refuse(ex);
    return dispatch(ex) == LAR_STEP_WAIT ? LAR_STEP_WAIT : refuse(ex);
}

enum lar_step lar_exchange_end(struct lar_exchange *ex)
{
    if (ex->body.failure == LAR_ERR_LIMIT)
        lar_exchange_too_large(ex);
    else if (ex->body.failure)
        lar_fail(&ex->err, LAR_ERR_BUSY, "memory for request bodies is spent");
    if (ex->refused)
        return refuse(ex);
    return ex->rq.answer.status ? LAR_STEP_ANSWER : start(ex);
}

bool lar_exchange_back(struct lar_exchange *ex)
{
    ex->waiting = false;
    if (ex->connection)
        return true;
    ex->home->abandoned--;
    release(ex);
    return false;
}

void lar_exchange_finish(struct lar_exchange *ex)
{
    ex->connection = NULL;
    if (!ex->rq.kept) {
        release(ex);
        return;
    }
    /* What a stream keeps lies on a disk: a worker clears it away, if one can. */
    if (ex->rq.route->where == LAR_STREAMED && dispatch(ex) == LAR_STEP_WAIT) {
        ex->home->abandoned++;
        return;
    }
    ex->rq.route->abandon(&ex->rq);
    release(ex);
}

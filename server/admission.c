/* Whether a request may go on to its endpoint, before its body is read.
 * SPDX-License-Identifier: MIT */
#include "server/base_path.h"
#include "server/exchange_private.h"

enum { SMALL_BODY = 64 * 1024 };

size_t lar_exchange_body_limit(const struct lar_exchange *ex)
{
    const struct lar_http_settings *settings = ex->home->settings;
    switch (ex->rq.route->body) {
    case LAR_SMALL_BODY: return SMALL_BODY;
    case LAR_PREDICT_BODY:
        return (size_t)atomic_load_explicit(&settings->limits->body, memory_order_relaxed);
    case LAR_UPLOAD_BODY: return settings->upload_limit;
    default: return 0;
    }
}

bool lar_exchange_too_large(struct lar_exchange *ex)
{
    ex->rq.answer.status = 413;
    return lar_fail(&ex->err, LAR_ERR_LIMIT, "the body is larger than %zu bytes",
                    lar_exchange_body_limit(ex));
}

bool lar_route_speaks_oip(const struct lar_route *route)
{
    return strncmp(route->pattern, "/v2", 3) == 0;
}

/* How the body is packed. What uploads take as they come is theirs to judge. */
static bool admit_coding(struct lar_exchange *ex)
{
    struct lar_request *rq = &ex->rq;
    if (!rq->headers.content_encoding.at || rq->route->where == LAR_STREAMED ||
        rq->route->body == LAR_NO_BODY)
        return true;
    ex->coding = lar_coding_of(rq->headers.content_encoding);
    rq->packed = ex->coding != LAR_CODING_NONE && rq->headers.length != 0;
    if (ex->coding != LAR_CODING_OTHER)
        return true;
    /* Triton's clients know 501 for it, everyone else 415. */
    rq->answer.status = lar_route_speaks_oip(rq->route) ? 501 : 415;
    lar_answer_header(&rq->answer, "Accept-Encoding", "gzip, deflate");
    return lar_fail(
        &ex->err, LAR_ERR_UNSUPPORTED, "Content-Encoding '%.*s' is not read; gzip and deflate are",
        rq->headers.content_encoding.size < 64 ? (int)rq->headers.content_encoding.size : 64,
        rq->headers.content_encoding.at);
}

/* Whether the request has a body, and takes an answer, as its route has them. */
static bool admit_form(struct lar_exchange *ex)
{
    struct lar_request *rq = &ex->rq;
    enum lar_body_limit body = rq->route->body;
    if (rq->headers.unsaid && (body == LAR_PREDICT_BODY || body == LAR_UPLOAD_BODY)) {
        rq->answer.status = 411;
        return lar_fail(&ex->err, LAR_ERR_INVALID, "a body is needed, and its Content-Length");
    }
    struct lar_span accepted = rq->headers.accept_encoding;
    if (lar_coding_plain_refused(accepted) && lar_coding_accepted(accepted) == LAR_CODING_NONE) {
        rq->answer.status = 406;
        return lar_fail(&ex->err, LAR_ERR_INVALID,
                        "Accept-Encoding allows none of identity, gzip and deflate");
    }
    return admit_coding(ex);
}

/* Whether the target is under the base path, which is taken away, or needs none. */
static bool admit_place(struct lar_exchange *ex)
{
    const struct lar_http_settings *settings = ex->home->settings;
    if (!settings->base_path || lar_target_strip(&ex->target, settings->base_path))
        return true;
    for (const char *const *path = settings->everywhere; path && *path; path++)
        if (lar_target_is(&ex->target, *path))
            return true;
    return lar_fail(&ex->err, LAR_ERR_NOTFOUND, "nothing here");
}

bool lar_exchange_admit(struct lar_exchange *ex)
{
    struct lar_request *rq = &ex->rq;
    const struct lar_http_settings *settings = ex->home->settings;
    if (!admit_place(ex) || !lar_route_find(rq, settings->routes, &ex->target, &ex->err))
        return false;
    if (!rq->route) { /* OPTIONS */
        rq->answer.status = rq->headers.length ? 413 : 204;
        return rq->headers.length == 0 || lar_fail(&ex->err, LAR_ERR_LIMIT, "OPTIONS has no body");
    }
    if (rq->route->changes && settings->admit && !settings->admit(rq, &ex->err))
        return false;
    if (!admit_form(ex))
        return false;
    size_t limit = lar_exchange_body_limit(ex);
    if (rq->headers.length > 0 && (uint64_t)rq->headers.length > limit)
        return lar_exchange_too_large(ex);
    bool streamed = rq->route->where == LAR_STREAMED;
    if (streamed && !lar_exchange_answer_begin(ex))
        return false;
    return lar_body_begin(&ex->body, &ex->home->slabs,
                          streamed ? LAR_PIECE_BYTES : rq->headers.length,
                          streamed ? LAR_PIECE_BYTES : limit, &ex->err);
}

/* Answers for other sites' pages; see cors.h.
 * SPDX-License-Identifier: MIT */
#include "server/cors.h"

#include <stdlib.h>

/* What scripts may send and read beside what every page may. */
#define SENT                                                                                       \
    "Authorization, Content-Type, Content-Encoding, If-None-Match, "                               \
    "Inference-Header-Content-Length, Repr-Digest, X-Request-Id, traceparent"
#define READ                                                                                       \
    "ETag, Inference-Header-Content-Length, Larder-Model-Version, Location, Repr-Digest, "         \
    "Retry-After, X-Request-Id"
#define PREFLIGHT_SECONDS "600"

static bool is_origin(const char *text)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    const char *host = text + scheme;
    return scheme && *host && host[strcspn(host, "/?#@ \t,")] == '\0';
}

bool lar_cors_init(struct lar_cors *cors, const char *const *origins, size_t n,
                   struct lar_error *err)
{
    size_t bytes = 1;
    for (size_t i = 0; i < n; i++)
        bytes += strlen(origins[i]) + 1;
    char *out = calloc(1, bytes);
    *cors = (struct lar_cors){.origins = out, .on = n > 0};
    if (!out)
        return lar_fail(err, LAR_ERR_NOMEM, "settings");
    for (size_t i = 0; i < n; i++) {
        bool any = strcmp(origins[i], "*") == 0;
        cors->any |= any;
        if (!any && !is_origin(origins[i]))
            return lar_fail(err, LAR_ERR_INVALID,
                            "cors.origins wants https://host[:port] or *, not '%.200s'",
                            origins[i]);
        if (!any)
            out = stpcpy(out, origins[i]) + 1;
    }
    return true;
}

void lar_cors_finish(struct lar_cors *cors)
{
    free(cors->origins);
    *cors = (struct lar_cors){0};
}

bool lar_cors_lists(const struct lar_cors *cors, struct lar_span origin)
{
    if (!cors || !cors->on || !origin.size)
        return false;
    for (const char *p = cors->origins; *p; p += strlen(p) + 1)
        if (lar_span_like(origin, p))
            return true;
    return false;
}

static const char *allowed_methods(const struct lar_answer *answer)
{
    for (unsigned i = 0; i < answer->n_headers; i++)
        if (strcmp(answer->headers[i].name, "Allow") == 0)
            return answer->headers[i].value;
    return "GET";
}

size_t lar_cors_answer(const struct lar_cors *cors, const struct lar_request *rq,
                       struct lar_cors_header headers[static LAR_CORS_HEADERS])
{
    size_t n = 0;
    if (!cors || !cors->on)
        return 0;
    /* Caches must not give one origin's answer to another, also where this one has none. */
    if (*cors->origins)
        headers[n++] = (struct lar_cors_header){"Vary", "Origin"};
    bool listed = lar_cors_lists(cors, rq->headers.origin);
    if (!rq->headers.origin.at || (!listed && !cors->any))
        return n;
    headers[n++] = (struct lar_cors_header){"Access-Control-Allow-Origin",
                                            listed ? rq->headers.origin.at : "*"};
    if (rq->method != LAR_OPTIONS || !rq->headers.asks_method) {
        headers[n++] = (struct lar_cors_header){"Access-Control-Expose-Headers", READ};
        return n;
    }
    headers[n++] =
        (struct lar_cors_header){"Access-Control-Allow-Methods", allowed_methods(&rq->answer)};
    headers[n++] = (struct lar_cors_header){"Access-Control-Allow-Headers", SENT};
    headers[n++] = (struct lar_cors_header){"Access-Control-Max-Age", PREFLIGHT_SECONDS};
    return n;
}

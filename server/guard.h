/* What every request passes before anything else looks at it: framing, header names and values, the
 * target. Pure functions of bytes.
 *
 * Two parties that disagree on where a request ends let one client speak in another's name, so
 * whatever is unclear about the length is refused and the connection closed, never repaired.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_GUARD_H
#define SERVER_GUARD_H

#include "base/error.h"
#include "server/span.h"

#include <stdint.h>

/* Headers that something here reads. */
struct lar_headers {
    struct lar_span host, authorization, origin, fetch_site, content_type, content_encoding, digest,
        repr_digest, if_none_match, request_id, traceparent, forwarded, forwarded_for;
    struct lar_span accept, accept_encoding;
    struct lar_span tensors_after; /* Inference-Header-Content-Length */
    int64_t length;                /* Content-Length, 0 where there is no body, -1 chunked */
    bool unsaid;                   /* neither Content-Length nor Transfer-Encoding */
    bool proxied;                  /* Forwarded, X-Forwarded-*, X-Real-IP or Via was there */
    bool asks_method;              /* Access-Control-Request-Method: a preflight */
    bool expects;                  /* Expect: 100-continue */
};

struct lar_guard {
    struct lar_headers headers;
    unsigned n_host, n_length, n_encoding;
    const char *fault; /* the first thing that is wrong, or NULL */
};

/* Looks at one header; GUARD starts zeroed. Values are borrowed. */
void lar_guard_header(struct lar_guard *guard, struct lar_span name, struct lar_span value);

/* After the last header. VERSION is "HTTP/1.1" or "HTTP/1.0". Returns NULL, or what is wrong. */
const char *lar_guard_check(struct lar_guard *guard, const char *version);

/* The target of a request, decoded once. */
enum { LAR_TARGET_BYTES = 2048, LAR_TARGET_SEGMENTS = 10 };
struct lar_target {
    struct lar_span segments[LAR_TARGET_SEGMENTS];
    unsigned n;
    struct lar_span query; /* what follows '?', not decoded; at NULL: none */
    char text[LAR_TARGET_BYTES];
};

/* The fault of a target that does not fit, by its address. */
extern const char lar_target_long[];

/* Splits RAW at '/', decodes each segment. Refuses (with what is wrong) all but the origin form,
 * decoded NUL, '/', '\' and control characters, "." and "..", bad escapes. What is only longer than
 * any route is cut off: N is then LAR_TARGET_SEGMENTS + 1 and matches nothing. */
const char *lar_target_parse(struct lar_target *ret, const char *raw);

/* The value of NAME in a query, not decoded; at NULL: not there. */
struct lar_span lar_query_get(struct lar_span query, const char *name);

#endif

/* A request as endpoints see it, and the answer they make.
 *
 * An endpoint is a function that is called with all of the request, on the connection's HTTP thread
 * or on a worker, and fills the answer. Nothing here knows the HTTP library.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "dialects/text_buffer.h"
#include "server/guard.h"

enum lar_method { LAR_GET, LAR_HEAD, LAR_POST, LAR_PUT, LAR_DELETE, LAR_OPTIONS, LAR_METHOD_OTHER };
const char *lar_method_name(enum lar_method method);

enum { LAR_REQUEST_NAME_BYTES = 128 + 1 };

/* Who asks. */
struct lar_peer {
    bool local;       /* over a unix socket or from a loopback address */
    bool unix_socket; /* then any Host is allowed */
    bool management;  /* by a listener of management.listen */
};

enum { LAR_ANSWER_HEADERS = 6, LAR_ANSWER_HEADER_BYTES = 448 };

/* How failures are told. */
enum lar_error_form {
    LAR_ERRORS_PLAIN, /* {"error": ...} */
    LAR_ERRORS_MLFLOW /* {"error_code": ..., "message": ...} */
};

struct lar_answer {
    enum lar_error_form errors;
    unsigned status;      /* 0 while there is none */
    const char *type;     /* Content-Type; NULL: application/json */
    struct lar_text text; /* the body, unless fd is set */
    int fd;               /* -1, or a file whose first FD_SIZE bytes are the body; closed after */
    uint64_t fd_size;
    bool close; /* end the connection after it */
    unsigned n_headers;
    struct {
        const char *name;
        const char *value; /* in header_text */
    } headers[LAR_ANSWER_HEADERS];
    size_t header_used;
    char header_text[LAR_ANSWER_HEADER_BYTES]; /* not cleared for each request, so it comes last */
};

/* Adds a header; dropped where there is no room (which the bounds of names rule out). */
void lar_answer_header(struct lar_answer *answer, const char *name, const char *value);

struct lar_route;
struct lar_request;

/* RQ's body, without the byte order mark that some clients put before JSON. */
struct lar_span lar_request_json(const struct lar_request *rq);

struct lar_request {
    enum lar_method method;
    const struct lar_route *route;         /* NULL while not matched */
    struct lar_span model, label, version; /* captured from the path; at NULL: not there */
    uint64_t number;                       /* of version; 0: none */
    struct lar_span query;
    struct lar_headers headers;
    struct lar_peer peer;
    bool origin_listed; /* its Origin may change things, with a token */
    const char *body;   /* the body; of a streamed one the next piece */
    size_t body_size;
    bool packed;  /* BODY is as Content-Encoding says; on a worker it no longer is */
    bool last;    /* this piece ends the stream */
    bool counted; /* a predict call that is in the statistics */
    void *kept;   /* what the endpoint keeps for its next call: route->abandon frees it */

    void *service;      /* what all endpoints share: server/service.h */
    void *lane;         /* what the running thread owns */
    bool on_worker;     /* may block */
    int64_t started_us; /* monotonic: when the thread awoke and found the header complete */
    int64_t later_ns;   /* monotonic; when the endpoint said LAR_LATER, if it notes that */
    uint64_t answered;  /* the version that predicted; 0: none */
    uint64_t rows;      /* that were predicted */

    struct lar_answer answer;
    char name[LAR_REQUEST_NAME_BYTES]; /* where MODEL lies if the request does not have it */
};

enum lar_outcome {
    LAR_ANSWERED,
    LAR_REFUSED, /* ERR says why: becomes the answer, unless answer.status is set */
    LAR_LATER,   /* on an HTTP thread: call again on a worker */
    LAR_MORE,    /* a streaming endpoint took the piece */
};

typedef enum lar_outcome lar_endpoint(struct lar_request *rq, struct lar_error *err);

#endif

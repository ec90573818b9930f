/* Which endpoint answers which verb and path: one visible table, server/routes.c.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "server/request.h"

enum lar_where {
    LAR_ON_THREAD, /* answers at once, on the connection's HTTP thread */
    LAR_BY_COST,   /* called on the thread; LAR_LATER: again on a worker */
    LAR_ON_WORKER, /* waits for a disk or a loader */
    LAR_STREAMED,  /* like ON_WORKER, called with each piece of the body */
};

enum lar_body_limit { LAR_NO_BODY, LAR_SMALL_BODY /* 64 kB */, LAR_PREDICT_BODY, LAR_UPLOAD_BODY };

struct lar_operation;

struct lar_route {
    enum lar_method method; /* LAR_GET answers HEAD too */
    const char *pattern;    /* "/v1/models/{model}/versions/{version}:predict" */
    lar_endpoint *run;
    enum lar_where where;
    enum lar_body_limit body;
    bool changes; /* something: management decides who may */
    /* Frees rq->kept (and sets it to NULL) when there will be no next call. NULL: keeps nothing. */
    void (*abandon)(struct lar_request *rq);
    enum lar_error_form errors;
    const struct lar_operation *operation; /* server/operations.h: for documentation only */
};

/* The table; ends with a NULL pattern. */
extern const struct lar_route lar_routes[];

/* Finds the route of RQ's method and TARGET, sets rq->route and what the pattern captures. False:
 * LAR_ERR_NOTFOUND; or LAR_ERR_INVALID, status 405 and the Allow header in the answer. OPTIONS has
 * no route: true, status 204 and Allow in the answer, where some method has one. */
bool lar_route_find(struct lar_request *rq, const struct lar_route *routes,
                    const struct lar_target *target, struct lar_error *err);

/* Model names and labels: [A-Za-z0-9][A-Za-z0-9._-]{0,127}. */
bool lar_name_valid(struct lar_span name);

/* TEXT as the version, by number, or the label that RQ names. False: it is neither. */
bool lar_request_name_version(struct lar_request *rq, struct lar_span text);

#endif

/* Cross-origin resource sharing: which other sites' pages may read answers, as the Fetch standard
 * has it. Off unless origins are listed. SPDX-License-Identifier: MIT */
#ifndef SERVER_CORS_H
#define SERVER_CORS_H

#include "server/request.h"

struct lar_cors {
    char *origins; /* one after the other, each ended by NUL; an empty one ends all */
    bool on, any;  /* "*" is listed */
};

/* ORIGINS: "https://host[:port]", or "*". They are copied. */
bool lar_cors_init(struct lar_cors *cors, const char *const *origins, size_t n,
                   struct lar_error *err);
void lar_cors_finish(struct lar_cors *cors); /* accepts a zeroed one */

/* Whether ORIGIN is listed by its name, not by "*". */
bool lar_cors_lists(const struct lar_cors *cors, struct lar_span origin);

/* The headers that RQ's answer, which is made, carries beside its own; returns how many. The origin
 * that RQ sent ends with NUL, and stands in VALUE as it lies there. */
struct lar_cors_header {
    const char *name, *value;
};
enum { LAR_CORS_HEADERS = 6 };
size_t lar_cors_answer(const struct lar_cors *cors, const struct lar_request *rq,
                       struct lar_cors_header headers[static LAR_CORS_HEADERS]);

#endif

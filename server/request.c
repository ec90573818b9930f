/* Parts of requests and answers.
 * SPDX-License-Identifier: MIT */
#include "server/request.h"
#include "dialects/utf8.h"

const char *lar_method_name(enum lar_method method)
{
    static const char *const names[] = {
        [LAR_GET] = "GET",        [LAR_HEAD] = "HEAD",     [LAR_POST] = "POST",
        [LAR_PUT] = "PUT",        [LAR_DELETE] = "DELETE", [LAR_OPTIONS] = "OPTIONS",
        [LAR_METHOD_OTHER] = "?",
    };
    return names[method];
}

void lar_answer_header(struct lar_answer *answer, const char *name, const char *value)
{
    size_t n = strlen(value) + 1;
    if (answer->n_headers == LAR_ANSWER_HEADERS ||
        n > sizeof answer->header_text - answer->header_used)
        return;
    char *copy = memcpy(answer->header_text + answer->header_used, value, n);
    answer->header_used += n;
    answer->headers[answer->n_headers].name = name;
    answer->headers[answer->n_headers++].value = copy;
}

struct lar_span lar_request_json(const struct lar_request *rq)
{
    size_t n = lar_utf8_mark(rq->body, rq->body_size);
    return (struct lar_span){rq->body + n, rq->body_size - n};
}

/* Paths to routes: segment by segment.
 * SPDX-License-Identifier: MIT */
#include "server/routes.h"

#include <stdio.h>

enum { NAME_BYTES = 128, VERSION_DIGITS = 18 };

static bool alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool lar_name_valid(struct lar_span name)
{
    if (name.size == 0 || name.size > NAME_BYTES || !alphanumeric(name.at[0]))
        return false;
    for (size_t i = 1; i < name.size; i++)
        if (!alphanumeric(name.at[i]) && name.at[i] != '.' && name.at[i] != '_' &&
            name.at[i] != '-')
            return false;
    return true;
}

static bool read_number(struct lar_span text, uint64_t *ret)
{
    *ret = 0;
    if (text.size == 0 || text.size > VERSION_DIGITS)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        *ret = *ret * 10 + (uint64_t)(text.at[i] - '0');
    }
    return *ret > 0;
}

bool lar_request_name_version(struct lar_request *rq, struct lar_span text)
{
    if (read_number(text, &rq->number)) {
        rq->version = text;
        return true;
    }
    rq->number = 0;
    rq->label = text;
    return lar_name_valid(text);
}

/* Whether TEXT is what the pattern's variable {KIND} takes. */
static bool capture(struct lar_request *rq, struct lar_span kind, struct lar_span text)
{
    if (lar_span_is(kind, "{version}")) {
        rq->version = text;
        return read_number(text, &rq->number);
    }
    if (lar_span_is(kind, "{any}"))
        return true;
    if (lar_span_is(kind, "{version|label}"))
        return lar_request_name_version(rq, text);
    if (!lar_span_is(kind, "{model}"))
        rq->label = text;
    else
        rq->model = text;
    return lar_name_valid(text);
}

/* One segment: a word, or a variable and perhaps ":verb". *NAMED becomes false where what stands
 * for the variable is no name. */
static bool match_segment(struct lar_request *rq, struct lar_span pattern, struct lar_span text,
                          bool *named)
{
    if (pattern.size == 0 || pattern.at[0] != '{')
        return pattern.size == text.size &&
               (text.size == 0 || (pattern.at[text.size - 1] == text.at[text.size - 1] &&
                                   memcmp(pattern.at, text.at, text.size - 1) == 0));
    size_t kind = (size_t)((const char *)memchr(pattern.at, '}', pattern.size) + 1 - pattern.at);
    size_t verb = pattern.size - kind;
    if (text.size < verb || memcmp(text.at + text.size - verb, pattern.at + kind, verb) != 0)
        return false;
    *named = capture(rq, (struct lar_span){pattern.at, kind},
                     (struct lar_span){text.at, text.size - verb}) &&
             *named;
    return true;
}

/* *SHAPED: the path is such a one, even if a name in it cannot be. */
static bool match(struct lar_request *rq, const char *pattern, const struct lar_target *target,
                  bool *shaped)
{
    bool named = true;
    rq->model = rq->label = rq->version = (struct lar_span){0};
    rq->number = 0;
    unsigned i = 0;
    for (const char *p = pattern; *p; i++) {
        p++;
        size_t n = (size_t)(strchrnul(p, '/') - p);
        if (i >= target->n || i >= LAR_TARGET_SEGMENTS ||
            !match_segment(rq, (struct lar_span){p, n}, target->segments[i], &named))
            return false;
        p += n;
    }
    *shaped |= i == target->n;
    return i == target->n && named;
}

static void allow(char *text, size_t size, enum lar_method method)
{
    size_t n = strlen(text);
    snprintf(text + n, size - n, "%s%s%s", n ? ", " : "", lar_method_name(method),
             method == LAR_GET ? ", HEAD" : "");
}

/* Below /v1 clients of TensorFlow Serving read its words, and its status, for a path that is none.
 */
static bool fail_unknown(struct lar_request *rq, const struct lar_target *target, bool shaped,
                         struct lar_error *err)
{
    char path[128] = "";
    size_t n = 0;
    if (shaped || target->n < 2 || target->n > LAR_TARGET_SEGMENTS ||
        !lar_span_is(target->segments[0], "v1"))
        return lar_fail(err, LAR_ERR_NOTFOUND, "nothing here");
    for (unsigned i = 0; i < target->n && n < sizeof path; i++)
        n += (size_t)snprintf(path + n, sizeof path - n, "/%.*s", (int)target->segments[i].size,
                              target->segments[i].at);
    rq->answer.status = 400;
    return lar_fail(err, LAR_ERR_INVALID, "Malformed request: %s %s", lar_method_name(rq->method),
                    path);
}

/* The route of the method, which becomes rq's; *SHAPED as match() says. */
static bool find_route(struct lar_request *rq, const struct lar_route *routes,
                       const struct lar_target *target, enum lar_method method, bool *shaped)
{
    for (const struct lar_route *route = routes; route->pattern; route++) {
        if (route->method != method || !match(rq, route->pattern, target, shaped))
            continue;
        rq->answer.errors = route->errors;
        rq->route = route;
        return true;
    }
    return false;
}

bool lar_route_find(struct lar_request *rq, const struct lar_route *routes,
                    const struct lar_target *target, struct lar_error *err)
{
    char allowed[64] = "";
    unsigned taken = 0;
    bool shaped = false, other = false;
    enum lar_method method = rq->method == LAR_HEAD ? LAR_GET : rq->method;
    if (find_route(rq, routes, target, method, &shaped))
        return true;
    for (const struct lar_route *route = routes; route->pattern; route++) {
        if (taken & 1u << route->method || !match(rq, route->pattern, target, &other))
            continue;
        rq->answer.errors = route->errors;
        allow(allowed, sizeof allowed, route->method);
        taken |= 1u << route->method; /* a path may fit two patterns */
    }
    if (!allowed[0])
        return fail_unknown(rq, target, shaped, err);
    allow(allowed, sizeof allowed, LAR_OPTIONS);
    lar_answer_header(&rq->answer, "Allow", allowed);
    rq->answer.status = method == LAR_OPTIONS ? 204 : 405;
    if (method == LAR_OPTIONS)
        return true;
    return lar_fail(err, LAR_ERR_INVALID, "this path takes %s", allowed);
}

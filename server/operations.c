/* What follows from a route for its documentation; see operations.h.
 * SPDX-License-Identifier: MIT */
#include "server/operations.h"

const struct lar_tag_text lar_tags[LAR_TAGS] = {
    [LAR_TAG_TFS] = {"TensorFlow Serving",
                     "Predictions, status and metadata as TensorFlow Serving and KServe v1 have "
                     "them."},
    [LAR_TAG_OIP] = {"Open Inference Protocol",
                     "The Open Inference Protocol v2 with Triton's extensions."},
    [LAR_TAG_MLFLOW] = {"MLflow", "The calls of MLflow's scoring server."},
    [LAR_TAG_MODELS] = {"Models and versions", "Uploads, listings, labels, deletes."},
    [LAR_TAG_REPOSITORY] = {"Repository", "Triton's model repository extension."},
    [LAR_TAG_SERVER] = {"Server", "Probes, metrics, this document."},
    [LAR_TAG_NONE] = {"Not offered", "What Triton's clients may ask for: 501."},
};

/* ---- statuses ---- */

const char *lar_status_what(unsigned code)
{
    switch (code) {
    case 400: return "the request makes no sense here; the error says why";
    case 401: return "a token is needed, or this one is not known";
    case 403:
        return "changes are off or for another address, or another site's page asks, or an unknown "
               "Host";
    case 404: return "no such model, version or label";
    case 406: return "Accept-Encoding forbids an answer as it is";
    case 411: return "a body is needed, and its length";
    case 413: return "the body is larger than the limit; where no body is taken, there is one";
    case 414: return "the target is longer than is read";
    case 415: return "a Content-Encoding that is not read";
    case 500: return "the server failed; its log says how";
    case 501: return "a Content-Encoding that is not read";
    case 503: return "queues or memory are full; see Retry-After";
    case 507: return "the server's disk is full";
    default: return "";
    }
}

static void add_usual(struct lar_status *all, unsigned *n, unsigned code)
{
    for (unsigned i = 0; i < *n; i++)
        if (all[i].code == code)
            return;
    all[(*n)++] = (struct lar_status){.code = code};
}

static void add_body_statuses(const struct lar_route *route, struct lar_status *all, unsigned *n)
{
    if (route->body == LAR_NO_BODY)
        return;
    if (route->body != LAR_SMALL_BODY)
        add_usual(all, n, 411);
    if (route->where != LAR_STREAMED)
        add_usual(all, n, strncmp(route->pattern, "/v2", 3) == 0 ? 501 : 415);
}

unsigned lar_operation_statuses(const struct lar_route *route,
                                struct lar_status ret[static LAR_STATUSES])
{
    unsigned n = 0;
    for (unsigned i = 0; i < LAR_OPERATION_STATUSES && route->operation->statuses[i].code; i++)
        ret[n++] = route->operation->statuses[i];
    add_usual(ret, &n, 400);
    add_usual(ret, &n, 406);
    add_usual(ret, &n, 413);
    add_usual(ret, &n, 414);
    if (strstr(route->pattern, "{model}"))
        add_usual(ret, &n, 404);
    if (route->changes) {
        add_usual(ret, &n, 401);
        add_usual(ret, &n, 403);
        add_usual(ret, &n, 507);
    }
    add_body_statuses(route, ret, &n);
    add_usual(ret, &n, 500);
    add_usual(ret, &n, 503);
    for (unsigned i = 1; i < n; i++)
        for (unsigned k = i; k > 0 && ret[k - 1].code > ret[k].code; k--) {
            struct lar_status swapped = ret[k];
            ret[k] = ret[k - 1];
            ret[k - 1] = swapped;
        }
    for (unsigned i = 0; i < n; i++)
        if (!ret[i].what)
            ret[i].what = lar_status_what(ret[i].code);
    return n;
}

/* ---- paths and examples ---- */

/* Appends PATTERN with each variable replaced by what VALUE says of it. */
static void write_pattern(struct lar_text *text, const char *pattern,
                          const char *(*value)(struct lar_span variable, const void *context),
                          const void *context)
{
    while (*pattern) {
        size_t n = strcspn(pattern, "{");
        lar_text_add(text, pattern, n);
        pattern += n;
        if (!*pattern)
            return;
        struct lar_span variable = {pattern, strcspn(pattern, "}") + 1};
        lar_text_puts(text, value(variable, context));
        pattern += variable.size;
    }
}

static const char *parameter_of(struct lar_span variable, const void *context)
{
    (void)context;
    if (lar_span_is(variable, "{any}"))
        return "{region}";
    return lar_span_is(variable, "{model}")     ? "{model}"
           : lar_span_is(variable, "{version}") ? "{version}"
                                                : "{label}";
}

void lar_path_write(struct lar_text *text, const char *pattern)
{
    write_pattern(text, pattern, parameter_of, NULL);
}

static const char *example_of(struct lar_span variable, const void *context)
{
    const struct lar_example *example = context;
    if (lar_span_is(variable, "{any}"))
        return "gpu0";
    if (lar_span_is(variable, "{model}"))
        return example->model ? example->model : "iris";
    if (lar_span_is(variable, "{version}"))
        return example->version ? example->version : "1";
    return example->label ? example->label : "stable";
}

/* Whether curl chooses the route's method by itself. */
static bool method_implied(const struct lar_route *route, const char *arguments)
{
    bool data =
        strncmp(arguments, "-d", 2) == 0 || strstr(arguments, " -d") || strstr(arguments, "--data");
    bool file = strncmp(arguments, "-T", 2) == 0 || strstr(arguments, " -T");
    return route->method == LAR_GET || (route->method == LAR_POST && data) ||
           (route->method == LAR_PUT && file);
}

void lar_example_write(struct lar_text *text, const struct lar_route *route, unsigned i,
                       const char *base)
{
    const struct lar_example *example = &route->operation->examples[i];
    const char *arguments = example->arguments ? example->arguments : "";
    const char *query = example->query ? example->query : "";
    const char *quote = *query ? "'" : "";
    lar_text_puts(text, "curl -s ");
    if (!method_implied(route, arguments)) {
        lar_text_puts(text, "-X ");
        lar_text_puts(text, lar_method_name(route->method));
        lar_text_char(text, ' ');
    }
    lar_text_puts(text, quote);
    lar_text_puts(text, base);
    write_pattern(text, route->pattern, example_of, example);
    lar_text_puts(text, query);
    lar_text_puts(text, quote);
    if (*arguments) {
        lar_text_char(text, ' ');
        lar_text_puts(text, arguments);
    }
}

static bool is_empty(const struct lar_example *e)
{
    return !e->arguments && !e->query && !e->model && !e->label && !e->version && !e->status &&
           !e->has;
}

unsigned lar_example_count(const struct lar_route *routes, size_t at)
{
    const struct lar_operation *operation = routes[at].operation;
    unsigned n = 1;
    for (size_t i = 0; i < at; i++)
        if (routes[i].operation == operation)
            return 1;
    while (n < LAR_OPERATION_EXAMPLES && !is_empty(&operation->examples[n]))
        n++;
    return n;
}

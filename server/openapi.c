/* Routes to OpenAPI; see openapi.h.
 * SPDX-License-Identifier: MIT */
#include "server/openapi.h"

#include <stdio.h>

enum { SHARED_BYTES = 32 };

/* The lines of openapi_components.json. */
static const char *const components[] = {
#include "openapi_lines.inc"
};

static const char description[] =
    "Persisted models over HTTP: TensorFlow Serving's REST API, the Open Inference Protocol v2 "
    "with Triton's extensions, MLflow's and KServe v1's calls for the same models. GET answers "
    "HEAD too, every path OPTIONS; another method is 405 with Allow. A header that is too large is "
    "431, without JSON.";

/* A member of an object under way: ,"NAME":"VALUE". */
static void member(struct lar_text *text, const char *name, const char *value)
{
    lar_text_puts(text, ",\"");
    lar_text_puts(text, name);
    lar_text_puts(text, "\":");
    lar_text_cstring(text, value);
}

static void reference(struct lar_text *text, const char *section, const char *name)
{
    lar_text_puts(text, "{\"$ref\":\"#/components/");
    lar_text_puts(text, section);
    lar_text_char(text, '/');
    lar_text_puts(text, name);
    lar_text_puts(text, "\"}");
}

/* ---- parameters ---- */

static void write_parameter(struct lar_text *text, const struct lar_parameter *parameter)
{
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, parameter->name);
    member(text, "in", parameter->header ? "header" : "query");
    member(text, "description", parameter->what);
    lar_text_puts(text, ",\"schema\":");
    lar_text_puts(text, parameter->schema);
    lar_text_char(text, '}');
}

static void write_parameters(struct lar_text *text, const struct lar_route *route)
{
    static const char *const variables[][2] = {{"{model}", "Model"},
                                               {"{version}", "Version"},
                                               {"{label}", "Label"},
                                               {"{version|label}", "VersionOrLabel"},
                                               {"{any}", "Region"}};
    const struct lar_parameter *own = route->operation->parameters;
    const char *comma = "";
    lar_text_puts(text, ",\"parameters\":[");
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        if (!strstr(route->pattern, variables[i][0]))
            continue;
        lar_text_puts(text, comma);
        reference(text, "parameters", variables[i][1]);
        comma = ",";
    }
    for (unsigned i = 0; i < LAR_OPERATION_PARAMETERS && own[i].name; i++) {
        lar_text_puts(text, comma);
        write_parameter(text, &own[i]);
        comma = ",";
    }
    lar_text_char(text, ']');
}

/* ---- bodies ---- */

static void write_media(struct lar_text *text, const char *type, const char *schema)
{
    lar_text_cstring(text, type);
    lar_text_puts(text, ":{");
    if (schema && *schema) {
        lar_text_puts(text, "\"schema\":");
        reference(text, "schemas", schema);
    }
    lar_text_char(text, '}');
}

/* The schema of a body that is no JSON. */
static const char *raw_schema(const char *type)
{
    return strstr(type, "text") ? "Text" : "Bytes";
}

static void write_request(struct lar_text *text, const struct lar_operation *operation)
{
    if (!operation->request && !operation->other_type)
        return;
    lar_text_puts(text, ",\"requestBody\":{\"required\":");
    lar_text_puts(text, operation->optional_body ? "false" : "true");
    if (operation->other_what)
        member(text, "description", operation->other_what);
    lar_text_puts(text, ",\"content\":{");
    if (operation->request)
        write_media(text, "application/json", operation->request);
    if (operation->request && operation->other_type)
        lar_text_char(text, ',');
    if (operation->other_type)
        write_media(text, operation->other_type, raw_schema(operation->other_type));
    lar_text_puts(text, "}}");
}

/* ---- answers ---- */

static void write_headers(struct lar_text *text, const struct lar_operation *operation)
{
    lar_text_puts(text, ",\"headers\":{");
    for (unsigned i = 0; i < LAR_OPERATION_HEADERS && operation->headers[i]; i++) {
        if (i)
            lar_text_char(text, ',');
        lar_text_cstring(text, operation->headers[i]);
        lar_text_char(text, ':');
        reference(text, "headers", operation->headers[i]);
    }
    lar_text_char(text, '}');
}

static const char *error_schema(const struct lar_route *route)
{
    return route->errors == LAR_ERRORS_MLFLOW ? "MlflowError" : "Error";
}

/* The types that the body of STATUS comes as. */
static void write_content(struct lar_text *text, const struct lar_route *route,
                          const struct lar_status *status)
{
    const char *type = status->type ? status->type : "application/json";
    bool failed = status->code >= 400;
    if (!status->schema && !failed)
        return;
    lar_text_puts(text, ",\"content\":{");
    write_media(text, type, status->schema ? status->schema : error_schema(route));
    if (failed && status->type) {
        lar_text_char(text, ',');
        write_media(text, "application/json", error_schema(route));
    }
    if (status->also) {
        lar_text_char(text, ',');
        write_media(text, status->also, raw_schema(status->also));
    }
    lar_text_char(text, '}');
}

static void write_response(struct lar_text *text, const struct lar_route *route,
                           const struct lar_status *status)
{
    lar_text_puts(text, "{\"description\":");
    lar_text_cstring(text, status->what);
    if (status->code < 300 && route->operation->headers[0])
        write_headers(text, route->operation);
    if (status->code == 401 || status->code == 503) {
        const char *name = status->code == 401 ? "WWW-Authenticate" : "Retry-After";
        lar_text_puts(text, ",\"headers\":{");
        lar_text_cstring(text, name);
        lar_text_char(text, ':');
        reference(text, "headers", name);
        lar_text_char(text, '}');
    }
    write_content(text, route, status);
    lar_text_char(text, '}');
}

/* Whether STATUS is told in the same words of many routes: then it is written once. */
static bool is_usual(const struct lar_status *status)
{
    return status->what == lar_status_what(status->code) && !status->schema && !status->type;
}

/* Error404 and the like. */
static const char *shared_name(const struct lar_route *route, const struct lar_status *status,
                               char name[static SHARED_BYTES])
{
    snprintf(name, SHARED_BYTES, "%s%u", error_schema(route), status->code);
    return name;
}

static void write_statuses(struct lar_text *text, const struct lar_route *route)
{
    char name[SHARED_BYTES];
    struct lar_status statuses[LAR_STATUSES];
    unsigned n = lar_operation_statuses(route, statuses);
    lar_text_puts(text, ",\"responses\":{");
    for (unsigned i = 0; i < n; i++) {
        if (i)
            lar_text_char(text, ',');
        lar_text_char(text, '"');
        lar_text_u64(text, statuses[i].code);
        lar_text_puts(text, "\":");
        if (is_usual(&statuses[i]))
            reference(text, "responses", shared_name(route, &statuses[i], name));
        else
            write_response(text, route, &statuses[i]);
    }
    lar_text_char(text, '}');
}

/* The status CODE of a route whose errors have FORM, if it is a usual one of some. */
static bool find_usual(const struct lar_route *routes, enum lar_error_form form, unsigned code,
                       const struct lar_route **ret_route, struct lar_status *ret)
{
    for (; routes->pattern; routes++) {
        struct lar_status statuses[LAR_STATUSES];
        unsigned n = lar_operation_statuses(routes, statuses);
        for (unsigned i = 0; i < n && routes->errors == form; i++)
            if (statuses[i].code == code && is_usual(&statuses[i])) {
                *ret_route = routes;
                *ret = statuses[i];
                return true;
            }
    }
    return false;
}

/* What the statuses above refer to. */
static void write_responses(struct lar_text *text, const struct lar_route *routes)
{
    static const enum lar_error_form forms[] = {LAR_ERRORS_PLAIN, LAR_ERRORS_MLFLOW};
    const struct lar_route *route;
    struct lar_status status;
    const char *comma = "";
    char name[SHARED_BYTES];
    lar_text_puts(text, "\"responses\":{");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        for (unsigned code = 400; code < 600; code++) {
            if (!find_usual(routes, forms[i], code, &route, &status))
                continue;
            lar_text_puts(text, comma);
            lar_text_cstring(text, shared_name(route, &status, name));
            lar_text_char(text, ':');
            write_response(text, route, &status);
            comma = ",";
        }
    lar_text_char(text, '}');
}

/* ---- operations and paths ---- */

/* Unique: routes that share an operation differ in whether a version or a label is named. */
static void write_id(struct lar_text *text, const struct lar_route *routes, size_t at)
{
    const char *pattern = routes[at].pattern;
    size_t sharing = 0;
    for (size_t i = 0; routes[i].pattern; i++)
        sharing += routes[i].operation == routes[at].operation;
    lar_text_puts(text, "\"operationId\":\"");
    lar_text_puts(text, routes[at].operation->id);
    if (sharing > 1)
        lar_text_puts(text, strstr(pattern, "{version|label}") ? "OfVersionOrLabel"
                            : strstr(pattern, "{version}")     ? "OfVersion"
                            : strstr(pattern, "{label}")       ? "OfLabel"
                                                               : "");
    lar_text_char(text, '"');
}

static void write_operation(struct lar_text *text, const struct lar_route *routes, size_t at)
{
    static const char *const verbs[] = {
        [LAR_GET] = "get", [LAR_POST] = "post", [LAR_PUT] = "put", [LAR_DELETE] = "delete"};
    const struct lar_route *route = &routes[at];
    const struct lar_operation *operation = route->operation;
    lar_text_char(text, '"');
    lar_text_puts(text, verbs[route->method]);
    lar_text_puts(text, "\":{");
    write_id(text, routes, at);
    lar_text_puts(text, ",\"tags\":[");
    lar_text_cstring(text, lar_tags[operation->tag].name);
    lar_text_char(text, ']');
    member(text, "summary", operation->summary);
    if (operation->description)
        member(text, "description", operation->description);
    if (route->changes) /* local callers may need no token */
        lar_text_puts(text, ",\"security\":[{\"token\":[]},{}]");
    write_parameters(text, route);
    write_request(text, operation);
    write_statuses(text, route);
    lar_text_char(text, '}');
}

static bool same_path(const struct lar_route *a, const struct lar_route *b)
{
    return strcmp(a->pattern, b->pattern) == 0;
}

/* A path with all its methods, at its first route in the table. */
static void write_path(struct lar_text *text, const struct lar_route *routes, size_t at)
{
    bool first = true;
    lar_text_char(text, '"');
    lar_path_write(text, routes[at].pattern);
    lar_text_puts(text, "\":{");
    for (size_t i = at; routes[i].pattern; i++) {
        if (!same_path(&routes[i], &routes[at]))
            continue;
        if (!first)
            lar_text_char(text, ',');
        first = false;
        write_operation(text, routes, i);
    }
    lar_text_char(text, '}');
}

static void write_paths(struct lar_text *text, const struct lar_route *routes)
{
    lar_text_puts(text, ",\"paths\":{");
    for (size_t i = 0; routes[i].pattern; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = same_path(&routes[k], &routes[i]);
        if (seen)
            continue;
        if (i)
            lar_text_char(text, ',');
        write_path(text, routes, i);
    }
    lar_text_char(text, '}');
}

static void write_tags(struct lar_text *text)
{
    lar_text_puts(text, ",\"tags\":[");
    for (unsigned i = 0; i < LAR_TAGS; i++) {
        lar_text_puts(text, i ? ",{\"name\":" : "{\"name\":");
        lar_text_cstring(text, lar_tags[i].name);
        member(text, "description", lar_tags[i].what);
        lar_text_char(text, '}');
    }
    lar_text_char(text, ']');
}

void lar_openapi_write(struct lar_text *text, const struct lar_route *routes, const char *version,
                       const char *base_path)
{
    lar_text_puts(text, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Larder\"");
    member(text, "version", version);
    member(text, "description", description);
    lar_text_puts(text, ",\"license\":{\"name\":\"MIT\",\"identifier\":\"MIT\"}}");
    if (*base_path) {
        lar_text_puts(text, ",\"servers\":[{\"url\":");
        lar_text_cstring(text, base_path);
        lar_text_puts(text, "}]");
    }
    write_tags(text);
    write_paths(text, routes);
    lar_text_puts(text, ",\"components\":{");
    write_responses(text, routes);
    lar_text_char(text, ',');
    for (size_t i = 1; i < sizeof components / sizeof components[0]; i++) /* behind its brace */
        lar_text_puts(text, components[i]);
    lar_text_char(text, '}');
}

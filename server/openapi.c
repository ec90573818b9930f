/* Routes to OpenAPI; see openapi.h.
 * SPDX-License-Identifier: MIT */
#include "server/openapi.h"

/* The lines of openapi_components.json. */
static const char *const components[] = {
#include "openapi_lines.inc"
};

static const char description[] =
    "Persisted models over HTTP: TensorFlow Serving's REST API, the Open Inference Protocol v2 "
    "with Triton's extensions, MLflow's and KServe v1's calls for the same models. GET answers "
    "HEAD too; another method is 405 with Allow. Before a route is chosen, a malformed request is "
    "400, a header that is too large 431; a body where none is taken is 413.";

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
        write_media(text, operation->other_type,
                    strncmp(operation->other_type, "text/", 5) == 0 ? "Text" : "Bytes");
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
    /* Tensors in bytes come beside the JSON. */
    if (!failed && strcmp(type, "application/json") == 0 && route->operation->other_type &&
        route->where == LAR_BY_COST && strcmp(route->operation->request, "InferRequest") == 0) {
        lar_text_char(text, ',');
        write_media(text, "application/octet-stream", "Bytes");
    }
    lar_text_char(text, '}');
}

static void write_status(struct lar_text *text, const struct lar_route *route,
                         const struct lar_status *status)
{
    lar_text_char(text, '"');
    lar_text_u64(text, status->code);
    lar_text_puts(text, "\":{\"description\":");
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

static void write_statuses(struct lar_text *text, const struct lar_route *route)
{
    struct lar_status statuses[LAR_STATUSES];
    unsigned n = lar_operation_statuses(route, statuses);
    lar_text_puts(text, ",\"responses\":{");
    for (unsigned i = 0; i < n; i++) {
        if (i)
            lar_text_char(text, ',');
        write_status(text, route, &statuses[i]);
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

void lar_openapi_write(struct lar_text *text, const struct lar_route *routes, const char *version)
{
    lar_text_puts(text, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Larder\"");
    member(text, "version", version);
    member(text, "description", description);
    lar_text_puts(text, ",\"license\":{\"name\":\"MIT\",\"identifier\":\"MIT\"}}");
    write_tags(text);
    write_paths(text, routes);
    lar_text_puts(text, ",\"components\":");
    for (size_t i = 0; i < sizeof components / sizeof components[0]; i++)
        lar_text_puts(text, components[i]);
    lar_text_char(text, '}');
}

/* The document about the routes: it has them all, and leads nowhere into the void.
 * SPDX-License-Identifier: MIT */
#include "server/openapi.h"
#include "tests/check_main.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *document(void)
{
    struct lar_text text;
    struct lar_error err = {0};
    json_error_t why;
    lar_text_init(&text, NULL, 0, 1 << 24);
    lar_openapi_write(&text, lar_routes, "9.9", "/sub");
    ck_assert_msg(lar_text_ok(&text, &err), "%s", err.text);
    json_t *ret = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &why);
    ck_assert_msg(ret != NULL, "%s at %d", why.text, why.position);
    lar_text_finish(&text);
    return ret;
}

static json_t *operation_of(json_t *root, const struct lar_route *route)
{
    static const char *const verbs[] = {
        [LAR_GET] = "get", [LAR_POST] = "post", [LAR_PUT] = "put", [LAR_DELETE] = "delete"};
    char memory[256];
    struct lar_text path;
    lar_text_init(&path, memory, sizeof memory, sizeof memory);
    lar_path_write(&path, route->pattern);
    lar_text_char(&path, '\0');
    json_t *item = json_object_get(json_object_get(root, "paths"), memory);
    ck_assert_msg(item != NULL, "%s is missing", memory);
    json_t *ret = json_object_get(item, verbs[route->method]);
    ck_assert_msg(ret != NULL, "%s of %s is missing", verbs[route->method], memory);
    return ret;
}

/* What REFERENCE, "#/a/b", leads to. */
static json_t *resolve(json_t *root, const char *reference)
{
    char part[128];
    json_t *at = root;
    ck_assert_msg(strncmp(reference, "#/", 2) == 0, "%s", reference);
    for (const char *p = reference + 1; *p && at;) {
        size_t n = strcspn(p + 1, "/");
        snprintf(part, sizeof part, "%.*s", (int)n, p + 1);
        at = json_object_get(at, part);
        p += n + 1;
    }
    return at;
}

/* Holds every $ref under VALUE against ROOT. */
static size_t check_references(json_t *root, json_t *value)
{
    const char *key;
    json_t *item;
    size_t i, n = 0;
    if (json_is_array(value))
        json_array_foreach(value, i, item) n += check_references(root, item);
    json_object_foreach(value, key, item)
    {
        if (strcmp(key, "$ref") == 0) {
            ck_assert_msg(resolve(root, json_string_value(item)) != NULL, "%s leads nowhere",
                          json_string_value(item));
            n++;
        }
        n += check_references(root, item);
    }
    return n;
}

START_TEST(test_references)
{
    json_t *root = document();
    ck_assert_uint_gt(check_references(root, root), 300);
    ck_assert_str_eq(json_string_value(json_object_get(root, "openapi")), "3.1.0");
    ck_assert_str_eq(json_string_value(resolve(root, "#/info/version")), "9.9");
    json_t *server = json_array_get(json_object_get(root, "servers"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(server, "url")), "/sub");
    json_decref(root);
}
END_TEST

START_TEST(test_every_route)
{
    json_t *root = document(), *ids = json_object();
    for (const struct lar_route *route = lar_routes; route->pattern; route++) {
        json_t *operation = operation_of(root, route);
        const char *id = json_string_value(json_object_get(operation, "operationId"));
        ck_assert_msg(id && *id && !json_object_get(ids, id), "%s: operationId %s", route->pattern,
                      id ? id : "is missing");
        json_object_set_new(ids, id, json_true());
        ck_assert_str_ne(json_string_value(json_object_get(operation, "summary")), "");
        ck_assert_int_eq(json_object_get(operation, "security") != NULL, route->changes);
        ck_assert(route->operation->statuses[0].code != 0);
        json_t *responses = json_object_get(operation, "responses");
        ck_assert_ptr_nonnull(json_object_get(responses, "400"));
        ck_assert_int_eq(json_object_get(responses, "401") != NULL, route->changes);
    }
    /* And nothing else: as many operations as routes. */
    size_t n = 0, n_routes = 0;
    const char *path;
    json_t *item;
    json_object_foreach(json_object_get(root, "paths"), path, item) n += json_object_size(item);
    while (lar_routes[n_routes].pattern)
        n_routes++;
    ck_assert_uint_eq(n, n_routes);
    json_decref(ids);
    json_decref(root);
}
END_TEST

/* Each variable of a path is a parameter of its operation, and the other way round. */
START_TEST(test_path_parameters)
{
    json_t *root = document();
    const char *path, *verb;
    json_t *item, *operation, *parameter;
    size_t i;
    json_object_foreach(json_object_get(root, "paths"), path, item)
    {
        json_object_foreach(item, verb, operation)
        {
            size_t wanted = 0, found = 0;
            for (const char *p = strchr(path, '{'); p; p = strchr(p + 1, '{'))
                wanted++;
            json_array_foreach(json_object_get(operation, "parameters"), i, parameter)
            {
                const char *reference = json_string_value(json_object_get(parameter, "$ref"));
                char variable[64];
                if (!reference)
                    continue;
                const char *name =
                    json_string_value(json_object_get(resolve(root, reference), "name"));
                snprintf(variable, sizeof variable, "{%s}", name);
                ck_assert_msg(strstr(path, variable) != NULL, "%s %s: %s", verb, path, variable);
                found++;
            }
            ck_assert_msg(wanted == found, "%s %s", verb, path);
        }
    }
    json_decref(root);
}
END_TEST

/* All schemas, parameters and headers are of use to something. */
START_TEST(test_no_leftovers)
{
    struct lar_text text;
    const char *section, *name;
    json_t *root = document(), *items, *item;
    lar_text_init(&text, NULL, 0, 1 << 24);
    lar_openapi_write(&text, lar_routes, "9.9", "/sub");
    lar_text_char(&text, '\0');
    json_object_foreach(json_object_get(root, "components"), section, items)
    {
        json_object_foreach(items, name, item)
        {
            char reference[128];
            snprintf(reference, sizeof reference, "\"#/components/%s/%s\"", section, name);
            if (strcmp(section, "securitySchemes") != 0)
                ck_assert_msg(strstr(text.data, reference) != NULL, "%s is never used", reference);
        }
    }
    lar_text_finish(&text);
    json_decref(root);
}
END_TEST

START_TEST(test_statuses)
{
    for (const struct lar_route *route = lar_routes; route->pattern; route++) {
        struct lar_status statuses[LAR_STATUSES];
        unsigned n = lar_operation_statuses(route, statuses);
        ck_assert_uint_le(n, LAR_STATUSES);
        for (unsigned i = 0; i < n; i++) {
            ck_assert_msg(statuses[i].what && *statuses[i].what, "%s: %u", route->pattern,
                          statuses[i].code);
            ck_assert(i == 0 || statuses[i - 1].code < statuses[i].code);
        }
    }
}
END_TEST

START_TEST(test_examples)
{
    char memory[512];
    struct lar_text text;
    for (size_t i = 0; lar_routes[i].pattern; i++)
        ck_assert_uint_ge(lar_example_count(lar_routes, i), 1);
    lar_text_init(&text, memory, sizeof memory, sizeof memory);
    for (const struct lar_route *route = lar_routes; route->pattern; route++) {
        if (strcmp(route->pattern, "/v1/models/{model}/labels/{label}") != 0 ||
            route->method != LAR_PUT)
            continue;
        lar_example_write(&text, route, 0, "http://h");
        lar_text_char(&text, '\0');
    }
    ck_assert_str_eq(memory,
                     "curl -s -X PUT http://h/v1/models/iris/labels/stable -d '{\"version\": 1}'");
}
END_TEST

int main(void)
{
    return check_main("openapi",
                      (const TTest *[]){test_references, test_every_route, test_path_parameters,
                                        test_no_leftovers, test_statuses, test_examples, NULL});
}

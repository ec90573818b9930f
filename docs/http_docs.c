/* Writes what is documented of the routes: docs/http.md, and the examples for their test.
 *
 *   http_docs markdown TEMPLATE   the template, in which @table@ and @calls@ stand for all routes
 *   http_docs pieces              "COMMAND<TAB>PIECE OF THE BODY" of the examples, as printed
 *   http_docs openapi             the document of GET /openapi.json
 * SPDX-License-Identifier: MIT */
#include "server/openapi.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_LIMIT = 16 << 20 };

#define BASE "http://127.0.0.1:8080"

/* ---- pieces ---- */

static bool is_first(size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (lar_routes[i].operation == lar_routes[at].operation)
            return false;
    return true;
}

/* The paths of the operation whose first route is AT, with SEPARATOR between them. */
static void write_paths(struct lar_text *text, size_t at, const char *separator)
{
    for (size_t i = at; lar_routes[i].pattern; i++) {
        if (lar_routes[i].operation != lar_routes[at].operation)
            continue;
        if (i > at)
            lar_text_puts(text, separator);
        lar_text_puts(text, "`");
        lar_path_write(text, lar_routes[i].pattern);
        lar_text_puts(text, "`");
    }
}

/* Whether the operation itself names CODE; what every route has is told once, above the table. */
static bool is_own(const struct lar_operation *operation, unsigned code)
{
    for (unsigned i = 0; i < LAR_OPERATION_STATUSES; i++)
        if (operation->statuses[i].code == code)
            return true;
    return false;
}

static bool is_shown(const struct lar_route *route, unsigned code)
{
    const struct lar_operation *operation = route->operation;
    bool takes = operation->request || operation->other_type || operation->parameters[0].name;
    return is_own(operation, code) || code == 404 || (code == 400 && takes);
}

/* ---- the table ---- */

static void write_row(struct lar_text *text, size_t at)
{
    const struct lar_route *route = &lar_routes[at];
    struct lar_status statuses[LAR_STATUSES];
    unsigned n = lar_operation_statuses(route, statuses);
    const char *comma = "";
    lar_text_puts(text, "| ");
    lar_text_puts(text, lar_method_name(route->method));
    lar_text_char(text, ' ');
    write_paths(text, at, "<br>");
    lar_text_puts(text, " | ");
    lar_text_puts(text, route->operation->summary);
    lar_text_puts(text, " | ");
    for (unsigned i = 0; i < n; i++) {
        if (!is_shown(route, statuses[i].code))
            continue;
        lar_text_puts(text, comma);
        lar_text_u64(text, statuses[i].code);
        comma = ", ";
    }
    lar_text_puts(text, " |\n");
}

static void write_table(struct lar_text *text)
{
    lar_text_puts(text, "| verb, path | what | answers |\n|---|---|---|\n");
    for (unsigned tag = 0; tag < LAR_TAGS; tag++)
        for (size_t i = 0; lar_routes[i].pattern; i++)
            if (lar_routes[i].operation->tag == tag && is_first(i))
                write_row(text, i);
}

/* ---- call by call ---- */

static void write_parameters(struct lar_text *text, const struct lar_operation *operation)
{
    for (unsigned i = 0; i < LAR_OPERATION_PARAMETERS && operation->parameters[i].name; i++) {
        const struct lar_parameter *parameter = &operation->parameters[i];
        lar_text_puts(text, parameter->header ? "- header `" : "- `?");
        lar_text_puts(text, parameter->name);
        lar_text_puts(text, parameter->header ? "`: " : "=`: ");
        lar_text_puts(text, parameter->what);
        lar_text_char(text, '\n');
    }
    if (operation->other_type) {
        lar_text_puts(text, "- a body of `");
        lar_text_puts(text, operation->other_type);
        lar_text_puts(text, "`: ");
        lar_text_puts(text, operation->other_what);
        lar_text_char(text, '\n');
    }
}

static void write_statuses(struct lar_text *text, const struct lar_route *route)
{
    struct lar_status statuses[LAR_STATUSES];
    unsigned n = lar_operation_statuses(route, statuses);
    for (unsigned i = 0; i < n; i++) {
        if (!is_own(route->operation, statuses[i].code))
            continue;
        lar_text_puts(text, "- ");
        lar_text_u64(text, statuses[i].code);
        lar_text_puts(text, ": ");
        lar_text_puts(text, statuses[i].what);
        lar_text_char(text, '\n');
    }
}

static unsigned expected(const struct lar_operation *operation, unsigned i)
{
    unsigned status = operation->examples[i].status;
    return status ? status : operation->statuses[0].code;
}

static void write_examples(struct lar_text *text, size_t at)
{
    const struct lar_operation *operation = lar_routes[at].operation;
    for (size_t i = at; lar_routes[i].pattern; i++) {
        if (lar_routes[i].operation != operation)
            continue;
        unsigned n = lar_example_count(lar_routes, i);
        for (unsigned k = 0; k < n; k++) {
            lar_text_puts(text, "    ");
            lar_example_write(text, &lar_routes[i], k, BASE);
            if (expected(operation, k) >= 300) {
                lar_text_puts(text, " # ");
                lar_text_u64(text, expected(operation, k));
            }
            lar_text_char(text, '\n');
        }
    }
}

static void write_call(struct lar_text *text, size_t at)
{
    const struct lar_operation *operation = lar_routes[at].operation;
    lar_text_puts(text, "\n### ");
    lar_text_puts(text, lar_method_name(lar_routes[at].method));
    lar_text_char(text, ' ');
    write_paths(text, at, ", ");
    lar_text_puts(text, "\n\n");
    lar_text_puts(text, operation->summary);
    lar_text_puts(text, operation->description ? ". " : "");
    lar_text_puts(text, operation->description ? operation->description : "");
    lar_text_puts(text, "\n\n");
    write_parameters(text, operation);
    write_statuses(text, &lar_routes[at]);
    lar_text_puts(text, "\n<!-- -->\n\n");
    write_examples(text, at);
}

static void write_calls(struct lar_text *text)
{
    for (unsigned tag = 0; tag < LAR_TAGS; tag++) {
        lar_text_puts(text, tag ? "\n## Calls: " : "## Calls: ");
        lar_text_puts(text, lar_tags[tag].name);
        lar_text_puts(text, "\n\n");
        lar_text_puts(text, lar_tags[tag].what);
        lar_text_char(text, '\n');
        for (size_t i = 0; lar_routes[i].pattern; i++)
            if (lar_routes[i].operation->tag == tag && is_first(i))
                write_call(text, i);
    }
}

/* ---- what is printed ---- */

static bool write_markdown(struct lar_text *text, const char *path)
{
    char *line = NULL;
    size_t size = 0;
    FILE *template = fopen(path, "re");
    if (!template)
        return perror(path), false;
    lar_text_puts(text, "<!-- Made from docs/http.in.md and server/operations: ninja -C build "
                        "docs -->\n");
    while (getline(&line, &size, template) > 0) {
        if (strcmp(line, "@table@\n") == 0)
            write_table(text);
        else if (strcmp(line, "@calls@\n") == 0)
            write_calls(text);
        else
            lar_text_puts(text, line);
    }
    free(line);
    fclose(template);
    return true;
}

static void list_pieces(struct lar_text *text)
{
    for (size_t i = 0; lar_routes[i].pattern; i++) {
        const struct lar_operation *operation = lar_routes[i].operation;
        unsigned n = lar_example_count(lar_routes, i);
        for (unsigned k = 0; k < n; k++) {
            if (!operation->examples[k].has)
                continue;
            lar_example_write(text, &lar_routes[i], k, BASE);
            lar_text_char(text, '\t');
            lar_text_puts(text, operation->examples[k].has);
            lar_text_char(text, '\n');
        }
    }
}

int main(int argc, char **argv)
{
    struct lar_text text;
    struct lar_error err = {0};
    const char *what = argc > 1 ? argv[1] : "";
    bool ok = true;
    lar_text_init(&text, NULL, 0, TEXT_LIMIT);
    if (strcmp(what, "markdown") == 0 && argc == 3) {
        ok = write_markdown(&text, argv[2]);
    } else if (strcmp(what, "pieces") == 0 && argc == 2) {
        list_pieces(&text);
    } else if (strcmp(what, "openapi") == 0 && argc == 2) {
        lar_openapi_write(&text, lar_routes, LARDER_VERSION, "");
    } else {
        fprintf(stderr, "usage: http_docs markdown TEMPLATE | pieces | openapi\n");
        return 2;
    }
    ok = ok && lar_text_ok(&text, &err) && fwrite(text.data, 1, text.size, stdout) == text.size;
    lar_text_finish(&text);
    return ok && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

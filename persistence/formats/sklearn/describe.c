/* What a pickle is, in the loader's report; see describe.h. The class tree: describe_tree.c.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/describe.h"
#include "persistence/formats/pickle/danger.h"
#include "persistence/formats/sklearn/describe_tree.h"

#include <stdio.h>
#include <string.h>

enum { GLOBALS = 200, NAME = 256 }; /* that are listed */

static json_t *describe_global(const struct pk_node *node, enum pk_verdict verdict, const char *why)
{
    char what[NAME];
    json_t *ret = json_pack("{s:s,s:I,s:I,s:s}", "name", pk_describe(node, what, sizeof what),
                            "count", (json_int_t)node->global.count, "at", (json_int_t)node->offset,
                            "verdict", pk_verdict_name(verdict));
    if (why)
        (void)json_object_set_new(ret, "why", json_string(why));
    return ret;
}

/* Dangerous names come first, then what is not known: a long list cannot hide them. */
static json_t *describe_globals(const struct pk_pickle *pickle)
{
    json_t *ret = json_array();
    for (int verdict = PK_DANGEROUS; verdict >= PK_HARMLESS; verdict--)
        for (size_t i = 0; i < pickle->n_globals && json_array_size(ret) < GLOBALS; i++) {
            const struct pk_node *node = pickle->globals[i];
            const char *why;
            if (pk_verdict_on(node->global.module, node->global.name, &why) ==
                (enum pk_verdict)verdict)
                (void)json_array_append_new(ret,
                                            describe_global(node, (enum pk_verdict)verdict, why));
        }
    return ret;
}

void sk_describe_pickle(const struct pk_pickle *pickle, size_t size, struct lar_report *report)
{
    (void)json_object_set_new(report->root, "pickle",
                              json_pack("{s:i,s:b,s:I,s:I}", "protocol", pickle->protocol, "joblib",
                                        pickle->joblib, "bytes", (json_int_t)size, "globals",
                                        (json_int_t)pickle->n_globals));
    (void)json_object_set_new(report->root, "globals", describe_globals(pickle));
}

static void report_text(struct lar_report *report, const char *key, const char *text)
{
    (void)json_object_set_new(report->root, key, json_string(text));
}

void sk_describe_model(const struct pk_pickle *pickle, struct lar_report *report)
{
    char what[NAME];
    json_t *classes = json_array(), *versions = json_object();
    for (size_t i = 0; i < pickle->n_globals && i < GLOBALS; i++)
        (void)json_array_append_new(
            classes, json_string(pk_describe(pickle->globals[i], what, sizeof what)));
    const struct pk_node *version = pk_attribute(pickle->root, "_sklearn_version");
    if (version && version->kind == PK_TEXT) {
        json_t *text = json_stringn((const char *)version->bytes.data, version->bytes.size);
        (void)snprintf(what, sizeof what, "scikit-learn %s", text ? json_string_value(text) : "?");
        report_text(report, "producer", what);
        (void)json_object_set_new(versions, "scikit-learn", text);
    }
    report_text(report, "class", pk_describe(pickle->root, what, sizeof what));
    (void)json_object_set_new(report->root, "classes", classes);
    (void)json_object_set_new(report->root, "versions", versions);
    (void)json_object_set_new(report->root, "tree", sk_describe_tree(pickle->root));
}

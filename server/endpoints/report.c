/* What listings are made of: members, times, loaders' reports.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

enum { REPORT_BYTES = 64 * 1024 }; /* longer ones are left out: a document takes many times more */

static json_t *parse(const char *report)
{
    size_t n = report ? strlen(report) : 0;
    if (n == 0 || n > REPORT_BYTES)
        return NULL;
    json_t *root = json_loadb(report, n, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(root))
        return root;
    json_decref(root);
    return NULL;
}

static int add(const char *bytes, size_t n, void *text)
{
    lar_text_add(text, bytes, n);
    return 0;
}

void lar_report_write(struct lar_text *text, const char *report)
{
    json_t *root = parse(report);
    if (!root || json_dump_callback(root, add, text, JSON_COMPACT) != 0)
        lar_text_puts(text, "null");
    json_decref(root);
}

void lar_report_member(const char *report, const char *key, char *buffer, size_t size)
{
    json_t *root = parse(report);
    const char *value = json_string_value(json_object_get(root, key));
    snprintf(buffer, size, "%s", value ? value : "");
    json_decref(root);
}

void lar_member_write(struct lar_text *text, const char *name, const char *value)
{
    lar_text_puts(text, ",\"");
    lar_text_puts(text, name);
    lar_text_puts(text, "\":");
    if (value && *value)
        lar_text_cstring(text, value);
    else
        lar_text_puts(text, "null");
}

void lar_time_write(struct lar_text *text, const char *name, int64_t ms)
{
    char value[40] = "";
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    if (ms && gmtime_r(&seconds, &tm))
        strftime(value, sizeof value, "%Y-%m-%dT%H:%M:%SZ", &tm);
    lar_member_write(text, name, value);
}

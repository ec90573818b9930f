/* Labels: promote a version, roll back, see what was done.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 129, DIGITS = 18 };

#define EXACT 0x1p53

static const char *name_of(struct lar_span span, char buffer[static NAME_BYTES])
{
    snprintf(buffer, NAME_BYTES, "%.*s", (int)span.size, span.at);
    return buffer;
}

/* 3, 3.0 or "3"; larger numbers than doubles count exactly come as strings. */
static bool read_version(const json_t *value, uint64_t *ret)
{
    const char *text = json_string_value(value);
    double real = json_real_value(value);
    if (real >= 1 && real < EXACT && real == (double)(uint64_t)real) {
        *ret = (uint64_t)real;
        return true;
    }
    size_t n = text ? strspn(text, "0123456789") : 0;
    if (n == 0 || n > DIGITS || text[n])
        return false;
    *ret = strtoull(text, NULL, 10);
    return *ret > 0;
}

static bool read_body(const struct lar_request *rq, uint64_t *ret, struct lar_error *err)
{
    json_error_t why;
    struct lar_span body = lar_request_json(rq);
    /* Members that are nothing to us may hold what no integer does. */
    json_t *root =
        json_loadb(body.at, body.size,
                   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
    if (!root)
        return lar_fail(err, LAR_ERR_INVALID, "the body is not JSON (line %d: %s)", why.line,
                        why.text);
    bool ok = read_version(json_object_get(root, "version"), ret);
    json_decref(root);
    return ok || lar_fail(err, LAR_ERR_INVALID,
                          "the body names no version; {\"version\": 3} is expected, a positive "
                          "integer or its digits in a string");
}

/* PUT /v1/models/M/labels/L */
enum lar_outcome lar_put_label(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES], label[NAME_BYTES];
    uint64_t number = 0;
    if (!read_body(rq, &number, err) ||
        !lar_registry_label_set(service->registry, name_of(rq->model, model),
                                name_of(rq->label, label), number, err))
        return LAR_REFUSED;
    lar_log(service->log, LAR_LOG_INFO, "label %s of %s is version %llu", label, model,
            (unsigned long long)number);
    struct lar_text *text = &rq->answer.text;
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model);
    lar_text_puts(text, ",\"label\":");
    lar_text_cstring(text, label);
    lar_text_puts(text, ",\"version\":\"");
    lar_text_u64(text, number);
    lar_text_puts(text, "\"}");
    return LAR_ANSWERED;
}

/* DELETE /v1/models/M/labels/L */
enum lar_outcome lar_delete_label(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES], label[NAME_BYTES];
    if (!lar_registry_label_drop(service->registry, name_of(rq->model, model),
                                 name_of(rq->label, label), err))
        return LAR_REFUSED;
    lar_log(service->log, LAR_LOG_INFO, "label %s of %s is gone", label, model);
    rq->answer.status = 204;
    return LAR_ANSWERED;
}

static void write_labels(struct lar_text *text, json_t *labels)
{
    const char *name, *comma = "";
    json_t *number;
    json_object_foreach(labels, name, number)
    {
        lar_text_puts(text, comma);
        lar_text_puts(text, "{\"label\":");
        lar_text_cstring(text, name);
        lar_text_puts(text, ",\"version\":\"");
        lar_text_i64(text, json_integer_value(number));
        lar_text_puts(text, "\"}");
        comma = ",";
    }
}

/* What is kept of a model's past: newest last. */
static void write_history(struct lar_text *text, const json_t *events)
{
    size_t n = json_array_size(events);
    for (size_t i = 0; i < n; i++) {
        const json_t *event = json_array_get(events, i);
        const char *what = json_string_value(json_object_get(event, "what"));
        const char *label = json_string_value(json_object_get(event, "label"));
        const char *sha256 = json_string_value(json_object_get(event, "sha256"));
        json_int_t number = json_integer_value(json_object_get(event, "number"));
        lar_text_puts(text, i ? ",{\"what\":" : "{\"what\":");
        lar_text_cstring(text, what ? what : "?");
        lar_time_write(text, "time", json_integer_value(json_object_get(event, "time")));
        if (number) {
            lar_text_puts(text, ",\"version\":\"");
            lar_text_i64(text, number);
            lar_text_char(text, '"');
        }
        lar_member_write(text, "label", label);
        lar_member_write(text, "sha256", sha256);
        lar_text_char(text, '}');
    }
}

/* GET /v1/models/M/labels */
enum lar_outcome lar_get_labels(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES];
    char *notes = lar_registry_history(service->registry, name_of(rq->model, model), err);
    if (!notes)
        return LAR_REFUSED;
    json_t *root = json_loads(notes, 0, NULL);
    free(notes);
    struct lar_text *text = &rq->answer.text;
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model);
    lar_text_puts(text, ",\"labels\":[");
    write_labels(text, json_object_get(root, "labels"));
    lar_text_puts(text, "],\"history\":[");
    write_history(text, json_object_get(root, "history"));
    lar_text_puts(text, "]}");
    json_decref(root);
    return LAR_ANSWERED;
}

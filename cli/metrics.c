/* Samples and rates; see metrics.h.
 * SPDX-License-Identifier: MIT */
#include "cli/metrics.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
    const char *codes; /* first digits of the label "code" that count; "": any */
} samples[] = {
    {"larder_predict_requests_total", offsetof(struct lar_counts, requests), ""},
    {"larder_predict_requests_total", offsetof(struct lar_counts, errors), "45"},
    {"larder_predict_rows_total", offsetof(struct lar_counts, rows), ""},
    {"larder_predict_duration_seconds_sum", offsetof(struct lar_counts, seconds), ""},
    {"larder_model_memory_bytes", offsetof(struct lar_counts, memory), ""},
};

struct text {
    const char *at; /* NULL: not there */
    size_t size;
};

struct labels {
    struct text model, version, code;
};

static void keep(struct labels *labels, struct text name, struct text value)
{
    const struct {
        const char *name;
        struct text *to;
    } wanted[] = {
        {"model", &labels->model}, {"version", &labels->version}, {"code", &labels->code}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (name.size == strlen(wanted[i].name) && memcmp(name.at, wanted[i].name, name.size) == 0)
            *wanted[i].to = value;
}

/* `name="value",...` from P to END. No model, version or code needs an escape: a value with one is
 * none of theirs and is passed over. */
static struct labels read_labels(const char *p, const char *end)
{
    struct labels ret = {0};
    while (p < end) {
        const char *equals = memchr(p, '=', (size_t)(end - p));
        if (!equals || end - equals < 2 || equals[1] != '"')
            break;
        const char *value = equals + 2, *stop = value;
        bool escapes = false;
        while (stop < end && *stop != '"') {
            escapes |= *stop == '\\';
            stop += *stop == '\\' ? 2 : 1;
        }
        if (stop >= end)
            break;
        if (!escapes)
            keep(&ret, (struct text){p, (size_t)(equals - p)},
                 (struct text){value, (size_t)(stop - value)});
        p = stop + 1;
        p += p < end && *p == ',';
    }
    return ret;
}

static bool counts(const char *codes, struct text code)
{
    return !*codes || (code.size && *code.at && strchr(codes, *code.at));
}

static void read_line(const char *line, const char *end, lar_counts_find *find, void *context)
{
    const char *brace = memchr(line, '{', (size_t)(end - line));
    const char *close = brace ? memrchr(brace, '}', (size_t)(end - brace)) : NULL;
    struct labels labels = {0};
    struct lar_counts *to = NULL;
    for (size_t i = 0; close && i < sizeof samples / sizeof *samples; i++) {
        size_t n = strlen(samples[i].name);
        if ((size_t)(brace - line) != n || memcmp(line, samples[i].name, n) != 0)
            continue;
        if (!to) {
            labels = read_labels(brace + 1, close);
            if (!labels.model.at || !labels.version.at)
                return;
            to = find(context, labels.model.at, labels.model.size, labels.version.at,
                      labels.version.size);
            if (!to)
                return;
        }
        double value = strtod(close + 1, NULL), *field = (void *)((char *)to + samples[i].offset);
        if (value > 0 && counts(samples[i].codes, labels.code))
            *field += value;
    }
}

void lar_counts_read(const char *text, lar_counts_find *find, void *context)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (*text != '#')
            read_line(text, text + n, find, context);
        text += n + (text[n] == '\n');
    }
}

static double rate(double a, double b, double seconds)
{
    return b > a && seconds > 0 ? (b - a) / seconds : 0;
}

void lar_rates_of(struct lar_rates *ret, const struct lar_counts *a, const struct lar_counts *b,
                  double seconds)
{
    ret->requests = rate(a->requests, b->requests, seconds);
    ret->errors = rate(a->errors, b->errors, seconds);
    ret->rows = rate(a->rows, b->rows, seconds);
    double n = b->requests - a->requests, took = b->seconds - a->seconds;
    ret->ms = n > 0 && took >= 0 ? 1000 * took / n : -1;
}

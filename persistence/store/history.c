/* A model's notes; see history.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/history.h"

#include "persistence/store/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 4 << 20, FILES = 1000, EVENTS = 100 };

static bool bad(struct lar_error *err, const char *what)
{
    return lar_fail(err, LAR_ERR_FORMAT, "%s", what);
}

static bool get_number(const json_t *value, uint64_t *ret)
{
    json_int_t v = json_integer_value(value);
    if (!json_is_integer(value) || v < 1)
        return false;
    *ret = (uint64_t)v;
    return true;
}

static bool parse_files(struct lar_history *ret, const json_t *files, struct lar_error *err)
{
    if (files && !json_is_array(files))
        return bad(err, "'files' is not a list");
    size_t n = json_array_size(files);
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(files, i);
        const char *sha256 = json_string_value(json_object_get(row, "sha256"));
        uint64_t number;
        if (!get_number(json_object_get(row, "number"), &number) || !sha256 ||
            !lar_hash_is_hex(sha256))
            return bad(err, "a row of 'files' lacks number or sha256");
        if (!lar_history_add_file(ret, number, sha256, err))
            return false;
    }
    return true;
}

static bool parse_uploads(struct lar_history *ret, const json_t *uploads, struct lar_error *err)
{
    if (uploads && !json_is_array(uploads))
        return bad(err, "'uploads' is not a list");
    size_t n = json_array_size(uploads);
    for (size_t i = 0; i < n; i++) {
        uint64_t number;
        if (!get_number(json_array_get(uploads, i), &number))
            return bad(err, "'uploads' holds what is no number");
        if (!lar_history_add_upload(ret, number, err))
            return false;
    }
    return true;
}

static int by_label(const void *a, const void *b)
{
    return strcmp(((const struct lar_history_label *)a)->name,
                  ((const struct lar_history_label *)b)->name);
}

static bool parse_labels(struct lar_history *ret, json_t *labels, struct lar_error *err)
{
    const char *name;
    json_t *value;
    if (labels && !json_is_object(labels))
        return bad(err, "'labels' is not an object");
    size_t n = json_object_size(labels);
    if (n == 0)
        return true;
    ret->labels = calloc(n, sizeof *ret->labels);
    if (!ret->labels)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for labels");
    json_object_foreach(labels, name, value)
    {
        struct lar_history_label *label = &ret->labels[ret->n_labels];
        if (!lar_name_is_model(name, strlen(name)) || !get_number(value, &label->number))
            return bad(err, "a label is not a name with a number");
        label->name = strdup(name);
        if (!label->name)
            return lar_fail(err, LAR_ERR_NOMEM, "out of memory for labels");
        ret->n_labels++;
    }
    qsort(ret->labels, ret->n_labels, sizeof *ret->labels, by_label);
    return true;
}

static bool parse_coming(struct lar_history *ret, const json_t *coming, struct lar_error *err)
{
    const char *name = json_string_value(json_object_get(coming, "label"));
    if (!coming)
        return true;
    if (!name || !lar_name_is_model(name, strlen(name)) ||
        !get_number(json_object_get(coming, "number"), &ret->coming.number))
        return bad(err, "'coming' is not a label with a number");
    ret->coming.name = strdup(name);
    return ret->coming.name || lar_fail(err, LAR_ERR_NOMEM, "out of memory for labels");
}

static bool parse_root(struct lar_history *ret, json_t *root, struct lar_error *err)
{
    if (!json_is_object(root))
        return bad(err, "not an object");
    if (json_integer_value(json_object_get(root, "highest")) != 0 &&
        !get_number(json_object_get(root, "highest"), &ret->highest))
        return bad(err, "'highest' is not a number");
    if (!parse_files(ret, json_object_get(root, "files"), err) ||
        !parse_labels(ret, json_object_get(root, "labels"), err) ||
        !parse_uploads(ret, json_object_get(root, "uploads"), err) ||
        !parse_coming(ret, json_object_get(root, "coming"), err))
        return false;
    for (size_t i = 0; i < ret->n_files; i++)
        if (ret->files[i].number > ret->highest)
            ret->highest = ret->files[i].number;
    json_t *events = json_object_get(root, "history");
    if (events && !json_is_array(events))
        return bad(err, "'history' is not a list");
    ret->events = json_incref(events);
    return true;
}

bool lar_history_parse(struct lar_history *ret, const char *text, size_t n, struct lar_error *err)
{
    json_error_t why;
    *ret = (struct lar_history){0};
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return lar_fail(err, LAR_ERR_FORMAT, "line %d: %s", why.line, why.text);
    bool ok = parse_root(ret, root, err);
    json_decref(root);
    if (!ok)
        lar_history_finish(ret);
    return ok;
}

static void file_name(const char *model, char ret[LAR_NAME_MAX + 8])
{
    snprintf(ret, LAR_NAME_MAX + 8, "%s.json", model);
}

bool lar_history_read(struct lar_history *ret, int folder, const char *model, struct lar_error *err)
{
    char name[LAR_NAME_MAX + 8];
    size_t n;
    struct lar_error why = {0};
    *ret = (struct lar_history){0};
    if (folder < 0)
        return true;
    file_name(model, name);
    char *text = lar_store_read_small(folder, name, FILE_LIMIT, &n, &why);
    if (!text && why.code == LAR_ERR_NOTFOUND)
        return true;
    bool ok = text && lar_history_parse(ret, text, n, &why);
    free(text);
    if (ok)
        return true;
    lar_fail(err, why.code, ".larder/%s: %s", name, why.text);
    return false;
}

static json_t *to_json(const struct lar_history *history)
{
    json_t *files = json_array(), *labels = json_object();
    for (size_t i = 0; i < history->n_files; i++)
        json_array_append_new(files, json_pack("{s:I, s:s}", "number",
                                               (json_int_t)history->files[i].number, "sha256",
                                               history->files[i].sha256));
    for (size_t i = 0; i < history->n_labels; i++)
        json_object_set_new(labels, history->labels[i].name,
                            json_integer((json_int_t)history->labels[i].number));
    json_t *uploads = json_array();
    for (size_t i = 0; i < history->n_uploads; i++)
        json_array_append_new(uploads, json_integer((json_int_t)history->uploads[i]));
    json_t *events = history->events ? json_incref(history->events) : json_array();
    const struct lar_history_label *c = &history->coming;
    json_t *coming =
        !c->name ? NULL
                 : json_pack("{s:I, s:s}", "number", (json_int_t)c->number, "label", c->name);
    return json_pack("{s:I, s:o, s:o, s:o, s:o*, s:o}", "highest", (json_int_t)history->highest,
                     "files", files, "labels", labels, "uploads", uploads, "coming", coming,
                     "history", events);
}

char *lar_history_text(const struct lar_history *history)
{
    json_t *root = to_json(history);
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
    json_decref(root);
    return text;
}

bool lar_history_save(struct lar_store *store, int folder, const char *model, const char *text,
                      struct lar_error *err)
{
    char name[LAR_NAME_MAX + 8];
    if (folder < 0)
        return lar_fail(err, LAR_ERR_BUSY, "there is no place for the notes of '%s'", model);
    if (!text)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the notes of '%s'", model);
    file_name(model, name);
    return lar_store_save(store, folder, name, text, strlen(text), err);
}

void lar_history_finish(struct lar_history *history)
{
    for (size_t i = 0; i < history->n_labels; i++)
        free(history->labels[i].name);
    free(history->labels);
    free(history->coming.name);
    free(history->files);
    free(history->uploads);
    json_decref(history->events);
    *history = (struct lar_history){0};
}

uint64_t lar_history_number(const struct lar_history *history, const char *sha256)
{
    for (size_t i = 0; i < history->n_files; i++)
        if (strcmp(history->files[i].sha256, sha256) == 0)
            return history->files[i].number;
    return 0;
}

bool lar_history_add_file(struct lar_history *history, uint64_t number, const char *sha256,
                          struct lar_error *err)
{
    if (history->n_files == FILES) {
        history->n_files--;
        memmove(history->files, history->files + 1, history->n_files * sizeof *history->files);
    } else {
        struct lar_history_file *grown =
            realloc(history->files, (history->n_files + 1) * sizeof *grown);
        if (!grown)
            return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's notes");
        history->files = grown;
    }
    struct lar_history_file *f = &history->files[history->n_files++];
    f->number = number;
    memcpy(f->sha256, sha256, LAR_HASH_HEX);
    if (number > history->highest)
        history->highest = number;
    return true;
}

bool lar_history_add_upload(struct lar_history *history, uint64_t number, struct lar_error *err)
{
    size_t i = history->n_uploads;
    while (i > 0 && history->uploads[i - 1] > number)
        i--;
    if (i > 0 && history->uploads[i - 1] == number)
        return true;
    uint64_t *grown = realloc(history->uploads, (history->n_uploads + 1) * sizeof *grown);
    if (!grown)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's notes");
    history->uploads = grown;
    memmove(&grown[i + 1], &grown[i], (history->n_uploads - i) * sizeof *grown);
    grown[i] = number;
    history->n_uploads++;
    return true;
}

void lar_history_drop_upload(struct lar_history *history, uint64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < history->n_uploads; i++)
        if (number != 0 && history->uploads[i] != number)
            history->uploads[kept++] = history->uploads[i];
    history->n_uploads = kept;
}

static void add_event(struct lar_history *history, int64_t time_ms, const char *what,
                      uint64_t number, const char *key, const char *value)
{
    if (!history->events)
        history->events = json_array();
    while (json_array_size(history->events) >= EVENTS)
        json_array_remove(history->events, 0);
    json_t *event = json_pack("{s:I, s:s, s:I}", "time", (json_int_t)time_ms, "what", what,
                              "number", (json_int_t)number);
    if (value && event)
        json_object_set_new(event, key, json_string(value));
    json_array_append_new(history->events, event);
}

void lar_history_add_event(struct lar_history *history, int64_t time_ms, const char *what,
                           uint64_t number, const char *sha256)
{
    add_event(history, time_ms, what, number, "sha256", sha256);
}

void lar_history_add_label_event(struct lar_history *history, int64_t time_ms, const char *what,
                                 uint64_t number, const char *name)
{
    add_event(history, time_ms, what, number, "label", name);
}

bool lar_history_copy(struct lar_history *ret, const struct lar_history *history,
                      struct lar_error *err)
{
    char *text = lar_history_text(history);
    *ret = (struct lar_history){0};
    bool ok = text ? lar_history_parse(ret, text, strlen(text), err)
                   : lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's notes");
    free(text);
    return ok;
}

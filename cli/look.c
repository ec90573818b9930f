/* The state of a server; see look.h.
 * SPDX-License-Identifier: MIT */
#include "cli/look.h"
#include "base/clock.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>

/* A row's key, or one that is looked for. */
struct key {
    const char *model, *version;
    size_t model_size, version_size;
};

static int compare(const char *a, size_t n, const char *b, size_t m)
{
    int order = memcmp(a, b, n < m ? n : m);
    return order ? order : (n > m) - (n < m);
}

static int by_key(const void *a, const void *b)
{
    const struct key *key = a;
    const struct lar_look_row *row = b;
    int order = compare(key->model, key->model_size, row->model, strlen(row->model));
    return order ? order
                 : compare(key->version, key->version_size, row->version, strlen(row->version));
}

static int by_name(const void *a, const void *b)
{
    const struct lar_look_row *row = a;
    const struct key key = {row->model, row->version, strlen(row->model), strlen(row->version)};
    return by_key(&key, b);
}

static struct lar_look_row *find_row(const struct lar_look *look, const struct key *key)
{
    return look->n_rows ? bsearch(key, look->rows, look->n_rows, sizeof *look->rows, by_key) : NULL;
}

static struct lar_counts *find(void *context, const char *model, size_t model_size,
                               const char *version, size_t version_size)
{
    const struct key key = {model, version, model_size, version_size};
    struct lar_look_row *row = find_row(context, &key);
    return row ? &row->counts : NULL;
}

static bool make_rows(struct lar_look *look, struct lar_error *err)
{
    const json_t *items = json_object_get(look->listing, "items");
    size_t n = 0;
    look->n_models = json_array_size(items);
    for (size_t i = 0; i < look->n_models; i++)
        n += json_array_size(json_object_get(json_array_get(items, i), "versions"));
    look->rows = calloc(n + 1, sizeof *look->rows);
    if (!look->rows)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a table");
    for (size_t i = 0; i < look->n_models; i++) {
        const json_t *model = json_array_get(items, i);
        const json_t *versions = json_object_get(model, "versions");
        for (size_t k = 0; k < json_array_size(versions); k++) {
            const json_t *version = json_array_get(versions, k);
            struct lar_look_row row = {.model = lar_member(model, "name"),
                                       .version = lar_member(version, "version"),
                                       .state = lar_member(version, "state"),
                                       .error = lar_member(version, "error"),
                                       .listed = version};
            if (row.model && row.version && row.state)
                look->rows[look->n_rows++] = row;
        }
    }
    qsort(look->rows, look->n_rows, sizeof *look->rows, by_name);
    return true;
}

static bool ask(struct lar_client *client, const char *path, struct lar_reply *reply,
                struct lar_error *err)
{
    const struct lar_ask ask = {0};
    return lar_client_ask(client, path, &ask, reply, err);
}

static bool read_server(struct lar_look *look, struct lar_client *client, struct lar_error *err)
{
    struct lar_reply ready;
    json_t *about = lar_client_get(client, "/v2", err);
    const char *version = lar_member(about, "version");
    if (!about)
        return false;
    snprintf(look->server, sizeof look->server, "%s", version ? version : "");
    json_decref(about);
    if (!ask(client, "/v2/health/ready", &ready, err))
        return false;
    look->ready = ready.status == 200;
    lar_reply_finish(&ready);
    return true;
}

bool lar_look_take(struct lar_look *ret, struct lar_client *client, struct lar_error *err)
{
    struct lar_reply metrics;
    *ret = (struct lar_look){0};
    if (!read_server(ret, client, err))
        return false;
    ret->listing = lar_client_get(client, "/v1/models", err);
    if (!ret->listing || !make_rows(ret, err) || !ask(client, "/metrics", &metrics, err))
        return false;
    ret->at = (double)lar_now_ns() / 1e9;
    bool ok = lar_reply_good(&metrics, err);
    if (ok)
        lar_counts_read(metrics.body, find, ret);
    lar_reply_finish(&metrics);
    return ok;
}

void lar_look_finish(struct lar_look *look)
{
    free(look->rows);
    json_decref(look->listing);
    *look = (struct lar_look){0};
}

struct lar_counts lar_look_counts(const struct lar_look *earlier, const struct lar_look_row *row)
{
    const struct key key = {row->model, row->version, strlen(row->model), strlen(row->version)};
    const struct lar_look_row *was = find_row(earlier, &key);
    return was ? was->counts : (struct lar_counts){0};
}

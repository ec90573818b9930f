/* larder status: what the server is doing, once or again and again.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/escape.h"
#include "cli/grid.h"
#include "cli/look.h"
#include "cli/reference.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIME_TEXT = 32 };

/* What has ended without an error is of no interest here. */
static bool is_shown(const struct lar_look_row *row)
{
    return row->error || strcmp(row->state, "END") != 0;
}

static void rates_of(const struct lar_look *before, const struct lar_look *now,
                     const struct lar_look_row *row, struct lar_rates *ret)
{
    struct lar_counts was = lar_look_counts(before, row);
    lar_rates_of(ret, &was, &row->counts, now->at - before->at);
}

/* ---- tables ---- */

static void add_rate(struct lar_grid *grid, double rate)
{
    lar_grid_cellf(grid, rate > 0 && rate < 9.95 ? "%.1f" : "%.0f", rate);
}

static void add_row(struct lar_grid *grid, const struct lar_look_row *row,
                    const struct lar_rates *rates, bool terminal)
{
    char labels[LAR_LABELS_TEXT], size[LAR_SIZE_TEXT];
    lar_grid_cell(grid, row->model);
    lar_grid_cell(grid, row->version);
    lar_grid_cell(grid, row->state);
    lar_grid_cell(grid, lar_version_labels(row->listed, labels));
    add_rate(grid, rates->requests);
    add_rate(grid, rates->errors);
    add_rate(grid, rates->rows);
    if (rates->ms < 0)
        lar_grid_cell(grid, NULL);
    else
        lar_grid_cellf(grid, "%.3f", rates->ms);
    if (terminal && row->counts.memory > 0)
        lar_grid_cell(grid, lar_size_text(row->counts.memory, size));
    else
        lar_grid_cellf(grid, "%.0f", row->counts.memory);
    lar_grid_cell(grid, row->error);
}

static void put_head(const struct lar_call *call, const struct lar_look *now, double requests)
{
    FILE *to = call->out.file;
    const char *url = lar_client_url(call->client);
    char time_text[TIME_TEXT];
    time_t seconds = time(NULL);
    struct tm tm;
    strftime(time_text, sizeof time_text, "%H:%M:%S", localtime_r(&seconds, &tm));
    if (call->options.watch)
        fputs("\033[H\033[2J", to);
    lar_escape(to, url, strlen(url), false);
    fputs(": larderd ", to);
    lar_escape(to, now->server, strlen(now->server), false);
    fprintf(to, " is %sready; %zu models, %zu versions, %.1f requests/s; %s\n\n",
            now->ready ? "" : "not ", now->n_models, now->n_rows, requests, time_text);
}

static bool print_table(const struct lar_call *call, const struct lar_look *before,
                        const struct lar_look *now, struct lar_error *err)
{
    struct lar_grid grid;
    double requests = 0;
    lar_grid_init(&grid, "MODEL|>VERSION|STATE|LABELS|>REQ/S|>ERR/S|>ROWS/S|>MS/REQ|>MEMORY|ERROR");
    for (size_t i = 0; i < now->n_rows; i++) {
        struct lar_rates rates;
        rates_of(before, now, &now->rows[i], &rates);
        requests += rates.requests;
        if (is_shown(&now->rows[i]))
            add_row(&grid, &now->rows[i], &rates, call->out.terminal);
    }
    if (call->out.terminal)
        put_head(call, now, requests);
    bool ok = lar_grid_print(&grid, &call->out, err);
    lar_grid_finish(&grid);
    return ok;
}

/* ---- JSON ---- */

static json_t *json_of(const struct lar_look_row *row, const struct lar_rates *rates)
{
    json_t *labels = json_object_get(row->listed, "labels");
    return json_pack("{s:s, s:s, s:s, s:O?, s:f, s:f, s:f, s:o, s:f, s:s?}", "model", row->model,
                     "version", row->version, "state", row->state, "labels", labels,
                     "requests_per_second", rates->requests, "errors_per_second", rates->errors,
                     "rows_per_second", rates->rows, "ms_per_request",
                     rates->ms < 0 ? json_null() : json_real(rates->ms), "memory_bytes",
                     row->counts.memory, "error", row->error);
}

static bool print_json(const struct lar_call *call, const struct lar_look *before,
                       const struct lar_look *now, struct lar_error *err)
{
    char time_text[TIME_TEXT];
    time_t seconds = time(NULL);
    struct tm tm;
    strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
    json_t *versions = json_array();
    for (size_t i = 0; i < now->n_rows; i++) {
        struct lar_rates rates;
        rates_of(before, now, &now->rows[i], &rates);
        if (is_shown(&now->rows[i]))
            json_array_append_new(versions, json_of(&now->rows[i], &rates));
    }
    json_t *root = json_pack("{s:s, s:s, s:b, s:o}", "time", time_text, "server", now->server,
                             "ready", now->ready, "versions", versions);
    char *text = root ? json_dumps(root, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6)) : NULL;
    if (text)
        fprintf(call->out.file, "%s\n", text);
    free(text);
    json_decref(root);
    return text || lar_fail(err, LAR_ERR_NOMEM, "out of memory for the answer");
}

/* ---- again and again ---- */

static void rest(unsigned seconds)
{
    struct timespec t = {.tv_sec = seconds};
    nanosleep(&t, NULL);
}

/* Who watches wants to see a restart through: a server that is away is told of and asked again. */
static bool look_again(struct lar_call *call, struct lar_look *before, struct lar_error *err)
{
    struct lar_look now;
    bool ok = lar_look_take(&now, call->client, err) &&
              (call->options.json ? print_json : print_table)(call, before, &now, err);
    if (ok) {
        lar_look_finish(before);
        *before = now;
        fflush(call->out.file);
        return true;
    }
    lar_look_finish(&now);
    if (!call->options.watch || err->code != LAR_ERR_UNAVAILABLE)
        return false;
    (void)lar_call_end(call, false, err);
    lar_error_clear(err);
    return true;
}

int lar_command_status(struct lar_call *call)
{
    struct lar_look look;
    struct lar_error err = {0};
    bool ok = lar_look_take(&look, call->client, &err);
    if (ok)
        do {
            rest(call->options.watch ? call->options.watch : 1);
            ok = look_again(call, &look, &err);
        } while (ok && call->options.watch && !ferror(call->out.file));
    lar_look_finish(&look);
    return lar_call_end(call, ok, &err);
}

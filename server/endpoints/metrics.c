/* Numbers for Prometheus: its text format, version 0.0.4.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static void add(struct lar_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct lar_text *text, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0)
        lar_text_add(text, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static void head(struct lar_text *text, const char *name, const char *type, const char *help)
{
    add(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static uint64_t value(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Calls FN for every loaded version, and for the calls that reached none. */
static void each(const struct lar_request *rq, struct lar_text *text,
                 void (*fn)(struct lar_text *text, const char *labels,
                            const struct lar_statistics *s, const struct lar_loaded *loaded))
{
    const struct lar_service *service = rq->service;
    const struct lar_table *table = lar_service_table(rq);
    char labels[256];
    for (size_t i = 0; i < table->n_models; i++)
        for (size_t k = 0; k < table->models[i].n_versions; k++) {
            const struct lar_loaded *loaded = table->models[i].versions[k].loaded;
            if (!loaded)
                continue;
            /* Names need no escapes. */
            snprintf(labels, sizeof labels, "model=\"%s\",version=\"%" PRIu64 "\"",
                     table->models[i].name, loaded->number);
            fn(text, labels, &loaded->statistics, loaded);
        }
    fn(text, "model=\"\",version=\"\"", &service->unknown, NULL);
}

static void write_requests(struct lar_text *text, const char *labels,
                           const struct lar_statistics *s, const struct lar_loaded *loaded)
{
    (void)loaded;
    for (unsigned i = 0; i < LAR_CODES; i++)
        if (value(&s->answers[i]))
            add(text, "larder_predict_requests_total{%s,code=\"%u\"} %" PRIu64 "\n", labels,
                lar_statistics_codes[i], value(&s->answers[i]));
}

static void write_durations(struct lar_text *text, const char *labels,
                            const struct lar_statistics *s, const struct lar_loaded *loaded)
{
    uint64_t below = 0;
    (void)loaded;
    for (unsigned i = 0; i < LAR_BUCKETS; i++)
        below += value(&s->buckets[i]);
    if (!below)
        return;
    uint64_t all = below;
    below = 0;
    for (unsigned i = 0; i < LAR_BUCKETS - 1; i++) {
        below += value(&s->buckets[i]);
        below = below < all ? below : all; /* counted while we read */
        add(text, "larder_predict_duration_seconds_bucket{%s,le=\"%g\"} %" PRIu64 "\n", labels,
            (double)lar_statistics_bounds[i] / 1e6, below);
    }
    add(text, "larder_predict_duration_seconds_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", labels, all);
    add(text, "larder_predict_duration_seconds_sum{%s} %.6f\n", labels,
        (double)value(&s->microseconds) / 1e6);
    add(text, "larder_predict_duration_seconds_count{%s} %" PRIu64 "\n", labels, all);
}

static void write_rows(struct lar_text *text, const char *labels, const struct lar_statistics *s,
                       const struct lar_loaded *loaded)
{
    if (loaded)
        add(text, "larder_predict_rows_total{%s} %" PRIu64 "\n", labels, value(&s->rows));
}

static void write_memory(struct lar_text *text, const char *labels, const struct lar_statistics *s,
                         const struct lar_loaded *loaded)
{
    (void)s;
    if (loaded)
        add(text, "larder_model_memory_bytes{%s} %zu\n", labels, loaded->bytes);
}

static void write_states(struct lar_text *text, const struct lar_table *table)
{
    size_t states[LAR_STATE_END + 1] = {0}, failed = 0;
    for (size_t i = 0; i < table->n_models; i++)
        for (size_t k = 0; k < table->models[i].n_versions; k++) {
            states[table->models[i].versions[k].state]++;
            failed += table->models[i].versions[k].error.code != LAR_ERR_NONE;
        }
    head(text, "larder_versions", "gauge", "Versions of models, by state.");
    for (unsigned i = 0; i <= LAR_STATE_END; i++)
        add(text, "larder_versions{state=\"%s\"} %zu\n", lar_state_name((enum lar_state)i),
            states[i]);
    head(text, "larder_versions_failed", "gauge", "Versions whose last load failed.");
    add(text, "larder_versions_failed %zu\n", failed);
}

static void write_loads(struct lar_text *text, const struct lar_registry *registry)
{
    static const char *const results[LAR_LOAD_RESULTS] = {
        [LAR_LOAD_OK] = "ok",
        [LAR_LOAD_REFUSED] = "refused",
        [LAR_LOAD_DIED] = "died",
        [LAR_LOAD_FAILED] = "failed",
    };
    struct lar_load_counts counts;
    lar_registry_load_counts(registry, &counts);
    head(text, "larder_loads_total", "counter", "Loaders that ran, by how they ended.");
    for (unsigned i = 0; i < LAR_LOAD_RESULTS; i++)
        add(text, "larder_loads_total{result=\"%s\"} %" PRIu64 "\n", results[i], counts.results[i]);
    head(text, "larder_load_seconds_total", "counter", "Time that loaders took.");
    add(text, "larder_load_seconds_total %.6f\n", (double)counts.microseconds / 1e6);
    bool seccomp;
    int landlock;
    if (!lar_registry_sandbox(registry, &seccomp, &landlock))
        return;
    head(text, "larder_sandbox_info", "gauge",
         "What held the last loader; Landlock by the version of its ABI, 0 for none.");
    add(text, "larder_sandbox_info{seccomp=\"%s\",landlock=\"%d\"} 1\n", seccomp ? "true" : "false",
        landlock);
}

static void write_process(struct lar_text *text, const struct lar_service *service)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm) {
        if (fscanf(statm, "%*u %lu", &pages) != 1)
            pages = 0;
        fclose(statm);
    }
    head(text, "process_resident_memory_bytes", "gauge", "Resident memory.");
    add(text, "process_resident_memory_bytes %ld\n", (long)pages * sysconf(_SC_PAGESIZE));
    head(text, "process_start_time_seconds", "gauge", "Unix time of the start.");
    add(text, "process_start_time_seconds %.3f\n", (double)service->started_ms / 1000);
    head(text, "larder_build_info", "gauge", "What runs.");
    add(text, "larder_build_info{version=\"%s\",loader=\"%.16s\"} 1\n", LARDER_VERSION,
        lar_spawner_build_id(service->spawner));
}

static void write_http(struct lar_text *text, const struct lar_service *service)
{
    head(text, "larder_http_answers_total", "counter", "Answers, by status.");
    for (unsigned status = 100; status < 600; status++) {
        uint64_t n = lar_http_answers(service->http, status);
        if (n)
            add(text, "larder_http_answers_total{code=\"%u\"} %" PRIu64 "\n", status, n);
    }
    head(text, "larder_http_connections", "gauge", "Open connections.");
    add(text, "larder_http_connections %zu\n", lar_http_connections(service->http));
    head(text, "larder_http_bodies_free_bytes", "gauge", "Memory that is left for bodies.");
    add(text, "larder_http_bodies_free_bytes %" PRId64 "\n", lar_http_bodies_left(service->http));
    head(text, "larder_jobs_waiting", "gauge", "Jobs that wait for a worker.");
    add(text, "larder_jobs_waiting{pool=\"predict\"} %zu\n",
        lar_workers_waiting(service->predictors));
    add(text, "larder_jobs_waiting{pool=\"disk\"} %zu\n", lar_workers_waiting(service->movers));
}

/* GET /metrics */
enum lar_outcome lar_get_metrics(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    const struct lar_service *service = rq->service;
    struct lar_text *text = &rq->answer.text;
    rq->answer.type = "text/plain; version=0.0.4; charset=utf-8";
    head(text, "larder_predict_requests_total", "counter",
         "Predict calls, by model, version and status class.");
    each(rq, text, write_requests);
    head(text, "larder_predict_duration_seconds", "histogram",
         "From the end of the header to the answer.");
    each(rq, text, write_durations);
    head(text, "larder_predict_rows_total", "counter", "Rows predicted.");
    each(rq, text, write_rows);
    head(text, "larder_model_memory_bytes", "gauge", "Memory of loaded versions.");
    each(rq, text, write_memory);
    write_states(text, lar_service_table(rq));
    write_loads(text, service->registry);
    write_http(text, service);
    write_process(text, service);
    return LAR_ANSWERED;
}

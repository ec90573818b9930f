/* GET /metrics: models and their versions.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/metrics.h"

#include <inttypes.h>
#include <stdio.h>

#define NS 1e9

/* One version, or the calls that reached none. */
struct subject {
    const char *model;
    char version[24];
    const struct lar_statistics *statistics;
    const struct lar_loaded *loaded; /* NULL: none */
    const struct lar_version_entry *entry;
};

typedef void write_subject(struct lar_metrics *m, const struct subject *subject);

/* Begins METRIC and calls WRITE for each loaded version, and then, if UNKNOWN is not NULL, for what
 * reached none. */
static void each(struct lar_metrics *m, const struct lar_metric *metric,
                 const struct lar_table *table, const struct lar_statistics *unknown,
                 write_subject *write)
{
    lar_metrics_family(m, metric);
    for (size_t i = 0; i < table->n_models; i++)
        for (size_t k = 0; k < table->models[i].n_versions; k++) {
            const struct lar_version_entry *entry = &table->models[i].versions[k];
            if (!entry->loaded)
                continue;
            struct subject subject = {.model = table->models[i].name,
                                      .statistics = &entry->loaded->statistics,
                                      .loaded = entry->loaded,
                                      .entry = entry};
            snprintf(subject.version, sizeof subject.version, "%" PRIu64, entry->number);
            write(m, &subject);
        }
    if (unknown)
        write(m, &(struct subject){.model = "", .statistics = unknown});
}

#define LABELS(subject)                                                                            \
    {"model", (subject)->model},                                                                   \
    {                                                                                              \
        "version", (subject)->version                                                              \
    }

static void write_requests(struct lar_metrics *m, const struct subject *subject)
{
    for (unsigned p = 0; p < LAR_PROTOCOLS; p++)
        for (unsigned c = 0; c < LAR_CODES; c++) {
            uint64_t n = lar_statistics_value(&subject->statistics->answers[p][c]);
            char code[8];
            snprintf(code, sizeof code, "%u", lar_statistics_codes[c]);
            const struct lar_metric_label labels[] = {
                LABELS(subject), {"protocol", lar_protocol_names[p]}, {"code", code}, {NULL, NULL}};
            if (n)
                lar_metrics_u64(m, labels, n);
        }
}

static void write_durations(struct lar_metrics *m, const struct subject *subject)
{
    const struct lar_statistics *s = subject->statistics;
    const struct lar_metric_label labels[] = {LABELS(subject), {NULL, NULL}};
    uint64_t counts[LAR_BUCKETS], all = 0;
    double ns = (double)lar_statistics_value(&s->succeeded_ns) +
                (double)lar_statistics_value(&s->failed_ns);
    for (unsigned i = 0; i < LAR_BUCKETS; i++)
        all += counts[i] = lar_statistics_value(&s->buckets[i]);
    if (all) /* bounds are microseconds, and so is the sum */
        lar_metrics_histogram(m, labels, lar_statistics_bounds, counts, LAR_BUCKETS, 1e6, ns / 1e3);
}

static void write_stages(struct lar_metrics *m, const struct subject *subject)
{
    const struct lar_successes all = lar_statistics_successes(subject->statistics);
    const struct {
        const char *name;
        uint64_t ns;
    } stages[] = {{"queue", lar_statistics_value(&subject->statistics->queue_ns)},
                  {"read", all.input_ns},
                  {"compute", all.infer_ns},
                  {"write", all.output_ns}};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        const struct lar_metric_label labels[] = {
            LABELS(subject), {"stage", stages[i].name}, {NULL, NULL}};
        lar_metrics_f64(m, labels, (double)stages[i].ns / NS);
    }
}

static void write_rows(struct lar_metrics *m, const struct subject *subject)
{
    const struct lar_metric_label labels[] = {LABELS(subject), {NULL, NULL}};
    lar_metrics_u64(m, labels, lar_statistics_successes(subject->statistics).rows);
}

static void write_request_bytes(struct lar_metrics *m, const struct subject *subject)
{
    const struct lar_metric_label labels[] = {LABELS(subject), {NULL, NULL}};
    lar_metrics_u64(m, labels, lar_statistics_value(&subject->statistics->request_bytes));
}

static void write_answer_bytes(struct lar_metrics *m, const struct subject *subject)
{
    const struct lar_metric_label labels[] = {LABELS(subject), {NULL, NULL}};
    lar_metrics_u64(m, labels, lar_statistics_value(&subject->statistics->answer_bytes));
}

static void write_memory(struct lar_metrics *m, const struct subject *subject)
{
    const struct lar_metric_label labels[] = {LABELS(subject), {NULL, NULL}};
    lar_metrics_u64(m, labels, subject->loaded->bytes);
}

static void write_loaded(struct lar_metrics *m, const struct subject *subject)
{
    const struct lar_metric_label labels[] = {LABELS(subject), {NULL, NULL}};
    lar_metrics_f64(m, labels, (double)subject->entry->loaded_ms / 1e3);
}

static void write_ready(struct lar_metrics *m, const struct lar_table *table)
{
    static const struct lar_metric ready = {"larder_model_ready", NULL,
                                            "Whether the model answers calls that name no version.",
                                            LAR_METRIC_GAUGE};
    lar_metrics_family(m, &ready);
    for (size_t i = 0; i < table->n_models; i++) {
        const struct lar_metric_label labels[] = {{"model", table->models[i].name}, {NULL, NULL}};
        lar_metrics_u64(m, labels, table->models[i].answering != NULL);
    }
}

static void write_states(struct lar_metrics *m, const struct lar_table *table)
{
    static const struct lar_metric versions = {"larder_versions", NULL,
                                               "Versions of models, by state.", LAR_METRIC_GAUGE};
    static const struct lar_metric failed = {"larder_versions_failed", NULL,
                                             "Versions whose last load failed.", LAR_METRIC_GAUGE};
    uint64_t states[LAR_STATE_END + 1] = {0}, n_failed = 0;
    for (size_t i = 0; i < table->n_models; i++)
        for (size_t k = 0; k < table->models[i].n_versions; k++) {
            states[table->models[i].versions[k].state]++;
            n_failed += table->models[i].versions[k].error.code != LAR_ERR_NONE;
        }
    lar_metrics_family(m, &versions);
    for (unsigned i = 0; i <= LAR_STATE_END; i++) {
        const struct lar_metric_label labels[] = {{"state", lar_state_name((enum lar_state)i)},
                                                  {NULL, NULL}};
        lar_metrics_u64(m, labels, states[i]);
    }
    lar_metrics_family(m, &failed);
    lar_metrics_u64(m, NULL, n_failed);
}

void lar_metrics_models(struct lar_metrics *m, const struct lar_table *table,
                        const struct lar_statistics *unknown)
{
    static const struct {
        struct lar_metric metric;
        write_subject *write;
        bool with_unknown;
    } families[] = {
        {{"larder_predict_requests", NULL, "Predict calls, by what they were answered with.",
          LAR_METRIC_COUNTER},
         write_requests,
         true},
        {{"larder_predict_duration_seconds", "seconds",
          "From the thread's waking to a complete header to the answer's being made.",
          LAR_METRIC_HISTOGRAM},
         write_durations,
         true},
        {{"larder_predict_stage_seconds", "seconds",
          "Where successful predict calls spent their time.", LAR_METRIC_COUNTER},
         write_stages,
         false},
        {{"larder_predict_rows", NULL, "Rows predicted.", LAR_METRIC_COUNTER}, write_rows, false},
        {{"larder_predict_request_bytes", "bytes", "Bodies of predict calls, unpacked.",
          LAR_METRIC_COUNTER},
         write_request_bytes,
         false},
        {{"larder_predict_response_bytes", "bytes",
          "Bodies of answers to successful predict calls, before they are packed.",
          LAR_METRIC_COUNTER},
         write_answer_bytes,
         false},
        {{"larder_model_memory_bytes", "bytes", "Memory of loaded versions.", LAR_METRIC_GAUGE},
         write_memory,
         false},
        {{"larder_model_loaded_timestamp_seconds", "seconds",
          "Unix time when the version was loaded.", LAR_METRIC_GAUGE},
         write_loaded,
         false},
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        each(m, &families[i].metric, table, families[i].with_unknown ? unknown : NULL,
             families[i].write);
    write_ready(m, table);
    write_states(m, table);
}

/* GET /metrics: numbers for Prometheus.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/metrics.h"
#include "server/sizes.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void write_u64(struct lar_metrics *m, const struct lar_metric *metric, uint64_t value)
{
    lar_metrics_family(m, metric);
    lar_metrics_u64(m, NULL, value);
}

static void write_loads(struct lar_metrics *m, const struct lar_registry *registry)
{
    static const struct lar_metric loads = {
        "larder_loads", NULL, "Loaders that ran, by how they ended.", LAR_METRIC_COUNTER};
    static const struct lar_metric durations = {"larder_load_duration_seconds", "seconds",
                                                "How long loaders ran.", LAR_METRIC_HISTOGRAM};
    static const struct lar_metric sandbox = {
        "larder_sandbox", NULL,
        "What held the last loader; Landlock by the version of its ABI, 0 for none.",
        LAR_METRIC_INFO};
    static const char *const results[LAR_LOAD_RESULTS] = {
        [LAR_LOAD_OK] = "ok",
        [LAR_LOAD_REFUSED] = "refused",
        [LAR_LOAD_DIED] = "died",
        [LAR_LOAD_FAILED] = "failed",
    };
    struct lar_load_counts counts;
    lar_registry_load_counts(registry, &counts);
    lar_metrics_family(m, &loads);
    for (unsigned i = 0; i < LAR_LOAD_RESULTS; i++) {
        const struct lar_metric_label labels[] = {{"result", results[i]}, {NULL, NULL}};
        lar_metrics_u64(m, labels, counts.results[i]);
    }
    lar_metrics_family(m, &durations);
    lar_metrics_histogram(m, NULL, lar_load_bounds, counts.buckets, LAR_LOAD_BUCKETS, 1e6,
                          (double)counts.microseconds);
    bool seccomp;
    int landlock;
    if (!lar_registry_sandbox(registry, &seccomp, &landlock))
        return;
    char abi[12];
    snprintf(abi, sizeof abi, "%d", landlock);
    const struct lar_metric_label labels[] = {
        {"seccomp", seccomp ? "true" : "false"}, {"landlock", abi}, {NULL, NULL}};
    lar_metrics_family(m, &sandbox);
    lar_metrics_u64(m, labels, 1);
}

static void write_sizes(struct lar_metrics *m, const struct lar_service *service)
{
    static const struct lar_metric received = {"larder_http_request_size_bytes", "bytes",
                                               "Bodies of requests, as they came.",
                                               LAR_METRIC_HISTOGRAM};
    static const struct lar_metric sent = {"larder_http_response_size_bytes", "bytes",
                                           "Bodies of answers, as they were sent.",
                                           LAR_METRIC_HISTOGRAM};
    struct lar_sizes_read in = {0}, out = {0};
    lar_http_sizes(service->http, &in, &out);
    lar_metrics_family(m, &received);
    lar_metrics_histogram(m, NULL, lar_size_bounds, in.buckets, LAR_SIZE_BUCKETS, 1,
                          (double)in.bytes);
    lar_metrics_family(m, &sent);
    lar_metrics_histogram(m, NULL, lar_size_bounds, out.buckets, LAR_SIZE_BUCKETS, 1,
                          (double)out.bytes);
}

static void write_http(struct lar_metrics *m, const struct lar_service *service)
{
    static const struct lar_metric answers = {
        "larder_http_answers", NULL, "Answers to all requests, by status.", LAR_METRIC_COUNTER};
    static const struct lar_metric in_flight = {
        "larder_http_requests_in_flight", NULL,
        "Requests that have begun and whose answer has not been sent; this one is among them.",
        LAR_METRIC_GAUGE};
    static const struct lar_metric connections = {"larder_http_connections", NULL,
                                                  "Open connections.", LAR_METRIC_GAUGE};
    static const struct lar_metric free_bytes = {"larder_http_bodies_free_bytes", "bytes",
                                                 "Memory that is left for bodies.",
                                                 LAR_METRIC_GAUGE};
    static const struct lar_metric waiting = {
        "larder_jobs_waiting", NULL, "Requests that wait for a worker, by pool.", LAR_METRIC_GAUGE};
    static const struct lar_metric_label predict[] = {{"pool", "predict"}, {NULL, NULL}};
    static const struct lar_metric_label disk[] = {{"pool", "disk"}, {NULL, NULL}};
    lar_metrics_family(m, &answers);
    for (unsigned status = 100; status < 600; status++) {
        uint64_t n = lar_http_answers(service->http, status);
        char code[12];
        snprintf(code, sizeof code, "%u", status);
        if (n)
            lar_metrics_u64(m, (struct lar_metric_label[]){{"code", code}, {NULL, NULL}}, n);
    }
    write_sizes(m, service);
    write_u64(m, &in_flight, lar_http_in_flight(service->http));
    write_u64(m, &connections, lar_http_connections(service->http));
    int64_t left = lar_http_bodies_left(service->http);
    write_u64(m, &free_bytes, left > 0 ? (uint64_t)left : 0);
    lar_metrics_family(m, &waiting);
    lar_metrics_u64(m, predict, lar_workers_waiting(service->predictors));
    lar_metrics_u64(m, disk, lar_workers_waiting(service->movers));
}

/* Bytes of memory that are resident; 0: it cannot be told. */
static uint64_t resident(void)
{
    char text[128];
    uint64_t pages = 0;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    if (sscanf(text, "%*u %" SCNu64, &pages) != 1)
        return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void write_ready(struct lar_metrics *m, const struct lar_service *service,
                        const struct lar_table *table)
{
    static const struct lar_metric ready = {"larder_ready", NULL, "What /v2/health/ready says.",
                                            LAR_METRIC_GAUGE};
    write_u64(m, &ready, table->complete && !atomic_load(&service->draining));
}

static void write_process(struct lar_metrics *m, const struct lar_service *service)
{
    static const struct lar_metric memory = {"process_resident_memory_bytes", "bytes",
                                             "Resident memory.", LAR_METRIC_GAUGE};
    static const struct lar_metric cpu = {"process_cpu_seconds", "seconds",
                                          "Processor time of the daemon, without its loaders.",
                                          LAR_METRIC_COUNTER};
    static const struct lar_metric start = {"process_start_time_seconds", "seconds",
                                            "Unix time of the start.", LAR_METRIC_GAUGE};
    static const struct lar_metric build = {"larder_build", NULL, "What runs.", LAR_METRIC_INFO};
    struct timespec used = {0};
    char loader[17];
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    snprintf(loader, sizeof loader, "%.16s", lar_spawner_build_id(service->spawner));
    const struct lar_metric_label labels[] = {
        {"version", LARDER_VERSION}, {"loader", loader}, {NULL, NULL}};
    write_u64(m, &memory, resident());
    lar_metrics_family(m, &cpu);
    lar_metrics_f64(m, NULL, (double)used.tv_sec + (double)used.tv_nsec / 1e9);
    lar_metrics_family(m, &start);
    lar_metrics_f64(m, NULL, (double)service->started_ms / 1e3);
    lar_metrics_family(m, &build);
    lar_metrics_u64(m, labels, 1);
}

/* GET /metrics */
enum lar_outcome lar_get_metrics(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    const struct lar_service *service = rq->service;
    struct lar_metrics m = {.text = &rq->answer.text, .form = lar_metrics_form(rq->headers.accept)};
    rq->answer.type = lar_metrics_type(m.form);
    lar_answer_header(&rq->answer, "Vary", "Accept");
    lar_metrics_models(&m, lar_service_table(rq), &service->unknown);
    write_loads(&m, service->registry);
    write_http(&m, service);
    write_ready(&m, service, lar_service_table(rq));
    write_process(&m, service);
    lar_metrics_end(&m);
    return LAR_ANSWERED;
}

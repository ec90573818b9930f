/* Workers and HTTP threads around the registry.
 * SPDX-License-Identifier: MIT */
#include "server/service.h"
#include "base/priority.h"
#include "dialects/dialect.h"
#include "server/endpoints/endpoints.h"
#include "server/management.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SCRATCH_KEEP = 1 << 20,
    MOVERS = 4,
    MOVER_QUEUE = 256,
    /* Both give way to short calls, but not wholly: movers hold the registry's locks at times,
     * which others wait for. */
    PREDICTOR_NICE = 10,
    MOVER_NICE = 10,
    MAX_AUTO_THREADS = 4
};
enum { ANSWER_LIMIT = 1 << 30, REFUSALS_LOGGED = 5 /* a second */ };

/* What a kubelet asks for, which passes no proxy. */
static const char *const probes[] = {"/livez",          "/healthz",         "/readyz",
                                     "/v2/health/live", "/v2/health/ready", NULL};

static void lane_free(void *context)
{
    struct lar_lane *lane = context;
    if (lane->reader)
        lar_reader_free(lane->reader);
    lar_scratch_free(lane->scratch);
    free(lane->heads);
    free(lane);
}

static void *lane_new(void *context, struct lar_error *err)
{
    struct lar_service *service = context;
    struct lar_lane *lane = calloc(1, sizeof *lane);
    if (!lane || !(lane->heads = calloc(1, sizeof *lane->heads))) {
        lar_fail(err, LAR_ERR_NOMEM, "an HTTP thread");
        free(lane);
        return NULL;
    }
    lane->scratch = lar_scratch_new(service->scratch_keep, service->scratch_limit, err);
    lane->reader = lane->scratch ? lar_registry_reader(service->registry, err) : NULL;
    if (lane->reader)
        return lane;
    lane_free(lane);
    return NULL;
}

static void lane_turn(void *lane)
{
    lar_reader_turn(((struct lar_lane *)lane)->reader);
}

static void lane_idle(void *lane)
{
    lar_reader_idle(((struct lar_lane *)lane)->reader);
}

static void run_task(void *argument, struct lar_scratch *scratch)
{
    struct lar_task *task = argument;
    struct lar_lane lane = {.scratch = scratch};
    task->run(task, &lane);
}

/* Predictions and what waits for disks have pools of their own: neither delays the other. */
static bool submit(void *context, const struct lar_request *rq, struct lar_task *task)
{
    struct lar_service *service = context;
    struct lar_error err = {0};
    bool predicts = rq->route->where == LAR_BY_COST || rq->route->where == LAR_ON_THREAD;
    return lar_workers_submit(predicts ? service->predictors : service->movers, run_task, task,
                              &err);
}

static bool admit(struct lar_request *rq, struct lar_error *err)
{
    struct lar_service *service = rq->service;
    unsigned skipped = 0;
    if (service->apart && !rq->peer.management)
        return lar_fail(err, LAR_ERR_DENIED,
                        "this address takes no changes; management.listen does");
    if (lar_management_admit(service->management, rq, err))
        return true;
    if (lar_log_allow(&service->refusals, REFUSALS_LOGGED, &skipped))
        lar_log(service->log, LAR_LOG_WARNING, "refused %s %s: %s (%u more not logged)",
                lar_method_name(rq->method), rq->route->pattern, err->text, skipped);
    return false;
}

static unsigned by_cpus(int64_t configured, unsigned least, unsigned most)
{
    unsigned cpus = lar_processors();
    unsigned automatic = cpus < least ? least : cpus > most ? most : cpus;
    return configured ? (unsigned)configured : automatic;
}

void lar_service_configure(struct lar_service *service, const struct lar_config *config)
{
    struct lar_http_limits *limits = &service->limits;
    atomic_store(&limits->body, config->body_limit);
    atomic_store(&limits->header_time, config->header_time);
    atomic_store(&limits->body_time, config->body_time);
    atomic_store(&limits->response_time, config->response_time);
    atomic_store(&limits->idle_time, config->idle_time);
    atomic_store(&service->inline_us, config->inline_us);
    atomic_store(&service->log->level, (int)config->log_level);
    atomic_store(&service->log->json, config->log_format == LAR_LOG_JSON);
}

static bool start_workers(struct lar_service *service, const struct lar_config *config,
                          struct lar_error *err)
{
    struct lar_workers_settings predictors = {
        .threads = by_cpus(config->workers, 2, 256),
        .queue = (size_t)config->queue,
        .keep = service->scratch_keep,
        .limit = service->scratch_limit,
        .nice = PREDICTOR_NICE,
        .name = "predict",
    };
    struct lar_workers_settings movers = predictors;
    movers.threads = MOVERS;
    movers.queue = MOVER_QUEUE;
    movers.nice = MOVER_NICE;
    movers.name = "disk";
    return lar_workers_start(&service->predictors, &predictors, err) &&
           lar_workers_start(&service->movers, &movers, err);
}

/* What stands before us, and where it shows us. */
static bool place(struct lar_service *service, const struct lar_config *config,
                  struct lar_error *err)
{
    bool ok =
        lar_base_path_init(service->base_path, config->base_path, err) &&
        lar_cors_init(&service->cors, config->cors_origins.items, config->cors_origins.n, err);
    for (size_t i = 0; ok && i < config->trusted_proxies.n; i++)
        ok = lar_networks_add(&service->trusted_proxies, config->trusted_proxies.items[i], err);
    if (!ok) {
        lar_cors_finish(&service->cors);
        lar_networks_finish(&service->trusted_proxies);
    }
    return ok;
}

bool lar_service_start(struct lar_service *service, const struct lar_config *config,
                       struct lar_listeners *listeners, struct lar_error *err)
{
    service->scratch_keep = SCRATCH_KEEP;
    snprintf(service->default_model, sizeof service->default_model, "%s",
             config->default_model ? config->default_model : "");
    service->scratch_limit = (size_t)config->run_memory;
    if (!place(service, config, err))
        return false;
    service->apart = config->management_listen.n > 0;
    lar_service_configure(service, config);
    struct lar_http_settings settings = {
        .threads = by_cpus(config->threads, 2, MAX_AUTO_THREADS),
        .connections =
            service->connections ? service->connections : (size_t)config->connection_limit,
        .upload_limit = (size_t)config->upload_limit,
        .answer_limit = ANSWER_LIMIT,
        .bodies_memory = config->bodies_memory,
        .limits = &service->limits,
        .routes = lar_routes,
        .service = service,
        .log = service->log,
        .access_log = service->access_log,
        .cors = &service->cors,
        .base_path = *service->base_path ? service->base_path : NULL,
        .everywhere = probes,
        .trusted_proxies = &service->trusted_proxies,
        .lane_new = lane_new,
        .lane_free = lane_free,
        .lane_turn = lane_turn,
        .lane_idle = lane_idle,
        .admit = admit,
        .answered = lar_predict_answered,
        .submit = submit,
    };
    if (lar_service_describe(service, err) && start_workers(service, config, err) &&
        lar_http_start(&service->http, &settings, listeners, err))
        return true;
    lar_service_stop(service, 0);
    return false;
}

void lar_service_stop(struct lar_service *service, int64_t time_ms)
{
    if (service->http)
        lar_http_stop(service->http, time_ms);
    lar_workers_stop(service->predictors);
    lar_workers_stop(service->movers);
    lar_http_free(service->http);
    lar_text_finish(&service->openapi);
    lar_cors_finish(&service->cors);
    lar_networks_finish(&service->trusted_proxies);
    service->http = NULL;
    service->predictors = service->movers = NULL;
}

const struct lar_table *lar_service_table(const struct lar_request *rq)
{
    return lar_reader_table(((const struct lar_lane *)rq->lane)->reader);
}

const struct lar_model_entry *lar_service_model(const struct lar_request *rq, struct lar_error *err)
{
    const struct lar_model_entry *model =
        lar_table_find(lar_service_table(rq), rq->model.at, rq->model.size);
    if (!model)
        lar_fail(err, LAR_ERR_NOTFOUND, "there is no model '%.*s'", (int)rq->model.size,
                 rq->model.at);
    return model;
}

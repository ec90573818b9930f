/* What all endpoints share, and what each thread that runs them owns.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "config/config.h"
#include "inference/workers.h"
#include "server/base_path.h"
#include "server/http.h"
#include "server/registry.h"
#include "spawner/spawner.h"

struct lar_service {
    struct lar_log *log;
    struct lar_registry *registry;
    struct lar_spawner *spawner;
    struct lar_management *management;
    struct lar_http *http;
    struct lar_access_log *access_log; /* NULL: off */
    struct lar_cors cors;
    struct lar_networks trusted_proxies;
    char base_path[LAR_BASE_PATH_BYTES]; /* "": none */
    bool apart;                          /* changes come by management.listen only */
    struct lar_http_limits limits;
    struct lar_workers *predictors; /* large or expensive predictions */
    struct lar_workers *movers;     /* what waits for a disk or a loader */
    size_t scratch_keep, scratch_limit;
    char default_model[132]; /* of the dialect that names none, or "" */
    _Atomic int64_t inline_us;
    _Atomic bool draining;
    int64_t started_ms;            /* Unix time */
    size_t connections;            /* at a time; 0: as the settings say */
    struct lar_log_limit refusals; /* of management, in the log */
    struct lar_statistics unknown; /* predict calls that reached no version */
    struct lar_text openapi;       /* the document about lar_routes */
    char openapi_tag[36];
};

/* The lane of an HTTP thread has both; of a worker, a scratch only. */
struct lar_lane {
    struct lar_scratch *scratch;
    struct lar_reader *reader;
    struct lar_oip_heads *heads; /* NULL: a worker's */
};

/* Starts workers and the HTTP threads with the endpoints of lar_routes. The registry runs.
 * LISTENERS are taken over on success. */
bool lar_service_start(struct lar_service *service, const struct lar_config *config,
                       struct lar_listeners *listeners, struct lar_error *err);

/* Takes over those settings of CONFIG that may change while serving. */
void lar_service_configure(struct lar_service *service, const struct lar_config *config);

/* Stops accepting, ends what is under way (within TIME_MS), then the workers. */
void lar_service_stop(struct lar_service *service, int64_t time_ms);

/* Makes service->openapi; lar_service_start() does it. */
bool lar_service_describe(struct lar_service *service, struct lar_error *err);

/* Of a request on an HTTP thread: the table of this turn, and the model that it names. */
const struct lar_table *lar_service_table(const struct lar_request *rq);
const struct lar_model_entry *lar_service_model(const struct lar_request *rq,
                                                struct lar_error *err);

#endif

/* Files back, deletes, scans on demand.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

#include <stdio.h>

enum { NAME_BYTES = 129 };

static const char *model_name(const struct lar_request *rq, char buffer[static NAME_BYTES])
{
    snprintf(buffer, NAME_BYTES, "%.*s", (int)rq->model.size, rq->model.at);
    return buffer;
}

/* GET /v1/models/M/versions/V/artifact */
enum lar_outcome lar_get_artifact(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES];
    struct lar_span format = lar_query_get(rq->query, "format");
    if (format.at) {
        lar_fail(err, LAR_ERR_INVALID, "the original only is given back, without format=");
        return LAR_REFUSED;
    }
    rq->answer.fd = lar_registry_artifact(service->registry, model_name(rq, model), rq->number,
                                          &rq->answer.fd_size, err);
    rq->answer.type = "application/octet-stream";
    return rq->answer.fd >= 0 ? LAR_ANSWERED : LAR_REFUSED;
}

/* DELETE /v1/models/M[/versions/V] */
enum lar_outcome lar_delete_model(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES];
    if (!lar_registry_delete(service->registry, model_name(rq, model), rq->number, err))
        return LAR_REFUSED;
    lar_log(service->log, LAR_LOG_INFO, "deleted %s%s%.*s", model, rq->number ? "/" : "",
            (int)rq->version.size, rq->number ? rq->version.at : "");
    rq->answer.status = 204;
    return LAR_ANSWERED;
}

/* POST /v1/reload[?prune=1] */
enum lar_outcome lar_post_reload(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    struct lar_span prune = lar_query_get(rq->query, "prune");
    if (prune.at && !lar_span_is(prune, "1") && !lar_span_is(prune, "0")) {
        lar_fail(err, LAR_ERR_INVALID, "prune is 1 or 0");
        return LAR_REFUSED;
    }
    if (!lar_registry_reload(service->registry, lar_span_is(prune, "1"), err))
        return LAR_REFUSED;
    lar_text_puts(&rq->answer.text, "{\"reloaded\":true}");
    return LAR_ANSWERED;
}

/* Whether the server lives, whether it is ready, what it is.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

enum lar_outcome lar_get_root(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    lar_text_puts(&rq->answer.text, "{\"status\":\"alive\"}");
    return LAR_ANSWERED;
}

enum lar_outcome lar_get_server(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    lar_text_puts(
        &rq->answer.text,
        "{\"name\":\"larder\",\"version\":\"" LARDER_VERSION
        "\",\"extensions\":[\"classification\",\"model_configuration\",\"model_repository\","
        "\"binary_tensor_data\",\"parameters\",\"statistics\"]}");
    return LAR_ANSWERED;
}

enum lar_outcome lar_get_live(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    lar_text_puts(&rq->answer.text, "{\"live\":true}");
    return LAR_ANSWERED;
}

/* Ready: the first scan is over, and we are not on our way out. Without a spawner nothing new can
 * be loaded, but what is loaded serves on, so that is only told. */
enum lar_outcome lar_get_ready(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    const struct lar_service *service = rq->service;
    bool ready = !atomic_load(&service->draining) && lar_service_table(rq)->complete;
    rq->answer.status = ready ? 200 : 503;
    lar_text_puts(&rq->answer.text, ready ? "{\"ready\":true" : "{\"ready\":false");
    if (!lar_spawner_alive(service->spawner))
        lar_text_puts(&rq->answer.text, ",\"loads\":false");
    lar_text_char(&rq->answer.text, '}');
    return LAR_ANSWERED;
}

/* GET /ping, /health: MLflow's. A line without text while some model answers. */
enum lar_outcome lar_get_ping(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    const struct lar_table *table = lar_service_table(rq);
    bool answering = false;
    for (size_t i = 0; i < table->n_models && !answering; i++)
        answering = table->models[i].answering != NULL;
    if (!answering || !table->complete || atomic_load(&service->draining)) {
        lar_fail(err, LAR_ERR_NOTFOUND, "no model is ready");
        return LAR_REFUSED;
    }
    lar_text_char(&rq->answer.text, '\n');
    return LAR_ANSWERED;
}

/* GET /version: ours, where MLflow's server says its own. */
enum lar_outcome lar_get_version(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    rq->answer.type = "text/plain";
    lar_text_puts(&rq->answer.text, LARDER_VERSION);
    return LAR_ANSWERED;
}

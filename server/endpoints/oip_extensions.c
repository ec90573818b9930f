/* Triton's smaller extensions: the index of models, settings of the log, and refusals of what is
 * not offered.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

#include <jansson.h>

static const char *repository_state(enum lar_state state)
{
    switch (state) {
    case LAR_STATE_START:
    case LAR_STATE_LOADING: return "LOADING";
    case LAR_STATE_AVAILABLE: return "READY";
    case LAR_STATE_UNLOADING: return "UNLOADING";
    default: return "UNAVAILABLE";
    }
}

/* {"ready": true} asks for what is ready only; an empty body for everything. */
static bool read_ready(const struct lar_request *rq, bool *ret, struct lar_error *err)
{
    json_error_t fault;
    *ret = false;
    if (rq->body_size == 0)
        return true;
    json_t *root = json_loadb(rq->body, rq->body_size, JSON_REJECT_DUPLICATES, &fault);
    json_t *ready = json_object_get(root, "ready");
    bool ok = json_is_object(root) && (!ready || json_is_boolean(ready));
    *ret = json_is_true(ready);
    json_decref(root);
    return ok || lar_fail(err, LAR_ERR_INVALID, "expected an object with \"ready\": true or false");
}

/* POST /v2/repository/index */
enum lar_outcome lar_post_index(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_table *table = lar_service_table(rq);
    struct lar_text *text = &rq->answer.text;
    const char *comma = "";
    bool ready;
    if (!read_ready(rq, &ready, err))
        return LAR_REFUSED;
    lar_text_char(text, '[');
    for (size_t i = 0; i < table->n_models; i++) {
        const struct lar_model_entry *model = &table->models[i];
        for (size_t k = 0; k < model->n_versions; k++) {
            const struct lar_version_entry *version = &model->versions[k];
            if (ready && !version->loaded)
                continue;
            lar_text_puts(text, comma);
            comma = ",";
            lar_text_puts(text, "{\"name\":");
            lar_text_cstring(text, model->name);
            lar_text_puts(text, ",\"version\":\"");
            lar_text_u64(text, version->number);
            lar_text_puts(text, "\",\"state\":\"");
            lar_text_puts(text, repository_state(version->state));
            lar_text_puts(text, "\",\"reason\":");
            lar_text_cstring(text, version->error.code ? version->error.text : "");
            lar_text_char(text, '}');
        }
    }
    lar_text_char(text, ']');
    return LAR_ANSWERED;
}

/* GET /v2/logging */
enum lar_outcome lar_get_logging(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    struct lar_text *text = &rq->answer.text;
    enum lar_log_level level = atomic_load(&service->log->level);
    (void)err;
    lar_text_puts(text, "{\"log_file\":\"\",\"log_info\":");
    lar_text_puts(text, level >= LAR_LOG_INFO ? "true" : "false");
    lar_text_puts(text, ",\"log_warning\":");
    lar_text_puts(text, level >= LAR_LOG_WARNING ? "true" : "false");
    lar_text_puts(text, ",\"log_error\":true,\"log_verbose_level\":");
    lar_text_puts(text, level >= LAR_LOG_DEBUG ? "1" : "0");
    lar_text_puts(text, ",\"log_format\":\"default\"}");
    return LAR_ANSWERED;
}

/* POST /v2/logging */
enum lar_outcome lar_post_logging(struct lar_request *rq, struct lar_error *err)
{
    rq->answer.status = 501;
    lar_fail(err, LAR_ERR_UNSUPPORTED,
             "log settings are read from the configuration; set log.level "
             "there and reload it");
    return LAR_REFUSED;
}

/* What Triton's clients may ask for and no server here has. */
enum lar_outcome lar_no_shared_memory(struct lar_request *rq, struct lar_error *err)
{
    rq->answer.status = 501;
    lar_fail(err, LAR_ERR_UNSUPPORTED, "this server does not support shared memory regions");
    return LAR_REFUSED;
}

enum lar_outcome lar_no_trace(struct lar_request *rq, struct lar_error *err)
{
    rq->answer.status = 501;
    lar_fail(err, LAR_ERR_UNSUPPORTED, "the server does not support tracing");
    return LAR_REFUSED;
}

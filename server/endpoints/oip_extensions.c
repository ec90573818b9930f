/* Triton's smaller extensions: the index of models, settings of the log, and refusals of what is
 * not offered.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

#include <jansson.h>

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

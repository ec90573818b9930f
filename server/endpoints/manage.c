/* Files back, deletes, scans on demand.
 * SPDX-License-Identifier: MIT */
#include "base/hash.h"
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
    char model[NAME_BYTES], sha256[LAR_HASH_HEX], field[LAR_HASH_FIELD];
    uint8_t digest[LAR_HASH_SIZE];
    struct lar_span format = lar_query_get(rq->query, "format");
    if (format.at) {
        lar_fail(err, LAR_ERR_INVALID, "the original only is given back, without format=");
        return LAR_REFUSED;
    }
    rq->answer.fd = lar_registry_artifact(service->registry, model_name(rq, model), rq->number,
                                          &rq->answer.fd_size, sha256, err);
    if (rq->answer.fd < 0)
        return LAR_REFUSED;
    rq->answer.type = "application/octet-stream";
    if (lar_hash_from_hex(sha256, digest)) {
        lar_hash_field(digest, field);
        lar_answer_header(&rq->answer, "Repr-Digest", field);
    }
    return LAR_ANSWERED;
}

/* The flag NAME of the query: 1 or 0, which is what its absence means. */
static bool read_flag(const struct lar_request *rq, const char *name, bool *ret,
                      struct lar_error *err)
{
    struct lar_span value = lar_query_get(rq->query, name);
    *ret = lar_span_is(value, "1");
    return !value.at || *ret || lar_span_is(value, "0") ||
           lar_fail(err, LAR_ERR_INVALID, "%s is 1 or 0", name);
}

/* DELETE /v1/models/M[/versions/V][?force=1] */
enum lar_outcome lar_delete_model(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES];
    bool force;
    if (!read_flag(rq, "force", &force, err) ||
        !lar_registry_delete(service->registry, model_name(rq, model), rq->number, force, err))
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
    bool prune;
    if (!read_flag(rq, "prune", &prune, err) || !lar_registry_reload(service->registry, prune, err))
        return LAR_REFUSED;
    lar_text_puts(&rq->answer.text, "{\"reloaded\":true}");
    return LAR_ANSWERED;
}

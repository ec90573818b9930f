/* The interface's description, which is made once.
 * SPDX-License-Identifier: MIT */
#include "server/openapi.h"
#include "server/endpoints/endpoints.h"

enum { DOCUMENT_LIMIT = 16 << 20 };

bool lar_service_describe(struct lar_service *service, struct lar_error *err)
{
    struct lar_text *text = &service->openapi;
    lar_text_init(text, NULL, 0, DOCUMENT_LIMIT);
    lar_openapi_write(text, lar_routes, LARDER_VERSION, service->base_path);
    return lar_text_ok(text, err) &&
           lar_etag_make(service->openapi_tag, text->data, text->size, err);
}

/* GET /openapi.json */
enum lar_outcome lar_get_openapi(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    (void)err;
    lar_text_add(&rq->answer.text, service->openapi.data, service->openapi.size);
    lar_etag_settle(rq, service->openapi_tag);
    return LAR_ANSWERED;
}

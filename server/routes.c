/* Every path that is answered.
 * SPDX-License-Identifier: MIT */
#include "server/routes.h"
#include "server/endpoints/endpoints.h"

#define M "/v1/models/{model}"
#define M2 "/v2/models/{model}"
#define V "/versions/{version}"
#define VL "/versions/{version|label}"
#define L "/labels/{label}"

#define PREDICT LAR_BY_COST, LAR_PREDICT_BODY, false, lar_predict_abandon, LAR_ERRORS_PLAIN
#define INVOKE LAR_BY_COST, LAR_PREDICT_BODY, false, lar_predict_abandon, LAR_ERRORS_MLFLOW
#define READ LAR_ON_THREAD, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN
#define UPLOAD LAR_STREAMED, LAR_UPLOAD_BODY, true, lar_upload_abandon, LAR_ERRORS_PLAIN
#define PING LAR_ON_THREAD, LAR_NO_BODY, false, NULL, LAR_ERRORS_MLFLOW
#define FETCH LAR_ON_WORKER, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN
#define ASK LAR_ON_THREAD, LAR_SMALL_BODY, false, NULL, LAR_ERRORS_PLAIN
#define CHANGE LAR_ON_WORKER, LAR_SMALL_BODY, true, NULL, LAR_ERRORS_PLAIN

/* In the order in which they are tried: what is called most comes first. */
const struct lar_route lar_routes[] = {
    {LAR_POST, M ":predict", lar_post_predict, PREDICT},
    {LAR_POST, M V ":predict", lar_post_predict, PREDICT},
    {LAR_POST, M L ":predict", lar_post_predict, PREDICT},
    {LAR_POST, "/invocations", lar_post_invocations, INVOKE},
    {LAR_POST, M2 "/infer", lar_post_infer, PREDICT},
    {LAR_POST, M2 VL "/infer", lar_post_infer, PREDICT},

    {LAR_POST, M ":classify", lar_post_classify, PREDICT},
    {LAR_POST, M V ":classify", lar_post_classify, PREDICT},
    {LAR_POST, M L ":classify", lar_post_classify, PREDICT},
    {LAR_POST, M ":regress", lar_post_regress, PREDICT},
    {LAR_POST, M V ":regress", lar_post_regress, PREDICT},
    {LAR_POST, M L ":regress", lar_post_regress, PREDICT},

    {LAR_GET, "/v2/health/live", lar_get_live, READ},
    {LAR_GET, "/v2/health/ready", lar_get_ready, READ},
    {LAR_GET, "/v2", lar_get_server, READ},
    {LAR_GET, "/v2/", lar_get_server, READ},
    {LAR_GET, "/v2/models/stats", lar_get_oip_statistics, READ},
    {LAR_GET, M2, lar_get_oip_model, READ},
    {LAR_GET, M2 VL, lar_get_oip_model, READ},
    {LAR_GET, M2 "/ready", lar_get_oip_ready, READ},
    {LAR_GET, M2 VL "/ready", lar_get_oip_ready, READ},

    {LAR_GET, M2 "/config", lar_get_oip_config, READ},
    {LAR_GET, M2 VL "/config", lar_get_oip_config, READ},
    {LAR_GET, M2 "/stats", lar_get_oip_statistics, READ},
    {LAR_GET, M2 VL "/stats", lar_get_oip_statistics, READ},
    {LAR_POST, "/v2/repository/index", lar_post_index, ASK},
    {LAR_GET, "/v2/logging", lar_get_logging, READ},
    {LAR_POST, "/v2/logging", lar_post_logging, ASK},
    {LAR_GET, "/v2/trace/setting", lar_no_trace, READ},
    {LAR_POST, "/v2/trace/setting", lar_no_trace, ASK},
    {LAR_GET, M2 "/trace/setting", lar_no_trace, READ},
    {LAR_POST, M2 "/trace/setting", lar_no_trace, ASK},
    {LAR_GET, "/v2/systemsharedmemory/status", lar_no_shared_memory, READ},
    {LAR_GET, "/v2/cudasharedmemory/status", lar_no_shared_memory, READ},
    {LAR_GET, "/v2/systemsharedmemory/region/{any}/status", lar_no_shared_memory, READ},
    {LAR_GET, "/v2/cudasharedmemory/region/{any}/status", lar_no_shared_memory, READ},
    {LAR_POST, "/v2/systemsharedmemory/unregister", lar_no_shared_memory, ASK},
    {LAR_POST, "/v2/cudasharedmemory/unregister", lar_no_shared_memory, ASK},
    {LAR_POST, "/v2/systemsharedmemory/region/{any}/{any}", lar_no_shared_memory, ASK},
    {LAR_POST, "/v2/cudasharedmemory/region/{any}/{any}", lar_no_shared_memory, ASK},

    {LAR_GET, "/v1/models", lar_get_models, READ},
    {LAR_GET, M, lar_get_status, READ},
    {LAR_GET, M V, lar_get_status, READ},
    {LAR_GET, M L, lar_get_status, READ},
    {LAR_GET, M "/metadata", lar_get_metadata, READ},
    {LAR_GET, M V "/metadata", lar_get_metadata, READ},
    {LAR_GET, M L "/metadata", lar_get_metadata, READ},

    {LAR_GET, M "/versions", lar_get_versions, READ},
    {LAR_POST, M "/versions", lar_post_version, UPLOAD},
    {LAR_PUT, M V, lar_put_version, UPLOAD},
    {LAR_GET, M V "/artifact", lar_get_artifact, FETCH},
    {LAR_DELETE, M, lar_delete_model, CHANGE},
    {LAR_DELETE, M V, lar_delete_model, CHANGE},
    {LAR_GET, M "/labels", lar_get_labels, FETCH},
    {LAR_PUT, M L, lar_put_label, CHANGE},
    {LAR_DELETE, M L, lar_delete_label, CHANGE},
    {LAR_POST, "/v1/validate", lar_post_validate, UPLOAD},
    {LAR_POST, "/v1/reload", lar_post_reload, CHANGE},

    {LAR_POST, "/v2/repository/models/{model}/load", lar_post_load, CHANGE},
    {LAR_POST, "/v2/repository/models/{model}/unload", lar_post_unload, CHANGE},

    {LAR_GET, "/ping", lar_get_ping, PING},
    {LAR_GET, "/health", lar_get_ping, PING},
    {LAR_GET, "/version", lar_get_version, PING},
    {LAR_GET, "/livez", lar_get_live, READ},
    {LAR_GET, "/healthz", lar_get_live, READ},
    {LAR_GET, "/readyz", lar_get_ready, READ},
    {LAR_GET, "/metrics", lar_get_metrics, READ},
    {LAR_GET, "/", lar_get_root, READ},
    {0},
};

/* Every path that is answered.
 * SPDX-License-Identifier: MIT */
#include "server/routes.h"
#include "server/endpoints/endpoints.h"
#include "server/operations.h"

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
    {LAR_POST, M ":predict", lar_post_predict, PREDICT, &lar_op_predict},
    {LAR_POST, M V ":predict", lar_post_predict, PREDICT, &lar_op_predict},
    {LAR_POST, M L ":predict", lar_post_predict, PREDICT, &lar_op_predict},
    {LAR_POST, "/invocations", lar_post_invocations, INVOKE, &lar_op_invocations},
    {LAR_POST, M2 "/infer", lar_post_infer, PREDICT, &lar_op_infer},
    {LAR_POST, M2 VL "/infer", lar_post_infer, PREDICT, &lar_op_infer},

    {LAR_POST, M ":classify", lar_post_classify, PREDICT, &lar_op_classify},
    {LAR_POST, M V ":classify", lar_post_classify, PREDICT, &lar_op_classify},
    {LAR_POST, M L ":classify", lar_post_classify, PREDICT, &lar_op_classify},
    {LAR_POST, M ":regress", lar_post_regress, PREDICT, &lar_op_regress},
    {LAR_POST, M V ":regress", lar_post_regress, PREDICT, &lar_op_regress},
    {LAR_POST, M L ":regress", lar_post_regress, PREDICT, &lar_op_regress},

    {LAR_GET, "/v2/health/live", lar_get_live, READ, &lar_op_live},
    {LAR_GET, "/v2/health/ready", lar_get_ready, READ, &lar_op_ready},
    {LAR_GET, "/v2", lar_get_server, READ, &lar_op_server},
    {LAR_GET, "/v2/", lar_get_server, READ, &lar_op_server_slash},
    {LAR_GET, "/v2/models/stats", lar_get_oip_statistics, READ, &lar_op_all_statistics},
    {LAR_GET, M2, lar_get_oip_model, READ, &lar_op_oip_model},
    {LAR_GET, M2 VL, lar_get_oip_model, READ, &lar_op_oip_model},
    {LAR_GET, M2 "/ready", lar_get_oip_ready, READ, &lar_op_oip_ready},
    {LAR_GET, M2 VL "/ready", lar_get_oip_ready, READ, &lar_op_oip_ready},

    {LAR_GET, M2 "/config", lar_get_oip_config, READ, &lar_op_config},
    {LAR_GET, M2 VL "/config", lar_get_oip_config, READ, &lar_op_config},
    {LAR_GET, M2 "/stats", lar_get_oip_statistics, READ, &lar_op_statistics},
    {LAR_GET, M2 VL "/stats", lar_get_oip_statistics, READ, &lar_op_statistics},
    {LAR_POST, "/v2/repository/index", lar_post_index, ASK, &lar_op_index},
    {LAR_GET, "/v2/logging", lar_get_logging, READ, &lar_op_logging},
    {LAR_POST, "/v2/logging", lar_post_logging, ASK, &lar_op_set_logging},
    {LAR_GET, "/v2/trace/setting", lar_no_trace, READ, &lar_op_trace},
    {LAR_POST, "/v2/trace/setting", lar_no_trace, ASK, &lar_op_set_trace},
    {LAR_GET, M2 "/trace/setting", lar_no_trace, READ, &lar_op_model_trace},
    {LAR_POST, M2 "/trace/setting", lar_no_trace, ASK, &lar_op_set_model_trace},
    {LAR_GET, "/v2/systemsharedmemory/status", lar_no_shared_memory, READ, &lar_op_system_memory},
    {LAR_GET, "/v2/cudasharedmemory/status", lar_no_shared_memory, READ, &lar_op_cuda_memory},
    {LAR_GET, "/v2/systemsharedmemory/region/{any}/status", lar_no_shared_memory, READ,
     &lar_op_system_region},
    {LAR_GET, "/v2/cudasharedmemory/region/{any}/status", lar_no_shared_memory, READ,
     &lar_op_cuda_region},
    {LAR_POST, "/v2/systemsharedmemory/unregister", lar_no_shared_memory, ASK,
     &lar_op_drop_system_memory},
    {LAR_POST, "/v2/cudasharedmemory/unregister", lar_no_shared_memory, ASK,
     &lar_op_drop_cuda_memory},
    {LAR_POST, "/v2/systemsharedmemory/region/{any}/register", lar_no_shared_memory, ASK,
     &lar_op_set_system_region},
    {LAR_POST, "/v2/systemsharedmemory/region/{any}/unregister", lar_no_shared_memory, ASK,
     &lar_op_drop_system_region},
    {LAR_POST, "/v2/cudasharedmemory/region/{any}/register", lar_no_shared_memory, ASK,
     &lar_op_set_cuda_region},
    {LAR_POST, "/v2/cudasharedmemory/region/{any}/unregister", lar_no_shared_memory, ASK,
     &lar_op_drop_cuda_region},

    {LAR_GET, "/v1/models", lar_get_models, READ, &lar_op_models},
    {LAR_GET, M, lar_get_status, READ, &lar_op_status},
    {LAR_GET, M V, lar_get_status, READ, &lar_op_status},
    {LAR_GET, M L, lar_get_status, READ, &lar_op_status},
    {LAR_GET, M "/metadata", lar_get_metadata, READ, &lar_op_metadata},
    {LAR_GET, M V "/metadata", lar_get_metadata, READ, &lar_op_metadata},
    {LAR_GET, M L "/metadata", lar_get_metadata, READ, &lar_op_metadata},

    {LAR_GET, M "/versions", lar_get_versions, READ, &lar_op_versions},
    {LAR_POST, M "/versions", lar_post_version, UPLOAD, &lar_op_upload},
    {LAR_PUT, M V, lar_put_version, UPLOAD, &lar_op_put_version},
    {LAR_GET, M V "/artifact", lar_get_artifact, FETCH, &lar_op_artifact},
    {LAR_DELETE, M V, lar_delete_model, CHANGE, &lar_op_delete},
    {LAR_DELETE, M, lar_delete_model, CHANGE, &lar_op_delete},
    {LAR_GET, M "/labels", lar_get_labels, FETCH, &lar_op_labels},
    {LAR_PUT, M L, lar_put_label, CHANGE, &lar_op_put_label},
    {LAR_DELETE, M L, lar_delete_label, CHANGE, &lar_op_delete_label},
    {LAR_POST, "/v1/validate", lar_post_validate, UPLOAD, &lar_op_validate},
    {LAR_POST, "/v1/reload", lar_post_reload, CHANGE, &lar_op_reload},

    {LAR_POST, "/v2/repository/models/{model}/load", lar_post_load, CHANGE, &lar_op_load},
    {LAR_POST, "/v2/repository/models/{model}/unload", lar_post_unload, CHANGE, &lar_op_unload},

    {LAR_GET, "/ping", lar_get_ping, PING, &lar_op_ping},
    {LAR_GET, "/health", lar_get_ping, PING, &lar_op_health},
    {LAR_GET, "/version", lar_get_version, PING, &lar_op_version},
    {LAR_GET, "/livez", lar_get_live, READ, &lar_op_livez},
    {LAR_GET, "/healthz", lar_get_live, READ, &lar_op_healthz},
    {LAR_GET, "/readyz", lar_get_ready, READ, &lar_op_readyz},
    {LAR_GET, "/metrics", lar_get_metrics, READ, &lar_op_metrics},
    {LAR_GET, "/openapi.json", lar_get_openapi, READ, &lar_op_openapi},
    {LAR_GET, "/", lar_get_root, READ, &lar_op_root},
    {0},
};

/* What the calls for probes and machines are documented as.
 * SPDX-License-Identifier: MIT */
#include "server/operations.h"

const struct lar_operation lar_op_root = {
    .id = "getRoot",
    .tag = LAR_TAG_SERVER,
    .summary = "alive",
    .statuses = {{200, "it is", "Alive", NULL, NULL}},
    .examples = {{.has = "{\"status\":\"alive\"}"}},
};

const struct lar_operation lar_op_livez = {
    .id = "livez",
    .tag = LAR_TAG_SERVER,
    .summary = "as /v2/health/live",
    .statuses = {{200, "it is", "Live", NULL, NULL}},
    .examples = {{.has = "{\"live\":true}"}},
};

const struct lar_operation lar_op_healthz = {
    .id = "healthz",
    .tag = LAR_TAG_SERVER,
    .summary = "as /v2/health/live",
    .statuses = {{200, "it is", "Live", NULL, NULL}},
    .examples = {{.has = "{\"live\":true}"}},
};

const struct lar_operation lar_op_readyz = {
    .id = "readyz",
    .tag = LAR_TAG_SERVER,
    .summary = "as /v2/health/ready",
    .statuses = {{200, "it is", "Ready", NULL, NULL},
                 {503, "it is not, yet or any more", "Ready", NULL, NULL}},
    .examples = {{.has = "{\"ready\":true"}},
};

const struct lar_operation lar_op_metrics = {
    .id = "getMetrics",
    .tag = LAR_TAG_SERVER,
    .summary = "Prometheus text or OpenMetrics, by `Accept`: see metrics.md",
    .statuses = {{200, "the numbers", "Text", "text/plain", "application/openmetrics-text"}},
    .examples = {{.has = "larder_build_info{version="}},
};

const struct lar_operation lar_op_openapi = {
    .id = "getOpenapi",
    .tag = LAR_TAG_SERVER,
    .summary = "this interface as OpenAPI 3.1",
    .statuses = {{200, "the document", "Document", NULL, NULL},
                 {304, "unchanged since the ETag in If-None-Match", NULL, NULL, NULL}},
    .headers = {"ETag"},
    .parameters = {{"If-None-Match", "{\"type\":\"string\"}", "the ETag of an earlier answer",
                    true}},
    .examples = {{.has = "{\"openapi\":\"3.1.0\""}},
};

/* What the Open Inference Protocol's calls, and Triton's extensions of it, are documented as.
 * SPDX-License-Identifier: MIT */
#include "server/operations.h"

#define UNLOADED                                                                                   \
    {                                                                                              \
        503, "known, but no version answers now; see Retry-After", NULL, NULL, NULL                \
    }

const struct lar_operation lar_op_infer = {
    .id = "infer",
    .tag = LAR_TAG_OIP,
    .summary = "predict, the Open Inference Protocol's form, in JSON and with binary tensors",
    .description = "Every method's result is an output; without `outputs` the default method's is "
                   "given. What else is valid depends on the model; see its metadata.",
    .request = "InferRequest",
    .other_type = "application/octet-stream",
    .other_what = "JSON of Inference-Header-Content-Length bytes, then the tensors",
    .statuses = {{200, "the outputs; with tensors in bytes they follow the JSON", "InferAnswer",
                  NULL, "application/octet-stream"},
                 UNLOADED},
    .headers = {"Larder-Model-Version", "Inference-Header-Content-Length"},
    .parameters = {{"Inference-Header-Content-Length", "{\"type\":\"integer\",\"minimum\":0}",
                    "the bytes of JSON before the binary tensors; 0: the body is the only input's "
                    "elements alone",
                    true}},
    .examples =
        {{.arguments = "-d '{\"inputs\": [{\"name\": \"X\", \"shape\": [1, 4], \"datatype\": "
                       "\"FP64\", \"data\": [5.1, 3.5, 1.4, 0.2]}]}'",
          .has = "\"outputs\":[{\"name\":\"predict\""},
         {.arguments = "-d '{\"inputs\": [{\"name\": \"X\", \"shape\": [1, 4], \"datatype\": "
                       "\"FP64\", \"data\": [5.1, 3.5, 1.4, 0.2]}], \"outputs\": [{\"name\": "
                       "\"predict\"}, {\"name\": \"predict_proba\"}]}'",
          .has = "\"shape\":[1,3]"},
         {.arguments = "-d '{\"inputs\": [{\"name\": \"X\", \"shape\": [1, 4], \"datatype\": "
                       "\"FP64\", \"data\": [5.1, 3.5, 1.4, 0.2]}], \"outputs\": [{\"name\": "
                       "\"predict_proba\", \"parameters\": {\"classification\": 2}}]}'",
          .has = ":0:setosa\""},
         {.arguments = "-H 'Inference-Header-Content-Length: 94' --data-binary "
                       "@tests/e2e/bodies/iris_one.bin",
          .has = "setosa"}},
};

const struct lar_operation lar_op_live = {
    .id = "getLive",
    .tag = LAR_TAG_OIP,
    .summary = "the server is alive",
    .statuses = {{200, "it is", "Live", NULL, NULL}},
    .examples = {{.has = "{\"live\":true}"}},
};

const struct lar_operation lar_op_ready = {
    .id = "getReady",
    .tag = LAR_TAG_OIP,
    .summary = "the server is ready: all models of the first scan loaded or failed",
    .statuses = {{200, "it is", "Ready", NULL, NULL},
                 {503, "it is not, yet or any more", "Ready", NULL, NULL}},
    .examples = {{.has = "{\"ready\":true"}},
};

const struct lar_operation lar_op_server = {
    .id = "getServer",
    .tag = LAR_TAG_OIP,
    .summary = "the server's name, version and extensions",
    .statuses = {{200, "what it is", "ServerMetadata", NULL, NULL}},
    .examples = {{.has = "{\"name\":\"larder\""}},
};

const struct lar_operation lar_op_server_slash = {
    .id = "getServerSlash",
    .tag = LAR_TAG_OIP,
    .summary = "the same, for clients that ask with a slash",
    .statuses = {{200, "what it is", "ServerMetadata", NULL, NULL}},
    .examples = {{.has = "{\"name\":\"larder\""}},
};

const struct lar_operation lar_op_oip_model = {
    .id = "getModel",
    .tag = LAR_TAG_OIP,
    .summary = "a model's versions, inputs and outputs",
    .statuses = {{200, "what it is", "OipModel", NULL, NULL}, UNLOADED},
    .headers = {"Larder-Model-Version"},
    .examples = {{.has = "\"inputs\":[{\"name\":\"X\",\"datatype\":\"FP64\",\"shape\":[-1,4]}]"}},
};

const struct lar_operation lar_op_oip_ready = {
    .id = "getModelReady",
    .tag = LAR_TAG_OIP,
    .summary = "whether a model answers",
    .statuses = {{200, "it does", "ModelReady", NULL, NULL},
                 {503, "it does not, now", "ModelReady", NULL, NULL}},
    .examples = {{.has = "\"ready\":true"}},
};

const struct lar_operation lar_op_config = {
    .id = "getConfig",
    .tag = LAR_TAG_OIP,
    .summary = "the same as Triton's model configuration",
    .statuses = {{200, "the configuration", "ModelConfig", NULL, NULL}, UNLOADED},
    .headers = {"Larder-Model-Version"},
    .examples = {{.has = "\"data_type\":\"TYPE_FP64\""}},
};

const struct lar_operation lar_op_statistics = {
    .id = "getStatistics",
    .tag = LAR_TAG_OIP,
    .summary = "calls, rows and nanoseconds of each loaded version, as Triton counts them",
    .statuses = {{200, "the counters", "Statistics", NULL, NULL}, UNLOADED},
    .examples = {{.has = "{\"model_stats\":[{\"name\":\"iris\""}},
};

const struct lar_operation lar_op_all_statistics = {
    .id = "getAllStatistics",
    .tag = LAR_TAG_OIP,
    .summary = "the statistics of all models",
    .statuses = {{200, "the counters", "Statistics", NULL, NULL}},
    .examples = {{.has = "{\"model_stats\":["}},
};

const struct lar_operation lar_op_index = {
    .id = "getIndex",
    .tag = LAR_TAG_REPOSITORY,
    .summary = "every version with its state; `{\"ready\": true}`: those that answer",
    .request = "IndexRequest",
    .optional_body = true,
    .statuses = {{200, "the versions", "Index", NULL, NULL}},
    .examples = {{.has = "{\"name\":\"iris\",\"version\":\"1\",\"state\":\"READY\""},
                 {.arguments = "-d '{\"ready\": true}'", .has = "\"READY\""}},
};

const struct lar_operation lar_op_load = {
    .id = "load",
    .tag = LAR_TAG_REPOSITORY,
    .summary = "undo an unload, look for changes, try again what failed",
    .description = "Triton's `parameters` `config` and `file:...` are refused with 400, and so is "
                   "a model of which nothing loads.",
    .request = "RepositoryRequest",
    .optional_body = true,
    .statuses = {{200, "it is loaded", "Empty", NULL, NULL}},
    .examples = {{.model = "digits", .has = "{}"}},
};

const struct lar_operation lar_op_unload = {
    .id = "unload",
    .tag = LAR_TAG_REPOSITORY,
    .summary = "unload all versions, until a load, other bytes or a restart",
    .request = "RepositoryRequest",
    .optional_body = true,
    .statuses = {{200, "it is unloaded", "Empty", NULL, NULL}},
    .examples = {{.model = "digits", .has = "{}"}},
};

const struct lar_operation lar_op_logging = {
    .id = "getLogging",
    .tag = LAR_TAG_OIP,
    .summary = "the log's level, as Triton says it",
    .statuses = {{200, "the settings", "Logging", NULL, NULL}},
    .examples = {{.has = "\"log_error\":true"}},
};

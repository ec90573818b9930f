/* What TensorFlow Serving's and KServe v1's calls are documented as.
 * SPDX-License-Identifier: MIT */
#include "server/operations.h"

#define UNLOADED                                                                                   \
    {                                                                                              \
        503, "known, but no version answers now; see Retry-After", NULL, NULL, NULL                \
    }

const struct lar_operation lar_op_predict = {
    .id = "predict",
    .tag = LAR_TAG_TFS,
    .summary = "predict, TensorFlow Serving's form",
    .description = "`instances` (rows) is answered with `predictions`, `inputs` (columns) with "
                   "`outputs`. `signature_name` selects the method. What else is valid depends "
                   "on the model; see its metadata.",
    .request = "PredictRequest",
    .statuses = {{200, "one result for each row", "PredictAnswer", NULL, NULL}, UNLOADED},
    .headers = {"Larder-Model-Version"},
    .examples = {{.arguments = "-d '{\"instances\": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]}'",
                  .has = "{\"predictions\": ["},
                 {.arguments = "-d '{\"inputs\": [[5.1, 3.5, 1.4, 0.2]]}'",
                  .has = "{\"outputs\": [\"setosa\"]}"},
                 {.arguments = "-d '{\"signature_name\": \"predict_proba\", \"instances\": [[5.1, "
                               "3.5, 1.4, 0.2]]}'",
                  .has = "{\"predictions\": [[0.99"},
                 {.arguments = "-d '{\"instances\": [[5.1, 3.5]]}'",
                  .status = 400,
                  .has = "{\"error\": "},
                 {.arguments = "-d '{\"instances\": [[5.1, 3.5, 1.4, 0.2]]}'",
                  .model = "none",
                  .status = 404,
                  .has = "Servable not found for request: Latest(none)"}},
};

const struct lar_operation lar_op_classify = {
    .id = "classify",
    .tag = LAR_TAG_TFS,
    .summary = "TensorFlow Serving's examples: every class's label and score",
    .request = "ExamplesRequest",
    .statuses = {{200, "[label, score] for each class of each example", "ClassifyAnswer", NULL,
                  NULL},
                 UNLOADED},
    .headers = {"Larder-Model-Version"},
    .examples = {{.arguments = "-d '{\"examples\": [{\"X\": [5.1, 3.5, 1.4, 0.2]}]}'",
                  .has = "{\"results\": [[["},
                 {.arguments = "-d '{\"examples\": [{\"x0\": 5.1, \"x1\": 3.5, \"x2\": 1.4, "
                               "\"x3\": [0.2]}]}'",
                  .has = "[\"setosa\", 0.99"}},
};

const struct lar_operation lar_op_regress = {
    .id = "regress",
    .tag = LAR_TAG_TFS,
    .summary = "TensorFlow Serving's examples: one number for each",
    .request = "ExamplesRequest",
    .statuses = {{200, "one number for each example", "RegressAnswer", NULL, NULL}, UNLOADED},
    .headers = {"Larder-Model-Version"},
    .examples = {{.arguments = "-d '{\"context\": {\"X\": 1.0}, \"examples\": [{}, {\"X\": 2.0}]}'",
                  .model = "line",
                  .has = "{\"results\": ["}},
};

const struct lar_operation lar_op_status = {
    .id = "getStatus",
    .tag = LAR_TAG_TFS,
    .summary = "`model_version_status`, with KServe's `name` and `ready`",
    .statuses = {{200, "the state of each version", "ModelStatus", NULL, NULL}},
    .examples = {{.has = "\"state\": \"AVAILABLE\""}},
};

const struct lar_operation lar_op_metadata = {
    .id = "getMetadata",
    .tag = LAR_TAG_TFS,
    .summary = "each method as a signature: inputs and outputs with types and shapes",
    .statuses = {{200, "the signatures", "ModelMetadata", NULL, NULL}, UNLOADED},
    .headers = {"Larder-Model-Version"},
    .examples = {{.has = "\"predict_proba\": {\"inputs\": "}},
};

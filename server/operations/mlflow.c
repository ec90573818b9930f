/* What the calls of MLflow's scoring server are documented as.
 * SPDX-License-Identifier: MIT */
#include "server/operations.h"

const struct lar_operation lar_op_invocations = {
    .id = "invoke",
    .tag = LAR_TAG_MLFLOW,
    .summary = "predict, MLflow's form, JSON or CSV",
    .description = "Exactly one of `dataframe_split`, `dataframe_records`, `instances` and "
                   "`inputs`. What else is valid depends on the model; see its metadata.",
    .request = "InvocationsRequest",
    .other_type = "text/csv",
    .other_what = "a line of column names, then a line for each row",
    .statuses = {{200, "one result for each row", "InvocationsAnswer", NULL, NULL},
                 {404, "no such model, or none is named and there is not exactly one", NULL, NULL,
                  NULL},
                 {415, "another Content-Type or charset; a Content-Encoding that is not read", "",
                  "text/plain", NULL},
                 {503, "known, but no version answers now; see Retry-After", NULL, NULL, NULL}},
    .headers = {"Larder-Model-Version"},
    .parameters = {{"model", "{\"type\":\"string\",\"examples\":[\"iris\"]}",
                    "the model; else default_model, else the only one", false},
                   {"version", "{\"type\":\"string\",\"examples\":[\"1\",\"stable\"]}",
                    "a version or a label of it; else the one that answers", false}},
    .examples = {{.query = "?model=iris",
                  .arguments = "-H 'Content-Type: application/json' -d '{\"dataframe_split\": "
                               "{\"columns\": [\"x3\", \"x2\", \"x1\", \"x0\"], \"data\": [[0.2, "
                               "1.4, 3.5, 5.1]]}}'",
                  .has = "{\"predictions\": [\"setosa\"]}"},
                 {.query = "?model=iris",
                  .arguments = "-H 'Content-Type: application/json' -d '{\"dataframe_records\": "
                               "[{\"x0\": 5.1, \"x1\": 3.5, \"x2\": 1.4, \"x3\": 0.2, \"note\": "
                               "\"passed over\"}]}'",
                  .has = "setosa"},
                 {.query = "?model=iris",
                  .arguments = "-H 'Content-Type: application/json' -d '{\"inputs\": [[5.1, 3.5, "
                               "1.4, 0.2]], \"params\": {\"method\": \"predict_proba\"}}'",
                  .has = "{\"predictions\": [[0.99"},
                 {.query = "?model=iris&version=1",
                  .arguments = "-H 'Content-Type: text/csv' --data-binary "
                               "$'x0,x1,x2,x3\\n5.1,3.5,1.4,0.2\\n'",
                  .has = "{\"predictions\": [0]}"}},
};

const struct lar_operation lar_op_ping = {
    .id = "ping",
    .tag = LAR_TAG_MLFLOW,
    .summary = "a model answers: an empty line",
    .statuses = {{200, "one does", "", NULL, NULL}, {404, "no model answers", NULL, NULL, NULL}},
    .examples = {{0}},
};

const struct lar_operation lar_op_health = {
    .id = "getHealth",
    .tag = LAR_TAG_MLFLOW,
    .summary = "the same as /ping",
    .statuses = {{200, "one does", "", NULL, NULL}, {404, "no model answers", NULL, NULL, NULL}},
    .examples = {{0}},
};

const struct lar_operation lar_op_version = {
    .id = "getVersion",
    .tag = LAR_TAG_MLFLOW,
    .summary = "the server's version as text",
    .statuses = {{200, "the version", "Text", "text/plain", NULL}},
    .examples = {{.has = "."}},
};

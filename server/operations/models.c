/* What Larder's own calls, for uploads, versions and labels, are documented as.
 * SPDX-License-Identifier: MIT */
#include "server/operations.h"

#define UNCHANGED                                                                                  \
    {                                                                                              \
        304, "unchanged since the ETag in If-None-Match", NULL, NULL, NULL                         \
    }
#define REFUSED                                                                                    \
    {                                                                                              \
        422, "no model that Larder serves: what was met, and where", "Refusal", NULL, NULL         \
    }
#define FORM                                                                                       \
    {                                                                                              \
        415, "a form, or a compressed body: send the file itself", NULL, NULL, NULL                \
    }
#define BROKEN                                                                                     \
    {                                                                                              \
        400, "sha256 or digest malformed, or not that of what came", NULL, NULL, NULL              \
    }
#define COUNT "{\"type\":\"integer\",\"minimum\":1,\"maximum\":999999999}"
#define FLAG "{\"type\":\"integer\",\"enum\":[0,1],\"default\":0}"
#define FILE_WHAT "the model file, or a zip, tar, tar.gz or tar.zst of a folder"
#define SHA256                                                                                     \
    {                                                                                              \
        "sha256", "{\"type\":\"string\",\"pattern\":\"^[0-9a-fA-F]{64}$\"}",                       \
            "the SHA-256 of the body, which is compared with what came", false                     \
    }
#define LABEL                                                                                      \
    {                                                                                              \
        "label", "{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$\"}",       \
            "a label that points to the version from its first moment on", false                   \
    }
#define ANSWERING                                                                                  \
    "`answering` is who answers now where no version is named, and `label` there says that the "   \
    "label `default` decides so. An upload with another label than `default` changes nothing of "  \
    "that: where no `default` decides, it is put on the version that answered until then "         \
    "(`pinned`). null: `default` is on a version that is not available."
#define DIGEST                                                                                     \
    {                                                                                              \
        "Repr-Digest", "{\"type\":\"string\"}", "the same as `sha-256=:<base64>:`", true           \
    }
#define IF_CHANGED                                                                                 \
    {                                                                                              \
        "If-None-Match", "{\"type\":\"string\"}", "the ETag of an earlier answer", true            \
    }

const struct lar_operation lar_op_models = {
    .id = "listModels",
    .tag = LAR_TAG_MODELS,
    .summary = "names, and each model's versions in short",
    .statuses = {{200, "the models, by name", "Models", NULL, NULL}, UNCHANGED},
    .headers = {"ETag"},
    .parameters = {{"limit", COUNT, "so many models at most", false},
                   {"after", "{\"type\":\"string\"}", "those behind this name", false},
                   IF_CHANGED},
    .examples = {{.query = "?limit=2", .has = "{\"models\":[\"digits\",\"iris\"],"},
                 {.query = "?limit=1&after=digits", .has = "{\"models\":[\"iris\"],"},
                 {.query = "?limit=0", .status = 400, .has = "limit is a positive number"}},
};

const struct lar_operation lar_op_versions = {
    .id = "listVersions",
    .tag = LAR_TAG_MODELS,
    .summary = "the newest versions with all that is known of them",
    .description = "State, error, labels, size, sha256, times, format, producer, versions, class, "
                   "warnings, inputs, outputs, methods, report.",
    .statuses = {{200, "the versions, ascending", "Versions", NULL, NULL}, UNCHANGED},
    .headers = {"ETag"},
    .parameters = {{"limit", COUNT, "so many versions at most", false},
                   {"before", COUNT, "those below this number", false},
                   IF_CHANGED},
    .examples = {{.query = "?limit=10", .has = "\"format\":\"scikit-learn\""}},
};

const struct lar_operation lar_op_upload = {
    .id = "uploadVersion",
    .tag = LAR_TAG_MODELS,
    .summary = "upload the next version; the body is the file, or a zip or tar",
    .description = ANSWERING,
    .other_type = "application/octet-stream",
    .other_what = FILE_WHAT,
    .statuses = {{201, "it is there and answers", "Uploaded", NULL, NULL}, BROKEN, FORM, REFUSED},
    .headers = {"Location"},
    .parameters = {SHA256, DIGEST, LABEL},
    .examples = {{.arguments = "-T examples/models/line/1/model.joblib",
                  .model = "trial",
                  .has = "{\"name\":\"trial\",\"version\":\"1\""},
                 {.arguments = "--data-binary @README.md",
                  .model = "trial",
                  .status = 422,
                  .has = "in no format that is known"}},
};

const struct lar_operation lar_op_put_version = {
    .id = "putVersion",
    .tag = LAR_TAG_MODELS,
    .summary = "upload as this version",
    .description = ANSWERING,
    .other_type = "application/octet-stream",
    .other_what = FILE_WHAT,
    .statuses = {{201, "it is there and answers", "Uploaded", NULL, NULL},
                 {200, "the same content is there already", "Uploaded", NULL, NULL},
                 {409, "another content is there, or the number was deleted", NULL, NULL, NULL},
                 {412, "If-None-Match: * and there is one", NULL, NULL, NULL},
                 FORM,
                 REFUSED},
    .headers = {"Location"},
    .parameters = {SHA256,
                   DIGEST,
                   LABEL,
                   {"If-None-Match", "{\"type\":\"string\"}", "*: only where nothing is", true}},
    .examples = {{.arguments = "-T examples/models/line/1/model.joblib",
                  .model = "trial",
                  .version = "5",
                  .has = "\"version\":\"5\""},
                 {.arguments = "-T examples/models/line/1/model.joblib",
                  .model = "trial",
                  .version = "5",
                  .status = 200},
                 {.arguments = "-T examples/models/iris/1/model.joblib",
                  .model = "trial",
                  .version = "5",
                  .status = 409},
                 {.arguments = "-H 'If-None-Match: *' -T examples/models/line/1/model.joblib",
                  .model = "trial",
                  .version = "5",
                  .status = 412}},
};

const struct lar_operation lar_op_artifact = {
    .id = "getArtifact",
    .tag = LAR_TAG_MODELS,
    .summary = "the original, byte for byte",
    .statuses = {{200, "the file; of several a tar", "Bytes", "application/octet-stream", NULL}},
    .headers = {"Repr-Digest"},
    .examples = {{.arguments = "-o model.joblib"}},
};

const struct lar_operation lar_op_delete = {
    .id = "deleteModel",
    .tag = LAR_TAG_MODELS,
    .summary = "remove; the number is never given again",
    .description = "A version that answers is drained first. A whole model goes with its labels.",
    .statuses = {{204, "it is gone", NULL, NULL, NULL},
                 {409, "a label points to the version", NULL, NULL, NULL}},
    .parameters = {{"force", FLAG, "1: also where a label points to it", false}},
    .examples = {{.model = "trial", .version = "5"}, {.model = "none", .status = 404}},
};

const struct lar_operation lar_op_labels = {
    .id = "listLabels",
    .tag = LAR_TAG_MODELS,
    .summary = "labels, and the last 100 things that were done to the model",
    .statuses = {{200, "labels and history", "Labels", NULL, NULL}},
    .examples = {{.has = "{\"label\":\"stable\",\"version\":\"1\"}"}},
};

const struct lar_operation lar_op_put_label = {
    .id = "putLabel",
    .tag = LAR_TAG_MODELS,
    .summary = "point a label at a version: `{\"version\": 3}`",
    .request = "LabelRequest",
    .statuses = {{200, "the label", "Label", NULL, NULL},
                 {409, "the version is not available", NULL, NULL, NULL}},
    .examples = {{.arguments = "-d '{\"version\": 1}'", .has = "\"label\":\"stable\""},
                 {.arguments = "-d '{\"version\": 1}'", .model = "line"},
                 {.arguments = "-d '{\"version\": 9}'", .status = 404}},
};

const struct lar_operation lar_op_delete_label = {
    .id = "deleteLabel",
    .tag = LAR_TAG_MODELS,
    .summary = "take a label away",
    .statuses = {{204, "it is gone", NULL, NULL, NULL}},
};

const struct lar_operation lar_op_validate = {
    .id = "validate",
    .tag = LAR_TAG_MODELS,
    .summary = "everything an upload does, keeping nothing",
    .other_type = "application/octet-stream",
    .other_what = FILE_WHAT,
    .statuses = {{200, "it would load", "Validated", NULL, NULL}, BROKEN, FORM, REFUSED},
    .parameters = {SHA256, DIGEST},
    .examples = {{.arguments = "-T examples/models/line/1/model.joblib", .has = "{\"valid\":true"},
                 {.arguments = "--data-binary @<(tar -C examples/models/iris/1 -c .)",
                  .has = "{\"valid\":true"}},
};

const struct lar_operation lar_op_reload = {
    .id = "reload",
    .tag = LAR_TAG_MODELS,
    .summary = "scan now and say what has changed",
    .statuses = {{200, "what was added, changed and removed", "Reloaded", NULL, NULL}},
    .parameters = {{"prune", FLAG, "1: take what is gone for gone", false}},
    .examples = {{.has = "{\"reloaded\":true"}},
};

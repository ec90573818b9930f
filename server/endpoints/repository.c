/* The model repository extension of the Open Inference Protocol: index, load, unload.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/endpoints.h"

#include <jansson.h>
#include <stdio.h>

enum { NAME_BYTES = 129 };

/* The body as an object; none is an empty one. Numbers that no integer holds do no harm here. */
static bool parse_body(const struct lar_request *rq, json_t **ret, struct lar_error *err)
{
    json_error_t why;
    struct lar_span body = lar_request_json(rq);
    size_t flags = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    *ret = body.size ? json_loadb(body.at, body.size, flags, &why) : json_object();
    if (json_is_object(*ret))
        return true;
    if (!*ret && body.size)
        return lar_fail(err, LAR_ERR_INVALID, "the body is not JSON (line %d: %s)", why.line,
                        why.text);
    json_decref(*ret);
    return lar_fail(err, LAR_ERR_INVALID, "the body is not a JSON object");
}

static const char *state_of(const struct lar_version_entry *version)
{
    switch (version->state) {
    case LAR_STATE_AVAILABLE: return "READY";
    case LAR_STATE_LOADING: return "LOADING";
    case LAR_STATE_UNLOADING: return "UNLOADING";
    default: return "UNAVAILABLE";
    }
}

static void write_version(struct lar_text *text, const struct lar_model_entry *model,
                          const struct lar_version_entry *version)
{
    const char *reason = version->error.code                 ? version->error.text
                         : version->state == LAR_STATE_END   ? "unloaded"
                         : version->state == LAR_STATE_START ? "not loaded yet"
                                                             : "";
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model->name);
    lar_text_puts(text, ",\"version\":\"");
    lar_text_u64(text, version->number);
    lar_text_puts(text, "\",\"state\":\"");
    lar_text_puts(text, state_of(version));
    lar_text_puts(text, "\",\"reason\":");
    lar_text_cstring(text, reason);
    lar_text_char(text, '}');
}

/* POST /v2/repository/index {"ready": false} */
enum lar_outcome lar_post_index(struct lar_request *rq, struct lar_error *err)
{
    json_t *root;
    if (!parse_body(rq, &root, err))
        return LAR_REFUSED;
    const json_t *wanted = json_object_get(root, "ready");
    bool ready = json_is_true(wanted), first = true, sound = !wanted || json_is_boolean(wanted);
    json_decref(root);
    if (!sound)
        return lar_fail(err, LAR_ERR_INVALID, "\"ready\" is true or false"), LAR_REFUSED;
    const struct lar_table *table = lar_service_table(rq);
    struct lar_text *text = &rq->answer.text;
    lar_text_char(text, '[');
    for (size_t i = 0; i < table->n_models; i++)
        for (size_t k = 0; k < table->models[i].n_versions; k++) {
            const struct lar_version_entry *version = &table->models[i].versions[k];
            if (ready && !version->loaded)
                continue;
            if (!first)
                lar_text_char(text, ',');
            write_version(text, &table->models[i], version);
            first = false;
        }
    lar_text_char(text, ']');
    return LAR_ANSWERED;
}

/* What Triton's LOAD can be given and Larder does not take. */
static bool check_parameters(const json_t *root, bool load, struct lar_error *err)
{
    json_t *parameters = json_object_get(root, "parameters"), *value;
    const char *key;
    if (parameters && !json_is_object(parameters) && !json_is_null(parameters))
        return lar_fail(err, LAR_ERR_INVALID, "\"parameters\" is not an object");
    json_object_foreach(parameters, key, value)
    {
        if (!load)
            break;
        if (strncmp(key, "file:", 5) == 0)
            return lar_fail(err, LAR_ERR_INVALID,
                            "files are not taken here: upload the model with POST "
                            "/v1/models/NAME/versions, the body is the file or a zip or tar");
        if (strcmp(key, "config") == 0)
            return lar_fail(err, LAR_ERR_INVALID,
                            "a configuration is not taken here: put a model.yaml into the model's "
                            "folder");
    }
    return true;
}

static enum lar_outcome change(struct lar_request *rq, bool load, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    char model[NAME_BYTES];
    json_t *root;
    if (!parse_body(rq, &root, err))
        return LAR_REFUSED;
    bool ok = check_parameters(root, load, err);
    json_decref(root);
    snprintf(model, sizeof model, "%.*s", (int)rq->model.size, rq->model.at);
    ok = ok && (load ? lar_registry_load(service->registry, model, err)
                     : lar_registry_unload(service->registry, model, err));
    if (!ok)
        return LAR_REFUSED;
    lar_log(service->log, LAR_LOG_INFO, "%s %s by hand", load ? "loaded" : "unloaded", model);
    lar_text_puts(&rq->answer.text, "{}");
    return LAR_ANSWERED;
}

/* POST /v2/repository/models/M/load */
enum lar_outcome lar_post_load(struct lar_request *rq, struct lar_error *err)
{
    return change(rq, true, err);
}

/* POST /v2/repository/models/M/unload */
enum lar_outcome lar_post_unload(struct lar_request *rq, struct lar_error *err)
{
    return change(rq, false, err);
}

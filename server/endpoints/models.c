/* What is there: models, their versions and states.
 * SPDX-License-Identifier: MIT */
#include "server/dialect.h"
#include "server/endpoints/endpoints.h"

#include <stdio.h>

static void write_labels(struct lar_text *text, const struct lar_model_entry *model,
                         uint64_t number)
{
    const char *comma = "";
    lar_text_puts(text, ",\"labels\":[");
    for (size_t i = 0; i < model->n_labels; i++) {
        if (model->labels[i].number != number)
            continue;
        lar_text_puts(text, comma);
        lar_text_cstring(text, model->labels[i].name);
        comma = ",";
    }
    lar_text_char(text, ']');
}

static void write_version(struct lar_text *text, const struct lar_model_entry *model,
                          const struct lar_version_entry *version)
{
    lar_text_puts(text, "{\"version\":\"");
    lar_text_u64(text, version->number);
    lar_text_puts(text, "\",\"state\":\"");
    lar_text_puts(text, lar_state_name(version->state));
    lar_text_char(text, '"');
    write_labels(text, model, version->number);
    lar_member_write(text, "sha256", version->sha256);
    if (version->stale)
        lar_text_puts(text, ",\"stale\":true");
    if (version->error.code)
        lar_member_write(text, "error", version->error.text);
}

/* GET /v1/models */
enum lar_outcome lar_get_models(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    const struct lar_table *table = lar_service_table(rq);
    struct lar_text *text = &rq->answer.text;
    lar_text_puts(text, "{\"models\":[");
    for (size_t i = 0; i < table->n_models; i++) {
        if (i)
            lar_text_char(text, ',');
        lar_text_cstring(text, table->models[i].name);
    }
    lar_text_puts(text, "],\"items\":[");
    for (size_t i = 0; i < table->n_models; i++) {
        const struct lar_model_entry *model = &table->models[i];
        lar_text_puts(text, i ? ",{\"name\":" : "{\"name\":");
        lar_text_cstring(text, model->name);
        lar_text_puts(text, model->answering ? ",\"ready\":true" : ",\"ready\":false");
        lar_text_puts(text, ",\"versions\":[");
        for (size_t k = 0; k < model->n_versions; k++) {
            if (k)
                lar_text_char(text, ',');
            write_version(text, model, &model->versions[k]);
            lar_text_char(text, '}');
        }
        lar_text_puts(text, "]}");
    }
    lar_text_puts(text, "]}");
    return LAR_ANSWERED;
}

/* GET /v1/models/M/versions */
enum lar_outcome lar_get_versions(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_model_entry *model = lar_service_model(rq, err);
    if (!model)
        return LAR_REFUSED;
    struct lar_text *text = &rq->answer.text;
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model->name);
    if (model->settings_error)
        lar_member_write(text, "settings_error", model->settings_error);
    lar_text_puts(text, ",\"versions\":[");
    for (size_t i = 0; i < model->n_versions; i++) {
        const struct lar_version_entry *version = &model->versions[i];
        char value[256];
        if (i)
            lar_text_char(text, ',');
        write_version(text, model, version);
        lar_text_puts(text, ",\"size\":");
        lar_text_u64(text, version->size);
        lar_time_write(text, "created", version->created_ms);
        lar_time_write(text, "loaded", version->loaded_ms);
        lar_report_member(version->report, "format", value, sizeof value);
        lar_member_write(text, "format", value);
        lar_report_member(version->report, "producer", value, sizeof value);
        lar_member_write(text, "producer", value);
        lar_text_puts(text, ",\"report\":");
        lar_report_write(text, version->report);
        lar_text_char(text, '}');
    }
    lar_text_puts(text, "]}");
    return LAR_ANSWERED;
}

/* The number that the path's version or label means; 0: all versions. */
static bool named_number(const struct lar_request *rq, const struct lar_model_entry *model,
                         uint64_t *ret, struct lar_error *err)
{
    *ret = rq->number;
    for (size_t i = 0; rq->label.at && !*ret && i < model->n_labels; i++)
        if (lar_span_is(rq->label, model->labels[i].name))
            *ret = model->labels[i].number;
    if (rq->label.at && !*ret)
        return lar_fail(err, LAR_ERR_NOTFOUND, "model '%s' has no label '%.*s'", model->name,
                        (int)rq->label.size, rq->label.at);
    bool known = *ret == 0;
    for (size_t i = 0; i < model->n_versions && !known; i++)
        known = model->versions[i].number == *ret;
    return known || lar_fail(err, LAR_ERR_NOTFOUND, "model '%s' has no version %llu", model->name,
                             (unsigned long long)*ret);
}

/* GET /v1/models/M[/versions/V|/labels/L] */
enum lar_outcome lar_get_status(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_model_entry *model =
        lar_table_find(lar_service_table(rq), rq->model.at, rq->model.size);
    uint64_t number;
    if (!model)
        lar_fail(err, LAR_ERR_NOTFOUND, "Could not find any versions of model %.*s",
                 (int)rq->model.size, rq->model.at);
    if (!model || !named_number(rq, model, &number, err) ||
        !lar_tfs_write_status(&rq->answer.text, model, number, err))
        return LAR_REFUSED;
    return LAR_ANSWERED;
}

/* GET .../metadata */
enum lar_outcome lar_get_metadata(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_loaded *loaded =
        lar_table_loaded(lar_service_table(rq), rq->model.at, rq->model.size, rq->number,
                         rq->label.at, rq->label.size, err);
    if (!loaded) {
        lar_tfs_unknown(rq, err);
        return LAR_REFUSED;
    }
    lar_answer_header(&rq->answer, "Larder-Model-Version", loaded->header);
    return lar_tfs_write_metadata(&rq->answer.text, &loaded->flat, loaded->model, loaded->number,
                                  err)
               ? LAR_ANSWERED
               : LAR_REFUSED;
}

/* The Open Inference Protocol's view of a model.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect.h"
#include "server/endpoints/endpoints.h"

#include <ctype.h>
#include <stdio.h>

const struct lar_loaded *lar_oip_find(const struct lar_request *rq, struct lar_error *err)
{
    const struct lar_loaded *loaded =
        lar_table_loaded(lar_service_table(rq), rq->model.at, rq->model.size, rq->number,
                         rq->label.at, rq->label.size, err);
    if (!loaded)
        lar_oip_unknown(rq, err);
    return loaded;
}

/* "<project>_<format>": letters and digits of the format's name; informative only. */
static void name_platform(const char *report, char *platform, size_t size)
{
    char format[64];
    lar_report_member(report, "format", format, sizeof format);
    char *out = platform;
    for (const char *p = format; *p && out < platform + size - 1; p++)
        if (isalnum((unsigned char)*p))
            *out++ = (char)tolower((unsigned char)*p);
    snprintf(out, size - (size_t)(out - platform), "%s", out == platform ? "larder" : "_larder");
}

/* GET /v2/models/M[/versions/V] */
enum lar_outcome lar_get_oip_model(struct lar_request *rq, struct lar_error *err)
{
    enum { VERSIONS = 256 };
    uint64_t versions[VERSIONS];
    size_t n = 0;
    char platform[80];
    const struct lar_loaded *loaded = lar_oip_find(rq, err);
    if (!loaded)
        return LAR_REFUSED;
    const struct lar_model_entry *model =
        lar_table_find(lar_service_table(rq), rq->model.at, rq->model.size);
    for (size_t i = model->n_versions; i-- > 0 && n < VERSIONS;)
        if (model->versions[i].loaded)
            versions[n++] = model->versions[i].number;
    for (size_t i = 0; i < n / 2; i++) { /* ascending, the newest where there are too many */
        uint64_t swapped = versions[i];
        versions[i] = versions[n - 1 - i];
        versions[n - 1 - i] = swapped;
    }
    name_platform(loaded->flat.report, platform, sizeof platform);
    lar_answer_header(&rq->answer, "Larder-Model-Version", loaded->header);
    return lar_oip_write_metadata(&rq->answer.text, &loaded->flat, loaded->model, versions, n,
                                  platform, err)
               ? LAR_ANSWERED
               : LAR_REFUSED;
}

/* GET /v2/models/M[/versions/V]/config */
enum lar_outcome lar_get_oip_config(struct lar_request *rq, struct lar_error *err)
{
    char platform[80];
    const struct lar_loaded *loaded = lar_oip_find(rq, err);
    if (!loaded)
        return LAR_REFUSED;
    name_platform(loaded->flat.report, platform, sizeof platform);
    lar_answer_header(&rq->answer, "Larder-Model-Version", loaded->header);
    return lar_oip_write_config(&rq->answer.text, &loaded->flat, loaded->model, platform, err)
               ? LAR_ANSWERED
               : LAR_REFUSED;
}

/* GET /v2/models/M[/versions/V]/ready */
enum lar_outcome lar_get_oip_ready(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_loaded *loaded = lar_oip_find(rq, err);
    if (!loaded && err->code != LAR_ERR_UNAVAILABLE)
        return LAR_REFUSED;
    lar_error_clear(err);
    rq->answer.status = loaded ? 200 : 503;
    lar_text_puts(&rq->answer.text, "{\"name\":");
    lar_text_string(&rq->answer.text, rq->model.at, rq->model.size);
    lar_text_puts(&rq->answer.text, loaded ? ",\"ready\":true}" : ",\"ready\":false}");
    return LAR_ANSWERED;
}

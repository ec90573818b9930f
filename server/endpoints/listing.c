/* What is there: models, their versions, and all that is known of them.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect.h"
#include "server/endpoints/endpoints.h"

#include <string.h>

enum { DIGITS = 9 };

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

static void write_details(struct lar_text *text, const struct lar_version_entry *version)
{
    lar_text_puts(text, ",\"size\":");
    lar_text_u64(text, version->size);
    lar_time_write(text, "created", version->created_ms);
    lar_time_write(text, "loaded", version->loaded_ms);
    lar_report_facts(text, version->report);
    if (version->loaded) {
        lar_text_char(text, ',');
        lar_oip_write_interface(text, &version->loaded->flat);
    }
    lar_text_puts(text, ",\"report\":");
    lar_report_write(text, version->report);
}

/* ---- parts of long listings, and whether they have changed ---- */

/* The query's NAME, a positive number; MOST where it is not given. */
static bool read_count(const struct lar_request *rq, const char *name, uint64_t most, uint64_t *ret,
                       struct lar_error *err)
{
    struct lar_span value = lar_query_get(rq->query, name);
    *ret = value.at ? 0 : most;
    bool ok = !value.at || (value.size > 0 && value.size <= DIGITS);
    for (size_t i = 0; ok && value.at && i < value.size; i++) {
        ok = value.at[i] >= '0' && value.at[i] <= '9';
        *ret = *ret * 10 + (uint64_t)(value.at[i] - '0');
    }
    return (ok && *ret > 0) ||
           lar_fail(err, LAR_ERR_INVALID, "%s is a positive number of at most %d digits", name,
                    DIGITS);
}

/* Ends an answer that clients ask for again and again. */
static enum lar_outcome finish(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_text *text = &rq->answer.text;
    char tag[LAR_ETAG_BYTES];
    if (!lar_text_ok(text, err) || !lar_etag_make(tag, text->data, text->size, err))
        return LAR_REFUSED;
    lar_etag_settle(rq, tag);
    return LAR_ANSWERED;
}

/* ---- endpoints ---- */

static void write_model(struct lar_text *text, const struct lar_model_entry *model)
{
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model->name);
    lar_text_puts(text, model->answering ? ",\"ready\":true" : ",\"ready\":false");
    lar_text_puts(text, ",\"versions\":[");
    for (size_t i = 0; i < model->n_versions; i++) {
        if (i)
            lar_text_char(text, ',');
        write_version(text, model, &model->versions[i]);
        lar_text_char(text, '}');
    }
    lar_text_puts(text, "]}");
}

/* The first model behind the one that the query's `after` names. */
static size_t first_model(const struct lar_request *rq, const struct lar_table *table)
{
    struct lar_span after = lar_query_get(rq->query, "after");
    size_t i = 0;
    if (!after.at)
        return 0;
    for (; i < table->n_models; i++) {
        const char *name = table->models[i].name;
        int order = strncmp(name, after.at, after.size);
        if (order > 0 || (order == 0 && name[after.size]))
            break;
    }
    return i;
}

/* GET /v1/models[?limit=N][&after=NAME] */
enum lar_outcome lar_get_models(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_table *table = lar_service_table(rq);
    struct lar_text *text = &rq->answer.text;
    size_t first = first_model(rq, table);
    uint64_t n;
    if (!read_count(rq, "limit", table->n_models + 1, &n, err))
        return LAR_REFUSED;
    if (n > table->n_models - first)
        n = table->n_models - first;
    lar_text_puts(text, "{\"models\":[");
    for (size_t i = first; i < first + n; i++) {
        if (i > first)
            lar_text_char(text, ',');
        lar_text_cstring(text, table->models[i].name);
    }
    lar_text_puts(text, "],\"items\":[");
    for (size_t i = first; i < first + n; i++) {
        if (i > first)
            lar_text_char(text, ',');
        write_model(text, &table->models[i]);
    }
    lar_text_puts(text, "]}");
    return finish(rq, err);
}

/* GET /v1/models/M/versions[?limit=N][&before=V]: the newest of them, in ascending order */
enum lar_outcome lar_get_versions(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_model_entry *model = lar_service_model(rq, err);
    uint64_t limit, before;
    if (!model || !read_count(rq, "limit", UINT64_MAX, &limit, err) ||
        !read_count(rq, "before", UINT64_MAX, &before, err))
        return LAR_REFUSED;
    struct lar_text *text = &rq->answer.text;
    size_t end = model->n_versions;
    while (end > 0 && model->versions[end - 1].number >= before)
        end--;
    size_t first = limit < end ? end - (size_t)limit : 0;
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model->name);
    if (model->settings_error)
        lar_member_write(text, "settings_error", model->settings_error);
    lar_text_puts(text, ",\"versions\":[");
    for (size_t i = first; i < end; i++) {
        if (i > first)
            lar_text_char(text, ',');
        write_version(text, model, &model->versions[i]);
        write_details(text, &model->versions[i]);
        lar_text_char(text, '}');
    }
    lar_text_puts(text, "]}");
    return finish(rq, err);
}

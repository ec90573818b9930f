/* MLflow's /invocations.
 * SPDX-License-Identifier: MIT */
#include "server/accept.h"
#include "server/endpoints/predict.h"

/* application/json or text/csv, with charset=utf-8 or without: what MLflow takes. */
static bool read_type(const struct lar_request *rq, bool *ret_csv)
{
    struct lar_span rest, value, header = rq->headers.content_type;
    struct lar_span type = header.at ? lar_span_part(header, ';', &rest) : header;
    *ret_csv = lar_span_like(type, "text/csv");
    if (!header.at || (!*ret_csv && !lar_span_like(type, "application/json")))
        return false;
    while (rest.size) {
        struct lar_span name = lar_span_part(lar_span_part(rest, ';', &rest), '=', &value);
        value = lar_span_part(value, '\0', &(struct lar_span){0});
        if (name.size && (!lar_span_like(name, "charset") ||
                          (!lar_span_like(value, "utf-8") && !lar_span_like(value, "\"utf-8\""))))
            return false;
    }
    return true;
}

static bool read_invocation(struct lar_call_request *ret, const struct lar_request *rq,
                            const struct lar_loaded *loaded, struct lar_scratch *scratch,
                            struct lar_error *err)
{
    bool csv;
    (void)read_type(rq, &csv);
    return csv ? lar_mlflow_read_csv(ret, &loaded->flat, rq->body, rq->body_size, scratch, err)
               : lar_mlflow_read(ret, &loaded->flat, rq->body, rq->body_size, scratch, err);
}

static bool write_invocation(struct lar_answer *answer, const struct lar_loaded *loaded,
                             const struct lar_call_request *call, const struct lar_tensor *results,
                             struct lar_error *err)
{
    return lar_mlflow_write(&answer->text, &loaded->flat, call, results, err);
}

/* The model: what ?model= says, else the default one, else the only one. */
static bool choose_model(struct lar_request *rq, struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    rq->model = lar_query_get(rq->query, "model");
    if (!rq->model.at && *service->default_model)
        rq->model = lar_span_of(service->default_model);
    if (rq->model.at)
        return lar_name_valid(rq->model) ||
               lar_fail(err, LAR_ERR_NOTFOUND, "there is no model of that name");
    const struct lar_table *table = lar_service_table(rq);
    if (table->n_models != 1)
        return lar_fail(err, LAR_ERR_NOTFOUND,
                        "there are %zu models; name one with ?model=NAME, or set default_model",
                        table->n_models);
    /* A copy: the table may go before the request does. */
    size_t n = strnlen(table->models[0].name, sizeof rq->name - 1);
    rq->model = (struct lar_span){memcpy(rq->name, table->models[0].name, n), n};
    return true;
}

/* The version or label that ?version= names; without it, the one that answers. */
static bool choose_version(struct lar_request *rq, struct lar_error *err)
{
    struct lar_span text = lar_query_get(rq->query, "version");
    return !text.at || lar_request_name_version(rq, text) ||
           lar_fail(err, LAR_ERR_NOTFOUND, "there is no version or label of that name");
}

/* POST /invocations[?model=M][&version=V|L] */
enum lar_outcome lar_post_invocations(struct lar_request *rq, struct lar_error *err)
{
    static const struct lar_dialect dialect = {read_invocation, NULL, write_invocation, NULL};
    bool csv;
    if (!read_type(rq, &csv)) {
        rq->answer.status = 415;
        rq->answer.type = "text/plain";
        lar_text_puts(&rq->answer.text, "This predictor only supports the content types "
                                        "application/json and text/csv, in UTF-8.\n");
        return LAR_ANSWERED;
    }
    if (!rq->kept && /* kept: found before, on the HTTP thread */
        (!choose_model(rq, err) || !choose_version(rq, err)))
        return LAR_REFUSED;
    return lar_predict(rq, &dialect, err);
}

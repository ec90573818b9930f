/* TensorFlow Serving's view of a model: status and metadata.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect.h"
#include "server/endpoints/endpoints.h"
#include "server/tfs_status.h"

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

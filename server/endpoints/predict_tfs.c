/* TensorFlow Serving's predict calls.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/predict.h"

static bool read_predict(struct lar_call_request *ret, const struct lar_request *rq,
                         const struct lar_loaded *loaded, struct lar_scratch *scratch,
                         struct lar_error *err)
{
    return lar_tfs_read(ret, &loaded->flat, rq->body, rq->body_size, scratch, err);
}

static bool write_predict(struct lar_answer *answer, const struct lar_loaded *loaded,
                          const struct lar_call_request *call, const struct lar_tensor *results,
                          struct lar_error *err)
{
    return lar_tfs_write(&answer->text, &loaded->flat, call, results, err);
}

void lar_tfs_unknown(const struct lar_request *rq, struct lar_error *err)
{
    if (err->code != LAR_ERR_NOTFOUND || rq->label.at)
        return;
    lar_error_clear(err);
    if (rq->number)
        lar_fail(err, LAR_ERR_NOTFOUND, "Servable not found for request: Specific(%.*s, %llu)",
                 (int)rq->model.size, rq->model.at, (unsigned long long)rq->number);
    else
        lar_fail(err, LAR_ERR_NOTFOUND, "Servable not found for request: Latest(%.*s)",
                 (int)rq->model.size, rq->model.at);
}

enum lar_outcome lar_post_predict(struct lar_request *rq, struct lar_error *err)
{
    static const struct lar_dialect dialect = {read_predict, NULL, write_predict, lar_tfs_unknown};
    return lar_predict(rq, &dialect, err);
}

static bool read_classify(struct lar_call_request *ret, const struct lar_request *rq,
                          const struct lar_loaded *loaded, struct lar_scratch *scratch,
                          struct lar_error *err)
{
    return lar_tfs_read_examples(ret, &loaded->flat, false, rq->body, rq->body_size, scratch, err);
}

static bool read_regress(struct lar_call_request *ret, const struct lar_request *rq,
                         const struct lar_loaded *loaded, struct lar_scratch *scratch,
                         struct lar_error *err)
{
    return lar_tfs_read_examples(ret, &loaded->flat, true, rq->body, rq->body_size, scratch, err);
}

static bool write_classify(struct lar_answer *answer, const struct lar_loaded *loaded,
                           const struct lar_call_request *call, const struct lar_tensor *results,
                           struct lar_error *err)
{
    return lar_tfs_write_classes(&answer->text, &loaded->flat, call, results, err);
}

static bool write_regress(struct lar_answer *answer, const struct lar_loaded *loaded,
                          const struct lar_call_request *call, const struct lar_tensor *results,
                          struct lar_error *err)
{
    return lar_tfs_write_values(&answer->text, &loaded->flat, call, results, err);
}

enum lar_outcome lar_post_classify(struct lar_request *rq, struct lar_error *err)
{
    static const struct lar_dialect dialect = {read_classify, NULL, write_classify,
                                               lar_tfs_unknown};
    return lar_predict(rq, &dialect, err);
}

enum lar_outcome lar_post_regress(struct lar_request *rq, struct lar_error *err)
{
    static const struct lar_dialect dialect = {read_regress, NULL, write_regress, lar_tfs_unknown};
    return lar_predict(rq, &dialect, err);
}

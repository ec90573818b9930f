/* Predictions: on the HTTP thread while they are small and cheap, else on a worker.
 * SPDX-License-Identifier: MIT */
#include "server/dialect.h"
#include "server/endpoints/endpoints.h"

#include <time.h>

enum { INLINE_BODY = 64 * 1024 }; /* longer ones go to a worker unparsed */

struct dialect {
    bool (*read)(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                 size_t size, struct lar_scratch *scratch, struct lar_error *err);
    bool (*write)(struct lar_text *text, const struct lar_loaded *loaded,
                  const struct lar_call_request *call, const struct lar_tensor *results,
                  struct lar_error *err);
};

static bool write_tfs(struct lar_text *text, const struct lar_loaded *loaded,
                      const struct lar_call_request *call, const struct lar_tensor *results,
                      struct lar_error *err)
{
    return lar_tfs_write(text, &loaded->flat, call, results, err);
}

static bool write_oip(struct lar_text *text, const struct lar_loaded *loaded,
                      const struct lar_call_request *call, const struct lar_tensor *results,
                      struct lar_error *err)
{
    return lar_oip_write(text, &loaded->flat, call, results, loaded->model, loaded->number, err);
}

static const struct dialect tfs = {lar_tfs_read, write_tfs};
static const struct dialect oip = {lar_oip_read, write_oip};

/* The request's fault, whatever the dialect calls it. */
static void blame_request(struct lar_answer *answer, const struct lar_error *err)
{
    if (err->code == LAR_ERR_NOTFOUND)
        answer->status = 400;
}

static enum lar_outcome compute(struct lar_request *rq, const struct dialect *dialect,
                                const struct lar_loaded *loaded, uint64_t *ret_rows,
                                struct lar_error *err)
{
    const struct lar_service *service = rq->service;
    struct lar_scratch *scratch = ((struct lar_lane *)rq->lane)->scratch;
    struct lar_call_request call = {0};
    if (!rq->on_worker && rq->body_size > INLINE_BODY)
        return LAR_LATER;
    lar_scratch_reset(scratch);
    if (!dialect->read(&call, &loaded->flat, rq->body, rq->body_size, scratch, err)) {
        blame_request(&rq->answer, err);
        return LAR_REFUSED;
    }
    *ret_rows = call.rows;
    if (!rq->on_worker) {
        double us = lar_plan_cost(loaded->plan, call.outputs, call.n_outputs, call.rows) / 1000;
        if (us >= (double)atomic_load_explicit(&service->inline_us, memory_order_relaxed))
            return LAR_LATER;
    }
    struct lar_tensor *results = lar_scratch_take(scratch, call.n_outputs, sizeof *results);
    if (!results)
        lar_scratch_fail(scratch, err, "the results");
    else if (lar_plan_run(loaded->plan, scratch, call.inputs, call.rows, call.outputs,
                          call.n_outputs, results, err) &&
             dialect->write(&rq->answer.text, loaded, &call, results, err))
        return LAR_ANSWERED;
    return LAR_REFUSED;
}

static uint64_t microseconds_since(int64_t start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - start;
    return us > 0 ? (uint64_t)us : 0;
}

/* What the error will be answered with, roughly: for the counters. */
static unsigned status_class(enum lar_outcome outcome, const struct lar_error *err)
{
    if (outcome == LAR_ANSWERED)
        return 200;
    if (err->code == LAR_ERR_NOMEM || err->code == LAR_ERR_BUSY || err->code == LAR_ERR_UNAVAILABLE)
        return 503;
    return err->code == LAR_ERR_INTERNAL || err->code == LAR_ERR_IO ? 500 : 400;
}

static enum lar_outcome predict(struct lar_request *rq, const struct dialect *dialect,
                                struct lar_error *err)
{
    struct lar_service *service = rq->service;
    struct lar_loaded *loaded = rq->kept;
    uint64_t rows = 0;
    if (!loaded)
        loaded = lar_table_loaded(lar_service_table(rq), rq->model.at, rq->model.size, rq->number,
                                  rq->label.at, rq->label.size, err);
    if (!loaded) {
        lar_statistics_add(&service->unknown, status_class(LAR_REFUSED, err),
                           microseconds_since(rq->started_us), 0);
        return LAR_REFUSED;
    }
    enum lar_outcome outcome = compute(rq, dialect, loaded, &rows, err);
    if (outcome == LAR_LATER) {
        rq->kept = lar_loaded_acquire(loaded);
        return LAR_LATER;
    }
    lar_answer_header(&rq->answer, "Larder-Model-Version", loaded->header);
    lar_statistics_add(&loaded->statistics, status_class(outcome, err),
                       microseconds_since(rq->started_us), rows);
    lar_predict_abandon(rq);
    return outcome;
}

enum lar_outcome lar_post_predict(struct lar_request *rq, struct lar_error *err)
{
    return predict(rq, &tfs, err);
}

enum lar_outcome lar_post_infer(struct lar_request *rq, struct lar_error *err)
{
    return predict(rq, &oip, err);
}

void lar_predict_abandon(struct lar_request *rq)
{
    lar_loaded_release(rq->kept);
    rq->kept = NULL;
}

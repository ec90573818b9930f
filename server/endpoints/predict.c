/* Predictions: on the HTTP thread while they are small and cheap, else on a worker.
 * SPDX-License-Identifier: MIT */
#include "server/endpoints/predict.h"
#include "base/clock.h"
#include "server/exchange.h"

enum { INLINE_BODY = 64 * 1024 }; /* longer ones go to a worker unparsed */

/* The request's fault, whatever the dialect calls it. */
static void blame_request(struct lar_answer *answer, const struct lar_error *err)
{
    if (err->code == LAR_ERR_NOTFOUND)
        answer->status = 400;
}

/* The nanoseconds since *LAST, which becomes now. */
static uint64_t lap(int64_t *last)
{
    int64_t now = lar_now_ns(), n = now - *last;
    *last = now;
    return n > 0 ? (uint64_t)n : 0;
}

/* Whether the call, of a known cost, runs here. */
static bool is_cheap(const struct lar_request *rq, const struct lar_loaded *loaded,
                     const struct lar_call_request *call)
{
    const struct lar_service *service = rq->service;
    double us = lar_plan_cost(loaded->plan, call->outputs, call->n_outputs, call->rows) / 1000;
    return us < (double)atomic_load_explicit(&service->inline_us, memory_order_relaxed);
}

static enum lar_outcome compute(struct lar_request *rq, const struct lar_dialect *dialect,
                                const struct lar_loaded *loaded, int64_t *last,
                                struct lar_spent *spent, uint64_t *ret_rows, struct lar_error *err)
{
    struct lar_scratch *scratch = ((struct lar_lane *)rq->lane)->scratch;
    struct lar_call_request call = {0};
    if (!rq->on_worker && (rq->body_size > INLINE_BODY || rq->packed))
        return LAR_LATER;
    spent->queue = rq->on_worker && *last > rq->later_ns ? (uint64_t)(*last - rq->later_ns) : 0;
    lar_scratch_reset(scratch);
    if (!dialect->read(&call, rq, loaded, scratch, err)) {
        blame_request(&rq->answer, err);
        return LAR_REFUSED;
    }
    if (!rq->on_worker && !is_cheap(rq, loaded, &call))
        return LAR_LATER;
    spent->input = lap(last);
    struct lar_tensor *results = lar_scratch_take(scratch, call.n_outputs, sizeof *results);
    if (!results) {
        lar_scratch_fail(scratch, err, "the results");
        return LAR_REFUSED;
    }
    if (!lar_plan_run(loaded->plan, scratch, call.inputs, call.rows, call.outputs, call.n_outputs,
                      results, err))
        return LAR_REFUSED;
    spent->infer = lap(last);
    if ((dialect->change && !dialect->change(&loaded->flat, &call, results, scratch, err)) ||
        !dialect->write(&rq->answer, loaded, &call, results, err))
        return LAR_REFUSED;
    spent->output = lap(last);
    *ret_rows = call.rows;
    return LAR_ANSWERED;
}

static uint64_t since_start(const struct lar_request *rq, int64_t now)
{
    int64_t ns = now - rq->started_us * 1000;
    return ns > 0 ? (uint64_t)ns : 0;
}

static enum lar_protocol protocol_of(const struct lar_route *route)
{
    return strncmp(route->pattern, "/v2", 3) == 0   ? LAR_PROTOCOL_OIP
           : strncmp(route->pattern, "/v1", 3) == 0 ? LAR_PROTOCOL_TFS
                                                    : LAR_PROTOCOL_MLFLOW;
}

/* Counts a call that will be answered with STATUS and is over at NOW. */
static void count(struct lar_request *rq, struct lar_statistics *statistics, unsigned status,
                  struct lar_spent *spent, uint64_t rows, int64_t now)
{
    spent->all = since_start(rq, now);
    const struct lar_counted call = {.protocol = protocol_of(rq->route),
                                     .status = status,
                                     .rows = rows,
                                     .request_bytes = rq->body_size,
                                     .answer_bytes = status < 400 ? rq->answer.text.size : 0,
                                     .spent = *spent};
    lar_statistics_add(statistics, &call);
    rq->counted = true;
}

enum lar_outcome lar_predict(struct lar_request *rq, const struct lar_dialect *dialect,
                             struct lar_error *err)
{
    struct lar_service *service = rq->service;
    struct lar_loaded *loaded = rq->kept;
    struct lar_spent spent = {0};
    uint64_t rows = 0;
    if (!loaded)
        loaded = lar_table_loaded(lar_service_table(rq), rq->model.at, rq->model.size, rq->number,
                                  rq->label.at, rq->label.size, err);
    if (!loaded) {
        if (dialect->unknown)
            dialect->unknown(rq, err);
        count(rq, &service->unknown, lar_answer_status(&rq->answer, err), &spent, 0, lar_now_ns());
        return LAR_REFUSED;
    }
    int64_t last = lar_now_ns();
    enum lar_outcome outcome = compute(rq, dialect, loaded, &last, &spent, &rows, err);
    if (outcome == LAR_LATER) {
        rq->kept = lar_loaded_acquire(loaded);
        rq->later_ns = lar_now_ns();
        return LAR_LATER;
    }
    lar_answer_header(&rq->answer, "Larder-Model-Version", loaded->header);
    rq->answered = loaded->number;
    rq->rows = rows;
    if (outcome == LAR_ANSWERED)
        count(rq, &loaded->statistics, 200, &spent, rows, last);
    else
        count(rq, &loaded->statistics, lar_answer_status(&rq->answer, err), &spent, 0,
              lar_now_ns());
    lar_predict_abandon(rq);
    return outcome;
}

/* What never came so far (a body that is too large or packed in an unknown way, a full queue) is
 * counted when it is answered. The table is the present turn's. */
void lar_predict_answered(struct lar_request *rq)
{
    struct lar_service *service = rq->service;
    struct lar_spent spent = {0};
    struct lar_error err = {0};
    if (rq->counted || !rq->route || rq->route->where != LAR_BY_COST)
        return;
    struct lar_loaded *loaded = rq->kept;
    if (!loaded && rq->model.at)
        loaded = lar_table_loaded(lar_service_table(rq), rq->model.at, rq->model.size, rq->number,
                                  rq->label.at, rq->label.size, &err);
    count(rq, loaded ? &loaded->statistics : &service->unknown, rq->answer.status, &spent, 0,
          lar_now_ns());
}

void lar_predict_abandon(struct lar_request *rq)
{
    lar_loaded_release(rq->kept);
    rq->kept = NULL;
}

/* The Open Inference Protocol's predict calls.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "server/endpoints/predict.h"

#include <stdio.h>

static const char length_header[] = "Inference-Header-Content-Length";

/* How much of the body is JSON: all, unless the header says that tensors follow it. */
static bool text_size(const struct lar_request *rq, size_t *ret, struct lar_error *err)
{
    struct lar_span value = rq->headers.tensors_after;
    const char *at = value.at;
    uint64_t n = 0;
    *ret = rq->body_size;
    if (!at)
        return true;
    if (lar_number_read_u64(&at, value.at + value.size, &n) != LAR_NUMBER_OK ||
        at != value.at + value.size)
        return lar_fail(err, LAR_ERR_INVALID, "Unable to parse %s, got: %.*s", length_header,
                        value.size < 64 ? (int)value.size : 64, value.at);
    if (n > rq->body_size)
        return lar_fail(err, LAR_ERR_INVALID, "%s is %llu, but the body has %zu bytes",
                        length_header, (unsigned long long)n, rq->body_size);
    *ret = (size_t)n;
    return true;
}

static bool read_infer(struct lar_call_request *ret, const struct lar_request *rq,
                       const struct lar_loaded *loaded, struct lar_scratch *scratch,
                       struct lar_error *err)
{
    size_t size;
    const struct lar_lane *lane = rq->lane;
    return text_size(rq, &size, err) &&
           lar_oip_read_parts(ret, &loaded->flat, loaded->model, rq->body, rq->body_size, size,
                              lane->heads, loaded->serial, scratch, err);
}

static bool write_infer(struct lar_answer *answer, const struct lar_loaded *loaded,
                        const struct lar_call_request *call, const struct lar_tensor *results,
                        struct lar_error *err)
{
    size_t size;
    char digits[LAR_NUMBER_SIZE + 1];
    if (!lar_oip_write(&answer->text, &loaded->flat, call, results, loaded->model, loaded->number,
                       &size, err))
        return false;
    if (size) {
        answer->type = "application/octet-stream";
        digits[lar_number_write_u64(digits, size)] = '\0';
        lar_answer_header(answer, length_header, digits);
    }
    return true;
}

void lar_oip_unknown(const struct lar_request *rq, struct lar_error *err)
{
    struct lar_error was = *err;
    const char *state = was.code == LAR_ERR_NOTFOUND ? "is not found" : "is not at ready state";
    char version[160] = ""; /* or a label, where the model itself is known */
    bool label =
        rq->label.at && lar_table_find(lar_service_table(rq), rq->model.at, rq->model.size);
    if (was.code != LAR_ERR_NOTFOUND && was.code != LAR_ERR_UNAVAILABLE)
        return;
    if (rq->number)
        snprintf(version, sizeof version, " version %llu", (unsigned long long)rq->number);
    else if (label)
        snprintf(version, sizeof version, " label '%.*s'", (int)rq->label.size, rq->label.at);
    else if (was.code == LAR_ERR_UNAVAILABLE)
        state = "has no available versions";
    lar_error_clear(err);
    lar_fail(err, was.code, "Request for unknown model: '%.*s'%s %s%s%s", (int)rq->model.size,
             rq->model.at, version, state, was.code == LAR_ERR_NOTFOUND ? "" : ": ",
             was.code == LAR_ERR_NOTFOUND ? "" : was.text);
}

enum lar_outcome lar_post_infer(struct lar_request *rq, struct lar_error *err)
{
    static const struct lar_dialect dialect = {read_infer, lar_oip_classify, write_infer,
                                               lar_oip_unknown};
    return lar_predict(rq, &dialect, err);
}

/* What the dialects' predict endpoints share: a call is found, read, run and answered the same way
 * in all of them.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_ENDPOINTS_PREDICT_H
#define SERVER_ENDPOINTS_PREDICT_H

#include "dialects/dialect.h"
#include "server/endpoints/endpoints.h"

struct lar_dialect {
    /* RQ's body as a call. */
    bool (*read)(struct lar_call_request *ret, const struct lar_request *rq,
                 const struct lar_loaded *loaded, struct lar_scratch *scratch,
                 struct lar_error *err);
    /* Changes the results before they are written; NULL: nothing to change. */
    bool (*change)(const struct lar_flat *flat, const struct lar_call_request *call,
                   struct lar_tensor *results, struct lar_scratch *scratch, struct lar_error *err);
    /* The answer's body, its type and headers. */
    bool (*write)(struct lar_answer *answer, const struct lar_loaded *loaded,
                  const struct lar_call_request *call, const struct lar_tensor *results,
                  struct lar_error *err);
    /* Says in the dialect's words that nothing answers for what RQ names; NULL: as it is. */
    void (*unknown)(const struct lar_request *rq, struct lar_error *err);
};

/* Predicts with the model, version or label that RQ names. An endpoint's whole work. */
enum lar_outcome lar_predict(struct lar_request *rq, const struct lar_dialect *dialect,
                             struct lar_error *err);

#endif

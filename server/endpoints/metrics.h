/* The two halves of GET /metrics; for metrics.c and metrics_models.c only.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_ENDPOINTS_METRICS_H
#define SERVER_ENDPOINTS_METRICS_H

#include "server/endpoints/endpoints.h"
#include "server/metrics_text.h"

/* What is told of each model, each loaded version, and the calls that reached none. Labels are
 * names of models that are there now, never what a request says; what is gone is no longer told. */
void lar_metrics_models(struct lar_metrics *m, const struct lar_table *table,
                        const struct lar_statistics *unknown);

#endif

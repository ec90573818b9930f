/* Numbers as text for Prometheus: its own format (version 0.0.4) or OpenMetrics 1.0.
 *
 * The samples are the same in both. OpenMetrics names a counter's family without "_total" and an
 * info's without "_info", tells units, and has a last line. Appends to a text and never fails
 * itself; the text remembers (lar_text_ok()).
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_METRICS_TEXT_H
#define SERVER_METRICS_TEXT_H

#include "dialects/text_buffer.h"
#include "server/span.h"

enum lar_metric_type {
    LAR_METRIC_COUNTER,
    LAR_METRIC_GAUGE,
    LAR_METRIC_HISTOGRAM,
    LAR_METRIC_INFO /* a gauge of 1 whose labels tell something */
};

struct lar_metric {
    const char *name; /* without _total, _info; ends with the unit, if there is one */
    const char *unit; /* "seconds", "bytes"; NULL: none */
    const char *help;
    enum lar_metric_type type;
};

struct lar_metric_label {
    const char *name; /* NULL ends a list */
    const char *value;
};

enum lar_metrics_form { LAR_METRICS_PROMETHEUS, LAR_METRICS_OPEN };
/* Which form the header Accept wants: OpenMetrics where it is named and not less wanted. */
enum lar_metrics_form lar_metrics_form(struct lar_span accept);
const char *lar_metrics_type(enum lar_metrics_form form); /* its Content-Type */

struct lar_metrics {
    struct lar_text *text;
    enum lar_metrics_form form;
    const struct lar_metric *family; /* of the samples that follow */
};

/* Begins METRIC, of which all samples follow before the next begins. It must live on. */
void lar_metrics_family(struct lar_metrics *m, const struct lar_metric *metric);

/* One sample. Values of labels are escaped. LABELS may be NULL. */
void lar_metrics_u64(struct lar_metrics *m, const struct lar_metric_label *labels, uint64_t value);
void lar_metrics_f64(struct lar_metrics *m, const struct lar_metric_label *labels, double value);

/* One histogram: COUNTS, not cumulative, of N buckets; the upper BOUNDS of all but the last are
 * divided by SCALE, and so is SUM. */
void lar_metrics_histogram(struct lar_metrics *m, const struct lar_metric_label *labels,
                           const uint64_t *bounds, const uint64_t *counts, size_t n, double scale,
                           double sum);

/* The last line, where the form has one. */
void lar_metrics_end(struct lar_metrics *m);

#endif

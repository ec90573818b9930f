/* Prometheus's and OpenMetrics's text; see metrics_text.h.
 * SPDX-License-Identifier: MIT */
#include "server/metrics_text.h"
#include "base/number.h"
#include "server/accept.h"

static const char open_type[] = "application/openmetrics-text";

enum lar_metrics_form lar_metrics_form(struct lar_span accept)
{
    static const char *const versions[] = {"1.0.0", "0.0.1", NULL};
    struct lar_preference open = lar_accept_type(accept, open_type, versions);
    struct lar_preference text = lar_accept_type(accept, "text/plain", NULL);
    return open.named && open.weight > 0 && open.weight >= text.weight ? LAR_METRICS_OPEN
                                                                       : LAR_METRICS_PROMETHEUS;
}

const char *lar_metrics_type(enum lar_metrics_form form)
{
    return form == LAR_METRICS_OPEN ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                    : "text/plain; version=0.0.4; charset=utf-8";
}

/* What the name of a family's samples has beyond the family's own. */
static const char *suffix_of(const struct lar_metric *metric)
{
    return metric->type == LAR_METRIC_COUNTER ? "_total"
           : metric->type == LAR_METRIC_INFO  ? "_info"
                                              : "";
}

static void comment(const struct lar_metrics *m, const char *keyword, const char *value)
{
    lar_text_puts(m->text, "# ");
    lar_text_puts(m->text, keyword);
    lar_text_puts(m->text, m->family->name);
    if (m->form == LAR_METRICS_PROMETHEUS)
        lar_text_puts(m->text, suffix_of(m->family));
    lar_text_char(m->text, ' ');
    lar_text_puts(m->text, value);
    lar_text_char(m->text, '\n');
}

void lar_metrics_family(struct lar_metrics *m, const struct lar_metric *metric)
{
    static const char *const types[] = {
        [LAR_METRIC_COUNTER] = "counter",
        [LAR_METRIC_GAUGE] = "gauge",
        [LAR_METRIC_HISTOGRAM] = "histogram",
        [LAR_METRIC_INFO] = "info",
    };
    bool open = m->form == LAR_METRICS_OPEN;
    m->family = metric;
    comment(m, "HELP ", metric->help);
    comment(m, "TYPE ", metric->type == LAR_METRIC_INFO && !open ? "gauge" : types[metric->type]);
    if (metric->unit && open)
        comment(m, "UNIT ", metric->unit);
}

static void write_label(struct lar_text *text, char before, const struct lar_metric_label *label)
{
    lar_text_char(text, before);
    lar_text_puts(text, label->name);
    lar_text_puts(text, "=\"");
    for (const char *p = label->value; *p; p++) {
        if (*p == '\\' || *p == '"' || *p == '\n')
            lar_text_char(text, '\\');
        lar_text_char(text, *p == '\n' ? 'n' : *p);
    }
    lar_text_char(text, '"');
}

/* A sample up to its value; BOUND, if not NULL, is one more label. */
static void begin(const struct lar_metrics *m, const char *suffix,
                  const struct lar_metric_label *labels, const char *bound)
{
    const struct lar_metric_label le = {"le", bound};
    char before = '{';
    lar_text_puts(m->text, m->family->name);
    lar_text_puts(m->text, suffix);
    for (; labels && labels->name; labels++, before = ',')
        write_label(m->text, before, labels);
    if (bound)
        write_label(m->text, before, &le);
    lar_text_puts(m->text, bound || before == ',' ? "} " : " ");
}

static void write_f64(struct lar_text *text, double value)
{
    char *to = lar_text_room(text, LAR_NUMBER_SIZE);
    if (to)
        text->size += lar_number_write_f64(to, value);
}

void lar_metrics_u64(struct lar_metrics *m, const struct lar_metric_label *labels, uint64_t value)
{
    begin(m, suffix_of(m->family), labels, NULL);
    lar_text_u64(m->text, value);
    lar_text_char(m->text, '\n');
}

void lar_metrics_f64(struct lar_metrics *m, const struct lar_metric_label *labels, double value)
{
    begin(m, suffix_of(m->family), labels, NULL);
    write_f64(m->text, value);
    lar_text_char(m->text, '\n');
}

void lar_metrics_histogram(struct lar_metrics *m, const struct lar_metric_label *labels,
                           const uint64_t *bounds, const uint64_t *counts, size_t n, double scale,
                           double sum)
{
    uint64_t below = 0;
    for (size_t i = 0; i < n; i++) {
        char bound[LAR_NUMBER_SIZE + 1] = "+Inf";
        if (i + 1 < n)
            bound[lar_number_write_f64(bound, (double)bounds[i] / scale)] = '\0';
        below += counts[i];
        begin(m, "_bucket", labels, bound);
        lar_text_u64(m->text, below);
        lar_text_char(m->text, '\n');
    }
    begin(m, "_sum", labels, NULL);
    write_f64(m->text, sum / scale);
    lar_text_char(m->text, '\n');
    begin(m, "_count", labels, NULL);
    lar_text_u64(m->text, below);
    lar_text_char(m->text, '\n');
}

void lar_metrics_end(struct lar_metrics *m)
{
    if (m->form == LAR_METRICS_OPEN)
        lar_text_puts(m->text, "# EOF\n");
}

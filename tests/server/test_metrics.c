/* Preferences of scrapers, the text in both forms, and what is counted.
 * SPDX-License-Identifier: MIT */
#include "server/accept.h"
#include "server/metrics_text.h"
#include "server/sizes.h"
#include "server/statistics.h"
#include "tests/check_main.h"

#include <string.h>

START_TEST(media_types_are_weighed)
{
    static const struct {
        const char *accept, *type;
        int weight;
        bool named;
    } rows[] = {
        {"", "text/plain", 1000, false},
        {"*/*", "text/plain", 1000, false},
        {"*/*;q=0.1", "text/plain", 100, false},
        {"text/*;q=0.3, */*;q=0.1", "text/plain", 300, false},
        {"*/*;q=0.9, text/*;q=0.3", "text/plain", 300, false},
        {"text/plain;q=0, */*", "text/plain", 0, true},
        {"text/plain ; format=flowed ; q=0.25", "text/plain", 250, true},
        {"TEXT/Plain;Q=0.5", "text/plain", 500, true},
        {"text/html, text/plain;q=0.2, text/plain;q=0.7", "text/plain", 700, true},
        {"text/plainer, text/plai", "text/plain", 0, false},
        {"text/plain;q=1.0001", "text/plain", 0, true},
        {"text/plain;q=2", "text/plain", 0, true},
        {"text/plain;q=x", "text/plain", 0, true},
        {"text/plain;q=", "text/plain", 0, true},
        {",;,;q=1,,", "text/plain", 0, false},
        {"application/json", "text/plain", 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lar_preference p = lar_accept_type(lar_span_of(rows[i].accept), rows[i].type, NULL);
        ck_assert_msg(p.weight == rows[i].weight && p.named == rows[i].named, "%s: %d %d",
                      rows[i].accept, p.weight, p.named);
    }
    ck_assert_int_eq(lar_accept_type((struct lar_span){0}, "text/plain", NULL).weight, 1000);
}
END_TEST

START_TEST(scrapers_get_what_they_want)
{
    static const struct {
        const char *accept;
        enum lar_metrics_form form;
    } rows[] = {
        {"", LAR_METRICS_PROMETHEUS},
        {"*/*", LAR_METRICS_PROMETHEUS},
        {"application/*", LAR_METRICS_PROMETHEUS},
        {"text/plain", LAR_METRICS_PROMETHEUS},
        {"application/json", LAR_METRICS_PROMETHEUS},
        {"application/openmetrics-text", LAR_METRICS_OPEN},
        {"application/openmetrics-text; version=1.0.0; charset=utf-8", LAR_METRICS_OPEN},
        {"application/openmetrics-text; version=0.0.1", LAR_METRICS_OPEN},
        {"application/openmetrics-text; version=2.0.0", LAR_METRICS_PROMETHEUS},
        {"application/openmetrics-text;q=0", LAR_METRICS_PROMETHEUS},
        {"application/openmetrics-text;q=0.5, text/plain;q=0.6", LAR_METRICS_PROMETHEUS},
        {"text/plain, application/openmetrics-text", LAR_METRICS_OPEN},
        /* Prometheus 2 and 3 */
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         LAR_METRICS_OPEN},
        {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
         "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;"
         "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         LAR_METRICS_OPEN},
        {"text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,*/*",
         LAR_METRICS_PROMETHEUS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(lar_metrics_form(lar_span_of(rows[i].accept)) == rows[i].form, "%s",
                      rows[i].accept);
}
END_TEST

static const struct lar_metric counter = {"things_seconds", "seconds", "Time of things.",
                                          LAR_METRIC_COUNTER};
static const struct lar_metric gauge = {"now", NULL, "What is.", LAR_METRIC_GAUGE};
static const struct lar_metric histogram = {"took_seconds", "seconds", "How long.",
                                            LAR_METRIC_HISTOGRAM};
static const struct lar_metric info = {"build", NULL, "What runs.", LAR_METRIC_INFO};

static const char *write_all(enum lar_metrics_form form)
{
    static char memory[2048];
    static const uint64_t bounds[] = {50, 1000000}, counts[] = {3, 0, 2};
    static const struct lar_metric_label one[] = {{"a", "x"}, {NULL, NULL}};
    static const struct lar_metric_label odd[] = {{"a", "q\"b\\n\nend"}, {"b", ""}, {NULL, NULL}};
    struct lar_text text;
    lar_text_init(&text, memory, sizeof memory, sizeof memory);
    struct lar_metrics m = {.text = &text, .form = form};
    lar_metrics_family(&m, &counter);
    lar_metrics_f64(&m, one, 2.5);
    lar_metrics_f64(&m, odd, 0);
    lar_metrics_family(&m, &gauge);
    lar_metrics_u64(&m, NULL, UINT64_MAX);
    lar_metrics_family(&m, &histogram);
    lar_metrics_histogram(&m, one, bounds, counts, 3, 1e6, 3e6);
    lar_metrics_family(&m, &info);
    lar_metrics_u64(&m, one, 1);
    lar_metrics_end(&m);
    lar_text_char(&text, '\0');
    ck_assert(!text.heap && !text.failure);
    return memory;
}

#define SAMPLES_1                                                                                  \
    "things_seconds_total{a=\"x\"} 2.5\n"                                                          \
    "things_seconds_total{a=\"q\\\"b\\\\n\\nend\",b=\"\"} 0.0\n"
#define SAMPLES_2                                                                                  \
    "took_seconds_bucket{a=\"x\",le=\"5e-05\"} 3\n"                                                \
    "took_seconds_bucket{a=\"x\",le=\"1.0\"} 3\n"                                                  \
    "took_seconds_bucket{a=\"x\",le=\"+Inf\"} 5\n"                                                 \
    "took_seconds_sum{a=\"x\"} 3.0\n"                                                              \
    "took_seconds_count{a=\"x\"} 5\n"

START_TEST(both_forms)
{
    ck_assert_str_eq(write_all(LAR_METRICS_PROMETHEUS),
                     "# HELP things_seconds_total Time of things.\n"
                     "# TYPE things_seconds_total counter\n" SAMPLES_1 "# HELP now What is.\n"
                     "# TYPE now gauge\n"
                     "now 18446744073709551615\n"
                     "# HELP took_seconds How long.\n"
                     "# TYPE took_seconds histogram\n" SAMPLES_2 "# HELP build_info What runs.\n"
                     "# TYPE build_info gauge\n"
                     "build_info{a=\"x\"} 1\n");
    ck_assert_str_eq(write_all(LAR_METRICS_OPEN),
                     "# HELP things_seconds Time of things.\n"
                     "# TYPE things_seconds counter\n"
                     "# UNIT things_seconds seconds\n" SAMPLES_1 "# HELP now What is.\n"
                     "# TYPE now gauge\n"
                     "now 18446744073709551615\n"
                     "# HELP took_seconds How long.\n"
                     "# TYPE took_seconds histogram\n"
                     "# UNIT took_seconds seconds\n" SAMPLES_2 "# HELP build What runs.\n"
                     "# TYPE build info\n"
                     "build_info{a=\"x\"} 1\n"
                     "# EOF\n");
}
END_TEST

START_TEST(calls_are_counted)
{
    static struct lar_statistics s;
    static const struct {
        unsigned status, counted_as;
    } statuses[] = {{200, 200}, {400, 400}, {404, 404}, {409, 400}, {413, 413},
                    {415, 415}, {422, 400}, {500, 500}, {501, 501}, {502, 500},
                    {503, 503}, {507, 507}, {304, 200}};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        memset(&s, 0, sizeof s);
        struct lar_counted call = {.protocol = LAR_PROTOCOL_OIP, .status = statuses[i].status};
        lar_statistics_add(&s, &call);
        for (unsigned c = 0; c < LAR_CODES; c++)
            ck_assert_uint_eq(s.answers[LAR_PROTOCOL_OIP][c],
                              lar_statistics_codes[c] == statuses[i].counted_as);
        ck_assert_uint_eq(lar_statistics_calls(&s, statuses[i].status < 400), 1);
        ck_assert_uint_eq(lar_statistics_calls(&s, statuses[i].status >= 400), 0);
    }
    /* A bound belongs to its bucket. */
    static const struct {
        uint64_t ns;
        unsigned bucket;
    } times[] = {{0, 0},
                 {50000, 0},
                 {50001, 1},
                 {100000, 1},
                 {10000000000, LAR_BUCKETS - 2},
                 {10000000001, LAR_BUCKETS - 1}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        memset(&s, 0, sizeof s);
        struct lar_counted call = {.status = 200,
                                   .rows = 3,
                                   .request_bytes = 7,
                                   .answer_bytes = 9,
                                   .spent.all = times[i].ns};
        lar_statistics_add(&s, &call);
        ck_assert_uint_eq(s.buckets[times[i].bucket], 1);
        ck_assert_uint_eq(s.succeeded_ns, times[i].ns);
        ck_assert(s.request_bytes == 7 && s.answer_bytes == 9);
        ck_assert_uint_eq(lar_statistics_successes(&s).rows, 3);
    }
}
END_TEST

/* Also those with more different numbers of rows than are told apart. */
START_TEST(rows_and_stages_are_summed)
{
    static struct lar_statistics s;
    memset(&s, 0, sizeof s);
    for (uint64_t rows = 0; rows <= 3 * LAR_BATCHES; rows++) {
        struct lar_counted call = {
            .status = 200, .rows = rows, .spent = {.input = 1, .infer = rows, .output = 2}};
        lar_statistics_add(&s, &call);
    }
    struct lar_counted failed = {.status = 400, .rows = 9, .spent = {.input = 50}};
    lar_statistics_add(&s, &failed);
    const uint64_t n = 3 * LAR_BATCHES, all = n * (n + 1) / 2;
    struct lar_successes sums = lar_statistics_successes(&s);
    ck_assert_uint_eq(sums.rows, all);
    ck_assert_uint_eq(sums.input_ns, n + 1);
    ck_assert_uint_eq(sums.infer_ns, all);
    ck_assert_uint_eq(sums.output_ns, 2 * (n + 1));
    ck_assert_uint_eq(s.others.calls, n + 1 - LAR_BATCHES);
    ck_assert_uint_eq(lar_statistics_calls(&s, true), n + 1);
}
END_TEST

START_TEST(sizes_are_counted)
{
    struct lar_sizes sizes = {0};
    struct lar_sizes_read read = {0};
    lar_sizes_add(&sizes, 0);
    lar_sizes_add(&sizes, 256);
    lar_sizes_add(&sizes, 257);
    lar_sizes_add(&sizes, UINT64_C(1) << 40);
    lar_sizes_read(&sizes, &read);
    lar_sizes_read(&sizes, &read); /* adds */
    ck_assert_uint_eq(read.buckets[0], 4);
    ck_assert_uint_eq(read.buckets[1], 2);
    ck_assert_uint_eq(read.buckets[LAR_SIZE_BUCKETS - 1], 2);
    ck_assert_uint_eq(read.bytes, 2 * (513 + (UINT64_C(1) << 40)));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        media_types_are_weighed,    scrapers_get_what_they_want, both_forms, calls_are_counted,
        rows_and_stages_are_summed, sizes_are_counted,           NULL};
    return check_main("metrics", tests);
}

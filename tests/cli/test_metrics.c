/* SPDX-License-Identifier: MIT */
#include "cli/metrics.h"
#include "tests/check_main.h"

#include <string.h>

struct one {
    const char *model, *version;
    struct lar_counts counts;
};

static struct lar_counts *find(void *context, const char *model, size_t n, const char *version,
                               size_t m)
{
    struct one *one = context;
    return n == strlen(one->model) && memcmp(model, one->model, n) == 0 &&
                   m == strlen(one->version) && memcmp(version, one->version, m) == 0
               ? &one->counts
               : NULL;
}

START_TEST(samples_are_added_up)
{
    static const char text[] =
        "# HELP larder_predict_requests_total Predict calls.\n"
        "# TYPE larder_predict_requests_total counter\n"
        "larder_predict_requests_total{model=\"iris\",version=\"1\",code=\"200\"} 10\n"
        "larder_predict_requests_total{model=\"iris\",version=\"1\",code=\"400\"} 2\n"
        "larder_predict_requests_total{version=\"1\",model=\"iris\",code=\"503\"} 1\n"
        "larder_predict_requests_total{model=\"iris\",version=\"11\",code=\"200\"} 99\n"
        "larder_predict_requests_total{model=\"\",version=\"\",code=\"404\"} 7\n"
        "larder_predict_duration_seconds_bucket{model=\"iris\",version=\"1\",le=\"0.1\"} 5\n"
        "larder_predict_duration_seconds_sum{model=\"iris\",version=\"1\"} 0.026\n"
        "larder_predict_rows_total{model=\"iris\",version=\"1\"} 1e3\n"
        "larder_model_memory_bytes{model=\"iris\",version=\"1\"} 7676";
    struct one one = {"iris", "1", {.rows = 0}};
    lar_counts_read(text, find, &one);
    ck_assert_double_eq(one.counts.requests, 13);
    ck_assert_double_eq(one.counts.errors, 3);
    ck_assert_double_eq(one.counts.rows, 1000);
    ck_assert_double_eq(one.counts.seconds, 0.026);
    ck_assert_double_eq(one.counts.memory, 7676);
}
END_TEST

START_TEST(what_is_no_sample_is_passed_over)
{
    static const char *const texts[] = {
        "",
        "\n\n",
        "larder_predict_rows_total",
        "larder_predict_rows_total{",
        "larder_predict_rows_total}{",
        "larder_predict_rows_total{} 1",
        "larder_predict_rows_total{model=\"iris\"} 1",
        "larder_predict_rows_total{model=\"iris\",version=\"1} 1",
        "larder_predict_rows_total{model=\"iris\",version=\"1\\\"} 1",
        "larder_predict_rows_total{model=iris,version=1} 1",
        "larder_predict_rows_total{model=\"iris\",version=\"1\"}",
        "larder_predict_rows_total{model=\"iris\",version=\"1\"} NaN",
        "larder_predict_rows_total{model=\"iris\",version=\"1\"} -5",
        "xlarder_predict_rows_total{model=\"iris\",version=\"1\"} 5",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct one one = {"iris", "1", {.rows = 0}};
        lar_counts_read(texts[i], find, &one);
        ck_assert_msg(one.counts.rows == 0, "%s", texts[i]);
    }
}
END_TEST

static struct lar_counts *asked(void *context, const char *model, size_t n, const char *version,
                                size_t m)
{
    ck_assert_msg(!memchr(model, '\\', n) && !memchr(version, '\\', m), "%.*s", (int)n, model);
    return context;
}

START_TEST(no_name_has_an_escape)
{
    struct lar_counts counts = {.rows = 0};
    lar_counts_read("larder_predict_rows_total{model=\"ir\\\"is\",version=\"1\"} 5\n"
                    "larder_predict_rows_total{model=\"iris\",version=\"\\n\"} 5\n"
                    "larder_predict_rows_total{other=\"\\\"\",model=\"iris\",version=\"1\"} 7\n",
                    asked, &counts);
    ck_assert_double_eq(counts.rows, 7);
}
END_TEST

START_TEST(rates_are_differences)
{
    struct lar_counts a = {.requests = 10, .errors = 1, .rows = 100, .seconds = 1};
    struct lar_counts b = {.requests = 30, .errors = 2, .rows = 300, .seconds = 1.01};
    struct lar_rates rates;
    lar_rates_of(&rates, &a, &b, 2);
    ck_assert_double_eq(rates.requests, 10);
    ck_assert_double_eq(rates.errors, 0.5);
    ck_assert_double_eq(rates.rows, 100);
    ck_assert_double_eq_tol(rates.ms, 0.5, 1e-9);
    lar_rates_of(&rates, &b, &a, 2); /* a restart */
    ck_assert_double_eq(rates.requests, 0);
    ck_assert(rates.ms < 0);
    lar_rates_of(&rates, &a, &a, 0);
    ck_assert_double_eq(rates.rows, 0);
    ck_assert(rates.ms < 0);
}
END_TEST

int main(void)
{
    return check_main("metrics",
                      (const TTest *[]){samples_are_added_up, what_is_no_sample_is_passed_over,
                                        no_name_has_an_escape, rates_are_differences, NULL});
}

/* SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *line(bool json, const char *text)
{
    static char buffer[4096];
    size_t n = lar_log_line(buffer, sizeof buffer, json, LAR_LOG_WARNING, 1700000000123, text);
    ck_assert_uint_eq(n, strlen(buffer));
    return buffer;
}

START_TEST(lines_have_time_level_and_message)
{
    ck_assert_str_eq(line(false, "hello"), "2023-11-14T22:13:20.123Z warning: hello\n");
    ck_assert_str_eq(line(true, "hello"), "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":"
                                          "\"warning\",\"message\":\"hello\"}\n");
}
END_TEST

START_TEST(control_characters_are_escaped)
{
    ck_assert_ptr_nonnull(strstr(line(false, "a\nb\x1b[1m\x7f"), ": a\\x0ab\\x1b[1m\\x7f\n"));
    ck_assert_ptr_nonnull(
        strstr(line(true, "a\"b\\c\n\xff\xc2\x85"), "\"a\\\"b\\\\c\\u000a\\u00ff\\u0085\""));
    ck_assert_ptr_nonnull(strstr(line(true, "gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\""));
}
END_TEST

START_TEST(long_lines_are_cut_whole)
{
    char text[6000], buffer[256];
    memset(text, '"', sizeof text);
    text[sizeof text - 1] = '\0';
    size_t n = lar_log_line(buffer, sizeof buffer, true, LAR_LOG_INFO, 0, text);
    ck_assert_uint_lt(n, sizeof buffer);
    ck_assert_str_eq(buffer + n - 3, "\"}\n");
}
END_TEST

START_TEST(level_drops_and_limit_holds_back)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
    struct lar_log log;
    lar_log_init(&log, ends[1], LAR_LOG_INFO, false);
    lar_log(&log, LAR_LOG_DEBUG, "unseen");
    lar_log(&log, LAR_LOG_INFO, "seen %d", 7);
    char got[256] = "";
    ck_assert_int_gt(read(ends[0], got, sizeof got - 1), 0);
    ck_assert_ptr_nonnull(strstr(got, "info: seen 7\n"));
    ck_assert_ptr_null(strstr(got, "unseen"));
    close(ends[0]);
    close(ends[1]);

    struct lar_log_limit limit = {0};
    unsigned skipped = 0, allowed = 0;
    for (int i = 0; i < 1000; i++)
        allowed += lar_log_allow(&limit, 5, &skipped);
    ck_assert_uint_ge(allowed, 5);
    ck_assert_uint_le(allowed, 10); /* the second may have changed in between */
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {lines_have_time_level_and_message, control_characters_are_escaped,
                                  long_lines_are_cut_whole, level_drops_and_limit_holds_back, NULL};
    return check_main("log", tests);
}

/* The access log: what its lines say, that nobody waits for it, that it can be moved away.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "server/access_log.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct lar_span span(const char *text)
{
    return lar_span_of(text);
}

START_TEST(request_ids_are_visible_ascii)
{
    char longest[LAR_REQUEST_ID_MAX + 2];
    memset(longest, 'x', sizeof longest);
    ck_assert(lar_request_id_valid((struct lar_span){longest, LAR_REQUEST_ID_MAX}));
    ck_assert(!lar_request_id_valid((struct lar_span){longest, LAR_REQUEST_ID_MAX + 1}));
    ck_assert(lar_request_id_valid(span("a-b_C.9~!\"\\/")));
    ck_assert(!lar_request_id_valid(span("")));
    ck_assert(!lar_request_id_valid((struct lar_span){0}));
    ck_assert(!lar_request_id_valid(span("a b")));
    ck_assert(!lar_request_id_valid(span("a\tb")));
    ck_assert(!lar_request_id_valid(span("\xc3\xb6")));
    ck_assert(!lar_request_id_valid(span("\x7f")));
}
END_TEST

START_TEST(made_ids_differ)
{
    enum { N = 100 };
    static char ids[2 * N][LAR_REQUEST_ID_BYTES];
    static const uint64_t keys[2][2] = {{1, 2}, {3, 5}};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        lar_request_id_make(ids[i], keys[i / N], i % N);
        ck_assert_uint_eq(strlen(ids[i]), 32);
        ck_assert(lar_request_id_valid(span(ids[i])));
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(ids[i], ids[k]);
    }
}
END_TEST

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"
static const struct {
    const char *value;
    bool valid;
} parents[] = {
    {"00-" TRACE "-" PARENT "-01", true},
    {"00-" TRACE "-" PARENT "-ff", true},
    {"cc-" TRACE "-" PARENT "-01", true},
    {"cc-" TRACE "-" PARENT "-01-what-comes-later", true},
    {"cc-" TRACE "-" PARENT "-01.", false},
    {"00-" TRACE "-" PARENT "-01-more", false},
    {"ff-" TRACE "-" PARENT "-01", false},
    {"00-" TRACE "-" PARENT "-0", false},
    {"00-" TRACE "-" PARENT "-0g", false},
    {"0x-" TRACE "-" PARENT "-01", false},
    {"00-00000000000000000000000000000000-" PARENT "-01", false},
    {"00-" TRACE "-0000000000000000-01", false},
    {"00-0AF7651916CD43DD8448EB211C80319C-" PARENT "-01", false},
    {"00_" TRACE "-" PARENT "-01", false},
    {"00-" TRACE "_" PARENT "-01", false},
    {"00-" TRACE "-" PARENT "_01", false},
    {"", false},
};

START_TEST(traceparents_are_checked)
{
    struct lar_span trace, parent;
    for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++) {
        ck_assert_msg(lar_traceparent_read(span(parents[i].value), &trace, &parent) ==
                          parents[i].valid,
                      "%s", parents[i].value);
        ck_assert(!parents[i].valid || lar_span_is(trace, TRACE));
        ck_assert(!parents[i].valid || lar_span_is(parent, PARENT));
        ck_assert(parents[i].valid || (!trace.at && !parent.at));
    }
    ck_assert(!lar_traceparent_read((struct lar_span){0}, &trace, &parent));
}
END_TEST

static const char *line_of(const struct lar_access *access, char buffer[LAR_ACCESS_LINE_BYTES + 1])
{
    struct lar_text text;
    struct lar_error err = {0};
    lar_text_init(&text, buffer, LAR_ACCESS_LINE_BYTES, LAR_ACCESS_LINE_BYTES);
    lar_access_write(&text, access);
    ck_assert(lar_text_ok(&text, &err) && !text.heap);
    buffer[text.size] = '\0';
    return buffer;
}

START_TEST(lines_say_all_that_is_known)
{
    char buffer[LAR_ACCESS_LINE_BYTES + 1];
    struct lar_access least = {
        .peer = "unix", .method = "GET", .path = "/", .status = 404, .duration_us = 7};
    ck_assert_str_eq(line_of(&least, buffer),
                     "{\"time\":\"1970-01-01T00:00:00.000Z\",\"peer\":\"unix\",\"method\":\"GET\","
                     "\"path\":\"/\",\"status\":404,\"bytes_in\":0,\"bytes_out\":0,"
                     "\"duration_ms\":0.007}\n");
    struct lar_access most = {.time_ms = 1767225600123,
                              .request_id = "a\"b",
                              .trace_id = span(TRACE),
                              .parent_id = span(PARENT),
                              .peer = "127.0.0.1",
                              .client = "192.0.2.1",
                              .method = "POST",
                              .route = "/v1/models/{model}:predict",
                              .path = "/v1/models/m:predict",
                              .model = span("m"),
                              .version = 3,
                              .status = 200,
                              .bytes_in = 10,
                              .bytes_out = 20,
                              .duration_us = 61234,
                              .rows = 5,
                              .aborted = true};
    ck_assert_str_eq(
        line_of(&most, buffer),
        "{\"time\":\"2026-01-01T00:00:00.123Z\",\"request_id\":\"a\\\"b\",\"trace_id\":\"" TRACE
        "\",\"parent_id\":\"" PARENT "\",\"peer\":\"127.0.0.1\",\"client\":\"192.0.2.1\","
        "\"method\":\"POST\",\"route\":\"/v1/models/{model}:predict\","
        "\"path\":\"/v1/models/m:predict\",\"model\":\"m\",\"version\":3,\"status\":200,"
        "\"bytes_in\":10,\"bytes_out\":20,\"duration_ms\":61.234,\"rows\":5,\"aborted\":true}\n");
}
END_TEST

/* The longest of everything, of bytes that take six when they are escaped. */
START_TEST(every_line_fits)
{
    static char bytes[20000], buffer[LAR_ACCESS_LINE_BYTES + 1];
    memset(bytes, 1, sizeof bytes - 1);
    struct lar_access access = {.request_id = bytes,
                                .peer = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
                                .client = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
                                .method = bytes,
                                .path = bytes,
                                .version = UINT64_MAX,
                                .bytes_in = UINT64_MAX,
                                .bytes_out = UINT64_MAX,
                                .duration_us = INT64_MAX,
                                .rows = UINT64_MAX,
                                .trace_id = span(TRACE),
                                .parent_id = span(PARENT),
                                .aborted = true};
    const char *line = line_of(&access, buffer);
    ck_assert_str_eq(line + strlen(line) - 15, "aborted\":true}\n");
}
END_TEST

START_TEST(peers_are_named)
{
    char text[LAR_PEER_BYTES];
    struct sockaddr_storage address = {.ss_family = AF_UNIX};
    lar_peer_text(text, &address);
    ck_assert_str_eq(text, "unix");
    struct sockaddr_in *in = (struct sockaddr_in *)&address;
    *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xC0000201)};
    lar_peer_text(text, &address);
    ck_assert_str_eq(text, "192.0.2.1");
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
    *in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    lar_peer_text(text, &address);
    ck_assert_str_eq(text, "::1");
    static const uint8_t mapped[16] = {[10] = 255, 255, 10, 0, 0, 9};
    memcpy(&in6->sin6_addr, mapped, 16);
    lar_peer_text(text, &address);
    ck_assert_str_eq(text, "10.0.0.9");
}
END_TEST

static char folder[64], path[96];
static struct lar_log log_to;

static struct lar_access_log *make(void)
{
    struct lar_access_log *a = NULL;
    struct lar_error err = {0};
    signal(SIGPIPE, SIG_IGN);
    snprintf(folder, sizeof folder, "/tmp/larder-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/log", folder);
    lar_log_init(&log_to, open("/dev/null", O_WRONLY | O_CLOEXEC), LAR_LOG_ERROR, false);
    ck_assert(lar_access_log_new(&a, &log_to, &err));
    ck_assert(!lar_access_log_on(a));
    return a;
}

static void clear_away(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    close(log_to.fd);
}

static void must_open(struct lar_access_log *a, const char *target)
{
    struct lar_error err = {0};
    ck_assert_msg(lar_access_log_open(a, target, &err), "%s", err.text);
}

static const char *read_file(const char *name, char *buffer, size_t size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, buffer, size - 1);
    buffer[n > 0 ? n : 0] = '\0';
    close(fd);
    return buffer;
}

START_TEST(moved_away_it_begins_anew)
{
    char text[256], old[128];
    struct lar_access_log *a = make();
    struct lar_error err = {0};
    must_open(a, path);
    ck_assert(lar_access_log_on(a));
    lar_access_log_add(a, "1\n", 2);
    snprintf(old, sizeof old, "%s.1", path);
    lar_access_log_add(a, "2\n", 2);
    for (int i = 0; i < 500 && strcmp(read_file(path, text, sizeof text), "1\n2\n") != 0; i++)
        usleep(10000);
    ck_assert_str_eq(read_file(path, text, sizeof text), "1\n2\n");
    ck_assert_int_eq(rename(path, old), 0);
    lar_access_log_add(a, "3\n", 2);
    must_open(a, path);
    lar_access_log_add(a, "4\n", 2);
    /* What cannot be opened changes nothing. */
    ck_assert(!lar_access_log_open(a, "/nowhere/log", &err));
    ck_assert(strstr(err.text, "/nowhere/log"));
    ck_assert(lar_access_log_on(a));
    lar_access_log_free(a); /* writes what waits */
    ck_assert_msg(strncmp(read_file(old, text, sizeof text), "1\n2\n3\n", 6) == 0, "%s", text);
    char both[512];
    snprintf(both, sizeof both, "%s", text);
    strcat(both, read_file(path, text, sizeof text));
    ck_assert_str_eq(both, "1\n2\n3\n4\n");
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07, 0);
    clear_away();
}
END_TEST

START_TEST(off_it_takes_nothing)
{
    char text[64];
    struct lar_access_log *a = make();
    must_open(a, "off");
    must_open(a, path);
    must_open(a, "off");
    ck_assert(!lar_access_log_on(a));
    ck_assert(!lar_access_log_on(NULL));
    lar_access_log_free(a);
    ck_assert_str_eq(read_file(path, text, sizeof text), "");
    lar_access_log_free(NULL);
    clear_away();
}
END_TEST

/* A reader that sleeps: lines beyond the buffer are dropped at once, and counted when it wakes. */
START_TEST(nobody_waits_for_a_slow_reader)
{
    enum { LINE = 1000, LINES = 5000 };
    static char line[LINE], text[LINE * LINES + 1000];
    struct lar_access_log *a = make();
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\n';
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ck_assert_int_ge(reader, 0);
    must_open(a, path);
    int64_t start = lar_now_ms();
    for (int i = 0; i < LINES; i++)
        lar_access_log_add(a, line, sizeof line);
    ck_assert_int_lt(lar_now_ms() - start, 5000);
    size_t have = 0;
    unsigned lines = 0, dropped = 0;
    for (int i = 0; i < 2000 && lines + dropped < LINES; i++) {
        ssize_t n = read(reader, text + have, sizeof text - 1 - have);
        if (n > 0)
            have += (size_t)n;
        else
            usleep(5000);
        text[have] = '\0';
        lines = dropped = 0;
        for (const char *p = text; (p = strstr(p, "x\n")); p++)
            lines++;
        for (const char *p = text; (p = strstr(p, "\"dropped\":")); p++) /* perhaps in parts */
            dropped += (unsigned)atol(p + 10);
    }
    ck_assert_uint_gt(lines, LAR_ACCESS_BUFFER_BYTES / LINE / 2);
    ck_assert_uint_gt(dropped, 0);
    ck_assert_uint_eq(lines + dropped, LINES);
    lar_access_log_free(a);
    close(reader);
    clear_away();
}
END_TEST

START_TEST(a_reader_that_is_stuck_does_not_keep_the_end)
{
    static char line[1000];
    struct lar_access_log *a = make();
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    must_open(a, path);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < 200; i++)
        lar_access_log_add(a, line, sizeof line);
    int64_t start = lar_now_ms();
    lar_access_log_free(a);
    ck_assert_int_lt(lar_now_ms() - start, 10000);
    close(reader);
    clear_away();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {request_ids_are_visible_ascii,
                                  made_ids_differ,
                                  traceparents_are_checked,
                                  lines_say_all_that_is_known,
                                  every_line_fits,
                                  peers_are_named,
                                  moved_away_it_begins_anew,
                                  off_it_takes_nothing,
                                  nobody_waits_for_a_slow_reader,
                                  a_reader_that_is_stuck_does_not_keep_the_end,
                                  NULL};
    return check_main("access_log", tests);
}

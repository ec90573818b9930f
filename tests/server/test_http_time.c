/* Slow clients, many clients, clients that go away, and the end of the service.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "server/deadlines.h"
#include "tests/check_main.h"
#include "tests/server/http_fixture.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct fixture f;

#define NOW "GET /now HTTP/1.1\r\nHost: h\r\n\r\n"
#define GATE "GET /gate HTTP/1.1\r\nHost: h\r\n\r\n"

static void send_text(int fd, const char *text)
{
    client_send(fd, text, strlen(text));
}

/* Milliseconds until the service closes FD; sends BYTE every 20 ms meanwhile unless it is 0. */
static int64_t time_to_close(int fd, char byte)
{
    int64_t start = lar_now_ms();
    char sink[4096];
    for (;;) {
        if (byte && send(fd, &byte, 1, MSG_NOSIGNAL) < 0)
            break;
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        if (poll(&polled, 1, 20) > 0 && recv(fd, sink, sizeof sink, 0) <= 0)
            break;
        ck_assert_int_lt(lar_now_ms() - start, 10000);
    }
    return lar_now_ms() - start;
}

START_TEST(slow_clients_are_cut_off)
{
    fixture_start(
        &f, &(struct fixture_options){.header_time = 300, .body_time = 400, .idle_time = 500});
    int fd = client_open(f.port); /* nothing at all */
    int64_t ms = time_to_close(fd, 0);
    ck_assert_msg(ms >= 250 && ms < 9000, "%ld", (long)ms);
    close(fd);
    fd = client_open(f.port); /* a header that never ends */
    send_text(fd, "GET /now HTTP/1.1\r\nA: ");
    ms = time_to_close(fd, 'a');
    ck_assert_msg(ms >= 250 && ms < 9000, "%ld", (long)ms);
    close(fd);
    fd = client_open(f.port); /* a body that never ends */
    send_text(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    ms = time_to_close(fd, 'a');
    ck_assert_msg(ms >= 350 && ms < 9000, "%ld", (long)ms);
    close(fd);
    fd = client_open(f.port); /* a next request that never ends */
    char answer[1024];
    send_text(fd, NOW);
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
    send_text(fd, "GET ");
    ms = time_to_close(fd, 'a');
    ck_assert_msg(ms >= 450 && ms < 9000, "%ld", (long)ms);
    close(fd);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(slow_readers_are_cut_off)
{
    fixture_start(&f, &(struct fixture_options){.response_time = 400});
    int fd = client_open(f.port), small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 16; i++)
        send_text(fd, "GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    while (!lar_http_answers(f.http, 200))
        usleep(1000);
    int64_t start = lar_now_ms();
    while (lar_http_connections(f.http) && lar_now_ms() - start < 20000)
        usleep(10000);
    int64_t ms = lar_now_ms() - start;
    ck_assert_msg(ms >= 300 && ms < 15000, "%ld", (long)ms);
    close(fd);
    fixture_stop(&f, 1000);
}
END_TEST

/* Whose request has begun is told why it ends; the library gives no answer to half a request. */
START_TEST(slow_requests_are_answered)
{
    static const struct {
        const char *bytes, *text;
    } slow[] = {
        {"GET /now HTTP/1.1\r\nA: b", "The header did not arrive in time"},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
         "The body did not arrive in time; at most 400 ms are given (limits.body_time)"},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
         "ffffffffffffffff\r\nabc",
         "The body did not arrive in time"},
    };
    fixture_start(&f, &(struct fixture_options){.header_time = 300, .body_time = 400});
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        char answer[1024];
        int fd = client_open(f.port);
        send_text(fd, slow[i].bytes);
        ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 408);
        ck_assert_msg(strstr(answer, "Connection: close\r\n"), "%s", answer);
        ck_assert_msg(strstr(answer, slow[i].text), "%s", answer);
        ck_assert_int_eq(recv(fd, answer, 1, 0), 0);
        close(fd);
    }
    ck_assert_uint_eq(lar_http_answers(f.http, 408), 3);
    fixture_stop(&f, 1000);
}
END_TEST

/* A body that keeps coming has time in proportion. */
START_TEST(steady_bodies_are_not_cut_off)
{
    fixture_start(&f, &(struct fixture_options){.body_time = 500});
    int fd = client_open(f.port);
    static char piece[20000];
    memset(piece, 'x', sizeof piece);
    char answer[4096];
    send_text(fd, "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\n");
    for (int i = 0; i < 20; i++) {
        client_send(fd, piece, sizeof piece);
        usleep(60000);
    }
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 201);
    close(fd);
    fixture_stop(&f, 1000);
}
END_TEST

/* libmicrohttpd's own loops sleep when exactly 128 events come at once. */
START_TEST(many_clients_at_once_do_not_stall)
{
    static int fds[1000];
    static const int counts[] = {127, 128, 129, 256, 512, 1000};
    char answer[1024];
    struct rlimit limit = {4096, 4096};
    setrlimit(RLIMIT_NOFILE, &limit);
    for (unsigned threads = 1; threads <= 2; threads++) {
        fixture_start(&f, &(struct fixture_options){.threads = threads});
        for (int c = 0; c < 6; c++) {
            for (int i = 0; i < counts[c]; i++)
                fds[i] = client_open(f.port);
            int64_t start = lar_now_ms();
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < counts[c]; i++)
                    send_text(fds[i], NOW);
                for (int i = 0; i < counts[c]; i++)
                    ck_assert_int_eq(client_answer(fds[i], answer, sizeof answer), 200);
            }
            ck_assert_msg(lar_now_ms() - start < 20000, "%d clients", counts[c]);
            for (int i = 0; i < counts[c]; i++)
                close(fds[i]);
        }
        fixture_stop(&f, 1000);
    }
}
END_TEST

static int open_descriptors(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void wait_for_no_connection(void)
{
    for (int i = 0; i < 500 && lar_http_connections(f.http); i++)
        usleep(10000);
    ck_assert_uint_eq(lar_http_connections(f.http), 0);
}

START_TEST(clients_that_go_away_leave_nothing)
{
    /* An end that comes together with bytes is noticed at the deadline only. */
    fixture_start(&f,
                  &(struct fixture_options){.workers = 4, .header_time = 500, .body_time = 500});
    int before = open_descriptors();
    static const char *const parts[] = {
        "",
        "GET /n",
        "GET /now HTTP/1.1\r\nHost: h\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc",
        "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc",
        "PUT /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "POST /worker HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "GET /big HTTP/1.1\r\nHost: h\r\n\r\n",
        GATE,
    };
    for (int round = 0; round < 20; round++)
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            int fd = client_open(f.port);
            send_text(fd, parts[i]);
            struct linger reset = {1, 0};
            if (round % 2)
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            if (round % 4 == 3)
                usleep(2000);
            close(fd);
        }
    atomic_store(&f.gate, 1);
    wait_for_no_connection();
    ck_assert_int_eq(open_descriptors(), before);
    fixture_stop(&f, 1000);
}
END_TEST

/* The end comes with the bytes before it, long before any deadline. */
START_TEST(clients_that_go_away_are_not_waited_for)
{
    static const char *const begun[] = {
        "GET /now HTTP/1.1\r\nHost: h\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    };
    fixture_start(&f, &(struct fixture_options){
                          .header_time = 30000, .body_time = 30000, .idle_time = 30000});
    for (int round = 0; round < 10; round++)
        for (size_t i = 0; i < sizeof begun / sizeof begun[0]; i++) {
            int fd = client_open(f.port);
            if (round % 2) { /* not the first request of its connection */
                char answer[1024];
                send_text(fd, NOW);
                ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
            }
            send_text(fd, begun[i]);
            close(fd);
        }
    int64_t start = lar_now_ms();
    while (lar_http_connections(f.http) > 0) {
        ck_assert_int_lt(lar_now_ms() - start, 10000);
        usleep(10000);
    }
    ck_assert_uint_eq(lar_http_in_flight(f.http), 0);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(a_stream_cut_short_is_given_up)
{
    static char piece[300000];
    fixture_start(&f, &(struct fixture_options){0});
    int fd = client_open(f.port);
    send_text(fd, "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
    client_send(fd, piece, sizeof piece);
    usleep(100000);
    close(fd);
    wait_for_no_connection();
    for (int i = 0; i < 100 && !atomic_load(&f.abandoned); i++)
        usleep(10000);
    ck_assert_int_eq(atomic_load(&f.abandoned), 1);
    fixture_stop(&f, 1000);
}
END_TEST

/* A client that has said all it wants to say still hears the answer. */
START_TEST(half_closed_connections_get_their_answer)
{
    char answer[4096];
    fixture_start(&f, &(struct fixture_options){0});
    int fd = client_open(f.port);
    send_text(fd, "GET /now HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    shutdown(fd, SHUT_WR);
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
    close(fd);
    fd = client_open(f.port);
    send_text(fd, "POST /worker HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    shutdown(fd, SHUT_WR);
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
    close(fd);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(jobs_that_come_too_late_are_dropped)
{
    char answer[4096];
    fixture_start(&f, &(struct fixture_options){.workers = 1, .response_time = 300});
    int first = client_open(f.port), second = client_open(f.port);
    send_text(first, GATE);
    usleep(50000);
    send_text(second, "POST /gate HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
    ck_assert_int_eq(client_answer(second, answer, sizeof answer), 0);
    usleep(50000);
    atomic_store(&f.gate, 1);
    close(first);
    close(second);
    wait_for_no_connection();
    ck_assert_int_eq(atomic_load(&f.runs), 1);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(more_connections_than_the_limit_wait)
{
    char answer[1024];
    int fds[8];
    fixture_start(&f, &(struct fixture_options){.connections = 4});
    for (int i = 0; i < 8; i++) {
        fds[i] = client_open(f.port);
        send_text(fds[i], NOW);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(client_answer(fds[i], answer, sizeof answer), 200);
    struct pollfd waiting = {.fd = fds[4], .events = POLLIN};
    ck_assert_int_eq(poll(&waiting, 1, 100), 0);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    for (int i = 4; i < 8; i++) {
        ck_assert_int_eq(client_answer(fds[i], answer, sizeof answer), 200);
        close(fds[i]);
    }
    fixture_stop(&f, 1000);
}
END_TEST

static void *stop_now(void *context)
{
    fixture_stop(&f, *(int64_t *)context);
    return NULL;
}

START_TEST(drain_finishes_what_is_under_way)
{
    char answer[4096];
    int64_t patience = 30000;
    fixture_start(&f, &(struct fixture_options){0});
    int idle = client_open(f.port), busy = client_open(f.port), half = client_open(f.port);
    send_text(idle, NOW);
    ck_assert_int_eq(client_answer(idle, answer, sizeof answer), 200);
    send_text(busy, GATE);
    send_text(half, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na");
    usleep(50000);
    pthread_t stopper;
    pthread_create(&stopper, NULL, stop_now, &patience);
    ck_assert_int_lt(time_to_close(idle, 0), 9000);
    usleep(50000); /* all threads know */
    send_text(half, "b");
    ck_assert_int_eq(client_answer(half, answer, sizeof answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
    ck_assert_int_lt(time_to_close(half, 0), 9000);
    atomic_store(&f.gate, 1);
    ck_assert_int_eq(client_answer(busy, answer, sizeof answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
    int64_t start = lar_now_ms();
    pthread_join(stopper, NULL);
    ck_assert_int_lt(lar_now_ms() - start, 20000); /* by itself, not when patience ends */
    close(idle);
    close(busy);
    close(half);
}
END_TEST

/* Who sends into a connection while it drains is told that it was the last time. */
START_TEST(drain_answers_what_is_on_its_way)
{
    char answer[4096];
    int64_t patience = 30000;
    fixture_start(&f, &(struct fixture_options){0});
    int used = client_open(f.port), fresh = client_open(f.port);
    send_text(used, NOW);
    ck_assert_int_eq(client_answer(used, answer, sizeof answer), 200);
    usleep(50000); /* both are accepted */
    pthread_t stopper;
    pthread_create(&stopper, NULL, stop_now, &patience);
    usleep(100000);
    for (int i = 0; i < 2; i++) {
        int fd = i ? fresh : used;
        send_text(fd, NOW);
        ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
        ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
        close(fd);
    }
    pthread_join(stopper, NULL);
}
END_TEST

/* A client that stalls in its next header is given up like one that stalls in its first. */
START_TEST(drain_does_not_wait_for_a_next_header)
{
    char answer[4096];
    int64_t patience = 20000;
    fixture_start(&f, &(struct fixture_options){.header_time = 300, .idle_time = 20000});
    int fd = client_open(f.port);
    send_text(fd, NOW);
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
    send_text(fd, "GET /now HTTP/1.1\r\nA: ");
    usleep(50000);
    int64_t start = lar_now_ms();
    stop_now(&patience);
    ck_assert_int_lt(lar_now_ms() - start, 10000);
    close(fd);
}
END_TEST

START_TEST(drain_ends_at_its_deadline)
{
    int64_t patience = 300;
    fixture_start(&f, &(struct fixture_options){.body_time = 20000});
    int fd = client_open(f.port);
    send_text(fd, "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 400000\r\n\r\nab");
    usleep(50000);
    int64_t start = lar_now_ms();
    stop_now(&patience);
    int64_t ms = lar_now_ms() - start;
    ck_assert_msg(ms >= 250 && ms < 15000, "%ld", (long)ms);
    close(fd);
}
END_TEST

START_TEST(starting_and_draining_under_load)
{
    for (int round = 0; round < 30; round++) {
        fixture_start(&f, &(struct fixture_options){0});
        int fds[40];
        for (int i = 0; i < 40; i++) {
            fds[i] = client_open(f.port);
            send_text(fds[i], i % 3 ? NOW : "GET /worker HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        int64_t start = lar_now_ms();
        fixture_stop(&f, 30000);
        ck_assert_int_lt(lar_now_ms() - start, 20000); /* by itself, not when patience ends */
        char answer[1024];
        for (int i = 0; i < 40; i++) { /* answered, or never accepted; nothing in between */
            int status = client_answer(fds[i], answer, sizeof answer);
            ck_assert(status == 200 || status == 0);
            close(fds[i]);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {slow_clients_are_cut_off,
                                  slow_requests_are_answered,
                                  slow_readers_are_cut_off,
                                  steady_bodies_are_not_cut_off,
                                  many_clients_at_once_do_not_stall,
                                  clients_that_go_away_leave_nothing,
                                  clients_that_go_away_are_not_waited_for,
                                  a_stream_cut_short_is_given_up,
                                  half_closed_connections_get_their_answer,
                                  jobs_that_come_too_late_are_dropped,
                                  more_connections_than_the_limit_wait,
                                  drain_finishes_what_is_under_way,
                                  drain_answers_what_is_on_its_way,
                                  drain_does_not_wait_for_a_next_header,
                                  drain_ends_at_its_deadline,
                                  starting_and_draining_under_load,
                                  NULL};
    return check_main("http_time", tests);
}

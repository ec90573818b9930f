/* Endpoints, bodies, streams and framing over raw sockets.
 * SPDX-License-Identifier: MIT */
#include "server/exchange_private.h"
#include "tests/check_main.h"
#include "tests/server/http_fixture.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct fixture f;

static const char *talk(const char *bytes)
{
    return client_talk(f.port, bytes, strlen(bytes));
}

#define CLOSE "Host: h\r\nConnection: close\r\n\r\n"

static const struct {
    const char *request;
    int status;
    const char *has;
} ordinary[] = {
    {"GET /now HTTP/1.1\r\n" CLOSE, 200, "\r\n\r\n{\"now\":true}"},
    {"GET /now?a=b HTTP/1.1\r\n" CLOSE, 200, "Content-Type: application/json\r\n"},
    {"HEAD /now HTTP/1.1\r\n" CLOSE, 200, "Content-Length: 12\r\n"},
    {"POST /now HTTP/1.1\r\n" CLOSE, 200, "{\"now\":true}"},
    {"GET /worker HTTP/1.1\r\n" CLOSE, 200, "{\"worker\":true}"},
    {"GET /n%6fw HTTP/1.1\r\n" CLOSE, 200, "{\"now\":true}"},
    {"POST /cost HTTP/1.1\r\nContent-Length: 2\r\n" CLOSE "ab", 200, "{\"worker\":true}"},
    {"POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" CLOSE "hello", 200, "\r\n\r\nhello"},
    {"POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" CLOSE "hello", 200,
     "Larder-Model-Version: 3; sha256=0123456789abcdef\r\n"},
    {"POST /worker HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE
     "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
     200, "\r\n\r\nabcde"},
    {"GET /file HTTP/1.1\r\n" CLOSE, 200, "\r\n\r\nfile\n"},
    {"GET /now HTTP/1.1\r\nX-Request-Id: r-1\r\n" CLOSE, 200, "\r\nX-Request-Id: r-1\r\n"},
    {"GET /nowhere HTTP/1.1\r\nX-Request-Id: r-1\r\n" CLOSE, 404, "\r\nX-Request-Id: r-1\r\n"},
    {"GET /worker HTTP/1.1\r\nX-Request-Id: a b\r\n" CLOSE, 200, "\r\nX-Request-Id: "},
    {"GET /file HTTP/1.1\r\n" CLOSE, 200, "Content-Type: application/octet-stream\r\n"},
    {"GET /fail HTTP/1.1\r\n" CLOSE, 409, "{\"error\": \"taken: \\\"x\\\"\"}"},
    {"GET /broken HTTP/1.1\r\n" CLOSE, 500, "{\"error\": \"the server's storage failed"},
    {"GET /nowhere HTTP/1.1\r\n" CLOSE, 404, "{\"error\": \"nothing here\"}"},
    {"GET /now/ HTTP/1.1\r\n" CLOSE, 404, ""},
    {"GET //now HTTP/1.1\r\n" CLOSE, 404, ""},
    {"GET /Now HTTP/1.1\r\n" CLOSE, 404, ""},
    {"PUT /now HTTP/1.1\r\n" CLOSE, 405, "Allow: GET, HEAD, POST, OPTIONS\r\n"},
    {"OPTIONS /now HTTP/1.1\r\n" CLOSE, 204, "Allow: GET, HEAD, POST, OPTIONS\r\n"},
    {"OPTIONS /m/a/versions/3 HTTP/1.1\r\n" CLOSE, 204, "Allow: DELETE, OPTIONS\r\n"},
    {"OPTIONS /nowhere HTTP/1.1\r\n" CLOSE, 404, "{\"error\": \"nothing here\"}"},
    {"BREW /echo HTTP/1.1\r\n" CLOSE, 405, "Allow: POST, OPTIONS\r\n"},
    {"TRACE /echo HTTP/1.1\r\n" CLOSE, 405, "Allow: POST, OPTIONS\r\n"},
    {"POST /echo HTTP/1.1\r\n" CLOSE, 411, "{\"error\": \"a body is needed"},
    {"POST /echo HTTP/1.0\r\n\r\n", 411, "{\"error\": \"a body is needed"},
    {"PUT /stream HTTP/1.1\r\n" CLOSE, 411, "{\"error\": \"a body is needed"},
    {"POST /echo HTTP/1.1\r\nContent-Length: 0\r\n" CLOSE, 200, ""},
    {"GET /now HTTP/1.1\r\nAccept-Encoding: gzip, identity;q=0\r\n" CLOSE, 200,
     "Content-Encoding: gzip\r\n"},
    {"GET /now HTTP/1.1\r\nAccept-Encoding: *;q=0\r\n" CLOSE, 406,
     "allows none of identity, gzip and deflate\"}"},
    {"GET /now HTTP/1.1\r\nAccept-Encoding: *;q=0, identity;q=0.1\r\n" CLOSE, 200, "now"},
    {"DELETE /m/iris/versions/3 HTTP/1.1\r\n" CLOSE, 204, ""},
    {"DELETE /m/iris/versions/0 HTTP/1.1\r\n" CLOSE, 404, ""},
    {"DELETE /m/iris/versions/9999999999999999999 HTTP/1.1\r\n" CLOSE, 404, ""},
    {"DELETE /m/.iris/versions/3 HTTP/1.1\r\n" CLOSE, 404, ""},
    {"GET /now HTTP/1.0\r\n\r\n", 200, "{\"now\":true}"},
    {"PUT /stream HTTP/1.1\r\nContent-Length: 4\r\n" CLOSE "abcd", 201, "{\"bytes\": 4}"},
    {"PUT /stream HTTP/1.1\r\nContent-Length: 4\r\n" CLOSE "abcd", 201,
     "Location: /v1/models/m/versions/1\r\n"},
    {"PUT /stream HTTP/1.1\r\nContent-Length: 0\r\n" CLOSE, 201, "{\"bytes\": 0}"},
    {"PUT /stream HTTP/1.1\r\nContent-Length: 1\r\n" CLOSE "!", 422,
     "{\"error\": \"not a model\"}"},
};

START_TEST(endpoints_answer)
{
    fixture_start(&f, &(struct fixture_options){0});
    for (size_t i = 0; i < sizeof ordinary / sizeof ordinary[0]; i++) {
        const char *answer = talk(ordinary[i].request);
        ck_assert_msg(client_status(answer) == ordinary[i].status &&
                          strstr(answer, ordinary[i].has) && client_count(answer, "HTTP/1.1 ") == 1,
                      "%s-> %s", ordinary[i].request, answer);
    }
    ck_assert_int_eq(atomic_load(&f.abandoned), 1);
    ck_assert_uint_eq(lar_http_answers(f.http, 405), 3);
    fixture_stop(&f, 1000);
}
END_TEST

/* Each is followed on the same connection by a good request, which must not be answered. */
static const struct {
    const char *request;
    int status;
} hostile[] = {
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n",
     400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
     "0\r\n\r\n",
     400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400},
    {"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\nabc", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999999\r\n\r\nabc", 413},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
     400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
     400},
    {"GET /now HTTP/1.1\r\n\r\n", 400},
    {"GET /now HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", 400},
    {"GET /now HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n", 400},
    {"GET /now HTTP/1.1\r\nHost: h\r\nA: b\x01\r\n\r\n", 400},
    {"GET /now HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n 0\r\n\r\n0123456789", 400},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nA:b\r\n\tc\r\nContent-Length: 1\r\n\r\n0", 400},
    {"GET /now HTTP/2.0\r\nHost: h\r\n\r\n", 0},
    {"GET /now%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /m%2fnow HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /m%5cnow HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /m\\now HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /m/../now HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /m/%2e%2e/now HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /./now HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /now%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /now%2 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /now#x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /n\xc3\xb6w HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET http://h/now HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", 404},
    {"GET /now HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", 413},
    {"DELETE /m/a/versions/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", 413},
    {"OPTIONS /now HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", 413},
    {"OPTIONS /now HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
     413},
};

START_TEST(unclear_framing_ends_the_connection)
{
    fixture_start(&f, &(struct fixture_options){.body_time = 500, .header_time = 500});
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        char both[1024];
        snprintf(both, sizeof both, "%sGET /now HTTP/1.1\r\nHost: h\r\n\r\n", hostile[i].request);
        const char *answer = talk(both);
        ck_assert_msg(client_status(answer) == hostile[i].status || !hostile[i].status, "%s-> %s",
                      hostile[i].request, answer);
        ck_assert_msg(!strstr(answer, "\"now\""), "%s-> %s", hostile[i].request, answer);
        ck_assert_msg(client_count(answer, "HTTP/1.1 2") == 0, "%s-> %s", hostile[i].request,
                      answer);
    }
    ck_assert_int_eq(client_status(talk("GET /now HTTP/1.1\r\n" CLOSE)), 200);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(long_headers_and_targets_are_refused)
{
    fixture_start(&f, &(struct fixture_options){.header_time = 500});
    static char request[80000];
    memset(request, 'a', 60000);
    memcpy(request, "GET /", 5);
    strcpy(request + 40000, " HTTP/1.1\r\n" CLOSE);
    ck_assert_int_eq(client_status(talk(request)), 414);
    memset(request, 'a', 60000);
    memcpy(request, "GET /", 5);
    strcpy(request + 3000, " HTTP/1.1\r\n" CLOSE);
    ck_assert_int_eq(client_status(talk(request)), 414);
    memset(request, 'a', 60000);
    memcpy(request, "GET /now HTTP/1.1\r\nA: ", 22);
    strcpy(request + 40000, "\r\n" CLOSE);
    ck_assert_int_eq(client_status(talk(request)), 431);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    fixture_start(&f, &(struct fixture_options){0});
    const char *answer = talk("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n1"
                              "POST /worker HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n2"
                              "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"
                              "POST /worker HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                              "\r\n1\r\n3\r\n0\r\n\r\n"
                              "POST /echo HTTP/1.1\r\nContent-Length: 1\r\n" CLOSE "4");
    const char *one = strstr(answer, "\r\n\r\n1"), *two = strstr(answer, "\r\n\r\n2");
    const char *three = strstr(answer, "\r\n\r\n3"), *four = strstr(answer, "\r\n\r\n4");
    ck_assert(one && two && three && four && one < two && two < three && three < four);
    ck_assert_uint_eq(client_count(answer, "HTTP/1.1 200 OK"), 4);
    ck_assert_uint_eq(client_count(answer, "HTTP/1.1 404"), 1);
    fixture_stop(&f, 1000);
}
END_TEST

static void send_sized(int fd, const char *path, size_t n, const char *header)
{
    static char body[8 << 20];
    char head[256];
    for (size_t i = 0; i < n; i++)
        body[i] = (char)('a' + i % 23);
    snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n%s\r\n", path, n,
             header);
    client_send(fd, head, strlen(head));
    client_send(fd, body, n);
}

START_TEST(bodies_of_all_sizes_come_back)
{
    static const size_t sizes[] = {1, 4096, 32767, 32768, 32769, 65536, 65537, 500000, 1 << 20};
    static const char *const paths[] = {"POST /echo", "POST /auto", "POST /worker"};
    static char answer[2 << 20];
    fixture_start(&f, &(struct fixture_options){0});
    int fd = client_open(f.port);
    for (size_t p = 0; p < 3; p++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            send_sized(fd, paths[p], sizes[i], "");
            ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
            const char *body = strstr(answer, "\r\n\r\n") + 4;
            ck_assert_uint_eq(strlen(body), sizes[i]);
            bool same = true;
            for (size_t k = 0; k < sizes[i]; k++)
                same = same && body[k] == (char)('a' + k % 23);
            ck_assert(same);
        }
    close(fd);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(too_large_is_said_before_the_body)
{
    static char answer[4096];
    fixture_start(&f, &(struct fixture_options){.upload_limit = 1 << 20});
    int fd = client_open(f.port);
    const char *head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n";
    client_send(fd, head, strlen(head)); /* and no body */
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 413);
    ck_assert_ptr_nonnull(strstr(answer, "larger than 1048576 bytes"));
    close(fd);
    fd = client_open(f.port);
    head = "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n"
           "Expect: 100-continue\r\n\r\n";
    client_send(fd, head, strlen(head));
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 413);
    close(fd);
    /* Chunked, it turns out later. */
    static char chunk[70000];
    fd = client_open(f.port);
    head = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    client_send(fd, head, strlen(head));
    memcpy(chunk, "10000\r\n", 7);
    memcpy(chunk + 7 + 65536, "\r\n", 2);
    for (int i = 0; i < 17; i++)
        client_send(fd, chunk, 7 + 65536 + 2);
    client_send(fd, "0\r\n\r\n", 5);
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 413);
    close(fd);
    fixture_stop(&f, 1000);
}
END_TEST

/* A chunk of one byte costs what a byte costs: no stack, no buffer of its own. */
START_TEST(tiny_chunks_add_up)
{
    enum { CHUNKS = 200000, CHUNK = 6 };
    _Static_assert(CHUNKS > 4 * LAR_PIECE_BYTES, "some chunks end where a piece does");
    static char bytes[CHUNKS * CHUNK + 6], answer[CHUNKS + 4096];
    static const char *const lines[] = {"POST /echo", "PUT /stream"};
    for (int i = 0; i < CHUNKS; i++)
        memcpy(bytes + i * CHUNK, "1\r\nx\r\n", CHUNK);
    memcpy(bytes + CHUNKS * CHUNK, "0\r\n\r\n", 6);
    fixture_start(&f, &(struct fixture_options){0});
    for (int i = 0; i < 2; i++) {
        char head[128];
        int n = snprintf(head, sizeof head,
                         "%s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", lines[i]);
        int fd = client_open(f.port);
        client_send(fd, head, (size_t)n);
        client_send(fd, bytes, sizeof bytes - 1);
        ck_assert_int_eq(client_answer(fd, answer, sizeof answer), i ? 201 : 200);
        ck_assert_ptr_nonnull(strstr(answer, i ? "{\"bytes\": 200000}" : "Content-Length: 200000"));
        close(fd);
    }
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(expect_is_answered_when_the_body_is_wanted)
{
    static char answer[4096];
    fixture_start(&f, &(struct fixture_options){0});
    int fd = client_open(f.port);
    const char *head = "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                       "Expect: 100-continue\r\n\r\n";
    client_send(fd, head, strlen(head));
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 100);
    client_send(fd, "abc", 3);
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 201);
    close(fd);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(streams_come_in_pieces)
{
    static char answer[4096];
    fixture_start(&f, &(struct fixture_options){.bodies_memory = 2 << 20});
    int fd = client_open(f.port);
    for (int i = 0; i < 3; i++) {
        send_sized(fd, "PUT /stream", (8 << 20) - (size_t)i, "");
        ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 201);
        char wanted[64];
        snprintf(wanted, sizeof wanted, "{\"bytes\": %d}", (8 << 20) - i);
        ck_assert_msg(strstr(answer, wanted) != NULL, "%s", answer);
    }
    close(fd);
    fixture_stop(&f, 1000);
    ck_assert_int_eq(atomic_load(&f.abandoned), 0);
}
END_TEST

START_TEST(memory_for_bodies_is_bounded)
{
    static char answer[2 << 20];
    fixture_start(&f, &(struct fixture_options){.bodies_memory = 1200000});
    int first = client_open(f.port), second = client_open(f.port);
    const char *head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n";
    client_send(first, head, strlen(head));
    usleep(50000);
    client_send(second, head, strlen(head));
    ck_assert_int_eq(client_answer(second, answer, sizeof answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: 1\r\n"));
    close(second);
    static char body[1000000];
    client_send(first, body, sizeof body);
    char head_only[512];
    ck_assert_int_gt(recv(first, head_only, sizeof head_only - 1, 0), 0);
    ck_assert_int_eq(client_status(head_only), 200);
    close(first);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(a_full_queue_says_so)
{
    char answer[4096];
    struct pollfd polled[6];
    fixture_start(&f, &(struct fixture_options){.workers = 1, .queue = 2});
    const char *gate = "GET /gate HTTP/1.1\r\nHost: h\r\n\r\n";
    for (int i = 0; i < 6; i++) {
        polled[i] = (struct pollfd){.fd = client_open(f.port), .events = POLLIN};
        client_send(polled[i].fd, gate, strlen(gate));
        for (int k = 0; i == 0 && k < 10000 && !atomic_load(&f.runs); k++)
            usleep(1000); /* it has left the queue to the others */
    }
    /* Two wait, three cannot; which is up to the threads that they came to. */
    for (int i = 0, busy = 0; i < 10000 && busy < 3; i++) {
        busy = poll(polled, 6, 100);
        usleep(1000);
    }
    int statuses[2] = {0};
    for (int i = 0; i < 6; i++)
        if (polled[i].revents) {
            ck_assert_int_eq(client_answer(polled[i].fd, answer, sizeof answer), 503);
            statuses[0]++;
        }
    atomic_store(&f.gate, 1);
    for (int i = 0; i < 6; i++) {
        if (!polled[i].revents) {
            ck_assert_int_eq(client_answer(polled[i].fd, answer, sizeof answer), 200);
            statuses[1]++;
        }
        close(polled[i].fd);
    }
    ck_assert_int_eq(statuses[0], 3);
    ck_assert_int_eq(statuses[1], 3);
    fixture_stop(&f, 1000);
}
END_TEST

START_TEST(unix_sockets_serve)
{
    char answer[4096];
    fixture_start(&f, &(struct fixture_options){0});
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, f.socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    const char *get = "GET /worker HTTP/1.1\r\nHost: anything\r\n\r\n";
    client_send(fd, get, strlen(get));
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
    close(fd);
    fixture_stop(&f, 1000);
    ck_assert_int_ne(access(f.socket_path, F_OK), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {endpoints_answer,
                                  unclear_framing_ends_the_connection,
                                  long_headers_and_targets_are_refused,
                                  pipelined_requests_are_answered_in_order,
                                  bodies_of_all_sizes_come_back,
                                  too_large_is_said_before_the_body,
                                  tiny_chunks_add_up,
                                  expect_is_answered_when_the_body_is_wanted,
                                  streams_come_in_pieces,
                                  memory_for_bodies_is_bounded,
                                  a_full_queue_says_so,
                                  unix_sockets_serve,
                                  NULL};
    return check_main("http", tests);
}

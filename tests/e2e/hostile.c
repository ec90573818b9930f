/* hostile PORT table            each hostile request alone, a good one after it
 * hostile PORT mixed REQUESTS   good, bad and hostile requests of all kinds, by several clients
 *
 * Raw sockets: what a client library would not send.
 * SPDX-License-Identifier: MIT */
#include "tests/e2e/dial.h"
#include "tests/e2e/hostile_rows.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 4, ANSWER = 128 << 10, PATIENCE_S = 15 };

static uint16_t port;

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "FAIL: %s: %.2000s\n", what, detail);
    exit(1);
}

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0) /* refused early: the answer is what counts */
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static int status_of(const char *answer)
{
    return strncmp(answer, "HTTP/1.", 7) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

/* All that comes until the other side closes. */
static void read_to_end(int fd, const char *name, char *text)
{
    size_t have = 0;
    for (;;) {
        ssize_t n = recv(fd, text + have, ANSWER - 1 - have, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            fail(name, "the connection stays open");
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    text[have] = '\0';
}

/* One answer with Content-Length; its status, 0 where the connection ended. */
static int read_answer(int fd, char *text)
{
    size_t have = 0;
    text[0] = '\0';
    for (;;) {
        ssize_t n = recv(fd, text + have, ANSWER - 1 - have, 0);
        if (n <= 0)
            return 0;
        have += (size_t)n;
        text[have] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "\r\ncontent-length:");
        if (end && length && length < end &&
            have - (size_t)(end + 4 - text) >= strtoul(length + 17, NULL, 10))
            return status_of(text);
    }
}

/* Sends ROW and a good request behind it; only the first may be answered, and then the end comes.
 */
static void be_hostile(const struct hostile_row *row, char *text)
{
    static const char good[] = "GET /v2/health/live HTTP/1.1\r\nHost: h\r\n\r\n";
    size_t after = strlen(row->after), n = row->size + row->fill + after;
    char *bytes = malloc(n + sizeof good);
    if (!bytes)
        fail(row->name, "out of memory");
    memcpy(bytes, row->text, row->size);
    memset(bytes + row->size, 'a', row->fill);
    memcpy(bytes + row->size + row->fill, row->after, after);
    memcpy(bytes + n, good, sizeof good);
    int fd = dial(port, PATIENCE_S);
    send_all(fd, bytes, n + sizeof good - 1);
    read_to_end(fd, row->name, text);
    close(fd);
    free(bytes);
    if (status_of(text) != row->status)
        fail(row->name, text);
    if (strstr(text, "\"live\"") || strstr(text, "HTTP/1.1 2"))
        fail(row->name, "what followed it was answered");
}

struct request {
    int status;
    const char *head; /* without Content-Length, which is written where there is a body */
    const char *body;
};
#define TFS POST
#define OIP "POST /v2/models/iris/infer HTTP/1.1\r\nHost: h\r\n"
#define MLFLOW "POST /invocations?model=iris HTTP/1.1\r\nHost: h\r\nContent-Type: "
#define CALL "{\"instances\": [[5.1,3.5,1.4,0.2]]}"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n22\r\n" CALL "\r\n0\r\n"

/* All on one connection, one after the other. */
static const struct request ordinary[] = {
    {200, TFS, CALL},
    {200, TFS CHUNKED, NULL},
    {200, TFS, "{\"inputs\": [[5.1,3.5,1.4,0.2]]}"},
    {200, "POST /v1/models/iris:classify HTTP/1.1\r\nHost: h\r\n",
     "{\"examples\": [{\"X\": [5.1,3.5,1.4,0.2]}]}"},
    {200, OIP,
     "{\"inputs\":[{\"name\":\"X\",\"shape\":[1,4],\"datatype\":\"FP64\",\"data\":[5.1,3.5,1.4,0.2]"
     "}]}"},
    {200, OIP "Inference-Header-Content-Length: 135\r\n",
     "{\"inputs\":[{\"name\":\"X\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_"
     "data_size\":16}}],"
     "\"parameters\":{\"binary_data_output\":true}}0123456789abcdef"},
    {200, MLFLOW "application/json\r\n", "{\"inputs\": [[5.1,3.5,1.4,0.2]]}"},
    {200, MLFLOW "text/csv\r\n", "x0,x1,x2,x3\n5.1,3.5,1.4,0.2\n"},
    {200, GET "Host: h\r\n", NULL},
    {200, "HEAD /v2/health/ready HTTP/1.1\r\nHost: h\r\n", NULL},
    {200, "GET /v1/models HTTP/1.1\r\nHost: h\r\n", NULL},
    {200, "GET /v2/models/iris HTTP/1.1\r\nHost: h\r\n", NULL},
    {200, "GET /metrics HTTP/1.1\r\nHost: h\r\n", NULL},
    {400, TFS, "{}"},
    {400, TFS, "{\"instances\": [["},
    {400, OIP, "{}"},
    {400, TFS "Content-Encoding: gzip\r\n", "{}"},
    {404, "POST /v1/models/none:predict HTTP/1.1\r\nHost: h\r\n", CALL},
    {404, "GET /nowhere HTTP/1.1\r\nHost: h\r\n", NULL},
    {405, "GET /v1/models/iris:predict HTTP/1.1\r\nHost: h\r\n", NULL},
};
enum { ORDINARY = sizeof ordinary / sizeof ordinary[0], REQUEST = 1024 };

/* The bytes of REQUEST; their number. */
static size_t build(const struct request *request, char bytes[REQUEST])
{
    int n = request->body ? snprintf(bytes, REQUEST, "%sContent-Length: %zu\r\n\r\n%s",
                                     request->head, strlen(request->body), request->body)
                          : snprintf(bytes, REQUEST, "%s\r\n", request->head);
    return (size_t)n;
}

/* Asks REQUEST on FD; HEAD has no body after its header. */
static void ask(int fd, const struct request *request, char *text)
{
    char bytes[REQUEST];
    int status;
    send_all(fd, bytes, build(request, bytes));
    if (strncmp(bytes, "HEAD", 4) == 0) {
        ssize_t n = recv(fd, text, ANSWER - 1, 0);
        text[n > 0 ? n : 0] = '\0';
        status = status_of(text);
    } else {
        status = read_answer(fd, text);
    }
    if (status != request->status) {
        fprintf(stderr, "%s\n-> ", bytes);
        fail("another status", text);
    }
}

static void check_table(char *text)
{
    for (size_t i = 0; i < HOSTILE_ROWS; i++) {
        be_hostile(&hostile_rows[i], text);
        int fd = dial(port, PATIENCE_S);
        ask(fd, &ordinary[0], text);
        close(fd);
        printf("%-34s %d, closed\n", hostile_rows[i].name, hostile_rows[i].status);
    }
    int fd = dial(port, PATIENCE_S);
    send_all(fd, BARE_LF, sizeof BARE_LF - 1);
    if (read_answer(fd, text) != 200)
        fail("lines that end with LF alone", text);
    for (size_t i = 0; i < ORDINARY; i++)
        ask(fd, &ordinary[i], text);
    close(fd);
    printf("%d rows\n", HOSTILE_ROWS + 1);
}

static _Atomic long left;

/* One request in eight is hostile, one in a hundred is given up half-way. */
static void *mix(void *seed)
{
    uint32_t random = (uint32_t)(uintptr_t)seed;
    char *text = malloc(ANSWER);
    if (!text)
        fail("mix", "out of memory");
    int fd = dial(port, PATIENCE_S);
    while (atomic_fetch_sub(&left, 1) > 0) {
        random = random * 1664525 + 1013904223;
        uint32_t pick = random >> 8;
        if (pick % 8 == 0) {
            be_hostile(&hostile_rows[pick / 8 % (HOSTILE_ROWS - HOSTILE_SLOW)], text);
            continue;
        }
        const struct request *request = &ordinary[pick / 8 % ORDINARY];
        if (pick % 100 == 1) {
            char bytes[REQUEST];
            size_t n = build(request, bytes);
            send_all(fd, bytes, n - n / 4);
            close(fd);
            fd = dial(port, PATIENCE_S);
            continue;
        }
        ask(fd, request, text);
    }
    close(fd);
    free(text);
    return NULL;
}

static void run_mixed(long requests)
{
    pthread_t clients[CLIENTS];
    atomic_store(&left, requests);
    for (uintptr_t i = 0; i < CLIENTS; i++)
        if (pthread_create(&clients[i], NULL, mix, (void *)(i + 1)))
            fail("pthread_create", strerror(errno));
    for (unsigned i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
}

int main(int argc, char **argv)
{
    static char text[ANSWER];
    bool mixed = argc == 4 && strcmp(argv[2], "mixed") == 0;
    if (!mixed && (argc != 3 || strcmp(argv[2], "table") != 0)) {
        fprintf(stderr, "usage: hostile PORT table | mixed REQUESTS\n");
        return 2;
    }
    port = (uint16_t)strtoul(argv[1], NULL, 10);
    if (mixed)
        run_mixed(strtol(argv[3], NULL, 10));
    else
        check_table(text);
    return 0;
}

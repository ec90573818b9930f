/* ask_on PORT PATH BODY REQUESTS CONNECTIONS: calls without pause; no request may fail.
 *
 * Goes on until REQUESTS requests were answered and SIGTERM has come. A connection is kept until
 * its answer says close; a refused or lost one, or an answer that is not 200, is a failure.
 * Prints how many were answered, over how many connections, and the longest wait.
 * SPDX-License-Identifier: MIT */
#include "tests/e2e/dial.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, ANSWER = 16 << 10, PATIENCE_S = 30 };

static uint16_t port;
static char request[64 << 10];
static size_t request_size;
static unsigned long wanted;
static volatile sig_atomic_t told;
static _Atomic unsigned long answered, dialed;
static _Atomic int64_t longest_us;

static void on_signal(int signal)
{
    (void)signal;
    told = 1;
}

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "FAIL: after %lu answers: %s: %s\n", answered, what, detail);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Makes one request; whether the connection stays. */
static bool ask(int fd)
{
    char answer[ANSWER];
    size_t have = 0;
    for (size_t sent = 0; sent < request_size;) {
        ssize_t n = send(fd, request + sent, request_size - sent, MSG_NOSIGNAL);
        if (n <= 0)
            fail("send", strerror(errno));
        sent += (size_t)n;
    }
    for (;;) {
        ssize_t n = recv(fd, answer + have, sizeof answer - 1 - have, 0);
        answer[have + (n > 0 ? (size_t)n : 0)] = '\0';
        if (n <= 0)
            fail(n ? strerror(errno) : "connection closed", answer);
        have += (size_t)n;
        const char *end = strstr(answer, "\r\n\r\n");
        const char *length = strcasestr(answer, "content-length:");
        if (!end || !length || have - (size_t)(end + 4 - answer) < strtoul(length + 15, NULL, 10))
            continue;
        if (strncmp(answer, "HTTP/1.1 200 ", 13) != 0)
            fail("a request failed", answer);
        const char *closes = strcasestr(answer, "\r\nconnection: close\r\n");
        return !closes || closes > end;
    }
}

static void *client(void *context)
{
    (void)context;
    int fd = -1;
    while (!told || answered < wanted) {
        if (fd < 0) {
            fd = dial(port, PATIENCE_S);
            dialed++;
        }
        int64_t start = now_us();
        bool stays = ask(fd);
        int64_t us = now_us() - start, longest = longest_us;
        while (us > longest && !atomic_compare_exchange_weak(&longest_us, &longest, us))
            ;
        answered++;
        if (!stays) {
            close(fd);
            fd = -1;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    port = (uint16_t)strtoul(argv[1], NULL, 10);
    wanted = strtoul(argv[4], NULL, 10);
    unsigned long n = strtoul(argv[5], NULL, 10);
    int size = snprintf(request, sizeof request,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        argv[2], strlen(argv[3]), argv[3]);
    if (n > CONNECTIONS_MAX || size < 0 || (size_t)size >= sizeof request)
        return 2;
    request_size = (size_t)size;
    sigset_t end;
    signal(SIGTERM, on_signal);
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &end,
                    NULL); /* in the clients; it may interrupt the one that waits */
    pthread_t threads[CONNECTIONS_MAX];
    for (unsigned long i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, client, NULL))
            return 1;
    pthread_sigmask(SIG_UNBLOCK, &end, NULL);
    for (unsigned long i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    printf("%lu answers, all 200, over %lu connections; the longest wait was %.0f ms\n", answered,
           dialed, (double)longest_us / 1e3);
    return 0;
}

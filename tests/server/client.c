/* SPDX-License-Identifier: MIT */
#include "tests/server/client.h"

#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int client_open(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    struct timeval patience = {.tv_sec = 40};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void client_send(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0) /* refused early: what was answered is what counts */
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

size_t client_read_all(int fd, char *text, size_t n)
{
    size_t have = 0;
    ssize_t got = 1;
    while (got > 0 && have < n - 1) {
        got = recv(fd, text + have, n - 1 - have, 0);
        have += got > 0 ? (size_t)got : 0;
    }
    text[have] = '\0';
    return have;
}

int client_answer(int fd, char *text, size_t n)
{
    size_t have = 0;
    text[0] = '\0';
    for (;;) {
        const char *body = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "\r\ncontent-length:");
        size_t want = body && length && length < body ? (size_t)atol(length + 17) : 0;
        if (body && have >= (size_t)(body + 4 - text) + want)
            return client_status(text);
        size_t room = body ? (size_t)(body + 4 - text) + want - have : 1;
        ck_assert_uint_lt(have + room, n);
        ssize_t got = recv(fd, text + have, room, 0);
        if (got <= 0)
            return 0;
        have += (size_t)got;
        text[have] = '\0';
    }
}

const char *client_talk(int port, const char *bytes, size_t n)
{
    static char text[4 << 20];
    int fd = client_open(port);
    client_send(fd, bytes, n);
    client_read_all(fd, text, sizeof text);
    close(fd);
    return text;
}

int client_status(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 || strncmp(answer, "HTTP/1.0 ", 9) == 0
               ? atoi(answer + 9)
               : 0;
}

unsigned client_count(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
        n++;
    return n;
}

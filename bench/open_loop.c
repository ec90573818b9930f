/* An open-loop HTTP client: sends requests at fixed times, whether or not earlier ones were
 * answered, and prints the latency's percentiles. A request that waited for a connection counts
 * from its due time; one that was late because this program did not run counts from when it was
 * sent. An answer counts from when the kernel received it (SO_TIMESTAMPNS): what is measured is the
 * server, not how promptly this program is scheduled. usage: open_loop PORT PATH BODY PER_SECOND
 * SECONDS CONNECTIONS Prints one line: "n p50_us p99_us p999_us max_us errors".
 * SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, ANSWER = 64 << 10 };

struct connection {
    int fd;
    bool busy;
    int64_t from_ns, since_ns; /* when the request on its way counts from; not busy since */
    char answer[ANSWER];
    size_t have;
};

static struct connection connections[CONNECTIONS_MAX];
static char request[64 << 10];
static size_t request_size;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t); /* that of the kernel's stamps */
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int dial(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
        perror("open_loop: connect");
        exit(1);
    }
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    return fd;
}

/* Whether the whole answer is there: headers and Content-Length bytes. Sets *RET_OK for 200. */
static bool is_whole(struct connection *c, bool *ret_ok)
{
    c->answer[c->have] = '\0';
    char *body = strstr(c->answer, "\r\n\r\n"), *length = strcasestr(c->answer, "content-length:");
    if (!body || !length || length > body)
        return false;
    *ret_ok = strncmp(c->answer, "HTTP/1.1 200", 12) == 0;
    size_t want = strtoul(length + 15, NULL, 10);
    return (size_t)(c->answer + c->have - body - 4) >= want;
}

/* Reads on. Returns when the last bytes of it were received, 0 if the connection is lost. */
static int64_t take(struct connection *c)
{
    _Alignas(struct cmsghdr) char control[256];
    struct iovec into = {c->answer + c->have, ANSWER - 1 - c->have};
    struct msghdr message = {.msg_iov = &into,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(c->fd, &message, 0);
    if (got <= 0)
        return 0;
    c->have += (size_t)got;
    for (struct cmsghdr *m = CMSG_FIRSTHDR(&message); m; m = CMSG_NXTHDR(&message, m))
        if (m->cmsg_level == SOL_SOCKET && m->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec t;
            memcpy(&t, CMSG_DATA(m), sizeof t);
            return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
        }
    return now_ns();
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fputs("usage: open_loop PORT PATH BODY PER_SECOND SECONDS CONNECTIONS\n", stderr);
        return 2;
    }
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    int64_t gap = 1000000000 / strtol(argv[4], NULL, 10);
    size_t total = strtoul(argv[4], NULL, 10) * strtoul(argv[5], NULL, 10);
    size_t n = strtoul(argv[6], NULL, 10);
    n = n > CONNECTIONS_MAX ? CONNECTIONS_MAX : n;
    request_size = (size_t)snprintf(request, sizeof request,
                                    "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: "
                                    "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                    argv[2], port, strlen(argv[3]), argv[3]);
    for (size_t i = 0; i < n; i++)
        connections[i].fd = dial(port);
    int64_t *took = calloc(total, sizeof *took), start = now_ns();
    size_t sent = 0, done = 0, errors = 0;
    while (took && done < total) {
        int64_t now = now_ns();
        struct pollfd fds[CONNECTIONS_MAX];
        for (size_t i = 0; i < n; i++) {
            struct connection *c = &connections[i];
            int64_t due = start + (int64_t)sent * gap;
            if (!c->busy && sent < total && due <= now) {
                now = now_ns();
                c->from_ns = c->since_ns > due ? due : now;
                c->busy = true, c->have = 0, sent++;
                if (write(c->fd, request, request_size) != (ssize_t)request_size)
                    errors++;
            }
            fds[i] = (struct pollfd){.fd = c->busy ? c->fd : -1, .events = POLLIN};
        }
        int64_t wait = sent < total ? start + (int64_t)sent * gap - now_ns() : 1000000;
        struct timespec t = {.tv_nsec = wait < 0 ? 0 : wait > 999999999 ? 999999999 : wait};
        if (ppoll(fds, n, &t, NULL) <= 0)
            continue;
        for (size_t i = 0; i < n; i++) {
            struct connection *c = &connections[i];
            if (fds[i].fd < 0 || !fds[i].revents)
                continue;
            int64_t received = take(c);
            bool ok = false;
            if (!received) {
                fputs("open_loop: connection lost\n", stderr);
                return 1;
            }
            if (!is_whole(c, &ok))
                continue;
            took[done++] = received - c->from_ns;
            errors += !ok;
            c->busy = false, c->since_ns = received;
        }
    }
    if (!took)
        return 1;
    qsort(took, total, sizeof *took, by_value);
    printf("%zu %.0f %.0f %.0f %.0f %zu\n", total, (double)took[total / 2] / 1e3,
           (double)took[total * 99 / 100] / 1e3, (double)took[total * 999 / 1000] / 1e3,
           (double)took[total - 1] / 1e3, errors);
    free(took);
    return 0;
}

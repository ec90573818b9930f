/* The peer that larderd is measured against: libmicrohttpd and nothing else.
 *
 * The same shape as larderd: an acceptor deals connections to THREADS daemons in external epoll
 * mode, each run by its own thread; but every request, once its body is read, is answered with the
 * same constant bytes.
 * usage: bare_mhd PORT THREADS ANSWER
 * SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUEUE = 4096, THREADS_MAX = 64 };

struct loop {
    struct MHD_Daemon *daemon;
    int epoll, wake;
    pthread_mutex_t lock; /* of the queue */
    int queue[QUEUE];
    unsigned n;
};

static struct loop loops[THREADS_MAX];
static struct MHD_Response *answer;

static enum MHD_Result handle(void *closure, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    static int seen;
    (void)closure, (void)url, (void)method, (void)version, (void)upload;
    if (!*state) {
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, answer);
}

static void take_connections(struct loop *loop)
{
    uint64_t n;
    int taken[QUEUE];
    (void)!read(loop->wake, &n, sizeof n);
    pthread_mutex_lock(&loop->lock);
    unsigned count = loop->n;
    memcpy(taken, loop->queue, count * sizeof *taken);
    loop->n = 0;
    pthread_mutex_unlock(&loop->lock);
    for (unsigned i = 0; i < count; i++) {
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        if (getpeername(taken[i], (struct sockaddr *)&address, &size))
            close(taken[i]);
        else
            MHD_add_connection(loop->daemon, taken[i], (struct sockaddr *)&address, size);
    }
}

static void *run(void *arg)
{
    struct loop *loop = arg;
    for (;;) {
        struct pollfd fds[] = {{.fd = loop->epoll, .events = POLLIN},
                               {.fd = loop->wake, .events = POLLIN}};
        MHD_UNSIGNED_LONG_LONG ms = 60000;
        MHD_get_timeout(loop->daemon, &ms);
        if (poll(fds, 2, (int)ms) < 0 && errno != EINTR)
            return NULL;
        if (fds[1].revents)
            take_connections(loop);
        MHD_run(loop->daemon);
    }
}

static bool start(struct loop *loop)
{
    loop->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, handle,
                                    NULL, MHD_OPTION_CONNECTION_LIMIT, 4096u,
                                    MHD_OPTION_CONNECTION_TIMEOUT, 75u, MHD_OPTION_END);
    if (!loop->daemon)
        return false;
    loop->epoll = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&loop->lock, NULL);
    pthread_t thread;
    return pthread_create(&thread, NULL, run, loop) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: bare_mhd PORT THREADS ANSWER\n", stderr);
        return 2;
    }
    unsigned threads = (unsigned)strtoul(argv[2], NULL, 10);
    threads = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    answer = MHD_create_response_from_buffer(strlen(argv[3]), argv[3], MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(answer, "Content-Type", "application/json");
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) {
        perror("bare_mhd");
        return 1;
    }
    for (unsigned i = 0; i < threads; i++)
        if (!start(&loops[i]))
            return 1;
    for (unsigned next = 0;; next = (next + 1) % threads) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct loop *loop = &loops[next];
        pthread_mutex_lock(&loop->lock);
        if (loop->n < QUEUE)
            loop->queue[loop->n++] = fd;
        else
            close(fd);
        pthread_mutex_unlock(&loop->lock);
        (void)!write(loop->wake, &(uint64_t){1}, sizeof(uint64_t));
    }
}

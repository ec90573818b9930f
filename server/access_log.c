/* Lines on their way to a file; see access_log.h.
 * SPDX-License-Identifier: MIT */
#include "server/access_log.h"
#include "base/clock.h"
#include "server/deadlines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    GATHER_MS = 20,
    LOOK_MS = 100,
    STOP_MS = 2000,
    STUCK_MS = 4000,
    ERRORS_PER_SECOND = 1,
    NO_FD = -1
};

/* Lines gather in one half while the other is written. */
struct lar_access_log {
    _Atomic bool on;
    struct lar_log *log;
    struct lar_log_limit errors;
    pthread_mutex_t lock; /* of what follows, up to the thread */
    pthread_cond_t some;
    char *waiting;
    size_t n_waiting;
    uint64_t dropped;
    bool switching;
    _Atomic bool ending;
    _Atomic int64_t end_by; /* milliseconds of the monotonic clock; 0: there is time */
    int next_fd;            /* SWITCHING: to be written to from now on; NO_FD: none */
    size_t switch_at;       /* and so many bytes of what waits go to the earlier one */
    pthread_t thread;
    bool running;
    char *writing; /* the thread's, as what follows */
    int fd;
    bool torn; /* the last line was not written whole */
};

static void close_fd(int fd)
{
    if (fd > STDERR_FILENO)
        close(fd);
}

/* A pipe may be full for as long as its reader likes, but not beyond our own end. */
static bool await_room(struct lar_access_log *a)
{
    struct pollfd polled = {.fd = a->fd, .events = POLLOUT};
    while (poll(&polled, 1, LOOK_MS) <= 0)
        if (atomic_load(&a->end_by) && lar_now_ms() > atomic_load(&a->end_by)) {
            errno = ETIMEDOUT;
            return false;
        }
    return true;
}

/* What could not be written of N bytes is counted by its lines. */
static uint64_t write_lines(struct lar_access_log *a, const char *bytes, size_t n)
{
    uint64_t lost = 0;
    bool began = false;
    if (a->torn && a->fd >= 0 && await_room(a))
        a->torn = write(a->fd, "\n", 1) != 1;
    while (n && a->fd >= 0 && await_room(a)) {
        /* Others write to it, too: whole lines keep them apart. */
        const char *end = a->fd == STDERR_FILENO ? memchr(bytes, '\n', n) : NULL;
        ssize_t did = write(a->fd, bytes, end ? (size_t)(end + 1 - bytes) : n);
        if (did < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (did <= 0)
            break;
        bytes += did;
        n -= (size_t)did;
        began = bytes[-1] != '\n';
    }
    if (!n || a->fd < 0)
        return 0;
    int failed = errno;
    unsigned skipped = 0;
    a->torn |= began;
    if (lar_log_allow(&a->errors, ERRORS_PER_SECOND, &skipped))
        lar_log(a->log, LAR_LOG_ERROR, "access log: %s", strerror(failed));
    for (const char *end = bytes + n; bytes < end; bytes++)
        lost += *bytes == '\n';
    return lost;
}

/* The line that stands where lines are missing. */
static void write_dropped(struct lar_access_log *a, uint64_t dropped)
{
    char line[128];
    struct lar_text text;
    unsigned skipped = 0;
    lar_text_init(&text, line, sizeof line, sizeof line);
    lar_text_puts(&text, "{\"time_ms\":");
    lar_text_i64(&text, lar_unix_ms());
    lar_text_puts(&text, ",\"dropped\":");
    lar_text_u64(&text, dropped);
    lar_text_puts(&text, "}\n");
    write_lines(a, text.data, text.size);
    if (lar_log_allow(&a->errors, ERRORS_PER_SECOND, &skipped))
        lar_log(a->log, LAR_LOG_WARNING, "access log: %llu lines were dropped",
                (unsigned long long)dropped);
}

/* Waits for lines, then a moment for more. With the lock. */
static void await_lines(struct lar_access_log *a)
{
    while (!a->n_waiting && !a->switching && !a->ending)
        pthread_cond_wait(&a->some, &a->lock);
    struct timespec until = lar_after_ms(CLOCK_MONOTONIC, GATHER_MS);
    while (a->n_waiting < LAR_ACCESS_BUFFER_BYTES / 2 && !a->switching && !a->ending)
        if (pthread_cond_timedwait(&a->some, &a->lock, &until) != 0)
            return;
}

static void *write_all(void *context)
{
    struct lar_access_log *a = context;
    uint64_t lost = 0;
    for (bool ending = false; !ending;) {
        pthread_mutex_lock(&a->lock);
        await_lines(a);
        char *lines = a->waiting;
        size_t n = a->n_waiting;
        uint64_t dropped = a->dropped + lost;
        bool switching = a->switching;
        int next = a->next_fd;
        size_t before = switching ? a->switch_at : n;
        ending = a->ending;
        a->waiting = a->writing;
        a->writing = lines;
        a->n_waiting = 0;
        a->dropped = 0;
        a->switching = false;
        a->next_fd = NO_FD;
        pthread_mutex_unlock(&a->lock);
        lost = write_lines(a, lines, before);
        if (switching) {
            close_fd(a->fd);
            a->fd = next;
            a->torn = false;
            lost += write_lines(a, lines + before, n - before);
        }
        if (dropped)
            write_dropped(a, dropped);
    }
    return NULL;
}

bool lar_access_log_new(struct lar_access_log **ret, struct lar_log *log, struct lar_error *err)
{
    pthread_condattr_t monotonic;
    struct lar_access_log *a = calloc(1, sizeof *a);
    if (!a)
        return lar_fail(err, LAR_ERR_NOMEM, "access log");
    a->log = log;
    a->fd = a->next_fd = NO_FD;
    pthread_mutex_init(&a->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&a->some, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *ret = a;
    return true;
}

void lar_access_log_free(struct lar_access_log *a)
{
    if (!a)
        return;
    if (a->running) {
        atomic_store(&a->end_by, lar_now_ms() + STOP_MS);
        pthread_mutex_lock(&a->lock);
        a->ending = true;
        pthread_cond_signal(&a->some);
        pthread_mutex_unlock(&a->lock);
        struct timespec until = lar_after_ms(CLOCK_REALTIME, STUCK_MS);
        if (pthread_timedjoin_np(a->thread, NULL, &until) != 0)
            return; /* stuck in a disk: it keeps what it uses until the process ends */
    }
    close_fd(a->fd);
    close_fd(a->next_fd);
    pthread_cond_destroy(&a->some);
    pthread_mutex_destroy(&a->lock);
    free(a->waiting);
    free(a->writing);
    free(a);
}

/* A pipe without a reader must keep nobody waiting, one with a slow reader the thread only. */
static int open_target(const char *target, struct lar_error *err)
{
    if (strcmp(target, "stderr") == 0)
        return STDERR_FILENO;
    int fd = open(target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
    if (fd < 0)
        lar_fail_errno(err, errno, "access_log %s", target);
    return fd;
}

static bool run(struct lar_access_log *a, struct lar_error *err)
{
    if (a->running)
        return true;
    a->waiting = malloc(LAR_ACCESS_BUFFER_BYTES);
    a->writing = malloc(LAR_ACCESS_BUFFER_BYTES);
    int failed =
        !a->waiting || !a->writing ? ENOMEM : pthread_create(&a->thread, NULL, write_all, a);
    if (failed) {
        free(a->waiting);
        free(a->writing);
        a->waiting = a->writing = NULL;
        return lar_fail_errno(err, failed, "access log");
    }
    pthread_setname_np(a->thread, "access log");
    return a->running = true;
}

bool lar_access_log_open(struct lar_access_log *a, const char *target, struct lar_error *err)
{
    bool on = strcmp(target, "off") != 0 && *target;
    if (!on && !a->running)
        return true;
    int fd = on ? open_target(target, err) : NO_FD;
    if (on && (fd < 0 || !run(a, err))) {
        close_fd(fd);
        return false;
    }
    pthread_mutex_lock(&a->lock);
    close_fd(a->next_fd);
    a->next_fd = fd;
    a->switch_at = a->n_waiting;
    a->switching = true;
    pthread_cond_signal(&a->some);
    pthread_mutex_unlock(&a->lock);
    atomic_store(&a->on, on);
    return true;
}

bool lar_access_log_on(const struct lar_access_log *a)
{
    return a && atomic_load_explicit(&a->on, memory_order_relaxed);
}

void lar_access_log_add(struct lar_access_log *a, const char *line, size_t n)
{
    pthread_mutex_lock(&a->lock);
    size_t before = a->n_waiting;
    if (!a->waiting || n > LAR_ACCESS_BUFFER_BYTES - before) {
        a->dropped++;
    } else {
        memcpy(a->waiting + before, line, n);
        a->n_waiting += n;
    }
    bool half = before < LAR_ACCESS_BUFFER_BYTES / 2 && a->n_waiting >= LAR_ACCESS_BUFFER_BYTES / 2;
    if (!before || half)
        pthread_cond_signal(&a->some);
    pthread_mutex_unlock(&a->lock);
}

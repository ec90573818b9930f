/* Starts larder-loader for the daemon; see spawner.h.
 *
 * A request is one message on the spawner's socket: the limits, and four descriptors: source,
 * result, report, and one end of a pipe for the answer. The answer is the wait status. A caller
 * whose pipe closes without an answer knows that the spawner has died; nothing is shared between
 * callers, so nothing is locked.
 * SPDX-License-Identifier: MIT */
#include "spawner/spawner.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CHILDREN = 64,      /* loaders at a time */
    FIRST_FREE_FD = 16, /* received descriptors stay clear of the loader's 0 to 5 */
    REPORT_SIZE = 1 << 20,
    LOADER_NICE = 10,
    PASSED = 4,
};

enum passed { SOURCE, RESULT, REPORT, ANSWER };

struct answer {
    int status; /* as waitpid() gives it; -1: could not be started, errno in ERRNUM */
    int errnum;
    bool timed_out;
};

struct lar_spawner {
    int socket;
    char build_id[LAR_HASH_HEX];
};

/* ---- in the spawner's process ---- */

struct child {
    int pidfd, answer; /* pidfd -1: free */
    pid_t pid;
    int64_t deadline_ms;
    bool timed_out;
};

/* Receives one request; false at the end of the socket. FDS are -1 where nothing came. */
static bool receive(int socket, struct lar_load_limits *limits, int fds[PASSED])
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * PASSED)];
        struct cmsghdr align;
    } control;
    struct iovec io = {.iov_base = limits, .iov_len = sizeof *limits};
    struct msghdr m = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    for (int i = 0; i < PASSED; i++)
        fds[i] = -1;
    if (n <= 0)
        return false;
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (n != sizeof *limits || !c || c->cmsg_len != CMSG_LEN(sizeof(int) * PASSED))
        return true;
    int got[PASSED];
    memcpy(got, CMSG_DATA(c), sizeof got);
    for (int i = 0; i < PASSED; i++) {
        fds[i] = fcntl(got[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
        close(got[i]);
    }
    return true;
}

static int start_loader(pid_t *ret, int program, const int fds[PASSED],
                        const struct lar_load_limits *limits)
{
    char path[32], memory[24], cpu[16];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", program);
    (void)snprintf(memory, sizeof memory, "%zu", limits->memory);
    (void)snprintf(cpu, sizeof cpu, "%u", limits->cpu_seconds);
    char *argv[] = {(char *)"larder-loader", memory, cpu, limits->unpack ? (char *)"unpack" : NULL,
                    NULL},
         *envp[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    if (posix_spawn_file_actions_init(&actions))
        return ENOMEM;
    if (posix_spawnattr_init(&attributes)) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int e = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                      POSIX_SPAWN_SETPGROUP);
    e = e ? e : posix_spawnattr_setsigdefault(&attributes, &all);
    e = e ? e : posix_spawnattr_setsigmask(&attributes, &none);
    for (int i = SOURCE; !e && i <= REPORT; i++)
        e = posix_spawn_file_actions_adddup2(&actions, fds[i], 3 + i);
    e = e ? e : posix_spawn(ret, path, &actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return e;
}

static void give_answer(int fd, const struct answer *answer)
{
    (void)!write(fd, answer, sizeof *answer);
    close(fd);
}

/* Takes the place of CHILD, or answers at once where no loader could be started. */
static void begin(struct child *child, int program, const int fds[PASSED],
                  const struct lar_load_limits *limits)
{
    struct answer failure = {.status = -1};
    failure.errnum = start_loader(&child->pid, program, fds, limits);
    if (!failure.errnum) {
        child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
        if (child->pidfd < 0) {
            failure.errnum = errno;
            kill(child->pid, SIGKILL);
            waitpid(child->pid, NULL, 0);
        }
    }
    if (failure.errnum) {
        give_answer(fds[ANSWER], &failure);
        return;
    }
    child->answer = fds[ANSWER];
    child->deadline_ms = lar_now_ms() + (int64_t)limits->wall_seconds * 1000;
    child->timed_out = false;
}

static void end(struct child *child)
{
    struct answer answer = {.timed_out = child->timed_out};
    waitpid(child->pid, &answer.status, 0);
    give_answer(child->answer, &answer);
    close(child->pidfd);
    child->pidfd = -1;
}

static void accept_request(int socket, int program, struct child *child, bool *ret_open)
{
    struct lar_load_limits limits;
    int fds[PASSED];
    *ret_open = receive(socket, &limits, fds);
    bool whole = *ret_open;
    for (int i = 0; i < PASSED; i++)
        whole &= fds[i] >= 0;
    if (whole)
        begin(child, program, fds, &limits);
    for (int i = 0; i < (whole ? ANSWER : PASSED); i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* Milliseconds to the nearest deadline, -1 without one; kills those that passed theirs. */
static int enforce_deadlines(struct child children[CHILDREN])
{
    int64_t now = lar_now_ms(), nearest = -1;
    for (int i = 0; i < CHILDREN; i++) {
        struct child *c = &children[i];
        if (c->pidfd < 0 || c->timed_out)
            continue;
        int64_t left = c->deadline_ms - now;
        if (left <= 0) {
            c->timed_out = true;
            kill(c->pid, SIGKILL);
        } else if (nearest < 0 || left < nearest) {
            nearest = left;
        }
    }
    return nearest > 60000 ? 60000 : (int)nearest;
}

/* Fills FDS and RUNNING with the loaders that run, returns how many; poll() takes no more entries
 * than the process may have descriptors, so free places are left out. */
static nfds_t list(struct pollfd fds[CHILDREN + 1], struct child children[CHILDREN],
                   struct child *running[CHILDREN], struct child **ret_free)
{
    nfds_t n = 0;
    *ret_free = NULL;
    for (int i = 0; i < CHILDREN; i++) {
        if (children[i].pidfd < 0) {
            *ret_free = &children[i];
            continue;
        }
        running[n] = &children[i];
        fds[n++] = (struct pollfd){.fd = children[i].pidfd, .events = POLLIN};
    }
    return n;
}

static void serve(int socket, int program)
{
    struct child children[CHILDREN], *running[CHILDREN], *free_child;
    for (int i = 0; i < CHILDREN; i++)
        children[i] = (struct child){.pidfd = -1};
    for (bool open = true;;) {
        struct pollfd fds[CHILDREN + 1];
        nfds_t n = list(fds, children, running, &free_child);
        if (!open && !n)
            return;
        fds[n] = (struct pollfd){.fd = open && free_child ? socket : -1, .events = POLLIN};
        if (poll(fds, n + 1, enforce_deadlines(children)) < 0) {
            if (errno == EINTR || errno == ENOMEM)
                continue;
            return; /* loads answer that no loader can be started */
        }
        for (nfds_t i = 0; i < n; i++)
            if (fds[i].revents)
                end(running[i]);
        if (fds[n].fd >= 0 && fds[n].revents)
            accept_request(socket, program, free_child, &open);
    }
}

/* Never returns. SOCKET and PROGRAM are moved out of the loader's way; all else is closed. */
static void run_spawner(int socket, int program)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    sigset_t none;
    sigemptyset(&none);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_NAME, "larder-spawner");
    setpriority(PRIO_PROCESS, 0, LOADER_NICE); /* answering goes before loading */
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    socket = fcntl(socket, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    program = fcntl(program, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    if (socket < 0 || program < 0)
        _exit(1);
    int low = socket < program ? socket : program, high = socket < program ? program : socket;
    close_range(STDERR_FILENO + 1, (unsigned)low - 1, 0);
    if (high > low + 1)
        close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    close_range((unsigned)high + 1, ~0u, 0);
    serve(socket, program);
    _exit(0);
}

/* ---- in the daemon ---- */

/* Two builds of the loader never share compiled forms: the id is the digest of the program. */
static bool identify(char build_id[LAR_HASH_HEX], int program, struct lar_error *err)
{
    struct lar_map map;
    struct lar_hash hash = {0};
    uint8_t digest[LAR_HASH_SIZE];
    if (!lar_map_fd(&map, program, err))
        return false;
    bool ok = lar_hash_begin(&hash, err);
    if (ok) {
        lar_hash_add(&hash, map.data, map.size);
        lar_hash_end(&hash, digest);
        lar_hash_hex(digest, build_id);
    }
    lar_hash_finish(&hash);
    lar_map_finish(&map);
    return ok;
}

/* What cannot be run is better found at the start than by every load. */
static bool check_program(int program, struct lar_error *err)
{
    struct stat st;
    if (fstat(program, &st))
        return lar_fail_errno(err, errno, "fstat");
    if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
        return lar_fail(err, LAR_ERR_INVALID, "not a program that can be run");
    return true;
}

static bool fork_spawner(int *ret_socket, int program, struct lar_error *err)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
        return lar_fail_errno(err, errno, "socketpair");
    sigset_t all, before; /* no signal may find the child before it ignores them */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        run_spawner(sockets[1], program);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(sockets[1]);
    if (pid < 0) {
        close(sockets[0]);
        return lar_fail_errno(err, errno, "fork");
    }
    *ret_socket = sockets[0];
    return true;
}

bool lar_spawner_start(struct lar_spawner **ret, const char *path, struct lar_error *err)
{
    struct lar_spawner *s = calloc(1, sizeof *s);
    if (!s)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the spawner");
    int program = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = program >= 0 || lar_fail_errno(err, errno, "open");
    ok = ok && check_program(program, err);
    if (!ok)
        lar_error_within(err, "the loader's program %s", path);
    ok = ok && identify(s->build_id, program, err) && fork_spawner(&s->socket, program, err);
    if (program >= 0)
        close(program);
    if (!ok) {
        free(s);
        return false;
    }
    *ret = s;
    return true;
}

void lar_spawner_stop(struct lar_spawner *spawner)
{
    if (!spawner)
        return;
    close(spawner->socket);
    free(spawner);
}

bool lar_spawner_alive(const struct lar_spawner *spawner)
{
    struct pollfd p = {.fd = spawner->socket, .events = POLLIN};
    return poll(&p, 1, 0) == 0 || !(p.revents & (POLLHUP | POLLERR));
}

const char *lar_spawner_build_id(const struct lar_spawner *spawner)
{
    return spawner->build_id;
}

static bool send_request(int socket, const struct lar_load_limits *limits, const int fds[PASSED],
                         struct lar_error *err)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * PASSED)];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec io = {.iov_base = (void *)limits, .iov_len = sizeof *limits};
    struct msghdr m = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * PASSED);
    memcpy(CMSG_DATA(c), fds, sizeof(int) * PASSED);
    ssize_t n;
    do
        n = sendmsg(socket, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n >= 0 || lar_fail(err, LAR_ERR_BUSY, "no loader can be started: the spawner has ended");
}

/* Turns a refusal's report, {"error": {"code": n, "text": "..."}}, into ERR. */
static bool refuse(int report, struct lar_error *err)
{
    char *text = malloc(REPORT_SIZE);
    ssize_t n = text ? pread(report, text, REPORT_SIZE, 0) : -1;
    json_t *root = n > 0 ? json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *why = NULL;
    int code = 0;
    if (json_unpack(root, "{s:{s:i,s:s}}", "error", "code", &code, "text", &why) == 0 &&
        code > LAR_ERR_NONE && code <= LAR_ERR_INTERNAL)
        lar_fail(err, (enum lar_error_code)code, "%s", why);
    else
        lar_fail(err, LAR_ERR_INTERNAL, "the loader gave up without saying why");
    json_decref(root);
    free(text);
    return false;
}

static bool judge(const struct answer *answer, const struct lar_load_limits *limits, int report,
                  struct lar_error *err)
{
    if (answer->status == -1)
        return lar_fail_errno(err, answer->errnum, "starting the loader");
    if (answer->timed_out)
        return lar_fail(err, LAR_ERR_DIED, "the loader took longer than %u s",
                        limits->wall_seconds);
    if (WIFSIGNALED(answer->status)) {
        int sig = WTERMSIG(answer->status);
        const char *name = sigabbrev_np(sig);
        if (sig == SIGXCPU)
            return lar_fail(err, LAR_ERR_DIED, "the loader used more than %u s of processor time",
                            limits->cpu_seconds);
        return lar_fail(err, LAR_ERR_DIED, "the loader died with SIG%s", name ? name : "?");
    }
    return WEXITSTATUS(answer->status) == 0 || refuse(report, err);
}

bool lar_spawner_load(struct lar_spawner *spawner, int source, int result, int report,
                      const struct lar_load_limits *limits, struct lar_error *err)
{
    int answers[2];
    if (pipe2(answers, O_CLOEXEC))
        return lar_fail_errno(err, errno, "pipe");
    const int fds[PASSED] = {
        [SOURCE] = source, [RESULT] = result, [REPORT] = report, [ANSWER] = answers[1]};
    bool ok = send_request(spawner->socket, limits, fds, err);
    close(answers[1]);
    struct answer answer = {0};
    ssize_t n = 0;
    if (ok) {
        do
            n = read(answers[0], &answer, sizeof answer);
        while (n < 0 && errno == EINTR);
        ok = n == sizeof answer ? judge(&answer, limits, report, err)
                                : lar_fail(err, LAR_ERR_BUSY, "the spawner ended during a load");
    }
    close(answers[0]);
    return ok;
}

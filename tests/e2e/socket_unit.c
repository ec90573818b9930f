/* socket_unit UNIX_PATH PROGRAM [ARGUMENT ...]: what systemd does for a service with a socket unit.
 *
 * Listens on a free port of 127.0.0.1, which it prints, and on UNIX_PATH, and starts the program
 * with both sockets. SIGHUP restarts the program as `systemctl restart` does, SIGTERM, then a new
 * one when the old one has ended, while the sockets stay open; SIGTERM ends both.
 * SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FD = 3, N_FDS = 2 };

static void need(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

/* FD is the descriptor that the socket must get. */
static void listen_at(int fd, const void *address, socklen_t size)
{
    int made = socket(((const struct sockaddr *)address)->sa_family, SOCK_STREAM, 0);
    need(made >= 0 && bind(made, address, size) == 0 && listen(made, SOMAXCONN) == 0, "listening");
    if (made == fd)
        return;
    need(dup2(made, fd) == fd, "dup2");
    close(made);
}

static pid_t start(char **command, const sigset_t *unblock)
{
    pid_t pid = fork();
    need(pid >= 0, "fork");
    if (pid > 0)
        return pid;
    char id[24], n[8];
    snprintf(id, sizeof id, "%d", (int)getpid());
    snprintf(n, sizeof n, "%d", N_FDS);
    setenv("LISTEN_PID", id, 1);
    setenv("LISTEN_FDS", n, 1);
    sigprocmask(SIG_UNBLOCK, unblock, NULL);
    execv(command[0], command);
    perror(command[0]);
    _exit(1);
}

static int end(pid_t pid)
{
    int status = 0;
    kill(pid, SIGTERM);
    need(waitpid(pid, &status, 0) == pid, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    socklen_t size = sizeof in;
    need(strlen(argv[1]) < sizeof un.sun_path, "the socket's path");
    memcpy(un.sun_path, argv[1], strlen(argv[1]) + 1);
    listen_at(FIRST_FD, &in, sizeof in);
    listen_at(FIRST_FD + 1, &un, sizeof un);
    need(getsockname(FIRST_FD, (struct sockaddr *)&in, &size) == 0, "getsockname");
    printf("%u\n", ntohs(in.sin_port));
    fflush(stdout);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    pid_t pid = start(argv + 2, &signals);
    for (;;) {
        int got;
        need(sigwait(&signals, &got) == 0, "sigwait");
        int status = end(pid);
        if (got == SIGTERM || status != 0)
            return status;
        pid = start(argv + 2, &signals);
        puts("restarted");
        fflush(stdout);
    }
}

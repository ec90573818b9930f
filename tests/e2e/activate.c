/* Socket activation as systemd does it: activate PIDFILE ADDRESS@NAME... -- PROGRAM ARGUMENT...
 *
 * Listens on each ADDRESS (an IPv4 or IPv6 address, on a free port, or a path), prints "ADDRESS
 * PORT" for it (IPv6 that this host lacks is left out, and said so), and runs PROGRAM with the
 * sockets, again each time that it ends well, until SIGTERM, which it passes on. PIDFILE holds
 * PROGRAM's process id. SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST = 3 };

static volatile sig_atomic_t ending, child;

static void on_term(int signal_number)
{
    ending = 1;
    if (child > 0)
        kill(child, signal_number);
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* The listening socket, or -1 where this host has no IPv6. */
static int listen_on(const char *address)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
    struct sockaddr_un *un = (struct sockaddr_un *)&storage;
    socklen_t size = sizeof *un;
    if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        size = sizeof *in;
    } else if (inet_pton(AF_INET6, address, &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        size = sizeof *in6;
    } else {
        un->sun_family = AF_UNIX;
        snprintf(un->sun_path, sizeof un->sun_path, "%s", address);
    }
    int fd = socket(storage.ss_family, SOCK_STREAM, 0);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&storage, size) == 0;
    if (!bound && storage.ss_family == AF_INET6) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (!bound || listen(fd, 128) != 0)
        die(address);
    size = sizeof storage;
    getsockname(fd, (struct sockaddr *)&storage, &size);
    int port = storage.ss_family == AF_UNIX ? 0 : ntohs(in->sin_port); /* in6's lies there, too */
    printf("%s %d\n", address, port);
    return fd;
}

static void run(char **program, int n, const char *names)
{
    char text[16];
    snprintf(text, sizeof text, "%d", n);
    setenv("LISTEN_FDS", text, 1);
    snprintf(text, sizeof text, "%d", getpid());
    setenv("LISTEN_PID", text, 1);
    setenv("LISTEN_FDNAMES", names, 1);
    execv(program[0], program);
    die(program[0]);
}

static void write_pid(const char *path, int pid)
{
    char temporary[256];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *f = fopen(temporary, "w");
    if (!f)
        die(temporary);
    fprintf(f, "%d\n", pid);
    fclose(f);
    if (rename(temporary, path) != 0)
        die(path);
}

int main(int argc, char **argv)
{
    char names[512] = "";
    int n = 0, i = 2;
    struct sigaction on = {.sa_handler = on_term};
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        char *at = strrchr(argv[i], '@');
        if (!at)
            return 2;
        *at = '\0';
        int fd = listen_on(argv[i]);
        if (fd < 0) {
            printf("%s none\n", argv[i]);
            continue;
        }
        if (fd != FIRST + n)
            return 2;
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", n ? ":" : "", at + 1);
        n++;
    }
    if (i + 1 >= argc)
        return 2;
    fflush(stdout);
    sigaction(SIGTERM, &on, NULL);
    int status = 0;
    while (!ending && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        int pid = fork();
        if (pid == 0)
            run(argv + i + 1, n, names);
        child = pid;
        write_pid(argv[1], pid);
        while (waitpid(pid, &status, 0) < 0)
            if (ending)
                kill(pid, SIGTERM);
        child = 0;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

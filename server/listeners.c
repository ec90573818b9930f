/* Listening sockets; see listeners.h.
 * SPDX-License-Identifier: MIT */
#include "server/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_PASSED_FD = 3, MAX_PASSED_FDS = 64, DEFAULT_MODE = 0660, MODE_BITS = 0777 };

static bool keep(struct lar_listeners *l, struct lar_listener listener, struct lar_error *err)
{
    struct lar_listener *items = realloc(l->items, (l->n + 1) * sizeof *items);
    if (!items) {
        close(listener.fd);
        return lar_fail(err, LAR_ERR_NOMEM, "listeners");
    }
    l->items = items;
    l->items[l->n++] = listener;
    return true;
}

/* Kind and name of a bound socket, from its address. */
static bool describe(struct lar_listener *listener, struct lar_error *err)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(listener->fd, (struct sockaddr *)&address, &size) != 0)
        return lar_fail_errno(err, errno, "a listening socket");
    char host[INET6_ADDRSTRLEN] = "?";
    if (address.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&address;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        listener->kind =
            ntohl(in->sin_addr.s_addr) >> 24 == 127 ? LAR_LISTENER_LOOPBACK : LAR_LISTENER_OPEN;
        snprintf(listener->name, sizeof listener->name, "%s:%u", host, ntohs(in->sin_port));
    } else if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)&address;
        inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
        listener->kind =
            IN6_IS_ADDR_LOOPBACK(&in->sin6_addr) ? LAR_LISTENER_LOOPBACK : LAR_LISTENER_OPEN;
        snprintf(listener->name, sizeof listener->name, "[%s]:%u", host, ntohs(in->sin6_port));
    } else {
        const struct sockaddr_un *un = (const struct sockaddr_un *)&address;
        listener->kind = LAR_LISTENER_UNIX;
        snprintf(listener->name, sizeof listener->name, "unix:%s", un->sun_path);
    }
    return true;
}

static int bind_tcp(const struct addrinfo *info, bool v6_only)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int on = 1, only = v6_only;
    bool ok = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    if (info->ai_family == AF_INET6)
        ok = ok && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) == 0;
    if (ok && bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static bool add_tcp(struct lar_listeners *l, const char *address, struct lar_error *err)
{
    char host[256];
    const char *colon = strrchr(address, ':');
    size_t n = colon ? (size_t)(colon - address) : 0;
    if (!colon || n >= sizeof host)
        return lar_fail(err, LAR_ERR_INVALID,
                        "wants host:port, unix:PATH, systemd or systemd:NAME");
    bool bracketed = n >= 2 && address[0] == '[' && address[n - 1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? n - 2 : n), address + bracketed);
    if (!bracketed && strchr(host, ':'))
        return lar_fail(err, LAR_ERR_INVALID, "an IPv6 address goes into brackets: [::1]:8080");
    const char *port = colon + 1; /* getaddrinfo() takes it modulo 65536 */
    size_t digits = strspn(port, "0123456789");
    if (digits == 0 || port[digits] || digits > 5 || strtoul(port, NULL, 10) > UINT16_MAX)
        return lar_fail(err, LAR_ERR_INVALID, "a port is a number from 0 to %d", UINT16_MAX);
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int failed = getaddrinfo(*host ? host : NULL, port, &hints, &found);
    if (failed)
        return lar_fail(err, LAR_ERR_INVALID, "%s", gai_strerror(failed));
    for (const struct addrinfo *info = found; info && !err->code; info = info->ai_next) {
        /* [::] takes IPv4 too, unless an own listener has that port already. */
        struct lar_listener listener = {.fd = bind_tcp(info, false)};
        if (listener.fd < 0 && errno == EADDRINUSE && info->ai_family == AF_INET6)
            listener.fd = bind_tcp(info, true);
        if (listener.fd < 0)
            lar_fail_errno(err, errno, "cannot listen");
        else if (describe(&listener, err))
            keep(l, listener, err);
    }
    freeaddrinfo(found);
    return !err->code;
}

/* A socket that nobody listens on any more is what a crash leaves behind. */
static void remove_stale(const struct sockaddr_un *address)
{
    struct stat st;
    if (lstat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
        errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(fd);
}

/* The mode in "PATH,mode=0666"; *RET_PATH is the length of PATH. */
static bool read_mode(const char *text, size_t *ret_path, mode_t *ret, struct lar_error *err)
{
    const char *option = strstr(text, ",mode=");
    *ret_path = option ? (size_t)(option - text) : strlen(text);
    *ret = DEFAULT_MODE;
    if (!option)
        return true;
    const char *digits = option + strlen(",mode=");
    size_t n = strspn(digits, "01234567");
    *ret = n >= 3 && n <= 4 && !digits[n] ? (mode_t)strtoul(digits, NULL, 8) : MODE_BITS + 1;
    return *ret <= MODE_BITS ||
           lar_fail(err, LAR_ERR_INVALID, "mode is three octal digits, as in mode=0660");
}

static bool add_unix(struct lar_listeners *l, const char *text, struct lar_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n;
    mode_t mode;
    if (!read_mode(text, &n, &mode, err))
        return false;
    if (n == 0 || n >= sizeof address.sun_path)
        return lar_fail(err, LAR_ERR_INVALID, "a socket's path has 1 to %zu bytes",
                        sizeof address.sun_path - 1);
    memcpy(address.sun_path, text, n);
    remove_stale(&address);
    struct lar_listener listener = {
        .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
        .kind = LAR_LISTENER_UNIX,
        .remove_path = true,
    };
    if (listener.fd < 0)
        return lar_fail_errno(err, errno, "cannot listen");
    mode_t mask = umask(~mode & MODE_BITS); /* so from the first moment */
    bool ok = bind(listener.fd, (const struct sockaddr *)&address, sizeof address) == 0;
    umask(mask);
    if (!ok || listen(listener.fd, SOMAXCONN) != 0) {
        lar_fail_errno(err, errno, "cannot listen");
        close(listener.fd);
        return false;
    }
    snprintf(listener.name, sizeof listener.name, "unix:%s", address.sun_path);
    return keep(l, listener, err);
}

/* How many sockets systemd has handed over (sd_listen_fds(3)). */
static int count_passed(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    bool ours = pid && strtol(pid, NULL, 10) == getpid();
    long n = ours && fds ? strtol(fds, NULL, 10) : 0;
    return n < 1 || n > MAX_PASSED_FDS ? 0 : (int)n;
}

/* Whether the I-th of LISTEN_FDNAMES, which ':' separates, is NAME. */
static bool is_named(int i, const char *name)
{
    const char *names = getenv("LISTEN_FDNAMES");
    for (; names && i > 0; i--) {
        names = strchr(names, ':');
        names = names ? names + 1 : NULL;
    }
    size_t n = names ? strcspn(names, ":") : 0;
    return names && strlen(name) == n && memcmp(names, name, n) == 0;
}

static bool is_taken(const struct lar_listeners *l, int fd)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->items[i].fd == fd)
            return true;
    return false;
}

static bool take_passed(struct lar_listeners *l, int fd, struct lar_error *err)
{
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening)
        return lar_fail(err, LAR_ERR_INVALID, "descriptor %d is not a listening socket", fd);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return lar_fail_errno(err, errno, "descriptor %d", fd);
    struct lar_listener listener = {.fd = fd};
    return describe(&listener, err) && keep(l, listener, err);
}

/* Those called NAME; NULL: all that are left. */
static bool add_passed(struct lar_listeners *l, const char *name, struct lar_error *err)
{
    int n = count_passed(), taken = 0;
    for (int i = 0; i < n; i++) {
        int fd = FIRST_PASSED_FD + i;
        if (is_taken(l, fd) || (name && !is_named(i, name)))
            continue;
        if (!take_passed(l, fd, err))
            return false;
        taken++;
    }
    return taken || lar_fail(err, LAR_ERR_INVALID, "systemd handed over no sockets%s%s",
                             name ? " called " : "", name ? name : "");
}

unsigned lar_listeners_forget_passed(const struct lar_listeners *l)
{
    unsigned left = 0;
    for (int i = count_passed(); i > 0; i--)
        left += !is_taken(l, FIRST_PASSED_FD + i - 1);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return left;
}

bool lar_listeners_add(struct lar_listeners *l, const char *address, struct lar_error *err)
{
    bool ok = strcmp(address, "systemd") == 0        ? add_passed(l, NULL, err)
              : strncmp(address, "systemd:", 8) == 0 ? add_passed(l, address + 8, err)
              : strncmp(address, "unix:", 5) == 0    ? add_unix(l, address + 5, err)
                                                     : add_tcp(l, address, err);
    return ok || lar_error_within(err, "listen %s", address);
}

void lar_listeners_close(struct lar_listeners *l)
{
    for (size_t i = 0; i < l->n; i++) {
        close(l->items[i].fd);
        if (l->items[i].remove_path)
            unlink(l->items[i].name + strlen("unix:"));
    }
    free(l->items);
    *l = (struct lar_listeners){0};
}

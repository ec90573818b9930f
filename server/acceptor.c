/* The accepting thread; see acceptor.h.
 * SPDX-License-Identifier: MIT */
#include "server/acceptor.h"
#include "base/priority.h"
#include "server/mailbox.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHORTAGE_MS = 100, BURST = 64 };

struct lar_acceptor {
    struct lar_listeners listeners;
    struct pollfd *polled; /* the wake-up, then the listeners */
    struct lar_mailbox box;
    size_t limit;
    _Atomic size_t open;
    _Atomic bool full, stopping;
    void (*deliver)(void *context, const struct lar_accepted *accepted);
    void *context;
    pthread_t thread;
    bool running;
};

static struct lar_peer peer_of(const struct lar_listener *listener,
                               const struct sockaddr_storage *address)
{
    struct lar_peer peer = {.unix_socket = listener->kind == LAR_LISTENER_UNIX,
                            .management = listener->management};
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        peer.local = ntohl(in->sin_addr.s_addr) >> 24 == 127;
    } else if (address->ss_family == AF_INET6) {
        const struct in6_addr *in = &((const struct sockaddr_in6 *)address)->sin6_addr;
        peer.local =
            IN6_IS_ADDR_LOOPBACK(in) || (IN6_IS_ADDR_V4MAPPED(in) && in->s6_addr[12] == 127);
    }
    peer.local |= peer.unix_socket;
    return peer;
}

/* Accepts what waits on LISTENER. False: descriptors or memory are short. */
static bool accept_burst(struct lar_acceptor *a, const struct lar_listener *listener)
{
    for (int i = 0; i < BURST && atomic_load(&a->open) < a->limit; i++) {
        struct lar_accepted accepted = {.address_size = sizeof accepted.address};
        accepted.fd = accept4(listener->fd, (struct sockaddr *)&accepted.address,
                              &accepted.address_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted.fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                return false;
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            return true;
        }
        accepted.peer = peer_of(listener, &accepted.address);
        if (!accepted.peer.unix_socket) {
            int on = 1;
            setsockopt(accepted.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }
        atomic_fetch_add(&a->open, 1);
        a->deliver(a->context, &accepted);
    }
    return true;
}

static void *accept_all(void *context)
{
    struct lar_acceptor *a = context;
    bool shortage = false;
    lar_priority_answer();
    while (!atomic_load(&a->stopping)) {
        bool full = atomic_load(&a->open) >= a->limit;
        atomic_store(&a->full, full);
        /* A release between the two lines above would otherwise be missed. */
        full = full && atomic_load(&a->open) >= a->limit;
        nfds_t n = full || shortage ? 1 : (nfds_t)(a->listeners.n + 1);
        int ready = poll(a->polled, n, shortage ? SHORTAGE_MS : -1);
        shortage = false;
        lar_mailbox_take(&a->box);
        for (size_t i = 0; ready > 0 && n > 1 && i < a->listeners.n; i++)
            if (a->polled[i + 1].revents && !accept_burst(a, &a->listeners.items[i]))
                shortage = true;
    }
    return NULL;
}

bool lar_acceptor_start(struct lar_acceptor **ret, struct lar_listeners *listeners, size_t limit,
                        void (*deliver)(void *context, const struct lar_accepted *accepted),
                        void *context, struct lar_error *err)
{
    struct lar_acceptor *a = calloc(1, sizeof *a);
    if (!a)
        return lar_fail(err, LAR_ERR_NOMEM, "acceptor");
    a->box.fd = -1;
    a->limit = limit;
    a->deliver = deliver;
    a->context = context;
    a->polled = calloc(listeners->n + 1, sizeof *a->polled);
    if (!a->polled || !lar_mailbox_init(&a->box, err)) {
        lar_acceptor_free(a);
        return lar_fail(err, LAR_ERR_NOMEM, "acceptor");
    }
    a->polled[0] = (struct pollfd){.fd = a->box.fd, .events = POLLIN};
    for (size_t i = 0; i < listeners->n; i++)
        a->polled[i + 1] = (struct pollfd){.fd = listeners->items[i].fd, .events = POLLIN};
    a->listeners = *listeners;
    *ret = a; /* before the first delivery, whose receiver may release at once */
    int failed = pthread_create(&a->thread, NULL, accept_all, a);
    if (failed) {
        *ret = NULL;
        a->listeners = (struct lar_listeners){0};
        lar_acceptor_free(a);
        return lar_fail_errno(err, failed, "acceptor");
    }
    pthread_setname_np(a->thread, "accept");
    a->running = true;
    *listeners = (struct lar_listeners){0};
    return true;
}

void lar_acceptor_release(struct lar_acceptor *a)
{
    atomic_fetch_sub(&a->open, 1);
    if (atomic_load(&a->full))
        lar_mailbox_wake(&a->box);
}

size_t lar_acceptor_open(const struct lar_acceptor *a)
{
    return atomic_load(&a->open);
}

void lar_acceptor_stop(struct lar_acceptor *a)
{
    if (a->running) {
        atomic_store(&a->stopping, true);
        lar_mailbox_wake(&a->box);
        pthread_join(a->thread, NULL);
        a->running = false;
    }
    lar_listeners_close(&a->listeners);
}

void lar_acceptor_free(struct lar_acceptor *a)
{
    if (!a)
        return;
    lar_acceptor_stop(a);
    lar_mailbox_finish(&a->box);
    free(a->polled);
    free(a);
}

/* One thread that accepts on all listeners and hands the connections on.
 *
 * It stops accepting, leaving clients in the backlog, while LIMIT connections are open or
 * descriptors are short.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_ACCEPTOR_H
#define SERVER_ACCEPTOR_H

#include "server/listeners.h"
#include "server/request.h"

#include <sys/socket.h>

struct lar_acceptor;

struct lar_accepted {
    int fd;
    struct sockaddr_storage address;
    socklen_t address_size;
    struct lar_peer peer;
};

/* DELIVER takes over the descriptor, on the acceptor's thread. LISTENERS are taken over too. */
bool lar_acceptor_start(struct lar_acceptor **ret, struct lar_listeners *listeners, size_t limit,
                        void (*deliver)(void *context, const struct lar_accepted *accepted),
                        void *context, struct lar_error *err);

/* A connection that was delivered is closed. Any thread. */
void lar_acceptor_release(struct lar_acceptor *acceptor);

size_t lar_acceptor_open(const struct lar_acceptor *acceptor); /* connections now */

/* Ends the thread and closes the listeners; lar_acceptor_release() stays allowed until free. */
void lar_acceptor_stop(struct lar_acceptor *acceptor);
void lar_acceptor_free(struct lar_acceptor *acceptor); /* accepts NULL */

#endif

/* Which proxies are trusted, and whom they name as their client.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_NETWORKS_H
#define SERVER_NETWORKS_H

#include "server/access_log.h"

/* An IPv6 network; IPv4 as ::ffff:a.b.c.d. */
struct lar_network {
    uint8_t address[16];
    unsigned bits;
};

struct lar_networks {
    struct lar_network *items;
    size_t n;
    bool unix_sockets;
};

/* Adds "10.0.0.0/8", "2001:db8::/32", a single address, or "unix" for all unix sockets. */
bool lar_networks_add(struct lar_networks *networks, const char *text, struct lar_error *err);
void lar_networks_finish(struct lar_networks *networks); /* accepts a zeroed one */

bool lar_networks_hold(const struct lar_networks *networks, const struct sockaddr_storage *address);

/* The client of PEER, if that is trusted: in FORWARDED_FOR (X-Forwarded-For), or where that is
 * empty FORWARDED (RFC 7239), the last address that is not trusted itself; where all are, the
 * first. A proxy adds at the end, so that nothing before an address that is not trusted is
 * believed. False: PEER is not trusted, or nothing is said that is an address. */
bool lar_networks_client(const struct lar_networks *networks, const struct sockaddr_storage *peer,
                         struct lar_span forwarded_for, struct lar_span forwarded,
                         char ret[static LAR_PEER_BYTES]);

#endif

/* The sockets that larderd listens on: TCP, unix, handed over by systemd.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_LISTENERS_H
#define SERVER_LISTENERS_H

#include "base/error.h"

#include <stddef.h>

enum lar_listener_kind { LAR_LISTENER_LOOPBACK, LAR_LISTENER_OPEN, LAR_LISTENER_UNIX };

struct lar_listener {
    int fd;
    enum lar_listener_kind kind;
    char name[160];   /* "127.0.0.1:8080", with the port that the system chose for 0 */
    bool management;  /* takes changes, where not all do */
    bool remove_path; /* a unix socket that we made: name + 5 is removed at the end */
};

struct lar_listeners {
    struct lar_listener *items;
    size_t n;
};

/* Opens ADDRESS: "host:port", "[v6]:port", "unix:PATH", "unix:PATH,mode=0660" (which is what it is
 * without), "systemd:NAME" for the sockets that systemd hands over under that name
 * (FileDescriptorName=), or "systemd" for all of them that are left. May add several. */
bool lar_listeners_add(struct lar_listeners *listeners, const char *address, struct lar_error *err);

/* Clears systemd's variables, so before the first thread; returns how many of its sockets no
 * address took. */
unsigned lar_listeners_forget_passed(const struct lar_listeners *listeners);
void lar_listeners_close(struct lar_listeners *listeners); /* accepts a zeroed one; twice */

#endif

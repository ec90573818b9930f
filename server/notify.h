/* Telling systemd what state the daemon is in, where it asked for it (NOTIFY_SOCKET).
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_NOTIFY_H
#define SERVER_NOTIFY_H

#include <stdbool.h>

/* Sends STATE ("READY=1", "STOPPING=1"; lines between newlines). False: nobody asked, or it could
 * not be sent; nothing depends on it. */
bool lar_notify(const char *state);

/* RELOADING=1 with the time that systemd wants beside it; READY=1 follows. */
bool lar_notify_reloading(void);

#endif

/* Who may change things: upload, delete, reload, validate.
 *
 * Everyone on this host (loopback, unix socket) whose request no proxy has passed on; others with a
 * token; nobody whose browser was sent by another site's page.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_MANAGEMENT_H
#define SERVER_MANAGEMENT_H

#include "config/config.h"
#include "server/listeners.h"
#include "server/request.h"

struct lar_management;

/* Reads the tokens file. Fails if it is readable by others, holds none, or a line is malformed; or
 * if one of LISTENERS can be reached from other hosts and CONFIG leaves open who may change things
 * from there. */
bool lar_management_new(struct lar_management **ret, const struct lar_config *config,
                        const struct lar_listeners *listeners, struct lar_error *err);
void lar_management_free(struct lar_management *management); /* accepts NULL */

/* Reads tokens and allowed hosts again; on failure the old ones stay. Any thread. */
bool lar_management_reload(struct lar_management *management, const struct lar_config *config,
                           struct lar_error *err);

/* False: RQ may not change anything; ERR and the answer's status say why. Any thread. */
bool lar_management_admit(struct lar_management *management, struct lar_request *rq,
                          struct lar_error *err);

#endif

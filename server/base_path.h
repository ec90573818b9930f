/* The sub-path under which a proxy shows the service, such as "/models/larder".
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_BASE_PATH_H
#define SERVER_BASE_PATH_H

#include "server/guard.h"

enum { LAR_BASE_PATH_BYTES = 100, LAR_BASE_PATH_SEGMENTS = 4 };

/* Copies TEXT to RET: "" where it is NULL, "" or "/"; else "/" and a segment of letters, digits and
 * ._~- each, 4 at most, without a "/" at its end. */
bool lar_base_path_init(char ret[static LAR_BASE_PATH_BYTES], const char *text,
                        struct lar_error *err);

/* Takes BASE from the front of TARGET; what is left of BASE itself is "/". False: it is not there.
 */
bool lar_target_strip(struct lar_target *target, const char *base);

/* Whether TARGET is PATH, "/a/b". */
bool lar_target_is(const struct lar_target *target, const char *path);

#endif

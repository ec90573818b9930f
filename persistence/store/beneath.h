/* Opening what others may have put into a folder: never out of it, never hanging.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_BENEATH_H
#define PERSISTENCE_STORE_BENEATH_H

#include "base/error.h"

#include <sys/stat.h>

/* PATH below the folder ROOT, or a negative errno. Links are followed as long as they stay below
 * ROOT (EXDEV otherwise, ELOOP for a circle). FLAGS as of open(2); O_CLOEXEC, O_NOCTTY and
 * O_NONBLOCK are added. */
int lar_open_beneath(int root, const char *path, int flags);

/* What PATH is, links followed, without opening it: 0 or a negative errno. */
int lar_stat_beneath(int root, const char *path, struct stat *ret);

/* Fills ERR with what a failure of those means to a user. Always returns false. */
bool lar_beneath_fail(struct lar_error *err, int negative_errno, const char *path);

/* "a FIFO", "a device": what a file of this mode is. */
const char *lar_kind_of_file(mode_t mode);

#endif

/* A file mapped read-only, and private memory files.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct lar_map {
    const uint8_t *data; /* never NULL after success, also for an empty file */
    size_t size;
};

/* Maps all of FD read-only; FD stays the caller's and may be closed. Whoever may still shorten the
 * file can raise SIGBUS in readers: map only files that are private to us. */
bool lar_map_fd(struct lar_map *ret, int fd, struct lar_error *err);
void lar_map_finish(struct lar_map *map); /* accepts a zeroed map */

/* A new empty anonymous file, close-on-exec, or -1. NAME is for /proc only. */
int lar_memfd(const char *name, struct lar_error *err);

/* All of BYTES at FD's offset; goes on after short writes and EINTR. */
bool lar_write_all(int fd, const void *bytes, size_t n, struct lar_error *err);

#endif

/* The one tar that a folder is: members sorted by name, no times, owners or modes of its own
 * (POSIX.1-2017 pax, "ustar Interchange Format"; names over 100 bytes as pax records).
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_TAR_H
#define PERSISTENCE_STORE_TAR_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { LAR_TAR_BLOCK = 512, LAR_TAR_HEAD = 5632 /* at most, for names up to 4096 bytes */ };

/* Writes what comes before the bytes of file NAME to HEAD; returns its length. */
size_t lar_tar_head(const char *name, uint64_t size, uint8_t head[LAR_TAR_HEAD]);

/* Zero bytes that follow a file of SIZE bytes; two blocks of zeros end the tar. */
size_t lar_tar_padding(uint64_t size);

#endif

/* What is sent to the server: a file as it is, or a folder as the tar that the store would make of
 * it (persistence/store/tar.h), without its hidden files. The tar is made while it is read, as
 * often as wanted; it needs no space on a disk. SPDX-License-Identifier: MIT */
#ifndef CLI_PARCEL_H
#define CLI_PARCEL_H

#include "base/hash.h"

struct lar_parcel;

enum { LAR_PARCEL_FILES = 4096, LAR_PARCEL_DEPTH = 16 };

/* The file or folder at PATH; the caller's (lar_parcel_close). Refused are empty folders, links and
 * devices, and more files or folders in folders than a server takes. Sizes are those of now. */
bool lar_parcel_open(struct lar_parcel **ret, const char *path, struct lar_error *err);
void lar_parcel_close(struct lar_parcel *parcel); /* accepts NULL */

uint64_t lar_parcel_size(const struct lar_parcel *parcel);

/* The next bytes, at most N; *RET 0: the end. A file that has become shorter is an error. */
bool lar_parcel_read(struct lar_parcel *parcel, void *to, size_t n, size_t *ret,
                     struct lar_error *err);
void lar_parcel_rewind(struct lar_parcel *parcel);

/* SHA-256 of all that will be read; rewinds. */
bool lar_parcel_digest(struct lar_parcel *parcel, uint8_t ret[LAR_HASH_SIZE],
                       struct lar_error *err);

#endif

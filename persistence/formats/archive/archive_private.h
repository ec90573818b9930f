/* Between the files of archive/.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_ARCHIVE_ARCHIVE_PRIVATE_H
#define PERSISTENCE_FORMATS_ARCHIVE_ARCHIVE_PRIVATE_H

#include "persistence/formats/archive/archive.h"

struct listing {
    struct lar_archive *archive;
    struct lar_arena *arena;
    const struct lar_archive_limits *limits;
    size_t room;
    uint64_t bytes; /* of all members so far */
};

/* Adds a plain file under the name that the archive gives, checked. Names that are passed over are
 * not added. */
bool archive_add(struct listing *l, const char *name, size_t length,
                 const struct lar_archive_member *member, struct lar_error *err);

/* Sorts, leaves away a folder around everything, refuses what clashes. */
bool archive_settle(struct listing *l, struct lar_error *err);

/* "'NAME'", fit for a message. */
const char *archive_show(char buffer[static 96], const char *name, size_t length);

/* Lists DATA. */
bool zip_list(struct listing *l, const uint8_t *data, size_t size, struct lar_error *err);
bool tar_list(struct listing *l, const uint8_t *data, size_t size, struct lar_error *err);

/* Whether DATA begins with a tar's header. */
bool tar_probe(const uint8_t *data, size_t size);

/* Decompresses gzip or zstd to memory that the caller frees; at most LIMIT bytes, and then
 * LAR_ERR_LIMIT unless CUT. */
bool archive_inflate(uint8_t **ret, size_t *ret_size, const uint8_t *data, size_t size,
                     uint64_t limit, bool cut, struct lar_error *err);

#endif

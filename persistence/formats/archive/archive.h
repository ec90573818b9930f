/* Folders as zip or tar (also .gz, .zst), as people upload them: what is in them, checked as if an
 * enemy had made it. Runs inside larder-loader only.
 *
 * Only plain files count; folders are passed over, links, devices and encrypted members refused.
 * Names are relative and plain; hidden names and what macOS adds are left out; a folder that holds
 * everything is left away. SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_ARCHIVE_ARCHIVE_H
#define PERSISTENCE_FORMATS_ARCHIVE_ARCHIVE_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

enum lar_archive_kind {
    LAR_ARCHIVE_NONE, /* something else, or a zip that is itself a model */
    LAR_ARCHIVE_ZIP,
    LAR_ARCHIVE_TAR,
    LAR_ARCHIVE_TAR_GZ,
    LAR_ARCHIVE_TAR_ZST
};
const char *lar_archive_kind_name(enum lar_archive_kind kind); /* "zip", "tar.gz", ... */

struct lar_archive_member {
    const char *name;    /* as it is to be unpacked */
    uint64_t size;       /* unpacked */
    const uint8_t *data; /* in the archive: SIZE bytes, or PACKED ones if deflated */
    uint64_t packed;
    uint32_t crc;  /* of the unpacked bytes; zip only */
    bool deflated; /* zip only */
    bool checked;  /* crc is to be compared */
};

struct lar_archive_limits {
    uint64_t bytes; /* of all members, unpacked */
    size_t members;
    unsigned ratio; /* unpacked to packed, of the whole; from 16 MB on */
};

struct lar_archive {
    enum lar_archive_kind kind;
    struct lar_archive_member *members; /* ascending by name; in the arena */
    size_t n;
    uint8_t *inflated; /* a tar that was compressed; malloc's */
};

/* Lists what is in DATA, which must outlive RET. KIND NONE: not an archive of a folder, nothing is
 * listed. LAR_ERR_LIMIT, LAR_ERR_TRUNCATED, LAR_ERR_FORMAT, LAR_ERR_UNSUPPORTED: the text names the
 * member. RET is to be finished in any case. */
bool lar_archive_open(struct lar_archive *ret, const uint8_t *data, size_t size,
                      const struct lar_archive_limits *limits, struct lar_arena *arena,
                      struct lar_error *err);
/* The same for a zip, whatever it holds: readers of models that are zips. */
bool lar_archive_open_zip(struct lar_archive *ret, const uint8_t *data, size_t size,
                          const struct lar_archive_limits *limits, struct lar_arena *arena,
                          struct lar_error *err);
void lar_archive_finish(struct lar_archive *archive);

/* Writes MEMBER's bytes to TO, which has room for MEMBER->size, and checks them. */
bool lar_archive_extract(const struct lar_archive_member *member, uint8_t *to,
                         struct lar_error *err);

#endif

/* A model's files in one descriptor: what the daemon (or the command line) hands to larder-loader.
 *
 * Layout, little-endian: "LARDBNDL", u32 version (1), u32 n_files, u64 options_offset,
 * u64 options_size, then for each file, sorted by name, u64 name_offset, u64 name_size,
 * u64 data_offset, u64 data_size; then names and options; then each file's bytes at a multiple of
 * 64. Options are the part of model.yaml that readers use, as JSON, or empty.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_BUNDLE_H
#define BASE_BUNDLE_H

#include "base/arena.h"
#include "base/map.h"

enum { LAR_BUNDLE_FILES = 4096 }; /* at most */

struct lar_bundle_file {
    const char *name; /* relative, '/' between parts, no "." or ".."; NUL-terminated */
    const uint8_t *data;
    size_t size;
};

struct lar_bundle {
    struct lar_bundle_file *files; /* strictly ascending names */
    uint32_t n_files;
    const char *options; /* NUL-terminated JSON text, "" if none */
};

/* Opens a bundle that lies in memory; names go into ARENA, data is borrowed. Everything is checked.
 */
bool lar_bundle_open(struct lar_bundle *ret, const void *data, size_t size, struct lar_arena *arena,
                     struct lar_error *err);

/* The file called NAME, or NULL. */
const struct lar_bundle_file *lar_bundle_find(const struct lar_bundle *bundle, const char *name);

/* Writing: sizes are known before the bytes are copied. */
struct lar_bundle_member {
    const char *name;
    uint64_t size;
    uint64_t offset; /* out: where its bytes belong */
};

/* Sorts MEMBERS, writes everything but the files' bytes to FD and sets its length. The caller then
 * writes each member's bytes at its offset. */
bool lar_bundle_begin(int fd, struct lar_bundle_member *members, size_t n, const char *options,
                      struct lar_error *err);

#endif

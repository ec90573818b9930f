/* One entry of a models' folder, which is one version of a model: a file, or a folder with all
 * that is in it.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_ENTRY_H
#define PERSISTENCE_STORE_ENTRY_H

#include "base/arena.h"
#include "base/hash.h"

#include <stdint.h>

/* What tells one state of an entry from another without reading it. */
struct lar_identity {
    uint64_t device, size;         /* size: of all its files, bytes */
    int64_t modified_ns;           /* newest mtime; Unix time */
    int64_t changed_ns;            /* newest mtime or ctime */
    uint8_t digest[LAR_HASH_SIZE]; /* over name, inode, size, mtime, ctime of every member */
};
bool lar_identity_equal(const struct lar_identity *a, const struct lar_identity *b);

struct lar_member {
    const char *name; /* relative to the entry; of a file: its own */
    const char *path; /* relative to the root */
    uint64_t size;
};

struct lar_entry {
    bool folder;
    struct lar_member *members; /* ascending by name (bytewise) */
    size_t n_members;
    struct lar_member expected; /* expected.json beside the model; name NULL: there is none */
    struct lar_identity identity;
};

/* Looks at the entry PATH below ROOT; names go into ARENA. Files are not opened. A folder is walked
 * to a depth of 16; hidden and unfinished names, model.yaml and expected.json are not members;
 * beside one model file only what bears its name is (of ONNX all). expected.json is part of the
 * identity all the same.
 * LAR_ERR_NOTFOUND: not there, or no file in it. */
bool lar_entry_look(struct lar_entry *ret, int root, const char *path, struct lar_arena *arena,
                    struct lar_error *err);

#endif

/* A private copy of an entry: what larder-loader is given, and what the entry's digests are.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_SOURCE_H
#define PERSISTENCE_STORE_SOURCE_H

#include "persistence/store/entry.h"

struct lar_source {
    int bundle;    /* base/bundle.h; -1 after lar_source_finish() */
    uint64_t size; /* of the artifact, bytes */
    struct lar_identity identity;
    char sha256[LAR_HASH_HEX]; /* of the artifact: the file, or the folder's tar (tar.h) */
    char key[LAR_HASH_HEX];    /* of the compiled form; covers expected.json, too */
    char *expected;            /* the text of expected.json, or NULL; freed by finish() */
    size_t expected_size;
};
enum { LAR_EXPECTED_BYTES = 1 << 20 }; /* of expected.json, at most */

struct lar_source_options {
    const char *options;  /* what of model.yaml the loader reads, as JSON, or "" */
    const char *build_id; /* of the loader */
    int folder;           /* where the copy's nameless file lives; -1: in memory */
};

/* Copies the entry PATH below ROOT, hashing on the way, and looks at it again afterwards.
 * LAR_ERR_BUSY: it changed meanwhile, or is not EXPECTED (may be NULL). A bundle of one file names
 * it "model". RET must be finished after success. */
bool lar_source_copy(struct lar_source *ret, int root, const char *path,
                     const struct lar_identity *expected, const struct lar_source_options *options,
                     struct lar_error *err);
/* The same of one file that is open already and that nobody else changes. */
bool lar_source_copy_file(struct lar_source *ret, int file,
                          const struct lar_source_options *options, struct lar_error *err);
void lar_source_finish(struct lar_source *source);

/* A new nameless file in FOLDER, in memory if FOLDER is -1 or has no such files, or -1. */
int lar_nameless_file(int folder, struct lar_error *err);

/* The artifact of the entry PATH, byte for byte: a descriptor at offset 0, or -1. LAR_ERR_BUSY as
 * above. A folder's tar is written to a nameless file in FOLDER. */
int lar_source_artifact(int root, const char *path, const struct lar_identity *expected, int folder,
                        uint64_t *ret_size, struct lar_error *err);

#endif

/* state/index: which entry, in which state, has which compiled form, so that a start opens no
 * source. A cache: damaged or of another loader, it is empty. Not thread-safe.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_INDEX_H
#define PERSISTENCE_STORE_INDEX_H

#include "persistence/store/entry.h"
#include "persistence/store/store.h"

#include <jansson.h>

struct lar_index {
    json_t *entries; /* path -> {identity, key, sha256, size} */
    char build[LAR_HASH_HEX];
    bool changed; /* since the last write */
};

struct lar_index_record {
    char key[LAR_HASH_HEX], sha256[LAR_HASH_HEX];
    uint64_t size; /* of the artifact */
};

bool lar_index_read(struct lar_index *ret, const struct lar_store *store, const char *build_id,
                    struct lar_error *err);
bool lar_index_parse(struct lar_index *ret, const char *text, size_t n, const char *build_id);
void lar_index_finish(struct lar_index *index);

/* PATH in a state that is not IDENTITY is not found. */
bool lar_index_find(const struct lar_index *index, const char *path,
                    const struct lar_identity *identity, struct lar_index_record *ret);
void lar_index_put(struct lar_index *index, const char *path, const struct lar_identity *identity,
                   const struct lar_index_record *record);
void lar_index_remove(struct lar_index *index, const char *path);

/* The compiled form of PATH in whatever state, valid until the index changes; or NULL. */
const char *lar_index_key(const struct lar_index *index, const char *path);

/* Whether some entry has the compiled form KEY. */
bool lar_index_uses(const struct lar_index *index, const char *key);

/* Writes it if it changed; a failure is forgotten: the next start hashes the sources. */
void lar_index_write(struct lar_index *index, const struct lar_store *store);

#endif

/* The index of compiled forms; see index.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/index.h"

#include "base/map.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT = 64 << 20 };

static const char *member(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text && lar_hash_is_hex(text) ? text : NULL;
}

static bool is_sound(const json_t *entry)
{
    return member(entry, "identity") && member(entry, "key") && member(entry, "sha256") &&
           json_is_integer(json_object_get(entry, "size"));
}

bool lar_index_parse(struct lar_index *ret, const char *text, size_t n, const char *build_id)
{
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
    const char *build = json_string_value(json_object_get(root, "build"));
    json_t *entries = json_object_get(root, "entries");
    const char *path;
    json_t *entry;
    bool ok = build && strcmp(build, build_id) == 0 && json_is_object(entries);
    if (ok)
        json_object_foreach(entries, path, entry) ok = ok && is_sound(entry);
    if (ok)
        ret->entries = json_incref(entries);
    json_decref(root);
    return ok;
}

bool lar_index_read(struct lar_index *ret, const struct lar_store *store, const char *build_id,
                    struct lar_error *err)
{
    struct lar_error why = {0};
    size_t n;
    *ret = (struct lar_index){0};
    snprintf(ret->build, sizeof ret->build, "%s", build_id);
    char *text = store->state >= 0
                     ? lar_store_read_small(store->state, "index", FILE_LIMIT, &n, &why)
                     : NULL;
    if (text)
        lar_index_parse(ret, text, n, ret->build);
    free(text);
    if (!ret->entries)
        ret->entries = json_object();
    return ret->entries || lar_fail(err, LAR_ERR_NOMEM, "out of memory for the index");
}

void lar_index_finish(struct lar_index *index)
{
    json_decref(index->entries);
    *index = (struct lar_index){0};
}

bool lar_index_find(const struct lar_index *index, const char *path,
                    const struct lar_identity *identity, struct lar_index_record *ret)
{
    char hex[LAR_HASH_HEX];
    const json_t *entry = json_object_get(index->entries, path);
    lar_hash_hex(identity->digest, hex);
    if (!entry || strcmp(member(entry, "identity"), hex) != 0)
        return false;
    memcpy(ret->key, member(entry, "key"), sizeof ret->key);
    memcpy(ret->sha256, member(entry, "sha256"), sizeof ret->sha256);
    ret->size = (uint64_t)json_integer_value(json_object_get(entry, "size"));
    return true;
}

const char *lar_index_key(const struct lar_index *index, const char *path)
{
    return member(json_object_get(index->entries, path), "key");
}

void lar_index_put(struct lar_index *index, const char *path, const struct lar_identity *identity,
                   const struct lar_index_record *record)
{
    char hex[LAR_HASH_HEX];
    lar_hash_hex(identity->digest, hex);
    json_t *entry = json_pack("{s:s, s:s, s:s, s:I}", "identity", hex, "key", record->key, "sha256",
                              record->sha256, "size", (json_int_t)record->size);
    if (entry && json_object_set_new(index->entries, path, entry) == 0)
        index->changed = true;
}

void lar_index_remove(struct lar_index *index, const char *path)
{
    if (json_object_del(index->entries, path) == 0)
        index->changed = true;
}

bool lar_index_uses(const struct lar_index *index, const char *key)
{
    const char *path;
    json_t *entry;
    json_object_foreach(index->entries, path, entry)
    {
        if (strcmp(member(entry, "key"), key) == 0)
            return true;
    }
    return false;
}

static bool write_text(const struct lar_store *store, const char *text)
{
    char name[64];
    struct lar_error err = {0};
    snprintf(name, sizeof name, "index.%ld.tmp", (long)getpid());
    int fd =
        openat(store->state, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return false;
    bool ok = lar_write_all(fd, text, strlen(text), &err);
    ok = close(fd) == 0 && ok && renameat(store->state, name, store->state, "index") == 0;
    if (!ok)
        unlinkat(store->state, name, 0);
    return ok;
}

void lar_index_write(struct lar_index *index, const struct lar_store *store)
{
    if (!index->changed || store->state < 0)
        return;
    json_t *root = json_pack("{s:s, s:O}", "build", index->build, "entries", index->entries);
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    if (text)
        write_text(store, text);
    index->changed = false;
    free(text);
    json_decref(root);
}

/* Private copies of entries; see source.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/source.h"

#include "base/bundle.h"
#include "base/gentle.h"
#include "base/map.h"
#include "persistence/store/beneath.h"
#include "persistence/store/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 16 << 10, NAMES_ARENA = 64 << 20 };

int lar_nameless_file(int folder, struct lar_error *err)
{
    if (folder >= 0) {
        int fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0)
            return fd;
        if (errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EMFILE) {
            lar_fail_errno(err, errno, "a nameless file in the state folder");
            return -1;
        }
    }
    return lar_memfd("larder", err);
}

static bool changed(struct lar_error *err, const char *path)
{
    return lar_fail(err, LAR_ERR_BUSY, "'%s' changed while it was read", path);
}

static bool write_at(int fd, const uint8_t *bytes, size_t n, uint64_t offset, struct lar_error *err)
{
    while (n) {
        ssize_t done = pwrite(fd, bytes, n, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return lar_fail_errno(err, errno, "writing a private copy");
        bytes += done;
        offset += (uint64_t)done;
        n -= (size_t)done;
    }
    return true;
}

/* What a copy is made of while it is made. */
struct copier {
    int root, out;
    int given; /* the one member is open already; or -1 */
    uint8_t *buffer;
    struct lar_hash file, tar;
    bool as_tar; /* the artifact is a tar: several files */
};

static int open_member(const struct copier *c, const struct lar_member *m, struct lar_error *err)
{
    struct stat st;
    int fd = c->given >= 0 ? fcntl(c->given, F_DUPFD_CLOEXEC, 3)
                           : lar_open_beneath(c->root, m->path, O_RDONLY);
    if (fd < 0 && c->given >= 0) {
        lar_fail_errno(err, errno, "a descriptor for a copy");
        return -1;
    }
    if (fd == -ENOENT || fd == -ENOTDIR) {
        changed(err, m->path);
        return -1;
    }
    if (fd < 0) {
        lar_beneath_fail(err, fd, m->path);
        return -1;
    }
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != m->size) {
        changed(err, m->path);
        close(fd);
        return -1;
    }
    return fd;
}

/* Copies one member to OFFSET of the output and hashes it. */
static bool copy_member(struct copier *c, const struct lar_member *m, uint64_t offset,
                        struct lar_error *err)
{
    int fd = open_member(c, m, err);
    if (fd < 0 || !lar_hash_begin(&c->file, err)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    bool ok = true;
    for (uint64_t at = 0; ok && at < m->size;) {
        uint64_t left = m->size - at;
        ssize_t n = pread(fd, c->buffer, left < CHUNK ? left : CHUNK, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            ok = lar_fail_errno(err, errno, "reading '%s'", m->path);
        else if (n == 0)
            ok = changed(err, m->path);
        else
            ok = write_at(c->out, c->buffer, (size_t)n, offset + at, err);
        if (!ok)
            break;
        lar_hash_add(&c->file, c->buffer, (size_t)n);
        if (c->as_tar)
            lar_hash_add(&c->tar, c->buffer, (size_t)n);
        at += (uint64_t)n;
        sched_yield(); /* short requests of other threads go first */
    }
    close(fd);
    return ok;
}

static const uint8_t zeros[2 * LAR_TAR_BLOCK];

/* All members in order: to the output, into the artifact's digest and into the key. */
static bool copy_members(struct copier *c, const struct lar_entry *entry,
                         const struct lar_bundle_member *places, struct lar_hash *key,
                         struct lar_source *ret, struct lar_error *err)
{
    uint8_t digest[LAR_HASH_SIZE], head[LAR_TAR_HEAD];
    ret->size = 0;
    for (size_t i = 0; i < entry->n_members; i++) {
        const struct lar_member *m = &entry->members[i];
        if (c->as_tar) {
            size_t n = lar_tar_head(m->name, m->size, head);
            lar_hash_add(&c->tar, head, n);
            ret->size += n + lar_tar_padding(m->size);
        }
        if (!copy_member(c, m, places[i].offset, err))
            return false;
        if (c->as_tar)
            lar_hash_add(&c->tar, zeros, lar_tar_padding(m->size));
        ret->size += m->size;
        lar_hash_end(&c->file, digest);
        lar_hash_add(key, places[i].name, strlen(places[i].name) + 1);
        lar_hash_add_u64(key, m->size);
        lar_hash_add(key, digest, sizeof digest);
    }
    if (c->as_tar) {
        lar_hash_add(&c->tar, zeros, sizeof zeros);
        ret->size += sizeof zeros;
        lar_hash_end(&c->tar, digest);
    }
    lar_hash_hex(digest, ret->sha256);
    return true;
}

/* Reads expected.json whole, and into the key. */
static bool copy_expected(const struct copier *c, const struct lar_member *m, struct lar_hash *key,
                          struct lar_source *ret, struct lar_error *err)
{
    if (!m->name)
        return true;
    if (m->size > LAR_EXPECTED_BYTES)
        return lar_fail(err, LAR_ERR_LIMIT, "'%s' has %llu bytes; at most %d are read", m->path,
                        (unsigned long long)m->size, LAR_EXPECTED_BYTES);
    int fd = open_member(c, m, err);
    if (fd < 0)
        return false;
    size_t n = (size_t)m->size;
    ret->expected = malloc(n + 1);
    ssize_t got = ret->expected ? pread(fd, ret->expected, n, 0) : -1;
    bool ok = got == (ssize_t)n;
    if (!ret->expected)
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for '%s'", m->path);
    else if (got < 0)
        lar_fail_errno(err, errno, "reading '%s'", m->path);
    else if (!ok)
        changed(err, m->path);
    close(fd);
    if (!ok)
        return false;
    ret->expected_size = n;
    lar_hash_add(key, m->name, strlen(m->name) + 1);
    lar_hash_add_u64(key, n);
    lar_hash_add(key, ret->expected, n);
    return true;
}

/* The bundle's table: lar_bundle_begin() sorts by name, as members are already. */
static struct lar_bundle_member *place_members(const struct lar_entry *entry, int out,
                                               const char *options, struct lar_error *err)
{
    struct lar_bundle_member *places = calloc(entry->n_members, sizeof *places);
    if (!places) {
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for a copy's table");
        return NULL;
    }
    for (size_t i = 0; i < entry->n_members; i++)
        places[i] = (struct lar_bundle_member){
            .name = entry->n_members == 1 ? "model" : entry->members[i].name,
            .size = entry->members[i].size};
    if (!lar_bundle_begin(out, places, entry->n_members, options, err)) {
        free(places);
        return NULL;
    }
    return places;
}

static bool copy_entry(struct copier *c, const struct lar_entry *entry,
                       const struct lar_source_options *options, struct lar_source *ret,
                       struct lar_error *err)
{
    struct lar_hash key = {0};
    uint8_t digest[LAR_HASH_SIZE];
    struct lar_bundle_member *places = place_members(entry, c->out, options->options, err);
    c->buffer = malloc(CHUNK);
    bool ok = places && (c->buffer || lar_fail(err, LAR_ERR_NOMEM, "out of memory for a copy")) &&
              lar_hash_begin(&key, err) && (!c->as_tar || lar_hash_begin(&c->tar, err));
    if (ok) {
        lar_hash_add_u64(&key, entry->n_members);
        ok = copy_members(c, entry, places, &key, ret, err) &&
             copy_expected(c, &entry->expected, &key, ret, err);
    }
    if (ok) {
        lar_hash_add(&key, options->options, strlen(options->options) + 1);
        lar_hash_add(&key, options->build_id, strlen(options->build_id) + 1);
        lar_hash_end(&key, digest);
        lar_hash_hex(digest, ret->key);
    }
    lar_hash_finish(&key);
    lar_hash_finish(&c->file);
    lar_hash_finish(&c->tar);
    free(c->buffer);
    free(places);
    return ok;
}

static bool look_again(int root, const char *path, const struct lar_identity *expected,
                       struct lar_error *err)
{
    struct lar_arena arena;
    struct lar_entry entry;
    struct lar_error why = {0};
    lar_arena_init(&arena, NAMES_ARENA);
    bool same = lar_entry_look(&entry, root, path, &arena, &why) &&
                lar_identity_equal(&entry.identity, expected);
    lar_arena_finish(&arena);
    return same || changed(err, path);
}

bool lar_source_copy(struct lar_source *ret, int root, const char *path,
                     const struct lar_identity *expected, const struct lar_source_options *options,
                     struct lar_error *err)
{
    struct lar_arena arena;
    struct lar_entry entry;
    *ret = (struct lar_source){.bundle = -1};
    lar_arena_init(&arena, NAMES_ARENA);
    bool ok = lar_entry_look(&entry, root, path, &arena, err);
    if (ok && expected && !lar_identity_equal(&entry.identity, expected))
        ok = changed(err, path);
    if (ok) {
        ret->identity = entry.identity;
        ret->bundle = lar_nameless_file(options->folder, err);
        struct copier c = {
            .root = root, .out = ret->bundle, .given = -1, .as_tar = entry.n_members > 1};
        ok = ret->bundle >= 0 && copy_entry(&c, &entry, options, ret, err) &&
             look_again(root, path, &entry.identity, err);
    }
    lar_arena_finish(&arena);
    if (!ok)
        lar_source_finish(ret);
    return ok;
}

bool lar_source_copy_file(struct lar_source *ret, int file,
                          const struct lar_source_options *options, struct lar_error *err)
{
    struct stat st;
    *ret = (struct lar_source){.bundle = -1};
    if (fstat(file, &st))
        return lar_fail_errno(err, errno, "fstat");
    struct lar_member member = {
        .name = "model", .path = "the upload", .size = (uint64_t)st.st_size};
    struct lar_entry entry = {.members = &member, .n_members = 1};
    ret->bundle = lar_nameless_file(options->folder, err);
    struct copier c = {.root = -1, .out = ret->bundle, .given = file};
    if (ret->bundle >= 0 && copy_entry(&c, &entry, options, ret, err))
        return true;
    lar_source_finish(ret);
    return false;
}

void lar_source_finish(struct lar_source *source)
{
    if (source->bundle >= 0)
        lar_gentle_close(source->bundle);
    source->bundle = -1;
    free(source->expected);
    source->expected = NULL;
}

/* Writes the tar of ENTRY to OUT. */
static bool write_tar(struct copier *c, const struct lar_entry *entry, uint64_t *ret_size,
                      struct lar_error *err)
{
    uint8_t head[LAR_TAR_HEAD];
    uint64_t at = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < entry->n_members; i++) {
        const struct lar_member *m = &entry->members[i];
        size_t n = lar_tar_head(m->name, m->size, head), padding = lar_tar_padding(m->size);
        ok = write_at(c->out, head, n, at, err) && copy_member(c, m, at + n, err) &&
             write_at(c->out, zeros, padding, at + n + m->size, err);
        at += n + m->size + padding;
    }
    *ret_size = at + sizeof zeros;
    return ok && write_at(c->out, zeros, sizeof zeros, at, err);
}

static int tar_artifact(int root, const char *path, const struct lar_entry *entry, int folder,
                        uint64_t *ret_size, struct lar_error *err)
{
    struct copier c = {.root = root, .out = lar_nameless_file(folder, err), .given = -1};
    if (c.out < 0)
        return -1;
    c.buffer = malloc(CHUNK);
    bool ok = (c.buffer || lar_fail(err, LAR_ERR_NOMEM, "out of memory for a copy")) &&
              write_tar(&c, entry, ret_size, err) && look_again(root, path, &entry->identity, err);
    free(c.buffer);
    lar_hash_finish(&c.file);
    if (ok)
        return c.out;
    lar_gentle_close(c.out);
    return -1;
}

int lar_source_artifact(int root, const char *path, const struct lar_identity *expected, int folder,
                        uint64_t *ret_size, struct lar_error *err)
{
    struct lar_arena arena;
    struct lar_entry entry;
    int fd = -1;
    lar_arena_init(&arena, NAMES_ARENA);
    if (lar_entry_look(&entry, root, path, &arena, err)) {
        struct copier c = {.root = root, .given = -1};
        if (!lar_identity_equal(&entry.identity, expected))
            changed(err, path);
        else if (entry.n_members > 1)
            fd = tar_artifact(root, path, &entry, folder, ret_size, err);
        else
            fd = open_member(&c, &entry.members[0], err);
        if (fd >= 0 && entry.n_members == 1) {
            *ret_size = entry.members[0].size;
            if (!look_again(root, path, expected, err)) {
                close(fd);
                fd = -1;
            }
        }
    }
    lar_arena_finish(&arena);
    return fd;
}

/* Which archive it is, and what is in it; see archive.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/archive/archive_private.h"

#include <stdlib.h>
#include <string.h>

enum { TAR_HEAD = 512, FREE_BYTES = 16 << 20 };

const char *lar_archive_kind_name(enum lar_archive_kind kind)
{
    static const char *const names[] = {"none", "zip", "tar", "tar.gz", "tar.zst"};
    return names[kind];
}

static bool begins(const uint8_t *data, size_t size, const char *magic, size_t n)
{
    return size >= n && memcmp(data, magic, n) == 0;
}

/* A compressed stream is a folder's if a tar begins in it: a pickle may be compressed, too. */
static bool holds_tar(const uint8_t *data, size_t size)
{
    uint8_t *head;
    size_t n;
    struct lar_error err = {0};
    bool ok = archive_inflate(&head, &n, data, size, TAR_HEAD, true, &err);
    bool ret = ok && tar_probe(head, n);
    free(head);
    return ret;
}

static enum lar_archive_kind probe(const uint8_t *data, size_t size)
{
    if (begins(data, size, "PK\3\4", 4))
        return LAR_ARCHIVE_ZIP;
    if (tar_probe(data, size))
        return LAR_ARCHIVE_TAR;
    if (begins(data, size, "\x1F\x8B", 2) && holds_tar(data, size))
        return LAR_ARCHIVE_TAR_GZ;
    if (begins(data, size, "\x28\xB5\x2F\xFD", 4) && holds_tar(data, size))
        return LAR_ARCHIVE_TAR_ZST;
    return LAR_ARCHIVE_NONE;
}

static bool holds(const struct lar_archive *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->members[i].name, name) == 0)
            return true;
    return false;
}

/* PyTorch's, Keras's and skops's model files are zips themselves. */
static bool is_model(const struct lar_archive *a)
{
    return (holds(a, "data.pkl") && holds(a, "version")) ||
           (holds(a, "config.json") && holds(a, "model.weights.h5")) || holds(a, "schema.json");
}

/* The most that SIZE packed bytes may become. */
static uint64_t most(const struct lar_archive_limits *limits, size_t size)
{
    uint64_t by_ratio = (uint64_t)size * limits->ratio;
    if (by_ratio < FREE_BYTES)
        by_ratio = FREE_BYTES;
    return by_ratio < limits->bytes ? by_ratio : limits->bytes;
}

bool lar_archive_open(struct lar_archive *ret, const uint8_t *data, size_t size,
                      const struct lar_archive_limits *limits, struct lar_arena *arena,
                      struct lar_error *err)
{
    *ret = (struct lar_archive){.kind = probe(data, size)};
    const struct lar_archive_limits tighter = {
        .bytes = most(limits, size), .members = limits->members, .ratio = limits->ratio};
    struct listing l = {.archive = ret, .arena = arena, .limits = &tighter};
    bool ok;
    switch (ret->kind) {
    case LAR_ARCHIVE_NONE: return true;
    case LAR_ARCHIVE_ZIP: ok = zip_list(&l, data, size, err); break;
    case LAR_ARCHIVE_TAR: ok = tar_list(&l, data, size, err); break;
    default:
        ok = archive_inflate(&ret->inflated, &size, data, size, tighter.bytes, false, err) &&
             tar_list(&l, ret->inflated, size, err);
    }
    if (!ok || !archive_settle(&l, err))
        return false;
    if (ret->kind == LAR_ARCHIVE_ZIP && is_model(ret)) {
        ret->kind = LAR_ARCHIVE_NONE;
        ret->n = 0;
    }
    return true;
}

bool lar_archive_open_zip(struct lar_archive *ret, const uint8_t *data, size_t size,
                          const struct lar_archive_limits *limits, struct lar_arena *arena,
                          struct lar_error *err)
{
    *ret = (struct lar_archive){.kind = LAR_ARCHIVE_ZIP};
    const struct lar_archive_limits tighter = {
        .bytes = most(limits, size), .members = limits->members, .ratio = limits->ratio};
    struct listing l = {.archive = ret, .arena = arena, .limits = &tighter};
    return zip_list(&l, data, size, err) && archive_settle(&l, err);
}

void lar_archive_finish(struct lar_archive *archive)
{
    free(archive->inflated);
    *archive = (struct lar_archive){0};
}

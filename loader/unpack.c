/* From an archive to a bundle; see unpack.h.
 * SPDX-License-Identifier: MIT */
#include "loader/unpack.h"

#include "persistence/formats/archive/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { TABLE = 64 << 20, RATIO = 200 };

/* The bundle's table; its members stand in the order of the archive's, which is by name. */
static struct lar_bundle_member *begin_bundle(const struct lar_archive *archive, int result,
                                              struct lar_error *err)
{
    struct lar_bundle_member *places = calloc(archive->n + 1, sizeof *places);
    if (!places) {
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for an archive's table");
        return NULL;
    }
    for (size_t i = 0; i < archive->n; i++)
        places[i] = (struct lar_bundle_member){.name = archive->members[i].name,
                                               .size = archive->members[i].size};
    if (lar_bundle_begin(result, places, archive->n, "", err))
        return places;
    free(places);
    return NULL;
}

static bool extract_all(const struct lar_archive *archive, const struct lar_bundle_member *places,
                        int result, struct lar_error *err)
{
    struct stat st;
    if (fstat(result, &st))
        return lar_fail_errno(err, errno, "the unpacked files");
    uint8_t *block = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, result, 0);
    if (block == MAP_FAILED)
        return lar_fail_errno(err, errno, "mapping %lld unpacked bytes", (long long)st.st_size);
    bool ok = true;
    for (size_t i = 0; ok && i < archive->n; i++)
        ok = lar_archive_extract(&archive->members[i], block + places[i].offset, err);
    munmap(block, (size_t)st.st_size);
    return ok;
}

static bool write_files(const struct lar_archive *archive, int result, struct lar_error *err)
{
    struct lar_bundle_member *places = begin_bundle(archive, result, err);
    bool ok = places && extract_all(archive, places, result, err);
    free(places);
    return ok;
}

bool lar_unpack(const void *source, size_t size, int result, size_t memory,
                struct lar_report *report, struct lar_error *err)
{
    const struct lar_archive_limits limits = {
        .bytes = memory, .members = LAR_BUNDLE_FILES, .ratio = RATIO};
    struct lar_arena arena;
    struct lar_archive archive;
    lar_arena_init(&arena, TABLE);
    bool ok = lar_archive_open(&archive, source, size, &limits, &arena, err);
    if (ok && archive.kind) {
        json_object_set_new(report->root, "archive",
                            json_string(lar_archive_kind_name(archive.kind)));
        ok = write_files(&archive, result, err);
    } else if (ok) {
        json_object_set_new(report->root, "archive", json_null());
    }
    lar_archive_finish(&archive);
    lar_arena_finish(&arena);
    return ok;
}

/* What the archives' fuzz targets do: list, check what the daemon relies on, unpack.
 * SPDX-License-Identifier: MIT */
#ifndef FUZZ_ARCHIVE_H
#define FUZZ_ARCHIVE_H

#include "persistence/formats/archive/archive.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static inline void check_name(const char *name)
{
    assert(*name && *name != '/' && strlen(name) <= 1024);
    for (const char *part = name;; part++) {
        size_t n = strcspn(part, "/");
        assert(n > 0 && n < 256 && *part != '.');
        part += n;
        if (!*part)
            return;
    }
}

static inline void fuzz_archive(const uint8_t *data, size_t size)
{
    const struct lar_archive_limits limits = {.bytes = 1 << 20, .members = 64, .ratio = 100};
    struct lar_arena arena;
    struct lar_archive archive;
    struct lar_error err = {0};
    uint64_t sum = 0;
    lar_arena_init(&arena, 1 << 20);
    if (lar_archive_open(&archive, data, size, &limits, &arena, &err)) {
        assert(archive.n <= limits.members && (archive.n > 0 || !archive.kind));
        for (size_t i = 0; i < archive.n; i++) {
            const struct lar_archive_member *m = &archive.members[i];
            check_name(m->name);
            assert(i == 0 || strcmp(archive.members[i - 1].name, m->name) < 0);
            sum += m->size;
            uint8_t *bytes = malloc((size_t)m->size + 1);
            struct lar_error why = {0};
            if (bytes && !lar_archive_extract(m, bytes, &why))
                assert(why.code == LAR_ERR_FORMAT);
            free(bytes);
        }
        assert(sum <= limits.bytes);
    } else {
        assert(err.code && err.text[0]);
    }
    lar_archive_finish(&archive);
    lar_arena_finish(&arena);
}

#endif

/* Folders that are uploaded as archives; see upload_private.h.
 * SPDX-License-Identifier: MIT */
#include "base/bundle.h"
#include "server/upload_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TABLE = 64 << 20 };

bool lar_upload_stage(struct lar_upload *u, uint64_t expected, struct lar_error *err)
{
    pthread_mutex_lock(&u->registry->manage);
    bool ok = lar_stage_begin(&u->stage, &u->registry->store, expected, err);
    pthread_mutex_unlock(&u->registry->manage);
    return ok;
}

bool lar_upload_looks_packed(const struct lar_upload *u)
{
    static const struct {
        size_t at, n;
        const char *bytes;
    } magics[] = {
        {0, 4, "PK\3\4"}, {257, 5, "ustar"}, {0, 2, "\x1F\x8B"}, {0, 4, "\x28\xB5\x2F\xFD"}};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (u->size >= magics[i].at + magics[i].n &&
            memcmp(u->head + magics[i].at, magics[i].bytes, magics[i].n) == 0)
            return true;
    return false;
}

static bool place_files(struct lar_upload *u, const struct lar_map *map, struct lar_error *err)
{
    struct lar_arena arena;
    struct lar_bundle bundle;
    lar_arena_init(&arena, TABLE);
    bool ok = lar_bundle_open(&bundle, map->data, map->size, &arena, err);
    for (uint32_t i = 0; ok && i < bundle.n_files; i++)
        ok = lar_stage_add(&u->stage, bundle.files[i].name, bundle.files[i].data,
                           bundle.files[i].size, err);
    lar_arena_finish(&arena);
    return ok;
}

void lar_upload_path(const struct lar_upload *u, char path[LAR_UPLOAD_PATH])
{
    snprintf(path, LAR_UPLOAD_PATH, "%s/v", u->stage.name);
}

static bool check_folder(const struct lar_upload *u, struct lar_error *err)
{
    struct lar_arena arena;
    struct lar_entry entry;
    char path[LAR_UPLOAD_PATH];
    lar_upload_path(u, path);
    lar_arena_init(&arena, TABLE);
    bool ok = lar_entry_look(&entry, u->stage.larder, path, &arena, err) &&
              lar_scan_check_folder(&entry, "the archive", err);
    lar_arena_finish(&arena);
    if (err->code == LAR_ERR_CONFLICT || err->code == LAR_ERR_NOTFOUND)
        err->code = LAR_ERR_UNSUPPORTED; /* the upload's fault, not the number's */
    return ok;
}

bool lar_upload_unpack(struct lar_upload *u, struct lar_error *err)
{
    struct lar_map map;
    if (!lar_load_unpack(u->registry, u->file, &map, err))
        return false;
    bool ok = true;
    if (map.data) {
        if (u->kind == LAR_UPLOAD_VALIDATE) {
            ok = lar_upload_stage(u, 0, err);
            close(u->file);
        }
        u->file = -1;
        u->folder = true;
        ok = ok && place_files(u, &map, err) && check_folder(u, err);
    }
    lar_map_finish(&map);
    return ok;
}

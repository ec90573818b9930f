/* Reads every model under tests/fixtures/sklearn (the argument) as a pickle, and every array in it.
 * SPDX-License-Identifier: MIT */
#include "base/map.h"
#include "persistence/formats/pickle/joblib.h"
#include "persistence/formats/pickle/machine.h"
#include "tests/formats/walk_nodes.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MEMORY = 256 << 20 };

static size_t files, arrays, failures;

static bool read_file(const char *path, struct lar_error *err)
{
    struct lar_arena arena;
    struct lar_map map = {0};
    struct pk_unpacked unpacked = {0};
    struct walked walked;
    lar_arena_init(&arena, MEMORY);
    struct pk_pickle pickle = {.arena = &arena};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && lar_map_fd(&map, fd, err) &&
              pk_unpack(&unpacked, map.data, map.size, MEMORY, err) &&
              pk_parse(&pickle, unpacked.data, unpacked.size, NULL, NULL, err);
    if (ok) {
        const char *fault = walk_nodes(&walked, &pickle);
        if (fault || walked.unread)
            ok = lar_fail(err, LAR_ERR_FORMAT, "%s", fault ? fault : "arrays were refused");
        arrays += walked.arrays;
    }
    pk_unpack_free(&unpacked);
    lar_map_finish(&map);
    lar_arena_finish(&arena);
    if (fd >= 0)
        close(fd);
    return ok;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct lar_error err = {0};
    const char *name = path + ftw->base;
    (void)st;
    bool model = (strstr(name, ".pkl") || strstr(name, ".joblib")) && !strstr(name, ".npy");
    bool apart = strstr(path, "/joblib09") && strcmp(name, "model.pkl") == 0; /* arrays beside it */
    if (type != FTW_F || !model || apart || strstr(path, "/refused"))
        return 0;
    files++;
    if (!read_file(path, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        failures++;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2 || nftw(argv[1], visit, 16, FTW_PHYS)) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    printf("%zu files, %zu arrays, %zu failures\n", files, arrays, failures);
    return failures || files < 100;
}

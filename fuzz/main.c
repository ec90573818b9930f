/* Replays files through a fuzz target under any compiler: arguments are files and folders.
 * Built with libFuzzer (-Dfuzzing=true), a target brings its own main instead.
 *
 * Each input is given whole and, with --cut, cut short at every length (at up to 400 lengths,
 * evenly spread, for a longer one), in an exact-size heap block so that ASan sees reads past its
 * end. SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUTS = 400 };

static size_t inputs;

static void give(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    inputs++;
}

static bool replay_file(const char *path, size_t size, bool cut)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(size ? size : 1);
    bool ok = f && data && fread(data, 1, size, f) == size;
    if (f)
        fclose(f);
    if (!ok) {
        fprintf(stderr, "%s: cannot read: %s\n", path, strerror(errno));
        free(data);
        return false;
    }
    give(data, size);
    size_t step = size / CUTS + 1;
    for (size_t n = 0; cut && n < size; n += step)
        give(data, n);
    free(data);
    return true;
}

static bool replay(const char *path, bool cut)
{
    struct stat st;
    if (stat(path, &st)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(st.st_mode))
        return replay_file(path, (size_t)st.st_size, cut);
    DIR *dir = opendir(path);
    bool ok = dir != NULL;
    for (struct dirent *e; ok && (e = readdir(dir));) {
        char inner[4096];
        if (e->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        ok = replay(inner, cut);
    }
    if (dir)
        closedir(dir);
    return ok;
}

int main(int argc, char **argv)
{
    bool cut = argc > 1 && strcmp(argv[1], "--cut") == 0;
    for (int i = cut ? 2 : 1; i < argc; i++)
        if (!replay(argv[i], cut))
            return 1;
    printf("%zu inputs\n", inputs);
    return inputs ? 0 : 1;
}

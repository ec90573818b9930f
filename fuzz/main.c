/* Replays files through a fuzz target under any compiler.
 * usage: fuzz_X [--cuts N] [--changes N] FILE_OR_FOLDER ...     (in folders, all but .json and
 * .txt) Built with libFuzzer (-Dfuzzing=true), a target brings its own main instead.
 *
 * Each input is given whole; then cut short at N lengths, evenly spread (at every length where it
 * has no more); then with N random changes of one to four bytes. Always in an exact-size heap
 * block, so that ASan sees a read past its end. SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t inputs, cuts, changes;

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

static void give_cut(const uint8_t *data, size_t size)
{
    size_t n = size < cuts ? size : cuts;
    for (size_t i = 0; i < n; i++)
        give(data, size * i / n);
}

/* Random, but the same at every run: xorshift over the size and the count. */
static void give_changed(uint8_t *data, size_t size)
{
    uint64_t r = 0x9E3779B97F4A7C15 ^ size;
    for (size_t i = 0; i < changes && size; i++) {
        size_t at[4];
        uint8_t was[4];
        size_t n = 1 + (r >> 60) % 4;
        for (size_t k = 0; k < n; k++) {
            r ^= r << 13, r ^= r >> 7, r ^= r << 17;
            at[k] = (r >> 16) % size;
            was[k] = data[at[k]];
            data[at[k]] = (uint8_t)r;
        }
        give(data, size);
        while (n--)
            data[at[n]] = was[n];
    }
}

static bool replay_file(const char *path, size_t size)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(size ? size : 1);
    bool ok = f && data && fread(data, 1, size, f) == size;
    if (f)
        fclose(f);
    if (ok) {
        give(data, size);
        give_cut(data, size);
        give_changed(data, size);
    } else {
        fprintf(stderr, "%s: cannot read: %s\n", path, strerror(errno));
    }
    free(data);
    return ok;
}

static bool replay(const char *path)
{
    struct stat st;
    if (stat(path, &st)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(st.st_mode))
        return replay_file(path, (size_t)st.st_size);
    DIR *dir = opendir(path);
    bool ok = dir != NULL;
    for (struct dirent *e; ok && (e = readdir(dir));) {
        char inner[4096];
        if (e->d_name[0] == '.' || strstr(e->d_name, ".json") || strstr(e->d_name, ".txt"))
            continue; /* what stands beside inputs: answers, messages */
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        ok = replay(inner);
    }
    if (dir)
        closedir(dir);
    return ok;
}

int main(int argc, char **argv)
{
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
        *(strcmp(argv[i], "--cuts") == 0 ? &cuts : &changes) = strtoul(argv[i + 1], NULL, 10);
    for (; i < argc; i++)
        if (!replay(argv[i]))
            return 1;
    printf("%zu inputs\n", inputs);
    return inputs ? 0 : 1;
}

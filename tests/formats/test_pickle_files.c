/* Reads every file of tests/fixtures/pickle (the argument) and compares what was read with the dump
 * beside it; cuts every file short, at up to 400 lengths, which must be refused as truncated.
 * SPDX-License-Identifier: MIT */
#include "base/map.h"
#include "persistence/formats/pickle/joblib.h"
#include "persistence/formats/pickle/machine.h"
#include "tests/formats/pickle_dump.h"
#include "tests/formats/walk_nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CUTS = 400, MEMORY = 64 << 20, MAGIC = 6 };

static struct {
    size_t read, compared, refused, cuts, failed;
} count;

static const char *root;

__attribute__((format(printf, 2, 3))) static void failed(const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", path + strlen(root) + 1);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    count.failed++;
}

/* All of a file, NUL-terminated, to be freed; NULL if there is none. */
static char *slurp(const char *path, size_t *ret_size)
{
    struct lar_map map = {0};
    struct lar_error err = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *ret = NULL;
    if (lar_map_fd(&map, fd, &err) && (ret = malloc(map.size + 1))) {
        memcpy(ret, map.data, map.size);
        ret[map.size] = '\0';
        *ret_size = map.size;
    }
    close(fd);
    lar_map_finish(&map);
    return ret;
}

static bool under(const char *path, const char *folder)
{
    const char *inner = path + strlen(root) + 1;
    size_t n = strlen(folder);
    return strncmp(inner, folder, n) == 0 && inner[n] == '/';
}

/* The dump beside PATH: x.pkl has x.json, x.gz has x.gz.json. */
static char *expectation(const char *path)
{
    char name[4096];
    size_t n = strlen(path), size;
    bool pkl = n > 4 && strcmp(path + n - 4, ".pkl") == 0;
    snprintf(name, sizeof name, "%.*s.json", (int)(pkl ? n - 4 : n), path);
    return slurp(name, &size);
}

/* Takes away what np_array does not keep: the units of datetime types ("<M8[ns]" to "<M8"), and
 * that some versions of NumPy and joblib swap big-endian arrays as they read them, others do not.
 */
static void normalise(char *text)
{
    static const char array[] = "{\"t\":\"array\",\"dtype\":\">";
    for (char *p = text; (p = strstr(p, array)); p += sizeof array - 1)
        p[sizeof array - 2] = '<';
    char *out = text;
    for (char *p = text; *p; p++) {
        bool unit = p - text > 2 && p[0] == '[' && p[-1] == '8' && (p[-2] == 'M' || p[-2] == 'm');
        if (unit)
            p += strcspn(p, "]");
        else
            *out++ = *p;
    }
    *out = '\0';
}

/* Unpacks and parses; what was parsed is in UNPACKED. */
static bool read_pickle(struct pk_pickle *ret, struct pk_unpacked *unpacked, const void *data,
                        size_t size, size_t *ret_end, struct lar_error *err)
{
    return pk_unpack(unpacked, data, size, MEMORY, err) &&
           pk_parse(ret, unpacked->data, unpacked->size, NULL, ret_end, err);
}

static void compare(const char *path, const struct pk_pickle *pickle, const uint8_t *data)
{
    struct lar_error err = {0};
    bool arrays = under(path, "numpy") || under(path, "joblib");
    char *want = expectation(path);
    char *got = want ? pickle_dump(pickle, data, arrays, &err) : NULL;
    if (got && arrays) {
        normalise(want);
        normalise(got);
    }
    bool objects_in_records = strstr(path, "/record_object") != NULL;
    if (objects_in_records && err.code == LAR_ERR_UNSUPPORTED)
        count.refused++;
    else if (want && !got)
        failed(path, "%s", err.text);
    else if (want && strcmp(want, got) != 0)
        failed(path, "read\n%.2000s instead of\n%.2000s", got, want);
    struct walked walked;
    const char *fault = walk_nodes(&walked, pickle);
    if (fault || (walked.unread && !objects_in_records))
        failed(path, "%s", fault ? fault : "arrays were refused");
    count.compared += want != NULL;
    free(want);
    free(got);
}

/* Files that Python reads only with help have no dump; these are refused, persistent ids are not.
 */
static bool needs_help(const char *path)
{
    return strstr(path, "/EXT") || strstr(path, "/NEXT_BUFFER");
}

static void read_whole(const char *path, const char *data, size_t size, size_t *ret_end)
{
    struct lar_arena arena;
    struct lar_error err = {0};
    struct pk_unpacked unpacked = {0};
    lar_arena_init(&arena, MEMORY);
    struct pk_pickle pickle = {.arena = &arena};
    bool ok = read_pickle(&pickle, &unpacked, data, size, ret_end, &err);
    if (ok && (under(path, "refused") || needs_help(path)))
        failed(path, "was read, and should be refused");
    else if (ok)
        compare(path, &pickle, unpacked.data);
    else if (!under(path, "refused") && !under(path, "either") && !needs_help(path))
        failed(path, "%s", err.text);
    if (!ok)
        *ret_end = 0;
    count.refused += !ok;
    count.read += ok;
    pk_unpack_free(&unpacked);
    lar_arena_finish(&arena);
}

static void read_cut(const char *path, const char *data, size_t size)
{
    struct lar_arena arena;
    struct lar_error err = {0};
    struct pk_unpacked unpacked = {0};
    lar_arena_init(&arena, MEMORY);
    struct pk_pickle pickle = {.arena = &arena};
    size_t end;
    char *copy = malloc(size ? size : 1); /* of this size, so that ASan sees reads behind it */
    memcpy(copy, data, size);
    bool ok = read_pickle(&pickle, &unpacked, copy, size, &end, &err);
    if (ok)
        failed(path, "cut to %zu bytes, was read", size);
    else if (err.code != LAR_ERR_TRUNCATED && size >= MAGIC)
        failed(path, "cut to %zu bytes: %s", size, err.text);
    count.cuts++;
    pk_unpack_free(&unpacked);
    lar_arena_finish(&arena);
    free(copy);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    size_t size, end = 0, n = strlen(path);
    (void)st;
    (void)ftw;
    bool other = n > 5 && strcmp(path + n - 5, ".json") == 0;
    if (type != FTW_F || other || strstr(path, "/make"))
        return 0;
    char *data = slurp(path, &size);
    if (!data) {
        failed(path, "%s", strerror(errno));
        return 0;
    }
    read_whole(path, data, size, &end);
    size_t last = pk_container(data, size) ? size : end;
    for (size_t cut = 0; end && cut < last; cut += last / CUTS + 1)
        read_cut(path, data, cut);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    root = argv[1];
    if (nftw(root, visit, 16, FTW_PHYS)) {
        perror(root);
        return 1;
    }
    printf("%zu read, %zu compared, %zu refused, %zu cut short, %zu failed\n", count.read,
           count.compared, count.refused, count.cuts, count.failed);
    return count.failed || count.compared < 1000;
}

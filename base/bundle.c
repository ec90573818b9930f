/* A model's files in one descriptor; see bundle.h.
 * SPDX-License-Identifier: MIT */
#include "base/bundle.h"

#include "base/checked.h"
#include "base/cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[8] = "LARDBNDL";
enum { VERSION = 1, HEADER_SIZE = 32, ENTRY_SIZE = 32, ALIGN = 64, NAME_SIZE = 4096 };

/* Relative, no empty, "." or ".." part, no control characters. */
static bool name_is_plain(const char *name, size_t size)
{
    if (size == 0 || size > NAME_SIZE)
        return false;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7F)
            return false;
    for (size_t i = 0; i <= size;) {
        const char *slash = i < size ? memchr(name + i, '/', size - i) : NULL;
        size_t part = slash ? (size_t)(slash - name) - i : size - i;
        if (part == 0 || (part == 1 && name[i] == '.') ||
            (part == 2 && name[i] == '.' && name[i + 1] == '.'))
            return false;
        i += part + 1;
    }
    return true;
}

bool lar_bundle_open(struct lar_bundle *ret, const void *data, size_t size, struct lar_arena *arena,
                     struct lar_error *err)
{
    struct lar_cursor c = lar_cursor_over(data, size);
    const uint8_t *head = lar_cursor_bytes(&c, sizeof magic);
    if (!head || memcmp(head, magic, sizeof magic) != 0 || lar_cursor_u32(&c) != VERSION)
        return lar_fail(err, LAR_ERR_FORMAT, "not a bundle");
    uint32_t n = lar_cursor_u32(&c);
    uint64_t options_offset = lar_cursor_u64(&c), options_size = lar_cursor_u64(&c);
    if (n == 0 || n > LAR_BUNDLE_FILES || n > lar_cursor_left(&c) / ENTRY_SIZE ||
        !lar_within(options_offset, options_size, size))
        return lar_fail(err, LAR_ERR_FORMAT, "bundle: header out of range");
    struct lar_bundle_file *files = lar_arena_alloc(arena, n, sizeof *files);
    char *options = lar_arena_strndup(arena, (const char *)c.begin + options_offset, options_size);
    if (!files || !options)
        return lar_arena_fail(arena, err, "a bundle's table");
    for (uint32_t i = 0; i < n; i++) {
        uint64_t name_at = lar_cursor_u64(&c), name_size = lar_cursor_u64(&c);
        uint64_t at = lar_cursor_u64(&c), length = lar_cursor_u64(&c);
        if (!lar_within(name_at, name_size, size) || !lar_within(at, length, size) ||
            !name_is_plain((const char *)c.begin + name_at, name_size))
            return lar_fail(err, LAR_ERR_FORMAT, "bundle: file %u out of range", i);
        char *name = lar_arena_strndup(arena, (const char *)c.begin + name_at, name_size);
        if (!name)
            return lar_arena_fail(arena, err, "a bundle's table");
        if (i > 0 && strcmp(files[i - 1].name, name) >= 0)
            return lar_fail(err, LAR_ERR_FORMAT, "bundle: names are not in order");
        files[i] = (struct lar_bundle_file){.name = name, .data = c.begin + at, .size = length};
    }
    *ret = (struct lar_bundle){.files = files, .n_files = n, .options = options};
    return true;
}

static int by_file_name(const void *name, const void *file)
{
    return strcmp(name, ((const struct lar_bundle_file *)file)->name);
}

const struct lar_bundle_file *lar_bundle_find(const struct lar_bundle *bundle, const char *name)
{
    return bsearch(name, bundle->files, bundle->n_files, sizeof *bundle->files, by_file_name);
}

static int by_member_name(const void *a, const void *b)
{
    return strcmp(((const struct lar_bundle_member *)a)->name,
                  ((const struct lar_bundle_member *)b)->name);
}

static void put_u32(uint8_t *at, uint32_t v)
{
    memcpy(at, &v, sizeof v);
}

static void put_u64(uint8_t *at, uint64_t v)
{
    memcpy(at, &v, sizeof v);
}

/* Fills HEAD, laid out as bundle.h says, and each member's offset; returns the whole size. */
static bool lay_out(uint8_t *head, size_t head_size, struct lar_bundle_member *members, size_t n,
                    const char *options, uint64_t *ret_size)
{
    size_t text = HEADER_SIZE + n * ENTRY_SIZE, options_size = strlen(options);
    memcpy(head, magic, sizeof magic);
    put_u32(head + 8, VERSION);
    put_u32(head + 12, (uint32_t)n);
    put_u64(head + 16, text);
    put_u64(head + 24, options_size);
    memcpy(head + text, options, options_size);
    text += options_size;
    size_t at = head_size;
    for (size_t i = 0; i < n; i++) {
        size_t name_size = strlen(members[i].name);
        if (!lar_align_size(at, ALIGN, &at))
            return false;
        members[i].offset = at;
        uint8_t *entry = head + HEADER_SIZE + i * ENTRY_SIZE;
        put_u64(entry, text);
        put_u64(entry + 8, name_size);
        put_u64(entry + 16, at);
        put_u64(entry + 24, members[i].size);
        memcpy(head + text, members[i].name, name_size);
        text += name_size;
        if (!lar_add_size(at, members[i].size, &at))
            return false;
    }
    *ret_size = at;
    return at <= INT64_MAX;
}

bool lar_bundle_begin(int fd, struct lar_bundle_member *members, size_t n, const char *options,
                      struct lar_error *err)
{
    if (n == 0 || n > LAR_BUNDLE_FILES)
        return lar_fail(err, LAR_ERR_LIMIT, "a model of %zu files; 1 to %d are read", n,
                        LAR_BUNDLE_FILES);
    qsort(members, n, sizeof *members, by_member_name);
    size_t head_size = HEADER_SIZE + n * ENTRY_SIZE + strlen(options);
    for (size_t i = 0; i < n; i++) {
        if (!name_is_plain(members[i].name, strlen(members[i].name)))
            return lar_fail(err, LAR_ERR_INVALID, "a file name that cannot be read safely");
        if (i > 0 && strcmp(members[i - 1].name, members[i].name) == 0)
            return lar_fail(err, LAR_ERR_INVALID, "two files named '%s'", members[i].name);
        head_size += strlen(members[i].name);
    }
    uint8_t *head = calloc(1, head_size);
    if (!head)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a bundle's table");
    uint64_t size = 0;
    bool ok = lay_out(head, head_size, members, n, options, &size) ||
              lar_fail(err, LAR_ERR_LIMIT, "a model's files are too large together");
    ok = ok && lar_write_all(fd, head, head_size, err);
    if (ok && ftruncate(fd, (off_t)size))
        ok = lar_fail_errno(err, errno, "setting the length of a bundle");
    free(head);
    return ok;
}

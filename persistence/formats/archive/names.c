/* Names of an archive's members.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/archive/archive_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 1024, PART_BYTES = 255, DEPTH = 15 };

const char *archive_show(char buffer[static 96], const char *name, size_t length)
{
    size_t n = 0;
    buffer[n++] = '\'';
    for (size_t i = 0; i < length && n < 90; i++) {
        unsigned char c = (unsigned char)name[i];
        buffer[n++] = c < ' ' || c >= 0x7F ? '?' : name[i];
    }
    snprintf(buffer + n, 96 - n, "'");
    return buffer;
}

/* Why NAME cannot be unpacked, or NULL. */
static const char *fault_of(const char *name, size_t length)
{
    size_t depth = 0;
    if (length == 0)
        return "has no name";
    if (length > NAME_BYTES)
        return "has a name that is too long";
    if (name[0] == '/')
        return "has an absolute name";
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7F || name[i] == '\\')
            return "has a name with a backslash or a control character";
    for (size_t i = 0; i <= length; depth++) {
        const char *slash = i < length ? memchr(name + i, '/', length - i) : NULL;
        size_t n = slash ? (size_t)(slash - name) - i : length - i;
        if (n == 2 && memcmp(name + i, "..", 2) == 0)
            return "leads out of the archive";
        if (n == 0 || (n == 1 && name[i] == '.'))
            return "has a name with an empty part";
        if (n > PART_BYTES || depth == DEPTH)
            return "has a name that is too long or lies too deep";
        i += n + 1;
    }
    return NULL;
}

/* Hidden files, and what macOS adds. */
static bool is_passed_over(const char *name)
{
    if (name[0] == '.' || strstr(name, "/."))
        return true;
    return strncmp(name, "__MACOSX/", 9) == 0;
}

static bool reserve(struct listing *l, struct lar_error *err)
{
    struct lar_archive *a = l->archive;
    if (a->n == l->limits->members)
        return lar_fail(err, LAR_ERR_LIMIT, "the archive holds more than %zu files",
                        l->limits->members);
    if (a->n < l->room)
        return true;
    size_t room = l->room ? 2 * l->room : 16;
    struct lar_archive_member *grown = lar_arena_alloc(l->arena, room, sizeof *grown);
    if (!grown)
        return lar_arena_fail(l->arena, err, "an archive's table");
    if (a->n)
        memcpy(grown, a->members, a->n * sizeof *grown);
    a->members = grown;
    l->room = room;
    return true;
}

bool archive_add(struct listing *l, const char *name, size_t length,
                 const struct lar_archive_member *member, struct lar_error *err)
{
    char shown[96];
    while (length > 2 && name[0] == '.' && name[1] == '/') { /* as `tar c .` writes them */
        name += 2;
        length -= 2;
    }
    const char *fault = fault_of(name, length);
    if (fault)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the archive's member %s %s",
                        archive_show(shown, name, length), fault);
    if (member->size > l->limits->bytes - l->bytes)
        return lar_fail(err, LAR_ERR_LIMIT,
                        "the archive unpacks to more than %llu bytes, which is the limit",
                        (unsigned long long)l->limits->bytes);
    l->bytes += member->size;
    char *copy = lar_arena_strndup(l->arena, name, length);
    if (!copy)
        return lar_arena_fail(l->arena, err, "an archive's table");
    if (is_passed_over(copy))
        return true;
    if (!reserve(l, err))
        return false;
    l->archive->members[l->archive->n] = *member;
    l->archive->members[l->archive->n++].name = copy;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct lar_archive_member *)a)->name,
                  ((const struct lar_archive_member *)b)->name);
}

/* The length of "folder/" with which all names begin, or 0. */
static size_t common_folder(const struct lar_archive *a)
{
    const char *first = a->members[0].name, *slash = strchr(first, '/');
    size_t n = slash ? (size_t)(slash + 1 - first) : 0;
    for (size_t i = 1; n && i < a->n; i++)
        if (strncmp(a->members[i].name, first, n) != 0)
            return 0;
    return n;
}

/* Sorted names: one that is another's folder stands somewhere before it. */
static bool is_folder_too(const struct lar_archive *a, size_t at)
{
    size_t n = strlen(a->members[at].name);
    for (size_t i = at + 1; i < a->n; i++) {
        if (strncmp(a->members[i].name, a->members[at].name, n) != 0)
            return false;
        if (a->members[i].name[n] == '/')
            return true;
    }
    return false;
}

bool archive_settle(struct listing *l, struct lar_error *err)
{
    struct lar_archive *a = l->archive;
    char shown[96];
    if (a->n == 0)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the archive holds no file");
    qsort(a->members, a->n, sizeof *a->members, by_name);
    for (size_t n; (n = common_folder(a)) > 0;)
        for (size_t i = 0; i < a->n; i++)
            a->members[i].name += n;
    for (size_t i = 0; i < a->n; i++) {
        const char *name = a->members[i].name;
        if (i && strcmp(a->members[i - 1].name, name) == 0)
            return lar_fail(err, LAR_ERR_UNSUPPORTED, "the archive holds %s twice",
                            archive_show(shown, name, strlen(name)));
        if (is_folder_too(a, i))
            return lar_fail(err, LAR_ERR_UNSUPPORTED, "the archive's %s is a file and a folder",
                            archive_show(shown, name, strlen(name)));
    }
    return true;
}

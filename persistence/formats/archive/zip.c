/* Zip archives (PKWARE's APPNOTE 6.3.3, sections 4.3 and 4.4): the central directory says what is
 * there, and each local header must say the same. Stored and deflated members; no zip64, no
 * encryption, no parts, nothing before the first member or after the comment.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/archive/archive_private.h"

#include "base/cursor.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    END_SIZE = 22,
    COMMENT_BYTES = 65535,
    ENCRYPTED = 0x2041, /* flags: encrypted, strongly, with a masked directory */
    SIZES_BEHIND = 8,   /* flag: the local header leaves them to a descriptor */
    ESCAPE = 0xFFFF,    /* zip64 has the number */
};

struct end {
    uint32_t entries, size, offset;
};

struct header {
    uint16_t made_by, flags, method, name_size, extra_size, comment_size;
    uint32_t crc, packed, size, attributes, offset;
    const uint8_t *name;
};

struct extent {
    uint64_t begin, end;
};

static uint16_t u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
    return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

/* The end record is found from behind: its comment reaches to the last byte. */
static bool find_end(struct end *ret, const uint8_t *data, size_t size, struct lar_error *err)
{
    size_t least = size > END_SIZE + COMMENT_BYTES ? size - END_SIZE - COMMENT_BYTES : 0;
    for (size_t at = size >= END_SIZE ? size - END_SIZE + 1 : 0; at-- > least;) {
        const uint8_t *p = data + at;
        if (memcmp(p, "PK\5\6", 4) != 0 || u16(p + 20) != size - at - END_SIZE)
            continue;
        *ret = (struct end){.entries = u16(p + 10), .size = u32(p + 12), .offset = u32(p + 16)};
        if (ret->entries == ESCAPE || ret->offset == UINT32_MAX || ret->size == UINT32_MAX)
            return lar_fail(err, LAR_ERR_UNSUPPORTED,
                            "the zip is a zip64 (over 4 GB, or 65,535 members); send a tar");
        if (u16(p + 4) || u16(p + 6) || u16(p + 8) != ret->entries)
            return lar_fail(err, LAR_ERR_UNSUPPORTED, "the zip has several parts");
        if ((uint64_t)ret->offset + ret->size != at)
            return lar_fail(err, LAR_ERR_FORMAT,
                            "the zip's directory does not lie where its end says");
        return true;
    }
    return lar_fail(err, LAR_ERR_TRUNCATED, "the zip has no end record: it is cut short");
}

static bool read_central(struct header *ret, struct lar_cursor *c, struct lar_error *err)
{
    const uint8_t *p = lar_cursor_bytes(c, 46);
    if (!p || memcmp(p, "PK\1\2", 4) != 0)
        return lar_fail(err, LAR_ERR_FORMAT, "the zip's directory is damaged");
    *ret = (struct header){.made_by = u16(p + 4),
                           .flags = u16(p + 8),
                           .method = u16(p + 10),
                           .crc = u32(p + 16),
                           .packed = u32(p + 20),
                           .size = u32(p + 24),
                           .name_size = u16(p + 28),
                           .extra_size = u16(p + 30),
                           .comment_size = u16(p + 32),
                           .attributes = u32(p + 38),
                           .offset = u32(p + 42)};
    ret->name = lar_cursor_bytes(c, ret->name_size);
    lar_cursor_bytes(c, ret->extra_size);
    lar_cursor_bytes(c, ret->comment_size);
    return !c->bad || lar_fail(err, LAR_ERR_FORMAT, "the zip's directory is damaged");
}

static bool refuse(const struct header *h, struct lar_error *err, enum lar_error_code code,
                   const char *why)
{
    char shown[96];
    return lar_fail(err, code, "the zip's member %s %s",
                    archive_show(shown, (const char *)h->name, h->name_size), why);
}

/* What a member is besides a file: told by Unix's mode where a Unix has made it. */
static bool check_kind(const struct header *h, bool *ret_folder, struct lar_error *err)
{
    mode_t mode = h->made_by >> 8 == 3 || h->made_by >> 8 == 19 ? h->attributes >> 16 : 0;
    mode_t kind = mode & S_IFMT;
    *ret_folder = h->name_size > 0 && h->name[h->name_size - 1] == '/';
    if (kind == S_IFLNK)
        return refuse(h, err, LAR_ERR_UNSUPPORTED, "is a link; only files are taken");
    if (kind != 0 && kind != (*ret_folder ? S_IFDIR : S_IFREG))
        return refuse(h, err, LAR_ERR_UNSUPPORTED, "is neither a file nor a folder");
    if (*ret_folder && h->size)
        return refuse(h, err, LAR_ERR_FORMAT, "is a folder with bytes");
    if (h->flags & ENCRYPTED)
        return refuse(h, err, LAR_ERR_UNSUPPORTED, "is encrypted");
    if (h->size == UINT32_MAX || h->packed == UINT32_MAX || h->offset == UINT32_MAX)
        return refuse(h, err, LAR_ERR_UNSUPPORTED, "is zip64's; send a tar");
    if (h->method != 0 && h->method != 8)
        return refuse(h, err, LAR_ERR_UNSUPPORTED, "is neither stored nor deflated");
    if (h->method == 0 && h->size != h->packed)
        return refuse(h, err, LAR_ERR_FORMAT, "is stored with another size than it has");
    return true;
}

/* Whoever reads the one header must see what a reader of the other sees. */
static bool check_local(const struct header *h, const uint8_t *data, uint64_t size,
                        const uint8_t **ret, struct lar_error *err)
{
    struct lar_cursor c = lar_cursor_over(data, size);
    lar_cursor_bytes(&c, h->offset);
    const uint8_t *p = lar_cursor_bytes(&c, 30);
    if (!p || memcmp(p, "PK\3\4", 4) != 0)
        return refuse(h, err, LAR_ERR_FORMAT, "has no local header");
    const uint8_t *name = lar_cursor_bytes(&c, u16(p + 26));
    lar_cursor_bytes(&c, u16(p + 28));
    bool behind = h->flags & SIZES_BEHIND;
    bool left_out = behind && !u32(p + 14) && !u32(p + 18) && !u32(p + 22);
    bool equal =
        !c.bad && u16(p + 6) == h->flags && u16(p + 8) == h->method &&
        u16(p + 26) == h->name_size && memcmp(name, h->name, h->name_size) == 0 &&
        (left_out || (u32(p + 14) == h->crc && u32(p + 18) == h->packed && u32(p + 22) == h->size));
    if (!equal)
        return refuse(h, err, LAR_ERR_FORMAT, "has two headers that do not agree");
    *ret = lar_cursor_bytes(&c, h->packed);
    return *ret || refuse(h, err, LAR_ERR_FORMAT, "does not fit before the directory");
}

static int by_begin(const void *a, const void *b)
{
    const struct extent *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Members that share bytes unpack to much more than they are. */
static bool check_extents(struct extent *extents, size_t n, struct lar_error *err)
{
    qsort(extents, n, sizeof *extents, by_begin);
    for (size_t i = 1; i < n; i++)
        if (extents[i].begin < extents[i - 1].end)
            return lar_fail(err, LAR_ERR_FORMAT, "members of the zip lie over each other");
    if (n && extents[0].begin != 0)
        return lar_fail(err, LAR_ERR_FORMAT, "something lies before the zip's first member");
    return true;
}

static bool list_one(struct listing *l, const struct header *h, const uint8_t *data, uint64_t size,
                     struct extent *extent, struct lar_error *err)
{
    bool folder = false;
    const uint8_t *bytes = NULL;
    if (!check_kind(h, &folder, err) || !check_local(h, data, size, &bytes, err))
        return false;
    *extent = (struct extent){h->offset, (uint64_t)(bytes - data) + h->packed};
    if (folder)
        return true;
    return archive_add(l, (const char *)h->name, h->name_size,
                       &(struct lar_archive_member){.size = h->size,
                                                    .data = bytes,
                                                    .packed = h->packed,
                                                    .crc = h->crc,
                                                    .checked = true,
                                                    .deflated = h->method == 8},
                       err);
}

bool zip_list(struct listing *l, const uint8_t *data, size_t size, struct lar_error *err)
{
    struct end end = {0};
    if (!find_end(&end, data, size, err))
        return false;
    struct lar_cursor c = lar_cursor_over(data + end.offset, end.size);
    if (end.entries > end.size / 46)
        return lar_fail(err, LAR_ERR_FORMAT, "the zip's directory is damaged");
    struct extent *extents = calloc((size_t)end.entries + 1, sizeof *extents);
    bool ok = extents || lar_fail(err, LAR_ERR_NOMEM, "out of memory for a zip's directory");
    for (uint32_t i = 0; ok && i < end.entries; i++) {
        struct header h = {0};
        ok = read_central(&h, &c, err) && list_one(l, &h, data, end.offset, &extents[i], err);
    }
    if (ok && lar_cursor_left(&c))
        ok = lar_fail(err, LAR_ERR_FORMAT, "the zip's directory is longer than its members");
    ok = ok && check_extents(extents, end.entries, err);
    free(extents);
    return ok;
}

/* Zip archives (PKWARE's APPNOTE 6.3.3, sections 4.3 and 4.4): the central directory says what is
 * there, and each local header must say the same. Stored and deflated members, zip64; no
 * encryption, no parts, nothing before the first member or after the comment.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/archive/archive_private.h"

#include "base/cursor.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    END_SIZE = 22,
    WIDE_END_SIZE = 56,
    LOCATOR_SIZE = 20,
    WIDE_FIELD = 1, /* the id of zip64's extra field */
    COMMENT_BYTES = 65535,
    ENCRYPTED = 0x2041, /* flags: encrypted, strongly, with a masked directory */
    SIZES_BEHIND = 8,   /* flag: the local header leaves them to a descriptor */
    ESCAPE = 0xFFFF,    /* zip64 has the number */
};

struct end {
    uint64_t entries, size, offset;
};

struct header {
    uint16_t made_by, flags, method, name_size, extra_size, comment_size;
    uint32_t crc, attributes;
    uint64_t packed, size, offset;
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

static uint64_t u64(const uint8_t *p)
{
    return u32(p) | (uint64_t)u32(p + 4) << 32;
}

/* Whether a number of the end record is that of zip64's, or left to it. */
static bool agrees(uint64_t number, uint64_t escape, uint64_t wide)
{
    return number == wide || number == escape;
}

/* Zip64's end record and the locator that leads to it, in front of the end record at AT (sections
 * 4.3.14 and 4.3.15). */
static bool read_wide_end(struct end *ret, const uint8_t *data, size_t at, struct lar_error *err)
{
    const struct end narrow = *ret;
    const uint8_t *locator = data + at - LOCATOR_SIZE, *p = locator - WIDE_END_SIZE;
    if (at < LOCATOR_SIZE + WIDE_END_SIZE || memcmp(locator, "PK\6\7", 4) != 0 ||
        memcmp(p, "PK\6\6", 4) != 0 || u64(locator + 8) != (uint64_t)(p - data) ||
        u64(p + 4) != WIDE_END_SIZE - 12)
        return lar_fail(err, LAR_ERR_FORMAT, "the zip64's end record is not where it belongs");
    *ret = (struct end){.entries = u64(p + 32), .size = u64(p + 40), .offset = u64(p + 48)};
    if (u32(locator + 4) || u32(locator + 16) > 1 || u32(p + 16) || u32(p + 20) ||
        u64(p + 24) != ret->entries)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the zip has several parts");
    if (!agrees(narrow.entries, ESCAPE, ret->entries) ||
        !agrees(narrow.size, UINT32_MAX, ret->size) ||
        !agrees(narrow.offset, UINT32_MAX, ret->offset))
        return lar_fail(err, LAR_ERR_FORMAT, "the zip has two end records that do not agree");
    return true;
}

/* The end record at AT, or zip64's in front of it. */
static bool read_end(struct end *ret, const uint8_t *data, size_t at, struct lar_error *err)
{
    const uint8_t *p = data + at;
    uint64_t behind;
    *ret = (struct end){.entries = u16(p + 10), .size = u32(p + 12), .offset = u32(p + 16)};
    bool wide = ret->entries == ESCAPE || ret->offset == UINT32_MAX || ret->size == UINT32_MAX ||
                (at >= LOCATOR_SIZE && memcmp(p - LOCATOR_SIZE, "PK\6\7", 4) == 0);
    if (u16(p + 4) || u16(p + 6) || u16(p + 8) != ret->entries)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the zip has several parts");
    if (wide && !read_wide_end(ret, data, at, err))
        return false;
    size_t limit = wide ? at - LOCATOR_SIZE - WIDE_END_SIZE : at;
    return (!__builtin_add_overflow(ret->offset, ret->size, &behind) && behind == limit) ||
           lar_fail(err, LAR_ERR_FORMAT, "the zip's directory does not lie where its end says");
}

/* The end record is found from behind: its comment reaches to the last byte. */
static bool find_end(struct end *ret, const uint8_t *data, size_t size, struct lar_error *err)
{
    size_t least = size > END_SIZE + COMMENT_BYTES ? size - END_SIZE - COMMENT_BYTES : 0;
    for (size_t at = size >= END_SIZE ? size - END_SIZE + 1 : 0; at-- > least;) {
        const uint8_t *p = data + at;
        if (memcmp(p, "PK\5\6", 4) != 0 || u16(p + 20) != size - at - END_SIZE)
            continue;
        return read_end(ret, data, at, err);
    }
    return lar_fail(err, LAR_ERR_TRUNCATED, "the zip has no end record: it is cut short");
}

/* Numbers that a header has no room for, 2^32 - 1 there, stand in an extra field, one behind the
 * other (section 4.5.3). A field that holds others is refused: readers differ in what they make of
 * it; but a local one may repeat what its header has. */
static bool widen(uint64_t *const numbers[], size_t n, const uint8_t *extra, size_t size)
{
    const uint8_t *field = NULL, *head;
    size_t field_size = 0, wanted = 0;
    struct lar_cursor c = lar_cursor_over(extra, size);
    for (size_t i = 0; i < n; i++)
        wanted += *numbers[i] == UINT32_MAX ? sizeof(uint64_t) : 0;
    while (lar_cursor_left(&c) >= 4 && (head = lar_cursor_bytes(&c, 4))) {
        const uint8_t *bytes = lar_cursor_bytes(&c, u16(head + 2));
        if (!bytes)
            break;
        if (u16(head) != WIDE_FIELD)
            continue;
        if (field)
            return false;
        field = bytes;
        field_size = u16(head + 2);
    }
    if (n == 2 && wanted == 0 && field_size == 2 * sizeof(uint64_t)) /* Python before 3.12 */
        return u64(field) == *numbers[0] && u64(field + sizeof(uint64_t)) == *numbers[1];
    if (field_size != wanted)
        return false;
    for (size_t i = 0; i < n && wanted > 0; i++)
        if (*numbers[i] == UINT32_MAX) {
            *numbers[i] = u64(field);
            field += sizeof(uint64_t);
        }
    return true;
}

static bool refuse(const struct header *h, struct lar_error *err, enum lar_error_code code,
                   const char *why)
{
    char shown[96];
    return lar_fail(err, code, "the zip's member %s %s",
                    archive_show(shown, (const char *)h->name, h->name_size), why);
}

static const char wide_field_fails[] = "has a zip64 field of other numbers than its header lacks";

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
    const uint8_t *extra = lar_cursor_bytes(c, ret->extra_size);
    lar_cursor_bytes(c, ret->comment_size);
    if (c->bad)
        return lar_fail(err, LAR_ERR_FORMAT, "the zip's directory is damaged");
    return widen((uint64_t *const[]){&ret->size, &ret->packed, &ret->offset}, 3, extra,
                 ret->extra_size) ||
           refuse(ret, err, LAR_ERR_FORMAT, wide_field_fails);
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
    if (h->method != 0 && h->method != 8)
        return refuse(h, err, LAR_ERR_UNSUPPORTED, "is neither stored nor deflated");
    if (h->method == 0 && h->size != h->packed)
        return refuse(h, err, LAR_ERR_FORMAT, "is stored with another size than it has");
    return true;
}

/* A number of the local header is the directory's, or left out. Info-ZIP, writing to a pipe, leaves
 * out only what it does not know yet. */
static bool same(const struct header *h, uint64_t local, uint64_t central)
{
    return local == central || (local == 0 && h->flags & SIZES_BEHIND);
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
    uint64_t local_packed = u32(p + 18), local_size = u32(p + 22);
    const uint8_t *name = lar_cursor_bytes(&c, u16(p + 26));
    const uint8_t *extra = lar_cursor_bytes(&c, u16(p + 28));
    if (extra && !widen((uint64_t *const[]){&local_size, &local_packed}, 2, extra, u16(p + 28)))
        return refuse(h, err, LAR_ERR_FORMAT, wide_field_fails);
    bool equal = !c.bad && u16(p + 6) == h->flags && u16(p + 8) == h->method &&
                 u16(p + 26) == h->name_size && memcmp(name, h->name, h->name_size) == 0 &&
                 same(h, u32(p + 14), h->crc) && same(h, local_packed, h->packed) &&
                 same(h, local_size, h->size);
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
    for (uint64_t i = 0; ok && i < end.entries; i++) {
        struct header h = {0};
        ok = read_central(&h, &c, err) && list_one(l, &h, data, end.offset, &extents[i], err);
    }
    if (ok && lar_cursor_left(&c))
        ok = lar_fail(err, LAR_ERR_FORMAT, "the zip's directory is longer than its members");
    ok = ok && check_extents(extents, end.entries, err);
    free(extents);
    return ok;
}

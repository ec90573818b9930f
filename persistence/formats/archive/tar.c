/* Tar archives: ustar and pax (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange
 * Format") and GNU's long names. Only what names a file and its size is read of pax records.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/archive/archive_private.h"

#include <string.h>

enum { BLOCK = 512, LONG_BYTES = 64 * 1024 };

/* What a header before the member's own says of it. */
struct pending {
    const char *name; /* NULL: nothing */
    size_t name_size;
    uint64_t size;
    bool has_size;
};

/* Octal digits with blanks around them, or GNU's base 256. */
static bool read_number(const uint8_t *field, size_t n, uint64_t *ret)
{
    *ret = 0;
    if (field[0] & 0x80) {
        for (size_t i = 0; i < n; i++) {
            uint8_t digit = i ? field[i] : field[i] & 0x7F;
            if (*ret >> 55)
                return false;
            *ret = *ret << 8 | digit;
        }
        return true;
    }
    size_t i = 0, digits = 0;
    while (i < n && field[i] == ' ')
        i++;
    for (; i < n && field[i] >= '0' && field[i] <= '7'; i++, digits++) {
        if (*ret >> 60)
            return false;
        *ret = *ret << 3 | (uint64_t)(field[i] - '0');
    }
    while (i < n && (field[i] == ' ' || field[i] == '\0'))
        i++;
    return i == n && digits > 0;
}

/* The sum of all bytes, with the sum's own field as blanks. */
static bool has_checksum(const uint8_t *head)
{
    uint64_t wanted, sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : head[i];
    return read_number(head + 148, 8, &wanted) && wanted == sum;
}

bool tar_probe(const uint8_t *data, size_t size)
{
    return size >= BLOCK && memcmp(data + 257, "ustar", 5) == 0 && has_checksum(data);
}

static size_t field_size(const uint8_t *field, size_t n)
{
    const uint8_t *end = memchr(field, 0, n);
    return end ? (size_t)(end - field) : n;
}

/* PREFIX "/" NAME, into the arena. */
static bool plain_name(struct listing *l, const uint8_t *head, const char **ret, size_t *ret_size,
                       struct lar_error *err)
{
    bool posix = memcmp(head + 257, "ustar\0", 6) == 0; /* GNU has other things in its place */
    size_t prefix = posix ? field_size(head + 345, 155) : 0, name = field_size(head, 100);
    char *text = lar_arena_alloc(l->arena, prefix + name + 2, 1);
    if (!text)
        return lar_arena_fail(l->arena, err, "a tar's names");
    size_t n = 0;
    if (prefix) {
        memcpy(text, head + 345, prefix);
        text[prefix] = '/';
        n = prefix + 1;
    }
    memcpy(text + n, head, name);
    *ret = text;
    *ret_size = n + name;
    return true;
}

static bool damaged(struct lar_error *err)
{
    return lar_fail(err, LAR_ERR_FORMAT, "a pax header of the tar is damaged");
}

static bool is_key(const char *key, size_t n, const char *name)
{
    return n == strlen(name) && memcmp(key, name, n) == 0;
}

static bool take_record(struct pending *p, const char *key, size_t key_size, const char *value,
                        size_t size, struct lar_error *err)
{
    if (is_key(key, key_size, "path")) {
        p->name = value;
        p->name_size = size;
    } else if (is_key(key, key_size, "size")) {
        p->size = 0;
        p->has_size = size > 0 && size < 19;
        for (size_t i = 0; i < size && p->has_size; i++) {
            p->has_size = value[i] >= '0' && value[i] <= '9';
            p->size = p->size * 10 + (uint64_t)(value[i] - '0');
        }
        return p->has_size || damaged(err);
    } else if (key_size >= 11 && memcmp(key, "GNU.sparse.", 11) == 0) {
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "the tar holds a sparse file");
    }
    return true;
}

/* "LENGTH KEY=VALUE\n", again and again. */
static bool read_pax(struct pending *p, const uint8_t *data, size_t size, struct lar_error *err)
{
    for (size_t at = 0; at < size;) {
        size_t length = 0, i = at;
        for (; i < size && i < at + 8 && data[i] >= '0' && data[i] <= '9'; i++)
            length = length * 10 + (size_t)(data[i] - '0');
        if (i == at || i >= size || data[i] != ' ' || length > size - at || length < i - at + 4 ||
            data[at + length - 1] != '\n')
            return damaged(err);
        const char *key = (const char *)data + i + 1, *end = (const char *)data + at + length - 1;
        const char *equals = key < end ? memchr(key, '=', (size_t)(end - key)) : NULL;
        if (!equals)
            return damaged(err);
        if (!take_record(p, key, (size_t)(equals - key), equals + 1, (size_t)(end - equals - 1),
                         err))
            return false;
        at += length;
    }
    return true;
}

static bool refuse(struct listing *l, const uint8_t *head, struct lar_error *err)
{
    char shown[96];
    const char *name;
    size_t n;
    char type = (char)head[156];
    if (!plain_name(l, head, &name, &n, err))
        return false;
    return lar_fail(err, LAR_ERR_UNSUPPORTED, "the tar's member %s is %s; only files are taken",
                    archive_show(shown, name, n),
                    type == '1' || type == '2' || type == 'K' ? "a link"
                    : type == '3' || type == '4'              ? "a device"
                    : type == '6'                             ? "a FIFO"
                                                              : "of a kind that is not read");
}

/* One header with its DATA of SIZE bytes. */
static bool take_member(struct listing *l, struct pending *p, const uint8_t *head,
                        const uint8_t *data, uint64_t size, struct lar_error *err)
{
    const char *name = p->name;
    size_t n = p->name_size;
    switch (head[156]) {
    case 'x':
        *p = (struct pending){0};
        if (size > LONG_BYTES)
            return damaged(err);
        return read_pax(p, data, (size_t)size, err);
    case 'g': return true; /* of all members: nothing that is read here */
    case 'L':
        if (size > LONG_BYTES)
            return damaged(err);
        p->name = (const char *)data;
        p->name_size = field_size(data, (size_t)size);
        return true;
    case '5': *p = (struct pending){0}; return true;
    case '0':
    case '7':
    case '\0': break;
    default: return refuse(l, head, err);
    }
    *p = (struct pending){0};
    if (!name && !plain_name(l, head, &name, &n, err))
        return false;
    if (n && name[n - 1] == '/' && size == 0) /* a folder, as old programs write it */
        return true;
    return archive_add(
        l, name, n, &(struct lar_archive_member){.size = size, .data = data, .packed = size}, err);
}

static bool is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (block[i])
            return false;
    return true;
}

bool tar_list(struct listing *l, const uint8_t *data, size_t size, struct lar_error *err)
{
    struct pending p = {0};
    for (size_t at = 0; size - at >= BLOCK;) {
        const uint8_t *head = data + at;
        uint64_t length;
        if (is_zero(head))
            return true;
        if (!has_checksum(head) || !read_number(head + 124, 12, &length))
            return lar_fail(err, LAR_ERR_FORMAT, "the tar has a damaged header at byte %zu", at);
        at += BLOCK;
        bool of_file = head[156] == '0' || head[156] == '7' || head[156] == '\0';
        if (of_file && p.has_size)
            length = p.size;
        if (length > size - at)
            return lar_fail(err, LAR_ERR_TRUNCATED, "the tar is cut short");
        if (!take_member(l, &p, head, data + at, length, err))
            return false;
        size_t padded = ((size_t)length + BLOCK - 1) / BLOCK * BLOCK;
        at += padded < size - at ? padded : size - at;
    }
    return lar_fail(err, LAR_ERR_TRUNCATED, "the tar has no end: it is cut short");
}

/* A folder as a tar; see tar.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/tar.h"

#include <stdio.h>
#include <string.h>

enum { NAME_FIELD = 100, NAME_MAX_BYTES = 4096 };

size_t lar_tar_padding(uint64_t size)
{
    return (size_t)(-size & (LAR_TAR_BLOCK - 1));
}

/* One header block. Sizes from 8 GiB on do not fit eleven octal digits: the pax record has them. */
static void put_block(uint8_t *block, const char *name, size_t name_size, uint64_t size, char type)
{
    memset(block, 0, LAR_TAR_BLOCK);
    memcpy(block, name, name_size < NAME_FIELD ? name_size : NAME_FIELD);
    memcpy(block + 100, "0000644", 7);
    memcpy(block + 108, "0000000", 7);
    memcpy(block + 116, "0000000", 7);
    char digits[24];
    snprintf(digits, sizeof digits, "%011llo", (unsigned long long)(size >> 33 ? 0 : size));
    memcpy(block + 124, digits, 11);
    memcpy(block + 136, "00000000000", 11);
    memset(block + 148, ' ', 8);
    block[156] = (uint8_t)type;
    memcpy(block + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (size_t i = 0; i < LAR_TAR_BLOCK; i++)
        sum += block[i];
    snprintf(digits, sizeof digits, "%06o", sum);
    memcpy(block + 148, digits, 7);
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts itself. */
static size_t put_record(char *at, size_t room, const char *key, const char *value)
{
    size_t bare = strlen(key) + strlen(value) + 3, length = bare + 1;
    while (length != bare + (size_t)snprintf(NULL, 0, "%zu", length))
        length = bare + (size_t)snprintf(NULL, 0, "%zu", length);
    return (size_t)snprintf(at, room, "%zu %s=%s\n", length, key, value);
}

size_t lar_tar_head(const char *name, uint64_t size, uint8_t head[LAR_TAR_HEAD])
{
    size_t name_size = strlen(name), at = 0;
    char records[NAME_MAX_BYTES + 128];
    size_t n = 0;
    if (name_size > NAME_FIELD)
        n += put_record(records, sizeof records, "path", name);
    if (size >> 33) {
        char digits[24];
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)size);
        n += put_record(records + n, sizeof records - n, "size", digits);
    }
    if (n) {
        put_block(head, "pax", 3, n, 'x');
        memcpy(head + LAR_TAR_BLOCK, records, n);
        memset(head + LAR_TAR_BLOCK + n, 0, lar_tar_padding(n));
        at = LAR_TAR_BLOCK + n + lar_tar_padding(n);
    }
    put_block(head + at, name, name_size, size, '0');
    return at + LAR_TAR_BLOCK;
}

/* skops files: the input is schema.json, beside which a few arrays lie, so that changes get behind
 * the zip's checksums. Read, written flat, checked, planned.
 * SPDX-License-Identifier: MIT */
#include "tests/formats/model_case.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A .npy file: NumPy fills the header up, its readers do not ask for it. */
#define NPY(size, descr, shape, elements)                                                          \
    "\x93NUMPY\1\0" size "{'descr': " descr ", 'fortran_order': False, 'shape': " shape            \
    ", }\n" elements
#define F8(high) "\0\0\0\0\0\0" high
#define I8(low) low "\0\0\0\0\0\0\0"
#define ROW F8("\xf0\x3f") F8("\0\x40") F8("\x08\x40") F8("\x10\xc0")
#define THREE F8("\xf0\x3f") F8("\0\x40") F8("\x08\x40")
#define LEAF(samples)                                                                              \
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"                             \
    "\xfe\xff\xff\xff\xff\xff\xff\xff" F8("\0\xc0") F8("\0\0") I8(samples) F8("\xf0\x3f")
#define NODES                                                                                      \
    I8("\1") I8("\2") I8("\0") F8("\xf0\x3f") F8("\0\0") I8("\2") F8("\0\x40") LEAF("\1") LEAF("\1")
#define FIELDS                                                                                     \
    "[('left_child', '<i8'), ('right_child', '<i8'), ('feature', '<i8'), ('threshold', '<f8'), "   \
    "('impurity', '<f8'), ('n_node_samples', '<i8'), ('weighted_n_node_samples', '<f8')]"

struct member {
    const char *name, *bytes;
    size_t size;
};
#define MEMBER(name, bytes)                                                                        \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1                                                             \
    }

static const struct member arrays[] = {
    MEMBER("classes.npy", NPY("\x3a\0", "'<i8'", "(3,)", I8("\0") I8("\1") I8("\2"))),
    MEMBER("matrix.npy", NPY("\x3c\0", "'<f8'", "(3, 4)", ROW ROW ROW)),
    MEMBER("nodes.npy", NPY("\xe2\0", FIELDS, "(3,)", NODES)),
    MEMBER("one.npy", NPY("\x3a\0", "'<i8'", "(1,)", I8("\1"))),
    MEMBER("scalar.npy", NPY("\x38\0", "'<i8'", "()", I8("\4"))),
    MEMBER("three.npy", NPY("\x3a\0", "'<f8'", "(3,)", THREE)),
    MEMBER("values.npy", NPY("\x3f\0", "'<f8'", "(3, 1, 1)", THREE)),
    MEMBER("vector.npy", NPY("\x3a\0", "'<f8'", "(4,)", ROW)),
};

/* A sparse matrix of 3 rows and 4 columns. */
static const struct member parts[] = {
    MEMBER("data.npy", NPY("\x3a\0", "'<f8'", "(3,)", THREE)),
    MEMBER("indices.npy", NPY("\x3a\0", "'<i8'", "(3,)", I8("\0") I8("\1") I8("\3"))),
    MEMBER("indptr.npy", NPY("\x3a\0", "'<i8'", "(4,)", I8("\0") I8("\1") I8("\2") I8("\3"))),
    MEMBER("shape.npy", NPY("\x3a\0", "'<i8'", "(2,)", I8("\3") I8("\4"))),
};

struct zip {
    uint8_t *bytes;
    size_t size;
    uint8_t directory[4096];
    size_t directory_size;
    unsigned entries;
};

static void put(uint8_t *to, size_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[(*at)++] = (uint8_t)(value >> 8 * i);
}

/* The fields that both headers of a member have. */
static void put_common(uint8_t *to, size_t *at, uint32_t crc, size_t size, size_t name)
{
    put(to, at, 20, 2); /* needed version, flags, method, time, date */
    put(to, at, 0, 6);
    put(to, at, 0x21, 2);
    put(to, at, crc, 4);
    put(to, at, size, 4);
    put(to, at, size, 4);
    put(to, at, name, 2);
    put(to, at, 0, 2);
}

static void add(struct zip *zip, const char *name, const void *bytes, size_t size)
{
    size_t n = strlen(name), begin = zip->size;
    uint32_t crc = (uint32_t)crc32(0, bytes, (uInt)size);
    put(zip->bytes, &zip->size, 0x04034b50, 4);
    put_common(zip->bytes, &zip->size, crc, size, n);
    memcpy(zip->bytes + zip->size, name, n);
    zip->size += n;
    if (size)
        memcpy(zip->bytes + zip->size, bytes, size);
    zip->size += size;
    uint8_t *d = zip->directory;
    put(d, &zip->directory_size, 0x02014b50, 4);
    put(d, &zip->directory_size, 20, 2);
    put_common(d, &zip->directory_size, crc, size, n);
    put(d, &zip->directory_size, 0, 8);
    put(d, &zip->directory_size, 0, 2);
    put(d, &zip->directory_size, begin, 4);
    memcpy(d + zip->directory_size, name, n);
    zip->directory_size += n;
    zip->entries++;
}

static void end(struct zip *zip)
{
    size_t at = zip->size;
    memcpy(zip->bytes + at, zip->directory, zip->directory_size);
    zip->size += zip->directory_size;
    put(zip->bytes, &zip->size, 0x06054b50, 4);
    put(zip->bytes, &zip->size, 0, 4);
    put(zip->bytes, &zip->size, zip->entries, 2);
    put(zip->bytes, &zip->size, zip->entries, 2);
    put(zip->bytes, &zip->size, zip->directory_size, 4);
    put(zip->bytes, &zip->size, at, 4);
    put(zip->bytes, &zip->size, 0, 2);
}

static void add_all(struct zip *zip, const struct member *members, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(zip, members[i].name, members[i].bytes, members[i].size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model model;
    struct lar_error err = {0};
    struct zip zip = {.bytes = malloc(size + 65536)}, npz = {.bytes = malloc(65536)};
    if (!zip.bytes || !npz.bytes || size > 1 << 24)
        abort();
    add_all(&npz, parts, sizeof parts / sizeof *parts);
    end(&npz);
    add_all(&zip, arrays, sizeof arrays / sizeof *arrays);
    add(&zip, "csr.npz", npz.bytes, npz.size);
    add(&zip, "schema.json", data, size);
    end(&zip);
    if (model_load(&model, zip.bytes, zip.size, &err))
        model_free(&model);
    else if (err.code == LAR_ERR_NONE || err.code == LAR_ERR_INTERNAL || !err.text[0])
        abort();
    free(npz.bytes);
    free(zip.bytes);
    return 0;
}

/* Text arrays as string tensors: one pass for the lengths, one for the bytes.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/dense.h"
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/utf8.h"

#include <string.h>

/* The text of a U element, UTF-32, without the zeros that fill it up: into OUT unless that is NULL.
 * False for a number that is no code point. */
static bool utf32(const uint8_t *data, size_t size, bool swapped, uint8_t *out, size_t *ret_size)
{
    size_t used = 0, end = size / 4;
    uint32_t code = 0;
    for (; end > 0; end--) {
        memcpy(&code, data + (end - 1) * 4, 4);
        if (code)
            break;
    }
    for (size_t i = 0; i < end; i++) {
        uint8_t buffer[4];
        memcpy(&code, data + i * 4, 4);
        code = swapped ? __builtin_bswap32(code) : code;
        if (code > 0x10FFFF)
            return false;
        used += pk_utf8_put(out ? out + used : buffer, code);
    }
    *ret_size = used;
    return true;
}

static size_t without_zeros(const uint8_t *data, size_t size)
{
    while (size > 0 && data[size - 1] == 0)
        size--;
    return size;
}

/* Bytes as text: UTF-8, or else Latin-1, of which each byte is a character. What Python 2 wrote as
 * str has no encoding; whoever read it there saw one of these. */
static void text_of_bytes(const uint8_t *data, size_t size, uint8_t *out, size_t *ret_size)
{
    uint8_t buffer[4] = {0};
    *ret_size = size;
    if (pk_utf8_valid(data, size, NULL)) {
        if (out && size)
            memcpy(out, data, size);
        return;
    }
    size_t used = 0;
    for (size_t i = 0; i < size; i++)
        used += pk_utf8_put(out ? out + used : buffer, data[i]);
    *ret_size = used;
}

/* One element of a U or S array. */
static bool fixed_text(const struct np_dtype *dtype, const uint8_t *data, uint8_t *out,
                       size_t *ret_size, struct lar_error *err)
{
    if (dtype->kind == 'U')
        return utf32(data, dtype->itemsize, dtype->swapped, out, ret_size) ||
               lar_fail(err, LAR_ERR_FORMAT, "an array of str has a number that is no character");
    text_of_bytes(data, without_zeros(data, dtype->itemsize), out, ret_size);
    return true;
}

/* One element of an object array: str, bytes, numpy.str_, numpy.bytes_, None or NaN. */
static bool object_text(const struct pk_node *node, struct lar_arena *arena, uint8_t *kind,
                        uint8_t *out, size_t *ret_size, struct lar_error *err)
{
    struct np_array scalar;
    *ret_size = 0;
    *kind = LAR_STRING_TEXT;
    if (node->kind == PK_TEXT) {
        *ret_size = node->bytes.size;
        if (out && *ret_size)
            memcpy(out, node->bytes.data, *ret_size);
    } else if (node->kind == PK_BYTES) {
        text_of_bytes(node->bytes.data, node->bytes.size, out, ret_size);
    } else if (node->kind == PK_NONE) {
        *kind = LAR_STRING_NONE;
    } else if (np_scalar(&scalar, node, arena) && np_kind_is(scalar.dtype, "US")) {
        return fixed_text(scalar.dtype, scalar.data, out, ret_size, err);
    } else {
        *kind = LAR_STRING_NAN;
    }
    return true;
}

/* Both passes: without bytes in RET only lengths are found. */
static bool pass(struct lar_tensor *ret, const struct np_array *array, const uint8_t *dense,
                 size_t n, struct lar_arena *arena, struct lar_error *err)
{
    struct np_dtype native = *array->dtype;
    native.swapped = false; /* in DENSE */
    uint64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t *out = ret->data ? (uint8_t *)ret->data + at : NULL;
        size_t size = 0;
        bool ok = array->objects
                      ? object_text(array->objects[i], arena, &ret->kinds[i], out, &size, err)
                      : fixed_text(&native, dense + i * native.itemsize, out, &size, err);
        if (!ok)
            return false;
        at += size;
        ret->offsets[i + 1] = at;
    }
    return true;
}

bool np_to_strings(struct lar_tensor *ret, const struct np_array *array, struct lar_arena *arena,
                   struct lar_error *err)
{
    size_t n = np_count(array);
    const uint8_t *dense = array->objects ? NULL : np_dense(array, arena, err);
    if (!array->objects && !dense)
        return false;
    ret->type = LAR_TYPE_STRING;
    ret->offsets = lar_arena_alloc_aligned(arena, n + 1, sizeof *ret->offsets, 64);
    ret->kinds = lar_arena_alloc_aligned(arena, n, sizeof *ret->kinds, 64);
    if (!ret->offsets || !ret->kinds)
        return lar_arena_fail(arena, err, "an array of str");
    if (!pass(ret, array, dense, n, arena, err))
        return false;
    ret->data = lar_arena_alloc_aligned(arena, ret->offsets[n], 1, 64);
    if (!ret->data)
        return lar_arena_fail(arena, err, "an array of str");
    return pass(ret, array, dense, n, arena, err);
}

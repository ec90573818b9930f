/* Tensors as bytes; see binary_tensor.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/binary_tensor.h"

#include "base/checked.h"
#include "dialects/half.h"
#include "dialects/json_tensor_private.h"
#include "graph/text.h"

#include <math.h>

enum { LENGTH_BYTES = 4 };

/* Element I of floats of any width, wherever they lie. */
static double load_float(enum lar_type type, const char *bytes, uint64_t i)
{
    uint16_t half;
    float f;
    double d;
    switch (type) {
    case LAR_TYPE_F16:
        memcpy(&half, bytes + i * sizeof half, sizeof half);
        return (double)lar_f16_to_f32(half);
    case LAR_TYPE_BF16:
        memcpy(&half, bytes + i * sizeof half, sizeof half);
        return (double)lar_bf16_to_f32(half);
    case LAR_TYPE_F32: memcpy(&f, bytes + i * sizeof f, sizeof f); return (double)f;
    default: memcpy(&d, bytes + i * sizeof d, sizeof d); return d;
    }
}

/* Element I of integers or bools: its size, and whether it is below zero. */
static uint64_t load_integer(enum lar_type type, const char *bytes, uint64_t i, bool *ret_negative)
{
    size_t size = lar_type_size(type), bits = size * 8;
    uint64_t v = 0;
    memcpy(&v, bytes + i * size, size);
    bool is_signed = type >= LAR_TYPE_I8 && type <= LAR_TYPE_I64;
    *ret_negative = is_signed && v >> (bits - 1);
    if (*ret_negative)
        v = bits == 64 ? 0 - v : (UINT64_C(1) << bits) - v;
    return type == LAR_TYPE_BOOL ? v != 0 : v;
}

static bool out_of_range(const struct lar_cells *cells, uint64_t i, struct lar_error *err)
{
    return lar_fail(err, LAR_ERR_INVALID, "element %llu is beyond the range of %s",
                    (unsigned long long)i, lar_type_name(cells->type));
}

static bool read_floats(struct lar_cells *cells, const char *bytes, uint64_t count,
                        struct lar_error *err)
{
    if (cells->wire == LAR_TYPE_F32 && cells->type == LAR_TYPE_F64) { /* what comes most */
        double *to = cells->data;
        for (uint64_t i = 0; i < count; i++)
            to[i] = load_float(LAR_TYPE_F32, bytes, i);
        cells->count = count;
        return true;
    }
    for (uint64_t i = 0; i < count; i++) {
        double v = load_float(cells->wire, bytes, i);
        if (isfinite(v) && fabs(v) > cells->float_limit)
            return out_of_range(cells, i, err);
        lar_cells_store_float(cells, v);
    }
    return true;
}

static bool read_integers(struct lar_cells *cells, const char *bytes, uint64_t count,
                          struct lar_error *err)
{
    for (uint64_t i = 0; i < count; i++) {
        bool negative;
        uint64_t v = load_integer(cells->wire, bytes, i, &negative);
        if (!lar_cells_integer_fits(cells, negative, v))
            return out_of_range(cells, i, err);
        lar_cells_store_integer(cells, negative, v);
    }
    return true;
}

static bool read_strings(struct lar_cells *cells, struct lar_json *js, const char *bytes,
                         size_t size, uint64_t count, struct lar_error *err)
{
    if (count > size / LENGTH_BYTES)
        return lar_fail(err, LAR_ERR_INVALID, "expected %llu strings, found %zu bytes",
                        (unsigned long long)count, size);
    if (!lar_cells_reserve(cells, js, count, size, err))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t n = 0;
        if (size >= LENGTH_BYTES)
            memcpy(&n, bytes, LENGTH_BYTES);
        if (size < LENGTH_BYTES || n > size - LENGTH_BYTES)
            return lar_fail(err, LAR_ERR_INVALID,
                            "incomplete string length or string data at element %llu",
                            (unsigned long long)i);
        if (!lar_text_valid(bytes + LENGTH_BYTES, n, false))
            return lar_fail(err, LAR_ERR_INVALID, "element %llu is not UTF-8 text",
                            (unsigned long long)i);
        if (!lar_cells_add_text(cells, js, bytes + LENGTH_BYTES, n, err))
            return false;
        bytes += LENGTH_BYTES + n;
        size -= LENGTH_BYTES + n;
    }
    return size == 0 || lar_fail(err, LAR_ERR_INVALID, "%zu bytes more than %llu strings take",
                                 size, (unsigned long long)count);
}

bool lar_binary_read(struct lar_cells *cells, struct lar_json *js, const char *bytes, size_t size,
                     uint64_t count, struct lar_error *err)
{
    size_t width = lar_type_size(cells->wire);
    if (cells->wire == LAR_TYPE_STRING)
        return read_strings(cells, js, bytes, size, count, err);
    if (size % width != 0 || size / width != count)
        return lar_fail(err, LAR_ERR_INVALID,
                        "expected %llu elements of %zu bytes, found %zu bytes",
                        (unsigned long long)count, width, size);
    if (cells->wire == cells->type && cells->type != LAR_TYPE_BOOL && count > 0 &&
        (uintptr_t)bytes % width == 0) {
        memcpy(&cells->data, &bytes, sizeof bytes); /* inputs are only read */
        cells->count = cells->capacity = count;
        return true;
    }
    if (!lar_cells_reserve(cells, js, count, 0, err))
        return false;
    if (cells->wire == cells->type && cells->type != LAR_TYPE_BOOL) {
        memcpy(cells->data, bytes, size);
        cells->count = count;
        return true;
    }
    return lar_cells_class(cells->wire) == LAR_CLASS_FLOAT
               ? read_floats(cells, bytes, count, err)
               : read_integers(cells, bytes, count, err);
}

bool lar_binary_read_text(struct lar_cells *cells, struct lar_json *js, const char *bytes,
                          size_t size, struct lar_error *err)
{
    if (!lar_text_valid(bytes, size, false))
        return lar_fail(err, LAR_ERR_INVALID, "the raw input is not UTF-8 text");
    return lar_cells_reserve(cells, js, 1, size, err) &&
           lar_cells_add_text(cells, js, bytes, size, err);
}

bool lar_binary_size(const struct lar_tensor *t, size_t *ret)
{
    uint64_t count = lar_tensor_count(t);
    if (t->type != LAR_TYPE_STRING)
        return lar_mul_size(count, lar_type_size(t->type), ret);
    return lar_mul_size(count, LENGTH_BYTES, ret) && lar_add_size(*ret, t->offsets[count], ret);
}

static void write_strings(struct lar_text *text, const struct lar_tensor *t)
{
    uint64_t count = lar_tensor_count(t);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t n = (uint32_t)(t->offsets[i + 1] - t->offsets[i]);
        lar_text_add(text, (const char *)&n, sizeof n);
        lar_text_add(text, (const char *)t->data + t->offsets[i], n);
    }
}

static void write_sparse(struct lar_text *text, const struct lar_tensor *t, size_t bytes)
{
    size_t width = lar_type_size(t->type), columns = (size_t)t->shape.dims[1];
    char *to = lar_text_room(text, bytes);
    if (!to)
        return;
    memset(to, 0, bytes);
    for (int64_t row = 0; row < t->shape.dims[0]; row++)
        for (uint64_t k = t->indptr[row]; k < t->indptr[row + 1]; k++)
            memcpy(to + ((size_t)row * columns + t->indices[k]) * width,
                   (const char *)t->data + k * width, width);
    text->size += bytes;
}

void lar_binary_write(struct lar_text *text, const struct lar_tensor *t)
{
    size_t bytes;
    if (!lar_binary_size(t, &bytes))
        bytes = SIZE_MAX; /* over any limit */
    if (t->type == LAR_TYPE_STRING && lar_text_room(text, bytes))
        write_strings(text, t);
    else if (t->layout == LAR_LAYOUT_CSR)
        write_sparse(text, t, bytes);
    else if (t->type != LAR_TYPE_STRING)
        lar_text_add(text, t->data, bytes);
}

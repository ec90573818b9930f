/* Gathering elements; see dense.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/dense.h"

#include <assert.h>
#include <string.h>

size_t np_count(const struct np_array *array)
{
    size_t n = 1;
    for (uint32_t i = 0; i < array->shape.rank; i++)
        n *= (size_t)array->shape.dims[i];
    return n;
}

/* Whether memory order is C order, without gaps. */
static bool contiguous(const struct np_array *array)
{
    int64_t step = (int64_t)array->dtype->itemsize;
    for (uint32_t i = array->shape.rank; i-- > 0; step *= array->shape.dims[i])
        if (array->shape.dims[i] != 1 && array->strides[i] != step)
            return false;
    return true;
}

static void copy_row(uint8_t *out, const uint8_t *in, int64_t stride, size_t n, size_t itemsize)
{
    if (stride == (int64_t)itemsize) {
        memcpy(out, in, n * itemsize);
        return;
    }
    switch (itemsize) {
    case 1:
        for (size_t i = 0; i < n; i++)
            out[i] = in[(int64_t)i * stride];
        return;
    case 4:
        for (size_t i = 0; i < n; i++)
            memcpy(out + i * 4, in + (int64_t)i * stride, 4);
        return;
    case 8:
        for (size_t i = 0; i < n; i++)
            memcpy(out + i * 8, in + (int64_t)i * stride, 8);
        return;
    default:
        for (size_t i = 0; i < n; i++)
            memcpy(out + i * itemsize, in + (int64_t)i * stride, itemsize);
    }
}

/* Row by row: the last axis in the inner loop, the others counted like an odometer. */
static void gather(const struct np_array *array, uint8_t *out)
{
    uint32_t last = array->shape.rank - 1;
    size_t row = (size_t)array->shape.dims[last], itemsize = array->dtype->itemsize;
    int64_t at[LAR_MAX_RANK] = {0}, offset = 0;
    for (size_t rows = np_count(array) / row; rows > 0; rows--) {
        copy_row(out, array->data + offset, array->strides[last], row, itemsize);
        out += row * itemsize;
        for (uint32_t axis = last; axis-- > 0;) {
            offset += array->strides[axis];
            if (++at[axis] < array->shape.dims[axis])
                break;
            offset -= array->strides[axis] * at[axis];
            at[axis] = 0;
        }
    }
}

static void swap_bytes(uint8_t *data, size_t n, size_t width)
{
    for (size_t i = 0; i < n; i++, data += width)
        for (size_t a = 0, b = width - 1; a < b; a++, b--) {
            uint8_t byte = data[a];
            data[a] = data[b];
            data[b] = byte;
        }
}

void np_copy_dense(const struct np_array *array, uint8_t *out)
{
    const struct np_dtype *dtype = array->dtype;
    size_t size = np_count(array) * dtype->itemsize;
    if (size == 0)
        return;
    if (contiguous(array))
        memcpy(out, array->data, size);
    else
        gather(array, out);
    if (!dtype->swapped)
        return;
    size_t width = dtype->kind == 'U'   ? 4
                   : dtype->kind == 'c' ? dtype->itemsize / 2
                                        : dtype->itemsize;
    assert(width > 0); /* as SIZE is */
    swap_bytes(out, size / width, width);
}

const uint8_t *np_dense(const struct np_array *array, struct lar_arena *arena,
                        struct lar_error *err)
{
    if (contiguous(array) && !array->dtype->swapped)
        return array->data;
    uint8_t *ret = lar_arena_alloc_aligned(arena, np_count(array), array->dtype->itemsize, 64);
    if (ret)
        np_copy_dense(array, ret);
    else
        lar_arena_fail(arena, err, "an array");
    return ret;
}

/* Types, shapes and tensors; see tensor.h.
 * SPDX-License-Identifier: MIT */
#include "graph/tensor.h"

#include "graph/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[LAR_TYPE_END] = {
    [LAR_TYPE_BOOL] = {"bool", 1},     [LAR_TYPE_U8] = {"uint8", 1},
    [LAR_TYPE_U16] = {"uint16", 2},    [LAR_TYPE_U32] = {"uint32", 4},
    [LAR_TYPE_U64] = {"uint64", 8},    [LAR_TYPE_I8] = {"int8", 1},
    [LAR_TYPE_I16] = {"int16", 2},     [LAR_TYPE_I32] = {"int32", 4},
    [LAR_TYPE_I64] = {"int64", 8},     [LAR_TYPE_F16] = {"float16", 2},
    [LAR_TYPE_BF16] = {"bfloat16", 2}, [LAR_TYPE_F32] = {"float32", 4},
    [LAR_TYPE_F64] = {"float64", 8},   [LAR_TYPE_STRING] = {"string", 0},
};

size_t lar_type_size(enum lar_type type)
{
    return (unsigned)type < LAR_TYPE_END ? types[type].size : 0;
}

const char *lar_type_name(enum lar_type type)
{
    return (unsigned)type < LAR_TYPE_END && types[type].name ? types[type].name : "?";
}

static bool dim_valid(int64_t dim)
{
    return dim == LAR_DIM_UNKNOWN || (dim <= LAR_DIM_MAX && dim > LAR_DIM_SYMBOL(LAR_DIM_SYMBOLS));
}

bool lar_shape_valid(const struct lar_shape *shape)
{
    if (shape->rank > LAR_MAX_RANK)
        return false;
    for (uint32_t i = 0; i < LAR_MAX_RANK; i++)
        if (i < shape->rank ? !dim_valid(shape->dims[i]) : shape->dims[i] != 0)
            return false;
    return true;
}

bool lar_shape_equal(const struct lar_shape *a, const struct lar_shape *b)
{
    bool ret = a->rank == b->rank;
    for (uint32_t d = 0; ret && d < a->rank; d++)
        ret = a->dims[d] == b->dims[d];
    return ret;
}

bool lar_shape_count(const struct lar_shape *shape, uint64_t *ret)
{
    const uint64_t most = UINT64_C(1) << 62;
    bool empty = false;
    uint64_t n = 1;
    for (uint32_t i = 0; i < shape->rank; i++) {
        if (shape->dims[i] < 0)
            return false;
        empty |= shape->dims[i] == 0;
    }
    for (uint32_t i = 0; i < shape->rank && !empty; i++)
        if (__builtin_mul_overflow(n, (uint64_t)shape->dims[i], &n) || n > most)
            return false;
    *ret = empty ? 0 : n;
    return true;
}

const char *lar_shape_print(const struct lar_shape *shape, char *buffer, size_t size)
{
    /* Eight dimensions of at most 21 characters, commas and brackets. */
    char text[256];
    int n = snprintf(text, sizeof text, "[");
    for (uint32_t i = 0; i < shape->rank && i < LAR_MAX_RANK; i++) {
        int64_t dim = shape->dims[i];
        char *at = text + n;
        size_t left = sizeof text - (size_t)n;
        const char *comma = i ? "," : "";
        if (dim >= 0)
            n += snprintf(at, left, "%s%" PRId64, comma, dim);
        else if (dim == LAR_DIM_ROWS)
            n += snprintf(at, left, "%srows", comma);
        else if (dim == LAR_DIM_UNKNOWN)
            n += snprintf(at, left, "%s?", comma);
        else
            n += snprintf(at, left, "%sd%" PRId64, comma, -1 - dim);
    }
    snprintf(buffer, size, "%s]", text);
    return buffer;
}

static const char *string_fault(const struct lar_tensor *t, uint64_t bytes)
{
    const char *text = t->data ? t->data : "";
    uint64_t n = lar_tensor_count(t);
    if (t->offsets[0] != 0 || t->offsets[n] != bytes)
        return "string offsets do not run from 0 to the number of bytes";
    for (uint64_t i = 0; i < n; i++)
        if (t->offsets[i] > t->offsets[i + 1])
            return "string offsets do not rise";
    for (uint64_t i = 0; i < n; i++) {
        size_t length = (size_t)(t->offsets[i + 1] - t->offsets[i]);
        if (t->kinds[i] > LAR_STRING_NONE)
            return "a string's kind is out of range";
        if (t->kinds[i] != LAR_STRING_TEXT && length)
            return "a missing string has bytes";
        if (!lar_text_valid(text + t->offsets[i], length, true))
            return "a string is not UTF-8";
    }
    return NULL;
}

static const char *csr_fault(const struct lar_tensor *t, uint64_t nnz)
{
    uint64_t rows = (uint64_t)t->shape.dims[0], columns = (uint64_t)t->shape.dims[1];
    if (t->indptr[0] != 0 || t->indptr[rows] != nnz)
        return "CSR indptr does not run from 0 to the number of values";
    for (uint64_t r = 0; r < rows; r++)
        if (t->indptr[r] > t->indptr[r + 1])
            return "CSR indptr does not rise";
    for (uint64_t r = 0; r < rows; r++) {
        uint64_t above = 0; /* one more than the column before */
        for (uint64_t k = t->indptr[r]; k < t->indptr[r + 1]; k++) {
            if (t->indices[k] < above)
                return "CSR columns do not ascend in a row";
            above = (uint64_t)t->indices[k] + 1;
        }
        if (above > columns)
            return "a CSR column is out of range";
    }
    return NULL;
}

static const char *bool_fault(const struct lar_tensor *t)
{
    const uint8_t *p = t->data;
    uint8_t all = 0;
    for (uint64_t i = 0, n = lar_tensor_count(t); i < n; i++)
        all |= p[i];
    return all > 1 ? "a bool is neither 0 nor 1" : NULL;
}

const char *lar_tensor_fault(const struct lar_tensor *t, uint64_t nnz)
{
    if (t->layout == LAR_LAYOUT_CSR)
        return csr_fault(t, nnz);
    if (t->type == LAR_TYPE_STRING)
        return string_fault(t, nnz);
    if (t->type == LAR_TYPE_BOOL)
        return bool_fault(t);
    return NULL;
}

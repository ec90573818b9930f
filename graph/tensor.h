/* Element types, shapes and tensors: the values that a graph computes with.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_TENSOR_H
#define GRAPH_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Element types. The numbers are part of the flat form. */
enum lar_type {
    LAR_TYPE_BOOL = 1, /* one byte, 0 or 1 */
    LAR_TYPE_U8,
    LAR_TYPE_U16,
    LAR_TYPE_U32,
    LAR_TYPE_U64,
    LAR_TYPE_I8,
    LAR_TYPE_I16,
    LAR_TYPE_I32,
    LAR_TYPE_I64,
    LAR_TYPE_F16,
    LAR_TYPE_BF16,
    LAR_TYPE_F32,
    LAR_TYPE_F64,
    LAR_TYPE_STRING, /* offsets, bytes, kinds: see struct lar_tensor */
    LAR_TYPE_END
};

/* Bytes of one element; 0 for strings and for numbers that are no type. */
size_t lar_type_size(enum lar_type type);

/* NumPy's name ("float64", "int32", "bool"; "string"), or "?". */
const char *lar_type_name(enum lar_type type);

enum lar_layout {
    LAR_LAYOUT_DENSE = 1,
    LAR_LAYOUT_CSR, /* rank 2, f32 or f64; rows have strictly ascending columns */
};

enum { LAR_MAX_RANK = 8 };

/* A dimension is a count, a symbol, or unknown until the graph runs. Symbol 0 is the number of rows
 * of the request (the batch). */
#define LAR_DIM_SYMBOL(k) (-1 - (int64_t)(k))
#define LAR_DIM_ROWS LAR_DIM_SYMBOL(0)
#define LAR_DIM_UNKNOWN INT64_MIN

struct lar_shape {
    uint32_t rank;
    int64_t dims[LAR_MAX_RANK]; /* those beyond rank are 0 */
};

#define LAR_SHAPE(...)                                                                             \
    ((struct lar_shape){.rank = sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t),                \
                        .dims = {__VA_ARGS__}})
#define LAR_SCALAR ((struct lar_shape){.rank = 0})

/* The largest count of one dimension, the largest symbol: sums of a few never overflow. */
#define LAR_DIM_MAX (INT64_C(1) << 40)
enum { LAR_DIM_SYMBOLS = 1 << 16 };

/* Rank and dimensions in range; those beyond the rank are 0. */
bool lar_shape_valid(const struct lar_shape *shape);

bool lar_shape_equal(const struct lar_shape *a, const struct lar_shape *b);

/* The number of elements; false if a dimension is not a count or the product passes 2^62. */
bool lar_shape_count(const struct lar_shape *shape, uint64_t *ret);

/* "[rows,4]", "[]", "[rows,d1,?]" (a symbol, an unknown dimension): into BUFFER, always terminated;
 * returns BUFFER. */
const char *lar_shape_print(const struct lar_shape *shape, char *buffer, size_t size);

/* Why a string element has no text. Elements that are not TEXT have no bytes. */
enum lar_string_kind { LAR_STRING_TEXT, LAR_STRING_NAN, LAR_STRING_NONE };

/* A value, row-major. It owns nothing: memory belongs to a map, an arena or a scratch, which the
 * holder knows. Constants are handed around as const struct lar_tensor *, and then what the
 * pointers point to is constant too.
 *
 *   dense        data holds the elements.
 *   dense string offsets[count + 1] rising from 0, data holds the bytes (UTF-8; lone surrogates
 *                in their three-byte form), kinds[count].
 *   CSR          data holds the nnz values, indptr[rows + 1] rising from 0, indices[nnz]. */
struct lar_tensor {
    enum lar_type type;
    enum lar_layout layout;
    struct lar_shape shape; /* counts only */
    void *data;
    uint64_t *offsets;
    uint8_t *kinds;
    uint64_t *indptr;
    uint32_t *indices;
};

/* The number of elements of a tensor, whose shape holds counts only. */
static inline uint64_t lar_tensor_count(const struct lar_tensor *t)
{
    uint64_t n = 1;
    for (uint32_t i = 0; i < t->shape.rank; i++)
        n *= (uint64_t)t->shape.dims[i];
    return n;
}

/* Whether all that struct lar_tensor promises of string offsets, kinds and CSR arrays holds, given
 * that the arrays are as long as the shape (and nnz, byte count) demand. For CSR, NNZ is the
 * length of data and indices; for strings, the length of the bytes; else ignored. Element values
 * of type bool must be 0 or 1, texts must be UTF-8 (lone surrogates allowed). Reads all elements of
 * these kinds, and none of dense numbers. Returns NULL, or what is wrong. */
const char *lar_tensor_fault(const struct lar_tensor *t, uint64_t nnz);

#endif

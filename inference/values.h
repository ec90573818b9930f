/* What the operators' run() functions share: taking outputs and reading inputs.
 *
 * Outputs whose size is a matter of the data (strings, CSR, unknown dimensions) are written with
 * the writers below, into the thread's scratch.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_VALUES_H
#define INFERENCE_VALUES_H

#include "inference/operator.h"

#include <string.h>

/* The memory of output K, dense and not of strings, of SHAPE: where the plan placed it, or new. Its
 * element type is the inferred one. NULL and ERR: out of memory, or the plan expected another shape
 * (inputs that do not fit together). */
void *lar_output_dense(struct lar_call *call, uint32_t k, const struct lar_shape *shape,
                       struct lar_error *err);

/* Makes output 0 of a view operator: input 0 under SHAPE, which has as many elements. */
bool lar_output_view(struct lar_call *call, const struct lar_shape *shape, struct lar_error *err);

/* A dense string output, filled element by element in row-major order. */
struct lar_string_writer {
    struct lar_tensor *tensor;
    struct lar_scratch *scratch;
    uint64_t at, n; /* elements written, in all */
    size_t room;    /* of bytes */
};
bool lar_strings_begin(struct lar_string_writer *w, struct lar_call *call, uint32_t k,
                       const struct lar_shape *shape, struct lar_error *err);
bool lar_strings_add(struct lar_string_writer *w, const char *text, size_t length,
                     enum lar_string_kind kind, struct lar_error *err);

/* A CSR output, filled row by row. Columns of a row must be added in strictly ascending order. */
struct lar_csr_writer {
    struct lar_tensor *tensor;
    struct lar_scratch *scratch;
    uint64_t row, nnz, room;
};
/* ROOM is a guess of the number of stored entries; where it is an upper bound nothing moves. */
bool lar_csr_begin(struct lar_csr_writer *w, struct lar_call *call, uint32_t k, uint64_t rows,
                   uint64_t columns, uint64_t room, struct lar_error *err);
bool lar_csr_reserve(struct lar_csr_writer *w, uint64_t more, struct lar_error *err);

static inline bool lar_csr_add(struct lar_csr_writer *w, uint32_t column, double value,
                               struct lar_error *err)
{
    if (w->nnz == w->room && !lar_csr_reserve(w, 1, err))
        return false;
    w->tensor->indices[w->nnz] = column;
    if (w->tensor->type == LAR_TYPE_F32)
        ((float *)w->tensor->data)[w->nnz++] = (float)value;
    else
        ((double *)w->tensor->data)[w->nnz++] = value;
    return true;
}

/* Ends the present row: call it once for each row. */
static inline void lar_csr_row(struct lar_csr_writer *w)
{
    w->tensor->indptr[++w->row] = w->nnz;
}

/* Element I of a string tensor; not NUL-terminated. */
static inline const char *lar_text_at(const struct lar_tensor *t, uint64_t i, size_t *ret_length)
{
    *ret_length = (size_t)(t->offsets[i + 1] - t->offsets[i]);
    return (const char *)t->data + t->offsets[i];
}

/* Whether element I of A is element J of B: same kind, same bytes. NaN equals NaN here. */
static inline bool lar_text_equal(const struct lar_tensor *a, uint64_t i,
                                  const struct lar_tensor *b, uint64_t j)
{
    size_t n, m;
    const char *p = lar_text_at(a, i, &n), *q = lar_text_at(b, j, &m);
    return a->kinds[i] == b->kinds[j] && n == m && (n == 0 || memcmp(p, q, n) == 0);
}

/* Element I of a dense f32 or f64 tensor. */
static inline double lar_real_at(const struct lar_tensor *t, uint64_t i)
{
    return t->type == LAR_TYPE_F32 ? (double)((const float *)t->data)[i]
                                   : ((const double *)t->data)[i];
}

/* The rows and columns of a matrix. */
static inline uint64_t lar_rows(const struct lar_tensor *t)
{
    return (uint64_t)t->shape.dims[0];
}
static inline uint64_t lar_columns(const struct lar_tensor *t)
{
    return (uint64_t)t->shape.dims[1];
}

#endif

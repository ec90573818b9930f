/* Outputs of operators; see values.h.
 * SPDX-License-Identifier: MIT */
#include "inference/values.h"

#include "base/checked.h"

void *lar_output_dense(struct lar_call *call, uint32_t k, const struct lar_shape *shape,
                       struct lar_error *err)
{
    struct lar_tensor *out = &call->outputs[k];
    if (out->data) {
        if (lar_shape_equal(&out->shape, shape))
            return out->data;
        char got[128], want[128];
        lar_fail(err, LAR_ERR_INVALID, "the result would have shape %s, not %s",
                 lar_shape_print(shape, got, sizeof got),
                 lar_shape_print(&out->shape, want, sizeof want));
        return NULL;
    }
    uint64_t n;
    if (!lar_shape_count(shape, &n)) {
        lar_fail(err, LAR_ERR_LIMIT, "the result is too large");
        return NULL;
    }
    void *data = lar_scratch_take(call->scratch, n, lar_type_size(out->type));
    if (!data) {
        lar_scratch_fail(call->scratch, err, "the result");
        return NULL;
    }
    out->shape = *shape;
    out->data = data;
    return data;
}

bool lar_output_view(struct lar_call *call, const struct lar_shape *shape, struct lar_error *err)
{
    uint64_t n;
    if (!lar_shape_count(shape, &n) || n != lar_tensor_count(call->inputs[0]))
        return lar_fail(err, LAR_ERR_INVALID, "the numbers of elements differ");
    call->outputs[0] = *call->inputs[0];
    call->outputs[0].shape = *shape;
    return true;
}

bool lar_strings_begin(struct lar_string_writer *w, struct lar_call *call, uint32_t k,
                       const struct lar_shape *shape, struct lar_error *err)
{
    struct lar_tensor *out = &call->outputs[k];
    uint64_t n;
    if (!lar_shape_count(shape, &n))
        return lar_fail(err, LAR_ERR_LIMIT, "the result is too large");
    if (!(out->offsets = lar_scratch_take(call->scratch, n + 1, sizeof *out->offsets)) ||
        !(out->kinds = lar_scratch_take(call->scratch, n, sizeof *out->kinds)) ||
        !(out->data = lar_scratch_take(call->scratch, 1, 256)))
        return lar_scratch_fail(call->scratch, err, "the result");
    out->offsets[0] = 0;
    out->shape = *shape;
    *w = (struct lar_string_writer){.tensor = out, .scratch = call->scratch, .n = n, .room = 256};
    return true;
}

bool lar_strings_add(struct lar_string_writer *w, const char *text, size_t length,
                     enum lar_string_kind kind, struct lar_error *err)
{
    struct lar_tensor *out = w->tensor;
    size_t used = (size_t)out->offsets[w->at], end;
    if (!lar_add_size(used, length, &end))
        return lar_fail(err, LAR_ERR_LIMIT, "strings pass the address space");
    if (end > w->room) {
        size_t room = end + end / 2;
        void *data = lar_scratch_grow(w->scratch, out->data, w->room, room);
        if (!data)
            return lar_scratch_fail(w->scratch, err, "strings");
        out->data = data;
        w->room = room;
    }
    if (length)
        memcpy((char *)out->data + used, text, length);
    out->kinds[w->at++] = (uint8_t)kind;
    out->offsets[w->at] = end;
    return true;
}

bool lar_csr_begin(struct lar_csr_writer *w, struct lar_call *call, uint32_t k, uint64_t rows,
                   uint64_t columns, uint64_t room, struct lar_error *err)
{
    struct lar_tensor *out = &call->outputs[k];
    if (columns > (uint64_t)UINT32_MAX + 1 || rows >= SIZE_MAX / sizeof *out->indptr)
        return lar_fail(err, LAR_ERR_LIMIT, "a sparse matrix of this size");
    if (!(out->indptr = lar_scratch_take(call->scratch, rows + 1, sizeof *out->indptr)) ||
        !(out->indices = lar_scratch_take(call->scratch, room, sizeof *out->indices)) ||
        !(out->data = lar_scratch_take(call->scratch, room, lar_type_size(out->type))))
        return lar_scratch_fail(call->scratch, err, "the result");
    out->indptr[0] = 0;
    out->shape = LAR_SHAPE((int64_t)rows, (int64_t)columns);
    *w = (struct lar_csr_writer){.tensor = out, .scratch = call->scratch, .room = room};
    return true;
}

bool lar_csr_reserve(struct lar_csr_writer *w, uint64_t more, struct lar_error *err)
{
    struct lar_tensor *out = w->tensor;
    size_t size = lar_type_size(out->type);
    uint64_t room = w->nnz + more;
    if (room <= w->room)
        return true;
    room += room / 2 + 16;
    uint32_t *indices = lar_scratch_take(w->scratch, room, sizeof *indices);
    void *data = indices ? lar_scratch_take(w->scratch, room, size) : NULL;
    if (!data)
        return lar_scratch_fail(w->scratch, err, "a sparse matrix");
    memcpy(indices, out->indices, (size_t)w->nnz * sizeof *indices);
    memcpy(data, out->data, (size_t)w->nnz * size);
    out->indices = indices;
    out->data = data;
    w->room = room;
    return true;
}

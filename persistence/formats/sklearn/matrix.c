/* Matrices of fitted objects as constants, sparse ones too; see attributes.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/sparse_matrix.h"

#include <stdlib.h>

/* The arrays of a scipy.sparse matrix in compressed rows. */
struct csr {
    const int64_t *shape, *indices, *indptr;
    size_t rank, n, ends;
    struct sk_numbers data;
};

static bool read_csr(struct sk_context *sk, const struct pk_node *node, const char *name,
                     struct csr *ret)
{
    if (!sk_integers(sk, pk_attribute(node, "_shape"), name, &ret->shape, &ret->rank) ||
        !sk_integers(sk, pk_attribute(node, "indices"), name, &ret->indices, &ret->n) ||
        !sk_integers(sk, pk_attribute(node, "indptr"), name, &ret->indptr, &ret->ends) ||
        !sk_numbers(sk, pk_attribute(node, "data"), name, 1, 1, &ret->data))
        return false;
    if (ret->rank != 2 || ret->shape[0] < 0 || ret->shape[1] < 0 || ret->shape[1] > UINT32_MAX ||
        ret->ends != (size_t)ret->shape[0] + 1 || ret->n != ret->data.n)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: the arrays of a sparse matrix do not fit together",
                       name);
    return true;
}

/* A stored entry, for sorting. */
struct entry {
    int64_t column;
    double value;
};

static int by_column(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* Row ROW, whose entries are [FIRST, END), by ascending columns. */
static bool fill_row(struct sk_context *sk, const struct csr *csr, const char *name, size_t row,
                     size_t first, size_t end, struct entry *entries, struct lar_tensor *ret)
{
    bool sorted = true;
    for (size_t i = first; i < end; i++) {
        if (csr->indices[i] < 0 || csr->indices[i] >= csr->shape[1])
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "%s: row %zu of a sparse matrix has column %lld of %lld", name, row,
                           (long long)csr->indices[i], (long long)csr->shape[1]);
        sorted &= i == first || csr->indices[i] > csr->indices[i - 1];
        entries[i - first] = (struct entry){csr->indices[i], csr->data.data[i]};
    }
    if (!sorted)
        qsort(entries, end - first, sizeof *entries, by_column);
    for (size_t i = first; i < end; i++) {
        if (i > first && entries[i - first].column == entries[i - first - 1].column)
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "%s: row %zu of a sparse matrix has column %lld twice", name, row,
                           (long long)entries[i - first].column);
        ret->indices[i] = (uint32_t)entries[i - first].column;
        ((double *)ret->data)[i] = entries[i - first].value;
    }
    return true;
}

static bool fill(struct sk_context *sk, const struct csr *csr, const char *name,
                 struct lar_tensor *ret)
{
    struct entry *entries = sk_alloc(sk, csr->n, sizeof *entries);
    uint64_t at = 0;
    for (size_t row = 0; entries && row + 1 < csr->ends; row++) {
        int64_t first = csr->indptr[row], end = csr->indptr[row + 1];
        if (first != (int64_t)at || end < first || (size_t)end > csr->n)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: rows of a sparse matrix are out of range",
                           name);
        if (!fill_row(sk, csr, name, row, (size_t)first, (size_t)end, entries, ret))
            return false;
        ret->indptr[row + 1] = at = (uint64_t)end;
    }
    return entries != NULL;
}

static bool sparse(struct sk_context *sk, const struct pk_node *node, const char *name,
                   lar_value *ret, size_t *ret_rows, size_t *ret_columns)
{
    struct csr csr;
    struct lar_tensor *t = sk_alloc(sk, 1, sizeof *t);
    if (!t || !read_csr(sk, node, name, &csr))
        return false;
    *t = (struct lar_tensor){.type = LAR_TYPE_F64,
                             .layout = LAR_LAYOUT_CSR,
                             .shape = LAR_SHAPE(csr.shape[0], csr.shape[1]),
                             .data = sk_alloc(sk, csr.n, sizeof(double)),
                             .indices = sk_alloc(sk, csr.n, sizeof *t->indices),
                             .indptr = sk_alloc(sk, csr.ends, sizeof *t->indptr)};
    if (!t->data || !t->indices || !t->indptr || !fill(sk, &csr, name, t))
        return false;
    *ret = lar_draft_constant(sk->draft, t);
    *ret_rows = (size_t)csr.shape[0];
    *ret_columns = (size_t)csr.shape[1];
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_constant_matrix(struct sk_context *sk, const struct pk_node *node, const char *name,
                        lar_value *ret, size_t *ret_rows, size_t *ret_columns)
{
    struct sk_numbers numbers;
    if (sk_is_csr(node))
        return sparse(sk, node, name, ret, ret_rows, ret_columns);
    if (!sk_numbers(sk, node, name, 2, 2, &numbers))
        return false;
    *ret = lar_draft_f64(sk->draft, numbers.data, numbers.shape);
    *ret_rows = (size_t)numbers.shape.dims[0];
    *ret_columns = (size_t)numbers.shape.dims[1];
    return lar_draft_ok(sk->draft, sk->err);
}

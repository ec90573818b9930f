/* scipy.sparse matrices as constants; see sparse_matrix.h. A pickled matrix is an object whose
 * state has _shape (shape before SciPy 0.19) and data, and: csr, csc: indices, indptr; coo: row and
 * col, since SciPy 1.11 the tuple coords; dia: offsets. SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/sparse_matrix.h"

#include "base/checked.h"

#include <string.h>

enum layout { ROWS, COLUMNS, COORDINATES, DIAGONALS, NONE };

struct matrix {
    struct sk_context *sk;
    const struct pk_node *node;
    const char *name;
    struct sk_numbers data;
    size_t height, width;
    double *dense;
};

static enum layout layout_of(const struct pk_node *node)
{
    static const struct {
        const char *name;
        enum layout layout;
    } names[] = {
        {"csr_matrix", ROWS},      {"csr_array", ROWS},         {"csc_matrix", COLUMNS},
        {"csc_array", COLUMNS},    {"coo_matrix", COORDINATES}, {"coo_array", COORDINATES},
        {"dia_matrix", DIAGONALS}, {"dia_array", DIAGONALS},
    };
    const struct pk_node *class = pk_class(node);
    if (!class || !pk_bytes_begin(class->global.module, "scipy.sparse"))
        return NONE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pk_bytes_are(class->global.name, names[i].name))
            return names[i].layout;
    return NONE;
}

bool sk_is_sparse_matrix(const struct pk_node *node)
{
    return layout_of(node) != NONE;
}

bool sk_is_csr(const struct pk_node *node)
{
    return layout_of(node) == ROWS;
}

static bool integers(const struct matrix *m, const char *attribute, const int64_t **ret,
                     size_t *ret_n)
{
    return sk_integers(m->sk, pk_attribute(m->node, attribute), m->name, ret, ret_n);
}

static bool unfit(const struct matrix *m)
{
    return sk_fail(m->sk, LAR_ERR_FORMAT, "%s: the arrays of a sparse matrix do not fit together",
                   m->name);
}

static bool add(const struct matrix *m, int64_t row, int64_t column, double value)
{
    if (row < 0 || (size_t)row >= m->height)
        return sk_fail(m->sk, LAR_ERR_FORMAT, "%s: a sparse matrix has no row %lld", m->name,
                       (long long)row);
    if (column < 0 || (size_t)column >= m->width)
        return sk_fail(m->sk, LAR_ERR_FORMAT, "%s: a sparse matrix has no column %lld", m->name,
                       (long long)column);
    m->dense[(size_t)row * m->width + (size_t)column] += value;
    return true;
}

/* csr, or with BY_COLUMNS csc. */
static bool add_compressed(const struct matrix *m, bool by_columns)
{
    const int64_t *indices, *indptr;
    size_t n, n_ptr, lines = by_columns ? m->width : m->height;
    if (!integers(m, "indices", &indices, &n) || !integers(m, "indptr", &indptr, &n_ptr))
        return false;
    if (n_ptr != lines + 1 || n != m->data.n)
        return unfit(m);
    for (size_t line = 0; line < lines; line++) {
        if (indptr[line] < 0 || indptr[line] > indptr[line + 1] || (size_t)indptr[line + 1] > n)
            return sk_fail(m->sk, LAR_ERR_FORMAT, "%s: rows of a sparse matrix are out of range",
                           m->name);
        for (int64_t i = indptr[line]; i < indptr[line + 1]; i++) {
            int64_t row = by_columns ? indices[i] : (int64_t)line;
            int64_t column = by_columns ? (int64_t)line : indices[i];
            if (!add(m, row, column, m->data.data[i]))
                return false;
        }
    }
    return true;
}

static bool add_coordinates(const struct matrix *m)
{
    const int64_t *rows, *columns;
    size_t n_rows, n_columns;
    struct pk_items coords;
    const struct pk_node *row = pk_attribute(m->node, "row"),
                         *column = pk_attribute(m->node, "col");
    if (!row && sk_items(m->sk, pk_attribute(m->node, "coords"), &coords) && coords.n == 2) {
        row = coords.data[0];
        column = coords.data[1];
    }
    if (!sk_integers(m->sk, row, m->name, &rows, &n_rows) ||
        !sk_integers(m->sk, column, m->name, &columns, &n_columns))
        return false;
    if (n_rows != m->data.n || n_columns != m->data.n)
        return unfit(m);
    for (size_t i = 0; i < m->data.n; i++)
        if (!add(m, rows[i], columns[i], m->data.data[i]))
            return false;
    return true;
}

/* data[k, j] is the element of column j on the diagonal offsets[k]; parts of a diagonal may lie
 * outside. */
static bool add_diagonals(const struct matrix *m)
{
    const int64_t *offsets;
    size_t n;
    if (!integers(m, "offsets", &offsets, &n))
        return false;
    if (m->data.shape.rank != 2 || (size_t)m->data.shape.dims[0] != n)
        return unfit(m);
    int64_t length = m->data.shape.dims[1];
    for (size_t k = 0; k < n; k++) {
        int64_t first = offsets[k] > 0 ? offsets[k] : 0;
        if (offsets[k] <= -(int64_t)m->height)
            continue;
        for (int64_t j = first; j < length && j < (int64_t)m->width; j++)
            if (j - offsets[k] < (int64_t)m->height &&
                !add(m, j - offsets[k], j, m->data.data[k * (size_t)length + (size_t)j]))
                return false;
    }
    return true;
}

bool sk_dense_of_sparse(struct sk_context *sk, const struct pk_node *node, const char *name,
                        struct sk_numbers *ret)
{
    struct matrix m = {.sk = sk, .node = node, .name = name};
    enum layout layout = layout_of(node);
    const int64_t *shape;
    size_t rank, count;
    const char *place = pk_attribute(node, "_shape") ? "_shape" : "shape";
    if (!integers(&m, place, &shape, &rank) ||
        !sk_numbers(sk, pk_attribute(node, "data"), name, 1, 2, &m.data))
        return false;
    if (rank < 1 || rank > 2 || (rank == 1 && layout != ROWS) || shape[0] < 0 ||
        shape[rank - 1] < 0)
        return unfit(&m);
    m.height = rank == 2 ? (size_t)shape[0] : 1; /* of one dimension, it is one row */
    m.width = (size_t)shape[rank - 1];
    if (!lar_mul_size(m.height, m.width, &count))
        return unfit(&m);
    m.dense = sk_alloc(sk, count, sizeof *m.dense);
    if (!m.dense)
        return false;
    bool ok = layout == COORDINATES ? add_coordinates(&m)
              : layout == DIAGONALS ? add_diagonals(&m)
                                    : add_compressed(&m, layout == COLUMNS);
    if (!ok)
        return false;
    *ret = (struct sk_numbers){.data = m.dense, .n = count, .shape = LAR_SHAPE(shape[0])};
    if (rank == 2)
        ret->shape = LAR_SHAPE(shape[0], shape[1]);
    return true;
}

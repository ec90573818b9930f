/* Matrices that readers compute with; see dense.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/dense.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

bool sk_matrix(struct sk_context *sk, const struct pk_node *node, const char *name, size_t rows,
               size_t columns, struct sk_matrix *ret)
{
    struct sk_numbers numbers;
    if (!sk_numbers(sk, node, name, 2, 2, &numbers))
        return false;
    *ret = (struct sk_matrix){.data = numbers.data,
                              .rows = (size_t)numbers.shape.dims[0],
                              .columns = (size_t)numbers.shape.dims[1],
                              .float32 = numbers.float32};
    if (!ret->rows || !ret->columns)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is empty", name);
    if (rows && ret->rows != rows)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu rows, not %zu", name, ret->rows, rows);
    if (columns && ret->columns != columns)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu columns, not %zu", name, ret->columns,
                       columns);
    return true;
}

bool sk_get_matrix(struct sk_context *sk, const struct pk_node *object, const char *name,
                   size_t rows, size_t columns, struct sk_matrix *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, name);
    return node && sk_matrix(sk, node, name, rows, columns, ret);
}

bool sk_get_number(struct sk_context *sk, const struct pk_node *object, const char *name,
                   double *ret)
{
    struct sk_numbers number;
    if (!sk_get_numbers(sk, object, name, 0, 0, &number))
        return false;
    *ret = number.data[0];
    return true;
}

lar_value sk_enter(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   size_t n, const char *what, bool sparse)
{
    if (!sk_frame_expect(sk, in, n, what))
        return LAR_NO_VALUE;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return x;
    if (!sparse && sk_is_sparse(sk, x)) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "a sparse matrix enters, which it does not take");
        return LAR_NO_VALUE;
    }
    return sk_check_finite(sk, object, x, false, false);
}

lar_value sk_times(struct sk_context *sk, lar_value x, const struct sk_matrix *m)
{
    return lar_draft_apply(
        sk->draft, "MatMul", 2, x,
        lar_draft_f64(sk->draft, m->data, LAR_SHAPE((int64_t)m->rows, (int64_t)m->columns)));
}

bool sk_transposed(struct sk_context *sk, const struct sk_matrix *m, struct sk_matrix *ret)
{
    double *t = sk_alloc(sk, m->rows * m->columns, sizeof *t);
    for (size_t i = 0; t && i < m->rows; i++)
        for (size_t j = 0; j < m->columns; j++)
            t[j * m->rows + i] = m->data[i * m->columns + j];
    *ret = (struct sk_matrix){.data = t, .rows = m->columns, .columns = m->rows};
    return t != NULL;
}

lar_value sk_times_transposed(struct sk_context *sk, lar_value x, const struct sk_matrix *m)
{
    struct sk_matrix t;
    return sk_transposed(sk, m, &t) ? sk_times(sk, x, &t) : LAR_NO_VALUE;
}

lar_value sk_layer(struct sk_context *sk, lar_value x, const struct sk_matrix *m,
                   const double *bias, enum sk_activation activation)
{
    struct lar_draft *d = sk->draft;
    struct lar_shape shape = LAR_SHAPE((int64_t)m->rows, (int64_t)m->columns);
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.Layer",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"weights", lar_draft_f64(d, m->data, shape)},
                          {"bias", lar_draft_f64(d, bias, LAR_SHAPE((int64_t)m->columns))},
                          {"activation", lar_draft_scalar_i64(d, activation)}},
           });
}

lar_value sk_affine_transposed(struct sk_context *sk, lar_value x, const struct sk_matrix *m,
                               const double *bias)
{
    struct sk_matrix t;
    return sk_transposed(sk, m, &t) ? sk_layer(sk, x, &t, bias, SK_LINEAR) : LAR_NO_VALUE;
}

lar_value sk_with_vector(struct sk_context *sk, const char *op, lar_value x, const double *data,
                         size_t n)
{
    return lar_draft_apply(sk->draft, op, 2, x,
                           lar_draft_f64(sk->draft, data, LAR_SHAPE((int64_t)n)));
}

lar_value sk_with_number(struct sk_context *sk, const char *op, lar_value x, double number)
{
    return lar_draft_apply(sk->draft, op, 2, x, lar_draft_scalar_f64(sk->draft, number));
}

lar_value sk_row_sums(struct sk_context *sk, lar_value x, bool column)
{
    static const int64_t last[] = {1};
    struct lar_draft *d = sk->draft;
    return lar_draft_node(d, &(struct lar_node_args){
                                 .op = "ReduceSum",
                                 .inputs = (lar_value[]){x, lar_draft_i64(d, last, LAR_SHAPE(1))},
                                 .n_inputs = 2,
                                 .params = {{"keepdims", lar_draft_scalar_i64(d, column)}},
                             });
}

lar_value sk_log_sum_exp(struct sk_context *sk, lar_value x)
{
    static const int64_t last[] = {1};
    return lar_draft_apply(sk->draft, "ReduceLogSumExp", 2, x,
                           lar_draft_i64(sk->draft, last, LAR_SHAPE(1)));
}

lar_value sk_log_shares(struct sk_context *sk, lar_value x)
{
    return lar_draft_apply(sk->draft, "Sub", 2, x, sk_log_sum_exp(sk, x));
}

lar_value sk_scaled_distances(struct sk_context *sk, lar_value x, const double *centers,
                              const double *scales, size_t k, size_t n)
{
    struct lar_draft *d = sk->draft;
    struct lar_shape shape = LAR_SHAPE((int64_t)k, (int64_t)n);
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.ScaledDistances",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"centers", lar_draft_f64(d, centers, shape)},
                          {"scales", scales ? lar_draft_f64(d, scales, shape) : LAR_NO_VALUE}},
           });
}

lar_value sk_squared_norms(struct sk_context *sk, lar_value x, size_t n)
{
    const double *origin = sk_alloc(sk, n, sizeof *origin);
    return origin ? sk_as_vector(sk, sk_scaled_distances(sk, x, origin, NULL, 1, n)) : LAR_NO_VALUE;
}

/* The row at or below the diagonal that has the greatest element of column K. */
static size_t pivot_of(const long double *a, size_t n, size_t k)
{
    size_t best = k;
    for (size_t i = k + 1; i < n; i++)
        if (fabsl(a[i * n + k]) > fabsl(a[best * n + k]))
            best = i;
    return best;
}

static void swap_rows(long double *a, size_t n, size_t i, size_t j)
{
    for (size_t c = 0; i != j && c < n; c++) {
        long double t = a[i * n + c];
        a[i * n + c] = a[j * n + c];
        a[j * n + c] = t;
    }
}

static void swap_columns(long double *a, size_t n, size_t i, size_t j)
{
    for (size_t r = 0; i != j && r < n; r++) {
        long double t = a[r * n + i];
        a[r * n + i] = a[r * n + j];
        a[r * n + j] = t;
    }
}

/* One step of Gauss and Jordan in place: column K becomes that of the inverse. */
static void eliminate(long double *a, size_t n, size_t k)
{
    long double pivot = a[k * n + k];
    a[k * n + k] = 1;
    for (size_t j = 0; j < n; j++)
        a[k * n + j] /= pivot;
    for (size_t i = 0; i < n; i++) {
        long double factor = a[i * n + k];
        if (i == k || factor == 0)
            continue;
        a[i * n + k] = 0;
        for (size_t j = 0; j < n; j++)
            a[i * n + j] -= factor * a[k * n + j];
    }
}

bool sk_invert_matrix(long double *a, size_t n, double *ret_log_det, bool *ret_negative)
{
    size_t swapped[SK_INVERTED];
    long double log_det = 0, greatest = 0;
    *ret_negative = false;
    if (n > SK_INVERTED)
        return false;
    for (size_t i = 0; i < n * n; i++)
        greatest = fmaxl(greatest, fabsl(a[i]));
    for (size_t k = 0; k < n; k++) {
        swapped[k] = pivot_of(a, n, k);
        swap_rows(a, n, k, swapped[k]);
        long double pivot = a[k * n + k];
        if (!(fabsl(pivot) > greatest * 1e-18L) || !isfinite(pivot))
            return false;
        *ret_negative ^= (pivot < 0) != (swapped[k] != k);
        log_det += logl(fabsl(pivot));
        eliminate(a, n, k);
    }
    for (size_t k = n; k-- > 0;)
        swap_columns(a, n, k, swapped[k]);
    *ret_log_det = (double)log_det;
    return true;
}

bool sk_give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

/* Frames as matrices of numbers, and as results.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

/* A run of columns of one value, from COLUMN[0] on: how many. */
static size_t run_of(const struct sk_input *column, size_t n)
{
    size_t k = 1;
    while (k < n && column[k].value == column[0].value)
        k++;
    return k;
}

/* Columns [0, N) of one value, as a matrix or vector of it. */
static lar_value part_of(struct sk_context *sk, const struct sk_input *column, size_t n)
{
    const struct lar_value_info *info = lar_draft_info(sk->draft, column[0].value);
    if (info->shape.rank == 1 && n == 1)
        return column[0].value;
    int64_t *indices = sk_alloc(sk, n, sizeof *indices);
    if (!indices)
        return LAR_NO_VALUE;
    bool all = info->shape.rank == 2 && info->shape.dims[1] == (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        indices[i] = column[i].index;
        all &= indices[i] == (int64_t)i;
    }
    if (all)
        return column[0].value;
    return sk_gather(sk, column[0].value, lar_draft_i64(sk->draft, indices, LAR_SHAPE((int64_t)n)),
                     1);
}

/* The columns of FRAME, all text or all numbers, as one matrix. */
static lar_value stack(struct sk_context *sk, const struct sk_frame *frame, bool text)
{
    size_t n = sk_frame_width(sk, frame), parts = 0;
    if (n == 0 || n == SK_UNKNOWN) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "a table without columns");
        return LAR_NO_VALUE;
    }
    struct sk_input *columns = sk_alloc(sk, n, sizeof *columns);
    lar_value *values = sk_alloc(sk, n, sizeof *values);
    if (!columns || !values)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < n; i++)
        if (!sk_frame_column(sk, frame, i, text, &columns[i]))
            return LAR_NO_VALUE;
    for (size_t i = 0, k; i < n; i += k) {
        bool vector = lar_draft_info(sk->draft, columns[i].value)->shape.rank == 1;
        k = vector ? 1 : run_of(columns + i, n - i);
        values[parts++] = part_of(sk, columns + i, k);
    }
    return sk_side_by_side(sk, values, parts);
}

/* The model's input whole, where the number of its columns is not known. */
static lar_value unknown_input(struct sk_context *sk)
{
    struct sk_root *root = &sk->root;
    if (root->typed || (root->eager && sk_root_make(sk)))
        return root->matrix;
    if (root->eager)
        return LAR_NO_VALUE;
    return lar_draft_input(sk->draft, "numbers", LAR_TYPE_F64,
                           LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN));
}

lar_value sk_frame_numbers(struct sk_context *sk, const struct sk_frame *frame)
{
    if (frame->matrix == LAR_NO_VALUE && sk_frame_width(sk, frame) == SK_UNKNOWN)
        return unknown_input(sk);
    if (frame->matrix == LAR_NO_VALUE)
        return stack(sk, frame, false);
    enum lar_type type = lar_draft_info(sk->draft, frame->matrix)->type;
    if (type == LAR_TYPE_STRING) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "numbers are expected, but text enters");
        return LAR_NO_VALUE;
    }
    return type == LAR_TYPE_F32 ? frame->matrix : sk_cast(sk, frame->matrix, LAR_TYPE_F64);
}

lar_value sk_frame_f64(struct sk_context *sk, const struct sk_frame *frame)
{
    lar_value value = sk_frame_numbers(sk, frame);
    if (value == LAR_NO_VALUE || lar_draft_info(sk->draft, value)->type == LAR_TYPE_F64)
        return value;
    sk_fail(
        sk, LAR_ERR_UNSUPPORTED,
        "float32 enters (the dtype of a step before), in which scikit-learn then computes: that "
        "is not supported for this class");
    return LAR_NO_VALUE;
}

lar_value sk_frame_dense(struct sk_context *sk, const struct sk_frame *frame)
{
    lar_value value = sk_frame_f64(sk, frame);
    return value == LAR_NO_VALUE ? value : sk_to_dense(sk, value);
}

struct sk_frame sk_frame_plain(struct sk_context *sk, const struct sk_frame *frame)
{
    struct sk_frame plain = *frame;
    if (frame->matrix != LAR_NO_VALUE &&
        lar_draft_info(sk->draft, frame->matrix)->type != LAR_TYPE_STRING) {
        plain.matrix = sk_cast(sk, sk_to_dense(sk, frame->matrix), LAR_TYPE_F64);
        plain.type = 0;
    }
    return plain;
}

bool sk_frame_scale(struct sk_context *sk, struct sk_frame *frame, double factor)
{
    lar_value value = sk_frame_f64(sk, frame);
    if (value == LAR_NO_VALUE)
        return false;
    lar_value by = lar_draft_scalar_f64(sk->draft, factor);
    if (sk_is_sparse(sk, value)) {
        size_t n = sk_frame_width(sk, frame);
        double *factors = sk_alloc(sk, n, sizeof *factors);
        for (size_t i = 0; factors && i < n; i++)
            factors[i] = factor;
        by = factors ? lar_draft_f64(sk->draft, factors, LAR_SHAPE((int64_t)n)) : LAR_NO_VALUE;
        value = lar_draft_apply(sk->draft, "larder.ScaleColumns", 2, value, by);
    } else {
        value = lar_draft_apply(sk->draft, "Mul", 2, value, by);
    }
    *frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

/* Whether FRAME holds text columns only (1), numbers only (0), or both (-1). */
static int kinds_of(struct sk_context *sk, const struct sk_frame *frame)
{
    size_t n = sk_frame_width(sk, frame), texts = 0;
    for (size_t i = 0; n != SK_UNKNOWN && i < n; i++)
        texts += sk_frame_is_text(sk, frame, i);
    return texts == 0 ? 0 : texts == n ? 1 : -1;
}

lar_value sk_frame_output(struct sk_context *sk, const struct sk_frame *frame)
{
    lar_value value = frame->matrix;
    if (value == LAR_NO_VALUE) {
        int kinds = kinds_of(sk, frame);
        if (kinds < 0 && sk->root.typed) {
            sk_fail(sk, LAR_ERR_UNSUPPORTED,
                    "transform gives text and numbers side by side (an array of objects): such "
                    "mixed results are not supported");
            return LAR_NO_VALUE;
        }
        value = kinds == 1 ? stack(sk, frame, true) : sk_frame_numbers(sk, frame);
    }
    if (value != LAR_NO_VALUE && frame->type)
        value = sk_cast(sk, sk_to_dense(sk, value), frame->type);
    return value;
}

lar_value sk_check_finite(struct sk_context *sk, const struct pk_node *object, lar_value value,
                          bool allow_nan, bool float32)
{
    const struct pk_node *class = pk_class(object);
    enum lar_type type = lar_draft_info(sk->draft, value)->type;
    if (!class || (type != LAR_TYPE_F32 && type != LAR_TYPE_F64))
        return value;
    const char *name = (const char *)class->global.name.data;
    size_t length = class->global.name.size;
    struct sk_checked *last = &sk->checked;
    if (last->draft == sk->draft && last->class == class && last->in == value &&
        last->allow_nan == allow_nan && last->float32 == float32)
        return last->out;
    *last = (struct sk_checked){sk->draft, class, value, LAR_NO_VALUE, allow_nan, float32};
    return last->out = lar_draft_node(
               sk->draft,
               &(struct lar_node_args){
                   .op = "larder.CheckFinite",
                   .inputs = &value,
                   .n_inputs = 1,
                   .params = {{"who", lar_draft_strings(sk->draft, &name, &length, NULL, 1)},
                              {"allow_nan", lar_draft_scalar_bool(sk->draft, allow_nan)},
                              {"float32", lar_draft_scalar_bool(sk->draft, float32)}},
               });
}

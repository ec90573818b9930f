/* Frames; see frame.h. Turning columns into matrices is in frame_matrix.c.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/frame.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

static bool is_root(const struct sk_frame *frame)
{
    return frame->matrix == LAR_NO_VALUE && !frame->columns;
}

size_t sk_frame_width(const struct sk_context *sk, const struct sk_frame *frame)
{
    return is_root(frame) ? sk->root.n : frame->n;
}

bool sk_frame_expect(struct sk_context *sk, const struct sk_frame *frame, size_t n,
                     const char *what)
{
    struct sk_root *root = &sk->root;
    if (is_root(frame) && root->documents)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "one estimator reads %s and another, of %s, the %zu columns of a table",
                       root->records ? "dicts" : "texts", what, n);
    if (is_root(frame) && root->n == SK_UNKNOWN) {
        if (n > INT32_MAX)
            return sk_fail(sk, LAR_ERR_LIMIT, "%s: %zu columns", what, n);
        if (!(root->uses = sk_alloc(sk, n, sizeof *root->uses)))
            return false;
        root->n = n;
        memset(root->uses, root->eager ? SK_READ | SK_NUMBER : 0, n);
        return !root->eager || sk_root_make(sk);
    }
    size_t width = sk_frame_width(sk, frame);
    return width == n || width == SK_UNKNOWN ||
           sk_fail(sk, LAR_ERR_FORMAT, "%s was fitted with %zu columns, but %zu enter it", what, n,
                   width);
}

bool sk_frame_expect_fitted(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *frame)
{
    size_t n;
    return sk_get_size(sk, object, "n_features_in_", 0, &n) &&
           (n == 0 || sk_frame_expect(sk, frame, n, "n_features_in_"));
}

struct sk_frame sk_frame_of(struct sk_context *sk, lar_value matrix)
{
    const struct lar_value_info *info = lar_draft_info(sk->draft, matrix);
    int64_t n = info->shape.rank == 2 ? info->shape.dims[1] : 1;
    return (struct sk_frame){.matrix = matrix, .n = n >= 0 ? (size_t)n : SK_UNKNOWN};
}

/* A stand-in for column I while the types are not known. */
static lar_value guess(struct sk_context *sk, size_t i, bool text)
{
    struct sk_root *root = &sk->root;
    lar_value **guesses = &root->guesses[text];
    if (!*guesses) {
        if (!(*guesses = sk_alloc(sk, root->n, sizeof **guesses)))
            return LAR_NO_VALUE;
        for (size_t k = 0; k < root->n; k++)
            (*guesses)[k] = LAR_NO_VALUE;
    }
    if ((*guesses)[i] == LAR_NO_VALUE) {
        const char *name = lar_arena_printf(sk->arena, "%s%zu", text ? "text" : "number", i);
        (*guesses)[i] =
            lar_draft_input(sk->draft, name ? name : "?", text ? LAR_TYPE_STRING : LAR_TYPE_F64,
                            LAR_SHAPE(LAR_DIM_ROWS));
    }
    return (*guesses)[i];
}

static bool root_column(struct sk_context *sk, size_t i, bool text, struct sk_input *ret)
{
    struct sk_root *root = &sk->root;
    if (!sk_root_use(sk, i, text ? SK_TEXT : SK_NUMBER))
        return false;
    ret->name = sk_root_name(sk, i);
    ret->index = 0;
    if (!root->typed) {
        ret->value = guess(sk, i, text);
        return true;
    }
    bool matrix = root->matrix != LAR_NO_VALUE;
    ret->value = matrix ? root->matrix : root->inputs[i];
    ret->index = matrix ? (int64_t)i : 0;
    return true;
}

/* Column I of FRAME where it is, or the model's column that it is. */
static struct sk_column column_of(const struct sk_frame *frame, size_t i)
{
    if (frame->matrix != LAR_NO_VALUE || !frame->columns)
        return (struct sk_column){.value = frame->matrix, .index = (uint32_t)i};
    return frame->columns[i];
}

bool sk_frame_is_sparse(struct sk_context *sk, const struct sk_frame *frame)
{
    return frame->matrix != LAR_NO_VALUE && sk_is_sparse(sk, frame->matrix);
}

bool sk_frame_is_text(struct sk_context *sk, const struct sk_frame *frame, size_t i)
{
    struct sk_column column = column_of(frame, i);
    const struct sk_root *root = &sk->root;
    if (column.value != LAR_NO_VALUE)
        return lar_draft_info(sk->draft, column.value)->type == LAR_TYPE_STRING;
    return !root->documents && column.index < root->n && (root->uses[column.index] & SK_TEXT);
}

bool sk_frame_column(struct sk_context *sk, const struct sk_frame *frame, size_t i, bool text,
                     struct sk_input *ret)
{
    if (i >= sk_frame_width(sk, frame))
        return sk_fail(sk, LAR_ERR_FORMAT, "there is no column %zu", i);
    struct sk_column column = column_of(frame, i);
    if (column.value == LAR_NO_VALUE)
        return root_column(sk, column.index, text, ret);
    const struct lar_value_info *info = lar_draft_info(sk->draft, column.value);
    const char *name = lar_arena_printf(sk->arena, "%zu", i);
    bool is_text = info->type == LAR_TYPE_STRING;
    *ret = (struct sk_input){.value = column.value, .index = column.index, .name = name};
    if (!name)
        return lar_arena_fail(sk->arena, sk->err, "a name");
    if (is_text != text)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "column %zu holds %s, %s is expected", i,
                       is_text ? "text" : "numbers", text ? "text" : "a number");
    if (!text && (info->layout == LAR_LAYOUT_CSR || info->type != LAR_TYPE_F64))
        ret->value = sk_cast(sk, sk_to_dense(sk, column.value), LAR_TYPE_F64);
    return true;
}

lar_value sk_frame_documents(struct sk_context *sk, const struct sk_frame *frame)
{
    struct sk_root *root = &sk->root;
    struct sk_input in = {.value = LAR_NO_VALUE};
    if (is_root(frame)) {
        if (root->n != SK_UNKNOWN || root->lists || root->records) {
            sk_fail(sk, LAR_ERR_UNSUPPORTED,
                    "texts are expected, but the columns of a table enter (name one column: a "
                    "text, not a list, in a ColumnTransformer)");
            return LAR_NO_VALUE;
        }
        root->documents = true;
        if (!root->typed && root->matrix == LAR_NO_VALUE)
            root->matrix =
                lar_draft_input(sk->draft, "X", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS));
        return root->matrix;
    }
    if (!frame->series) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED, "texts are expected, but a table of %zu columns enters",
                frame->n);
        return LAR_NO_VALUE;
    }
    if (!sk_frame_column(sk, frame, 0, true, &in))
        return LAR_NO_VALUE;
    if (lar_draft_info(sk->draft, in.value)->shape.rank == 1)
        return in.value;
    return sk_gather(sk, in.value, lar_draft_scalar_i64(sk->draft, in.index), 1);
}

lar_value sk_frame_lists(struct sk_context *sk, const struct sk_frame *frame)
{
    struct sk_root *root = &sk->root;
    bool other = root->n != SK_UNKNOWN || (root->documents && !root->lists);
    if (!is_root(frame) || other) {
        sk_fail(sk, LAR_ERR_UNSUPPORTED,
                "lists of texts are expected: it can only be the first to read the model's input");
        return LAR_NO_VALUE;
    }
    root->documents = root->lists = true;
    if (!root->typed && root->matrix == LAR_NO_VALUE)
        root->matrix = lar_draft_input(sk->draft, "X", LAR_TYPE_STRING,
                                       LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN));
    return root->matrix;
}

bool sk_frame_records(struct sk_context *sk, const struct sk_frame *frame, const char *separator,
                      unsigned holds, lar_value ret[2])
{
    struct sk_root *root = &sk->root;
    const struct lar_shape shape = LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN);
    if (!is_root(frame) || root->n != SK_UNKNOWN || (root->documents && !root->records))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "dicts are expected: it can only be the first to read the model's input");
    if (root->records && strcmp(root->separator, separator) != 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "one estimator separates keys and texts by '%.20s', another by '%.20s'",
                       root->separator, separator);
    root->documents = true;
    root->records = root->records ? root->records & holds : holds;
    root->separator = separator;
    if (!root->typed && root->matrix == LAR_NO_VALUE) {
        root->matrix = lar_draft_input(sk->draft, "features", LAR_TYPE_STRING, shape);
        root->values = lar_draft_input(sk->draft, "values", LAR_TYPE_F64, shape);
    }
    ret[0] = root->matrix;
    ret[1] = root->values;
    return lar_draft_ok(sk->draft, sk->err);
}

/* Columns of a matrix of numbers, which stays dense or sparse. */
static bool select_numbers(struct sk_context *sk, const struct sk_frame *frame,
                           const int64_t *indices, size_t n, struct sk_frame *ret)
{
    bool sparse = sk_is_sparse(sk, frame->matrix), all = frame->n == n, ascending = true;
    for (size_t i = 0; i < n; i++) {
        all &= indices[i] == (int64_t)i;
        ascending &= i == 0 || indices[i] > indices[i - 1];
    }
    *ret = *frame;
    if (all)
        return true;
    lar_value picked = lar_draft_i64(sk->draft, indices, LAR_SHAPE((int64_t)n));
    lar_value value;
    if (sparse && ascending) {
        value = lar_draft_node(sk->draft, &(struct lar_node_args){
                                              .op = "larder.PickColumns",
                                              .inputs = &frame->matrix,
                                              .n_inputs = 1,
                                              .params = {{"columns", picked}},
                                          });
    } else {
        value = sk_gather(sk, sk_to_dense(sk, frame->matrix), picked, 1);
        value = sparse ? lar_draft_apply(sk->draft, "larder.ToCsr", 1, value) : value;
    }
    *ret = sk_frame_of(sk, value);
    ret->type = frame->type;
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_frame_select(struct sk_context *sk, const struct sk_frame *frame, const int64_t *indices,
                     size_t n, bool series, struct sk_frame *ret)
{
    struct sk_column *columns = sk_alloc(sk, n, sizeof *columns);
    size_t width = sk_frame_width(sk, frame);
    if (!columns)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (indices[i] < 0 || (size_t)indices[i] >= width)
            return sk_fail(sk, LAR_ERR_FORMAT, "there is no column %lld of %zu",
                           (long long)indices[i], width);
        columns[i] = column_of(frame, (size_t)indices[i]);
        if (columns[i].value == LAR_NO_VALUE && !sk_root_use(sk, columns[i].index, SK_READ))
            return false;
    }
    if (!series && frame->matrix != LAR_NO_VALUE &&
        lar_draft_info(sk->draft, frame->matrix)->type != LAR_TYPE_STRING)
        return select_numbers(sk, frame, indices, n, ret);
    *ret = (struct sk_frame){.matrix = LAR_NO_VALUE, .columns = columns, .n = n, .series = series};
    return true;
}

/* Frames one after the other as a list of columns. */
static bool flatten(struct sk_context *sk, const struct sk_frame *frames, size_t n,
                    struct sk_frame *ret)
{
    size_t width = 0, at = 0;
    for (size_t k = 0; k < n; k++)
        width += sk_frame_width(sk, &frames[k]);
    struct sk_column *columns = sk_alloc(sk, width, sizeof *columns);
    if (!columns)
        return false;
    for (size_t k = 0; k < n; k++) {
        struct sk_frame frame = frames[k];
        if (frame.matrix != LAR_NO_VALUE)
            frame.matrix = sk_to_dense(sk, frame.matrix);
        for (size_t i = 0; i < sk_frame_width(sk, &frame); i++) {
            columns[at++] = column_of(&frame, i);
            if (columns[at - 1].value == LAR_NO_VALUE &&
                !sk_root_use(sk, columns[at - 1].index, SK_READ))
                return false;
        }
    }
    *ret = (struct sk_frame){.matrix = LAR_NO_VALUE, .columns = columns, .n = width};
    return true;
}

/* The element type that scikit-learn's array of FRAME, one matrix, has. */
static enum lar_type type_of(struct sk_context *sk, const struct sk_frame *frame)
{
    return frame->type ? frame->type : lar_draft_info(sk->draft, frame->matrix)->type;
}

/* numpy.hstack of matrices of numbers, or scipy.sparse.hstack. */
static bool concat_numbers(struct sk_context *sk, const struct sk_frame *frames, size_t n,
                           bool sparse, struct sk_frame *ret)
{
    lar_value *values = sk_alloc(sk, n, sizeof *values), all;
    enum lar_type type = LAR_TYPE_BOOL;
    if (!values)
        return false;
    for (size_t k = 0; k < n; k++)
        type = sk_promote(type, frames[k].matrix == LAR_NO_VALUE ? LAR_TYPE_F64
                                                                 : type_of(sk, &frames[k]));
    bool floats = type == LAR_TYPE_F64 || type == LAR_TYPE_F32;
    for (size_t k = 0; k < n; k++) {
        values[k] = frames[k].matrix;
        if (values[k] == LAR_NO_VALUE &&
            (values[k] = sk_frame_numbers(sk, &frames[k])) == LAR_NO_VALUE)
            return false;
        values[k] = sparse ? values[k] : sk_to_dense(sk, values[k]);
        values[k] = sk_cast(sk, values[k], sparse && !floats ? LAR_TYPE_F64 : type);
    }
    if (sparse || floats)
        all = lar_draft_node(sk->draft,
                             &(struct lar_node_args){
                                 .op = "larder.ConcatColumns",
                                 .inputs = values,
                                 .n_inputs = (uint32_t)n,
                                 .params = {{"sparse", lar_draft_scalar_bool(sk->draft, sparse)}},
                             });
    else
        all = sk_side_by_side(sk, values, n);
    *ret = sk_frame_of(sk, all);
    ret->type = sparse && !floats ? type : 0;
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_frame_concat(struct sk_context *sk, const struct sk_frame *frames, size_t n, bool sparse,
                     struct sk_frame *ret)
{
    bool numbers = true;
    for (size_t k = 0; k < n; k++) {
        const struct sk_frame *f = &frames[k];
        if (sk_frame_width(sk, f) == SK_UNKNOWN)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "the number of columns of the input is not known");
        bool text = f->matrix != LAR_NO_VALUE &&
                    lar_draft_info(sk->draft, f->matrix)->type == LAR_TYPE_STRING;
        if (sparse && text)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "text beside a sparse matrix");
        numbers &= f->matrix != LAR_NO_VALUE && !text;
    }
    return sparse || numbers ? concat_numbers(sk, frames, n, sparse, ret)
                             : flatten(sk, frames, n, ret);
}

/* Gather: slices of a dense tensor along one axis, of any type (class labels, columns). Negative
 * indices count from the end.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#define INDEX_TYPES (LAR_TYPE_BIT(LAR_TYPE_I64) | LAR_TYPE_BIT(LAR_TYPE_I32))

/* DATA's shape with AXIS replaced by the indices' shape. */
static bool result_shape(const struct lar_shape *data, const struct lar_shape *indices,
                         uint32_t axis, struct lar_shape *ret)
{
    if (data->rank - 1 + indices->rank > LAR_MAX_RANK)
        return false;
    *ret = (struct lar_shape){0};
    for (uint32_t i = 0; i < axis; i++)
        ret->dims[ret->rank++] = data->dims[i];
    for (uint32_t i = 0; i < indices->rank; i++)
        ret->dims[ret->rank++] = indices->dims[i];
    for (uint32_t i = axis + 1; i < data->rank; i++)
        ret->dims[ret->rank++] = data->dims[i];
    return true;
}

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    uint32_t axis;
    struct lar_shape shape;
    if (!lar_infer_dense(node, 0, LAR_TYPES_ANY, -1, err) ||
        !lar_infer_dense(node, 1, INDEX_TYPES, -1, err))
        return false;
    const struct lar_value_info *data = node->inputs[0];
    if (!lar_axis(lar_node_param_i64(node, "axis", 0), data->shape.rank, &axis))
        return lar_infer_refuse(err, "axis out of range");
    if (!result_shape(&data->shape, &node->inputs[1]->shape, axis, &shape))
        return lar_infer_refuse(err, "a result of more than %d dimensions", LAR_MAX_RANK);
    *ret = lar_infer_result(data->type, shape);
    return true;
}

static int64_t index_at(const struct lar_tensor *t, uint64_t i)
{
    return t->type == LAR_TYPE_I64 ? ((const int64_t *)t->data)[i] : ((const int32_t *)t->data)[i];
}

/* Index I, made non-negative, among N; false if it is out of range. */
static bool resolve(const struct lar_tensor *indices, uint64_t i, uint64_t n, uint64_t *ret)
{
    int64_t index = index_at(indices, i);
    if (index < -(int64_t)n || index >= (int64_t)n)
        return false;
    *ret = (uint64_t)(index < 0 ? index + (int64_t)n : index);
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *indices = node->inputs[1]->constant;
    const struct lar_shape *data = &node->inputs[0]->shape;
    uint32_t axis;
    uint64_t index;
    if (!indices || !lar_axis(lar_node_param_i64(node, "axis", 0), data->rank, &axis) ||
        data->dims[axis] < 0)
        return true; /* run() checks what comes with requests */
    for (uint64_t i = 0, n = lar_tensor_count(indices); i < n; i++)
        if (!resolve(indices, i, (uint64_t)data->dims[axis], &index))
            return lar_fail(err, LAR_ERR_FORMAT, "index %lld is not among %lld",
                            (long long)index_at(indices, i), (long long)data->dims[axis]);
    return true;
}

/* How data and result are cut: OUTER times N (or the indices) times INNER elements. */
struct cut {
    uint64_t outer, n, inner;
};

static bool copy_strings(struct lar_call *call, const struct lar_shape *shape,
                         const struct cut *cut, struct lar_error *err)
{
    const struct lar_tensor *data = call->inputs[0], *indices = call->inputs[1];
    struct lar_string_writer w;
    uint64_t index, count = lar_tensor_count(indices);
    if (!lar_strings_begin(&w, call, 0, shape, err))
        return false;
    if (w.n == 0)
        return true;
    for (uint64_t o = 0; o < cut->outer; o++)
        for (uint64_t i = 0; i < count; i++) {
            if (!resolve(indices, i, cut->n, &index))
                return lar_fail(err, LAR_ERR_INVALID, "index %lld is not among %llu",
                                (long long)index_at(indices, i), (unsigned long long)cut->n);
            for (uint64_t k = 0; k < cut->inner; k++) {
                uint64_t from = (o * cut->n + index) * cut->inner + k;
                size_t length;
                const char *text = lar_text_at(data, from, &length);
                if (!lar_strings_add(&w, text, length, data->kinds[from], err))
                    return false;
            }
        }
    return true;
}

/* COUNT pieces of FROM, those at AT. */
static void copy_pieces(char *to, const char *from, const uint64_t *at, uint64_t count,
                        size_t piece)
{
    if (piece == 8) /* one number: the usual case */
        for (uint64_t i = 0; i < count; i++)
            memcpy(to + i * 8, from + at[i] * 8, 8);
    else if (piece == 4)
        for (uint64_t i = 0; i < count; i++)
            memcpy(to + i * 4, from + at[i] * 4, 4);
    else
        for (uint64_t i = 0; i < count; i++)
            memcpy(to + i * piece, from + at[i] * piece, piece);
}

/* The same where each index is needed once: labels, rows. */
static bool copy_once(const struct lar_call *call, char *to, uint64_t n, size_t piece,
                      struct lar_error *err)
{
    const struct lar_tensor *data = call->inputs[0], *indices = call->inputs[1];
    for (uint64_t i = 0, index, count = lar_tensor_count(indices); i < count; i++, to += piece) {
        if (!resolve(indices, i, n, &index))
            return lar_fail(err, LAR_ERR_INVALID, "index %lld is not among %llu",
                            (long long)index_at(indices, i), (unsigned long long)n);
        copy_pieces(to, data->data, &index, 1, piece);
    }
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *data = call->inputs[0], *indices = call->inputs[1];
    uint32_t axis;
    struct lar_shape shape;
    if (!lar_axis(lar_node_param_i64(call->node, "axis", 0), data->shape.rank, &axis) ||
        !result_shape(&data->shape, &indices->shape, axis, &shape))
        return lar_fail(err, LAR_ERR_INTERNAL, "axis out of range");
    struct cut cut = {.outer = 1, .n = (uint64_t)data->shape.dims[axis], .inner = 1};
    for (uint32_t i = 0; i < axis; i++)
        cut.outer *= (uint64_t)data->shape.dims[i];
    for (uint32_t i = axis + 1; i < data->shape.rank; i++)
        cut.inner *= (uint64_t)data->shape.dims[i];
    if (data->type == LAR_TYPE_STRING)
        return copy_strings(call, &shape, &cut, err);
    char *out = lar_output_dense(call, 0, &shape, err);
    if (!out)
        return false;
    if (lar_tensor_count(&call->outputs[0]) == 0)
        return true; /* and no walk through dimensions that hold nothing */
    size_t item = lar_type_size(data->type), piece = (size_t)cut.inner * item;
    uint64_t count = lar_tensor_count(indices);
    if (cut.outer == 1)
        return copy_once(call, out, cut.n, piece, err);
    uint64_t *at = lar_scratch_take(call->scratch, count, sizeof *at);
    if (!at)
        return lar_scratch_fail(call->scratch, err, "indices");
    for (uint64_t i = 0; i < count; i++)
        if (!resolve(indices, i, cut.n, &at[i]))
            return lar_fail(err, LAR_ERR_INVALID, "index %lld is not among %llu",
                            (long long)index_at(indices, i), (unsigned long long)cut.n);
    for (uint64_t o = 0; o < cut.outer; o++, out += count * piece)
        copy_pieces(out, (const char *)data->data + o * cut.n * piece, at, count, piece);
    return true;
}

static const struct lar_param_rule params[] = {{"axis", LAR_TYPE_I64, 0, true}, {0}};

const struct lar_operator lar_operator_gather = {.signature = {.name = "Gather",
                                                               .version = 13,
                                                               .min_inputs = 2,
                                                               .max_inputs = 2,
                                                               .min_outputs = 1,
                                                               .max_outputs = 1,
                                                               .params = params,
                                                               .infer = infer},
                                                 .verify = verify,
                                                 .run = run};

/* What infer() functions share; see infer.h.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"

#include <math.h>

#include <stdarg.h>
#include <stdio.h>

bool lar_infer_refuse(struct lar_error *err, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return lar_fail(err, LAR_ERR_UNSUPPORTED, "%s", text);
}

/* Refuses input K for what it is. */
static bool refuse_input(const struct lar_node_info *node, uint32_t k, const char *want,
                         struct lar_error *err)
{
    const struct lar_value_info *in = node->inputs[k];
    char shape[128];
    return lar_infer_refuse(
        err, "input %u is %s %s %s, not %s", k, in->layout == LAR_LAYOUT_CSR ? "sparse" : "dense",
        lar_type_name(in->type), lar_shape_print(&in->shape, shape, sizeof shape), want);
}

bool lar_infer_dense(const struct lar_node_info *node, uint32_t k, unsigned types, int rank,
                     struct lar_error *err)
{
    const struct lar_value_info *in = k < node->n_inputs ? node->inputs[k] : NULL;
    if (!in)
        return lar_infer_refuse(err, "input %u is missing", k);
    if (in->layout != LAR_LAYOUT_DENSE)
        return refuse_input(node, k, "dense", err);
    if (!(types & LAR_TYPE_BIT(in->type)))
        return refuse_input(node, k, "of a type that this operator takes", err);
    char want[32];
    (void)snprintf(want, sizeof want, "of rank %d", rank);
    if (rank >= 0 && in->shape.rank != (uint32_t)rank)
        return refuse_input(node, k, want, err);
    return true;
}

bool lar_infer_matrix(const struct lar_node_info *node, uint32_t k, struct lar_error *err)
{
    const struct lar_value_info *in = k < node->n_inputs ? node->inputs[k] : NULL;
    if (!in)
        return lar_infer_refuse(err, "input %u is missing", k);
    if (in->shape.rank != 2 || !(LAR_TYPES_FLOAT & LAR_TYPE_BIT(in->type)))
        return refuse_input(node, k, "a matrix of float32 or float64", err);
    return true;
}

struct lar_value_info lar_infer_result(enum lar_type type, struct lar_shape shape)
{
    return (struct lar_value_info){.type = type, .layout = LAR_LAYOUT_DENSE, .shape = shape};
}

bool lar_infer_constant(const struct lar_node_info *node, uint32_t k, const int64_t **ret,
                        uint64_t *ret_n, struct lar_error *err)
{
    if (!lar_infer_dense(node, k, LAR_TYPE_BIT(LAR_TYPE_I64), -1, err))
        return false;
    const struct lar_tensor *t = node->inputs[k]->constant;
    if (!t || t->shape.rank > 1)
        return refuse_input(node, k, "a constant list", err);
    *ret = t->data;
    *ret_n = lar_tensor_count(t);
    return true;
}

bool lar_infer_by_column(const struct lar_node_info *node, const char *param,
                         struct lar_value_info *ret, struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    const struct lar_shape *x = &node->inputs[0]->shape;
    const struct lar_shape *have = &lar_node_param(node, param)->shape;
    if (x->dims[1] != have->dims[have->rank - 1])
        return lar_infer_refuse(err, "%lld columns, but %s for %lld", (long long)x->dims[1], param,
                                (long long)have->dims[have->rank - 1]);
    *ret = lar_infer_result(LAR_TYPE_F64, *x);
    return true;
}

static bool broadcast_dim(int64_t a, int64_t b, int64_t *ret)
{
    if (a == b || b == 1) {
        *ret = a;
        return true;
    }
    if (a == 1 || a == LAR_DIM_UNKNOWN) {
        *ret = b;
        return true;
    }
    *ret = a;
    return b == LAR_DIM_UNKNOWN;
}

bool lar_shape_broadcast(struct lar_shape *ret, const struct lar_shape *a,
                         const struct lar_shape *b)
{
    uint32_t rank = a->rank > b->rank ? a->rank : b->rank;
    struct lar_shape shape = {.rank = rank};
    for (uint32_t i = 0; i < rank; i++) { /* from the last dimension */
        int64_t da = i < a->rank ? a->dims[a->rank - 1 - i] : 1;
        int64_t db = i < b->rank ? b->dims[b->rank - 1 - i] : 1;
        if (!broadcast_dim(da, db, &shape.dims[rank - 1 - i]))
            return false;
    }
    *ret = shape;
    return true;
}

bool lar_verify_choice(const struct lar_node_info *node, const char *name, int64_t n,
                       struct lar_error *err)
{
    int64_t choice = lar_node_param_i64(node, name, 0);
    return (choice >= 0 && choice < n) ||
           lar_fail(err, LAR_ERR_FORMAT, "there is no %s %lld", name, (long long)choice);
}

bool lar_verify_not_negative(const struct lar_node_info *node, const char *name, const char *what,
                             struct lar_error *err)
{
    const struct lar_tensor *t = lar_node_param(node, name);
    for (uint64_t i = 0, n = t ? lar_tensor_count(t) : 0; i < n; i++) {
        double v = ((const double *)t->data)[i];
        if (!(v >= 0) || !isfinite(v))
            return t->shape.rank ? lar_fail(err, LAR_ERR_FORMAT, "%s has %g in it", what, v)
                                 : lar_fail(err, LAR_ERR_FORMAT, "%s is %g", name, v);
    }
    return true;
}

bool lar_infer_shares(const struct lar_node_info *node, const char *name, const char *columns,
                      int64_t most, struct lar_value_info *ret, struct lar_error *err)
{
    const struct lar_shape *onto = &lar_node_param(node, name)->shape;
    if (!lar_infer_matrix(node, 0, err))
        return false;
    const struct lar_value_info *x = node->inputs[0];
    if (x->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "the input is not of float64");
    if (onto->dims[0] < 1 || onto->dims[0] > most || onto->dims[1] < 1)
        return lar_infer_refuse(err, "%lld %s of %lld %s", (long long)onto->dims[0], name,
                                (long long)onto->dims[1], columns);
    if (!lar_dims_meet(x->shape.dims[1], onto->dims[1]))
        return lar_infer_refuse(err, "%lld columns against %s of %lld", (long long)x->shape.dims[1],
                                name, (long long)onto->dims[1]);
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(x->shape.dims[0], onto->dims[0]));
    return true;
}

bool lar_verify_places(const struct lar_node_info *node, const char *name, const char *what,
                       int64_t n, struct lar_error *err)
{
    const struct lar_tensor *list = lar_node_param(node, name);
    uint64_t count = lar_tensor_count(list);
    for (uint64_t i = 0; i < count; i++) {
        int64_t place = ((const int64_t *)list->data)[i];
        if (place < 0 || place >= n)
            return lar_fail(err, LAR_ERR_FORMAT, "%s: there is no %s %lld of %lld", name, what,
                            (long long)place, (long long)n);
    }
    return true;
}

bool lar_axis(int64_t axis, uint32_t rank, uint32_t *ret)
{
    if (axis < -(int64_t)rank || axis >= (int64_t)rank)
        return false;
    *ret = (uint32_t)(axis < 0 ? axis + rank : axis);
    return true;
}

/* Arrays in pickles: where elements, shape and order are kept in each form; see numpy.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/numpy.h"

#include "base/checked.h"
#include "persistence/formats/pickle/dense.h"
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/element.h"
#include "persistence/formats/pickle/npy.h"
#include "persistence/formats/pickle/utf8.h"

#include <string.h>

static const struct pk_node *called(const struct pk_node *node)
{
    return node && node->kind == PK_OBJECT && node->object.maker == PK_REDUCE
               ? node->object.callable
               : NULL;
}

static bool is_array_class(const struct pk_node *class)
{
    return pk_is_global(class, "numpy", "ndarray") || pk_is_global(class, "numpy", "matrix") ||
           pk_is_global(class, "numpy", "memmap") || pk_is_global(class, "numpy", "recarray");
}

static bool is_reconstruct(const struct pk_node *node)
{
    return pk_is_global(called(node), "numpy.core.multiarray", "_reconstruct") &&
           node->object.args->items.n > 0 && is_array_class(node->object.args->items.data[0]);
}

static bool is_frombuffer(const struct pk_node *node)
{
    return pk_is_global(called(node), "numpy.core.numeric", "_frombuffer");
}

static bool is_packed_beside(const struct pk_node *node)
{
    return pk_is_global(pk_class(node), "joblib.numpy_pickle", "ZNDArrayWrapper");
}

/* Whether NODE stands for an array that joblib before 0.10 kept in a file of its own, which is not
 * there. */
static bool is_beside(const struct pk_node *node)
{
    return is_packed_beside(node) ||
           pk_is_global(pk_class(node), "joblib.numpy_pickle", "NDArrayWrapper");
}

bool np_is_array(const struct pk_node *node)
{
    return node && (node->kind == PK_ARRAY || is_reconstruct(node) || is_frombuffer(node) ||
                    is_beside(node));
}

static bool read_shape(struct lar_shape *ret, const struct pk_node *node, struct lar_error *err)
{
    if (!node || node->kind != PK_TUPLE)
        return lar_fail(err, LAR_ERR_FORMAT, "an array's shape is not a tuple");
    if (node->items.n > LAR_MAX_RANK)
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "an array has %zu dimensions; up to %d are supported", node->items.n,
                        LAR_MAX_RANK);
    *ret = (struct lar_shape){.rank = (uint32_t)node->items.n};
    for (uint32_t i = 0; i < ret->rank; i++)
        if (!pk_get_i64(node->items.data[i], &ret->dims[i]) || ret->dims[i] < 0)
            return lar_fail(err, LAR_ERR_FORMAT, "an array's shape is not made of counts");
    return true;
}

bool np_lay_out(struct np_array *array, bool fortran, size_t *ret_count, struct lar_error *err)
{
    size_t step = array->dtype->itemsize ? array->dtype->itemsize : 1, count = 1;
    for (uint32_t i = 0; i < array->shape.rank; i++) {
        uint32_t at = fortran ? i : array->shape.rank - 1 - i;
        size_t n = (size_t)array->shape.dims[at];
        array->strides[at] = array->dtype->itemsize ? (int64_t)step : 0;
        count *= n ? 1 : 0;
        if (!lar_mul_size(step, n ? n : 1, &step) || step > INT64_MAX)
            return lar_fail(err, LAR_ERR_FORMAT, "an array's shape is impossibly large");
    }
    *ret_count = count ? step / (array->dtype->itemsize ? array->dtype->itemsize : 1) : 0;
    return true;
}

/* The elements' bytes: Python 2 and old pickles have them as text, too. */
static bool payload(struct pk_bytes *ret, const struct pk_node *node, size_t expected,
                    struct lar_arena *arena, struct lar_error *err)
{
    size_t size;
    bool text = node->kind == PK_TEXT;
    if (!text && node->kind != PK_BYTES && node->kind != PK_BYTEARRAY)
        return lar_fail(err, LAR_ERR_FORMAT, "an array's elements are not bytes");
    *ret = node->bytes;
    if (text && ret->size != expected && pk_latin1_size(ret->data, ret->size, &size) &&
        size == expected) {
        uint8_t *data = lar_arena_alloc(arena, size, 1);
        if (!data)
            return lar_arena_fail(arena, err, "an array");
        pk_latin1_decode(data, ret->data, ret->size);
        *ret = (struct pk_bytes){data, size};
    }
    return ret->size == expected ||
           lar_fail(err, LAR_ERR_FORMAT, "an array has %zu bytes of elements where %zu belong",
                    ret->size, expected);
}

/* Takes the elements from NODE: bytes, or for objects a list. */
static bool take_elements(struct np_array *ret, const struct pk_node *node, bool fortran,
                          struct lar_arena *arena, struct lar_error *err)
{
    size_t count = 0;
    struct pk_bytes bytes;
    if (!np_lay_out(ret, fortran, &count, err))
        return false;
    if (np_dtype_has_object(ret->dtype)) {
        if (ret->dtype->kind != 'O')
            return lar_fail(err, LAR_ERR_UNSUPPORTED,
                            "an array of records with Python objects inside");
        if (node->kind != PK_LIST || node->items.n != count)
            return lar_fail(err, LAR_ERR_FORMAT, "an object array has no list of its %zu elements",
                            count);
        ret->objects = node->items.data;
        return true;
    }
    if (!payload(&bytes, node, count * ret->dtype->itemsize, arena, err))
        return false;
    ret->data = bytes.data;
    return true;
}

/* _reconstruct(class, ...) with state (1, shape, dtype, is_fortran, elements); version 0 lacks the
 * 1. */
static bool from_reconstruct(struct np_array *ret, const struct pk_node *node,
                             struct lar_arena *arena, struct lar_error *err)
{
    const struct pk_node *state = node->object.state;
    int64_t fortran;
    if (!state || state->kind != PK_TUPLE || state->items.n < 4 || state->items.n > 5)
        return lar_fail(err, LAR_ERR_FORMAT, "an array has no state, or a malformed one");
    const struct pk_node *const *at = state->items.data + (state->items.n == 5);
    if (!pk_get_i64(at[2], &fortran))
        return lar_fail(err, LAR_ERR_FORMAT, "an array's order is not a boolean");
    return read_shape(&ret->shape, at[0], err) && np_dtype_parse(&ret->dtype, at[1], arena, err) &&
           take_elements(ret, at[3], fortran != 0, arena, err);
}

/* Axis i of the array is axis AXES[i] of what lies in memory. */
static bool permute(struct np_array *ret, const struct pk_node *axes, struct lar_error *err)
{
    struct np_array stored = *ret;
    uint32_t seen = 0;
    bool ok = axes && axes->kind == PK_TUPLE && axes->items.n == ret->shape.rank;
    for (uint32_t i = 0; ok && i < ret->shape.rank; i++) {
        int64_t axis;
        ok = pk_get_i64(axes->items.data[i], &axis) && axis >= 0 && axis < ret->shape.rank &&
             !(seen & 1u << axis);
        if (!ok)
            break;
        seen |= 1u << axis;
        ret->shape.dims[i] = stored.shape.dims[axis];
        ret->strides[i] = stored.strides[axis];
    }
    return ok || lar_fail(err, LAR_ERR_FORMAT, "an array's order of axes is no permutation");
}

/* _frombuffer(buffer, dtype, shape, order[, axes]) of protocol 5. With order K the shape is that in
 * memory. */
static bool from_buffer(struct np_array *ret, const struct pk_node *node, struct lar_arena *arena,
                        struct lar_error *err)
{
    const struct pk_items *args = &node->object.args->items;
    if (args->n < 4 || args->n > 5)
        return lar_fail(err, LAR_ERR_FORMAT, "an array has no buffer, dtype, shape and order");
    const struct pk_node *axes = args->n == 5 ? args->data[4] : NULL;
    bool fortran = pk_text_equal(args->data[3], "F"), keep = pk_text_equal(args->data[3], "K");
    if (!fortran && !keep && !pk_text_equal(args->data[3], "C"))
        return lar_fail(err, LAR_ERR_FORMAT, "an array's order is none of C, F and K");
    if (!read_shape(&ret->shape, args->data[2], err) ||
        !np_dtype_parse(&ret->dtype, args->data[1], arena, err))
        return false;
    if (np_dtype_has_object(ret->dtype))
        return lar_fail(err, LAR_ERR_FORMAT, "an object array in a buffer");
    if (!take_elements(ret, args->data[0], fortran, arena, err))
        return false;
    return !keep || !axes || axes->kind == PK_NONE || permute(ret, axes, err);
}

static bool from_joblib(struct np_array *ret, const struct pk_node *node, struct lar_arena *arena,
                        struct lar_error *err)
{
    const struct pk_node *wrapper = node->array.wrapper;
    if (pk_is_global(pk_class(wrapper), "joblib.numpy_pickle", "NDArrayWrapper"))
        return np_read_npy(ret, node->array.data.data, node->array.data.size, arena, err) ||
               lar_error_within(err, "an array's own file");
    struct pk_node elements = {.kind = PK_BYTES, .bytes = node->array.data};
    bool fortran = pk_text_equal(pk_attribute(wrapper, "order"), "F");
    return read_shape(&ret->shape, pk_attribute(wrapper, "shape"), err) &&
           np_dtype_parse(&ret->dtype, pk_attribute(wrapper, "dtype"), arena, err) &&
           take_elements(ret, &elements, fortran, arena, err);
}

static bool refuse_beside(const struct pk_node *node, struct lar_error *err)
{
    const struct pk_node *name = pk_attribute(node, "filename");
    bool text = name && name->kind == PK_TEXT && name->bytes.size < 200;
    return lar_fail(
        err, LAR_ERR_UNSUPPORTED,
        "joblib before 0.10 kept this array in a file of its own, %.*s; %sload the model and "
        "dump it again with a newer joblib",
        text ? (int)name->bytes.size : 1, text ? (const char *)name->bytes.data : "?",
        is_packed_beside(node)
            ? ""
            : "keep all its files in one folder (for an upload: a zip or tar), or ");
}

bool np_array(struct np_array *ret, const struct pk_node *node, struct lar_arena *arena,
              struct lar_error *err)
{
    char what[160];
    *ret = (struct np_array){0};
    if (!node)
        return lar_fail(err, LAR_ERR_FORMAT, "an array is missing");
    if (node->kind == PK_ARRAY && node->array.nested)
        node = node->array.nested; /* which holds no wrapped arrays itself */
    if (is_reconstruct(node))
        return from_reconstruct(ret, node, arena, err);
    if (is_frombuffer(node))
        return from_buffer(ret, node, arena, err);
    if (node->kind == PK_ARRAY)
        return from_joblib(ret, node, arena, err);
    if (is_beside(node))
        return refuse_beside(node, err);
    return lar_fail(err, LAR_ERR_FORMAT, "%s where an array belongs",
                    pk_describe(node, what, sizeof what));
}

bool np_field_of(struct np_array *ret, const struct np_array *array, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < array->dtype->n_fields; i++) {
        const struct np_field *field = &array->dtype->fields[i];
        if (field->name.size != n || memcmp(field->name.data, name, n) != 0)
            continue;
        struct np_array got = *array;
        got.dtype = field->dtype;
        got.data = array->data + field->offset;
        for (const struct np_dtype *d; (d = got.dtype)->base; got.dtype = d->base) {
            uint32_t rank = got.shape.rank, more = d->subshape.rank;
            if (rank + more > LAR_MAX_RANK)
                return false;
            size_t step = d->base->itemsize;
            for (uint32_t k = more; k-- > 0; step *= (size_t)d->subshape.dims[k]) {
                got.shape.dims[rank + k] = d->subshape.dims[k];
                got.strides[rank + k] = (int64_t)step;
            }
            got.shape.rank = rank + more;
        }
        *ret = got;
        return true;
    }
    return false;
}

/* The arguments of multiarray.scalar(dtype, value), or NULL. */
static const struct pk_items *scalar_args(const struct pk_node *node)
{
    const struct pk_node *callable = called(node);
    bool scalar = pk_is_global(callable, "numpy.core.multiarray", "scalar");
    return scalar && node->object.args->items.n == 2 ? &node->object.args->items : NULL;
}

bool np_scalar_bytes(const struct pk_node *node, struct np_dtype *ret_dtype,
                     const uint8_t **ret_data)
{
    const struct pk_items *args = scalar_args(node);
    if (!args || !np_dtype_plain(ret_dtype, args->data[0]) || ret_dtype->kind == 'O')
        return false;
    const struct pk_node *value = args->data[1];
    bool bytes = value->kind == PK_BYTES || value->kind == PK_TEXT;
    *ret_data = value->bytes.data;
    return bytes && value->bytes.size == ret_dtype->itemsize;
}

bool np_scalar(struct np_array *ret, const struct pk_node *node, struct lar_arena *arena)
{
    const struct pk_items *args = scalar_args(node);
    struct lar_error ignored = {0};
    struct pk_bytes bytes;
    struct np_array got = {0};
    if (!args || !np_dtype_parse(&got.dtype, args->data[0], arena, &ignored))
        return false;
    if (got.dtype->kind == 'O') {
        got.objects = &args->data[1];
    } else {
        if (np_dtype_has_object(got.dtype) ||
            !payload(&bytes, args->data[1], got.dtype->itemsize, arena, &ignored))
            return false;
        got.data = bytes.data;
    }
    *ret = got;
    return true;
}

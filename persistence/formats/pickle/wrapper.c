/* The arrays that joblib writes into the middle of a pickle: a NumpyArrayWrapper object is built,
 * and right behind its BUILD follow the elements.
 *
 * Format (joblib/numpy_pickle.py): if the wrapper's numpy_array_alignment_bytes is there and not
 * None, one byte n and n bytes of padding, whatever their value; then the elements in C order, of
 * the reversed shape when order is "F". An array with objects is a whole pickle instead, without
 * padding. SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/state.h"

static bool is_wrapper(const struct pk_node *object)
{
    const struct pk_node *class = pk_class(object);
    return pk_is_global(class, "joblib.numpy_pickle", "NumpyArrayWrapper");
}

/* The size in bytes of what follows. */
static bool data_size(struct pk_machine *m, const struct pk_node *shape, size_t itemsize,
                      size_t *ret)
{
    *ret = itemsize;
    if (!shape || shape->kind != PK_TUPLE)
        return pk_op_fail(m, LAR_ERR_FORMAT, "joblib's array has no shape");
    for (size_t i = 0; i < shape->items.n; i++) {
        int64_t n;
        if (!pk_get_i64(shape->items.data[i], &n) || n < 0 || !lar_mul_size(*ret, (size_t)n, ret))
            return pk_op_fail(m, LAR_ERR_FORMAT, "joblib's array has an impossible shape");
    }
    return true;
}

static bool skip_padding(struct pk_machine *m, const struct pk_node *wrapper)
{
    const struct pk_node *alignment = pk_attribute(wrapper, "numpy_array_alignment_bytes");
    if (!alignment || alignment->kind == PK_NONE)
        return true;
    uint8_t n = lar_cursor_u8(&m->in);
    lar_cursor_bytes(&m->in, n);
    return !m->in.bad;
}

bool pk_wrapped_array(struct pk_machine *m, const struct pk_node *object, struct pk_node **ret)
{
    const struct np_dtype *dtype;
    size_t size;
    if (!is_wrapper(object))
        return true;
    struct pk_node *array = pk_node_new(m, PK_ARRAY);
    if (!array)
        return false;
    array->array.wrapper = object;
    m->pickle->joblib = true;
    if (!np_dtype_parse(&dtype, pk_attribute(object, "dtype"), m->arena, m->err))
        return lar_error_within(m->err, "joblib's array at offset %zu of the pickle", m->at);
    if (np_dtype_has_object(dtype)) {
        *ret = array;
        return pk_parse_nested(m, &array->array.nested);
    }
    if (!data_size(m, pk_attribute(object, "shape"), dtype->itemsize, &size) ||
        !skip_padding(m, object))
        return false;
    array->array.data.data = lar_cursor_bytes(&m->in, size);
    array->array.data.size = size;
    *ret = array;
    return !m->in.bad;
}

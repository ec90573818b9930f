/* The arrays that joblib writes into the middle of a pickle: a NumpyArrayWrapper object is built,
 * and right behind its BUILD follow the elements.
 *
 * Format (joblib/numpy_pickle.py): if the wrapper's numpy_array_alignment_bytes is there and not
 * None, one byte n and n bytes of padding, whatever their value; then the elements in C order, of
 * the reversed shape when order is "F". An array with objects is a whole pickle instead, without
 * padding.
 *
 * Before joblib 0.10 the object was an NDArrayWrapper, and the array a file beside the pickle.
 * SPDX-License-Identifier: MIT */
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

/* The companion file that an NDArrayWrapper names, or NULL: never a path, only a name. */
static const struct lar_bundle_file *companion(const struct pk_machine *m,
                                               const struct pk_node *object)
{
    char name[256];
    const struct pk_node *file = pk_attribute(object, "filename");
    if (!m->pickle->companions || !file || file->kind != PK_TEXT ||
        file->bytes.size >= sizeof name || memchr(file->bytes.data, 0, file->bytes.size))
        return NULL;
    memcpy(name, file->bytes.data, file->bytes.size);
    name[file->bytes.size] = 0;
    return lar_bundle_find(m->pickle->companions, name);
}

/* An NDArrayWrapper stays what it is where its file is missing: only who needs it complains. */
static bool array_beside(struct pk_machine *m, const struct pk_node *object, struct pk_node **ret)
{
    const struct lar_bundle_file *file = companion(m, object);
    if (!file)
        return true;
    struct pk_node *array = pk_node_new(m, PK_ARRAY);
    if (!array)
        return false;
    array->array.wrapper = object;
    array->array.data = (struct pk_bytes){file->data, file->size};
    m->pickle->joblib = true;
    *ret = array;
    return true;
}

bool pk_wrapped_array(struct pk_machine *m, const struct pk_node *object, struct pk_node **ret)
{
    const struct np_dtype *dtype;
    size_t size;
    if (pk_is_global(pk_class(object), "joblib.numpy_pickle", "NDArrayWrapper"))
        return array_beside(m, object, ret);
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

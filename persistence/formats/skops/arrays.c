/* Nodes with arrays: members .npy and .npz (skops/io/_numpy.py, _scipy.py;
 * scipy/sparse/_matrix_io.py). SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/element.h"
#include "persistence/formats/pickle/npy.h"
#include "persistence/formats/skops/reader.h"

#include <stdio.h>
#include <string.h>

/* An array whose elements are a .npy file in memory. */
static const struct pk_node *npy_node(struct sp_reader *r, struct pk_bytes npy)
{
    const struct pk_node *class = sp_global(r, "joblib.numpy_pickle", "NDArrayWrapper");
    const struct pk_node *wrapper = sp_object(r, PK_NEWOBJ, class, NULL);
    struct pk_node *node = wrapper ? sp_new(r, PK_ARRAY) : NULL;
    if (!node)
        return NULL;
    node->array.wrapper = wrapper;
    node->array.data = npy;
    return node;
}

static const struct pk_node *opaque_scalar(struct sp_reader *r, const char *name)
{
    return sp_object(r, PK_REDUCE, sp_global(r, "numpy", name ? name : "?"), NULL);
}

/* The only element of ARRAY as a plain value. */
static const struct pk_node *scalar_node(struct sp_reader *r, const struct np_array *array,
                                         const char *name)
{
    const struct np_dtype *dtype = array->dtype;
    struct lar_tensor t;
    struct pk_node *node = NULL;
    int64_t integer;
    double real;
    if (dtype->kind == 'U')
        return np_to_tensor(&t, array, r->arena, r->err) ? sp_text(r, t.data, (size_t)t.offsets[1])
                                                         : NULL;
    if (dtype->kind == 'f' && np_element_f64(dtype, array->data, &real)) {
        if ((node = sp_new(r, PK_FLOAT)))
            node->real = real;
        return node;
    }
    if (!np_element_i64(dtype, array->data, &integer))
        return opaque_scalar(r, name);
    if (dtype->kind != 'b')
        return sp_integer(r, integer);
    if ((node = sp_new(r, PK_BOOL)))
        node->boolean = integer != 0;
    return node;
}

/* An array in a member of its own; of rank 0, where the class is that of a scalar, its value. */
static const struct pk_node *array_member(struct sp_reader *r, const json_t *node)
{
    const char *file = sp_string(node, "file"), *name = sp_string(node, "__class__");
    struct pk_bytes npy;
    struct np_array array;
    if (!file || !sp_member(r, &r->zip, file, &npy)) {
        lar_fail(r->err, LAR_ERR_FORMAT, "an array of schema.json names no file");
        return NULL;
    }
    bool scalar = name && strcmp(name, "ndarray") != 0 && strcmp(name, "matrix") != 0 &&
                  strcmp(name, "memmap") != 0;
    if (!scalar)
        return npy_node(r, npy);
    if (!np_read_npy(&array, npy.data, npy.size, r->arena, r->err)) {
        lar_error_within(r->err, "%.60s", file);
        return NULL;
    }
    return array.shape.rank == 0 && array.data ? scalar_node(r, &array, name) : npy_node(r, npy);
}

/* numpy.dtype(CODE). */
static const struct pk_node *dtype_of(struct sp_reader *r, const char *code)
{
    struct pk_node *args = sp_new(r, PK_TUPLE);
    if (!args || !sp_items(r, &args->items, 1) ||
        !(args->items.data[0] = sp_text(r, code, strlen(code))))
        return NULL;
    return sp_object(r, PK_REDUCE, sp_global(r, "numpy", "dtype"), args);
}

/* Elements of nested lists, row by row, up to DEPTH dimensions down. */
static bool flatten(const struct pk_node *list, uint32_t depth, struct pk_items *ret)
{
    if (depth == 0) {
        if (ret->n == ret->room)
            return false;
        ret->data[ret->n++] = list;
        return true;
    }
    if (list->kind != PK_LIST)
        return false;
    for (size_t i = 0; i < list->items.n; i++)
        if (!flatten(list->items.data[i], depth - 1, ret))
            return false;
    return true;
}

/* _reconstruct(numpy.ndarray, ...) with the state (1, shape, object, False, elements), as a pickle
 * has it. */
static const struct pk_node *object_array(struct sp_reader *r, const json_t *node)
{
    const struct pk_node *shape = sp_node(r, json_object_get(node, "shape"));
    struct pk_node *nested = shape ? sp_new(r, PK_LIST) : NULL, *flat = sp_new(r, PK_LIST);
    json_t *content = json_object_get(node, "content"), *element;
    struct pk_node *args = sp_new(r, PK_TUPLE), *state = sp_new(r, PK_TUPLE);
    struct pk_node *fortran = sp_new(r, PK_BOOL);
    size_t i, count = 1;
    if (!nested || !flat || !args || !state || !fortran ||
        !sp_items(r, &nested->items, json_array_size(content)) || !sp_items(r, &args->items, 1) ||
        !sp_items(r, &state->items, 5))
        return NULL;
    json_array_foreach(content, i,
                       element) if (!(nested->items.data[i] = sp_node(r, element))) return NULL;
    bool ok = shape->kind == PK_TUPLE && shape->items.n >= 1 && shape->items.n <= LAR_MAX_RANK;
    for (i = 0; ok && i < shape->items.n; i++) {
        int64_t n;
        ok = pk_get_i64(shape->items.data[i], &n) && n >= 0 &&
             !__builtin_mul_overflow(count, (size_t)n, &count) && count <= r->nodes;
    }
    ok = ok && sp_items(r, &flat->items, count);
    flat->items.n = 0;
    if (!ok || !flatten(nested, (uint32_t)shape->items.n, &flat->items) || flat->items.n != count) {
        lar_fail(r->err, LAR_ERR_FORMAT, "an object array of schema.json does not fit its shape");
        return NULL;
    }
    args->items.data[0] = sp_global(r, "numpy", "ndarray");
    const struct pk_node *const parts[] = {sp_integer(r, 1), shape, dtype_of(r, "O8"), fortran,
                                           flat};
    for (i = 0; i < 5; i++)
        if (!(state->items.data[i] = parts[i]))
            return NULL;
    struct pk_node *ret =
        sp_object(r, PK_REDUCE, sp_global(r, "numpy.core.multiarray", "_reconstruct"), args);
    if (ret)
        ret->object.state = state;
    return ret && args->items.data[0] ? ret : NULL;
}

const struct pk_node *sp_array(struct sp_reader *r, const json_t *node)
{
    const char *type = sp_string(node, "type");
    if (type && strcmp(type, "numpy") == 0)
        return array_member(r, node);
    if (type && strcmp(type, "json") == 0)
        return object_array(r, node);
    lar_fail(r->err, LAR_ERR_FORMAT, "an array of schema.json has no type that is known");
    return NULL;
}

/* A dtype is kept as that of an empty array. */
const struct pk_node *sp_dtype(struct sp_reader *r, const json_t *node)
{
    const json_t *content = json_object_get(node, "content");
    const char *file = sp_string(content, "file");
    struct pk_bytes npy;
    struct np_array array;
    char code[16];
    if (!file) /* of objects */
        return dtype_of(r, "O8");
    if (!sp_member(r, &r->zip, file, &npy) ||
        !np_read_npy(&array, npy.data, npy.size, r->arena, r->err))
        return NULL;
    size_t size = array.dtype->itemsize / (array.dtype->kind == 'U' ? 4 : 1);
    (void)snprintf(code, sizeof code, "%c%zu", array.dtype->kind, size);
    return dtype_of(r, code);
}

/* One array of a sparse matrix's .npz, under the name that SciPy's objects have for it. */
static bool add_part(struct sp_reader *r, const struct lar_archive *zip, const char *member,
                     const char *name, struct pk_items *state)
{
    struct pk_bytes npy;
    const struct pk_node *key = sp_text(r, name, strlen(name));
    const struct pk_node *array = key && sp_member(r, zip, member, &npy) ? npy_node(r, npy) : NULL;
    state->data[state->n++] = key;
    state->data[state->n++] = array;
    return array != NULL;
}

static bool add_parts(struct sp_reader *r, const struct lar_archive *zip, struct pk_items *state)
{
    static const struct {
        const char *member, *name;
    } parts[] = {{"data.npy", "data"},      {"shape.npy", "_shape"}, {"indices.npy", "indices"},
                 {"indptr.npy", "indptr"},  {"row.npy", "row"},      {"col.npy", "col"},
                 {"offsets.npy", "offsets"}};
    if (!sp_items(r, state, 2 * sizeof parts / sizeof *parts))
        return false;
    state->n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        bool there = false;
        for (size_t k = 0; k < zip->n && !there; k++)
            there = strcmp(zip->members[k].name, parts[i].member) == 0;
        if (there && !add_part(r, zip, parts[i].member, parts[i].name, state))
            return false;
    }
    return true;
}

const struct pk_node *sp_sparse(struct sp_reader *r, const json_t *node)
{
    const char *file = sp_string(node, "file"), *name = sp_string(node, "__class__");
    struct lar_archive zip = {0};
    struct pk_bytes npz;
    struct pk_node *state = sp_new(r, PK_DICT);
    struct pk_node *ret =
        sp_object(r, PK_NEWOBJ, sp_global(r, "scipy.sparse", name ? name : "?"), NULL);
    if (!state || !ret)
        return NULL;
    if (!file || !sp_member(r, &r->zip, file, &npz)) {
        lar_fail(r->err, LAR_ERR_FORMAT, "a sparse matrix of schema.json names no file");
        return NULL;
    }
    bool ok = lar_archive_open_zip(&zip, npz.data, npz.size, &r->limits, r->arena, r->err) &&
              add_parts(r, &zip, &state->items);
    lar_archive_finish(&zip);
    if (!ok) {
        lar_error_within(r->err, "%.60s", file);
        return NULL;
    }
    ret->object.state = state;
    return ret;
}

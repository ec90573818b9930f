/* Arrays as doubles, integers, tensors; see numpy.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/dense.h"
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/element.h"

#include <string.h>

enum { ALIGN = 64 };

static void *room(struct lar_arena *arena, size_t n, size_t size, struct lar_error *err)
{
    void *ret = lar_arena_alloc_aligned(arena, n, size, ALIGN);
    if (!ret)
        lar_arena_fail(arena, err, "an array");
    return ret;
}

/* One loop for each type: the bytes may be unaligned, so that memcpy loads them. */
#define WIDEN(T)                                                                                   \
    do {                                                                                           \
        T v;                                                                                       \
        for (size_t i = 0; i < n; i++) {                                                           \
            memcpy(&v, in + i * sizeof v, sizeof v);                                               \
            out[i] = (__typeof__(*out))v;                                                          \
        }                                                                                          \
    } while (0)

static bool widen_f64(double *out, const uint8_t *in, size_t n, const struct np_dtype *dtype)
{
    size_t size = dtype->itemsize;
    switch (dtype->kind) {
    case 'b':
        for (size_t i = 0; i < n; i++)
            out[i] = in[i] != 0;
        return true;
    case 'i':
        if (size == 1)
            WIDEN(int8_t);
        else if (size == 2)
            WIDEN(int16_t);
        else if (size == 4)
            WIDEN(int32_t);
        else
            WIDEN(int64_t);
        return true;
    case 'u':
        if (size == 1)
            WIDEN(uint8_t);
        else if (size == 2)
            WIDEN(uint16_t);
        else if (size == 4)
            WIDEN(uint32_t);
        else
            WIDEN(uint64_t);
        return true;
    case 'f':
        for (size_t i = 0; size == 2 && i < n; i++)
            out[i] = np_half((uint16_t)(in[i * 2] | in[i * 2 + 1] << 8));
        if (size == 4)
            WIDEN(float);
        if (size == 8 && n)
            memcpy(out, in, n * size);
        return size <= 8;
    default: return false;
    }
}

static bool widen_i64(int64_t *out, const uint8_t *in, size_t n, const struct np_dtype *dtype)
{
    size_t size = dtype->itemsize;
    int64_t sign = 0;
    if (dtype->kind == 'b') {
        for (size_t i = 0; i < n; i++)
            out[i] = in[i] != 0;
        return true;
    }
    bool is_signed = dtype->kind == 'i';
    if (size == 8 && n)
        memcpy(out, in, n * size);
    else if (size == 4 && is_signed)
        WIDEN(int32_t);
    else if (size == 4)
        WIDEN(uint32_t);
    else if (size == 2 && is_signed)
        WIDEN(int16_t);
    else if (size == 2)
        WIDEN(uint16_t);
    else if (size == 1 && is_signed)
        WIDEN(int8_t);
    else if (size == 1)
        WIDEN(uint8_t);
    for (size_t i = 0; !is_signed && i < n; i++)
        sign |= out[i];
    return sign >= 0;
}

static bool refuse(const struct np_array *array, const char *as, struct lar_error *err)
{
    char name[64];
    return lar_fail(err, LAR_ERR_UNSUPPORTED, "an array of %s where %s belong",
                    np_dtype_name(array->dtype, name, sizeof name), as);
}

const double *np_to_f64(const struct np_array *array, struct lar_arena *arena,
                        struct lar_error *err)
{
    size_t n = np_count(array);
    char kind = array->dtype->kind, what[160];
    if (!np_kind_is(array->dtype, "biufO") || array->dtype->itemsize > 8) {
        refuse(array, "numbers", err);
        return NULL;
    }
    double *ret = room(arena, n, sizeof *ret, err);
    if (!ret)
        return NULL;
    for (size_t i = 0; kind == 'O' && i < n; i++)
        if (!pk_get_f64(array->objects[i], &ret[i])) {
            lar_fail(err, LAR_ERR_UNSUPPORTED, "an object array of numbers holds %s",
                     pk_describe(array->objects[i], what, sizeof what));
            return NULL;
        }
    if (kind == 'O')
        return ret;
    if (kind == 'f' && array->dtype->itemsize == 8) {
        np_copy_dense(array, (uint8_t *)ret);
        return ret;
    }
    const uint8_t *dense = np_dense(array, arena, err);
    return dense && widen_f64(ret, dense, n, array->dtype) ? ret : NULL;
}

const int64_t *np_to_i64(const struct np_array *array, struct lar_arena *arena,
                         struct lar_error *err)
{
    size_t n = np_count(array);
    char kind = array->dtype->kind, what[160];
    if (!np_kind_is(array->dtype, "biuO")) {
        refuse(array, "integers", err);
        return NULL;
    }
    int64_t *ret = room(arena, n, sizeof *ret, err);
    if (!ret)
        return NULL;
    for (size_t i = 0; kind == 'O' && i < n; i++)
        if (!pk_get_i64(array->objects[i], &ret[i])) {
            lar_fail(err, LAR_ERR_UNSUPPORTED, "an object array of integers holds %s",
                     pk_describe(array->objects[i], what, sizeof what));
            return NULL;
        }
    if (kind == 'O')
        return ret;
    const uint8_t *dense = np_dense(array, arena, err);
    if (!dense)
        return NULL;
    if (!widen_i64(ret, dense, n, array->dtype)) {
        lar_fail(err, LAR_ERR_UNSUPPORTED, "an array of uint64 has values over 2^63 - 1");
        return NULL;
    }
    return ret;
}

static enum lar_type number_type(const struct np_dtype *dtype)
{
    static const struct {
        char kind;
        uint8_t size, type;
    } types[] = {
        {'b', 1, LAR_TYPE_BOOL}, {'u', 1, LAR_TYPE_U8},  {'u', 2, LAR_TYPE_U16},
        {'u', 4, LAR_TYPE_U32},  {'u', 8, LAR_TYPE_U64}, {'i', 1, LAR_TYPE_I8},
        {'i', 2, LAR_TYPE_I16},  {'i', 4, LAR_TYPE_I32}, {'i', 8, LAR_TYPE_I64},
        {'f', 2, LAR_TYPE_F16},  {'f', 4, LAR_TYPE_F32}, {'f', 8, LAR_TYPE_F64},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].kind == dtype->kind && types[i].size == dtype->itemsize)
            return types[i].type;
    return LAR_TYPE_END;
}

/* What the elements of an object array are, as bits. */
enum { TEXT = 1, MISSING = 2, REAL = 4, INTEGER = 8, BOOLEAN = 16, OTHER = 32, NOT_A_NUMBER = 64 };

static int object_sort(const struct pk_node *node, struct lar_arena *arena)
{
    struct np_array scalar;
    switch (node->kind) {
    case PK_TEXT:
    case PK_BYTES: return TEXT; /* bytes: Python 2's str */
    case PK_NONE: return MISSING;
    case PK_INT: return INTEGER;
    case PK_BOOL: return BOOLEAN;
    case PK_FLOAT: return node->real != node->real ? NOT_A_NUMBER : REAL;
    default: break;
    }
    double real;
    char kind = np_scalar(&scalar, node, arena) ? scalar.dtype->kind : 0;
    if (kind == 'f' && scalar.dtype->itemsize <= 8)
        return pk_get_f64(node, &real) && real != real ? NOT_A_NUMBER : REAL;
    return kind == 'U' || kind == 'S'   ? TEXT
           : kind == 'b'                ? BOOLEAN
           : kind == 'i' || kind == 'u' ? INTEGER
                                        : OTHER;
}

static bool objects_to_tensor(struct lar_tensor *ret, const struct np_array *array,
                              struct lar_arena *arena, struct lar_error *err)
{
    size_t n = np_count(array);
    int met = 0;
    for (size_t i = 0; i < n; i++) {
        int sort = object_sort(array->objects[i], arena), before = met;
        met |= sort;
        bool one = met == INTEGER || met == BOOLEAN || !(met & ~(REAL | NOT_A_NUMBER));
        if (one || !(met & ~(TEXT | MISSING | NOT_A_NUMBER)))
            continue;
        char what[160];
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "an object array has %s at %zu%s; arrays all of str, int, bool or float "
                        "are supported",
                        pk_describe(array->objects[i], what, sizeof what), i,
                        before ? " beside values of another type" : "");
    }
    bool *booleans = NULL;
    if (met == INTEGER) {
        ret->type = LAR_TYPE_I64;
        ret->data = (void *)np_to_i64(array, arena, err);
    } else if (met == BOOLEAN) {
        ret->type = LAR_TYPE_BOOL;
        ret->data = booleans = room(arena, n, sizeof *booleans, err);
        for (size_t i = 0; booleans && i < n; i++)
            (void)pk_get_bool(array->objects[i], &booleans[i]);
    } else if (met && !(met & ~(REAL | NOT_A_NUMBER))) {
        ret->type = LAR_TYPE_F64;
        ret->data = (void *)np_to_f64(array, arena, err);
    } else {
        return np_to_strings(ret, array, arena, err);
    }
    return ret->data != NULL;
}

bool np_to_tensor(struct lar_tensor *ret, const struct np_array *array, struct lar_arena *arena,
                  struct lar_error *err)
{
    *ret = (struct lar_tensor){.layout = LAR_LAYOUT_DENSE, .shape = array->shape};
    if (array->dtype->kind == 'O')
        return objects_to_tensor(ret, array, arena, err);
    if (np_kind_is(array->dtype, "SU"))
        return np_to_strings(ret, array, arena, err);
    ret->type = number_type(array->dtype);
    if (ret->type == LAR_TYPE_END)
        return refuse(array, "numbers or text", err);
    size_t n = np_count(array);
    ret->data = room(arena, n, array->dtype->itemsize, err);
    if (!ret->data)
        return false;
    np_copy_dense(array, ret->data);
    uint8_t *bytes = ret->data;
    for (size_t i = 0; ret->type == LAR_TYPE_BOOL && i < n; i++)
        bytes[i] = bytes[i] != 0;
    return true;
}

/* Element types; see dtype.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/dtype.h"

#include "persistence/formats/sklearn/attributes.h"

#include <string.h>

static const struct {
    const char *name;
    enum lar_type type;
} names[] = {
    {"float64", LAR_TYPE_F64}, {"f8", LAR_TYPE_F64},       {"float", LAR_TYPE_F64},
    {"double", LAR_TYPE_F64},  {"d", LAR_TYPE_F64},        {"float32", LAR_TYPE_F32},
    {"f4", LAR_TYPE_F32},      {"f", LAR_TYPE_F32},        {"int64", LAR_TYPE_I64},
    {"i8", LAR_TYPE_I64},      {"int", LAR_TYPE_I64},      {"int_", LAR_TYPE_I64},
    {"intp", LAR_TYPE_I64},    {"longlong", LAR_TYPE_I64}, {"int32", LAR_TYPE_I32},
    {"i4", LAR_TYPE_I32},      {"intc", LAR_TYPE_I32},     {"int16", LAR_TYPE_I16},
    {"i2", LAR_TYPE_I16},      {"int8", LAR_TYPE_I8},      {"i1", LAR_TYPE_I8},
    {"uint64", LAR_TYPE_U64},  {"u8", LAR_TYPE_U64},       {"uint32", LAR_TYPE_U32},
    {"u4", LAR_TYPE_U32},      {"uint16", LAR_TYPE_U16},   {"u2", LAR_TYPE_U16},
    {"uint8", LAR_TYPE_U8},    {"u1", LAR_TYPE_U8},        {"bool", LAR_TYPE_BOOL},
    {"bool_", LAR_TYPE_BOOL},  {"b1", LAR_TYPE_BOOL},
};

/* The text that names the type: a global's name, a text, or the first argument of numpy.dtype. */
static struct pk_bytes name_of(const struct pk_node *node)
{
    if (node->kind == PK_GLOBAL)
        return node->global.name;
    if (node->kind == PK_TEXT)
        return node->bytes;
    if (node->kind == PK_OBJECT && pk_is_global(node->object.callable, "numpy", "dtype") &&
        node->object.args && node->object.args->kind == PK_TUPLE && node->object.args->items.n &&
        node->object.args->items.data[0]->kind == PK_TEXT)
        return node->object.args->items.data[0]->bytes;
    return (struct pk_bytes){.data = NULL};
}

bool sk_get_dtype(struct sk_context *sk, const struct pk_node *object, enum lar_type fallback,
                  enum lar_type *ret)
{
    const struct pk_node *node = pk_attribute(object, "dtype");
    *ret = fallback;
    if (!node)
        return true;
    struct pk_bytes name = name_of(node);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pk_bytes_are(name, names[i].name)) {
            *ret = names[i].type;
            return true;
        }
    return sk_refuse_attribute(sk, node, "dtype", "must be a type of numbers");
}

/* Signed integers by size. */
static enum lar_type signed_of(size_t size)
{
    return size <= 1   ? LAR_TYPE_I8
           : size <= 2 ? LAR_TYPE_I16
           : size <= 4 ? LAR_TYPE_I32
           : size <= 8 ? LAR_TYPE_I64
                       : LAR_TYPE_F64;
}

static bool is_unsigned(enum lar_type type)
{
    return type >= LAR_TYPE_U8 && type <= LAR_TYPE_U64;
}

enum lar_type sk_promote(enum lar_type a, enum lar_type b)
{
    size_t m = lar_type_size(a), n = lar_type_size(b);
    if (a == b || b == LAR_TYPE_BOOL)
        return a;
    if (a == LAR_TYPE_BOOL)
        return b;
    if (a == LAR_TYPE_F64 || b == LAR_TYPE_F64)
        return LAR_TYPE_F64;
    if (a == LAR_TYPE_F32 || b == LAR_TYPE_F32)
        return (a == LAR_TYPE_F32 ? n : m) <= 2 ? LAR_TYPE_F32 : LAR_TYPE_F64;
    if (is_unsigned(a) == is_unsigned(b))
        return m > n ? a : b;
    size_t with_sign = is_unsigned(a) ? n : m, without = is_unsigned(a) ? m : n;
    return signed_of(with_sign > without ? with_sign : 2 * without);
}

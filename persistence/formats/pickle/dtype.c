/* Data types; see dtype.h. The state that numpy.dtype objects are pickled with is
 * (version, byteorder, subarray, names, fields, itemsize, alignment, flags[, metadata]); versions 0
 * and 1 lack some of it.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/dtype.h"

#include "base/checked.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 16, MAX_FIELDS = 1024, MAX_PARTS = 65536 };

struct parser {
    struct lar_arena *arena;
    struct lar_error *err;
    size_t parts; /* types made so far: types may be shared, so depth alone is no bound */
};

struct state {
    const struct pk_node *order, *subarray, *names, *fields, *itemsize;
};

/* NumPy's one-letter codes of fixed types. */
static const struct {
    char code, kind;
    uint8_t size;
} letters[] = {
    {'?', 'b', 1}, {'b', 'i', 1},  {'B', 'u', 1}, {'h', 'i', 2},  {'H', 'u', 2},
    {'i', 'i', 4}, {'I', 'u', 4},  {'l', 'i', 8}, {'L', 'u', 8},  {'q', 'i', 8},
    {'Q', 'u', 8}, {'p', 'i', 8},  {'P', 'u', 8}, {'e', 'f', 2},  {'f', 'f', 4},
    {'d', 'f', 8}, {'g', 'f', 16}, {'F', 'c', 8}, {'D', 'c', 16}, {'G', 'c', 32},
};

static const struct {
    const char *module, *name, *code;
} scalar_types[] = {
    {"numpy", "float64", "f8"},     {"numpy", "float32", "f4"},   {"numpy", "float16", "f2"},
    {"numpy", "longdouble", "g"},   {"numpy", "float128", "g"},   {"numpy", "int64", "i8"},
    {"numpy", "int32", "i4"},       {"numpy", "int16", "i2"},     {"numpy", "int8", "i1"},
    {"numpy", "uint64", "u8"},      {"numpy", "uint32", "u4"},    {"numpy", "uint16", "u2"},
    {"numpy", "uint8", "u1"},       {"numpy", "intc", "i4"},      {"numpy", "uintc", "u4"},
    {"numpy", "longlong", "i8"},    {"numpy", "ulonglong", "u8"}, {"numpy", "int_", "i8"},
    {"numpy", "uint", "u8"},        {"numpy", "intp", "i8"},      {"numpy", "uintp", "u8"},
    {"numpy", "bool_", "?"},        {"numpy", "bool", "?"},       {"numpy", "complex64", "c8"},
    {"numpy", "complex128", "c16"}, {"numpy", "str_", "U"},       {"numpy", "unicode_", "U"},
    {"numpy", "bytes_", "S"},       {"numpy", "string_", "S"},    {"numpy", "object_", "O"},
    {"numpy", "void", "V"},         {"numpy", "record", "V"},     {"numpy", "datetime64", "M8"},
    {"numpy", "timedelta64", "m8"}, {"builtins", "float", "f8"},  {"builtins", "int", "i8"},
    {"builtins", "bool", "?"},      {"builtins", "object", "O"},  {"builtins", "str", "U"},
};

static bool fixed_letter(struct np_dtype *ret, char code)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].code == code) {
            ret->kind = letters[i].kind;
            ret->itemsize = letters[i].size;
            return true;
        }
    return false;
}

/* Whether NumPy has KIND with SIZE; sets the item size. */
static bool sized(struct np_dtype *ret, char kind, size_t size)
{
    bool power = size == 1 || size == 2 || size == 4 || size == 8;
    ret->kind = kind == 'a' ? 'S' : kind;
    ret->itemsize = size;
    switch (kind) {
    case 'b': return size == 1;
    case 'i':
    case 'u': return power;
    case 'f': return (power && size > 1) || size == 12 || size == 16;
    case 'c': return size == 8 || size == 16 || size == 24 || size == 32;
    case 'M':
    case 'm': return size == 8;
    case 'O': ret->itemsize = 8; return size == 4 || size == 8;
    case 'U': return lar_mul_size(size, 4, &ret->itemsize);
    case 'S':
    case 'a':
    case 'V': return true;
    default: return false;
    }
}

bool np_dtype_code(struct np_dtype *ret, const char *text, size_t size)
{
    *ret = (struct np_dtype){0};
    bool order = size > 0 && text[0] && strchr("<>=|", text[0]);
    bool big = order && text[0] == '>';
    text += order;
    size -= order;
    if (size == 0)
        return false;
    size_t number = 0, i = 1;
    for (; i < size && i < 10 && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (size_t)(text[i] - '0');
    bool unit = (text[0] == 'M' || text[0] == 'm') && i < size && text[i] == '[';
    if (i < size && !unit)
        return false;
    bool ok =
        i > 1 ? sized(ret, text[0], number)
              : fixed_letter(ret, text[0]) || sized(ret, text[0], strchr("OMm", text[0]) ? 8 : 0);
    ret->swapped = big && ret->itemsize > 1 && np_kind_is(ret, "iufcUMm");
    return ok;
}

static bool scalar_type(struct np_dtype *ret, const struct pk_node *node)
{
    for (size_t i = 0; i < sizeof scalar_types / sizeof *scalar_types; i++)
        if (pk_is_global(node, scalar_types[i].module, scalar_types[i].name))
            return np_dtype_code(ret, scalar_types[i].code, strlen(scalar_types[i].code));
    return false;
}

/* The type that the call itself names: numpy.dtype("f8", False, True). */
static bool named(struct np_dtype *ret, const struct pk_node *node)
{
    if (!node || node->kind != PK_OBJECT)
        return node && scalar_type(ret, node);
    const struct pk_items *args = &node->object.args->items;
    if (!pk_is_global(node->object.callable, "numpy", "dtype") || args->n == 0)
        return false;
    const struct pk_node *code = args->data[0];
    if (code->kind == PK_TEXT || code->kind == PK_BYTES)
        return np_dtype_code(ret, (const char *)code->bytes.data, code->bytes.size);
    return scalar_type(ret, code);
}

/* The parts of NODE's state; false if there is none, or none that is known. */
static bool state_of(struct state *ret, const struct pk_node *node)
{
    const struct pk_node *state = node->kind == PK_OBJECT ? node->object.state : NULL;
    if (!state || state->kind != PK_TUPLE || state->items.n < 5 || state->items.n > 9)
        return false;
    const struct pk_node *const *at = state->items.data;
    size_t n = state->items.n;
    at += n > 5; /* the version */
    *ret = (struct state){.order = at[0], .subarray = at[1], .fields = at[2], .itemsize = at[3]};
    if (n > 6)
        *ret = (struct state){at[0], at[1], at[2], at[3], at[4]};
    return true;
}

static bool is_none(const struct pk_node *node)
{
    return !node || node->kind == PK_NONE;
}

static bool big_endian(const struct pk_node *order)
{
    return (order->kind == PK_TEXT || order->kind == PK_BYTES) && order->bytes.size == 1 &&
           order->bytes.data[0] == '>';
}

/* Byte order and item size from the state. The size is -1 for types whose code fixes it. */
static bool apply(struct np_dtype *ret, const struct state *state)
{
    int64_t size;
    ret->swapped = ret->itemsize != 1 && np_kind_is(ret, "iufcUMm") && big_endian(state->order);
    if (state->itemsize->kind != PK_INT)
        return false;
    size = state->itemsize->integer;
    if (np_kind_is(ret, "SUV")) {
        if (size < 0 || (ret->kind == 'U' && size % 4))
            return false;
        ret->itemsize = (size_t)size;
        return true;
    }
    return size == -1 || (size_t)size == ret->itemsize || ret->kind == 'O';
}

bool np_dtype_plain(struct np_dtype *ret, const struct pk_node *node)
{
    struct state state;
    if (!named(ret, node))
        return false;
    if (node->kind != PK_OBJECT || !node->object.state)
        return true;
    return state_of(&state, node) && is_none(state.subarray) && is_none(state.fields) &&
           apply(ret, &state);
}

static bool parse(struct parser *p, struct np_dtype *ret, const struct pk_node *node, int depth);

static struct np_dtype *parse_new(struct parser *p, const struct pk_node *node, int depth)
{
    if (depth == MAX_DEPTH || p->parts == MAX_PARTS) {
        lar_fail(p->err, LAR_ERR_LIMIT, "a dtype has more than %d levels or %d parts", MAX_DEPTH,
                 MAX_PARTS);
        return NULL;
    }
    p->parts++;
    struct np_dtype *ret = lar_arena_alloc(p->arena, 1, sizeof *ret);
    if (!ret)
        lar_arena_fail(p->arena, p->err, "a dtype");
    return ret && parse(p, ret, node, depth) ? ret : NULL;
}

/* (base, shape): the shape is a tuple or a single count. */
static bool parse_subarray(struct parser *p, struct np_dtype *ret, const struct pk_node *node,
                           int depth)
{
    if (node->kind != PK_TUPLE || node->items.n != 2)
        return lar_fail(p->err, LAR_ERR_FORMAT, "a dtype's sub-array is not (dtype, shape)");
    ret->base = parse_new(p, node->items.data[0], depth + 1);
    if (!ret->base)
        return false;
    const struct pk_node *const *dims = &node->items.data[1];
    size_t rank = 1, size = ret->base->itemsize;
    if (dims[0]->kind == PK_TUPLE) {
        rank = dims[0]->items.n;
        dims = dims[0]->items.data;
    }
    if (rank > LAR_MAX_RANK)
        return lar_fail(p->err, LAR_ERR_UNSUPPORTED, "a dtype's sub-array has %zu dimensions",
                        rank);
    ret->subshape.rank = (uint32_t)rank;
    for (size_t i = 0; i < rank; i++) {
        int64_t n = dims[i]->kind == PK_INT ? dims[i]->integer : -1;
        if (n < 0 || !lar_mul_size(size, (size_t)n, &size))
            return lar_fail(p->err, LAR_ERR_FORMAT, "a dtype's sub-array has an impossible shape");
        ret->subshape.dims[i] = n;
    }
    return size == ret->itemsize ||
           lar_fail(p->err, LAR_ERR_FORMAT, "a dtype's sub-array does not have its item size");
}

static const struct pk_node *field_named(const struct pk_node *fields, const struct pk_node *name)
{
    if (name->kind != PK_TEXT && name->kind != PK_BYTES)
        return NULL;
    for (size_t i = 0; i + 1 < fields->items.n; i += 2) {
        const struct pk_node *key = fields->items.data[i];
        if (key->kind == name->kind && key->bytes.size == name->bytes.size &&
            (key->bytes.size == 0 ||
             memcmp(key->bytes.data, name->bytes.data, key->bytes.size) == 0))
            return fields->items.data[i + 1];
    }
    return NULL;
}

/* (dtype, offset) or (dtype, offset, title) */
static bool parse_field(struct parser *p, const struct np_dtype *whole, struct np_field *ret,
                        const struct pk_node *node, int depth)
{
    if (!node || node->kind != PK_TUPLE || node->items.n < 2 || node->items.data[1]->kind != PK_INT)
        return lar_fail(p->err, LAR_ERR_FORMAT, "a dtype's field is not (dtype, offset)");
    int64_t offset = node->items.data[1]->integer;
    ret->dtype = parse_new(p, node->items.data[0], depth + 1);
    if (!ret->dtype)
        return false;
    if (offset < 0 || !lar_within((size_t)offset, ret->dtype->itemsize, whole->itemsize))
        return lar_fail(p->err, LAR_ERR_FORMAT, "a dtype's field lies outside its record");
    ret->offset = (size_t)offset;
    return true;
}

static bool parse_fields(struct parser *p, struct np_dtype *ret, const struct state *state,
                         int depth)
{
    const struct pk_node *names = state->names;
    if (is_none(names) || names->kind != PK_TUPLE || state->fields->kind != PK_DICT)
        return lar_fail(p->err, LAR_ERR_UNSUPPORTED, "a dtype's fields have no tuple of names");
    if (names->items.n > MAX_FIELDS || state->fields->items.n > 4 * MAX_FIELDS)
        return lar_fail(p->err, LAR_ERR_LIMIT, "a dtype has more than %d fields", MAX_FIELDS);
    ret->fields = lar_arena_alloc(p->arena, names->items.n + 1, sizeof *ret->fields);
    if (!ret->fields)
        return lar_arena_fail(p->arena, p->err, "a dtype");
    for (size_t i = 0; i < names->items.n; i++) {
        const struct pk_node *name = names->items.data[i];
        if (!parse_field(p, ret, &ret->fields[i], field_named(state->fields, name), depth))
            return false;
        ret->fields[i].name = name->bytes;
        ret->n_fields++;
    }
    return true;
}

static bool parse(struct parser *p, struct np_dtype *ret, const struct pk_node *node, int depth)
{
    struct state state;
    char what[160];
    if (!named(ret, node))
        return lar_fail(p->err,
                        node && node->kind == PK_OBJECT ? LAR_ERR_UNSUPPORTED : LAR_ERR_FORMAT,
                        "%s is not a dtype that is known", pk_describe(node, what, sizeof what));
    if (node->kind != PK_OBJECT || !node->object.state)
        return true;
    if (!state_of(&state, node) || !apply(ret, &state))
        return lar_fail(p->err, LAR_ERR_FORMAT, "a dtype's state is malformed");
    if (!is_none(state.subarray))
        return parse_subarray(p, ret, state.subarray, depth);
    return is_none(state.fields) || parse_fields(p, ret, &state, depth);
}

bool np_dtype_parse(const struct np_dtype **ret, const struct pk_node *node,
                    struct lar_arena *arena, struct lar_error *err)
{
    struct parser p = {.arena = arena, .err = err};
    *ret = parse_new(&p, node, 0);
    return *ret != NULL;
}

bool np_dtype_has_object(const struct np_dtype *dtype)
{
    if (dtype->kind == 'O' || (dtype->base && np_dtype_has_object(dtype->base)))
        return true;
    for (size_t i = 0; i < dtype->n_fields; i++)
        if (np_dtype_has_object(dtype->fields[i].dtype))
            return true;
    return false;
}

const char *np_dtype_name(const struct np_dtype *dtype, char *buffer, size_t size)
{
    const char *name = dtype->kind == 'i'   ? "int"
                       : dtype->kind == 'u' ? "uint"
                       : dtype->kind == 'f' ? "float"
                       : dtype->kind == 'c' ? "complex"
                       : dtype->kind == 'M' ? "datetime"
                       : dtype->kind == 'm' ? "timedelta"
                                            : NULL;
    if (name)
        (void)snprintf(buffer, size, "%s%zu", name, dtype->itemsize * 8);
    else
        (void)snprintf(buffer, size, "%s",
                       dtype->kind == 'b'   ? "bool"
                       : dtype->kind == 'S' ? "bytes"
                       : dtype->kind == 'U' ? "str"
                       : dtype->kind == 'O' ? "object"
                       : dtype->n_fields    ? "structured"
                       : dtype->base        ? "sub-array"
                                            : "void");
    return buffer;
}

/* What readers ask of nodes; see object.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/object.h"

#include "persistence/formats/pickle/by_value.h"
#include "persistence/formats/pickle/element.h"
#include "persistence/formats/pickle/names.h"

#include <stdio.h>
#include <string.h>

bool pk_bytes_begin(struct pk_bytes bytes, const char *text)
{
    size_t n = strlen(text);
    return bytes.size >= n && (n == 0 || memcmp(bytes.data, text, n) == 0);
}

bool pk_bytes_are(struct pk_bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && pk_bytes_begin(bytes, text);
}

bool pk_is_global(const struct pk_node *node, const char *module, const char *name)
{
    return node && node->kind == PK_GLOBAL && pk_bytes_are(node->global.name, name) &&
           pk_same_module(node->global.module, module);
}

/* Whether NODE is a numpy.str_ with the ASCII characters of TEXT. */
static bool scalar_equal(const struct pk_node *node, const char *text)
{
    struct np_dtype dtype;
    const uint8_t *data;
    size_t n = strlen(text);
    if (!np_scalar_bytes(node, &dtype, &data) || dtype.kind != 'U' || dtype.itemsize != 4 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t c;
        memcpy(&c, data + 4 * i, sizeof c);
        if ((dtype.swapped ? __builtin_bswap32(c) : c) != (unsigned char)text[i])
            return false;
    }
    return true;
}

bool pk_text_equal(const struct pk_node *node, const char *text)
{
    if (node && node->kind == PK_OBJECT)
        return scalar_equal(node, text);
    return node && node->kind == PK_TEXT && pk_bytes_are(node->bytes, text);
}

/* The last pair with the key counts, as in Python. */
static const struct pk_node *items_get(const struct pk_items *items, const char *key)
{
    for (size_t i = items->n; i >= 2; i -= 2)
        if (pk_text_equal(items->data[i - 2], key))
            return items->data[i - 1];
    return NULL;
}

const struct pk_node *pk_dict_get(const struct pk_node *dict, const char *key)
{
    return dict && dict->kind == PK_DICT ? items_get(&dict->items, key) : NULL;
}

const struct pk_node *pk_attribute(const struct pk_node *object, const char *name)
{
    const struct pk_node *state = object && object->kind == PK_OBJECT ? object->object.state : NULL;
    if (!state || state->kind != PK_TUPLE || state->items.n != 2)
        return pk_dict_get(state, name);
    const struct pk_node *slot = pk_dict_get(state->items.data[1], name);
    return slot ? slot : pk_dict_get(state->items.data[0], name);
}

const struct pk_node *pk_class(const struct pk_node *object)
{
    if (!object || object->kind != PK_OBJECT)
        return NULL;
    const struct pk_node *class = object->object.callable;
    const struct pk_items *args = &object->object.args->items;
    if (object->object.maker == PK_REDUCE) {
        bool maker = pk_is_global(class, "copyreg", "_reconstructor") ||
                     pk_is_global(class, "copyreg", "__newobj__") ||
                     pk_is_global(class, "copyreg", "__newobj_ex__");
        class = maker && args->n ? args->data[0] : NULL;
    }
    return class && class->kind == PK_GLOBAL ? class : NULL;
}

bool pk_class_is(const struct pk_node *object, const char *name)
{
    const struct pk_node *class = pk_class(object);
    return class && pk_bytes_are(class->global.name, name);
}

/* A NumPy scalar of a plain type, as a PK_INT, PK_BOOL or PK_FLOAT; false for anything else. */
static bool plain_scalar(const struct pk_node *node, struct pk_node *ret)
{
    struct np_dtype dtype;
    const uint8_t *data;
    if (!node || node->kind != PK_OBJECT || !np_scalar_bytes(node, &dtype, &data))
        return false;
    if (dtype.kind == 'f') {
        ret->kind = PK_FLOAT;
        return np_element_f64(&dtype, data, &ret->real);
    }
    ret->kind = dtype.kind == 'b' ? PK_BOOL : PK_INT;
    int64_t value;
    if (!np_element_i64(&dtype, data, &value))
        return false;
    if (dtype.kind == 'b')
        ret->boolean = value != 0;
    else
        ret->integer = value;
    return true;
}

/* NODE itself, or its value in BUFFER when it is a NumPy scalar. */
static const struct pk_node *plain(const struct pk_node *node, struct pk_node *buffer)
{
    return plain_scalar(node, buffer) ? buffer : node;
}

bool pk_get_i64(const struct pk_node *node, int64_t *ret)
{
    struct pk_node buffer;
    node = plain(node, &buffer);
    if (!node || (node->kind != PK_INT && node->kind != PK_BOOL))
        return false;
    *ret = node->kind == PK_INT ? node->integer : node->boolean;
    return true;
}

bool pk_get_f64(const struct pk_node *node, double *ret)
{
    struct pk_node buffer;
    int64_t integer;
    node = plain(node, &buffer);
    if (node && node->kind == PK_FLOAT) {
        *ret = node->real;
        return true;
    }
    if (!pk_get_i64(node, &integer))
        return false;
    *ret = (double)integer;
    return true;
}

bool pk_get_bool(const struct pk_node *node, bool *ret)
{
    struct pk_node buffer;
    node = plain(node, &buffer);
    if (!node || node->kind != PK_BOOL)
        return false;
    *ret = node->boolean;
    return true;
}

/* Names come from the file and go to logs. */
static void printable(char *text)
{
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7E)
            *p = '?';
}

static void describe_global(const struct pk_node *global, char *buffer, size_t size)
{
    struct pk_bytes module = global->global.module, name = global->global.name;
    (void)snprintf(buffer, size, "%.*s.%.*s", (int)(module.size < 200 ? module.size : 200),
                   (const char *)module.data, (int)(name.size < 200 ? name.size : 200),
                   (const char *)name.data);
    printable(buffer);
}

/* "function f" and "class C" for those by value, "C" for an object of such a class. */
static bool describe_by_value(const struct pk_node *node, char *buffer, size_t size)
{
    struct pk_bytes name;
    enum pk_by_value kind = pk_by_value(node, &name);
    bool instance = !kind && (kind = pk_by_value(node->object.callable, &name)) != 0;
    if (!kind)
        return false;
    const char *what = kind == PK_FUNCTION_BY_VALUE ? "function " : "class ";
    if (name.size == 0)
        name = (struct pk_bytes){(const uint8_t *)"?", 1};
    (void)snprintf(buffer, size, "%s%.*s", instance ? "" : what,
                   (int)(name.size < 200 ? name.size : 200), (const char *)name.data);
    printable(buffer);
    return true;
}

/* A method of a class, which Python pickles as what getattr(class, name) answers: "str.split". */
static bool describe_method(const struct pk_node *object, char *buffer, size_t size)
{
    const struct pk_node *args = object->object.args;
    if (!pk_is_global(object->object.callable, "__builtin__", "getattr") || !args ||
        args->kind != PK_TUPLE || args->items.n != 2 || args->items.data[0]->kind != PK_GLOBAL ||
        args->items.data[1]->kind != PK_TEXT)
        return false;
    const struct pk_node *class = args->items.data[0];
    bool str =
        pk_is_global(class, "__builtin__", "str") || pk_is_global(class, "__builtin__", "unicode");
    if (str)
        (void)snprintf(buffer, size, "str");
    else
        describe_global(class, buffer, size);
    size_t n = strlen(buffer);
    struct pk_bytes name = args->items.data[1]->bytes;
    (void)snprintf(buffer + n, size - n, ".%.*s", (int)(name.size < 200 ? name.size : 200),
                   (const char *)name.data);
    printable(buffer);
    return true;
}

const char *pk_describe(const struct pk_node *node, char *buffer, size_t size)
{
    static const char *const names[] = {
        [PK_NONE] = "None",
        [PK_BOOL] = "bool",
        [PK_INT] = "int",
        [PK_BIGINT] = "int",
        [PK_FLOAT] = "float",
        [PK_TEXT] = "str",
        [PK_BYTES] = "bytes",
        [PK_BYTEARRAY] = "bytearray",
        [PK_TUPLE] = "tuple",
        [PK_LIST] = "list",
        [PK_SET] = "set",
        [PK_FROZENSET] = "frozenset",
        [PK_DICT] = "dict",
        [PK_GLOBAL] = "name",
        [PK_OBJECT] = "object",
        [PK_PERSISTENT] = "persistent id",
        [PK_ARRAY] = "numpy.ndarray",
    };
    const struct pk_node *named = node;
    if (node && node->kind == PK_OBJECT) {
        if (describe_by_value(node, buffer, size) || describe_method(node, buffer, size))
            return buffer;
        named = pk_class(node) ? pk_class(node) : node->object.callable;
        if (np_is_array(node))
            named = NULL;
    }
    if (named && named->kind == PK_GLOBAL)
        describe_global(named, buffer, size);
    else
        (void)snprintf(buffer, size, "%s",
                       !node    ? "nothing"
                       : !named ? "numpy.ndarray"
                                : names[node->kind]);
    return buffer;
}

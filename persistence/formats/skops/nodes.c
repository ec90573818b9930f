/* The nodes of a schema: containers, objects, plain values. Each is a JSON object with __loader__,
 * __module__, __class__ and content (skops/io/_general.py, _sklearn.py; releases 0.3 to 0.16).
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/skops/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 64 };

/* Says where a failure happened, but leaves out outer places rather than cut off the cause. */
static bool within(struct sp_reader *r, const char *place)
{
    if (strlen(r->err->text) < sizeof r->err->text / 2)
        lar_error_within(r->err, "%.60s", place);
    return false;
}

static const struct pk_node *plain(struct sp_reader *r, const json_t *value);

static const struct pk_node *plain_list(struct sp_reader *r, const json_t *list)
{
    size_t i;
    json_t *element;
    struct pk_node *node = sp_new(r, PK_LIST);
    if (!node || !sp_items(r, &node->items, json_array_size(list)))
        return NULL;
    json_array_foreach(list, i,
                       element) if (!(node->items.data[i] = plain(r, element))) return NULL;
    return node;
}

/* A value of JSON itself. */
static const struct pk_node *plain(struct sp_reader *r, const json_t *value)
{
    struct pk_node *node = NULL;
    switch (json_typeof(value)) {
    case JSON_TRUE:
    case JSON_FALSE:
        if ((node = sp_new(r, PK_BOOL)))
            node->boolean = json_is_true(value);
        return node;
    case JSON_INTEGER: return sp_integer(r, json_integer_value(value));
    case JSON_REAL:
        if ((node = sp_new(r, PK_FLOAT)))
            node->real = json_real_value(value);
        return node;
    case JSON_STRING: return sp_text(r, json_string_value(value), json_string_length(value));
    case JSON_ARRAY: {
        if (++r->depth > DEPTH) {
            lar_fail(r->err, LAR_ERR_LIMIT, "schema.json is nested deeper than %d", DEPTH);
            return NULL;
        }
        const struct pk_node *list = plain_list(r, value);
        r->depth--;
        return list;
    }
    default: return sp_new(r, PK_NONE);
    }
}

/* JsonNode: its content is JSON once more, as text, with Python's words for odd floats. */
static const struct pk_node *json_node(struct sp_reader *r, const json_t *node)
{
    static const struct {
        const char *text;
        double value;
    } odd[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};
    const char *text = sp_string(node, "content");
    for (size_t i = 0; text && i < sizeof odd / sizeof *odd; i++)
        if (strcmp(text, odd[i].text) == 0) {
            struct pk_node *real = sp_new(r, PK_FLOAT);
            if (real)
                real->real = odd[i].value;
            return real;
        }
    json_error_t why;
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why) : NULL;
    if (!value) /* a number beyond 64 bits, say: whoever needs it will refuse it */
        return sp_object(r, PK_REDUCE, sp_global(r, "builtins", "int"), NULL);
    const struct pk_node *ret = plain(r, value);
    json_decref(value);
    return ret;
}

/* A key of a dict as the type says that it was: JSON made it a text. */
static const struct pk_node *key_node(struct sp_reader *r, const char *key, const json_t *type)
{
    const char *name = sp_string(type, "__class__");
    struct pk_node *node = NULL;
    if (name && strncmp(name, "int", 3) == 0)
        return sp_integer(r, strtoll(key, NULL, 10));
    if (name && strncmp(name, "float", 5) == 0) {
        if ((node = sp_new(r, PK_FLOAT)))
            node->real = strtod(key, NULL);
        return node;
    }
    if (name && strncmp(name, "bool", 4) == 0) {
        if ((node = sp_new(r, PK_BOOL)))
            node->boolean = strcmp(key, "true") == 0;
        return node;
    }
    if (name && strcmp(name, "NoneType") == 0)
        return sp_new(r, PK_NONE);
    return sp_text(r, key, strlen(key));
}

static const struct pk_node *class_of(struct sp_reader *r, const json_t *node)
{
    const char *module = sp_string(node, "__module__"), *name = sp_string(node, "__class__");
    return sp_global(r, module ? module : "?", name ? name : "?");
}

static bool dict_items(struct sp_reader *r, const json_t *node, struct pk_items *ret)
{
    json_t *content = json_object_get(node, "content"), *value;
    const json_t *types = json_object_get(json_object_get(node, "key_types"), "content");
    const char *key;
    size_t i = 0;
    if (!json_is_object(content))
        return lar_fail(r->err, LAR_ERR_FORMAT, "a dict of schema.json has no content");
    if (!sp_items(r, ret, 2 * json_object_size(content)))
        return false;
    json_object_foreach(content, key, value)
    {
        ret->data[i] = key_node(r, key, json_array_get(types, i / 2));
        ret->data[i + 1] = ret->data[i] ? sp_node(r, value) : NULL;
        if (!ret->data[i + 1])
            return within(r, key);
        i += 2;
    }
    return true;
}

/* A dict; of another class (OrderedDict, Bunch), an object with a dict's items. */
static const struct pk_node *dict_node(struct sp_reader *r, const json_t *node)
{
    const char *name = sp_string(node, "__class__");
    struct pk_node *ret;
    if (!name || strcmp(name, "dict") == 0) {
        ret = sp_new(r, PK_DICT);
        return ret && dict_items(r, node, &ret->items) ? ret : NULL;
    }
    ret = sp_object(r, PK_NEWOBJ, class_of(r, node), NULL);
    if (!ret)
        return NULL;
    ret->object.dict = lar_arena_alloc(r->arena, 1, sizeof *ret->object.dict);
    if (!ret->object.dict) {
        lar_arena_fail(r->arena, r->err, "the model");
        return NULL;
    }
    return dict_items(r, node, ret->object.dict) ? ret : NULL;
}

static const struct pk_node *default_dict(struct sp_reader *r, const json_t *node)
{
    return sp_node(r, json_object_get(json_object_get(node, "content"), "main"));
}

static const struct pk_node *sequence(struct sp_reader *r, const json_t *node, enum pk_kind kind)
{
    json_t *content = json_object_get(node, "content"), *element;
    struct pk_node *ret = sp_new(r, kind);
    size_t i;
    if (!json_is_array(content)) {
        lar_fail(r->err, LAR_ERR_FORMAT, "a list of schema.json has no content");
        return NULL;
    }
    if (!ret || !sp_items(r, &ret->items, json_array_size(content)))
        return NULL;
    json_array_foreach(content, i, element)
    {
        if (!(ret->items.data[i] = sp_node(r, element))) {
            char place[32];
            (void)snprintf(place, sizeof place, "[%zu]", i);
            within(r, place);
            return NULL;
        }
    }
    return ret;
}

static const struct pk_node *list_node(struct sp_reader *r, const json_t *node)
{
    return sequence(r, node, PK_LIST);
}

static const struct pk_node *tuple_node(struct sp_reader *r, const json_t *node)
{
    return sequence(r, node, PK_TUPLE);
}

static const struct pk_node *set_node(struct sp_reader *r, const json_t *node)
{
    const char *name = sp_string(node, "__class__");
    return sequence(r, node, name && strcmp(name, "frozenset") == 0 ? PK_FROZENSET : PK_SET);
}

static const struct pk_node *type_node(struct sp_reader *r, const json_t *node)
{
    const json_t *content = json_object_get(node, "content"); /* functions of protocol 0 */
    const char *module = sp_string(content, "module_path"), *name = sp_string(content, "function");
    return module && name ? sp_global(r, module, name) : class_of(r, node);
}

static const struct pk_node *slice_node(struct sp_reader *r, const json_t *node)
{
    static const char *const ends[] = {"start", "stop", "step"};
    const json_t *content = json_object_get(node, "content");
    struct pk_node *args = sp_new(r, PK_TUPLE);
    if (!args || !sp_items(r, &args->items, 3))
        return NULL;
    for (size_t i = 0; i < 3; i++) {
        const json_t *end = json_object_get(content, ends[i]);
        args->items.data[i] = end ? plain(r, end) : sp_new(r, PK_NONE);
        if (!args->items.data[i])
            return NULL;
    }
    return sp_object(r, PK_REDUCE, sp_global(r, "builtins", "slice"), args);
}

/* An object with the state that its content is. */
static const struct pk_node *object_node(struct sp_reader *r, const json_t *node)
{
    const json_t *content = json_object_get(node, "content");
    struct pk_node *ret = sp_object(r, PK_NEWOBJ, class_of(r, node), NULL);
    if (!ret || !content || json_is_null(content))
        return ret;
    ret->object.state = sp_node(r, content);
    return ret->object.state ? ret : NULL;
}

/* class(*args) with a state: trees and losses. */
static const struct pk_node *reduce_node(struct sp_reader *r, const json_t *node)
{
    const json_t *args = json_object_get(json_object_get(node, "__reduce__"), "args");
    const json_t *content = json_object_get(node, "content");
    const struct pk_node *tuple = args ? sp_node(r, args) : NULL;
    if (!tuple || tuple->kind != PK_TUPLE) {
        lar_fail(r->err, LAR_ERR_FORMAT, "an object of schema.json has no tuple of arguments");
        return NULL;
    }
    struct pk_node *ret = sp_object(r, PK_REDUCE, class_of(r, node), tuple);
    if (!ret || !content || json_is_null(content))
        return ret;
    ret->object.state = sp_node(r, content);
    return ret->object.state ? ret : NULL;
}

/* What Python would make by calling something: only what it is called. */
static const struct pk_node *opaque(struct sp_reader *r, const json_t *node)
{
    return sp_object(r, PK_REDUCE, class_of(r, node), NULL);
}

static const struct {
    const char *name;
    const struct pk_node *(*read)(struct sp_reader *r, const json_t *node);
} loaders[] = {
    {"JsonNode", json_node},
    {"DictNode", dict_node},
    {"DefaultDictNode", default_dict},
    {"_DictWithDeprecatedKeysNode", default_dict},
    {"ListNode", list_node},
    {"TupleNode", tuple_node},
    {"SetNode", set_node},
    {"FunctionNode", type_node},
    {"TypeNode", type_node},
    {"SliceNode", slice_node},
    {"ObjectNode", object_node},
    {"TreeNode", reduce_node},
    {"LossNode", reduce_node},
    {"SGDNode", reduce_node},
    {"NdArrayNode", sp_array},
    {"SparseMatrixNode", sp_sparse},
    {"DTypeNode", sp_dtype},
};

const struct pk_node *sp_node(struct sp_reader *r, const json_t *node)
{
    const char *loader = sp_string(node, "__loader__");
    const struct pk_node *ret = NULL;
    if (!loader) {
        lar_fail(r->err, LAR_ERR_FORMAT, "a node of schema.json has no __loader__");
        return NULL;
    }
    if (++r->depth > DEPTH) {
        lar_fail(r->err, LAR_ERR_LIMIT, "schema.json is nested deeper than %d", DEPTH);
        return NULL;
    }
    size_t i = 0, n = sizeof loaders / sizeof *loaders;
    while (i < n && strcmp(loaders[i].name, loader) != 0)
        i++;
    ret = i < n ? loaders[i].read(r, node) : opaque(r, node);
    r->depth--;
    return ret;
}

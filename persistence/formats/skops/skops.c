/* skops files: the zip, its schema, and small nodes; see skops.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/skops/reader.h"

#include <string.h>

/* NEWEST: the newest protocol that is known; older ones differ in nodes that stay opaque. */
enum { NEWEST = 2, MEMBERS = 1 << 20, RATIO = 1000, MOST_NODES = 1 << 24, MOST_GLOBALS = 4096 };

static const char schema_name[] = "schema.json";

bool sp_probe(const uint8_t *data, size_t size)
{
    return size > 4 && memcmp(data, "PK\3\4", 4) == 0 &&
           memmem(data, size, schema_name, sizeof schema_name - 1) != NULL;
}

struct pk_node *sp_new(struct sp_reader *r, enum pk_kind kind)
{
    if (r->nodes++ == MOST_NODES) {
        lar_fail(r->err, LAR_ERR_LIMIT, "the file has more than %d values", MOST_NODES);
        return NULL;
    }
    struct pk_node *node = lar_arena_alloc(r->arena, 1, sizeof *node);
    if (!node) {
        lar_arena_fail(r->arena, r->err, "the model");
        return NULL;
    }
    node->kind = kind;
    node->offset = UINT32_MAX; /* a place in JSON helps nobody: the path is in the message */
    return node;
}

struct pk_node *sp_text(struct sp_reader *r, const char *text, size_t size)
{
    struct pk_node *node = sp_new(r, PK_TEXT);
    if (!node)
        return NULL;
    char *copy = lar_arena_strndup(r->arena, text, size);
    if (!copy) {
        lar_arena_fail(r->arena, r->err, "the model");
        return NULL;
    }
    node->bytes = (struct pk_bytes){(const uint8_t *)copy, size};
    return node;
}

struct pk_node *sp_integer(struct sp_reader *r, int64_t value)
{
    struct pk_node *node = sp_new(r, PK_INT);
    if (node)
        node->integer = value;
    return node;
}

bool sp_items(struct sp_reader *r, struct pk_items *items, size_t n)
{
    const struct pk_node **data = lar_arena_alloc(r->arena, n ? n : 1, sizeof(struct pk_node *));
    if (!data)
        return lar_arena_fail(r->arena, r->err, "the model");
    *items = (struct pk_items){.data = data, .n = n, .room = n};
    return true;
}

struct pk_node *sp_global(struct sp_reader *r, const char *module, const char *name)
{
    struct pk_pickle *objects = &r->file->objects;
    for (size_t i = 0; i < objects->n_globals; i++) {
        const struct pk_node *known = objects->globals[i];
        if (pk_bytes_are(known->global.name, name) && pk_bytes_are(known->global.module, module))
            return (struct pk_node *)known;
    }
    if (objects->n_globals == MOST_GLOBALS) {
        lar_fail(r->err, LAR_ERR_LIMIT, "the file names more than %d classes and functions",
                 MOST_GLOBALS);
        return NULL;
    }
    if (objects->n_globals == r->globals_room) {
        size_t room = r->globals_room ? 2 * r->globals_room : 64;
        const struct pk_node **list = lar_arena_alloc(r->arena, room, sizeof(struct pk_node *));
        if (!list) {
            lar_arena_fail(r->arena, r->err, "the model");
            return NULL;
        }
        if (objects->n_globals)
            memcpy(list, objects->globals, objects->n_globals * sizeof *list);
        objects->globals = list;
        r->globals_room = room;
    }
    struct pk_node *node = sp_new(r, PK_GLOBAL);
    if (!node)
        return NULL;
    node->global.module = (struct pk_bytes){(const uint8_t *)module, strlen(module)};
    node->global.name = (struct pk_bytes){(const uint8_t *)name, strlen(name)};
    objects->globals[objects->n_globals++] = node;
    return node;
}

struct pk_node *sp_object(struct sp_reader *r, enum pk_maker maker, const struct pk_node *callable,
                          const struct pk_node *args)
{
    struct pk_node *node = sp_new(r, PK_OBJECT);
    if (!args && node)
        args = sp_new(r, PK_TUPLE);
    if (!node || !callable || !args)
        return NULL;
    node->object.maker = maker;
    node->object.callable = callable;
    node->object.args = args;
    return node;
}

const char *sp_string(const json_t *node, const char *key)
{
    return json_string_value(json_object_get(node, key));
}

static const struct lar_archive_member *find(const struct lar_archive *zip, const char *name)
{
    size_t low = 0, high = zip->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, zip->members[middle].name);
        if (order == 0)
            return &zip->members[middle];
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return NULL;
}

bool sp_member(struct sp_reader *r, const struct lar_archive *zip, const char *name,
               struct pk_bytes *ret)
{
    const struct lar_archive_member *member = find(zip, name);
    if (!member)
        return lar_fail(r->err, LAR_ERR_FORMAT, "the zip has no member '%.100s'", name);
    uint8_t *data = lar_arena_alloc_aligned(r->arena, member->size ? member->size : 1, 1, 16);
    if (!data)
        return lar_arena_fail(r->arena, r->err, "the model");
    *ret = (struct pk_bytes){data, member->size};
    return lar_archive_extract(member, data, r->err);
}

static bool read_schema(struct sp_reader *r)
{
    struct pk_bytes text;
    json_error_t why;
    if (!sp_member(r, &r->zip, schema_name, &text))
        return false;
    r->file->schema = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(r->file->schema))
        return lar_fail(r->err, LAR_ERR_FORMAT, "schema.json is no JSON object: line %d: %s",
                        why.line, r->file->schema ? "another value" : why.text);
    json_int_t protocol = json_integer_value(json_object_get(r->file->schema, "protocol"));
    if (protocol < 0 || protocol > NEWEST)
        return lar_fail(r->err, LAR_ERR_UNSUPPORTED,
                        "schema.json has protocol %lld; skops's protocols up to %d are supported",
                        (long long)protocol, NEWEST);
    return true;
}

bool sp_parse(struct sp_file *ret, const uint8_t *data, size_t size, size_t limit,
              struct lar_error *err)
{
    struct lar_arena *arena = ret->objects.arena;
    *ret = (struct sp_file){.objects = {.arena = arena}};
    struct sp_reader r = {.file = ret, .arena = arena, .err = err};
    r.limits = (struct lar_archive_limits){.bytes = limit, .members = MEMBERS, .ratio = RATIO};
    bool ok = lar_archive_open_zip(&r.zip, data, size, &r.limits, arena, err) && read_schema(&r) &&
              (ret->objects.root = sp_node(&r, ret->schema)) != NULL;
    lar_archive_finish(&r.zip);
    return ok;
}

void sp_finish(struct sp_file *file)
{
    json_decref(file->schema);
    *file = (struct sp_file){.schema = NULL};
}

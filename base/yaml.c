/* YAML events to a small tree; see yaml.h.
 * SPDX-License-Identifier: MIT */
#include "base/yaml.h"

#include <string.h>
#include <yaml.h>

struct reader {
    struct lar_arena *arena;
    struct lar_yaml_node *root, *open; /* open: the list or map that receives the next node */
    struct lar_yaml_node *last[LAR_YAML_DEPTH + 1]; /* newest child at each depth */
    uint32_t depth, n_nodes;
    const char *key; /* read, its value not yet */
    yaml_mark_t key_mark;
    bool done; /* the document has ended */
};

static bool fail_at(struct lar_error *err, const yaml_mark_t *mark, const char *what)
{
    return lar_fail(err, LAR_ERR_INVALID, "%zu:%zu: %s", mark->line + 1, mark->column + 1, what);
}

/* Hangs NODE into the open list or map. */
static bool attach(struct reader *r, struct lar_yaml_node *node, struct lar_error *err)
{
    if (++r->n_nodes > LAR_YAML_NODES)
        return lar_fail(err, LAR_ERR_LIMIT, "%u:%u: more than %d values", node->line, node->column,
                        LAR_YAML_NODES);
    node->parent = r->open;
    if (!r->open) {
        r->root = node;
        return true;
    }
    if (r->open->kind == LAR_YAML_MAP) {
        if (lar_yaml_member(r->open, r->key))
            return lar_fail(err, LAR_ERR_INVALID, "%zu:%zu: '%s' is given twice",
                            r->key_mark.line + 1, r->key_mark.column + 1, r->key);
        node->key = r->key;
        node->key_line = (uint32_t)r->key_mark.line + 1;
        node->key_column = (uint32_t)r->key_mark.column + 1;
        r->key = NULL;
    }
    if (r->last[r->depth])
        r->last[r->depth]->next = node;
    else
        r->open->first = node;
    r->last[r->depth] = node;
    r->open->n++;
    return true;
}

static bool add_scalar(struct reader *r, const yaml_event_t *event, struct lar_error *err)
{
    size_t length = event->data.scalar.length;
    const char *value = (const char *)event->data.scalar.value;
    if (event->data.scalar.anchor || event->data.scalar.tag)
        return fail_at(err, &event->start_mark, "anchors and tags are not supported");
    if (memchr(value, '\0', length))
        return fail_at(err, &event->start_mark, "a NUL character in a value");
    const char *text = lar_arena_strndup(r->arena, value, length);
    if (!text)
        return lar_arena_fail(r->arena, err, "settings");
    if (r->open && r->open->kind == LAR_YAML_MAP && !r->key) {
        r->key = text;
        r->key_mark = event->start_mark;
        return true;
    }
    struct lar_yaml_node *node = lar_arena_alloc(r->arena, 1, sizeof *node);
    if (!node)
        return lar_arena_fail(r->arena, err, "settings");
    node->kind = LAR_YAML_SCALAR;
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    node->text = text;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(r, node, err);
}

static bool open_node(struct reader *r, enum lar_yaml_kind kind, const yaml_event_t *event,
                      const void *anchor, const void *tag, struct lar_error *err)
{
    if (anchor || tag)
        return fail_at(err, &event->start_mark, "anchors and tags are not supported");
    if (r->open && r->open->kind == LAR_YAML_MAP && !r->key)
        return fail_at(err, &event->start_mark, "a key must be a plain word");
    if (r->depth == LAR_YAML_DEPTH)
        return fail_at(err, &event->start_mark, "nested too deeply");
    struct lar_yaml_node *node = lar_arena_alloc(r->arena, 1, sizeof *node);
    if (!node)
        return lar_arena_fail(r->arena, err, "settings");
    node->kind = kind;
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    if (!attach(r, node, err))
        return false;
    r->open = node;
    r->last[++r->depth] = NULL;
    return true;
}

static bool take_event(struct reader *r, const yaml_event_t *event, struct lar_error *err)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return add_scalar(r, event, err);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(r, LAR_YAML_LIST, event, event->data.sequence_start.anchor,
                         event->data.sequence_start.tag, err);
    case YAML_MAPPING_START_EVENT:
        return open_node(r, LAR_YAML_MAP, event, event->data.mapping_start.anchor,
                         event->data.mapping_start.tag, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        if (r->open) {
            r->open = r->open->parent;
            r->depth--;
        }
        return true;
    case YAML_ALIAS_EVENT: return fail_at(err, &event->start_mark, "aliases are not supported");
    case YAML_DOCUMENT_START_EVENT:
        return !r->done || fail_at(err, &event->start_mark, "a second document");
    case YAML_DOCUMENT_END_EVENT: r->done = true; return true;
    default: return true;
    }
}

static bool read_events(yaml_parser_t *parser, struct reader *r, struct lar_error *err)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            const char *what = parser->problem ? parser->problem : "unreadable";
            return parser->error == YAML_MEMORY_ERROR
                       ? lar_fail(err, LAR_ERR_NOMEM, "settings: out of memory")
                       : fail_at(err, &parser->problem_mark, what);
        }
        more = event.type != YAML_STREAM_END_EVENT;
        bool ok = take_event(r, &event, err);
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
    return true;
}

struct lar_yaml_node *lar_yaml_parse(const char *text, size_t size, struct lar_arena *arena,
                                     struct lar_error *err)
{
    if (size > LAR_YAML_BYTES) {
        lar_fail(err, LAR_ERR_LIMIT, "longer than %d bytes", LAR_YAML_BYTES);
        return NULL;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        lar_fail(err, LAR_ERR_NOMEM, "settings: out of memory");
        return NULL;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    struct reader r = {.arena = arena};
    bool ok = read_events(&parser, &r, err);
    yaml_parser_delete(&parser);
    if (!ok)
        return NULL;
    if (!r.root) {
        r.root = lar_arena_alloc(arena, 1, sizeof *r.root);
        if (!r.root) {
            lar_arena_fail(arena, err, "settings");
            return NULL;
        }
        *r.root = (struct lar_yaml_node){.kind = LAR_YAML_MAP, .line = 1, .column = 1};
    }
    return r.root;
}

struct lar_yaml_node *lar_yaml_member(const struct lar_yaml_node *map, const char *key)
{
    for (struct lar_yaml_node *node = map->first; node; node = node->next)
        if (strcmp(node->key, key) == 0)
            return node;
    return NULL;
}

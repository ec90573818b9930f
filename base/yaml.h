/* YAML as settings need it: maps, lists and plain scalars, each with its place in the file.
 *
 * What settings do not need is refused: aliases, anchors, tags, several documents, the same key
 * twice, more than LAR_YAML_BYTES or LAR_YAML_NODES, nesting beyond LAR_YAML_DEPTH.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/arena.h"

#include <stdint.h>

enum { LAR_YAML_BYTES = 1 << 20, LAR_YAML_DEPTH = 16, LAR_YAML_NODES = 4096 };

enum lar_yaml_kind { LAR_YAML_SCALAR, LAR_YAML_LIST, LAR_YAML_MAP };

struct lar_yaml_node {
    enum lar_yaml_kind kind;
    uint32_t line, column; /* from 1 */
    const char *text;      /* of a scalar, UTF-8 without NUL inside; NUL-terminated; else NULL */
    bool quoted;           /* a scalar in quotes or a block: text, never a number */
    const char *key;       /* as a member of a map; else NULL */
    uint32_t key_line, key_column;
    uint32_t n;                   /* children */
    struct lar_yaml_node *first;  /* child of a list or map, in the order of the file */
    struct lar_yaml_node *next;   /* sibling */
    struct lar_yaml_node *parent; /* NULL at the top */
};

/* Reads TEXT into a tree whose memory is ARENA's. A text without any node gives an empty map.
 * Errors begin with the place: "3:7: ...". */
struct lar_yaml_node *lar_yaml_parse(const char *text, size_t size, struct lar_arena *arena,
                                     struct lar_error *err);

/* The member KEY of a map, or NULL. */
struct lar_yaml_node *lar_yaml_member(const struct lar_yaml_node *map, const char *key);

#endif

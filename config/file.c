/* Settings from a YAML file.
 * SPDX-License-Identifier: MIT */
#include "base/yaml.h"
#include "config/keys.h"

#include <string.h>

struct reading {
    struct lar_config *config;
    const char *file;
    bool given[256]; /* by key: so that nested and dotted spellings cannot both be there */
};

static bool fail_at(const struct reading *r, uint32_t line, uint32_t column, struct lar_error *err)
{
    return lar_error_within(err, "%s:%u:%u", r->file, line, column);
}

static bool read_list(struct reading *r, const struct lar_key *key,
                      const struct lar_yaml_node *node, struct lar_error *err)
{
    for (const struct lar_yaml_node *item = node->first; item; item = item->next) {
        if (item->kind != LAR_YAML_SCALAR)
            lar_fail(err, LAR_ERR_INVALID, "'%s' wants %s", key->name,
                     lar_key_type_name(key->type));
        if (err->code || !lar_key_set(r->config, key, item->text, err))
            return fail_at(r, item->line, item->column, err);
    }
    return true;
}

static bool read_value(struct reading *r, const struct lar_key *key,
                       const struct lar_yaml_node *node, struct lar_error *err)
{
    bool *given = &r->given[key - lar_keys];
    if (*given) {
        lar_fail(err, LAR_ERR_INVALID, "'%s' is given twice", key->name);
        return fail_at(r, node->key_line, node->key_column, err);
    }
    *given = true;
    lar_key_clear(r->config, key);
    if (key->type == LAR_KEY_LIST && node->kind == LAR_YAML_LIST)
        return read_list(r, key, node, err);
    bool number =
        key->type == LAR_KEY_INTEGER || key->type == LAR_KEY_SIZE || key->type == LAR_KEY_DURATION;
    if (node->kind != LAR_YAML_SCALAR || (number && node->quoted))
        lar_fail(err, LAR_ERR_INVALID, "'%s' wants %s, not %s", key->name,
                 lar_key_type_name(key->type),
                 node->kind == LAR_YAML_LIST  ? "a list"
                 : node->kind == LAR_YAML_MAP ? "a map"
                                              : "a text in quotes");
    else
        lar_key_set(r->config, key, node->text, err);
    return !err->code || fail_at(r, node->line, node->column, err);
}

static bool unknown_key(const struct reading *r, const struct lar_yaml_node *node, const char *name,
                        struct lar_error *err)
{
    const struct lar_key *nearest = lar_key_nearest(name);
    if (nearest)
        lar_fail(err, LAR_ERR_INVALID, "no key '%.64s'; did you mean '%s'?", name, nearest->name);
    else
        lar_fail(err, LAR_ERR_INVALID, "no key '%.64s'", name);
    return fail_at(r, node->key_line, node->key_column, err);
}

/* Whether NAME is what stands before a dot in some key. */
static bool is_group(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < lar_n_keys; i++)
        if (strncmp(lar_keys[i].name, name, n) == 0 && lar_keys[i].name[n] == '.')
            return true;
    return false;
}

static bool read_member(struct reading *r, const char *group, const struct lar_yaml_node *node,
                        struct lar_error *err)
{
    char name[LAR_KEY_NAME_BYTES];
    int n = snprintf(name, sizeof name, "%s%s%s", group, *group ? "." : "", node->key);
    if (n < 0 || (size_t)n >= sizeof name)
        return unknown_key(r, node, node->key, err);
    if (node->kind == LAR_YAML_MAP && !*group && is_group(name)) {
        for (const struct lar_yaml_node *m = node->first; m; m = m->next)
            if (!read_member(r, name, m, err))
                return false;
        return true;
    }
    const struct lar_key *key = lar_key_find(name);
    return key ? read_value(r, key, node, err) : unknown_key(r, node, name, err);
}

bool lar_config_read(struct lar_config *config, const char *name, const char *text, size_t size,
                     struct lar_error *err)
{
    struct lar_arena tree;
    lar_arena_init(&tree, 4 << 20);
    struct reading r = {.config = config, .file = name};
    const struct lar_yaml_node *root = lar_yaml_parse(text, size, &tree, err);
    if (!root) {
        /* "3:7: ..." follows the name directly. */
        struct lar_error inner = *err;
        lar_error_clear(err);
        lar_fail(err, inner.code, "%s%s%s", name, inner.code == LAR_ERR_INVALID ? ":" : ": ",
                 inner.text);
    } else if (root->kind != LAR_YAML_MAP) {
        lar_fail(err, LAR_ERR_INVALID, "wants keys and values");
        fail_at(&r, root->line, root->column, err);
    } else {
        for (const struct lar_yaml_node *node = root->first; node && !err->code; node = node->next)
            read_member(&r, "", node, err);
    }
    lar_arena_finish(&tree);
    return !err->code;
}

/* Reading model.yaml; see model_settings.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/model_settings.h"

#include "base/yaml.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { TREE = 4 << 20, DIGITS = 18, INPUTS = 4096 };

static bool fail_at(const struct lar_yaml_node *node, struct lar_error *err, const char *wanted)
{
    const char *key = node->key                           ? node->key
                      : node->parent && node->parent->key ? node->parent->key
                                                          : "the file";
    return lar_fail(err, LAR_ERR_INVALID, "%u:%u: %.64s wants %s", node->line, node->column, key,
                    wanted);
}

static bool read_number(const struct lar_yaml_node *node, uint64_t *ret, struct lar_error *err)
{
    size_t n =
        node->kind == LAR_YAML_SCALAR && !node->quoted ? strspn(node->text, "0123456789") : 0;
    if (n == 0 || n > DIGITS || node->text[n] || (*ret = strtoull(node->text, NULL, 10)) == 0)
        return fail_at(node, err, "a positive whole number");
    return true;
}

static bool read_versions(struct lar_model_settings *ret, const struct lar_yaml_node *list,
                          struct lar_error *err)
{
    if (list->kind != LAR_YAML_LIST || list->n > LAR_POLICY_VERSIONS)
        return fail_at(list, err, "a list of at most 256 versions");
    ret->versions = calloc(list->n + 1, sizeof *ret->versions);
    if (!ret->versions)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a policy");
    for (const struct lar_yaml_node *item = list->first; item; item = item->next)
        if (!read_number(item, &ret->versions[ret->n_versions++], err))
            return false;
    ret->policy = LAR_POLICY_LISTED;
    return true;
}

static bool read_policy(struct lar_model_settings *ret, const struct lar_yaml_node *node,
                        struct lar_error *err)
{
    const struct lar_yaml_node *only = node->kind == LAR_YAML_MAP ? node->first : NULL;
    if (node->kind == LAR_YAML_SCALAR && strcmp(node->text, "all") == 0)
        return true;
    if (only && !only->next && strcmp(only->key, "latest") == 0) {
        ret->policy = LAR_POLICY_LATEST;
        return read_number(only, &ret->latest, err);
    }
    if (only && !only->next && strcmp(only->key, "versions") == 0)
        return read_versions(ret, only, err);
    return fail_at(node, err, "'all', {latest: N} or {versions: [N, ...]}");
}

static bool read_method(json_t *options, const struct lar_yaml_node *node, struct lar_error *err)
{
    if (node->kind != LAR_YAML_SCALAR || !*node->text)
        return fail_at(node, err, "a method's name");
    return json_object_set_new(options, "default_method", json_string(node->text)) == 0 ||
           lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's settings");
}

static bool read_inputs(json_t *options, const struct lar_yaml_node *list, struct lar_error *err)
{
    json_t *names = json_array();
    if (list->kind != LAR_YAML_LIST || list->n == 0 || list->n > INPUTS)
        fail_at(list, err, "a list of names");
    for (const struct lar_yaml_node *item = list->first; item && !err->code; item = item->next) {
        if (item->kind != LAR_YAML_SCALAR || !*item->text)
            fail_at(item, err, "a list of names");
        else if (json_array_append_new(names, json_string(item->text)))
            lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's settings");
    }
    if (!err->code && json_object_set(options, "inputs", names))
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's settings");
    json_decref(names);
    return !err->code;
}

static bool read_member(struct lar_model_settings *ret, json_t *options,
                        const struct lar_yaml_node *node, struct lar_error *err)
{
    if (strcmp(node->key, "policy") == 0)
        return read_policy(ret, node, err);
    if (strcmp(node->key, "keep") == 0)
        return read_number(node, &ret->keep, err);
    if (strcmp(node->key, "default_method") == 0)
        return read_method(options, node, err);
    if (strcmp(node->key, "inputs") == 0)
        return read_inputs(options, node, err);
    return lar_fail(err, LAR_ERR_INVALID,
                    "%u:%u: no key '%.64s'; there are policy, keep, default_method and inputs",
                    node->key_line, node->key_column, node->key);
}

static bool read_root(struct lar_model_settings *ret, json_t *options,
                      const struct lar_yaml_node *root, struct lar_error *err)
{
    if (root->kind != LAR_YAML_MAP)
        return fail_at(root, err, "keys and values");
    for (const struct lar_yaml_node *node = root->first; node; node = node->next)
        if (!read_member(ret, options, node, err))
            return false;
    if (json_object_size(options) == 0)
        return true;
    ret->options = json_dumps(options, JSON_COMPACT | JSON_SORT_KEYS);
    return ret->options || lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's settings");
}

bool lar_model_settings_parse(struct lar_model_settings *ret, const char *text, size_t size,
                              struct lar_error *err)
{
    struct lar_arena tree;
    *ret = (struct lar_model_settings){0};
    if (size > LAR_MODEL_SETTINGS_BYTES)
        return lar_fail(err, LAR_ERR_LIMIT, "larger than %d bytes", LAR_MODEL_SETTINGS_BYTES);
    lar_arena_init(&tree, TREE);
    const struct lar_yaml_node *root = lar_yaml_parse(text, size, &tree, err);
    json_t *options = json_object();
    bool ok = root && options && read_root(ret, options, root, err);
    if (root && !options)
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model's settings");
    json_decref(options);
    lar_arena_finish(&tree);
    if (!ok)
        lar_model_settings_finish(ret);
    return ok;
}

void lar_model_settings_finish(struct lar_model_settings *settings)
{
    free(settings->versions);
    free(settings->options);
    *settings = (struct lar_model_settings){0};
}

bool lar_model_settings_lists(const struct lar_model_settings *settings, uint64_t version)
{
    for (size_t i = 0; i < settings->n_versions; i++)
        if (settings->versions[i] == version)
            return true;
    return false;
}

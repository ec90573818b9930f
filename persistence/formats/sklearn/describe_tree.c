/* The class tree; see describe_tree.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/describe_tree.h"

#include "persistence/formats/pickle/numpy.h"
#include "persistence/formats/sklearn/estimator.h"

#include <stdio.h>
#include <string.h>

enum { NODES = 100, DEPTH = 16, LISTS = 4, LOOKED = 100000, PLACE = 160 };

struct walk {
    const struct pk_node *met[NODES];
    size_t n_met, looked;
    bool more;
};

/* An estimator: a class that is read, one that says which release of scikit-learn wrote it, or a
 * class of a user's own. */
static bool is_estimator(const struct pk_node *node)
{
    static const char *const others[] = {"numpy.", "scipy.",   "pandas.",  "collections",
                                         "joblib", "builtins", "sklearn.", "datetime"};
    const struct pk_node *class = pk_class(node);
    if (!class || class->kind != PK_GLOBAL || np_is_array(node))
        return false;
    if (sk_class_of(node) || pk_attribute(node, "_sklearn_version"))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (pk_bytes_begin(class->global.module, others[i]))
            return false;
    return node->object.state && (node->object.state->kind == PK_DICT);
}

static bool is_met(struct walk *w, const struct pk_node *node)
{
    for (size_t i = 0; i < w->n_met; i++)
        if (w->met[i] == node)
            return true;
    return false;
}

static json_t *describe(struct walk *w, const struct pk_node *node, const char *place,
                        unsigned depth);

/* Adds CHILD, or counts it with the one before it where both are leaves of one class. */
static void add(json_t *children, json_t *child)
{
    size_t n = json_array_size(children);
    json_t *last = n ? json_array_get(children, n - 1) : NULL;
    const char *a = json_string_value(json_object_get(child, "class"));
    const char *b = json_string_value(json_object_get(last, "class"));
    const char *p = json_string_value(json_object_get(child, "place"));
    const char *q = json_string_value(json_object_get(last, "place"));
    bool alike = a && b && p && q && strcmp(a, b) == 0 && !json_object_get(child, "children") &&
                 !json_object_get(last, "children") && strcspn(p, "[") == strcspn(q, "[") &&
                 p[strcspn(p, "[")] == '[' && strncmp(p, q, strcspn(p, "[")) == 0;
    if (!alike) {
        (void)json_array_append_new(children, child);
        return;
    }
    json_int_t count = json_integer_value(json_object_get(last, "count"));
    (void)json_object_set_new(last, "count", json_integer(count ? count + 1 : 2));
    json_decref(child);
}

/* The name in an entry (name, estimator, ...) of a list, or NULL. */
static const struct pk_node *name_of(const struct pk_node *entry)
{
    if (!entry || entry->kind != PK_TUPLE || entry->items.n < 2)
        return NULL;
    const struct pk_node *name = entry->items.data[0];
    return name && name->kind == PK_TEXT ? name : NULL;
}

/* How the element of a list or dict is told: [0], [0] 'scaler', ['scaler']. */
static void place_of(char to[PLACE], const char *place, const struct pk_node *holder, size_t i)
{
    const struct pk_node *item = holder->items.data[i];
    const struct pk_node *name = holder->kind == PK_DICT ? item : name_of(item);
    int n = name && name->kind == PK_TEXT && name->bytes.size < 64 ? (int)name->bytes.size : 0;
    const char *text = n ? (const char *)name->bytes.data : "";
    if (holder->kind == PK_DICT)
        (void)snprintf(to, PLACE, "%.64s['%.*s']", place, n, text);
    else if (n)
        (void)snprintf(to, PLACE, "%.64s[%zu] '%.*s'", place, i, n, text);
    else
        (void)snprintf(to, PLACE, "%.64s[%zu]", place, i);
}

/* Looks for estimators in VALUE, which may be one, or a list, tuple, dict or array of them. */
static void look(struct walk *w, const struct pk_node *value, const char *place, json_t *children,
                 unsigned depth, unsigned lists)
{
    if (!value || lists > LISTS || w->looked++ > LOOKED)
        return;
    if (is_estimator(value)) {
        if (is_met(w, value))
            return;
        if (depth == DEPTH || w->n_met == NODES) {
            w->more = true;
            return;
        }
        add(children, describe(w, value, place, depth));
        return;
    }
    bool dict = value->kind == PK_DICT,
         holds = dict || value->kind == PK_LIST || value->kind == PK_TUPLE;
    if (value->kind == PK_ARRAY && value->array.nested)
        look(w, value->array.nested, place, children, depth, lists + 1);
    if (value->kind == PK_OBJECT && np_is_array(value)) /* the state's last part: a list of all */
        look(w, value->object.state, place, children, depth, lists + 1);
    for (size_t i = 0; holds && i < value->items.n; i += dict ? 2 : 1) {
        char inner[PLACE];
        const struct pk_node *item = value->items.data[i];
        if (item && name_of(item) == NULL && item->kind != PK_OBJECT && !dict &&
            item->kind != PK_LIST && item->kind != PK_TUPLE && item->kind != PK_ARRAY)
            continue;
        if (item && item->kind == PK_TEXT && !dict)
            continue;
        place_of(inner, place, value, i);
        if (!dict || i + 1 < value->items.n)
            look(w, dict ? value->items.data[i + 1] : item, !dict && name_of(value) ? place : inner,
                 children, depth, lists + 1);
    }
}

/* Whether attribute NAME stands for what another one has fitted: steps and steps_. */
static bool is_template(const struct pk_node *object, struct pk_bytes name)
{
    static const char *const fitted[] = {"%.*s_", "best_%.*s_", "%.*ss_"};
    char text[96];
    if (pk_bytes_begin(name, "named_") || pk_bytes_begin(name, "_"))
        return true;
    if ((pk_bytes_begin(name, "base_estimator") || pk_bytes_begin(name, "estimator")) &&
        !pk_bytes_begin(name, "estimators") && pk_attribute(object, "estimators_"))
        return true;
    if (name.size > 64 || name.size == 0 || name.data[name.size - 1] == '_')
        return false;
    for (size_t i = 0; i < sizeof fitted / sizeof *fitted; i++) {
        (void)snprintf(text, sizeof text, fitted[i], (int)name.size, (const char *)name.data);
        const struct pk_node *there = pk_attribute(object, text);
        if (there && there->kind != PK_NONE)
            return true;
    }
    return false;
}

static void look_into(struct walk *w, const struct pk_node *object, const struct pk_node *state,
                      json_t *children, unsigned depth)
{
    char place[PLACE];
    for (size_t i = 0; state && state->kind == PK_DICT && i + 1 < state->items.n; i += 2) {
        const struct pk_node *key = state->items.data[i];
        if (key->kind != PK_TEXT || is_template(object, key->bytes))
            continue;
        (void)snprintf(place, sizeof place, "%.*s",
                       (int)(key->bytes.size < 64 ? key->bytes.size : 64),
                       (const char *)key->bytes.data);
        look(w, state->items.data[i + 1], place, children, depth, 0);
    }
}

static json_t *describe(struct walk *w, const struct pk_node *node, const char *place,
                        unsigned depth)
{
    char what[256];
    json_t *children = json_array();
    json_t *ret = json_object();
    w->met[w->n_met++] = node;
    (void)json_object_set_new(ret, "class", json_string(pk_describe(node, what, sizeof what)));
    if (*place)
        (void)json_object_set_new(ret, "place", json_string(place));
    const struct pk_node *state = node->kind == PK_OBJECT ? node->object.state : NULL;
    if (state && state->kind == PK_TUPLE && state->items.n == 2)
        state = state->items.data[0];
    look_into(w, node, state, children, depth + 1);
    if (node->kind != PK_OBJECT) /* a list or dict on top */
        look(w, node, "", children, depth + 1, 0);
    if (json_array_size(children))
        (void)json_object_set(ret, "children", children);
    json_decref(children);
    return ret;
}

json_t *sk_describe_tree(const struct pk_node *node)
{
    struct walk w = {.n_met = 0};
    json_t *ret = describe(&w, node, "", 0);
    if (w.more)
        (void)json_object_set_new(ret, "more", json_true());
    return ret;
}

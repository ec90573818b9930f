/* What stands at the top of a file and is no estimator, but may hold one: said so that the user
 * knows what to dump.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"

#include <stdio.h>
#include <string.h>

enum { SEARCHED = 2000, SEARCH_DEPTH = 4, PLACE = 100 };

/* Estimators found inside, with their places. */
struct found {
    struct sk_context *sk;
    char text[360];
    size_t used, looked, n, left_out;
};

/* Whether NODE is an estimator, readable or not: an object of scikit-learn's with a state that
 * is no plain container of its own, as Bunch is. */
static bool is_estimator(const struct pk_node *node)
{
    return sk_class_of(node) ||
           (sk_is_inside(pk_class(node), "sklearn") && node->object.state && !node->object.dict);
}

static void note(struct found *f, const struct pk_node *node, const char *place)
{
    char what[256];
    size_t room = sizeof f->text - f->used;
    int n = snprintf(f->text + f->used, room, "%s%s: %s", f->n ? ", " : "", place,
                     sk_describe(f->sk, node, what, sizeof what));
    if (n > 0 && (size_t)n < room && !f->left_out) {
        f->used += (size_t)n;
        f->n++;
    } else {
        f->text[f->used] = 0;
        f->left_out++;
    }
}

static void look(struct found *f, const struct pk_node *node, const char *place, unsigned depth);

/* The key of a dict as Python would write it: 'a text' or a number. */
static void write_key(const struct pk_node *key, char *out, size_t size)
{
    int64_t number;
    if (key->kind == PK_TEXT) {
        int n = key->bytes.size < 30 ? (int)key->bytes.size : 30;
        (void)snprintf(out, size, "'%.*s'", n, (const char *)key->bytes.data);
    } else if (pk_get_i64(key, &number)) {
        (void)snprintf(out, size, "%lld", (long long)number);
    } else {
        (void)snprintf(out, size, "?");
    }
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7E)
            *p = '?';
}

static void look_in_dict(struct found *f, const struct pk_items *items, const char *place,
                         unsigned depth)
{
    char inner[PLACE], key[40];
    for (size_t i = 0; i + 1 < items->n; i += 2) {
        write_key(items->data[i], key, sizeof key);
        (void)snprintf(inner, sizeof inner, "%.50s[%s]", place, key);
        look(f, items->data[i + 1], inner, depth + 1);
    }
}

static void look_in_list(struct found *f, const struct pk_items *items, const char *place,
                         unsigned depth)
{
    char inner[PLACE];
    for (size_t i = 0; i < items->n; i++) {
        (void)snprintf(inner, sizeof inner, "%.50s[%zu]", place, i);
        look(f, items->data[i], inner, depth + 1);
    }
}

/* The attributes of an object of some user's class. */
static void look_in_object(struct found *f, const struct pk_node *object, const char *place,
                           unsigned depth)
{
    const struct pk_node *state = object->object.state;
    char inner[PLACE];
    if (object->object.dict)
        look_in_dict(f, object->object.dict, place, depth);
    if (object->object.list)
        look_in_list(f, object->object.list, place, depth);
    if (state && state->kind == PK_TUPLE && state->items.n == 2)
        state = state->items.data[0];
    if (!state || state->kind != PK_DICT)
        return;
    for (size_t i = 0; i + 1 < state->items.n; i += 2) {
        const struct pk_node *name = state->items.data[i];
        if (name->kind != PK_TEXT)
            continue;
        (void)snprintf(inner, sizeof inner, "%.50s.%.*s", place,
                       name->bytes.size < 30 ? (int)name->bytes.size : 30,
                       (const char *)name->bytes.data);
        look(f, state->items.data[i + 1], inner, depth + 1);
    }
}

static void look(struct found *f, const struct pk_node *node, const char *place, unsigned depth)
{
    struct pk_items items;
    struct np_array array;
    struct lar_error ignored = {0};
    uint64_t count;
    if (!node || depth == SEARCH_DEPTH || f->looked++ > SEARCHED)
        return;
    if (depth && is_estimator(node)) {
        note(f, node, place);
    } else if (np_is_array(node)) {
        if (np_array(&array, node, f->sk->arena, &ignored) && array.objects &&
            array.shape.rank == 1 && lar_shape_count(&array.shape, &count)) {
            items = (struct pk_items){.data = array.objects, .n = (size_t)count};
            look_in_list(f, &items, place, depth);
        }
    } else if (node->kind == PK_DICT) {
        look_in_dict(f, &node->items, place, depth);
    } else if (node->kind == PK_LIST || node->kind == PK_TUPLE) {
        look_in_list(f, &node->items, place, depth);
    } else if (node->kind == PK_OBJECT) {
        look_in_object(f, node, place, depth);
    }
}

static bool is_made_by(const struct pk_node *object, const char *name)
{
    return object->kind == PK_OBJECT && pk_is_global(object->object.callable, "collections", name);
}

/* What a file may hold that people take for a model: how to call it, or NULL. */
static const char *container(const struct pk_node *object, char *buffer, size_t size)
{
    char what[200];
    const struct pk_node *class = pk_class(object);
    bool data = sk_is_inside(class, "pandas");
    if (np_is_array(object))
        return "an array (numpy.ndarray)";
    if (is_made_by(object, "OrderedDict") || is_made_by(object, "defaultdict"))
        return "a dict";
    if (data || object->kind == PK_DICT || object->kind == PK_LIST || object->kind == PK_TUPLE ||
        object->kind == PK_SET || object->kind == PK_FROZENSET) {
        (void)snprintf(buffer, size, "a %s", pk_describe(object, what, sizeof what));
        return buffer;
    }
    return object->kind == PK_OBJECT && object->object.dict ? "a dict" : NULL;
}

bool sk_refuse_top(struct sk_context *sk, const struct pk_node *object)
{
    struct found found = {.sk = sk};
    char more[40] = "", what[256];
    const char *kind = object ? container(object, what, sizeof what) : NULL;
    if (object && (kind || !sk_is_inside(pk_class(object), "sklearn")))
        look(&found, object, "", 0);
    if (found.left_out)
        (void)snprintf(more, sizeof more, " and %zu more", found.left_out);
    if (kind && found.n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the file holds %s, not a model. Dump the fitted estimator itself: "
                       "joblib.dump(model, 'model.joblib'). Found inside: %s%s",
                       kind, found.text, more);
    if (kind)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the file holds %s, not a model, and no estimator of scikit-learn is "
                       "inside. Dump the fitted estimator itself: "
                       "joblib.dump(model, 'model.joblib')",
                       kind);
    if (found.n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s is no class of scikit-learn, and no code of a file is ever run. Dump "
                       "the fitted estimator inside it: %s%s",
                       sk_describe(sk, object, what, sizeof what), found.text, more);
    return sk_refuse(sk, object);
}

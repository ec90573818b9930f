/* What is no estimator that can be read: said so that the user knows what to do.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 64, SEARCHED = 200, SEARCH_DEPTH = 4 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* The edit distance of two names; longer ones than NAME count as far. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[NAME + 1];
    if (n > NAME || m > NAME)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[m];
}

static const char *nearest(struct pk_bytes name)
{
    const char *best = "";
    size_t best_distance = SIZE_MAX;
    for (const struct sk_class *row = sk_classes; row->package; row++) {
        size_t d = distance((const char *)name.data, name.size, row->name, strlen(row->name));
        if (d < best_distance) {
            best_distance = d;
            best = row->name;
        }
    }
    return best;
}

static bool from_sklearn(const struct pk_node *class)
{
    static const char prefix[] = "sklearn.";
    return class->global.module.size >= sizeof prefix - 1 &&
           memcmp(class->global.module.data, prefix, sizeof prefix - 1) == 0;
}

/* The callable of an object that is no instance of a class: what Python would have called. */
static const struct pk_node *called(const struct pk_node *object)
{
    return object && object->kind == PK_OBJECT && object->object.callable ? object->object.callable
                                                                          : NULL;
}

bool sk_refuse(struct sk_context *sk, const struct pk_node *object)
{
    char what[256];
    const struct pk_node *class = pk_class(object);
    if (!object)
        return sk_fail(sk, LAR_ERR_FORMAT, "an estimator is missing");
    pk_describe(object, what, sizeof what);
    if (object->kind == PK_GLOBAL)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s itself, a class or function by name, is no fitted estimator", what);
    if (class && class->kind == PK_GLOBAL && from_sklearn(class))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s is not supported. The supported class with the nearest name is %s", what,
                       nearest(class->global.name));
    if (class && class->kind == PK_GLOBAL)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s is no class of scikit-learn: its code is not in the file, and no code "
                       "of a file is ever run. Supported are scikit-learn's own estimators",
                       what);
    if (called(object))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s: the file asks to call %s, which is never done. Supported are "
                       "scikit-learn's fitted estimators",
                       what, pk_describe(called(object), (char[256]){0}, 256));
    return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s is no estimator of scikit-learn", what);
}

/* Where an estimator was found inside a container at the top. */
struct found {
    char text[300];
    size_t used, looked, n;
};

static void note(struct found *f, const struct pk_node *node, const char *place)
{
    char what[256];
    int n = snprintf(f->text + f->used, sizeof f->text - f->used, "%s%s at %s", f->n ? ", " : "",
                     pk_describe(node, what, sizeof what), place);
    if (n > 0 && (size_t)n < sizeof f->text - f->used) {
        f->used += (size_t)n;
        f->n++;
    } else {
        f->text[f->used] = 0;
    }
}

static void look(struct found *f, const struct pk_node *node, const char *place, unsigned depth)
{
    bool dict = node && node->kind == PK_DICT;
    if (!node || depth == SEARCH_DEPTH || f->looked++ > SEARCHED)
        return;
    if (sk_class_of(node)) {
        note(f, node, place);
        return;
    }
    if (!dict && node->kind != PK_LIST && node->kind != PK_TUPLE)
        return;
    for (size_t i = 0; i < node->items.n; i += dict ? 2 : 1) {
        char inner[96], key[40] = "?";
        const struct pk_node *name = node->items.data[i];
        if (dict && name && name->kind == PK_TEXT)
            (void)snprintf(key, sizeof key, "'%.*s'",
                           (int)(name->bytes.size < 30 ? name->bytes.size : 30),
                           (const char *)name->bytes.data);
        else if (!dict)
            (void)snprintf(key, sizeof key, "%zu", i);
        (void)snprintf(inner, sizeof inner, "%.40s[%s]", place, key);
        if (!dict || i + 1 < node->items.n)
            look(f, node->items.data[dict ? i + 1 : i], inner, depth + 1);
    }
}

bool sk_refuse_top(struct sk_context *sk, const struct pk_node *object)
{
    char what[256];
    struct found found = {.n = 0};
    if (object &&
        (object->kind == PK_DICT || object->kind == PK_LIST || object->kind == PK_TUPLE)) {
        look(&found, object, "", 0);
        pk_describe(object, what, sizeof what);
        if (found.n)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "the file holds a %s, not a model. Write the fitted estimator itself; "
                           "found inside: %s",
                           what, found.text);
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the file holds a %s without an estimator that is supported. Write the "
                       "fitted estimator itself",
                       what);
    }
    if (np_is_array(object))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the file holds an array (numpy.ndarray), not a model");
    return sk_refuse(sk, object);
}

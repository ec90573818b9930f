/* What is no estimator that can be read: said so that the user knows what to do.
 * SPDX-License-Identifier: MIT */
#include "base/alike.h"
#include "persistence/formats/pickle/by_value.h"
#include "persistence/formats/sklearn/attributes.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The supported class that may have been meant, or NULL. */
static const char *meant(struct pk_bytes name)
{
    const char *best = NULL;
    size_t best_steps = SIZE_MAX;
    for (const struct sk_class *row = sk_classes; row->package; row++) {
        size_t steps = lar_alike((const char *)name.data, name.size, row->name, strlen(row->name));
        if (steps < best_steps) {
            best_steps = steps;
            best = row->name;
        }
    }
    return best;
}

const char *sk_describe(const struct sk_context *sk, const struct pk_node *node, char *buffer,
                        size_t size)
{
    char what[200];
    pk_describe(node, what, sizeof what);
    if (node && (node->kind == PK_GLOBAL || node->kind == PK_OBJECT) && node->offset != UINT32_MAX)
        (void)snprintf(buffer, size, "%s (%sbyte %u)", what, sk->stream, node->offset);
    else
        (void)snprintf(buffer, size, "%s", what);
    return buffer;
}

static bool refuse_by_value(struct sk_context *sk, const struct pk_node *object, const char *what)
{
    const struct pk_node *callable = object->kind == PK_OBJECT ? object->object.callable : NULL;
    if (!pk_by_value(object, NULL) && !pk_by_value(callable, NULL))
        return true;
    return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                   "%s has its code in the file, which is never run. Supported are scikit-learn's "
                   "own estimators",
                   what);
}

bool sk_refuse(struct sk_context *sk, const struct pk_node *object)
{
    char what[256], callable[256];
    const struct pk_node *class = pk_class(object);
    if (!object)
        return sk_fail(sk, LAR_ERR_FORMAT, "an estimator is missing");
    sk_describe(sk, object, what, sizeof what);
    if (!refuse_by_value(sk, object, what))
        return false;
    if (object->kind == PK_GLOBAL)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s itself, a class or function by name, is no fitted estimator", what);
    if (sk_is_inside(class, "sklearn")) {
        const char *other = meant(class->global.name);
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s is not supported. docs/sklearn.md lists the classes that are%s%s", what,
                       other ? "; the nearest name among them is " : "", other ? other : "");
    }
    if (class)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s is no class of scikit-learn: its code is not in the file, and no code "
                       "of a file is ever run. Supported are scikit-learn's own estimators",
                       what);
    if (object->kind == PK_OBJECT)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s: the file asks to call %s, which is never done. Supported are "
                       "scikit-learn's fitted estimators",
                       what, pk_describe(object->object.callable, callable, sizeof callable));
    return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s is no estimator of scikit-learn", what);
}

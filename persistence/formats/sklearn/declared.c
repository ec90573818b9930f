/* Signatures against models; see declared.h. MLflow hands the declared columns on in their order,
 * converted to their types; integers and booleans then become float64 in scikit-learn, and so they
 * do here.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/declared.h"

#include "persistence/formats/sklearn/frame.h"

#include <string.h>

static bool refuse(struct sk_context *sk, const char *column, const char *called, const char *want)
{
    return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                   "the signature declares column %s as %s, but the model reads %s", column, called,
                   want);
}

bool sk_declared_names(struct sk_context *sk)
{
    struct sk_root *root = &sk->root;
    const struct lar_declared *declared = root->declared;
    if (root->names || !declared || !declared->columns || !declared->columns[0].name)
        return true;
    const char **names = sk_alloc(sk, declared->n, sizeof *names);
    for (size_t i = 0; names && i < declared->n; i++) {
        const char *name = declared->columns[i].name;
        if (!(names[i] = lar_arena_strndup(sk->arena, name, strlen(name))))
            return lar_arena_fail(sk->arena, sk->err, "a name");
    }
    root->names = names;
    root->n_names = declared->n;
    root->names_declared = true;
    return names != NULL;
}

/* The type of column I of the model, as CALLED in the signature. */
static bool declare(struct sk_context *sk, size_t i, enum lar_type type, const char *called,
                    enum lar_type *ret)
{
    uint8_t uses = sk->root.uses[i];
    *ret = type;
    if (!uses)
        return true;
    if ((uses & SK_TEXT) && type != LAR_TYPE_STRING)
        return refuse(sk, sk_root_name(sk, i), called, "text");
    if ((uses & SK_NUMBER) && (type == LAR_TYPE_STRING || type == LAR_TYPE_END))
        return refuse(sk, sk_root_name(sk, i), called, "numbers");
    return type != LAR_TYPE_END || refuse(sk, sk_root_name(sk, i), called, "numbers or text");
}

static bool declare_tensor(struct sk_context *sk, enum lar_type *types)
{
    const struct lar_declared *declared = sk->root.declared;
    if (declared->width >= 0 && (size_t)declared->width != sk->root.n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the signature declares %lld columns, but the model was fitted with %zu",
                       (long long)declared->width, sk->root.n);
    for (size_t i = 0; i < sk->root.n; i++)
        if (!declare(sk, i, declared->type, declared->called, &types[i]))
            return false;
    return true;
}

/* Columns by their names: those of the model in its order, perhaps without some that nothing reads.
 */
static bool declare_named(struct sk_context *sk, const struct lar_declared_column *columns,
                          size_t n, enum lar_type *types)
{
    size_t at = 0;
    for (size_t i = 0; i < sk->root.n; i++) {
        const struct lar_declared_column *column = at < n ? &columns[at] : NULL;
        if (column && strcmp(column->name, sk->root.names[i]) == 0) {
            if (!declare(sk, i, column->type, column->called, &types[i]))
                return false;
            at++;
        } else if (sk->root.uses[i]) {
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "the signature has %s where the model's column %s belongs; it must have "
                           "the columns that the model was fitted with, in their order",
                           column ? column->name : "nothing", sk->root.names[i]);
        }
    }
    return at == n || sk_fail(sk, LAR_ERR_UNSUPPORTED,
                              "the signature has a column %s, which the model was not fitted with",
                              columns[at].name);
}

static bool declare_positions(struct sk_context *sk, enum lar_type *types)
{
    const struct lar_declared *declared = sk->root.declared;
    if (declared->n != sk->root.n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the signature declares %zu columns, but the model was fitted with %zu",
                       declared->n, sk->root.n);
    for (size_t i = 0; i < declared->n; i++)
        if (!declare(sk, i, declared->columns[i].type, declared->columns[i].called, &types[i]))
            return false;
    return true;
}

bool sk_declared_types(struct sk_context *sk)
{
    struct sk_root *root = &sk->root;
    const struct lar_declared *declared = root->declared;
    if (!declared)
        return true;
    enum lar_type *types = sk_alloc(sk, root->n, sizeof *types);
    if (!types)
        return false;
    bool named = declared->columns && declared->columns[0].name && root->names;
    bool ok = !declared->columns ? declare_tensor(sk, types)
              : named            ? declare_named(sk, declared->columns, declared->n, types)
                                 : declare_positions(sk, types);
    root->types = types;
    return ok;
}

bool sk_declared_documents(struct sk_context *sk)
{
    const struct lar_declared *declared = sk->root.declared;
    if (!declared)
        return true;
    if (declared->columns && declared->n != 1)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the signature declares %zu columns, but the model reads one of texts",
                       declared->n);
    enum lar_type type = declared->columns ? declared->columns[0].type : declared->type;
    const char *called = declared->columns ? declared->columns[0].called : declared->called;
    return type == LAR_TYPE_STRING || refuse(sk, "0", called, "text");
}

const char *sk_declared_name(const struct sk_context *sk, const char *fallback)
{
    const struct lar_declared *declared = sk->root.declared;
    const char *name = !declared            ? NULL
                       : !declared->columns ? declared->name
                       : sk->root.documents ? declared->columns[0].name
                                            : NULL;
    return name && *name ? name : fallback;
}

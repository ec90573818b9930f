/* The model's input: which columns it has, what type each is, and the inputs that follow.
 *
 * A model is read twice. The first time, nothing is known of its columns but what each estimator
 * does with them: stand-ins take their place, and uses are noted. Then a column is text if a fitted
 * text reads it, else float64, and the second reading builds the graph.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/declared.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

bool sk_root_use(struct sk_context *sk, size_t i, enum sk_use use)
{
    struct sk_root *root = &sk->root;
    if (i >= root->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "there is no column %zu, the model has %zu", i, root->n);
    if (!root->typed)
        root->uses[i] |= SK_READ | (uint8_t)use;
    return true;
}

const char *sk_root_name(struct sk_context *sk, size_t i)
{
    if (sk->root.names && i < sk->root.n_names)
        return sk->root.names[i];
    const char *name = lar_arena_printf(sk->arena, "x%zu", i);
    return name ? name : "?";
}

/* What column I is, once all its uses are known. */
static enum lar_type type_of(const struct sk_root *root, size_t i)
{
    if (root->types)
        return root->types[i];
    return root->uses[i] & SK_TEXT ? LAR_TYPE_STRING : LAR_TYPE_F64;
}

static bool check_uses(struct sk_context *sk)
{
    const struct sk_root *root = &sk->root;
    for (size_t i = 0; i < root->n; i++)
        if ((root->uses[i] & (SK_TEXT | SK_NUMBER)) == (SK_TEXT | SK_NUMBER))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "column %s is read as text by one estimator and as a number by another",
                           sk_root_name(sk, i));
    return true;
}

/* Whether one matrix can carry all columns: those that are read have one type, and where columns
 * have names, all are read. */
static bool is_matrix(const struct sk_root *root, enum lar_type *ret)
{
    bool any = false;
    *ret = LAR_TYPE_F64;
    for (size_t i = 0; i < root->n; i++) {
        if (!root->uses[i]) {
            if (root->names)
                return false;
            continue;
        }
        if (any && type_of(root, i) != *ret)
            return false;
        *ret = type_of(root, i);
        any = true;
    }
    return true;
}

/* Whether there is a name for each column. */
static bool check_names(struct sk_context *sk)
{
    const struct sk_root *root = &sk->root;
    if (!root->names || root->n_names == root->n)
        return true;
    if (root->names_declared)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "the signature declares %zu columns, but the model was fitted with %zu",
                       root->n_names, root->n);
    return sk_fail(sk, LAR_ERR_FORMAT, "feature_names_in_: has %zu names for %zu columns",
                   root->n_names, root->n);
}

/* VALUE as the model reads it: whatever numbers come, float64. */
static lar_value as_read(struct sk_context *sk, lar_value value, enum lar_type type)
{
    return type == LAR_TYPE_STRING ? value : sk_cast(sk, value, LAR_TYPE_F64);
}

/* Rows that are dicts: what a signature may say of columns is said of some of their keys. */
static bool make_records(struct sk_context *sk)
{
    struct sk_root *root = &sk->root;
    const struct lar_shape shape = LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN);
    root->matrix = lar_draft_input(sk->draft, "features", LAR_TYPE_STRING, shape);
    root->values = lar_draft_input(sk->draft, "values", LAR_TYPE_F64, shape);
    lar_draft_input_records(sk->draft, root->matrix, root->separator, root->records);
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_root_make(struct sk_context *sk)
{
    struct sk_root *root = &sk->root;
    enum lar_type type;
    root->typed = true;
    root->matrix = LAR_NO_VALUE;
    if (root->records)
        return make_records(sk);
    if (root->documents) {
        if (!sk_declared_documents(sk))
            return false;
        root->matrix = lar_draft_input(sk->draft, sk_declared_name(sk, "X"), LAR_TYPE_STRING,
                                       root->lists ? LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN)
                                                   : LAR_SHAPE(LAR_DIM_ROWS));
        return lar_draft_ok(sk->draft, sk->err);
    }
    if (root->n == SK_UNKNOWN) { /* nothing in the file says how many columns there are */
        root->matrix =
            lar_draft_input(sk->draft, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN));
        return lar_draft_ok(sk->draft, sk->err);
    }
    if (!check_names(sk) || !check_uses(sk) || !sk_declared_types(sk))
        return false;
    if (is_matrix(root, &type)) {
        lar_value input = lar_draft_input(sk->draft, sk_declared_name(sk, "X"), type,
                                          LAR_SHAPE(LAR_DIM_ROWS, (int64_t)root->n));
        if (root->names)
            lar_draft_input_columns(sk->draft, input, root->names, root->n);
        root->matrix = as_read(sk, input, type);
        return lar_draft_ok(sk->draft, sk->err);
    }
    if (!(root->inputs = sk_alloc(sk, root->n, sizeof *root->inputs)))
        return false;
    for (size_t i = 0; i < root->n; i++) {
        root->inputs[i] = LAR_NO_VALUE;
        enum lar_type kind = type_of(root, i);
        if (root->uses[i])
            root->inputs[i] = as_read(
                sk, lar_draft_input(sk->draft, sk_root_name(sk, i), kind, LAR_SHAPE(LAR_DIM_ROWS)),
                kind);
        else
            lar_draft_unread_input(sk->draft, sk_root_name(sk, i));
    }
    return lar_draft_ok(sk->draft, sk->err);
}

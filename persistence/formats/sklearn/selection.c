/* Columns as a ColumnTransformer names them; see selection.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/selection.h"

#include "persistence/formats/sklearn/attributes.h"

#include <string.h>

/* The array inside a pandas array of its own (pandas 3 keeps texts so): the state's. */
static const struct pk_node *backing(const struct pk_node *node)
{
    const struct pk_node *state = node && node->kind == PK_OBJECT ? node->object.state : NULL;
    if (!state || state->kind != PK_TUPLE ||
        !pk_is_global(node->object.callable, "pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"))
        return NULL;
    for (size_t i = 0; i < state->items.n; i++)
        if (np_is_array(state->items.data[i]))
            return state->items.data[i];
    return NULL;
}

/* The array inside a pickled pandas Index: _new_Index(class, {"data": array, ...}). */
static const struct pk_node *index_data(const struct pk_node *node)
{
    if (!node || node->kind != PK_OBJECT || !node->object.args ||
        node->object.args->kind != PK_TUPLE || node->object.args->items.n != 2)
        return NULL;
    const struct pk_node *data = pk_dict_get(node->object.args->items.data[1], "data");
    return backing(data) ? backing(data) : data;
}

bool sk_column_names(struct sk_context *sk, const struct pk_node *object, const char *const **ret,
                     size_t *ret_n)
{
    static const char *const places[] = {"feature_names_in_", "_feature_names_in"};
    *ret = NULL;
    *ret_n = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (sk_has(object, places[i]))
            return sk_texts(sk, pk_attribute(object, places[i]), places[i], ret, ret_n);
    const struct pk_node *index = pk_attribute(object, "_df_columns"); /* 0.22, 0.23 */
    const struct pk_node *data = index_data(index);
    return !data || sk_texts(sk, data, "_df_columns", ret, ret_n);
}

static bool by_name(struct sk_context *sk, const struct sk_table *table, const char *name,
                    int64_t *ret)
{
    if (!table->names)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "columns are selected by name, but the file has no names of columns");
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(name, table->names[i]) == 0) {
            *ret = (int64_t)i;
            return true;
        }
    return sk_fail(sk, LAR_ERR_FORMAT, "there is no column '%.100s'", name);
}

/* One column, by name or by position, which may count from the end. */
static bool one(struct sk_context *sk, const struct sk_table *table, const struct pk_node *node,
                int64_t *ret)
{
    const char *name = sk_text(sk, node);
    if (name)
        return by_name(sk, table, name, ret);
    if (!pk_get_i64(node, ret))
        return sk_refuse_attribute(sk, node, "columns", "must be names or positions");
    int64_t n = (int64_t)table->n;
    if (*ret < -n || *ret >= n)
        return sk_fail(sk, LAR_ERR_FORMAT, "there is no column %lld of %lld", (long long)*ret,
                       (long long)n);
    *ret += *ret < 0 ? n : 0;
    return true;
}

static bool is_slice(const struct pk_node *node)
{
    return node && node->kind == PK_OBJECT && node->object.args &&
           node->object.args->kind == PK_TUPLE && node->object.args->items.n == 3 &&
           (pk_is_global(node->object.callable, "builtins", "slice") ||
            pk_is_global(node->object.callable, "__builtin__", "slice"));
}

/* An end of a slice as a position in [0, n]; FALLBACK for None. Named ends are inclusive. */
static bool slice_end(struct sk_context *sk, const struct sk_table *table,
                      const struct pk_node *node, bool stop, int64_t fallback, int64_t *ret)
{
    int64_t n = (int64_t)table->n;
    *ret = fallback;
    if (node->kind == PK_NONE)
        return true;
    const char *name = sk_text(sk, node);
    if (name) {
        if (!by_name(sk, table, name, ret))
            return false;
        *ret += stop;
        return true;
    }
    if (!pk_get_i64(node, ret))
        return sk_refuse_attribute(sk, node, "columns", "must be names or positions");
    *ret += *ret < 0 ? n : 0;
    *ret = *ret < 0 ? 0 : *ret > n ? n : *ret;
    return true;
}

static bool by_slice(struct sk_context *sk, const struct sk_table *table,
                     const struct pk_node *node, const int64_t **ret, size_t *ret_n)
{
    const struct pk_node *const *ends = node->object.args->items.data;
    int64_t start, stop, step = 1, *indices = sk_alloc(sk, table->n, sizeof *indices);
    size_t n = 0;
    if (ends[2]->kind != PK_NONE && (!pk_get_i64(ends[2], &step) || step < 1))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "a slice of columns must step forwards");
    if (!indices || !slice_end(sk, table, ends[0], false, 0, &start) ||
        !slice_end(sk, table, ends[1], true, (int64_t)table->n, &stop))
        return false;
    for (int64_t i = start; i < stop; i += step)
        indices[n++] = i;
    *ret = indices;
    *ret_n = n;
    return true;
}

/* What an object that acts as a list holds: newer releases wrap a remainder's columns in one;
 * people select by a pandas Index. */
static const struct pk_node *unwrap(const struct pk_node *node)
{
    if (index_data(node))
        return index_data(node);
    const struct pk_node *data =
        node && node->kind == PK_OBJECT ? pk_attribute(node, "data") : NULL;
    return data && data->kind == PK_LIST ? data : node;
}

/* A mask, of bools. N: its length. */
static bool by_mask(struct sk_context *sk, const struct sk_table *table, const uint8_t *mask,
                    size_t n, const int64_t **ret, size_t *ret_n)
{
    int64_t *indices = sk_alloc(sk, n, sizeof *indices);
    size_t found = 0;
    if (n != table->n)
        return sk_fail(sk, LAR_ERR_FORMAT, "a mask of %zu for %zu columns", n, table->n);
    for (size_t i = 0; indices && i < n; i++)
        if (mask[i])
            indices[found++] = (int64_t)i;
    *ret = indices;
    *ret_n = found;
    return indices != NULL;
}

static bool by_list(struct sk_context *sk, const struct sk_table *table,
                    const struct pk_items *items, const int64_t **ret, size_t *ret_n)
{
    int64_t *indices = sk_alloc(sk, items->n, sizeof *indices);
    uint8_t *mask = sk_alloc(sk, items->n, 1);
    bool masked = items->n > 0;
    if (!indices || !mask)
        return false;
    for (size_t i = 0; i < items->n && masked; i++) {
        bool bit = false;
        masked = pk_get_bool(items->data[i], &bit);
        mask[i] = bit;
    }
    if (masked)
        return by_mask(sk, table, mask, items->n, ret, ret_n);
    for (size_t i = 0; i < items->n; i++)
        if (!one(sk, table, items->data[i], &indices[i]))
            return false;
    *ret = indices;
    *ret_n = items->n;
    return true;
}

static bool by_array(struct sk_context *sk, const struct sk_table *table,
                     const struct pk_node *node, const int64_t **ret, size_t *ret_n)
{
    struct np_array array;
    const char *const *names;
    if (!np_array(&array, node, sk->arena, sk->err))
        return false;
    if (array.dtype->kind == 'U' || array.dtype->kind == 'S') {
        if (!sk_texts(sk, node, "columns", &names, ret_n))
            return false;
        int64_t *indices = sk_alloc(sk, *ret_n, sizeof *indices);
        for (size_t i = 0; indices && i < *ret_n; i++)
            if (!by_name(sk, table, names[i], &indices[i]))
                return false;
        *ret = indices;
        return indices != NULL;
    }
    const int64_t *numbers;
    if (!sk_integers(sk, node, "columns", &numbers, ret_n))
        return false;
    if (array.dtype->kind == 'b') {
        uint8_t *mask = sk_alloc(sk, *ret_n, 1);
        for (size_t i = 0; mask && i < *ret_n; i++)
            mask[i] = numbers[i] != 0;
        return mask && by_mask(sk, table, mask, *ret_n, ret, ret_n);
    }
    int64_t *indices = sk_alloc(sk, *ret_n, sizeof *indices);
    for (size_t i = 0; indices && i < *ret_n; i++) {
        indices[i] = numbers[i] + (numbers[i] < 0 ? (int64_t)table->n : 0);
        if (indices[i] < 0 || (size_t)indices[i] >= table->n)
            return sk_fail(sk, LAR_ERR_FORMAT, "there is no column %lld of %zu",
                           (long long)numbers[i], table->n);
    }
    *ret = indices;
    return indices != NULL;
}

bool sk_select(struct sk_context *sk, const struct sk_table *table, const struct pk_node *spec,
               const int64_t **ret, size_t *ret_n, bool *series)
{
    struct pk_items items;
    int64_t number;
    *series = spec && (sk_text(sk, spec) || (spec->kind != PK_BOOL && pk_get_i64(spec, &number)));
    spec = unwrap(spec);
    if (*series) {
        int64_t *index = sk_alloc(sk, 1, sizeof *index);
        *ret = index;
        *ret_n = 1;
        return index && one(sk, table, spec, index);
    }
    if (is_slice(spec))
        return by_slice(sk, table, spec, ret, ret_n);
    if (sk_items(sk, spec, &items))
        return by_list(sk, table, &items, ret, ret_n);
    if (np_is_array(spec))
        return by_array(sk, table, spec, ret, ret_n);
    return sk_refuse_attribute(sk, spec, "columns", "must be names, positions, a slice or a mask");
}

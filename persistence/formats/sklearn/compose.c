/* sklearn.compose: ColumnTransformer.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/selection.h"
#include "persistence/formats/sklearn/union.h"

/* Columns that only pandas could make out (a Series as mask, texts in Arrow's memory) are known as
 * positions, too, since scikit-learn 1.0. */
static const struct pk_node *known_positions(struct sk_context *sk, const struct pk_node *object,
                                             const struct pk_node *name, const struct pk_node *spec)
{
    const struct pk_node *known = pk_attribute(object, "_transformer_to_input_indices");
    const struct pk_node *maker = spec->kind == PK_OBJECT ? spec->object.callable : NULL;
    const char *key = sk_is_inside(maker, "pandas") || sk_is_inside(pk_class(spec), "pandas")
                          ? sk_text(sk, name)
                          : NULL;
    const struct pk_node *positions = key ? pk_dict_get(known, key) : NULL;
    return positions ? positions : spec;
}

/* One entry (name, transformer, columns) of transformers_. SKIP: it adds nothing. */
static bool read_entry(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_table *table, const struct pk_node *entry,
                       const struct sk_frame *in, struct sk_frame *ret, bool *skip)
{
    struct pk_items parts;
    struct sk_result result;
    const int64_t *columns;
    size_t n;
    bool series;
    *skip = true;
    if (!sk_tuple(sk, entry, 3, &parts))
        return false;
    const struct pk_node *transformer = parts.data[1], *spec = parts.data[2];
    if (pk_text_equal(transformer, "drop") || spec->kind == PK_NONE)
        return true;
    spec = known_positions(sk, object, parts.data[0], spec);
    if (!sk_select(sk, table, spec, &columns, &n, &series))
        return false;
    if (n == 0)
        return true;
    *skip = false;
    if (!sk_frame_select(sk, in, columns, n, series, ret))
        return false;
    if (!sk_is_passthrough(transformer)) {
        struct sk_frame selected = *ret;
        if (!sk_read(sk, transformer, &selected, &result))
            return false;
        if (!result.transforms)
            return sk_fail(sk, LAR_ERR_UNSUPPORTED, "it has no transform");
        *ret = result.frame;
    }
    return sk_weigh(sk, pk_attribute(object, "transformer_weights"), parts.data[0], ret);
}

/* How many columns it was fitted with, and their names. */
static bool read_table(struct sk_context *sk, const struct pk_node *object, struct sk_table *ret)
{
    size_t named;
    if (!sk_column_names(sk, object, &ret->names, &named) ||
        !sk_get_size(sk, object, "_n_features", named, &ret->n) ||
        !sk_get_size(sk, object, "n_features_in_", ret->n, &ret->n))
        return false;
    if (ret->n == 0 || (named && named != ret->n))
        return sk_fail(sk, LAR_ERR_FORMAT, "n_features_in_: is %zu, with %zu names of columns",
                       ret->n, named);
    return true;
}

bool sk_read_column_transformer(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_table table;
    struct pk_items entries;
    bool sparse, skip;
    size_t n = 0;
    const struct pk_node *node = sk_fitted(sk, object, "transformers_");
    if (!node || !read_table(sk, object, &table) ||
        !sk_get_flag(sk, object, "sparse_output_", false, &sparse) ||
        !sk_frame_expect(sk, in, table.n, "n_features_in_"))
        return false;
    if (!sk_items(sk, node, &entries))
        return sk_refuse_attribute(sk, node, "transformers_", "must be a list");
    struct sk_frame *frames = sk_alloc(sk, entries.n, sizeof *frames);
    if (!frames)
        return false;
    for (size_t i = 0; i < entries.n; i++) {
        if (!read_entry(sk, object, &table, entries.data[i], in, &frames[n], &skip))
            return sk_within(sk, "transformers_", i);
        n += !skip;
    }
    if (n == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "transformers_: nothing but dropped columns");
    ret->transforms = true;
    return sk_frame_concat(sk, frames, n, sparse, &ret->frame);
}

/* sklearn.feature_extraction: DictVectorizer.
 *
 * Rows are dicts of which the file keeps "key" for numbers and "key=text" for texts. So the model's
 * input is a table with a column for each key, of numbers or of texts; null is None, and a number
 * that a dict would not have is 0. Exact: answers are looked up or handed on.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/categories.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/selection.h"

#include <string.h>

/* The features: which column each is of, and which text it stands for. */
struct features {
    struct {
        const char *text; /* NULL: the number itself */
        size_t column;
    } * all;
    const char **keys; /* of the columns */
    bool *texts;
    size_t n, columns;
    size_t *slots, mask; /* columns + 1 by the hash of their keys; 0: empty */
};

/* The column KEY; a new one if there is none. */
static size_t column_of(struct features *f, const char *key)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (const char *c = key; *c; c++)
        hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001B3);
    size_t at = (size_t)(hash ^ hash >> 32) & f->mask;
    for (; f->slots[at]; at = (at + 1) & f->mask)
        if (strcmp(f->keys[f->slots[at] - 1], key) == 0)
            return f->slots[at] - 1;
    f->keys[f->columns] = key;
    f->slots[at] = ++f->columns;
    return f->columns - 1;
}

static bool read_features(struct sk_context *sk, const struct pk_node *object, struct features *f)
{
    const char *const *names;
    const struct pk_node *node = sk_fitted(sk, object, "feature_names_");
    const struct pk_node *option = pk_attribute(object, "separator");
    const char *separator = option ? sk_text(sk, option) : "=";
    if (!node || !sk_texts(sk, node, "feature_names_", &names, &f->n))
        return false;
    if (!separator || !*separator)
        return sk_refuse_attribute(sk, option, "separator", "must be a text");
    f->all = sk_alloc(sk, f->n, sizeof *f->all);
    f->keys = sk_alloc(sk, f->n, sizeof *f->keys);
    f->texts = sk_alloc(sk, f->n, sizeof *f->texts);
    for (f->mask = 3; f->mask < 2 * f->n; f->mask = 2 * f->mask + 1)
        ;
    f->slots = sk_alloc(sk, f->mask + 1, sizeof *f->slots);
    if (!f->all || !f->keys || !f->texts || !f->slots)
        return false;
    for (size_t i = 0; i < f->n; i++) {
        const char *text = strstr(names[i], separator), *key = names[i];
        if (text && !(key = lar_arena_strndup(sk->arena, names[i], (size_t)(text - names[i]))))
            return lar_arena_fail(sk->arena, sk->err, "a name");
        size_t before = f->columns, column = column_of(f, key);
        if (column < before && f->texts[column] != (text != NULL))
            return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                           "feature_names_: '%.80s' has numbers in some rows and texts in others",
                           key);
        f->texts[column] = text != NULL;
        f->all[i].column = column;
        f->all[i].text = text ? text + strlen(separator) : NULL;
    }
    return f->n || sk_fail(sk, LAR_ERR_UNSUPPORTED, "feature_names_: is empty");
}

bool sk_dict_columns(struct sk_context *sk, const struct pk_node *object, const char *const **ret,
                     size_t *ret_n)
{
    struct features f = {.n = 0};
    if (!read_features(sk, object, &f))
        return lar_error_within(sk->err, "DictVectorizer");
    *ret = f.keys;
    *ret_n = f.columns;
    return true;
}

/* vocabulary_ must say what feature_names_ does. */
static bool check_vocabulary(struct sk_context *sk, const struct pk_node *object, size_t n)
{
    const struct pk_node *vocabulary = sk_fitted(sk, object, "vocabulary_");
    const struct pk_node *names = pk_attribute(object, "feature_names_");
    struct pk_items items;
    if (!vocabulary)
        return false;
    if (vocabulary->kind != PK_DICT || vocabulary->items.n / 2 != n)
        return sk_refuse_attribute(sk, vocabulary, "vocabulary_",
                                   "must be a dict of as many words as feature_names_");
    if (!sk_items(sk, names, &items))
        return true;
    for (size_t i = 0; i < n; i++) {
        const struct pk_node *name = vocabulary->items.data[2 * i];
        int64_t at = -1;
        bool ok = pk_get_i64(vocabulary->items.data[2 * i + 1], &at) && at >= 0 &&
                  (size_t)at < items.n && name && name->kind == PK_TEXT &&
                  items.data[at]->bytes.size == name->bytes.size &&
                  memcmp(items.data[at]->bytes.data, name->bytes.data, name->bytes.size) == 0;
        if (!ok)
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "vocabulary_: word %zu is not where feature_names_ has it", i);
    }
    return true;
}

/* Features [FIRST, END) of one column of texts as columns of ones and zeros. */
static lar_value one_hot(struct sk_context *sk, const struct sk_frame *in, const struct features *f,
                         size_t first, size_t end, enum lar_type type)
{
    struct lar_draft *d = sk->draft;
    size_t n = end - first;
    const char **texts = sk_alloc(sk, n, sizeof *texts);
    int64_t *codes = sk_alloc(sk, n, sizeof *codes), *width = sk_alloc(sk, 1, sizeof *width);
    if (!texts || !codes || !width)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < n; i++) {
        texts[i] = f->all[first + i].text;
        codes[i] = (int64_t)i;
    }
    *width = (int64_t)n;
    struct sk_categories c = {.keys = lar_draft_strings(d, texts, NULL, NULL, n),
                              .n = n,
                              .text = true,
                              .nan = SK_UNKNOWN};
    lar_value code =
        sk_look_up(sk, in, f->all[first].column, &c, lar_draft_i64(d, codes, LAR_SHAPE((int64_t)n)),
                   lar_draft_scalar_i64(d, -1), false);
    if (code == LAR_NO_VALUE)
        return code;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.OneHot",
               .inputs = &code,
               .n_inputs = 1,
               .params = {{"widths", lar_draft_i64(d, width, LAR_SHAPE(1))},
                          {"columns", lar_draft_scalar_i64(d, *width)},
                          {"float32", lar_draft_scalar_bool(d, type == LAR_TYPE_F32)}},
           });
}

/* Features [FIRST, END), all numbers. */
static lar_value numbers(struct sk_context *sk, const struct sk_frame *in, const struct features *f,
                         size_t first, size_t end, enum lar_type type)
{
    struct sk_frame part;
    int64_t *columns = sk_alloc(sk, end - first, sizeof *columns);
    for (size_t i = first; columns && i < end; i++)
        columns[i - first] = (int64_t)f->all[i].column;
    if (!columns || !sk_frame_select(sk, in, columns, end - first, false, &part))
        return LAR_NO_VALUE;
    lar_value x = sk_frame_numbers(sk, &part);
    if (x == LAR_NO_VALUE)
        return x;
    /* scikit-learn adds them to zeros, and so -0 is 0 */
    x = lar_draft_apply(sk->draft, "Add", 2, x, lar_draft_scalar_f64(sk->draft, 0));
    return sk_cast(sk, x, type);
}

/* How far the features from FIRST on are of one kind: numbers, or one column's texts. */
static size_t run_of(const struct features *f, size_t first)
{
    size_t end = first + 1;
    bool text = f->all[first].text != NULL;
    while (end < f->n && (f->all[end].text != NULL) == text &&
           (!text || f->all[end].column == f->all[first].column))
        end++;
    return end;
}

bool sk_read_dict_vectorizer(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct features f = {.n = 0};
    enum lar_type type;
    bool sparse;
    size_t n = 0;
    if (!read_features(sk, object, &f) || !check_vocabulary(sk, object, f.n) ||
        !sk_get_dtype(sk, object, LAR_TYPE_F64, &type) ||
        !sk_get_flag(sk, object, "sparse", true, &sparse) ||
        !sk_frame_expect(sk, in, f.columns, "feature_names_"))
        return false;
    if (type != LAR_TYPE_F64 && type != LAR_TYPE_F32)
        return sk_refuse_attribute(sk, pk_attribute(object, "dtype"), "dtype",
                                   "only float64 and float32 are supported");
    struct sk_frame *parts = sk_alloc(sk, f.n, sizeof *parts);
    if (!parts)
        return false;
    for (size_t first = 0, end; first < f.n; first = end) {
        end = run_of(&f, first);
        lar_value part = (f.all[first].text ? one_hot : numbers)(sk, in, &f, first, end, type);
        if (part == LAR_NO_VALUE)
            return false;
        parts[n++] = sk_frame_of(sk, part);
    }
    ret->transforms = true;
    return sk_frame_concat(sk, parts, n, sparse, &ret->frame);
}

/* sklearn.feature_extraction.text: CountVectorizer, HashingVectorizer, TfidfTransformer,
 * TfidfVectorizer.
 *
 * Exact, but for sublinear_tf (a logarithm). How texts become terms is in text_options.c.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/text_options.h"

#include <stdlib.h>
#include <string.h>

/* Words and the column of each. */
struct vocabulary {
    const char **words;
    size_t *lengths;
    int64_t *columns;
    size_t n;
};

static bool add_word(struct sk_context *sk, struct vocabulary *v, const struct pk_node *word,
                     int64_t column)
{
    if (!word || word->kind != PK_TEXT)
        return sk_refuse_attribute(sk, word, "vocabulary_", "must hold words");
    v->words[v->n] = (const char *)word->bytes.data;
    v->lengths[v->n] = word->bytes.size;
    v->columns[v->n++] = column;
    return true;
}

/* Texts by their code points, as Python sorts a set of them. */
static int compare_words(const void *a, const void *b)
{
    const struct pk_node *const *p = a, *const *q = b;
    struct pk_bytes x = (*p)->bytes, y = (*q)->bytes;
    int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
    return order ? order : (x.size > y.size) - (x.size < y.size);
}

/* The elements of a set of words, sorted. */
static bool sort_set(struct sk_context *sk, const struct pk_node *node, struct pk_items *ret)
{
    *ret = (struct pk_items){.data = sk_alloc(sk, node->items.n, sizeof *ret->data),
                             .n = node->items.n};
    for (size_t i = 0; ret->data && i < ret->n; i++) {
        ret->data[i] = node->items.data[i];
        if (!ret->data[i] || ret->data[i]->kind != PK_TEXT)
            return sk_refuse_attribute(sk, ret->data[i], "vocabulary", "must hold words");
    }
    if (ret->data && ret->n)
        qsort(ret->data, ret->n, sizeof(const struct pk_node *), compare_words);
    return ret->data != NULL;
}

/* vocabulary_, or where the object was never fitted the vocabulary that it was given. */
static bool read_vocabulary(struct sk_context *sk, const struct pk_node *object,
                            struct vocabulary *v)
{
    const struct pk_node *node = pk_attribute(object, "vocabulary_");
    if (!node && sk_has(object, "vocabulary"))
        node = pk_attribute(object, "vocabulary");
    struct pk_items items;
    if (!node)
        return sk_fitted(sk, object, "vocabulary_") != NULL;
    bool dict = node->kind == PK_DICT;
    if (dict)
        items = node->items;
    else if (node->kind == PK_SET || node->kind == PK_FROZENSET) {
        if (!sort_set(sk, node, &items))
            return false;
    } else if (!sk_items(sk, node, &items))
        return sk_refuse_attribute(sk, node, "vocabulary_", "must be a dict");
    size_t n = dict ? items.n / 2 : items.n;
    v->words = sk_alloc(sk, n, sizeof *v->words);
    v->lengths = sk_alloc(sk, n, sizeof *v->lengths);
    v->columns = sk_alloc(sk, n, sizeof *v->columns);
    if (!v->words || !v->lengths || !v->columns)
        return false;
    for (size_t i = 0; i < n; i++) {
        int64_t column = (int64_t)i;
        if (dict &&
            (!pk_get_i64(items.data[2 * i + 1], &column) || column < 0 || (size_t)column >= n))
            return sk_fail(sk, LAR_ERR_FORMAT, "vocabulary_: word %zu has column %lld of %zu", i,
                           (long long)column, n);
        if (!add_word(sk, v, items.data[dict ? 2 * i : i], column))
            return false;
    }
    return true;
}

/* Adds the node OP with the options of OBJECT as a vectorizer and ARGS' own parameters. */
static lar_value analyze(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, struct lar_node_args *args)
{
    if (!sk_add_text_options(sk, object, args))
        return LAR_NO_VALUE;
    lar_value x = sk_frame_documents(sk, in);
    if (x == LAR_NO_VALUE)
        return x;
    args->inputs = &x;
    args->n_inputs = 1;
    return lar_draft_node(sk->draft, args);
}

/* Counts of words, CSR float64 or float32. */
static lar_value count(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_frame *in, enum lar_type type)
{
    struct lar_draft *d = sk->draft;
    struct vocabulary v = {.n = 0};
    bool binary;
    if (!read_vocabulary(sk, object, &v) || !sk_get_flag(sk, object, "binary", false, &binary))
        return LAR_NO_VALUE;
    return analyze(
        sk, object, in,
        &(struct lar_node_args){
            .op = "larder.WordCounts",
            .params = {{"vocabulary", lar_draft_strings(d, v.words, v.lengths, NULL, v.n)},
                       {"indices", lar_draft_i64(d, v.columns, LAR_SHAPE((int64_t)v.n))},
                       {"columns", lar_draft_scalar_i64(d, (int64_t)v.n)},
                       {"binary", lar_draft_scalar_bool(d, binary)},
                       {"float32", lar_draft_scalar_bool(d, type == LAR_TYPE_F32)}},
        });
}

/* X as the result, of the element type TYPE. */
static bool give(struct sk_context *sk, lar_value x, enum lar_type type, struct sk_result *ret)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    ret->frame.type = type == LAR_TYPE_F64 || type == LAR_TYPE_F32 ? 0 : type;
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_read_count_vectorizer(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    enum lar_type type;
    if (!sk_get_dtype(sk, object, LAR_TYPE_I64, &type))
        return false;
    lar_value counts = count(sk, object, in, type);
    return counts != LAR_NO_VALUE && give(sk, counts, type, ret);
}

/* What HashingVectorizer and FeatureHasher share: how features are hashed. */
static bool add_hash_options(struct sk_context *sk, const struct pk_node *object,
                             enum lar_type *type, struct lar_node_args *args)
{
    struct lar_draft *d = sk->draft;
    bool alternate, positive;
    size_t columns;
    if (!sk_get_size(sk, object, "n_features", 1 << 20, &columns) ||
        !sk_get_flag(sk, object, "alternate_sign", true, &alternate) ||
        !sk_get_flag(sk, object, "non_negative", false, &positive) ||
        !sk_get_dtype(sk, object, LAR_TYPE_F64, type))
        return false;
    if (columns < 1 || columns > INT32_MAX)
        return sk_fail(sk, LAR_ERR_FORMAT, "n_features: is %zu", columns);
    if (positive) /* up to release 0.20 */
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "non_negative: only False is supported");
    if (*type != LAR_TYPE_F64 && *type != LAR_TYPE_F32)
        return sk_refuse_attribute(sk, pk_attribute(object, "dtype"), "dtype",
                                   "only float64 and float32 are supported");
    size_t i = 0;
    while (args->params[i].name)
        i++;
    args->params[i].name = "columns";
    args->params[i++].value = lar_draft_scalar_i64(d, (int64_t)columns);
    args->params[i].name = "alternate";
    args->params[i++].value = lar_draft_scalar_bool(d, alternate);
    args->params[i].name = "float32";
    args->params[i].value = lar_draft_scalar_bool(d, *type == LAR_TYPE_F32);
    return true;
}

bool sk_read_hashing_vectorizer(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct lar_node_args args = {.op = "larder.HashWords"};
    enum lar_type type;
    bool binary;
    bool plain = pk_attribute(object, "norm") && !sk_has(object, "norm");
    int64_t norm = sk_option_is(object, "norm", "l2", "l2"); /* as larder.NormalizeRows counts */
    if (!plain && !norm && !sk_option_is(object, "norm", "l2", "l1"))
        return sk_refuse_attribute(sk, pk_attribute(object, "norm"), "norm",
                                   "must be l1, l2 or None");
    if (!sk_get_flag(sk, object, "binary", false, &binary))
        return false;
    args.params[0].name = "binary";
    args.params[0].value = lar_draft_scalar_bool(d, binary);
    if (!add_hash_options(sk, object, &type, &args))
        return false;
    lar_value x = analyze(sk, object, in, &args);
    if (x == LAR_NO_VALUE)
        return false;
    if (!plain && type == LAR_TYPE_F32)
        x = lar_draft_node(d, &(struct lar_node_args){
                                  .op = "larder.Tfidf",
                                  .inputs = &x,
                                  .n_inputs = 1,
                                  .params = {{"norm", lar_draft_scalar_i64(d, norm + 1)}},
                              });
    else if (!plain)
        x = lar_draft_node(d, &(struct lar_node_args){
                                  .op = "larder.NormalizeRows",
                                  .inputs = &x,
                                  .n_inputs = 1,
                                  .params = {{"norm", lar_draft_scalar_i64(d, norm)},
                                             {"least", lar_draft_scalar_f64(d, 0)}},
                              });
    return give(sk, x, type, ret);
}

/* The weights of words: idf_, or up to release 1.3 the diagonal of _idf_diag, where a product of
 * matrices leaves each row's columns in descending order. */
static bool read_idf(struct sk_context *sk, const struct pk_node *object, struct sk_numbers *ret,
                     bool *descending)
{
    const struct pk_node *diagonal = pk_attribute(object, "_idf_diag");
    const int64_t *indices;
    size_t n;
    *descending = diagonal != NULL;
    if (!diagonal)
        return sk_get_numbers(sk, object, "idf_", 1, 1, ret);
    if (!sk_numbers(sk, pk_attribute(diagonal, "data"), "_idf_diag", 1, 1, ret) ||
        !sk_integers(sk, pk_attribute(diagonal, "indices"), "_idf_diag", &indices, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (n != ret->n || indices[i] != (int64_t)i)
            return sk_fail(sk, LAR_ERR_FORMAT, "_idf_diag: is no diagonal matrix");
    return true;
}

static bool weigh(struct sk_context *sk, const struct pk_node *object, lar_value x,
                  struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_numbers idf;
    bool use_idf, sublinear, descending = false;
    int64_t norm = sk_option_is(object, "norm", "l2", "l1")   ? 1
                   : sk_option_is(object, "norm", "l2", "l2") ? 2
                                                              : 0;
    if (!norm && sk_has(object, "norm"))
        return sk_refuse_attribute(sk, pk_attribute(object, "norm"), "norm",
                                   "must be 'l1', 'l2' or None");
    if (!sk_get_flag(sk, object, "use_idf", true, &use_idf) ||
        !sk_get_flag(sk, object, "sublinear_tf", false, &sublinear) ||
        (use_idf && !read_idf(sk, object, &idf, &descending)))
        return false;
    if (lar_draft_info(d, x)->type == LAR_TYPE_F32 && (sublinear || (use_idf && !idf.float32)))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       sublinear ? "sublinear_tf: is not supported in float32"
                                 : "idf_: is float64, but float32 enters");
    lar_value weights =
        use_idf ? lar_draft_f64(d, idf.data, LAR_SHAPE((int64_t)idf.n)) : LAR_NO_VALUE;
    x = lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.Tfidf",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"idf", weights},
                                         {"sublinear", lar_draft_scalar_bool(d, sublinear)},
                                         {"norm", lar_draft_scalar_i64(d, norm)},
                                         {"descending", lar_draft_scalar_bool(d, descending)}},
                          });
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    return true;
}

bool sk_read_tfidf_transformer(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers idf = {.n = 0};
    bool use_idf, descending;
    size_t n;
    if (!sk_get_flag(sk, object, "use_idf", true, &use_idf) ||
        (use_idf && !read_idf(sk, object, &idf, &descending)) ||
        !sk_get_size(sk, object, "n_features_in_", idf.n, &n) ||
        (n && !sk_frame_expect(sk, in, n, "idf_")))
        return false;
    lar_value x = sk_frame_numbers(sk, in);
    if (x != LAR_NO_VALUE && !sk_is_sparse(sk, x))
        x = sk_cast(sk, x, LAR_TYPE_F64);
    return x != LAR_NO_VALUE &&
           weigh(sk, object, sk_check_finite(sk, object, x, false, false), ret);
}

bool sk_read_tfidf_vectorizer(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    enum lar_type type;
    if (!sk_get_dtype(sk, object, LAR_TYPE_F64, &type))
        return false;
    if (type == LAR_TYPE_I64) /* counted in int64, weighed in float64 */
        type = LAR_TYPE_F64;
    if (type != LAR_TYPE_F64 && type != LAR_TYPE_F32)
        return sk_refuse_attribute(sk, pk_attribute(object, "dtype"), "dtype",
                                   "only float64 and float32 are supported");
    lar_value counts = count(sk, object, in, type);
    if (counts == LAR_NO_VALUE)
        return false;
    const struct pk_node *weights = sk_fitted(sk, object, "_tfidf");
    return weights && (weigh(sk, weights, counts, ret) || lar_error_within(sk->err, "_tfidf"));
}

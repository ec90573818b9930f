/* sklearn.feature_extraction.text: CountVectorizer, TfidfTransformer, TfidfVectorizer.
 *
 * Exact, but for sublinear_tf (a logarithm). Analysers other than the default one are refused by
 * the name of the option.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <stdio.h>

/* Options whose default alone is supported. NULL: None. */
static const struct {
    const char *name, *value;
} fixed[] = {
    {"analyzer", "word"},    {"tokenizer", NULL},  {"preprocessor", NULL},
    {"strip_accents", NULL}, {"stop_words", NULL}, {"token_pattern", "(?u)\\b\\w\\w+\\b"},
    {"input", "content"},
};

static bool check_options(struct sk_context *sk, const struct pk_node *object)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        const struct pk_node *node = pk_attribute(object, fixed[i].name);
        const char *value = fixed[i].value;
        char want[64];
        (void)snprintf(want, sizeof want, "only %s%s%s is supported", value ? "'" : "",
                       value ? value : "None", value ? "'" : "");
        if (node && (value ? !pk_text_equal(node, value) : node->kind != PK_NONE))
            return sk_refuse_attribute(sk, node, fixed[i].name, want);
    }
    const int64_t *range;
    size_t n;
    const struct pk_node *node = pk_attribute(object, "ngram_range");
    if (!node)
        return true;
    if (!sk_integers(sk, node, "ngram_range", &range, &n))
        return false;
    if (n != 2 || range[0] != 1 || range[1] != 1)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "ngram_range: only (1, 1) is supported");
    return true;
}

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
    else if (!sk_items(sk, node, &items))
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

/* Counts of words, CSR float64. */
static lar_value count(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_frame *in)
{
    struct lar_draft *d = sk->draft;
    struct vocabulary v = {.n = 0};
    bool lowercase, binary;
    if (!check_options(sk, object) || !read_vocabulary(sk, object, &v) ||
        !sk_get_flag(sk, object, "lowercase", true, &lowercase) ||
        !sk_get_flag(sk, object, "binary", false, &binary))
        return LAR_NO_VALUE;
    lar_value x = sk_frame_documents(sk, in);
    if (x == LAR_NO_VALUE)
        return x;
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.WordCounts",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"vocabulary", lar_draft_strings(d, v.words, v.lengths, NULL, v.n)},
                          {"indices", lar_draft_i64(d, v.columns, LAR_SHAPE((int64_t)v.n))},
                          {"columns", lar_draft_scalar_i64(d, (int64_t)v.n)},
                          {"lowercase", lar_draft_scalar_bool(d, lowercase)},
                          {"binary", lar_draft_scalar_bool(d, binary)}},
           });
}

bool sk_read_count_vectorizer(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    enum lar_type type;
    lar_value counts = count(sk, object, in);
    if (counts == LAR_NO_VALUE || !sk_get_dtype(sk, object, LAR_TYPE_I64, &type))
        return false;
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, type == LAR_TYPE_F32 ? sk_cast(sk, counts, type) : counts);
    ret->frame.type = type == LAR_TYPE_F64 || type == LAR_TYPE_F32 ? 0 : type;
    return true;
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
    lar_value x = sk_frame_f64(sk, in);
    return x != LAR_NO_VALUE &&
           weigh(sk, object, sk_check_finite(sk, object, x, false, false), ret);
}

bool sk_read_tfidf_vectorizer(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    enum lar_type type;
    if (!sk_get_dtype(sk, object, LAR_TYPE_F64, &type))
        return false;
    if (type != LAR_TYPE_F64 && type != LAR_TYPE_I64) /* counted in int64, weighed in float64 */
        return sk_refuse_attribute(sk, pk_attribute(object, "dtype"), "dtype",
                                   "only float64 is supported");
    lar_value counts = count(sk, object, in);
    if (counts == LAR_NO_VALUE)
        return false;
    const struct pk_node *weights = sk_fitted(sk, object, "_tfidf");
    return weights && (weigh(sk, weights, counts, ret) || lar_error_within(sk->err, "_tfidf"));
}

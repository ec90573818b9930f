/* sklearn.feature_extraction: DictVectorizer.
 *
 * Rows are dicts of which the file keeps "key" for numbers and "key=text" for texts: what is in no
 * row's dict is 0, what the file does not keep is passed over. Exact: answers are looked up, and
 * added where a dict gives one feature twice.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

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

/* What a row may hold, and that it is read so, follows from the release. */
static unsigned record_values(const struct pk_node *object, bool sparse)
{
    unsigned release = sk_release(object);
    bool lists = release >= (sparse ? SK_RELEASE(0, 24) : SK_RELEASE(1, 0));
    return LAR_RECORDS | LAR_RECORDS_NULLS | (lists ? LAR_RECORDS_LISTS : 0);
}

bool sk_read_dict_vectorizer(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    const struct pk_node *names = sk_fitted(sk, object, "feature_names_");
    const struct pk_node *option = pk_attribute(object, "separator");
    const char *separator = option ? sk_text(sk, option) : "=", *const * words;
    lar_value pairs[2];
    enum lar_type type;
    bool sparse;
    size_t n;
    if (!names || !sk_texts(sk, names, "feature_names_", &words, &n))
        return false;
    if (!separator)
        return sk_refuse_attribute(sk, option, "separator", "must be a text");
    if (!n)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "feature_names_: is empty");
    if (!check_vocabulary(sk, object, n) || !sk_get_dtype(sk, object, LAR_TYPE_F64, &type) ||
        !sk_get_flag(sk, object, "sparse", true, &sparse))
        return false;
    if (type != LAR_TYPE_F64 && type != LAR_TYPE_F32)
        return sk_refuse_attribute(sk, pk_attribute(object, "dtype"), "dtype",
                                   "only float64 and float32 are supported");
    if (!sk_frame_records(sk, in, separator, record_values(object, sparse), pairs))
        return false;
    bool latest = !sparse && sk_release(object) < SK_RELEASE(1, 0); /* put there, not added */
    lar_value x = lar_draft_node(
        sk->draft,
        &(struct lar_node_args){
            .op = "larder.LookUpPairs",
            .inputs = pairs,
            .n_inputs = 2,
            .params = {{"vocabulary", lar_draft_strings(sk->draft, words, NULL, NULL, n)},
                       {"latest", lar_draft_scalar_bool(sk->draft, latest)},
                       {"float32", lar_draft_scalar_bool(sk->draft, type == LAR_TYPE_F32)}},
        });
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, sparse ? x : sk_to_dense(sk, x));
    return lar_draft_ok(sk->draft, sk->err);
}

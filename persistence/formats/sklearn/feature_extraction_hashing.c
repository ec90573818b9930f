/* sklearn.feature_extraction: HashingVectorizer, FeatureHasher.
 *
 * Exact: sums of ones, and their norm one after the other; sums of the values of dicts in the order
 * in which SciPy adds them.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/text_options.h"

static bool give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

/* How features are hashed: the first parameters of ARGS. */
static bool hash_options(struct sk_context *sk, const struct pk_node *object, enum lar_type *type,
                         struct lar_node_args *args)
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
    args->params[0].name = "columns";
    args->params[0].value = lar_draft_scalar_i64(d, (int64_t)columns);
    args->params[1].name = "alternate";
    args->params[1].value = lar_draft_scalar_bool(d, alternate);
    args->params[2].name = "float32";
    args->params[2].value = lar_draft_scalar_bool(d, *type == LAR_TYPE_F32);
    return true;
}

/* Rows divided by their norm: 0 is the sum of magnitudes, 1 Euclidean. */
static lar_value normalize(struct sk_context *sk, lar_value x, enum lar_type type, int64_t norm)
{
    struct lar_draft *d = sk->draft;
    if (type == LAR_TYPE_F32)
        return lar_draft_node(d, &(struct lar_node_args){
                                     .op = "larder.Tfidf",
                                     .inputs = &x,
                                     .n_inputs = 1,
                                     .params = {{"norm", lar_draft_scalar_i64(d, norm + 1)}},
                                 });
    return lar_draft_node(d, &(struct lar_node_args){
                                 .op = "larder.NormalizeRows",
                                 .inputs = &x,
                                 .n_inputs = 1,
                                 .params = {{"norm", lar_draft_scalar_i64(d, norm)},
                                            {"least", lar_draft_scalar_f64(d, 0)}},
                             });
}

bool sk_read_hashing_vectorizer(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_node_args args = {.op = "larder.HashWords"};
    enum lar_type type;
    bool binary, plain = pk_attribute(object, "norm") && !sk_has(object, "norm");
    bool euclidean = sk_option_is(object, "norm", "l2", "l2");
    if (!plain && !euclidean && !sk_option_is(object, "norm", "l2", "l1"))
        return sk_refuse_attribute(sk, pk_attribute(object, "norm"), "norm",
                                   "must be l1, l2 or None");
    if (!hash_options(sk, object, &type, &args) ||
        !sk_get_flag(sk, object, "binary", false, &binary))
        return false;
    args.params[3].name = "binary";
    args.params[3].value = lar_draft_scalar_bool(sk->draft, binary);
    if (!sk_add_text_options(sk, object, &args))
        return false;
    lar_value x = sk_frame_documents(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    args.inputs = &x;
    args.n_inputs = 1;
    lar_value hashed = lar_draft_node(sk->draft, &args);
    return give(sk, ret, plain ? hashed : normalize(sk, hashed, type, euclidean));
}

/* How the rows of INPUT_TYPE "dict" and "pair" are hashed. */
static bool hash_pairs(struct sk_context *sk, const struct sk_frame *in, struct lar_node_args args,
                       struct sk_result *ret)
{
    lar_value pairs[2];
    if (!sk_frame_records(sk, in, "=", LAR_RECORDS, pairs))
        return false;
    args.op = "larder.HashPairs";
    args.inputs = pairs;
    args.n_inputs = 2;
    return give(sk, ret, lar_draft_node(sk->draft, &args));
}

bool sk_read_feature_hasher(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_node_args args = {.op = "larder.HashTexts"};
    enum lar_type type;
    if (!hash_options(sk, object, &type, &args))
        return false;
    if (sk_option_is(object, "input_type", "dict", "dict") ||
        sk_option_is(object, "input_type", "dict", "pair"))
        return hash_pairs(sk, in, args, ret);
    if (!sk_option_is(object, "input_type", "dict", "string"))
        return sk_refuse_attribute(sk, pk_attribute(object, "input_type"), "input_type",
                                   "must be dict, pair or string");
    lar_value x = sk_frame_lists(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    args.inputs = &x;
    args.n_inputs = 1;
    return give(sk, ret, lar_draft_node(sk->draft, &args));
}

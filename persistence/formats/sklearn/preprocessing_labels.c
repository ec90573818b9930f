/* sklearn.preprocessing: LabelEncoder, LabelBinarizer, MultiLabelBinarizer, as models of their own.
 *
 * Labels enter as one column. What LabelBinarizer makes of unknown labels depends in scikit-learn
 * on the others in the batch where there are two classes or fewer, and on their types where they
 * are numbers: those are refused. Exact: answers are looked up. SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/categories.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

/* classes_ as what is looked up. */
static bool read_classes(struct sk_context *sk, const struct pk_node *object,
                         struct sk_categories *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, "classes_");
    if (!node)
        return false;
    if (!sk_categories_of(sk, node, ret))
        return lar_error_within(sk->err, "classes_");
    return ret->n || sk_fail(sk, LAR_ERR_FORMAT, "classes_: is empty");
}

/* The labels that enter by their VALUES. */
static lar_value look_up(struct sk_context *sk, const struct sk_frame *in,
                         const struct sk_categories *c, const int64_t *values, lar_value unknown)
{
    struct sk_frame plain = sk_frame_plain(sk, in);
    if (!sk_frame_expect(sk, in, 1, "classes_"))
        return LAR_NO_VALUE;
    return sk_look_up(sk, &plain, 0, c, lar_draft_i64(sk->draft, values, LAR_SHAPE((int64_t)c->n)),
                      unknown, false);
}

static int64_t *places_of(struct sk_context *sk, size_t n)
{
    int64_t *places = sk_alloc(sk, n, sizeof *places);
    for (size_t i = 0; places && i < n; i++)
        places[i] = (int64_t)i;
    return places;
}

bool sk_read_label_encoder(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_categories c;
    if (!read_classes(sk, object, &c))
        return false;
    const int64_t *places = places_of(sk, c.n);
    lar_value codes = places ? look_up(sk, in, &c, places, LAR_NO_VALUE) : LAR_NO_VALUE;
    if (codes == LAR_NO_VALUE)
        return false;
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, codes);
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_invert_label_encoder(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_frame *ret)
{
    struct lar_draft *d = sk->draft;
    lar_value labels, x = in->matrix;
    size_t n;
    if (!sk_labels(sk, sk_fitted(sk, object, "classes_"), "classes_", &labels, &n))
        return false;
    const int64_t *places = places_of(sk, n);
    double *keys = sk_alloc(sk, n, sizeof *keys);
    if (!places || !keys || x == LAR_NO_VALUE || lar_draft_info(d, x)->type == LAR_TYPE_STRING)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "numbers are expected");
    for (size_t i = 0; i < n; i++)
        keys[i] = (double)i;
    x = sk_cast(sk, x, LAR_TYPE_F64);
    static const char *const name = "0";
    x = lar_draft_node(d,
                       &(struct lar_node_args){
                           .op = "larder.LookUp",
                           .inputs = &x,
                           .n_inputs = 1,
                           .params = {{"keys", lar_draft_f64(d, keys, LAR_SHAPE((int64_t)n))},
                                      {"values", lar_draft_i64(d, places, LAR_SHAPE((int64_t)n))},
                                      {"name", lar_draft_strings(d, &name, NULL, NULL, 1)}},
                       });
    *ret = sk_frame_of(sk, sk_gather(sk, labels, x, 0));
    return lar_draft_ok(d, sk->err);
}

/* A LabelBinarizer's options. */
struct binarizer {
    struct sk_categories classes;
    int64_t negative, positive;
    bool sparse;
};

static bool read_binarizer(struct sk_context *sk, const struct pk_node *object, struct binarizer *b)
{
    bool binary = sk_option_is(object, "y_type_", "multiclass", "binary");
    const struct pk_node *negative = pk_attribute(object, "neg_label");
    const struct pk_node *positive = pk_attribute(object, "pos_label");
    b->negative = 0;
    b->positive = 1;
    if (!read_classes(sk, object, &b->classes) ||
        !sk_get_flag(sk, object, "sparse_output", false, &b->sparse))
        return false;
    if ((negative && !pk_get_i64(negative, &b->negative)) ||
        (positive && !pk_get_i64(positive, &b->positive)) || b->negative >= b->positive)
        return sk_fail(sk, LAR_ERR_FORMAT, "neg_label, pos_label: must be ascending integers");
    if (b->sparse && (b->negative != 0 || b->positive == 0))
        return sk_fail(sk, LAR_ERR_FORMAT, "sparse_output: neg_label is not 0");
    if (!binary && !sk_option_is(object, "y_type_", "multiclass", "multiclass"))
        return sk_refuse_attribute(sk, pk_attribute(object, "y_type_"), "y_type_",
                                   "must be binary or multiclass");
    if (binary != (b->classes.n <= 2))
        return sk_fail(sk, LAR_ERR_FORMAT, "y_type_: disagrees with %zu classes_", b->classes.n);
    return true;
}

bool sk_read_label_binarizer(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    struct binarizer b;
    struct lar_draft *d = sk->draft;
    if (!read_binarizer(sk, object, &b))
        return false;
    size_t n = b.classes.n;
    int64_t *places = places_of(sk, n), *width = sk_alloc(sk, 1, sizeof *width);
    if (!places || !width)
        return false;
    *width = n <= 2 ? 1 : (int64_t)n;
    for (size_t i = 0; n <= 2 && i < n; i++)
        places[i] = (int64_t)i - 1; /* the second one counts; none of one */
    bool may_be_unknown = n > 2 && b.classes.text;
    lar_value x = look_up(sk, in, &b.classes, places,
                          may_be_unknown ? lar_draft_scalar_i64(d, -1) : LAR_NO_VALUE);
    if (x == LAR_NO_VALUE)
        return false;
    x = lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.OneHot",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"widths", lar_draft_i64(d, width, LAR_SHAPE(1))},
                                         {"columns", lar_draft_scalar_i64(d, *width)}},
                          });
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    double span = (double)(b.positive - b.negative);
    if (b.sparse) {
        if (b.positive != 1 && !sk_frame_scale(sk, &ret->frame, span))
            return false;
        ret->frame.type = LAR_TYPE_I64;
        return lar_draft_ok(d, sk->err);
    }
    x = lar_draft_apply(d, "Mul", 2, sk_to_dense(sk, x), lar_draft_scalar_f64(d, span));
    x = lar_draft_apply(d, "Add", 2, x, lar_draft_scalar_f64(d, (double)b.negative));
    ret->frame = sk_frame_of(sk, sk_cast(sk, x, LAR_TYPE_I64));
    return lar_draft_ok(d, sk->err);
}

bool sk_invert_label_binarizer(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_frame *ret)
{
    struct binarizer b;
    struct lar_draft *d = sk->draft;
    lar_value labels;
    bool sparse_input;
    size_t n;
    if (!read_binarizer(sk, object, &b) ||
        !sk_labels(sk, pk_attribute(object, "classes_"), "classes_", &labels, &n) ||
        !sk_get_flag(sk, object, "sparse_input_", false, &sparse_input) ||
        !sk_frame_expect(sk, in, n <= 2 ? 1 : n, "classes_"))
        return false;
    if (sparse_input || n == 1)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       sparse_input ? "sparse_input_: its inverse_transform is not supported"
                                    : "classes_: there is only one to answer");
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (n > 2) {
        *ret = sk_frame_of(sk, sk_greatest(sk, x, labels));
        return lar_draft_ok(d, sk->err);
    }
    double threshold = (double)(b.positive + b.negative) / 2;
    x = lar_draft_apply(d, "Greater", 2, sk_as_vector(sk, x), lar_draft_scalar_f64(d, threshold));
    *ret = sk_frame_of(sk, sk_gather(sk, labels, sk_cast(sk, x, LAR_TYPE_I64), 0));
    return lar_draft_ok(d, sk->err);
}

bool sk_read_multi_label_binarizer(struct sk_context *sk, const struct pk_node *object,
                                   const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_categories c;
    struct lar_draft *d = sk->draft;
    bool sparse;
    if (!read_classes(sk, object, &c) || !sk_get_flag(sk, object, "sparse_output", false, &sparse))
        return false;
    if (!c.text)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "classes_: only texts are supported");
    lar_value x = sk_frame_lists(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.TextSets",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"vocabulary", c.keys}},
                          });
    ret->transforms = true;
    if (!sparse)
        x = sk_cast(sk, sk_to_dense(sk, x), LAR_TYPE_I64);
    ret->frame = sk_frame_of(sk, x);
    if (sparse)
        ret->frame.type = LAR_TYPE_I64;
    return lar_draft_ok(d, sk->err);
}

/* sklearn.preprocessing: TargetEncoder.
 *
 * Exact: answers are looked up.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/categories.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

/* What is fitted: for each column an encoding of its categories, or one for each class. */
struct encodings {
    struct pk_items all;
    struct sk_numbers means;
    size_t classes;
};

static bool read_encodings(struct sk_context *sk, const struct pk_node *object, size_t n,
                           struct encodings *e)
{
    const struct pk_node *node = sk_fitted(sk, object, "encodings_");
    bool several = sk_option_is(object, "target_type_", "", "multiclass");
    lar_value labels;
    e->classes = 1;
    if (!node || !sk_get_numbers(sk, object, "target_mean_", 0, 1, &e->means))
        return false;
    if (!several && !sk_option_is(object, "target_type_", "", "binary") &&
        !sk_option_is(object, "target_type_", "", "continuous"))
        return sk_refuse_attribute(sk, pk_attribute(object, "target_type_"), "target_type_",
                                   "must be binary, continuous or multiclass");
    if (several &&
        !sk_labels(sk, pk_attribute(object, "classes_"), "classes_", &labels, &e->classes))
        return false;
    if (!sk_items(sk, node, &e->all) || e->all.n != n * e->classes)
        return sk_fail(sk, LAR_ERR_FORMAT, "encodings_: must be a list of %zu arrays",
                       n * e->classes);
    return e->means.n == e->classes ||
           sk_fail(sk, LAR_ERR_FORMAT, "target_mean_: has %zu elements, not %zu", e->means.n,
                   e->classes);
}

bool sk_read_target_encoder(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_categories *categories;
    struct sk_frame plain = sk_frame_plain(sk, in);
    struct encodings e;
    struct lar_draft *d = sk->draft;
    size_t n;
    if (!sk_categories(sk, object, &plain, &categories, &n) || !read_encodings(sk, object, n, &e))
        return false;
    lar_value *columns = sk_alloc(sk, n * e.classes, sizeof *columns);
    if (!columns)
        return false;
    for (size_t i = 0; i < n * e.classes; i++) {
        struct sk_numbers encoding;
        const struct sk_categories *c = &categories[i / e.classes];
        if (!sk_numbers(sk, e.all.data[i], "encodings_", 1, 1, &encoding))
            return false;
        if (encoding.n != c->n || c->codes)
            return sk_fail(sk, LAR_ERR_FORMAT, "encodings_[%zu]: has %zu elements, not %zu", i,
                           encoding.n, c->n);
        columns[i] = sk_look_up(sk, &plain, i / e.classes, c,
                                lar_draft_f64(d, encoding.data, encoding.shape),
                                lar_draft_scalar_f64(d, e.means.data[i % e.classes]), false);
        if (columns[i] == LAR_NO_VALUE)
            return false;
    }
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, sk_side_by_side(sk, columns, n * e.classes));
    return lar_draft_ok(d, sk->err);
}

/* sklearn.preprocessing: Imputer, which SimpleImputer replaced in 0.20 and which 0.22 removed.
 *
 * It looks for NaN where missing_values is "NaN", lets every number pass, and drops the columns
 * that had no value when it was fitted. Exact: values are put in or handed on.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

/* What stands for a missing number. */
static bool read_missing(struct sk_context *sk, const struct pk_node *object, double *ret)
{
    const struct pk_node *node = pk_attribute(object, "missing_values");
    *ret = NAN;
    return !node || pk_text_equal(node, "NaN") || pk_get_f64(node, ret) ||
           sk_refuse_attribute(sk, node, "missing_values", "must be a number or 'NaN'");
}

bool sk_read_old_imputer(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, struct sk_result *ret)
{
    struct sk_numbers statistics;
    size_t axis, n = 0;
    double missing;
    if (!sk_get_size(sk, object, "axis", 0, &axis))
        return false;
    if (axis != 0)
        return sk_refuse_attribute(sk, pk_attribute(object, "axis"), "axis",
                                   "only 0 is supported: columns, not rows, are filled");
    if (!sk_get_numbers(sk, object, "statistics_", 1, 1, &statistics) ||
        !read_missing(sk, object, &missing) ||
        !sk_frame_expect(sk, in, statistics.n, "statistics_"))
        return false;
    int64_t *kept = sk_alloc(sk, statistics.n, sizeof *kept);
    double *values = sk_alloc(sk, statistics.n, sizeof *values);
    lar_value x = sk_frame_f64(sk, in);
    if (!kept || !values || x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "a sparse matrix enters, which is not supported");
    for (size_t i = 0; i < statistics.n; i++)
        if (!isnan(statistics.data[i])) {
            values[n] = statistics.data[i];
            kept[n++] = (int64_t)i;
        }
    if (n == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "statistics_: no column had a value to learn from");
    struct lar_draft *d = sk->draft;
    x = lar_draft_node(d,
                       &(struct lar_node_args){
                           .op = "larder.Impute",
                           .inputs = &x,
                           .n_inputs = 1,
                           .params = {{"columns", lar_draft_i64(d, kept, LAR_SHAPE((int64_t)n))},
                                      {"values", lar_draft_f64(d, values, LAR_SHAPE((int64_t)n))},
                                      {"missing", lar_draft_scalar_f64(d, missing)}},
                       });
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, x);
    return true;
}

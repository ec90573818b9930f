/* sklearn.ensemble: HistGradientBoostingClassifier, HistGradientBoostingRegressor.
 *
 * Exact, up to the logistic function and the exponential: the leaves are added to the baseline in
 * the order of the trees, and x is compared in float64. Categories enter as numbers up to release
 * 1.3; since 1.4 an encoder inside makes numbers of them.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/boosting.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/hist_trees.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/selection.h"

/* One entry (name, transformer, columns) of the encoder's table: the columns that it hands on, as
 * a matrix of float64; LAR_NO_VALUE where there are none. */
static bool read_part(struct sk_context *sk, const struct pk_node *entry, size_t columns, size_t i,
                      const struct sk_frame *in, lar_value *ret)
{
    struct pk_items parts;
    struct sk_frame chosen;
    struct sk_inner inner;
    struct sk_table table = {.n = columns};
    const int64_t *indices;
    size_t n;
    bool series;
    *ret = LAR_NO_VALUE;
    if (!sk_tuple(sk, entry, 3, &parts))
        return false;
    if (pk_text_equal(parts.data[1], "drop"))
        return true;
    if (!sk_select(sk, &table, parts.data[2], &indices, &n, &series))
        return false;
    if (n == 0)
        return true;
    if (!sk_frame_select(sk, in, indices, n, false, &chosen))
        return false;
    if (pk_text_equal(parts.data[0], "encoder") &&
        (!sk_inner_at(sk, parts.data[1], "transformers_", i, &chosen, &inner) ||
         !sk_inner_frame(sk, &inner, &chosen)))
        return false;
    lar_value value = sk_frame_numbers(sk, &chosen);
    if (value == LAR_NO_VALUE)
        return false;
    *ret = sk_cast(sk, sk_to_dense(sk, value), LAR_TYPE_F64);
    return true;
}

/* What the encoder _preprocessor makes of IN: categories first, then the other columns. */
static bool preprocess(struct sk_context *sk, const struct pk_node *preprocessor, size_t columns,
                       const struct sk_frame *in, lar_value *ret)
{
    struct pk_items entries;
    lar_value values[3];
    size_t n = 0;
    const struct pk_node *list = sk_fitted(sk, preprocessor, "transformers_");
    if (!list || !sk_items(sk, list, &entries) || entries.n > 3)
        return sk_refuse_attribute(sk, list, "_preprocessor.transformers_",
                                   "must be an encoder and the other columns");
    for (size_t i = 0; i < entries.n; i++) {
        if (!read_part(sk, entries.data[i], columns, i, in, &values[n]))
            return lar_error_within(sk->err, "_preprocessor");
        n += values[n] != LAR_NO_VALUE;
    }
    if (n == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "_preprocessor: hands on no columns");
    *ret = sk_side_by_side(sk, values, n);
    return true;
}

/* What the trees look at: [rows, columns], float64. */
static bool read_input(struct sk_context *sk, const struct pk_node *object, size_t columns,
                       const struct sk_frame *in, lar_value *ret)
{
    if (!sk_frame_expect(sk, in, columns, "_bin_mapper"))
        return false;
    if (sk_has(object, "_preprocessor"))
        return preprocess(sk, pk_attribute(object, "_preprocessor"), columns, in, ret);
    lar_value x = sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "takes no sparse matrix");
    *ret = sk_cast(sk, x, LAR_TYPE_F64);
    if (sk_release(object) < SK_RELEASE(0, 22)) /* the first one took no missing values */
        *ret = sk_check_finite(sk, object, *ret, false, false);
    return true;
}

/* The raw predictions [rows, k] of what enters. */
static bool read_raw(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     size_t *k, enum sk_loss *loss, lar_value *ret)
{
    struct sk_hist_trees trees;
    struct sk_numbers base;
    lar_value x = LAR_NO_VALUE;
    if (!sk_get_loss(sk, object, loss) || !sk_hist_trees(sk, object, &trees) ||
        !sk_get_numbers(sk, object, "_baseline_prediction", 0, 2, &base) ||
        !read_input(sk, object, trees.columns, in, &x))
        return false;
    if (base.n != 1 && base.n != trees.k)
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "_baseline_prediction: has %zu elements for %zu raw predictions", base.n,
                       trees.k);
    double *start = sk_alloc(sk, trees.k, sizeof *start);
    if (!start)
        return false;
    for (size_t i = 0; i < trees.k; i++)
        start[i] = base.data[base.n == 1 ? 0 : i];
    *k = trees.k;
    *ret = sk_hist_sum(sk, &trees, x, start);
    return true;
}

bool sk_read_hist_classifier(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_result *ret)
{
    size_t k = 0;
    enum sk_loss loss = SK_LOSS_IDENTITY;
    lar_value raw = LAR_NO_VALUE;
    if (!read_raw(sk, object, in, &k, &loss, &raw))
        return false;
    if (loss != (k > 1 ? SK_LOSS_MULTINOMIAL : SK_LOSS_BINOMIAL))
        return sk_fail(sk, LAR_ERR_FORMAT, "_loss: does not fit %zu trees in each iteration", k);
    return sk_answer_raw(sk, object, ret, raw, k, loss,
                         sk_release(object) < SK_RELEASE(1, 5) ? SK_CHOOSE_PROBA : SK_CHOOSE_ABOVE,
                         false);
}

bool sk_read_hist_regressor(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    size_t k = 0;
    enum sk_loss loss = SK_LOSS_IDENTITY;
    lar_value raw = LAR_NO_VALUE;
    if (!read_raw(sk, object, in, &k, &loss, &raw))
        return false;
    if (k != 1 || (loss != SK_LOSS_IDENTITY && loss != SK_LOSS_LOGARITHM))
        return sk_fail(sk, LAR_ERR_FORMAT, "_loss: is no loss of a regressor with %zu trees", k);
    raw = sk_as_vector(sk, raw);
    return sk_answer(sk, ret, SK_PREDICT,
                     loss == SK_LOSS_LOGARITHM ? lar_draft_apply(sk->draft, "Exp", 1, raw) : raw,
                     LAR_NO_VALUE);
}

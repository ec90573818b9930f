/* Linear scores; see linear.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/linear.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/nodes.h"

/* coef_ [k, n] as the second factor [n, k]. */
static lar_value transposed(struct sk_context *sk, const double *coef, size_t k, size_t n)
{
    double *t = sk_alloc(sk, k * n, sizeof *t);
    for (size_t i = 0; t && i < k; i++)
        for (size_t j = 0; j < n; j++)
            t[j * k + i] = coef[i * n + j];
    return t ? lar_draft_f64(sk->draft, t, LAR_SHAPE((int64_t)n, (int64_t)k)) : LAR_NO_VALUE;
}

bool sk_linear_product(struct sk_context *sk, const struct pk_node *object,
                       const struct sk_frame *in, lar_value *ret, size_t *ret_k, uint32_t *ret_rank)
{
    struct sk_numbers coef;
    if (!sk_get_numbers(sk, object, "coef_", 1, 2, &coef))
        return false;
    size_t n = (size_t)coef.shape.dims[coef.shape.rank - 1];
    size_t k = coef.shape.rank == 2 ? (size_t)coef.shape.dims[0] : 1;
    if (n == 0 || k == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "coef_: is empty");
    if (!sk_frame_expect(sk, in, n, "coef_"))
        return false;
    lar_value x = coef.float32 ? sk_frame_f64(sk, in) : sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_cast(sk, sk_check_finite(sk, object, x, false, false), LAR_TYPE_F64);
    *ret = lar_draft_apply(sk->draft, "MatMul", 2, x, transposed(sk, coef.data, k, n));
    *ret_k = k;
    *ret_rank = coef.shape.rank;
    return true;
}

bool sk_linear(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
               lar_value *ret, size_t *ret_k, uint32_t *ret_rank)
{
    struct sk_numbers intercept;
    lar_value product = LAR_NO_VALUE;
    *ret_k = 0;
    if (!sk_linear_product(sk, object, in, &product, ret_k, ret_rank) ||
        !sk_get_numbers(sk, object, "intercept_", 0, 1, &intercept))
        return false;
    if (intercept.n != 1 && intercept.n != *ret_k)
        return sk_fail(sk, LAR_ERR_FORMAT, "intercept_: has %zu elements, coef_ has %zu rows",
                       intercept.n, *ret_k);
    lar_value b = lar_draft_f64(sk->draft, intercept.data, LAR_SHAPE((int64_t)intercept.n));
    *ret = lar_draft_apply(sk->draft, "Add", 2, product, b);
    return lar_draft_ok(sk->draft, sk->err);
}

lar_value sk_greatest_index(struct sk_context *sk, lar_value scores)
{
    return lar_draft_node(sk->draft,
                          &(struct lar_node_args){
                              .op = "ArgMax",
                              .inputs = &scores,
                              .n_inputs = 1,
                              .params = {{"axis", lar_draft_scalar_i64(sk->draft, 1)},
                                         {"keepdims", lar_draft_scalar_i64(sk->draft, 0)}},
                          });
}

lar_value sk_greatest(struct sk_context *sk, lar_value scores, lar_value classes)
{
    return sk_gather(sk, classes, sk_greatest_index(sk, scores), 0);
}

bool sk_linear_scores(struct sk_context *sk, const struct pk_node *object,
                      const struct pk_node *classes, const struct sk_frame *in,
                      struct sk_scores *ret)
{
    size_t k = 0;
    uint32_t rank;
    if (!sk_linear(sk, object, in, &ret->scores, &k, &rank) ||
        !sk_labels(sk, classes, "classes_", &ret->classes, &ret->n))
        return false;
    ret->binary = k == 1;
    if (k == 1 ? ret->n != 2 : ret->n != k)
        return sk_fail(sk, LAR_ERR_FORMAT, "classes_: has %zu classes, coef_ has %zu rows", ret->n,
                       k);
    return true;
}

bool sk_answer_scores(struct sk_context *sk, struct sk_result *ret, const struct sk_scores *scores)
{
    if (!scores->binary)
        return sk_answer(sk, ret, SK_PREDICT, sk_greatest(sk, scores->scores, scores->classes),
                         LAR_NO_VALUE) &&
               sk_answer(sk, ret, SK_DECISION_FUNCTION, scores->scores, scores->classes);
    lar_value one = sk_as_vector(sk, scores->scores);
    lar_value above =
        lar_draft_apply(sk->draft, "Greater", 2, one, lar_draft_scalar_f64(sk->draft, 0));
    lar_value label = sk_gather(sk, scores->classes, sk_cast(sk, above, LAR_TYPE_I64), 0);
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, one, LAR_NO_VALUE);
}

bool sk_linear_classifier(struct sk_context *sk, const struct pk_node *object,
                          const struct sk_frame *in, struct sk_scores *scores,
                          struct sk_result *ret)
{
    const struct pk_node *classes = sk_fitted(sk, object, "classes_");
    return classes && sk_linear_scores(sk, object, classes, in, scores) &&
           sk_answer_scores(sk, ret, scores);
}

lar_value sk_one_against_rest(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_scores *scores)
{
    struct lar_draft *d = sk->draft;
    lar_value p = lar_draft_apply(d, "Sigmoid", 1, scores->scores);
    if (scores->binary) {
        lar_value other = lar_draft_apply(d, "Sub", 2, lar_draft_scalar_f64(d, 1), p);
        return sk_side_by_side(sk, (lar_value[]){other, p}, 2);
    }
    /* Where all are 0: NaN before release 1.9, equal shares since. */
    return sk_share(sk, p, scores->n, sk_release(object) >= SK_RELEASE(1, 9));
}

bool sk_answer_proba(struct sk_context *sk, struct sk_result *ret, lar_value proba,
                     lar_value classes)
{
    lar_value logarithm = lar_draft_apply(sk->draft, "Log", 1, proba);
    return sk_answer(sk, ret, SK_PREDICT_PROBA, proba, classes) &&
           sk_answer(sk, ret, SK_PREDICT_LOG_PROBA, logarithm, classes);
}

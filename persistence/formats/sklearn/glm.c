/* Generalised linear regressors: PoissonRegressor, GammaRegressor, TweedieRegressor.
 *
 * predict is the inverse of a link, the identity or the logarithm, over X @ coef_ + intercept_. The
 * options say which; fitted objects also hold the link itself (_link_instance until 1.0,
 * _base_loss.link since 1.1), and it must be the same.
 *
 * Tolerance: as for linear scores, 1e-12 S; behind an exponential, 1e-12 (1 + S) exp(score).
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"

#include <string.h>

/* The link that is pickled with OBJECT, or NULL. */
static const struct pk_node *fitted_link(const struct pk_node *object, const char **ret_name)
{
    *ret_name = "_link_instance";
    if (sk_has(object, "_link_instance"))
        return pk_attribute(object, "_link_instance");
    *ret_name = "_base_loss.link";
    return sk_has(object, "_base_loss") ? pk_attribute(pk_attribute(object, "_base_loss"), "link")
                                        : NULL;
}

/* Answers with the inverse link over the scores; the fitted link must agree. */
static bool answer(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   bool logarithm, struct sk_result *ret)
{
    lar_value scores;
    size_t k;
    uint32_t rank;
    const char *name;
    const struct pk_node *link = fitted_link(object, &name);
    if (!sk_linear(sk, object, in, &scores, &k, &rank))
        return false;
    if (rank != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "coef_: has %u dimensions, not 1", rank);
    if (link && !pk_class_is(link, logarithm ? "LogLink" : "IdentityLink"))
        return sk_refuse_attribute(sk, link, name,
                                   logarithm ? "must be the logarithm, as the options say"
                                             : "must be the identity, as the options say");
    scores = sk_as_vector(sk, scores);
    return sk_answer(sk, ret, SK_PREDICT,
                     logarithm ? lar_draft_apply(sk->draft, "Exp", 1, scores) : scores,
                     LAR_NO_VALUE);
}

/* PoissonRegressor, GammaRegressor: always the logarithm. */
bool sk_read_log_regressor(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    return answer(sk, object, in, true, ret);
}

/* TweedieRegressor: the link that is asked for; by itself, the logarithm for powers above 0. */
bool sk_read_tweedie_regressor(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    double power = 0;
    const struct pk_node *link = pk_attribute(object, "link");
    if (!pk_get_f64(pk_attribute(object, "power"), &power))
        return sk_refuse_attribute(sk, pk_attribute(object, "power"), "power", "must be a number");
    if (sk_option_is(object, "link", "auto", "auto"))
        return answer(sk, object, in, power > 0, ret);
    if (!pk_text_equal(link, "log") && !pk_text_equal(link, "identity"))
        return sk_refuse_attribute(sk, link, "link", "must be 'auto', 'identity' or 'log'");
    return answer(sk, object, in, pk_text_equal(link, "log"), ret);
}

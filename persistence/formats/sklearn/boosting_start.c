/* What boosted trees begin with: init_ of a GradientBoosting.
 *
 * Usually the mean, a quantile or the shares of the classes, which are constants; else it is a
 * fitted estimator, which scikit-learn hands the rows as float32. Shares of classes become raw
 * predictions here, with the logarithms of the C library.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/boosting.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>
#include <string.h>

/* Shares are kept that far from 0 and 1: by the epsilon of float32, since 1.8 of float64. */
static double epsilon(const struct pk_node *object)
{
    return sk_release(object) < SK_RELEASE(1, 8) ? 0x1p-23 : 0x1p-52;
}

bool sk_get_loss(struct sk_context *sk, const struct pk_node *object, enum sk_loss *ret)
{
    static const struct {
        const char *class;
        enum sk_loss loss;
    } rows[] = {
        {"AbsoluteError", SK_LOSS_IDENTITY},
        {"BinaryCrossEntropy", SK_LOSS_BINOMIAL},
        {"BinomialDeviance", SK_LOSS_BINOMIAL},
        {"CategoricalCrossEntropy", SK_LOSS_MULTINOMIAL},
        {"ExponentialLoss", SK_LOSS_EXPONENTIAL},
        {"HalfBinomialLoss", SK_LOSS_BINOMIAL},
        {"HalfGammaLoss", SK_LOSS_LOGARITHM},
        {"HalfMultinomialLoss", SK_LOSS_MULTINOMIAL},
        {"HalfPoissonLoss", SK_LOSS_LOGARITHM},
        {"HalfSquaredError", SK_LOSS_IDENTITY},
        {"HuberLoss", SK_LOSS_IDENTITY},
        {"HuberLossFunction", SK_LOSS_IDENTITY},
        {"LeastAbsoluteDeviation", SK_LOSS_IDENTITY},
        {"LeastAbsoluteError", SK_LOSS_IDENTITY},
        {"LeastSquares", SK_LOSS_IDENTITY},
        {"LeastSquaresError", SK_LOSS_IDENTITY},
        {"MultinomialDeviance", SK_LOSS_MULTINOMIAL},
        {"PinballLoss", SK_LOSS_IDENTITY},
        {"Poisson", SK_LOSS_LOGARITHM},
        {"QuantileLossFunction", SK_LOSS_IDENTITY},
    };
    const char *name = sk_has(object, "_loss") ? "_loss" : "loss_";
    const struct pk_node *loss = sk_fitted(sk, object, name);
    for (size_t i = 0; loss && i < sizeof rows / sizeof *rows; i++)
        if (pk_class_is(loss, rows[i].class)) {
            *ret = rows[i].loss;
            return true;
        }
    return loss && sk_refuse_attribute(sk, loss, name, "must be a loss of scikit-learn");
}

static double clip(double p, double least)
{
    return p < least ? least : p > 1 - least ? 1 - least : p;
}

/* Whether raw predictions of several classes are relative to their geometric mean. */
static bool is_centred(const struct pk_node *object)
{
    return sk_release(object) >= SK_RELEASE(1, 4);
}

/* The shares P of the classes as K raw predictions. */
static void link_shares(const struct pk_node *object, const double *p, enum sk_loss loss, size_t k,
                        double *ret)
{
    double mean = 0, least = epsilon(object);
    if (k == 1) {
        double share = clip(p[1], least);
        *ret = log(share / (1 - share)) * (loss == SK_LOSS_EXPONENTIAL ? 0.5 : 1);
        return;
    }
    for (size_t i = 0; i < k; i++)
        mean += log(clip(p[i], least));
    mean = exp(mean / (double)k);
    for (size_t i = 0; i < k; i++)
        ret[i] = is_centred(object) ? log(clip(p[i], least) / mean) : log(clip(p[i], least));
}

/* The shares that a DummyClassifier answers for each row. */
static bool dummy_shares(struct sk_context *sk, const struct pk_node *dummy, size_t n, double *ret)
{
    const double *prior;
    size_t best = 0;
    const char *name = sk_has(dummy, "_strategy") ? "_strategy" : "strategy";
    if (!sk_get_vector(sk, dummy, "class_prior_", n, &prior))
        return false;
    for (size_t i = 1; i < n; i++)
        best = prior[i] > prior[best] ? i : best;
    for (size_t i = 0; i < n; i++)
        if (sk_option_is(dummy, name, "", "prior"))
            ret[i] = prior[i];
        else if (sk_option_is(dummy, name, "", "uniform"))
            ret[i] = 1 / (double)n;
        else if (sk_option_is(dummy, name, "", "most_frequent"))
            ret[i] = i == best;
        else
            return sk_refuse_attribute(sk, pk_attribute(dummy, name), name,
                                       "must be prior, uniform or most_frequent");
    return true;
}

/* Constants that stand in attributes of INIT: those of a DummyRegressor, and of the classes that
 * releases before 0.21 had for it. Not found: RET stays NULL. */
static bool constants(struct sk_context *sk, const struct pk_node *init, size_t k,
                      const double **ret)
{
    static const struct {
        const char *class, *attribute;
    } rows[] = {{"DummyRegressor", "constant_"},   {"LogOddsEstimator", "prior"},
                {"MeanEstimator", "mean"},         {"PriorProbabilityEstimator", "priors"},
                {"QuantileEstimator", "quantile"}, {"ScaledLogOddsEstimator", "prior"}};
    struct sk_numbers numbers;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!pk_class_is(init, rows[i].class))
            continue;
        if (!sk_get_numbers(sk, init, rows[i].attribute, 0, 2, &numbers))
            return lar_error_within(sk->err, "init_");
        if (numbers.n != k)
            return sk_fail(sk, LAR_ERR_FORMAT, "init_: %s has %zu elements for %zu raw predictions",
                           rows[i].attribute, numbers.n, k);
        *ret = numbers.data;
    }
    return true;
}

/* The probabilities [rows, n] that INIT answers as raw predictions. */
static lar_value link_nodes(struct sk_context *sk, const struct pk_node *object, lar_value p,
                            enum sk_loss loss, size_t k)
{
    struct lar_draft *d = sk->draft;
    static const int64_t second[] = {1};
    lar_value low = lar_draft_scalar_f64(d, epsilon(object)), one = lar_draft_scalar_f64(d, 1);
    lar_value high = lar_draft_scalar_f64(d, 1 - epsilon(object));
    p = lar_draft_apply(d, "Clip", 3, k == 1 ? sk_columns(sk, p, 1, 1) : p, low, high);
    if (k == 1) {
        lar_value odds = lar_draft_apply(d, "Div", 2, p, lar_draft_apply(d, "Sub", 2, one, p));
        lar_value raw = lar_draft_apply(d, "Log", 1, odds);
        return loss == SK_LOSS_EXPONENTIAL
                   ? lar_draft_apply(d, "Mul", 2, raw, lar_draft_scalar_f64(d, 0.5))
                   : raw;
    }
    lar_value logs = lar_draft_apply(d, "Log", 1, p);
    if (!is_centred(object))
        return logs;
    lar_value sum =
        lar_draft_apply(d, "ReduceSum", 2, logs, lar_draft_i64(d, second, LAR_SHAPE(1)));
    lar_value mean = lar_draft_apply(d, "Div", 2, sum, lar_draft_scalar_f64(d, (double)k));
    return lar_draft_apply(d, "Log", 1,
                           lar_draft_apply(d, "Div", 2, p, lar_draft_apply(d, "Exp", 1, mean)));
}

/* Another estimator, asked for each row. */
static bool estimate(struct sk_context *sk, const struct pk_node *object, lar_value x,
                     enum sk_loss loss, size_t k, struct sk_start *ret)
{
    struct sk_inner inner;
    lar_value value;
    struct sk_frame frame = sk_frame_of(sk, sk_cast(sk, x, LAR_TYPE_F32));
    if (sk_release(object) < SK_RELEASE(0, 21))
        return sk_refuse_attribute(sk, pk_attribute(object, "init_"), "init_",
                                   "must be one of GradientBoosting's own before release 0.21");
    bool narrowed = sk->narrowed;
    sk->narrowed = false;
    if (!sk_inner(sk, object, "init_", &frame, &inner))
        return false;
    if (sk->narrowed)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "init_: computes in float32, which the trees' raw predictions are added to");
    sk->narrowed = narrowed;
    if (loss == SK_LOSS_IDENTITY) {
        if (!sk_inner_vector(sk, &inner, SK_PREDICT, &value))
            return false;
        ret->begin = sk_as_column(sk, sk_cast(sk, value, LAR_TYPE_F64));
        return true;
    }
    if (!sk_inner_matrix(sk, &inner, SK_PREDICT_PROBA, k == 1 ? 2 : k, &value))
        return false;
    ret->begin = link_nodes(sk, object, sk_cast(sk, value, LAR_TYPE_F64), loss, k);
    return true;
}

bool sk_boosting_start(struct sk_context *sk, const struct pk_node *object, lar_value x,
                       enum sk_loss loss, size_t k, struct sk_start *ret)
{
    const struct pk_node *init = sk_fitted(sk, object, "init_");
    double *values = sk_alloc(sk, k, sizeof *values), *shares = sk_alloc(sk, k + 1, sizeof *shares);
    *ret = (struct sk_start){.begin = LAR_NO_VALUE};
    if (!init || !values || !shares)
        return false;
    if (pk_text_equal(init, "zero") || pk_class_is(init, "ZeroEstimator")) {
        ret->values = values;
        return true;
    }
    if (!constants(sk, init, k, &ret->values) || ret->values)
        return ret->values != NULL;
    if (!pk_class_is(init, "DummyClassifier") || sk_option_is(init, "strategy", "", "constant"))
        return estimate(sk, object, x, loss, k, ret);
    if (!dummy_shares(sk, init, k == 1 ? 2 : k, shares))
        return lar_error_within(sk->err, "init_");
    link_shares(object, shares, loss, k, values);
    ret->values = values;
    return true;
}

/* What GradientBoosting and HistGradientBoosting share.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_BOOSTING_H
#define PERSISTENCE_FORMATS_SKLEARN_BOOSTING_H

#include "persistence/formats/sklearn/estimator.h"

/* What is made of raw predictions. */
enum sk_loss {
    SK_LOSS_IDENTITY,    /* a regressor's answers are the raw predictions, */
    SK_LOSS_LOGARITHM,   /* or their exponential */
    SK_LOSS_BINOMIAL,    /* of a classifier: the logistic function, */
    SK_LOSS_EXPONENTIAL, /* the same of twice as much, */
    SK_LOSS_MULTINOMIAL, /* or shares of exponentials */
};

/* The loss that OBJECT was fitted with, in _loss or loss_; another one is refused. */
bool sk_get_loss(struct sk_context *sk, const struct pk_node *object, enum sk_loss *ret);

/* What the sums of trees begin with: for all rows the same, or for each row. */
struct sk_start {
    const double *values; /* [k], or NULL and then: */
    lar_value begin;      /* [rows, k]; else LAR_NO_VALUE */
};

/* What init_ of a GradientBoosting says of X (float32), for K raw predictions. */
bool sk_boosting_start(struct sk_context *sk, const struct pk_node *object, lar_value x,
                       enum sk_loss loss, size_t k, struct sk_start *ret);

/* How a classifier chooses labels. */
enum sk_choice {
    SK_CHOOSE_PROBA,    /* by the greatest probability */
    SK_CHOOSE_ABOVE,    /* of two classes, the second from above 0 on; else the greatest */
    SK_CHOOSE_FROM_ZERO /* the same, 0 included */
};

/* decision_function, predict_proba, predict_log_proba (unless it HAS none) and predict of RAW,
 * [rows, K]. */
bool sk_answer_raw(struct sk_context *sk, const struct pk_node *object, struct sk_result *ret,
                   lar_value raw, size_t k, enum sk_loss loss, enum sk_choice choice,
                   bool log_proba);

#endif

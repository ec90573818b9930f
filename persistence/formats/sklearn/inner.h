/* Estimators inside estimators.
 *
 * A class that holds other estimators reads each with sk_inner() or sk_inner_list(), hands it the
 * frame that scikit-learn would hand it, and goes on with the values that it answers. Whatever
 * fails inside names its place: "estimators_[2]: sklearn.svm._classes.SVC: ...".
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_INNER_H
#define PERSISTENCE_FORMATS_SKLEARN_INNER_H

#include "persistence/formats/sklearn/estimator.h"

/* A fitted estimator and what it answers. */
struct sk_inner {
    const struct pk_node *object;
    struct sk_result result;
    const char *name; /* where it stands: in the attribute NAME, */
    size_t i;         /* of which it is element I; SK_UNKNOWN: all of it */
};

/* The estimator in the attribute NAME of OBJECT (missing: "is not fitted"), which IN enters. */
bool sk_inner(struct sk_context *sk, const struct pk_node *object, const char *name,
              const struct sk_frame *in, struct sk_inner *ret);

/* NODE, element I of the list NAME. */
bool sk_inner_at(struct sk_context *sk, const struct pk_node *node, const char *name, size_t i,
                 const struct sk_frame *in, struct sk_inner *ret);

/* All of the list NAME of OBJECT, at least one; IN enters each. */
bool sk_inner_list(struct sk_context *sk, const struct pk_node *object, const char *name,
                   const struct sk_frame *in, struct sk_inner **ret, size_t *ret_n);

/* Says that a failure has to do with INNER. Returns false. */
bool sk_inner_fail(struct sk_context *sk, const struct sk_inner *inner);

/* Whether it has METHOD, one of those with an answer of its own. */
static inline bool sk_inner_has(const struct sk_inner *inner, enum sk_method method)
{
    return inner->result.answers[method].n != 0;
}

/* What METHOD answers: one value. Refused are an estimator without it and one with several targets
 * that answers one value for each. */
bool sk_inner_value(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                    lar_value *ret);

/* The same, which must be a vector [rows]; or a matrix [rows, N]. */
bool sk_inner_vector(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                     lar_value *ret);
bool sk_inner_matrix(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                     size_t n, lar_value *ret);

/* The frame that transform gives; refused where there is no transform. */
bool sk_inner_frame(struct sk_context *sk, const struct sk_inner *inner, struct sk_frame *ret);

/* The attribute classes_ of a classifier, wherever its class keeps it (a pipeline: its last step);
 * NULL where there is none. */
const struct pk_node *sk_classes_node(const struct pk_node *object);

/* Where each element of LABELS stands in CLASSES: two attributes called NAME in messages. */
bool sk_label_places(struct sk_context *sk, const struct pk_node *labels,
                     const struct pk_node *classes, const char *name, const int64_t **ret,
                     size_t *ret_n);

/* Labels (a vector of any type, each one of the constant CLASSES) as their places in CLASSES. */
lar_value sk_label_codes(struct sk_context *sk, lar_value labels, lar_value classes);

/* How often each of N_CLASSES is chosen by N vectors of places, each counted with its weight:
 * [rows, n_classes]. WEIGHTS NULL: 1 each. */
lar_value sk_votes(struct sk_context *sk, const lar_value *places, size_t n, const double *weights,
                   size_t n_classes);

/* The sum of N values of one shape, one after the other, each times its weight unless WEIGHTS is
 * NULL; divided by DIVISOR unless that is 1. */
lar_value sk_sum_of(struct sk_context *sk, const lar_value *values, size_t n, const double *weights,
                    double divisor);

/* A matrix of WIDTH columns: column i of VALUE at PLACES[i], FILL elsewhere. */
lar_value sk_spread(struct sk_context *sk, lar_value value, const int64_t *places, size_t n,
                    size_t width, double fill);

#endif

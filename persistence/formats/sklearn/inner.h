/* Estimators inside estimators.
 *
 * A class that holds other estimators reads each with sk_inner() or sk_inner_list(), hands it the
 * frame that scikit-learn would hand it, and goes on with the values that it answers. Whatever
 * fails inside names its place: "estimators_[2]: sklearn.svm._classes.SVC: ...".
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_INNER_H
#define PERSISTENCE_FORMATS_SKLEARN_INNER_H

#include "persistence/formats/sklearn/labels.h"

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

/* IN as one matrix in which NaN and infinity are refused for OBJECT, a class that looks before its
 * inner estimators do. INNER, one of those or a list, is read to learn the number of columns where
 * it is not known yet. */
bool sk_inner_checked(struct sk_context *sk, const struct pk_node *object,
                      const struct pk_node *inner, const struct sk_frame *in, struct sk_frame *ret);

/* Says that a failure has to do with INNER. Returns false. */
bool sk_inner_fail(struct sk_context *sk, const struct sk_inner *inner);

/* Whether it has METHOD, one of those with an answer of its own. */
static inline bool sk_inner_has(const struct sk_inner *inner, enum sk_method method)
{
    return inner->result.answers[method].n != 0;
}

/* What METHOD answers: one value; float32 is widened. Refused are an estimator without it and one
 * with several targets that answers one value for each. */
bool sk_inner_value(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                    lar_value *ret);

/* The same, which must be a vector [rows]; or a matrix [rows, N]. */
bool sk_inner_vector(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                     lar_value *ret);
bool sk_inner_matrix(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                     size_t n, lar_value *ret);

/* A vector of numbers as float64. */
bool sk_inner_reals(struct sk_context *sk, const struct sk_inner *inner, enum sk_method method,
                    lar_value *ret);

/* What predict answers, as places in a list of classes: for estimators that were fitted on those.
 */
bool sk_inner_codes(struct sk_context *sk, const struct sk_inner *inner, lar_value *ret);

/* How sure a classifier of two classes is of the second: its decision_function, else the second
 * column of predict_proba; what predict answers of a regressor. [rows] of float64.
 * scikit-learn's _predict_binary. */
bool sk_inner_score(struct sk_context *sk, const struct sk_inner *inner, lar_value *ret);

/* The frame that transform gives; refused where there is no transform. */
bool sk_inner_frame(struct sk_context *sk, const struct sk_inner *inner, struct sk_frame *ret);

/* The estimator inside OBJECT that all of its columns enter first; NULL where OBJECT is not of a
 * class that hands its input on. */
const struct pk_node *sk_first_inner(const struct pk_node *object);

/* The attribute classes_ of a classifier, wherever its class keeps it (a pipeline: its last step);
 * NULL where there is none. */
const struct pk_node *sk_classes_node(const struct pk_node *object);

/* How often each of N_CLASSES is chosen by N vectors of places, each counted with its weight:
 * [rows, n_classes]. WEIGHTS NULL: 1 each. */
lar_value sk_votes(struct sk_context *sk, const lar_value *places, size_t n, const double *weights,
                   size_t n_classes);

/* The sum of N values of one shape, one after the other, each times its weight unless WEIGHTS is
 * NULL; divided by DIVISOR unless that is 1. */
lar_value sk_sum_of(struct sk_context *sk, const lar_value *values, size_t n, const double *weights,
                    double divisor);

/* A matrix times the constant B [n, k]; the place of the greatest of each row, of equals the first
 * or the LAST. */
lar_value sk_product(struct sk_context *sk, lar_value a, const double *b, size_t n, size_t k);
lar_value sk_arg_max(struct sk_context *sk, lar_value scores, bool last);

/* VALUE, a constant of any type, once for each row of what enters. */
lar_value sk_repeat(struct sk_context *sk, const struct sk_frame *in, lar_value value);

/* A matrix of WIDTH columns: column i of VALUE at PLACES[i], FILL elsewhere. */
lar_value sk_spread(struct sk_context *sk, lar_value value, const int64_t *places, size_t n,
                    size_t width, double fill);

#endif

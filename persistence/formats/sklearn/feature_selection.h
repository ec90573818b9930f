/* What selectors share.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_FEATURE_SELECTION_H
#define PERSISTENCE_FORMATS_SKLEARN_FEATURE_SELECTION_H

#include "persistence/formats/sklearn/estimator.h"

/* Which of N columns a selector keeps. */
struct sk_kept {
    bool *keep;
    size_t n;
};

/* SelectFromModel's importances of the features of MODEL, fitted by OBJECT. RET_FLOAT32: coef_ is
 * of that, and scikit-learn's importances are rounded to it. */
bool sk_importances(struct sk_context *sk, const struct pk_node *object,
                    const struct pk_node *model, double **ret, size_t *ret_n, bool *ret_float32);

/* The positions of N numbers, from the least to the greatest; equals stay in order, NaN is last. */
size_t *sk_sorted(struct sk_context *sk, const double *x, size_t n);

/* Which columns OBJECT keeps, a selector of any class; SelectFromModel; a class with support_. */
bool sk_selected(struct sk_context *sk, const struct pk_node *object, struct sk_kept *ret);
bool sk_selected_by_model(struct sk_context *sk, const struct pk_node *object, struct sk_kept *ret);
bool sk_selected_by_support(struct sk_context *sk, const struct pk_node *object,
                            struct sk_kept *ret);

/* Answers with the columns of IN that are kept. CHECKED: NaN and infinity are refused. */
bool sk_give_kept(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                  const struct sk_kept *kept, bool checked, struct sk_result *ret);

#endif

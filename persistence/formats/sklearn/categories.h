/* Fitted categories of encoders.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_CATEGORIES_H
#define PERSISTENCE_FORMATS_SKLEARN_CATEGORIES_H

#include "persistence/formats/sklearn/estimator.h"

/* The categories of one column. */
struct sk_categories {
    lar_value keys; /* a constant [n], text or float64 */
    size_t n;
    bool text;
    enum lar_type type; /* of the array in the file: float64, int64, int32; else LAR_TYPE_END */
    size_t nan;         /* which of them is NaN; SK_UNKNOWN: none */
    /* Grouping of rare ones (release 1.1 on): */
    const int64_t *codes; /* [n], what each is counted as; NULL: itself */
    int64_t infrequent;   /* the code of the rare ones; -1: there are none */
    size_t n_codes;       /* how many codes there are */
};

/* One array of categories, without grouping. */
bool sk_categories_of(struct sk_context *sk, const struct pk_node *node, struct sk_categories *ret);

/* Reads categories_ and what belongs to it; or for each column that enters. */
bool sk_fitted_categories(struct sk_context *sk, const struct pk_node *object,
                          struct sk_categories **ret, size_t *ret_n);
bool sk_categories(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_categories **ret, size_t *ret_n);

/* Which code of column I of a OneHotEncoder is left out: -1 for none. */
bool sk_dropped_code(struct sk_context *sk, const struct pk_node *object, size_t i,
                     const struct sk_categories *c, int64_t *ret);

/* The number that an option of OrdinalEncoder gives; NaN where it is missing. */
bool sk_option_number(struct sk_context *sk, const struct pk_node *object, const char *name,
                      double *ret);

/* Column I of IN through its categories: VALUES[n] (a constant of one type) and, unless
 * LAR_NO_VALUE, UNKNOWN of that type. */
lar_value sk_look_up(struct sk_context *sk, const struct sk_frame *in, size_t i,
                     const struct sk_categories *categories, lar_value values, lar_value unknown,
                     bool refuse_nan);

#endif

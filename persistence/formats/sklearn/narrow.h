/* float32 that enters an estimator: the dtype of a step before it.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_NARROW_H
#define PERSISTENCE_FORMATS_SKLEARN_NARROW_H

#include "persistence/formats/sklearn/estimator.h"

/* What scikit-learn makes of float32 rows in the class ROW, where it is known: computed here in
 * float64, of the rows as they are. */
struct sk_narrow {
    const struct sk_frame
        *in; /* for the reader: widened, its type still float32; or what entered */
    struct sk_frame wide;
    unsigned rounded; /* the methods whose results scikit-learn has in float32, a bit for each */
};
void sk_narrow_enter(struct sk_context *sk, const struct sk_class *row,
                     const struct pk_node *object, const struct sk_frame *in,
                     struct sk_narrow *ret);

/* Rounds those results. */
void sk_narrow_leave(struct sk_context *sk, const struct sk_narrow *narrow, struct sk_result *ret);

#endif

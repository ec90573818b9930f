/* Class labels as constants: found among each other, and as places in a list of classes.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_LABELS_H
#define PERSISTENCE_FORMATS_SKLEARN_LABELS_H

#include "persistence/formats/sklearn/estimator.h"

/* NODE, one label (a text, number or bool, or a NumPy scalar), as a constant [1] of the type that
 * NumPy's array of it has. */
bool sk_label_constant(struct sk_context *sk, const struct pk_node *node, const char *name,
                       lar_value *ret);

/* Element I of the constant LABELS as a constant [1]. */
lar_value sk_label_element(struct sk_context *sk, lar_value labels, size_t i);

/* Which of the constants CLASSES the constant LABEL [1] is; as numbers, whatever their types. None:
 * refused, called NAME. */
bool sk_label_find(struct sk_context *sk, lar_value classes, lar_value label, const char *name,
                   size_t *ret);

/* Where each element of LABELS stands in CLASSES: two attributes called NAME in messages. */
bool sk_label_places(struct sk_context *sk, const struct pk_node *labels,
                     const struct pk_node *classes, const char *name, const int64_t **ret,
                     size_t *ret_n);

/* The constant LABELS as strings, or as float64 whatever kind of numbers they are. */
lar_value sk_label_keys(struct sk_context *sk, lar_value labels);

/* Labels (a vector of any type, each one of the constant CLASSES) as their places in CLASSES. */
lar_value sk_label_codes(struct sk_context *sk, lar_value labels, lar_value classes);

#endif

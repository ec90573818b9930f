/* The estimators in a model, each inside the one that holds it.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_DESCRIBE_TREE_H
#define PERSISTENCE_FORMATS_SKLEARN_DESCRIBE_TREE_H

#include "persistence/formats/pickle/object.h"

#include <jansson.h>

/* {"class": dotted name, "place": where in the holder, "count": how many alike stand there,
 * "children": [...]}: of NODE and what it holds, at most 100 in all and 16 deep; "more": true where
 * some were left out. A fitted attribute (steps_) stands for the unfitted one (steps). NULL: there
 * is no memory. */
json_t *sk_describe_tree(const struct pk_node *node);

#endif

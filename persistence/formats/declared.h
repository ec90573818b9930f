/* What stands beside a model and says what it takes: a signature. The reader of the model itself
 * holds it against what the model was fitted with, and gives the inputs these types and names.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_DECLARED_H
#define PERSISTENCE_FORMATS_DECLARED_H

#include "graph/tensor.h"

struct lar_declared_column {
    const char *name;   /* or NULL */
    const char *called; /* the type as the signature has it: "long" */
    enum lar_type type; /* LAR_TYPE_END: one that no model of ours reads (datetime, array) */
};

struct lar_declared {
    const struct lar_declared_column *columns; /* n; or NULL, and then it is one tensor: */
    size_t n;
    const char *name; /* of the tensor, or NULL */
    enum lar_type type;
    const char *called;
    int64_t width; /* -1: any */
};

#endif

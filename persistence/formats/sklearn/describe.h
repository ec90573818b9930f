/* What a pickle and the model in it are, for the loader's report.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_DESCRIBE_H
#define PERSISTENCE_FORMATS_SKLEARN_DESCRIBE_H

#include "persistence/formats/format.h"
#include "persistence/formats/pickle/object.h"

/* Adds "pickle" and "globals" (format.h has their form): what is known of a pickle of SIZE bytes,
 * also when parsing it failed on the way. */
void sk_describe_pickle(const struct pk_pickle *pickle, size_t size, struct lar_report *report);

/* Adds class, producer, versions, classes, and "tree" of a pickle that was parsed. */
void sk_describe_model(const struct pk_pickle *pickle, struct lar_report *report);

#endif

/* From the objects of a file to the draft, whatever kind of file they come from.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_OBJECTS_H
#define PERSISTENCE_FORMATS_SKLEARN_OBJECTS_H

#include "persistence/formats/format.h"
#include "persistence/formats/pickle/object.h"

/* Reads the estimator that is the root of OBJECTS. STREAM: what offsets of nodes count in, for
 * messages ("", "unpacked "). format.c */
bool sk_read_objects(const struct pk_pickle *objects, const char *stream,
                     const struct lar_read_limits *limits, struct lar_draft *draft,
                     struct lar_report *report, struct lar_error *err);

#endif

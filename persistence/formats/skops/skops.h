/* skops files (skops.io): a zip with schema.json, which is a tree of nodes, and the arrays that
 * they name as .npy and .npz members. The tree becomes the inert objects that the pickle machine
 * makes (pickle/object.h), so that the same readers of estimators work on both. Nothing is called,
 * so skops's lists of trusted types mean nothing here; nodes that are not known stay opaque
 * objects. SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKOPS_SKOPS_H
#define PERSISTENCE_FORMATS_SKOPS_SKOPS_H

#include "persistence/formats/pickle/object.h"

#include <jansson.h>

/* A parsed file. Nodes lead into the schema and into the arena. */
struct sp_file {
    struct pk_pickle objects; /* arena: the caller's */
    json_t *schema;
};

/* Whether DATA is a zip that may be one; cheap. */
bool sp_probe(const uint8_t *data, size_t size);

/* Reads DATA, which must outlive RET; at most LIMIT bytes are unpacked. RET->objects.arena is set.
 * RET is to be finished in any case. */
bool sp_parse(struct sp_file *ret, const uint8_t *data, size_t size, size_t limit,
              struct lar_error *err);
void sp_finish(struct sp_file *file);

#endif

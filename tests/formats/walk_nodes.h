/* Everything that readers may do with a pickle, done: for tests by file and for fuzzing.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FORMATS_WALK_NODES_H
#define TESTS_FORMATS_WALK_NODES_H

#include "persistence/formats/pickle/numpy.h"

struct walked {
    size_t nodes, arrays, unread; /* unread: arrays that np_array() refused */
};

/* Visits each node once, calls every helper on it, and converts every array, whole and element by
 * element. Returns NULL, or what did not agree. */
const char *walk_nodes(struct walked *ret, const struct pk_pickle *pickle);

/* The same for one array, and the objects in it. */
const char *walk_array(const struct np_array *array, struct lar_arena *arena);

#endif

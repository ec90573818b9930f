/* What the two halves of pickle_dump.h share.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FORMATS_PICKLE_DUMP_PARTS_H
#define TESTS_FORMATS_PICKLE_DUMP_PARTS_H

#include "tests/formats/pickle_dump.h"

#include <stdio.h>

struct dump {
    FILE *out;
    const uint8_t *data;
    struct lar_arena *arena;
    struct lar_error *err;
    bool arrays;
    const struct pk_node **seen; /* a hash table of nodes, */
    size_t *numbers;             /* and their numbers */
    size_t n_seen;
};

void pickle_dump_value(struct dump *d, const struct pk_node *node);
void pickle_dump_text(struct dump *d, const uint8_t *data, size_t n);
void pickle_dump_hex(struct dump *d, const uint8_t *data, size_t n);

/* Prints NODE and returns true if it is an array, a scalar or a dtype. */
bool pickle_dump_numpy(struct dump *d, const struct pk_node *node);

#endif

/* The pickle machine: bytes to inert nodes. All 68 opcodes of protocols 0 to 5 (CPython,
 * Lib/pickletools.py). Iterative: depth costs memory from the arena, not stack.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_MACHINE_H
#define PERSISTENCE_FORMATS_PICKLE_MACHINE_H

#include "persistence/formats/pickle/object.h"

/* 0: the defaults, which only stop what no writer makes. Memory is limited by the arena. */
struct pk_limits {
    size_t nodes; /* values: 2^30 */
    size_t depth; /* marks that are open at once: 2^20 */
    size_t memo;  /* memo numbers: 2^30, and never far beyond the file's length */
};

/* Parses one pickle at the start of DATA. RET->arena must be set, RET->companions may be; nodes
 * borrow from DATA and companions, which must outlive them. RET_END (may be NULL) receives the
 * offset behind STOP. Failures name opcode and offset. */
bool pk_parse(struct pk_pickle *ret, const void *data, size_t size, const struct pk_limits *limits,
              size_t *ret_end, struct lar_error *err);

#endif

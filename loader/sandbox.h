/* The loader's sandbox: what the process may still do once it starts to read foreign bytes.
 *
 * Resource limits, no new privileges, Landlock with every right handled and none granted, and a
 * seccomp filter: reading and writing descriptors that are open already, memory that is never
 * executable, the clock, the end. open and openat answer EACCES, because libraries probe for
 * files; everything else kills the process (reliability.md 3 has the reasons).
 * SPDX-License-Identifier: MIT */
#ifndef LOADER_SANDBOX_H
#define LOADER_SANDBOX_H

#include "base/error.h"

#include <stddef.h>

struct lar_sandbox_limits {
    size_t memory; /* bytes of address space, and of each file written */
    unsigned cpu_seconds;
};

struct lar_sandbox_state {
    int landlock_abi; /* 0: this kernel has no Landlock, and seccomp alone holds */
    bool seccomp;     /* false only in sanitizer builds, which need more system calls */
};

/* Enters; there is no way back. Call from the only thread, with all descriptors open. */
bool lar_sandbox_enter(const struct lar_sandbox_limits *limits, struct lar_sandbox_state *ret,
                       struct lar_error *err);

#endif

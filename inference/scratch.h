/* Working memory of one thread: inputs of the request, buffers of the plan, outputs that grow.
 *
 * A stack of bytes without frees: a request starts with lar_scratch_reset(), takes what it needs,
 * and leaves it. Memory above KEEP bytes goes back to the system at the next reset.
 * LIMIT bytes of address space are reserved once, so nothing ever moves; memory is touched as it
 * is taken.
 * Belongs to one thread.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_SCRATCH_H
#define INFERENCE_SCRATCH_H

#include "base/error.h"

#include <stddef.h>

struct lar_scratch;

/* LIMIT bounds what one request may take. */
struct lar_scratch *lar_scratch_new(size_t keep, size_t limit, struct lar_error *err);
void lar_scratch_free(struct lar_scratch *scratch); /* accepts NULL */

/* Forgets everything that was taken. */
void lar_scratch_reset(struct lar_scratch *scratch);

/* N * SIZE uninitialised bytes aligned to 64, or NULL (limit or no memory). Earlier memory never
 * moves. Zero bytes are an address, too. */
void *lar_scratch_take(struct lar_scratch *scratch, size_t n, size_t size);

/* Grows the newest allocation P from OLD to NEW bytes, moving it if it must; NULL as above. P that
 * is not the newest is copied. */
void *lar_scratch_grow(struct lar_scratch *scratch, void *p, size_t old_size, size_t new_size);

/* For temporary memory inside one operator: release() forgets what was taken after mark(). */
size_t lar_scratch_mark(const struct lar_scratch *scratch);
void lar_scratch_release(struct lar_scratch *scratch, size_t mark);

/* The error for a NULL. Always returns false. */
bool lar_scratch_fail(const struct lar_scratch *scratch, struct lar_error *err, const char *what);

#endif

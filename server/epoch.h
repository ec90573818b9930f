/* Memory that others may still be reading, freed when nobody can be.
 *
 * A reader says once for each turn of its loop that it holds nothing from before (turn), or that it
 * holds nothing at all (idle). What was taken out of sight is retired; a thread of its own frees it
 * when every reader has turned since and its reference count, if it has one, is zero.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_EPOCH_H
#define SERVER_EPOCH_H

#include "base/error.h"

#include <stdatomic.h>
#include <stdint.h>

struct lar_epochs;

/* One thread's part. Embedded by its owner. */
struct lar_epoch_reader {
    _Atomic uint64_t seen; /* epoch of the last turn; 0: idle */
    struct lar_epoch_reader *next;
};

/* Part of whatever is retired, so that retiring cannot fail. */
struct lar_retired {
    struct lar_retired *next;
    void (*release)(struct lar_retired *retired); /* on the reclaiming thread */
    const _Atomic uint64_t *references;           /* or NULL: not counted */
    uint64_t epoch;
};

/* Starts the reclaiming thread. */
struct lar_epochs *lar_epochs_new(struct lar_error *err);
/* All readers are removed and all references given back; what is retired is freed now. */
void lar_epochs_free(struct lar_epochs *epochs); /* accepts NULL */

void lar_epochs_add(struct lar_epochs *epochs, struct lar_epoch_reader *reader);
void lar_epochs_remove(struct lar_epochs *epochs, struct lar_epoch_reader *reader);

/* After turn(), what was retired before it must not be used any more; what a reader finds through
 * a pointer loaded after turn() stays until its next turn() or idle(). */
void lar_epochs_turn(struct lar_epochs *epochs, struct lar_epoch_reader *reader);
void lar_epochs_idle(struct lar_epoch_reader *reader);

/* RETIRED can no longer be reached by who turns from now on. Any thread. */
void lar_epochs_retire(struct lar_epochs *epochs, struct lar_retired *retired);

/* Whether no reader can have RETIRED in sight any more. It is held by a reference meanwhile; what
 * was not retired yet has not passed. */
bool lar_epochs_passed(struct lar_epochs *epochs, const struct lar_retired *retired);

#endif

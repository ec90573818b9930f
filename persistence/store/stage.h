/* Versions on their way into models/, and out of it: everything passes .larder/up-N, so that one
 * rename makes it seen or unseen. SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_STAGE_H
#define PERSISTENCE_STORE_STAGE_H

#include "persistence/store/store.h"

/* A version that is being received: .larder/up-N/v/model. One thread at a time. */
struct lar_stage {
    struct lar_store *store;
    int larder, folder; /* .larder and .larder/up-N/v */
    int file;           /* read and write */
    char name[32];      /* "up-17" */
};

/* There is space for EXPECTED bytes now (0: unknown). LAR_ERR_FULL, LAR_ERR_BUSY, ... */
bool lar_stage_begin(struct lar_stage *ret, struct lar_store *store, uint64_t expected,
                     struct lar_error *err);

/* Makes file and folder durable under FILE_NAME, before a number is known. */
bool lar_stage_seal(struct lar_stage *stage, const char *file_name, struct lar_error *err);

/* Puts files in place of the one file of the stage, durably: a folder was uploaded. NAME is as a
 * bundle holds it: relative, without "." and "..". The first call takes the one file away. */
bool lar_stage_add(struct lar_stage *stage, const char *name, const void *data, size_t size,
                   struct lar_error *err);
/* After the last: makes all folders durable. Stands in for lar_stage_seal(). */
bool lar_stage_seal_folder(struct lar_stage *stage, struct lar_error *err);

/* Puts the sealed version at models/MODEL/NUMBER, durably. LAR_ERR_CONFLICT: that is there already;
 * another number may be tried. */
bool lar_stage_publish(struct lar_stage *stage, const char *model, uint64_t number,
                       struct lar_error *err);

/* Ends it and removes what is still in .larder/. Accepts a zeroed stage. */
void lar_stage_end(struct lar_stage *stage);

/* Takes PATH (below models/, a file or a folder) away, durably, then removes what it held. */
bool lar_stage_withdraw(struct lar_store *store, const char *path, struct lar_error *err);

/* Removes what earlier runs left in .larder/. Under the lock only. */
void lar_stage_sweep(struct lar_store *store);

#endif

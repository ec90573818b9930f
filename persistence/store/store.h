/* The folders that models live in: models/ with its .larder/, and state/ with compiled forms.
 *
 * Who holds the lock in .larder/ may change things; every other daemon on the folder reads only.
 * fsync is never tried again after it failed: from then on nothing is written.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_STORE_H
#define PERSISTENCE_STORE_STORE_H

#include "base/error.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct lar_store {
    char *models;           /* its path, or NULL: only models that were named by hand */
    int root;               /* models/, or -1 */
    int larder;             /* models/.larder, or -1 */
    int lock_file;          /* models/.larder/lock, or -1 */
    bool locked;            /* by us */
    int state;              /* or -1: nothing is kept between runs */
    int compiled;           /* state/compiled, or -1 */
    int notes;              /* state/larder, for models whose notes cannot lie in .larder/; or -1 */
    uint64_t device, inode; /* of models/ as it was at start */
    bool foreign;           /* another daemon has the lock */
    char read_only[200];    /* why nothing may be changed, "" if it may */
    _Atomic bool failed;    /* an fsync failed */
    _Atomic uint64_t staged; /* for names in .larder/ */
};

/* Opens both folders, creating STATE and what belongs below it, takes the lock and sweeps what an
 * earlier run left half done. MODELS may be NULL, STATE too. Fails only if MODELS cannot be opened.
 */
bool lar_store_open(struct lar_store *ret, const char *models, const char *state,
                    struct lar_error *err);
void lar_store_close(struct lar_store *store);

/* Takes the folder that MODELS leads to now for the root. */
bool lar_store_reopen_root(struct lar_store *store, struct lar_error *err);

/* Takes the lock if the daemon that had it has ended. True: it did. */
bool lar_store_retry_lock(struct lar_store *store);

/* Whether models may be changed; else LAR_ERR_BUSY with the reason. */
bool lar_store_writable(struct lar_store *store, struct lar_error *err);

/* fsync(FD), whose failure makes the store read-only for good. */
bool lar_store_sync(struct lar_store *store, int fd, const char *what, struct lar_error *err);

/* Puts TEXT durably into FOLDER/NAME: temporary name, fsync, rename, fsync of FOLDER. */
bool lar_store_save(struct lar_store *store, int folder, const char *name, const char *text,
                    size_t n, struct lar_error *err);

/* All of the small file FOLDER/NAME, NUL-terminated, the caller's (free). NULL: LAR_ERR_NOTFOUND,
 * LAR_ERR_LIMIT over LIMIT bytes, ... */
char *lar_store_read_small(int folder, const char *name, size_t limit, size_t *ret_size,
                           struct lar_error *err);

#endif

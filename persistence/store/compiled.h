/* state/compiled/KEY: the flat forms, a cache that may be deleted at any time.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_COMPILED_H
#define PERSISTENCE_STORE_COMPILED_H

#include "persistence/store/store.h"

#include <time.h>

/* The compiled form KEY, read-only, or -1: not there. */
int lar_compiled_open(const struct lar_store *store, const char *key);

/* A new nameless file for a loader's result, or -1. */
int lar_compiled_new(const struct lar_store *store, struct lar_error *err);

/* FD's file, opened again read-only, once nobody writes any more; or -1. */
int lar_compiled_reopen(int fd, struct lar_error *err);

/* Gives the checked file FD its name. False (it is only a cache): no space, no state folder. */
bool lar_compiled_keep(const struct lar_store *store, int fd, const char *key);
void lar_compiled_drop(const struct lar_store *store, const char *key);

/* Removes the forms from before BEFORE (CLOCK_REALTIME_COARSE, as files have it) for which USED
 * says no: a younger one may be about to be used. */
void lar_compiled_sweep(const struct lar_store *store, const struct timespec *before,
                        bool (*used)(const void *context, const char *key), const void *context);

#endif

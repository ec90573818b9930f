/* A models folder, a registry on it, and a spawner whose "loader" reads small text files:
 *
 *   ok NUMBER         a model whose "predict" adds NUMBER to its input
 *   slow MS NUMBER    the same after MS milliseconds
 *   refuse TEXT       not supported
 *   cut               ends too early
 *   die               the loader is killed
 *   garbage           the compiled form is none
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SERVER_WORLD_H
#define TESTS_SERVER_WORLD_H

#include "server/registry.h"
#include "spawner/spawner.h"

#include <stdatomic.h>

/* The fake spawner. */
struct lar_spawner {
    _Atomic unsigned loads; /* so many were started */
    _Atomic int failures;   /* so many of the next loads fail with CODE */
    enum lar_error_code code;
};

struct world {
    char dir[64], models[96], state[96];
    struct lar_spawner spawner;
    struct lar_registry_settings settings;
    struct lar_registry *registry;
    struct lar_reader *reader;
};

void world_make(struct world *world); /* folders only; settle_ms 20, scan_seconds 1 */
void world_open(struct world *world, const char *dir); /* the same in a folder that is there */
void world_start(struct world *world);
void world_stop(struct world *world);
void world_remove(struct world *world); /* stops it, too */

/* Writes TEXT to PATH below models/, making folders. */
void world_put(const struct world *world, const char *path, const char *text);
/* The same, but moved there when it is complete. */
void world_move_in(const struct world *world, const char *path, const char *text);
void world_delete(const struct world *world, const char *path); /* a file or a tree */
bool world_exists(const struct world *world, const char *path);
/* The names in models/.larder, sorted, each followed by a blank. */
const char *world_larder(const struct world *world, char *buffer, size_t size);

/* Waits until version NUMBER of MODEL (0: whoever answers) adds VALUE; fails the test after 10 s.
 */
void world_await(const struct world *world, const char *model, uint64_t number, double value);
/* Waits until version NUMBER (0: the only one) of MODEL has an error whose text contains TEXT. */
void world_await_error(const struct world *world, const char *model, uint64_t number,
                       const char *text);
void world_await_gone(const struct world *world, const char *model, uint64_t number);
void world_await_complete(const struct world *world);
void world_reload(const struct world *world, bool prune);
void world_sleep(unsigned ms);

/* "iris/3 AVAILABLE 7, ..." of all models, sorted; stale ones with a "?". */
const char *world_list(const struct world *world, char *buffer, size_t size);

/* What a loaded version adds; -1: it cannot be told. */
double world_value(const struct lar_loaded *loaded);

#endif

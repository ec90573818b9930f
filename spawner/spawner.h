/* Starts larder-loader for the daemon.
 *
 * A small process, forked before the first thread, that starts loaders with posix_spawn and waits
 * for them, so that the threaded daemon never forks. It answers over one SOCK_SEQPACKET socket; if
 * it dies, serving goes on and loads fail with LAR_ERR_BUSY.
 * SPDX-License-Identifier: MIT */
#ifndef SPAWNER_SPAWNER_H
#define SPAWNER_SPAWNER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct lar_spawner;

struct lar_load_limits {
    size_t memory; /* bytes of address space of the loader */
    unsigned cpu_seconds;
    unsigned wall_seconds; /* killed after */
    bool unpack;           /* not a model to be translated, but an archive to be unpacked */
};

/* Forks the spawner and opens the loader's program at PATH once, so that a package upgrade cannot
 * mix builds. Call while the process has one thread. */
bool lar_spawner_start(struct lar_spawner **ret, const char *path, struct lar_error *err);
void lar_spawner_stop(struct lar_spawner *spawner); /* accepts NULL; the process ends by itself */

/* Runs one loader: SOURCE is a bundle (base/bundle.h), RESULT an empty file for the flat form,
 * REPORT an empty memfd for JSON text. Blocks until it has ended; any thread, several at a time.
 * True: it exited with success. False: LAR_ERR_DIED ("loader died with SIGSEGV", "took longer than
 * 60 s"), LAR_ERR_BUSY (no spawner), or the loader's own refusal with its code and text. */
bool lar_spawner_load(struct lar_spawner *spawner, int source, int result, int report,
                      const struct lar_load_limits *limits, struct lar_error *err);

/* Whether loads are possible. */
bool lar_spawner_alive(const struct lar_spawner *spawner);

/* The loader's build id: part of the compiled form's key. 64 hex digits. */
const char *lar_spawner_build_id(const struct lar_spawner *spawner);

#endif

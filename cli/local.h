/* A model in a file or folder of this machine, translated as larderd does it: by larder-loader in
 * its sandbox, whose result is checked as if an enemy had written it. Nothing of a model file is
 * parsed in this process.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_LOCAL_H
#define CLI_LOCAL_H

#include "base/hash.h"
#include "base/map.h"
#include "inference/plan.h"
#include "spawner/spawner.h"

#include <jansson.h>

struct lar_local {
    struct lar_error refusal; /* code LAR_ERR_NONE: it can be served */
    json_t *report;           /* the loader's, an object; never NULL */
    uint64_t size;            /* of the file or files, bytes */
    char sha256[LAR_HASH_HEX];
    struct lar_map map; /* the compiled form */
    struct lar_flat flat;
    struct lar_plan *plan; /* NULL unless it can be served */
};

/* Finds the loader: $LARDER_LOADER, else beside this program as it is installed or built. Call it
 * before anything starts a thread. */
bool lar_local_start(struct lar_spawner **ret, struct lar_error *err);

/* Loads what is at PATH. False: it cannot be read, or no loader could be started; then RET is
 * empty. A model that is refused is no failure: RET->refusal says why, and RET->report what was
 * met. */
bool lar_local_load(struct lar_local *ret, struct lar_spawner *spawner, const char *path,
                    struct lar_error *err);
void lar_local_finish(struct lar_local *local); /* accepts a zeroed one */

#endif

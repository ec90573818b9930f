/* model.yaml in a model's folder: which versions are loaded, and how they are called.
 *
 *   policy: all               every version that is there (what counts without a policy)
 *   policy: {latest: 2}       the two highest that load
 *   policy: {versions: [3, 5]}
 *   keep: 10                  so many uploaded versions; older ones are deleted after an upload
 *   default_method: predict_proba
 *   inputs: [width, height]   names of the inputs, or of the columns of the one matrix input
 *
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_MODEL_SETTINGS_H
#define PERSISTENCE_STORE_MODEL_SETTINGS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { LAR_MODEL_SETTINGS_BYTES = 16 * 1024, LAR_POLICY_VERSIONS = 256 };

enum lar_policy { LAR_POLICY_ALL, LAR_POLICY_LATEST, LAR_POLICY_LISTED };

struct lar_model_settings {
    enum lar_policy policy;
    uint64_t latest;    /* LATEST: from 1 */
    uint64_t *versions; /* LISTED: in the order of the file */
    size_t n_versions;
    uint64_t keep; /* 0: all */
    char *options; /* what the loader reads, JSON; NULL: nothing */
};

/* Errors begin with the place in the file: "3:7: ...". RET is to be finished after success. */
bool lar_model_settings_parse(struct lar_model_settings *ret, const char *text, size_t size,
                              struct lar_error *err);
void lar_model_settings_finish(struct lar_model_settings *settings); /* accepts a zeroed one */

bool lar_model_settings_lists(const struct lar_model_settings *settings, uint64_t version);

#endif

/* MLflow's model signature: inputs as columns with types, or as tensors.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_MLFLOW_SIGNATURE_H
#define PERSISTENCE_FORMATS_MLFLOW_SIGNATURE_H

#include "base/arena.h"
#include "persistence/formats/declared.h"

#include <jansson.h>

/* Reads INPUTS, the list that the signature keeps as JSON text. Texts go into ARENA. */
bool ml_signature(struct lar_declared *ret, const json_t *inputs, struct lar_arena *arena,
                  struct lar_error *err);

/* Refuses PARAMS, the same of the signature's parameters, where MLflow does when it loads a model:
 * without name, type or default, named twice, or with a default that is not of the type. What they
 * are set to reaches no model of scikit-learn. */
bool ml_check_params(const json_t *params, struct lar_error *err);

#endif

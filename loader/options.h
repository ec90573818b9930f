/* What a model's settings ask of its translation.
 * SPDX-License-Identifier: MIT */
#ifndef LOADER_OPTIONS_H
#define LOADER_OPTIONS_H

#include "graph/draft.h"

/* Applies OPTIONS, {"default_method": "predict_proba", "inputs": ["width", ...]} or "", to a draft
 * that is complete. LAR_ERR_INVALID: they do not fit the model; the text says what would. */
bool lar_options_apply(struct lar_draft *draft, const char *options, struct lar_error *err);

#endif

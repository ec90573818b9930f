/* expected.json: what a model is known to answer, compared before it is published.
 *
 *   {"rows": [[5.1, 3.5, 1.4, 0.2]], "method": "predict_proba", "answers": [[0.98, 0.02, 0.0]],
 *    "tolerance": 1e-9}
 *
 * Rows and answers are those of TensorFlow Serving's "instances" and "predictions". Without a
 * method the default one is asked; a number may differ by tolerance * max(1, |expected|) (1e-9
 * where the file has none), everything else not at all; null and NaN are NaN.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_SELF_CHECK_H
#define SERVER_SELF_CHECK_H

#include "graph/flat.h"
#include "inference/plan.h"

/* Runs PLAN over the rows of TEXT, taking at most MEMORY bytes. False: LAR_ERR_FORMAT, the text is
 * not of that form; LAR_ERR_UNSUPPORTED, the model answers differently or not at all: the error has
 * both values. */
bool lar_self_check(const struct lar_plan *plan, const char *text, size_t size, size_t memory,
                    struct lar_error *err);

#endif

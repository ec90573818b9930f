/* A model ready to run: made once for each version, immutable, shared by all threads.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_PLAN_H
#define INFERENCE_PLAN_H

#include "graph/flat.h"
#include "inference/scratch.h"

struct lar_plan;

/* Verifies the values of all constants, prepares the operators' state and places the buffers.
 * FLAT must outlive the plan. */
bool lar_plan_new(struct lar_plan **ret, const struct lar_flat *flat, struct lar_error *err);
void lar_plan_free(struct lar_plan *plan); /* accepts NULL */

const struct lar_flat *lar_plan_flat(const struct lar_plan *plan);

/* Bytes that the plan itself holds (without the flat's block). */
size_t lar_plan_bytes(const struct lar_plan *plan);

/* Predicted nanoseconds for the given outputs (indices into flat->outputs) and rows. */
double lar_plan_cost(const struct lar_plan *plan, const uint32_t *outputs, size_t n_outputs,
                     uint64_t rows);

/* Computes the given outputs. INPUTS has one tensor for each flat->inputs; those that the outputs
 * do not need may have data NULL and are not looked at. The caller has filled them (from the same
 * SCRATCH, after lar_scratch_reset()) with types and layouts as declared and shapes that agree with
 * the declared ones, the same number of rows everywhere; this is checked. RET receives the outputs'
 * tensors, valid until the next reset. Different threads may run one plan at a time, each with its
 * own scratch. A failure is the request's (LAR_ERR_INVALID, LAR_ERR_LIMIT, LAR_ERR_NOMEM). */
bool lar_plan_run(const struct lar_plan *plan, struct lar_scratch *scratch,
                  const struct lar_tensor *inputs, uint64_t rows, const uint32_t *outputs,
                  size_t n_outputs, struct lar_tensor *ret, struct lar_error *err);

#endif

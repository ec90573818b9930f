/* A model file from its bytes to a plan, and a recorded case: rows asked and what the framework
 * answered (tests/fixtures/sklearn/make.py describes the files).
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FORMATS_MODEL_CASE_H
#define TESTS_FORMATS_MODEL_CASE_H

#include "inference/plan.h"
#include "persistence/formats/format.h"

/* A model that was read, written flat, opened and planned. */
struct model {
    void *block;
    struct lar_flat flat;
    struct lar_plan *plan;
};
bool model_load(struct model *ret, const void *bytes, size_t size, struct lar_error *err);
bool model_load_bundle(struct model *ret, const struct lar_bundle *bundle, struct lar_error *err);

/* The same of a folder, with all that lies in it and in its folders. */
bool model_load_folder(struct model *ret, const char *path, struct lar_error *err);
void model_free(struct model *model);

/* Reads a whole file, or ends the test program. */
void *file_read(const char *path, size_t *ret_size);
json_t *json_read(const char *path);

/* Takes rows [FIRST, FIRST + N) of DATA from SCRATCH as the model's inputs (but for the one of
 * inverse_transform). */
bool model_inputs(const struct model *model, json_t *data, size_t first, size_t n,
                  struct lar_scratch *scratch, struct lar_tensor *ret, struct lar_error *err);

/* The input of inverse_transform: what scikit-learn's TRANSFORM answered for those rows. */
#define INVERSE_INPUT "transformed"
bool model_inverse_input(const struct model *model, json_t *transform, size_t first, size_t n,
                         struct lar_scratch *scratch, struct lar_tensor *inputs,
                         struct lar_error *err);

/* The output NAME as an index, or -1. */
int model_output(const struct model *model, const char *name);

#endif

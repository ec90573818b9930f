/* Folders of models, as bundles: MLflow's, old joblib's. Read, written flat, checked, planned.
 * SPDX-License-Identifier: MIT */
#include "tests/formats/model_case.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_arena arena;
    struct lar_bundle bundle;
    struct lar_error err = {0};
    struct model model;
    lar_arena_init(&arena, 1 << 20);
    if (lar_bundle_open(&bundle, data, size, &arena, &err)) {
        if (model_load_bundle(&model, &bundle, &err))
            model_free(&model);
        else if (err.code == LAR_ERR_NONE || err.code == LAR_ERR_INTERNAL || !err.text[0])
            abort();
    }
    lar_arena_finish(&arena);
    return 0;
}

/* Bundles as larder-loader receives them.
 * SPDX-License-Identifier: MIT */
#include "base/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_arena arena;
    struct lar_bundle bundle;
    struct lar_error err = {0};
    lar_arena_init(&arena, 1 << 20);
    unsigned char sum = 0;
    if (lar_bundle_open(&bundle, data, size, &arena, &err))
        for (uint32_t i = 0; i < bundle.n_files; i++)
            for (size_t k = 0; k < bundle.files[i].size; k++)
                sum ^= bundle.files[i].data[k];
    lar_arena_finish(&arena);
    return sum == 0 && err.code == LAR_ERR_INTERNAL;
}

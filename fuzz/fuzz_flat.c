/* Compiled models as the daemon maps them, over the operators of tests/graph/tiny.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_layout.h"
#include "tests/graph/tiny.h"
#include "tests/graph/walk.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What users of an accepted block do with it. */
static void use(const struct lar_flat *flat)
{
    volatile uint64_t sum = walk_flat(flat); /* volatile: the reads must happen */
    (void)sum;
}

/* Corrects what random bytes hardly ever hit, so that the rest is reached: the block's size. */
static void mend(uint8_t *block, uint64_t size)
{
    memcpy(block + offsetof(struct lar_flat_header, size), &size, sizeof size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int mended = 0; mended < 2; mended++) {
        struct lar_flat flat;
        struct lar_error err = {0};
        void *block;
        if (posix_memalign(&block, 64, size ? size : 1))
            abort();
        if (size)
            memcpy(block, data, size);
        if (mended && size >= sizeof(struct lar_flat_header))
            mend(block, size);
        if (lar_flat_open(&flat, block, size, &tiny_operators, &err))
            use(&flat);
        lar_flat_finish(&flat);
        free(block);
    }
    return 0;
}

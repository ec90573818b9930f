/* Compiled models over the real operators, as the daemon maps them: what is accepted is planned and
 * run.
 * SPDX-License-Identifier: MIT */
#include "fuzz/run_flat.h"
#include "graph/flat_layout.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_flat flat;
    struct lar_error err = {0};
    void *block;
    if (posix_memalign(&block, 64, size ? size : 1))
        abort();
    if (size)
        memcpy(block, data, size);
    uint64_t real_size = size; /* what random bytes hardly ever hit */
    if (size >= sizeof(struct lar_flat_header))
        memcpy((char *)block + offsetof(struct lar_flat_header, size), &real_size,
               sizeof real_size);
    if (lar_flat_open(&flat, block, size, &lar_operators, &err))
        run_flat(&flat, data, size);
    lar_flat_finish(&flat);
    free(block);
    return 0;
}

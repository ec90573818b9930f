/* .npy files, and all that is asked of arrays.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/npy.h"
#include "tests/formats/walk_nodes.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_arena arena;
    struct lar_error err = {0};
    struct np_array array;
    lar_arena_init(&arena, 16 << 20);
    const char *fault = NULL;
    if (np_read_npy(&array, data, size, &arena, &err))
        fault = walk_array(&array, &arena);
    else if (err.code == LAR_ERR_NONE)
        fault = "a failure without an error";
    lar_arena_finish(&arena);
    if (fault) {
        fprintf(stderr, "%s\n", fault);
        abort();
    }
    return 0;
}

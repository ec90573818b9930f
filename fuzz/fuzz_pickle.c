/* A pickle, and everything that readers may do with what it says.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/machine.h"
#include "tests/formats/walk_nodes.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_arena arena;
    struct lar_error err = {0};
    struct walked walked;
    lar_arena_init(&arena, 16 << 20);
    struct pk_pickle pickle = {.arena = &arena};
    const char *fault = NULL;
    if (pk_parse(&pickle, data, size, NULL, NULL, &err))
        fault = walk_nodes(&walked, &pickle);
    else if (err.code == LAR_ERR_NONE)
        fault = "a failure without an error";
    lar_arena_finish(&arena);
    if (fault) {
        fprintf(stderr, "%s\n", fault);
        abort();
    }
    return 0;
}

/* Containers around pickles, and the pickles in them.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/joblib.h"
#include "persistence/formats/pickle/machine.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_arena arena;
    struct lar_error err = {0};
    struct pk_unpacked unpacked;
    lar_arena_init(&arena, 4 << 20);
    struct pk_pickle pickle = {.arena = &arena};
    if (pk_unpack(&unpacked, data, size, LIMIT, &err)) {
        if (unpacked.owned && unpacked.size > LIMIT)
            abort();
        (void)pk_parse(&pickle, unpacked.data, unpacked.size, NULL, NULL, &err);
        pk_unpack_free(&unpacked);
    } else if (err.code == LAR_ERR_NONE) {
        abort();
    }
    lar_arena_finish(&arena);
    return 0;
}

/* Rows as `larder predict FILE` takes them (JSON, CSV, .npy, .npz) to small models, chosen by the
 * first byte. SPDX-License-Identifier: MIT */
#include "cli/question.h"
#include "tests/dialects/fuzz_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lar_arena arena;

/* check_call() comes while the arena lives. */
static bool read_rows(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                      size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    lar_arena_finish(&arena);
    lar_arena_init(&arena, 1 << 22);
    bool ok = lar_question_read(ret, flat, size % flat->n_methods, false, body, size, &arena,
                                scratch, err);
    if (!ok && err->code != LAR_ERR_NOTFOUND && err->code != LAR_ERR_LIMIT) {
        assert(err->code == LAR_ERR_INVALID || err->code == LAR_ERR_FORMAT ||
               err->code == LAR_ERR_TRUNCATED || err->code == LAR_ERR_UNSUPPORTED);
        err->code = LAR_ERR_INVALID;
    }
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_call(read_rows, data, size);
    return 0;
}

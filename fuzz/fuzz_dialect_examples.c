/* TensorFlow Serving's examples to small models, chosen by the first byte.
 * SPDX-License-Identifier: MIT */
#include "tests/dialects/fuzz_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool classify(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                     size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    return lar_tfs_read_examples(ret, flat, false, body, size, scratch, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_call(classify, data, size);
    return 0;
}

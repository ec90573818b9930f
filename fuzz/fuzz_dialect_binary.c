/* Open Inference Protocol requests with tensors behind the JSON text: the first byte chooses the
 * model, the next two say how much is JSON.
 * SPDX-License-Identifier: MIT */
#include "tests/dialects/fuzz_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_parts(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                       size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    const uint8_t *bytes = body;
    size_t text = size < 2 ? 0 : (size_t)bytes[0] << 8 | bytes[1];
    if (size < 2)
        return lar_fail(err, LAR_ERR_INVALID, "no size");
    return lar_oip_read_parts(ret, flat, "m", bytes + 2, size - 2,
                              text < size - 2 ? text : size - 2, scratch, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_call(read_parts, data, size);
    return 0;
}

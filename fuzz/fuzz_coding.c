/* Packed bodies and the headers that speak of them.
 * SPDX-License-Identifier: MIT */
#include "server/coding.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LIMIT = 1 << 16, BUDGET = 1 << 18 };
    struct lar_span value = {(const char *)data, size};
    (void)lar_coding_of(value);
    assert(lar_coding_accepted(value) < LAR_CODING_OTHER);
    for (enum lar_coding coding = LAR_CODING_GZIP; coding < LAR_CODING_OTHER; coding++) {
        struct lar_budget budget = {BUDGET};
        struct lar_unpacked unpacked = {0};
        struct lar_error err = {0};
        if (lar_coding_unpack(&unpacked, coding, data, size, LIMIT, &budget, &err))
            assert(unpacked.size <= LIMIT);
        else
            assert(err.code != LAR_ERR_NONE);
        lar_unpacked_finish(&unpacked, &budget);
        assert(budget.left == BUDGET);
    }
    return 0;
}

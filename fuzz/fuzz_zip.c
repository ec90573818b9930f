/* Folders that are uploaded as zip.
 * SPDX-License-Identifier: MIT */
#include "fuzz/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_archive(data, size);
    return 0;
}

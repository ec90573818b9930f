/* MLflow's requests (JSON) to small models, chosen by the first byte.
 * SPDX-License-Identifier: MIT */
#include "tests/dialects/fuzz_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_call(lar_mlflow_read, data, size);
    return 0;
}

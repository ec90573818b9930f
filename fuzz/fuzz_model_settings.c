/* model.yaml as people write it.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/model_settings.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_model_settings settings;
    struct lar_error err = {0};
    if (lar_model_settings_parse(&settings, (const char *)data, size, &err)) {
        assert(settings.policy != LAR_POLICY_LATEST || settings.latest > 0);
        for (size_t i = 0; i < settings.n_versions; i++)
            assert(lar_model_settings_lists(&settings, settings.versions[i]));
        lar_model_settings_finish(&settings);
    } else {
        assert(err.code && err.text[0]);
    }
    return 0;
}

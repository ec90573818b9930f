/* Settings from any bytes: refused with a place, or read and printed so that they read back.
 * SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void differ(void *context, const char *key, bool restart)
{
    (void)context;
    (void)key;
    (void)restart;
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_config *config = NULL, *again = NULL;
    struct lar_error err = {0};
    if (!lar_config_parse(&config, "fuzz", (const char *)data, size, &err))
        return err.text[0] ? 0 : (abort(), 0);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    lar_config_print(config, out);
    fclose(out);
    if (lar_config_parse(&again, "printed", text, length, &err))
        lar_config_compare(config, again, differ, NULL);
    else if (err.code != LAR_ERR_LIMIT)
        abort();
    free(text);
    lar_config_free(again);
    lar_config_free(config);
    return 0;
}
